"""``quizloader answers`` and ``quizloader progress``: results of readers, as tables."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...session.page_facts import PageFact
from .terminal import CommandError, say

if TYPE_CHECKING:
    from ...session.results_parser import FoundResults

ResultsArgument = Annotated[
    list[Path], typer.Argument(metavar="RESULTS...", help="Results files, or folders to look for them in.")
]

EncodingOption = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="Of results of the Image Quizzer that are not in the encoding they declare."
    ),
]


def answers(
    results: ResultsArgument,
    out: Annotated[Path, typer.Option(metavar="CSV", help="The table to write.")],
    mrmc: Annotated[
        bool, typer.Option("--mrmc", help="The long table of multi-reader multi-case statistics instead.")
    ] = False,
    case: Annotated[PageFact, typer.Option(help="With --mrmc: what of a page is the case.")] = PageFact.CASE,
    modality: Annotated[PageFact, typer.Option(help="With --mrmc: what of a page is the modality.")] = (
        PageFact.TREATMENT
    ),
    training: Annotated[
        bool, typer.Option("--training", help="With the pages that are for training.")
    ] = False,
    excel: Annotated[
        bool,
        typer.Option("--excel", help="For Excel: marked as UTF-8, and no cell is a formula."),
    ] = False,
    encoding: EncodingOption = "cp1252",
) -> None:
    """Write all answers into one table. Ends with 1 where a file could not be read."""
    from ...results.tables import ANSWER_COLUMNS, MRMC_COLUMNS, answer_rows, as_csv, mrmc_rows
    from ...session.whole_file import write_whole

    found = _found(results, encoding)
    if out.resolve() in {each.path.resolve() for each in found.results}:
        raise CommandError(f"“{out}” is a file of results; choose another file for the table.")
    rows = [
        row
        for each in found.results
        for row in (mrmc_rows(each, case, modality, training) if mrmc else answer_rows(each, training))
    ]
    text = as_csv(rows, MRMC_COLUMNS if mrmc else ANSWER_COLUMNS, for_spreadsheet=excel)
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
    readers = len({each.reader for each in found.results})
    what = f"{out}: {len(rows)} rows of {readers} reader{'' if readers == 1 else 's'}"
    say(what, sys.stderr if is_stream else None)
    raise typer.Exit(1 if found.left_out else 0)


def progress(
    results: ResultsArgument,
    pages: Annotated[bool, typer.Option("--pages", help="A line for each page too.")] = False,
    encoding: EncodingOption = "cp1252",
) -> None:
    """Say how far each reader is, and how long the pages took. Ends with 1 where a file could not be read."""
    from ...results.progress import duration
    from ...results.progress import progress as progress_of

    found = _found(results, encoding)
    for each in sorted((progress_of(one) for one in found.results), key=lambda one: (one.quiz, one.reader)):
        average = f", {duration(each.seconds_a_page)} a page" if each.seconds_a_page is not None else ""
        at = each.next_page
        place = f", at page {at.position} ({at.title})" if at and not each.is_finished else ""
        active = f" (active {duration(each.seconds_active)})" if each.seconds_active is not None else ""
        last = f", last seen {each.last_time:%Y-%m-%d %H:%M}" if each.last_time else ""
        say(
            f"{each.reader}, {each.quiz}: {each.state}{place}, "
            f"{duration(each.seconds)} in all{active}{average}, "
            f"opened {'once' if each.logins == 1 else f'{each.logins} times'}{last}"
        )
        for page in each.pages if pages else ():
            say(
                f"  {page.position:4d}  {'done' if page.is_complete else 'open'}  "
                f"{duration(page.seconds):>8}  {page.title}"
            )
    raise typer.Exit(1 if found.left_out else 0)


def _found(paths: list[Path], encoding: str) -> "FoundResults":
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
