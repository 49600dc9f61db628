"""``quizloader mask``, ``segments``, ``map`` and ``masks``: region names and mask values."""

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...quiz.problems import Problem, has_errors, visible
from .result_commands import AllAttemptsOption, TrainingOption
from .terminal import CommandError, folder_option, make_writable, progress_bar, require_folder_of, say

if TYPE_CHECKING:
    from ...images.files.label_names import LabelTable
    from ...masks.batch import Case
    from ...masks.sources import ContourFilling

map_app = typer.Typer(
    no_args_is_help=True, help="Check, start and convert maps from region names to mask values."
)

MapOption = Annotated[
    Path, typer.Option("--map", metavar="FILE", help="Label=value lines, or another label table.")
]
LikeOption = Annotated[
    Path | None,
    typer.Option(metavar="IMAGE", help="The image to paint on: a file, or a folder with one DICOM series."),
]
IgnoreUnmapped = Annotated[
    bool, typer.Option("--ignore-unmapped", help="Leave out regions that the map does not name.")
]
NamesOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Names the values of a label image that has no names itself."),
]


class BoundaryChoice(str, Enum):
    """What ``--boundary`` takes, under the names of ``Boundary``."""

    CENTER_INSIDE = "centers"
    VERTICES_ON_CENTERS = "through-centers"


FillGaps = Annotated[
    bool, typer.Option("--fill-gaps", help="RTSTRUCT: interpolate slices between those that are drawn.")
]
BoundaryOption = Annotated[
    BoundaryChoice | None,
    typer.Option(
        help="RTSTRUCT: which voxels the contours hold: those with their centre inside, or also those"
        " whose centre the contours go through. Without it, found for each ROI."
    ),
]


def mask(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="A .seg.nrrd, RTSTRUCT, DICOM SEG or label image.")
    ],
    map: MapOption,
    out: Annotated[Path, typer.Option(metavar="FILE", help=".nrrd, .nii.gz, .nii, .mha; .dcm: a DICOM SEG.")],
    like: LikeOption = None,
    ignore_unmapped: IgnoreUnmapped = False,
    names: NamesOption = None,
    fill_gaps: FillGaps = False,
    boundary: BoundaryOption = None,
) -> None:
    """Paint named regions into one mask of values. Ends with 0, or with 1 and no file."""
    table = table_of(map)
    own_names = table_of(names) if names is not None else None
    require_folder_of(out)
    from ...masks.making import make_mask

    filling = _filling(boundary, fill_gaps)
    with _stopped_by_problems(source, map):
        made = make_mask(source, table, out, like, ignore_unmapped, own_names, filling=filling)
    _print_problems(made.problems, source, map)
    _print_columns(
        ("region", "value", "voxels", "ml"),
        [(one.name, str(one.value), str(one.voxels), f"{one.ml:.2f}") for one in made.regions],
    )
    say(out)


def segments(
    mask: Annotated[Path, typer.Argument(metavar="MASK", help="A mask: nrrd, nii, nii.gz or mha.")],
    map: MapOption,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The segments, a .seg.nrrd.")],
) -> None:
    """Turn the values of a mask into named, coloured segments. Ends with 0, or with 1 and no file."""
    table = table_of(map)
    require_folder_of(out)
    from ...masks.making import make_segments

    with _stopped_by_problems(mask, map):
        made = make_segments(mask, table, out)
    _print_problems(made.problems, mask, map)
    values = table.value_map.values
    _print_columns(
        ("segment", "value"), [(one.name, str(values.get(one.name, one.value))) for one in made.segments]
    )
    missing = [name for name in values if name not in {one.name for one in made.segments}]
    if missing:
        say(f"Not in the mask: {', '.join(missing)}")
    say(out)


def masks(
    cases: Annotated[
        Path,
        typer.Argument(
            metavar="CASES",
            help="A table with a row a case: source, like, name. Or a folder with the results of readers:"
            " each drawing is a case.",
        ),
    ],
    map: MapOption,
    out: Annotated[Path, folder_option("Where the masks and report.csv go.")],
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="So many cases at once.")] = 1,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Run on this Dask cluster, as tcp://host:8786.")
    ] = "",
    ending: Annotated[str, typer.Option(help="Of the masks: .nii.gz, .nrrd, .nii or .mha.")] = ".nii.gz",
    ignore_unmapped: IgnoreUnmapped = False,
    fill_gaps: FillGaps = False,
    boundary: BoundaryOption = None,
    all_attempts: AllAttemptsOption = False,
    training: TrainingOption = False,
) -> None:
    """Paint the masks of many cases; run it again to go on after a stop. Ends with 1 where a case failed."""
    read = table_of(map)
    make_writable(out)
    from ...masks.batch import read_cases, run_cases
    from ..shared.defect_report import defect_sentence

    with _stopped_by_problems(cases, cases):
        found, left_out = (
            _drawings(cases, all_attempts, training) if cases.is_dir() else (read_cases(cases), False)
        )
        with progress_bar("Painting masks") as advance:
            filling = _filling(boundary, fill_gaps)
            results = run_cases(
                found, read, out, jobs, dask, ending, ignore_unmapped, advance, filling, defect_sentence
            )
    failed = [result for result in results if result.failed]
    for result in failed:
        for problem in result.problems:
            if problem.is_error:
                say(problem.as_line(result.name))
    say(f"{len(results) - len(failed)} of {len(results)} masks are done; see {out / 'report.csv'}")
    raise typer.Exit(1 if failed or left_out else 0)


