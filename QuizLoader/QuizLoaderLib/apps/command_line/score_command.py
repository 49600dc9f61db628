"""``quizloader score``: how much of the answers is right."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .key_commands import KeyOption
from .result_commands import (
    AllAttemptsOption,
    EncodingOption,
    ExcelOption,
    ResultsArgument,
    TrainingOption,
    found_results,
    save_table,
)
from .terminal import CommandError, folder_option, require_folder, say

if TYPE_CHECKING:
    from ...results.scores import Scores


def score(
    results: ResultsArgument,
    out: Annotated[
        Path,
        typer.Option(
            metavar="CSV", help="The table of scores; beside it those by reader, by page and by question."
        ),
    ],
    key: KeyOption = None,
    images: Annotated[
        Path | None, folder_option("The image folder, where the key has experts' regions for drawings.")
    ] = None,
    all_attempts: AllAttemptsOption = False,
    training: TrainingOption = False,
    excel: ExcelOption = False,
    encoding: EncodingOption = "cp1252",
) -> None:
    """Score all answers by an answer key. Ends with 1 where a file could not be read."""
    from ...quiz.answer_key import load_answer_key
    from ...quiz.image_folder import ImageFolder
    from ...results.score_totals import page_totals, question_totals, reader_totals
    from ...results.scores import score_results, score_rows
    from ...results.table_columns import (
        PAGE_TOTAL_COLUMNS,
        QUESTION_TOTAL_COLUMNS,
        READER_TOTAL_COLUMNS,
        SCORE_COLUMNS,
    )

    if out.exists() and not out.is_file():
        raise CommandError(f"“{out}” is not a file, and tables are written beside it.", code=2)
    answer_key = load_answer_key(key) if key is not None else None
    found = found_results(results, encoding)
    if images is not None:
        require_folder(images, "image folder")
    folder = ImageFolder(images) if images else None
    scores = score_results(found.results, answer_key, training, all_attempts, folder)
    for sentence in scores.remarks + scores.faults:
        say(f"quizloader: {sentence}", sys.stderr)
    if not scores.pages:
        _say_why_nothing(scores, key)
    of_readers = list(reader_totals(scores.pages))
    for place, columns, rows in (
        ("", SCORE_COLUMNS, score_rows(scores.pages)),
        ("-by-reader", READER_TOTAL_COLUMNS, of_readers),
        ("-by-page", PAGE_TOTAL_COLUMNS, page_totals(scores.pages)),
        ("-by-question", QUESTION_TOTAL_COLUMNS, question_totals(scores.pages)),
    ):
        save_table(out.with_name(f"{out.stem}{place}{out.suffix}"), found, rows, columns, excel, key)
    for (reader, quiz), count in scores.not_complete.items():
        pages = "1 page is" if count == 1 else f"{count} pages are"
        say(f"quizloader: {reader}, {quiz}: {pages} not complete and not scored.", sys.stderr)
    for row in of_readers:
        again = f" (attempt {row['attempt']})" if row["attempt"] != 1 else ""
        percent = f"{float(row['percent']):.0f}%"
        say(f"{row['reader']}, {row['quiz']}{again}: {row['score']} of {row['of']} ({percent})")
    raise typer.Exit(1 if found.left_out or scores.faults else 0)


def _say_why_nothing(scores: "Scores", key: Path | None) -> None:
    if scores.remarks or scores.faults:
        raise CommandError("None of these results could be scored.")
    if scores.not_complete:
        raise CommandError("No page with a right answer is complete yet, so nothing can be scored.")
    if key is not None:
        raise CommandError(f"“{key}” has no right answer to a question of these results in its words.")
    raise CommandError("The quizzes of these results have no right answers; name an answer key by --key.")
