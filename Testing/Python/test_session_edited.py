"""A results file that was edited by hand is used where it can be, and never stops the reader."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from QuizLoaderLib.session.session import Session
from session_by_hand import Clock, page_of, responses, saved, write_quiz

CHOICE = '<Question Type="Radio"><Option>no</Option><Option>yes</Option></Question>'
PAGE = f'<Page ID="P" AllowMultipleResponse="Y"><QuestionSet>{CHOICE}</QuestionSet></Page>'


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return write_quiz(tmp_path, PAGE * 2)


@pytest.fixture
def file(quiz: Path) -> Path:
    """Results of Ann, who said yes on the first page and is at the second."""
    session = Session.open(quiz, quiz.parent / "results", "Ann")
    session.set_draft(0, ("N", "Y"))
    assert session.next() == []
    session.close()
    return quiz.parent / "results" / "Ann" / "study" / "study.xml"


def edit(file: Path, change: Callable[[str], str]) -> None:
    text = file.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    file.write_text(changed, encoding="utf-8")


@pytest.mark.parametrize("written", ["soon", "1,5", "nan", "1e999", ""])
def test_a_time_that_is_none_counts_as_no_time(quiz: Path, file: Path, written: str) -> None:
    edit(file, lambda text: re.sub('SecondsShown="[^"]*"', f'SecondsShown="{written}"', text))
    clock = Clock()

    session = Session.open(quiz, quiz.parent / "results", "Ann", clock=clock)
    session.previous()
    clock.now += 7
    session.set_draft(0, ("Y", "N"))
    assert session.next() == []
    session.close()

    page = page_of(saved(file), 1)
    assert responses(page) == [[[["N", "Y"], ["Y", "N"]]]]
    assert page.get("SecondsShown") == "7.000"


def test_choices_that_an_editor_put_on_lines_of_their_own_are_understood(quiz: Path, file: Path) -> None:
    edit(file, lambda text: re.sub(">([YN])</Response>", r">\n      \1\n</Response>", text))

    session = Session.open(quiz, quiz.parent / "results", "Ann")
    session.previous()

    assert session.answers() == (("N", "Y"),)
    session.close()


def test_without_the_number_of_the_last_entry_no_answer_is_written_twice(quiz: Path, file: Path) -> None:
    edit(file, lambda text: re.sub(' JournalEntry="[^"]*"', "", text))

    session = Session.open(quiz, quiz.parent / "results", "Ann")

    assert "made anew from the journal" in session.notices[0]
    session.close()
    assert responses(page_of(saved(file), 1)) == [[[["N"], ["Y"]]]]
