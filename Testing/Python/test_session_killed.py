"""A program that is killed while it saves, again and again, loses nothing that it had acknowledged."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from QuizLoaderLib.session.entries import MarkEvent
from QuizLoaderLib.session.session import Session
from session_by_hand import SOAK, fast_folder, page_of, responses, saved, text_page, ticking_clock, write_quiz

KILLS = 500 if SOAK else 12
PAGES = 40
SOURCE = Path(__file__).resolve().parents[2] / "QuizLoader"

# Answers as fast as it can, says each acknowledged answer on its standard output, turns pages.
READER = """
import os, sys
from pathlib import Path
from QuizLoaderLib.session.session import Session
quiz, results, run = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
session = Session.open(quiz, results, "killed")
count = 0
while True:
    where = session.where()
    for question in range(2):
        count += 1
        text = f"{run}-{count}"
        assert session.set_draft(question, (text,)).saved
        key = where.position.page
        os.write(1, f"{key.number} {question} {text}\\n".encode())
    if where.is_last or count % 7 == 0 and where.can_go_back:
        session.previous()
    else:
        assert session.next() == []
"""

TWO_TEXTS = '<Question Type="Text"><Option>a</Option></Question>' * 2


def test_every_acknowledged_answer_is_there_after_each_kill() -> None:
    folder = fast_folder()
    page = f'<Page ID="P" AllowMultipleResponse="Y"><QuestionSet>{TWO_TEXTS}</QuestionSet></Page>'
    quiz, results = write_quiz(folder, page * PAGES), folder / "results"
    chance = random.Random(7)
    newest: dict[tuple[int, int], str] = {}

    for run in range(KILLS):
        said = killed_reader(quiz, results, run, chance)
        for line in said:
            number, question, text = line.split()
            newest[int(number), int(question)] = text
        require_answers(quiz, results, newest)

    assert len(newest) > PAGES / 4


def killed_reader(quiz: Path, results: Path, run: int, chance: random.Random) -> list[str]:
    """The lines a reader's program said before SIGKILL hit it, a moment after one of its first answers."""
    process = subprocess.Popen(
        [sys.executable, "-c", READER, quiz, results, str(run)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert process.stdout is not None
    first = b"".join(process.stdout.readline() for _ in range(chance.randrange(1, 20)))
    assert first.endswith(b"\n"), "the reader's program did not go on"
    time.sleep(chance.uniform(0.0, 0.1))
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    lines = (first + rest).decode().split("\n")
    # A last line without its end was not said.
    return lines[:-1]


def require_answers(quiz: Path, results: Path, newest: dict[tuple[int, int], str]) -> None:
    file = results / "killed" / "study" / "study.xml"
    saved(file)  # always parses
    # What was in the journal only is in the file when the session has been taken up again.
    Session.open(quiz, results, "killed").close()
    root = saved(file)
    for (number, question), text in newest.items():
        shown = responses(page_of(root, number))[0][question][0][-1]
        # The reader may have answered once more before it could say so, never less.
        assert counted(shown) >= counted(text), (number, question, shown, text)
    given = [response.text for response in root.iter("Response") if response.text]
    assert len(given) == len(set(given)), "an answer was written twice"


def counted(text: str) -> tuple[int, int]:
    run, count = text.split("-")
    return int(run), int(count)


def test_what_a_killed_program_had_acknowledged_is_in_the_results_as_if_it_had_closed(tmp_path: Path) -> None:
    """Also where the reader does not come back to that page; the clock moves on a second a look."""
    quiz = write_quiz(
        tmp_path,
        f'<Page ID="P" AllowMultipleResponse="Y"><QuestionSet>{TWO_TEXTS}</QuestionSet></Page><Page ID="Q"/>',
    )
    session = Session.open(quiz, tmp_path / "results", "Ann", now=ticking_clock())  # 09:00:01 logs in
    session.set_draft(0, ("old",))  # 09:00:02
    session.set_draft(1, ("kept",))  # 09:00:03
    assert session.next() == []  # 09:00:04
    session.previous()  # 09:00:05
    session.set_draft(0, ("new",))  # 09:00:06
    session.set_draft(1, ("",))  # 09:00:07
    crashed = tmp_path / "crashed"
    shutil.copytree(tmp_path / "results", crashed)
    session.close()

    again = Session.open(quiz, crashed, "Ann", now=ticking_clock(datetime(2030, 1, 3)))

    assert again.answers() == (("new",), ("",))
    again.close()
    root = saved(crashed / "Ann" / "study" / "study.xml")
    page = page_of(root, 1)
    assert responses(page) == [[[["old", "new"]], [["kept", ""]]]]
    assert page.get("PageComplete") == "N", "its second question has no answer any more"
    newest = page.findall(".//Response")[1]
    assert newest.attrib == {
        "Event": "ExitBtn",
        "LoginTime": "20300102_09:00:01.000000",
        "ResponseTime": "20300102_09:00:07.000000",
        "Seconds": newest.attrib["Seconds"],
        "Recovered": "Y",
    }
    assert [login.get("LogoutTime") for login in root.findall("Login")] == [
        "20300102_09:00:07.000000",
        "20300103_00:00:03.000000",
    ]


def test_a_page_that_was_repeated_has_its_repetition_wherever_the_program_was_killed(tmp_path: Path) -> None:
    """A complete page cannot be repeated, so its reader could describe no other lesion."""
    lesion = f'<Page ID="Lesion" Loop="Y"><QuestionSet>{TWO_TEXTS}</QuestionSet></Page>'
    quiz = write_quiz(tmp_path, lesion + '<Page ID="End"/>')
    session = Session.open(quiz, tmp_path / "results", "Ann")
    session.set_draft(0, ("one",))
    session.set_draft(1, ("two",))
    assert session.repeat() == []
    lines = (tmp_path / "results" / "Ann" / "study" / "study.journal").read_bytes().splitlines(keepends=True)
    repeated = []

    for count in range(1, len(lines) + 1):
        crashed = tmp_path / str(count)
        shutil.copytree(tmp_path / "results", crashed)
        folder = crashed / "Ann" / "study"
        (folder / "study.xml").unlink()
        (folder / "study.journal").write_bytes(b"".join(lines[:count]))
        again = Session.open(quiz, crashed, "Ann")
        repeated.append(again.where().page.id == "Lesion-Rep1")
        assert repeated[-1] or again.where().can_repeat, lines[count - 1]
        again.close()
    session.close()

    assert repeated[0] is False and repeated[-1] is True


@pytest.mark.parametrize("length", [1, 8, 60, 200])
def test_a_cut_journal_loses_only_the_line_that_was_cut(tmp_path: Path, length: int) -> None:
    quiz = write_quiz(tmp_path, f'<Page ID="P"><QuestionSet>{TWO_TEXTS}</QuestionSet></Page>' * 2)
    session = Session.open(quiz, tmp_path / "results", "Ann")
    session.set_draft(0, ("kept",))
    session.set_draft(1, ("x" * 200,))
    journal = tmp_path / "results" / "Ann" / "study" / "study.journal"
    data = journal.read_bytes()
    crashed = tmp_path / "crashed"
    shutil.copytree(tmp_path / "results", crashed)
    session.close()
    (crashed / "Ann" / "study" / "study.journal").write_bytes(data[:-length])

    again = Session.open(quiz, crashed, "Ann")

    assert again.answers() == (("kept",), ("",))
    assert again.notices == (
        "The program was interrupted while it saved; everything it had acknowledged is here.",
    )
    assert again.set_draft(1, ("y",)).saved
    again.close()
    again = Session.open(quiz, crashed, "Ann")
    assert again.answers() == (("kept",), ("y",))
    assert again.notices == ()
    again.close()


@pytest.mark.parametrize("taken_away", ["mark", "answer of a mark", "drawing", "line"])
@pytest.mark.parametrize("is_file_written", [False, True])
def test_a_complete_page_is_open_again_where_what_it_needs_was_taken_away_and_the_program_killed(
    tmp_path: Path, taken_away: str, is_file_written: bool
) -> None:
    image = '<Image ID="CT" Type="Volume" {}><Path>ct.nrrd</Path></Image>'
    form = '<Question Type="Text" Descriptor="Kind"><Option/></Question>'
    marks = (
        f'<QuestionSet><Question Type="Mark" Descriptor="Findings" Min="1">{form}</Question></QuestionSet>'
    )
    needs = 'SegmentRequired="Y" MinMarkupLinesRequired="1"'
    first = f'<Page ID="A" AllowMultipleResponse="Y">{image.format(needs)}{marks}</Page>'
    quiz, other = write_quiz(tmp_path, first + text_page("B")), tmp_path / "killed"
    with contextlib.closing(Session.open(quiz, tmp_path / "results", "Ann")) as session:
        drawing, line = session.drawings.drawing_file("CT"), session.drawings.line_file("CT", 0)
        facts = {"Tool": "Point", "Image": "CT", "Center": "1 2 3"}
        session.marks.record(0, 0, 1, MarkEvent.PLACED, facts)
        session.marks.answer(0, 0, 1, 0, ("round",))
        session.drawings.set_drawing("CT", drawing, drawn=True)
        session.drawings.set_lines("CT", [line])
        assert session.next() == []
        session.previous()
        if taken_away == "mark":
            session.marks.record(0, 0, 1, MarkEvent.DELETED, {})
        elif taken_away == "answer of a mark":
            session.marks.answer(0, 0, 1, 0, ("",))
        elif taken_away == "drawing":
            session.drawings.set_drawing("CT", drawing, drawn=False)
        else:
            session.drawings.set_lines("CT", [])
        assert len(session.missing()) == 1
        session.save_now(results_too=is_file_written)
        shutil.copytree(tmp_path / "results", other, ignore=shutil.ignore_patterns("*.lock"))
    with contextlib.closing(Session.open(quiz, other, "Ann")) as session:
        assert (session.where().page.id, session.locked(), len(session.missing())) == ("A", False, 1)


def test_a_complete_page_on_which_nothing_is_lacking_stays_so(tmp_path: Path) -> None:
    image = '<Image ID="CT" Type="Volume" MinMarkupLinesRequired="1"><Path>ct.nrrd</Path></Image>'
    page = text_page("A", 'AllowMultipleResponse="Y"').replace("<QuestionSet>", f"{image}<QuestionSet>")
    quiz, other = write_quiz(tmp_path, page + text_page("B")), tmp_path / "killed"
    with contextlib.closing(Session.open(quiz, tmp_path / "results", "Ann")) as session:
        lines = [session.drawings.line_file("CT", number) for number in (0, 1)]
        session.drawings.set_lines("CT", lines)
        session.set_draft(0, ("one",))
        assert session.next() == []
        session.previous()
        session.drawings.set_lines("CT", lines[:1])
        shutil.copytree(tmp_path / "results", other, ignore=shutil.ignore_patterns("*.lock"))
    with contextlib.closing(Session.open(quiz, other, "Ann")) as session:
        assert session.where().page.id == "B"
