"""A reader's session as hosts see it."""

import os
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType

import pytest
import QuizLoaderLib
from QuizLoaderLib.reader.asking import Asking
from QuizLoaderLib.reader.session_answers import SignIn
from QuizLoaderLib.session import storage
from QuizLoaderLib.session.results import Results
from QuizLoaderLib.session.session import Session
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


def test_a_full_journal_takes_no_times_and_no_names_of_files_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that draws and deletes lines without end fills no disk either; it is said what is missing."""
    monkeypatch.setattr(storage, "MOST_BYTES", 20_000)
    image = '<Image ID="CT" Type="Volume"><Path>c</Path></Image><QuestionSet>'
    quiz = write_quiz(tmp_path, text_page("A").replace("<QuestionSet>", image))
    now = [0.0]
    with closing(Session.open(quiz, tmp_path / "r", "Ann", clock=lambda: now[0])) as session:
        journal = tmp_path / "r" / "Ann" / "study" / "study.journal"
        said = ""
        for number in range(200):
            said = session.drawings.set_lines("CT", [session.drawings.line_file("CT", number)]).sentence
        assert said == (
            "All answers are saved, but the journal is full (0 MB), so the results do not name what was "
            "drawn last; who runs the study can help."
        )
        size = journal.stat().st_size
        assert size < 21_000
        for _beat in range(100):
            now[0] += 10
            session.beat()
        assert journal.stat().st_size == size
        assert session.save_now().sentence == said


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


def test_the_end_page_counts_the_pages_that_were_asked(tmp_path: Path) -> None:
    skipped = text_page("B", "ShowIf=\"A/seen = 'yes'\"")
    first = text_page("A").replace("<Question ", "<Question ID='seen' ")
    answers = SignIn("Ann", tmp_path / "results").begin(
        write_quiz(tmp_path, first + skipped + text_page("C")), tmp_path
    )
    asking = Asking(lambda: asking.show(), lambda: None, lambda: None)
    asking.begin(answers)
    asking.show()
    asking.set_answer((0, 0), ("no",))
    asking.step("next")
    asking.step("finish")
    assert [(each.sentence, each.question) for each in asking.lacks] == [("Please answer “Remark”.", (0, 0))]
    asking.set_answer((0, 0), ("nothing",))
    assert asking.at_questions == {}
    asking.step("finish")

    assert asking.end_page is not None
    assert asking.end_page.sentences[0] == "Thank you, Ann. Both pages are complete."
    assert asking.asked is not None and asking.asked.pages == ()
    assert answers.close() == ""


def test_the_end_page_says_what_the_quiz_says(tmp_path: Path) -> None:
    said = "Thank you &amp; see you in May."
    quiz = write_quiz(tmp_path, "<Page ID='A'/>", f'EndText="{said}"')
    answers = SignIn("Ann", tmp_path / "results").begin(quiz, tmp_path)
    asking = Asking(lambda: asking.show(), lambda: None, lambda: None)
    asking.begin(answers)
    asking.show()
    asking.step("finish")
    assert asking.end_page is not None
    assert asking.end_page.sentences == ("Thank you & see you in May.",)
    assert answers.close() == ""


def test_a_page_that_asks_nothing_is_shown_to_a_reader(tmp_path: Path) -> None:
    answers = SignIn("Ann", tmp_path / "results").begin(write_quiz(tmp_path, "<Page ID='A'/>"), tmp_path)
    assert answers.asked().question_sets == ()
    assert answers.set_on_page(0) == 0
    assert answers.step("finish") == []
    answers.close_for_good()


def test_an_answer_looks_once_at_the_quiz_and_a_few_times_at_each_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = "<Question Type='Text' Descriptor='Remark'><Option>Remark</Option></Question>" * 30
    pages = f"<Page ID='A'><QuestionSet>{questions}</QuestionSet></Page>"
    pages += "".join(text_page(f"B{number}") for number in range(30))
    answers = SignIn("Ann", tmp_path / "results").begin(write_quiz(tmp_path, pages), tmp_path)
    asking = Asking(lambda: None, lambda: None, lambda: None)
    asking.begin(answers)
    asking.show()
    looks: Counter[str] = Counter()
    for kind, name in ((Session, "where"), (Results, "answer")):
        looked = getattr(kind, name)

        def look(*place: object, name: str = name, looked: Callable[..., object] = looked) -> object:
            looks[name] += 1
            return looked(*place)

        monkeypatch.setattr(kind, name, look)

    assert asking.set_answer((0, 0), ("one",)) == ""

    assert looks["where"] == 1
    assert looks["answer"] < 5 * 30
    assert answers.close() == ""