def _drawings(folder: Path, all_attempts: bool, with_training: bool) -> tuple[list["Case"], bool]:
    """The cases of a results folder, and whether a file of it was left out."""
    from ...masks.drawing_cases import drawing_cases

    found = drawing_cases(folder, all_attempts, with_training)
    for sentence in (*found.left_out, *found.remarks):
        say(f"quizloader: {sentence}", sys.stderr)
    if found.later:
        say(f"Left out, as results of a later attempt; --all-attempts takes them: {found.later}")
    if found.training:
        say(f"Left out, as drawn on a page for training; --training takes them: {found.training}")
    if not found.cases:
        raise CommandError(f"No drawing of a reader was found in “{folder}”.")
    if found.empty:
        say(f"Left out, as empty or an unchanged copy of an earlier drawing: {found.empty}")
    if found.hidden:
        say(f"Left out, as a condition hides their page: {found.hidden}")
    return found.cases, bool(found.left_out)


@map_app.command("check")
def check_map(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The map.")],
    sources: Annotated[
        list[Path] | None, typer.Argument(metavar="[SOURCE]...", help="Files whose regions it should name.")
    ] = None,
    names: NamesOption = None,
) -> None:
    """List everything that is wrong with a map. Ends with 0 without errors, 1 with errors."""
    from ...masks.errors import MaskError
    from ...masks.label_tables.tables import read_label_table
    from ...masks.names import region_problems
    from ...masks.sources import source_labels

    table, problems = read_label_table(file)
    problems = sorted(problems, key=lambda problem: problem.line)
    _print_problems(problems, file, file)
    wrong = has_errors(problems)
    own_names = table_of(names) if names is not None else None
    for source in sources or ():
        if table is None:
            break
        try:
            found = region_problems([row.name for row in source_labels(source, own_names)], table.value_map)
        except MaskError as fault:
            found = list(fault.problems)
        _print_problems(found, source, file)
        wrong = wrong or has_errors(found)
    raise typer.Exit(1 if wrong else 0)


@map_app.command("from")
def map_from(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A file with named regions.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the map goes; else printed.")
    ] = None,
    names: NamesOption = None,
) -> None:
    """Make a first map from the names in a file, to be edited."""
    from ...masks.label_tables.tables import TEXT_MAP, text_map, write_label_table
    from ...masks.making import first_map
    from ...quiz.values import said

    with _stopped_by_problems(source, source):
        table = first_map(source, table_of(names) if names is not None else None)
        if out is not None:
            require_folder_of(out)
            _print_problems(write_label_table(table, out), source, source)
            say(out)
            return
    refused = [row for row in table.rows if TEXT_MAP.refuses(row.name)]
    for row in refused:
        sentence = f"A map cannot hold {said(row.name)}: {TEXT_MAP.refuses(row.name)}."
        say(f"quizloader: {sentence}", sys.stderr)
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        # What goes into a file is the map itself, which is UTF-8 whatever the console's code page.
        sys.stdout.reconfigure(encoding="utf-8")
    text = text_map(tuple(row for row in table.rows if row not in refused))
    sys.stdout.write(visible(text) if sys.stdout.isatty() else text)
    raise typer.Exit(1 if refused else 0)


@map_app.command("convert")
def convert_map(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help=".txt, .ctbl, .csv, .label, .tsv (BIDS) or .json (nnU-Net).")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The same endings; .txt is Label=value lines.")],
) -> None:
    """Convert a map to or from another program's label table; what would be lost is said."""
    table = table_of(source)
    require_folder_of(out)
    from ...masks.label_tables.tables import write_label_table

    with _stopped_by_problems(source, source):
        problems = write_label_table(table, out)
    _print_problems(problems, source, source)
    say(out)


def _filling(boundary: BoundaryChoice | None, fill_gaps: bool) -> "ContourFilling":
    from ...images.contours.fill import Boundary
    from ...masks.sources import ContourFilling

    return ContourFilling(Boundary[boundary.name] if boundary else None, fill_gaps)


def table_of(path: Path) -> "LabelTable":
    """A map without errors, its warnings printed."""
    from ...masks.label_tables.tables import require_label_table

    with _stopped_by_problems(path, path):
        table, problems = require_label_table(path)
    _print_problems(problems, path, path)
    return table


@contextmanager
def _stopped_by_problems(source: Path, map: Path) -> Iterator[None]:
    """Print the problems of a MaskError and end with 1."""
    from ...masks.errors import MaskError

    try:
        yield
    except MaskError as fault:
        _print_problems(fault.problems, source, map)
        raise typer.Exit(1) from None


def _print_problems(problems: Iterable[Problem], source: Path, map: Path) -> None:
    """A problem with a line is the map's, the others are the source's."""
    for problem in problems:
        say(problem.as_line(str(map if problem.line else source)))


def _print_columns(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for first, *others in [header, *rows]:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        say("  ".join([first.ljust(widths[0]), *cells]))
