"""A reader's session as hosts see it."""

import os
import sys
from pathlib import Path
from types import FrameType

import pytest
import QuizLoaderLib
from QuizLoaderLib.reader.session_answers import SignIn
from QuizLoaderLib.session import storage
from session_by_hand import saved, text_page, write_quiz

FINISHED = "This quiz is finished: everything can be looked at, and nothing changes."


def test_a_quiz_that_is_finished_while_its_folder_is_away_is_not_called_saved(tmp_path: Path) -> None:
    quiz, results = write_quiz(tmp_path, text_page("A")), tmp_path / "results"
    reading = SignIn("Ann", results).begin(quiz, tmp_path)
    page = reading.pages[0]
    os.rename(results, tmp_path / "away")
    reading.set_answer(page, 0, 0, ("one",))

    assert reading.step("finish") == []

    sentence = reading.save_sentence()
    assert sentence.startswith("The last 3 changes are not saved yet") and sentence.endswith(FINISHED)
    assert "not saved yet" in reading.close()
    os.rename(tmp_path / "away", results)
    assert reading.save_sentence() == FINISHED
    assert reading.close() == ""
    root = saved(results / "Ann" / "study" / "study.xml")
    assert [login.get("QuizComplete") for login in root.findall("Login")] == ["Y"]
    assert [response.text for response in root.iter("Response")] == ["one"]


def test_a_journal_that_is_full_takes_no_more_and_says_so_and_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that answers without end fills no disk; the reader can still turn the page and finish."""
    monkeypatch.setattr(storage, "MOST_BYTES", 50_000)
    quiz, results = write_quiz(tmp_path, text_page("A") + text_page("B")), tmp_path / "results"
    reading = SignIn("Ann", results).begin(quiz, tmp_path)
    page, number, refusal = reading.pages[0], 0, ""
    while not refusal:
        number += 1
        refusal = reading.set_answer(page, 0, 0, (f"{number} {'x' * 1000}",))
    journal = results / "Ann" / "study" / "study.journal"
    size = journal.stat().st_size
    assert 40 < number < 60 and size < 52_000
    assert refusal.startswith("This is not saved, since the journal of this quiz is full (0 MB);")
    assert reading.set_answer(page, 0, 0, ("more",)) == refusal
    assert journal.stat().st_size == size
    # The answer that was acknowledged before is what is shown, and stays.
    kept = (f"{number - 1} {'x' * 1000}",)
    assert reading.answer(page, 0, 0) == kept
    assert reading.step("next") == []
    assert reading.set_answer(reading.pages[1], 0, 0, ("of the next page",)) == refusal
    assert reading.close() == ""
    # It can be opened again, finished pages are as they were, and a turned page costs little.
    monkeypatch.setattr(storage, "_FOR_STEPS_BYTES", 5_000)
    again = SignIn("Ann", results).begin(quiz, tmp_path)
    said: list[str] = []
    while not said:
        said = again.step("previous") or again.step("next")
    assert said == [refusal] and journal.stat().st_size < 60_000
    assert again.close() == ""
    root = saved(results / "Ann" / "study" / "study.xml")
    assert [response.text for response in root.iter("Response")] == list(kept)


@pytest.mark.skipif(sys.platform == "darwin", reason="watches fsync, which macOS calls otherwise")
def test_an_answer_goes_straight_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host's form and its presenter come before these files. Each hands it on to one that lies below."""
    answers = SignIn("Ann", tmp_path / "results").begin(write_quiz(tmp_path, text_page("A")), tmp_path)
    package, fsync = Path(QuizLoaderLib.__file__).parent, os.fsync
    passed: list[str] = []

    def watched_fsync(descriptor: int) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            file = Path(frame.f_code.co_filename)
            if package in file.parents:
                passed.insert(0, file.relative_to(package).as_posix())
            frame = frame.f_back
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    assert answers.set_answer(answers.pages[0], 0, 0, ("one",)) == ""
    monkeypatch.undo()

    assert list(dict.fromkeys(passed)) == [
        "reader/session_answers.py",
        "session/session.py",
        "session/storage.py",
        "session/journal.py",
        "session/whole_file.py",
    ]
    assert answers.close() == ""
