"""The results as they were at each start: which are kept, and which one is taken where the file is lost."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from QuizLoaderLib.session.session import Session
from session_by_hand import page_of, responses, saved, text_page, ticking_clock, write_quiz

BEGIN = datetime(2030, 1, 1, 9)


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return write_quiz(tmp_path, text_page("A", 'AllowMultipleResponse="Y"'))


def answer(quiz: Path, text: str, day: int) -> Path:
    """One visit on a day of the study; gives the results file."""
    clock = ticking_clock(BEGIN + timedelta(days=day))
    session = Session.open(quiz, quiz.parent / "results", "Ann", now=clock)
    session.set_draft(0, (text,))
    assert session.close().saved
    return quiz.parent / "results" / "Ann" / "study" / "study.xml"


def answers_in(path: Path) -> list[str]:
    return responses(page_of(saved(path), 1))[0][0][0]


def copies_of(file: Path) -> dict[str, int]:
    """How many answers each copy has, by name."""
    return {path.name: len(answers_in(path)) for path in sorted(file.parent.glob("study_*.xml"))}


def test_the_first_and_the_last_ten_copies_are_kept(quiz: Path) -> None:
    for day in range(25):
        file = answer(quiz, f"day {day}", day)

    # The copy of a day has the answers of the days before it; on the first day there was nothing to copy.
    assert copies_of(file) == {
        "study_Jan-02-2030-09-00-00.xml": 1,
        **{f"study_Jan-{day + 1:02d}-2030-09-00-00.xml": day for day in range(15, 25)},
    }
    assert len(answers_in(file)) == 25


def test_a_damaged_copy_and_what_is_no_copy_stay(quiz: Path) -> None:
    file = answer(quiz, "day 0", 0)
    file.write_bytes(b"<Session")
    mine = file.with_name("study_my-own.xml")
    mine.write_bytes(file.read_bytes())
    for day in range(1, 20):
        answer(quiz, f"day {day}", day)

    assert file.with_name("study_Jan-02-2030-09-00-00-damaged.xml").read_bytes() == b"<Session"
    assert mine.exists()
    assert len(list(file.parent.glob("study_Jan-*[0-9].xml"))) == 11


def test_the_newest_copy_is_known_by_its_content_where_times_were_lost(quiz: Path) -> None:
    """As on a disk that the folder was copied to, or after the clock was set back."""
    for day in (9, 8, 7):
        file = answer(quiz, f"day {day}", day)
    answer(quiz, "day 6", 6)
    for path in file.parent.glob("*.xml"):
        os.utime(path, (0, 0))
    file.unlink()
    file.with_suffix(".journal").unlink()

    session = Session.open(quiz, quiz.parent / "results", "Ann")

    assert "its last good copy is used" in session.notices[0]
    assert session.answers() == (("day 7",),)
    session.close()


def test_copies_that_cannot_be_removed_stop_nobody(quiz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows another program may have one open."""
    for day in range(12):
        answer(quiz, f"day {day}", day)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)

    file = answer(quiz, "day 12", 12)

    assert answers_in(file)[-1] == "day 12"
    assert len(copies_of(file)) == 12
