"""How long a reader waits until an answer is on the disk, in a quiz of 2,000 pages with 10 questions.

The peer is a bare append and fsync of the same number of bytes to a file in the same folder, in turns
with the answers.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from QuizLoaderLib.session.entries import DraftEntry, Entry, LeaveEntry
from QuizLoaderLib.session.journal import Journal, read_journal
from QuizLoaderLib.session.opening import results_files
from QuizLoaderLib.session.order import PageKey
from QuizLoaderLib.session.session import Session
from QuizLoaderLib.session.whole_file import sync

PAGES, QUESTIONS, OPTIONS = 2000, 10, 3
MEASURED = 100
LIMIT_MS = 30.0

QUESTION = "<Question Type='Radio' Descriptor='Q'>" + "<Option>label</Option>" * OPTIONS + "</Question>"
PAGE = (
    "<Page ID='P{number}'><Image ID='CT' Type='Volume'><Path>ct.nrrd</Path></Image>"
    "<QuestionSet>" + QUESTION * QUESTIONS + "</QuestionSet></Page>\n"
)


def make_quiz(folder: Path) -> Path:
    path = folder / "large.xml"
    pages = "".join(PAGE.format(number=number) for number in range(1, PAGES + 1))
    path.write_text(f"<Session>\n{pages}</Session>\n", encoding="utf-8")
    return path


def answer_page(session: Session, peer: int, journal: Path) -> tuple[list[float], list[float], float]:
    """Milliseconds of each answer, of the peer's appends, and of turning the page."""
    answers, appends = [], []
    for question in range(QUESTIONS):
        size = journal.stat().st_size
        start = time.perf_counter()
        state = session.set_draft(question, ("N", "Y", "N"))
        answers.append(1e3 * (time.perf_counter() - start))
        assert state.saved
        data = b"x" * (journal.stat().st_size - size)
        start = time.perf_counter()
        os.write(peer, data)
        sync(peer)
        appends.append(1e3 * (time.perf_counter() - start))
    start = time.perf_counter()
    if session.where().is_last:
        assert session.finish() == []
    else:
        assert session.next() == []
    return answers, appends, 1e3 * (time.perf_counter() - start)


def pages_read(number: int, pages: range) -> Iterator[Entry]:
    for page in pages:
        at: Any = {"page": PageKey(page), "question_set": 0}
        when: Any = {"time": "20300101_12:00:00.000000", "login": "x", "seconds": 1.0}
        for question in range(QUESTIONS):
            number += 1
            yield DraftEntry(number=number, **when, **at, question=question, texts=("N", "Y", "N"))
        number += 1
        yield LeaveEntry(number=number, **when, **at, event="NextBtn", passed=True, complete=True)


def report(what: str, pages: list[tuple[list[float], list[float], float]]) -> None:
    mine = sorted(time for page in pages for time in page[0])
    peer = [time for page in pages for time in page[1]]
    median = statistics.median(mine)
    late = mine[int(0.99 * len(mine))]
    ratio, turn = median / statistics.median(peer), statistics.median(page[2] for page in pages)
    print(
        f"{what}: an answer is acknowledged in {median:.2f} ms (median), {late:.2f} ms (99 of 100), "
        f"{ratio:.2f} x a bare append with fsync; a page is turned in {turn:.0f} ms"
    )
    assert median < LIMIT_MS, "An answer takes too long to be acknowledged."


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        quiz = make_quiz(folder)
        start = time.perf_counter()
        session = Session.open(quiz, folder / "results", "bench")
        print(f"open a new session: {1e3 * (time.perf_counter() - start):.0f} ms")
        files = results_files(folder / "results", "bench", quiz)
        peer = os.open(folder / "peer", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        report("start", [answer_page(session, peer, files.journal) for _ in range(MEASURED)])
        session.close()
        # Turning 2,000 pages takes minutes; what the reader did in the middle is put into the journal.
        journal = Journal(files.journal)
        number = read_journal(files.journal).entries[-1].number
        journal.append(pages_read(number, range(MEASURED + 1, PAGES - MEASURED + 1)))
        journal.close()
        start = time.perf_counter()
        session = Session.open(quiz, folder / "results", "bench")
        print(f"take it up with most of it in the journal only: {1e3 * (time.perf_counter() - start):.0f} ms")
        assert session.where().page.number == PAGES - MEASURED + 1
        report("end", [answer_page(session, peer, files.journal) for _ in range(MEASURED)])
        os.close(peer)
        assert session.in_review
        session.close()
        start = time.perf_counter()
        Session.open(quiz, folder / "results", "bench").close()
        print(f"open it for review: {1e3 * (time.perf_counter() - start):.0f} ms")


if __name__ == "__main__":
    main()
