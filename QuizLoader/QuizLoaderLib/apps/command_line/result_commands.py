"""``quizloader answers`` and ``quizloader progress``: results of readers, as tables."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...quiz.answer_key import load_answer_key
from ...session.page_facts import PageFact
from .key_commands import KeyOption
from .terminal import CommandError, say

if TYPE_CHECKING:
    from ...results.tables import Row
    from ...session.results_parser import FoundResults

ResultsArgument = Annotated[
    list[Path], typer.Argument(metavar="RESULTS...", help="Results files, or folders to look for them in.")
]

TrainingOption = Annotated[bool, typer.Option("--training", help="With the pages that are for training.")]

AllAttemptsOption = Annotated[
    bool, typer.Option("--all-attempts", help="With a reader's later runs through the same quiz.")
]

ExcelOption = Annotated[
    bool, typer.Option("--excel", help="For Excel: marked as UTF-8, and no cell is a formula.")
]

EncodingOption = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="Of results of the Image Quizzer that are not in the encoding they declare."
    ),
]


def answers(
    results: ResultsArgument,
    out: Annotated[Path | None, typer.Option(metavar="CSV", help="The table to write.")] = None,
    marks: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Write a table of the marks on the images, too.")
    ] = None,
    mrmc: Annotated[
        bool, typer.Option("--mrmc", help="The long table of multi-reader multi-case statistics instead.")
    ] = False,
    case: Annotated[PageFact, typer.Option(help="With --mrmc: what of a page is the case.")] = PageFact.CASE,
    modality: Annotated[PageFact, typer.Option(help="With --mrmc: what of a page is the modality.")] = (
        PageFact.TREATMENT
    ),
    key: KeyOption = None,
    training: TrainingOption = False,
    all_attempts: AllAttemptsOption = False,
    excel: ExcelOption = False,
    encoding: EncodingOption = "cp1252",
) -> None:
    """Write all answers into one table. Ends with 1 where a file could not be read."""
    from ...results.marks_table import columns_with_forms, mark_rows
    from ...results.table_columns import ANSWER_COLUMNS, MRMC_COLUMNS
    from ...results.tables import answer_rows, mrmc_rows

    if mrmc and key is not None:
        raise CommandError("--mrmc has no right answers, so --key has no use.", code=2)
    if out is None and marks is None:
        raise CommandError("Give the table to write by --out, or by --marks that of the marks.", code=2)
    answer_key = load_answer_key(key) if key is not None else None
    found = found_results(results, encoding)
    wanted = [each for each in found.results if each.attempt == 1 or all_attempts]

    def save(path: Path, rows: list["Row"], columns: Iterable[str]) -> None:
        is_stream = save_table(path, found, rows, columns, excel, key)
        readers = len({each.reader for each in found.results})
        what = f"{path}: {len(rows)} rows of {readers} reader{'' if readers == 1 else 's'}"
        say(what, sys.stderr if is_stream else None)

    if out is not None and mrmc:
        rows = [row for each in wanted for row in mrmc_rows(each, case, modality, training)]
        save(out, rows, MRMC_COLUMNS)
    elif out is not None:
        rows = [row for each in wanted for row in answer_rows(each, training, answer_key)]
        save(out, rows, ANSWER_COLUMNS)
    if marks is not None:
        rows = [row for each in wanted for row in mark_rows(each, training)]
        save(marks, rows, columns_with_forms(rows))
    raise typer.Exit(1 if found.left_out else 0)


def save_table(
    out: Path,
    found: "FoundResults",
    rows: Iterable["Row"],
    columns: Iterable[str],
    excel: bool,
    key: Path | None,
) -> bool:
    """Write a table, never over results or the answer key; gives whether it went into a pipe or a device.

    Raises CommandError.
    """
    from ...results.tables import as_csv
    from ...session.whole_file import write_whole

    if out.resolve() in {each.path.resolve() for each in found.results}:
        raise CommandError(f"“{out}” is a file of results; choose another file for the table.")
    if key is not None and out.resolve() == key.resolve():
        raise CommandError(f"“{out}” is the answer key; choose another file for the table.")
    text = as_csv(rows, columns, for_spreadsheet=excel)
    data = text.encode("utf-8-sig" if excel else "utf-8")
    is_stream = out.exists() and not out.is_file()
    try:
        if is_stream:
            # A pipe or a device is written to, not replaced by a file.
            out.write_bytes(data)
        else:
            write_whole(out.resolve(), data)
    except OSError as fault:
        raise CommandError(f"“{out}” cannot be written: {fault.strerror or fault}.") from fault
    return is_stream


def progress(
    results: ResultsArgument,
    pages: Annotated[bool, typer.Option("--pages", help="A line for each page too.")] = False,
    encoding: EncodingOption = "cp1252",
) -> None:
    """Say how far each reader is, and how long the pages took. Ends with 1 where a file could not be read."""
    from ...results.progress import duration
    from ...results.progress import progress as progress_of

    found = found_results(results, encoding)
    for each in sorted((progress_of(one) for one in found.results), key=lambda one: (one.quiz, one.reader)):
        average = f", {duration(each.seconds_a_page)} a page" if each.seconds_a_page is not None else ""
        at = each.next_page
        place = f", at page {at.position} ({at.title})" if at and not each.is_finished else ""
        active = f" (active {duration(each.seconds_active)})" if each.seconds_active is not None else ""
        over = f" ({each.pages_timed_out} as their time was over)" if each.pages_timed_out else ""
        last = f", last seen {each.last_time:%Y-%m-%d %H:%M}" if each.last_time else ""
        say(
            f"{each.reader}, {each.quiz}: {each.state}{over}{place}, "
            f"{duration(each.seconds)} in all{active}{average}, "
            f"opened {'once' if each.logins == 1 else f'{each.logins} times'}{last}"
        )
        for page in each.pages if pages else ():
            say(f"  {page.position:4d}  {page.state}  {duration(page.seconds):>8}  {page.title}")
    raise typer.Exit(1 if found.left_out else 0)


def found_results(paths: list[Path], encoding: str) -> "FoundResults":
    import codecs

    from ...session.results_parser import read_all_results

    try:
        codecs.lookup(encoding)
    except LookupError as fault:
        raise typer.BadParameter(f"There is no encoding “{encoding}”.") from fault
    found = read_all_results(paths, encoding)
    for sentence in (*found.left_out, *found.remarks):
        say(f"quizloader: {sentence}", sys.stderr)
    if not found.results:
        raise CommandError("No results were found.")
    return found
