"""What the coordinator gets of all results, made in a process of its own: a large study stops nobody's page,
and what it takes of memory is given back.

The process gets an order in JSON on its standard input and writes what was asked for to its standard output.
"""

import json
import logging
import os
import sys
import zipfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import IO

from ...quiz.problems import ExplainedError
from ...results.progress import Progress, duration, progress
from ...results.table_columns import ANSWER_COLUMNS
from ...results.tables import answer_rows, as_csv
from ...session.files import is_below
from ...session.results_parser import read_all_results
from ..shared.defect_report import log_defect

READERS_TABLE, ANSWERS, RESULTS, REPORT = "readers", "answers", "results", "report"
EXPLAINED = 3
"""The process ends with this where it has written a sentence that says why it cannot do what was asked."""

_LOWER_PRIORITY = 10
"""Readers turn pages meanwhile."""

Here = dict[tuple[str, str], float]
"""Who has a window open: by reader and quiz, how many seconds ago they did something."""


def order(
    what: str,
    results: Path,
    names: Iterable[str] = (),
    here: Here | None = None,
    folder: Path | None = None,
    images: Path | None = None,
    key: Path | None = None,
) -> bytes:
    """``what`` is READERS_TABLE (of ``names`` and ``here``), ANSWERS, RESULTS (of any folder) or REPORT (into
    ``folder``, with ``images`` of the image folder and an answer ``key``)."""
    is_here = [[*who, idle_s] for who, idle_s in (here or {}).items()]
    facts = {"what": what, "results": str(results), "names": list(names), "here": is_here}
    folders = {"folder": str(folder or ""), "images": str(images or ""), "key": str(key or "")}
    return json.dumps({**facts, **folders}).encode()


def main() -> None:
    if hasattr(os, "nice"):
        os.nice(_LOWER_PRIORITY)
    ordered, out = json.load(sys.stdin), sys.stdout.buffer
    results = Path(ordered["results"])
    try:
        if ordered["what"] == ANSWERS:
            write_answers(results, out)
        elif ordered["what"] == RESULTS:
            write_zip(results, out)
        elif ordered["what"] == REPORT:
            key = Path(ordered["key"]) if ordered["key"] else None
            write_report(results, Path(ordered["folder"]), Path(ordered["images"]), key)
        else:
            here = {(reader, quiz): idle_s for reader, quiz, idle_s in ordered["here"]}
            out.write(readers_table(results, ordered["names"], here).encode())
        out.flush()
    except ExplainedError as fault:
        out.write(str(fault).encode())
        out.flush()
        raise SystemExit(EXPLAINED) from None
    except Exception as fault:  # noqa: BLE001 the last net: the coordinator is told in a sentence
        log_defect(logging.getLogger(__name__), fault)
        raise SystemExit(1) from None


def readers_table(results: Path, names: Iterable[str], here: Here) -> str:
    """HTML: a row for each reader and quiz, with the pages and the time that each took."""
    found = read_all_results([results])
    ordered = sorted(map(progress, found.results), key=lambda each: (each.reader.casefold(), each.quiz))
    rows = [_row(each, here.get((each.reader, each.quiz))) for each in ordered]
    begun = {each.reader for each in found.results}
    rows += [
        f'<tr><td>{escape(name)}</td><td colspan="7" class="soft">has not begun</td></tr>'
        for name in sorted(set(names) - begun)
    ]
    head = (
        "<tr><th>Reader</th><th>Quiz</th><th>State</th><th>Is at</th><th class=number>In all</th>"
        "<th class=number>Active</th>"
        "<th class=number>A page</th><th>Last seen</th></tr>"
    )
    faults = "".join(f'<p class="fault">{escape(text)}</p>' for text in (*found.left_out, *found.remarks))
    return f"<table>{head}{''.join(rows)}</table>{faults}"


def write_answers(results: Path, out: IO[bytes]) -> None:
    """All answers of all readers, as ``quizloader answers --excel`` writes them but for its mark."""
    found = read_all_results([results]).results
    rows = [row for each in found if each.attempt == 1 for row in answer_rows(each)]
    out.write(as_csv(rows, ANSWER_COLUMNS, for_spreadsheet=True).encode())


def write_zip(results: Path, out: IO[bytes]) -> None:
    """A zip of the results folder; raises OSError.

    Locks and half-written files stay out, what a report keeps for itself, and links, which could lead
    anywhere.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for each in sorted(results.rglob("*")):
            is_hidden = any(part.startswith(".") for part in each.relative_to(results).parts)
            is_result = each.is_file() and not is_hidden and each.suffix != ".lock"
            if is_result and is_below(each, results.resolve()):
                archive.write(each, each.relative_to(results))


def write_report(results: Path, folder: Path, images: Path, key: Path | None = None) -> None:
    """The report of what all readers answered; raises ExplainedError."""
    try:
        from ...results.report.study_report import make_report
    except ImportError as fault:
        sentence = f"A report needs the package {fault.name}, which the server's Python does not have."
        raise ExplainedError(sentence) from fault
    from ...quiz.answer_key import load_answer_key
    from ...quiz.image_folder import ImageFolder
    from ...results.key_readings import ReportKey
    from ...results.report.parts import ReportOptions
    from ...results.results_folder import read_results_folder
    from ..shared.defect_report import defect_sentence

    options = ReportOptions(images=images, tell_defect=defect_sentence)
    by = ReportKey.of(load_answer_key(key) if key else None, ImageFolder(images))
    make_report(read_results_folder([results], by=by), folder, options)


def _row(each: Progress, idle_s: float | None) -> str:
    at = each.next_page
    place = "" if at is None or each.is_finished else f"{at.position}. {escape(at.title)}"
    last = f"{each.last_time:%Y-%m-%d %H:%M}" if each.last_time else ""
    a_page = duration(each.seconds_a_page) if each.seconds_a_page is not None else ""
    active = duration(each.seconds_active) if each.seconds_active is not None else ""
    pages = "".join(
        f"<tr><td class=number>{page.position}</td><td>{escape(page.title)}</td>"
        f"<td>{page.state}</td>"
        f"<td class=number>{duration(page.seconds)}</td>"
        f"<td class=number>{'' if page.seconds_active is None else duration(page.seconds_active)}</td></tr>"
        for page in each.pages
    )
    return (
        f"<tr><td>{escape(each.reader)}</td><td>{escape(each.quiz)}</td>"
        f"<td><details><summary>{escape(each.state)}</summary><table>{pages}</table></details></td>"
        f"<td>{place}</td><td class=number>{duration(each.seconds)}</td>"
        f"<td class=number>{active}</td><td class=number>{a_page}</td>"
        f"<td>{last if idle_s is None else _here_now(idle_s)}</td></tr>"
    )


def _here_now(idle_s: float) -> str:
    minutes = round(idle_s / 60)
    return f'<span class="here">here now</span>{f", did nothing for {minutes} min" if minutes else ""}'


if __name__ == "__main__":
    main()
