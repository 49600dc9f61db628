"""``quizloader info``: what is in image files, for authors who write the names of regions into a quiz."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...quiz.problems import Problem, ProblemError, has_errors, visible
from .terminal import OutputFormat, say, say_json

if TYPE_CHECKING:
    from rich.table import Table

    from ...images.types.file_info import FileInfo, RegionInfo

_MOST_REGIONS = 200


def info(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Image files, or folders of DICOM series.")
    ],
    format: Annotated[OutputFormat, typer.Option(help="A table for people, or JSON.")] = OutputFormat.TEXT,
) -> None:
    """Tell size, place, values and regions of image files. Ends with 1 where one cannot be read."""
    from ...images.types.file_info import file_info

    found: list[FileInfo] = []
    problems: list[tuple[Path, Problem]] = []
    for file in files:
        try:
            in_file = file_info(file)
        except ProblemError as fault:
            problems.append((file, fault.problem))
            continue
        found += in_file
        problems += [(file, problem) for one in in_file for problem in one.problems]
    if format is OutputFormat.JSON:
        told = [{"file": str(file), **asdict(problem)} for file, problem in problems]
        say_json({"images": [_as_json(one) for one in found], "problems": told})
    else:
        for one in found:
            _print(one)
        for file, problem in problems:
            say(problem.as_line(str(file)))
    raise typer.Exit(1 if has_errors(problem for _, problem in problems) else 0)


def _as_json(image: "FileInfo") -> dict[str, object]:
    """All but the problems; the time points are the last of the sizes, where there are several."""
    told = asdict(image)
    del told["problems"], told["time_points"]
    if (grid := image.grid) is not None:
        told["grid"] = {
            "size": [*grid.shape[::-1], *([image.time_points] if image.time_points > 1 else [])],
            "spacing_mm": grid.spacing_mm,
            "origin_ras_mm": grid.origin_ras_mm,
            "directions_ras": grid.directions_ras,
        }
    return told


def _print(image: "FileInfo") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(visible(image.file), style="bold"))
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for name, value in _facts(image):
        facts.add_row(Text(name, style="dim"), Text(visible(value)))
    console.print(facts)
    if image.regions:
        console.print(_table(image.regions))
    if len(image.regions) > _MOST_REGIONS:
        console.print(f"  and {len(image.regions) - _MOST_REGIONS} more, all with --format json")
    console.print()


def _facts(image: "FileInfo") -> list[tuple[str, str]]:
    facts = [("Type", " or ".join(image.types) or "nothing that a quiz shows")]
    if image.dicom:
        facts.append(("DICOM", image.dicom))
    if (grid := image.grid) is not None:
        frames = f", {image.time_points} frames" if image.time_points > 1 else ""
        facts.append(("size", " x ".join(map(str, grid.shape[::-1])) + " voxels" + frames))
        spacing = " x ".join(f"{part:g}" for part in grid.spacing_mm) + " mm"
        facts.append(("spacing", spacing if image.is_calibrated else f"not known, counts as {spacing}"))
        facts.append(("first voxel", ", ".join(f"{part:g}" for part in grid.origin_ras_mm) + " mm (RAS)"))
        axes = "; ".join(" ".join(f"{part:.4g}" for part in axis) for axis in grid.directions_ras)
        facts.append(("directions", f"{axes} (RAS)"))
    if (values := image.values) is not None:
        each = f", {values.for_each_voxel} for each voxel" if values.for_each_voxel > 1 else ""
        facts.append(("numbers", values.number_type + each))
        if values.smallest is not None and values.largest is not None:
            extent = f"{values.smallest:g} to {values.largest:g} {values.units}"
            facts.append(("values", extent.rstrip()))
    return facts


def _table(regions: "tuple[RegionInfo, ...]") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 2))
    table.add_column("ROI")
    has_two_names = any(region.segment_name for region in regions)
    if has_two_names:
        table.add_column("as a Segmentation")
    table.add_column("value", justify="right")
    table.add_column("colour")
    has_contours = any(region.contours is not None for region in regions)
    if has_contours:
        table.add_column("contours", justify="right")
    table.add_column("voxels", justify="right")
    for region in regions[:_MOST_REGIONS]:
        red, green, blue = region.color
        color = Text.assemble(("\u25a0", f"rgb({red},{green},{blue})"), f" {red} {green} {blue}")
        table.add_row(
            Text(visible(region.name)),
            *([Text(visible(region.segment_name))] if has_two_names else []),
            _number(region.value),
            color,
            *([_number(region.contours)] if has_contours else []),
            _number(region.voxels),
        )
    return table


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
