"""``quizloader report``: what all readers answered, in one report."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ...session.page_facts import PageFact
from .key_commands import KeyOption
from .mask_commands import table_of
from .result_commands import EncodingOption
from .terminal import CommandError, folder_option, make_writable, progress_bar, say


def report(
    results: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULTS|TABLE.csv...",
            help="Results files, or folders to look for them in; or one table of scores, as `answers --mrmc`"
            " writes it.",
        ),
    ],
    out: Annotated[
        Path, folder_option("Where the report goes; what is unchanged there is not computed again.")
    ],
    truth: Annotated[
        Path | None, typer.Option(metavar="CSV", help="The truth of the cases: case, truth (1 or 0).")
    ] = None,
    key: KeyOption = None,
    map: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Names the values of label maps; the consensus is also written as masks by it.",
        ),
    ] = None,
    images: Annotated[
        Path | None,
        folder_option(
            "The image folder: the worst cases are shown with their images, and drawings and marks are scored"
            " by an answer key."
        ),
    ] = None,
    case: Annotated[PageFact, typer.Option(help="What of a page is the case.")] = PageFact.CASE,
    modality: Annotated[PageFact, typer.Option(help="What of a page is the modality.")] = (
        PageFact.TREATMENT
    ),
    threshold: Annotated[
        float | None,
        typer.Option(metavar="SCORE", help="From which score on a case is called positive."),
    ] = None,
    tolerance: Annotated[float, typer.Option(metavar="MM", min=0, help="Of surface Dice, in mm.")] = 2.0,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="So many images compared at once.")] = min(
        4, os.cpu_count() or 1
    ),
    encoding: EncodingOption = "cp1252",
) -> None:
    """Tell what all readers answered: agreement, performance and consensus. Ends with 1 where a file could
    not be read or written."""
    try:
        from ...results.report.study_report import INDEX, make_report
    except ImportError as fault:
        sentence = f"A report needs the package {fault.name}, which this Python does not have."
        raise CommandError(f'{sentence} Run: python -m pip install "quizloader[report]"') from fault
    from ...quiz.answer_key import load_answer_key
    from ...quiz.image_folder import ImageFolder
    from ...results.key_readings import ReportKey
    from ...results.report.parts import ReportOptions, counted
    from ...results.results_folder import read_results_folder
    from ...results.score_table import read_score_table, read_truth
    from ..shared.defect_report import defect_sentence

    table = table_of(map) if map is not None else None
    is_table = len(results) == 1 and results[0].suffix.casefold() == ".csv"
    if is_table and key is not None:
        raise CommandError("An answer key is for results; a table has its truth by --truth.", code=2)
    answer_key = load_answer_key(key) if key is not None else None
    by = ReportKey.of(answer_key, ImageFolder(images) if images is not None else None)
    found = (
        read_score_table(results[0])
        if is_table
        else read_results_folder(results, case, modality, encoding, by)
    )
    if truth is not None:
        found.truth |= read_truth(truth)
    make_writable(out)
    with progress_bar("Comparing drawings") as advance:
        options = ReportOptions(table, tolerance, threshold, jobs, images, defect_sentence)
        made = make_report(found, out, options, advance)
    for sentence in made.remarks:
        say(f"quizloader: {sentence}", sys.stderr)
    if made.left_out:
        do = "does" if len(made.left_out) == 1 else "do"
        count = counted(len(made.left_out), "reading, answer or drawing", "readings, answers or drawings")
        say(f"{count} {do} not count; see {out / 'left_out.csv'}")
    say(out / INDEX)
    raise typer.Exit(0 if made.is_whole else 1)
