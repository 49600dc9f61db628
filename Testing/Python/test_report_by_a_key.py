"""The report of a quiz that teaches, with conditions, exchanged sides, time limits, training and a second
attempt, by the answer key that stayed with the server."""

import io
import os
import sys
from pathlib import Path

import pytest
from marked_study import leave_charts_blank
from masks_made import quizloader
from QuizLoaderLib.apps.study_server import coordinator_tables
from QuizLoaderLib.apps.study_server.coordinator_tables import REPORT, order
from QuizLoaderLib.quiz.answer_key import load_answer_key
from QuizLoaderLib.results.results_folder import LATER_ATTEMPT
from QuizLoaderLib.session.draws import SIDES
from QuizLoaderLib.session.session import Session
from session_by_hand import Clock, page_of, saved, text_page, ticking_clock, write_quiz
from test_session_tables import table

pytest.importorskip("matplotlib")

TRAINING = """<Page ID="Try" Training="Y"><QuestionSet><Question Type="Radio" Descriptor="Any">
<Option Correct="Y">Y</Option><Option>N</Option></Question></QuestionSet></Page>"""
PAIR = """<Page ID="Pair {0}" Layout="SideBySideRedYellow" RandomizeSides="Red Yellow" {1}>
<Image ID="Sharp" Type="Volume"><DefaultDestination>Red</DefaultDestination><Path>a.nrrd</Path></Image>
<Image ID="Blurred" Type="Volume"><DefaultDestination>Yellow</DefaultDestination><Path>b.nrrd</Path></Image>
<QuestionSet><Question Type="Radio" Descriptor="Better"><Option View="Red" Correct="Y">Left</Option>
<Option View="Yellow">Right</Option></Question>
<Question ID="any" Type="Radio" Descriptor="Any"><Option{2}>Y</Option><Option{3}>N</Option></Question>
<Question Type="FloatValue" Descriptor="Size" ShowIf="any = 'Y'" Answer="10" Tolerance="1"><Option>mm</Option>
</Question></QuestionSet></Page>"""
RIGHT = ' Correct="Y"'
PAIRS = {1: True, 2: False, 3: True, 4: False}
"""By number, whether there is anything."""
LIMITED, LIMIT_S = 2, 30


class Reader:
    """Sits before the quiz with a clock that the test moves."""

    def __init__(self, study: Path, name: str, again: bool = False) -> None:
        self.clock = Clock()
        self.session = Session.open(
            study / "study.xml",
            study / "results",
            name,
            seed=1,
            now=ticking_clock(),
            clock=self.clock,
            key=load_answer_key(study / "key.xml"),
            again=again,
        )
        self.session.presence.see(True)
        self.session.presence.be_there(True)
        self.pass_page([("Y", "N")])

    def pass_page(self, answers: list[tuple[str, ...]]) -> None:
        """Answers, sees what is right, and goes on."""
        self.clock.now += 5
        for question, texts in enumerate(answers):
            self.session.set_draft(question, texts)
        assert self.session.next() == []
        assert self.session.locked()
        assert self.session.next() == []

    def let_time_pass(self) -> None:
        for _ in range(LIMIT_S):
            self.clock.now += 1
            self.session.beat()
            self.session.time_out()
        assert self.session.locked()
        assert self.session.next() == []

    def read(self, says_any: bool, waits: bool = False) -> None:
        """Takes the left image always; who waits says nothing of one pair until its time is over."""
        any_and_size = [("Y", "N"), ("10.5",)] if says_any else [("N", "Y")]
        for number in PAIRS:
            if waits and number == LIMITED:
                self.let_time_pass()
            else:
                self.pass_page([("Y", "N"), *any_and_size])
        self.session.set_draft(0, ("done",))
        assert self.session.finish() == []
        self.session.close()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ann says Y of each pair but the one that she waits at, N in her second attempt; Bob says N of each."""
    folder = tmp_path_factory.mktemp("course")
    pages = TRAINING + "".join(
        PAIR.format(
            number,
            f'TimeLimit="{LIMIT_S}"' if number == LIMITED else "",
            RIGHT if is_there else "",
            "" if is_there else RIGHT,
        )
        for number, is_there in PAIRS.items()
    )
    whole = write_quiz(folder, pages + text_page("End"), 'Feedback="Page" Attempts="2"', "whole.xml")
    told = quizloader("key", "split", whole, "--out", folder / "study.xml", "--key", folder / "key.xml")
    assert told.code == 0, told.err
    Reader(folder, "Ann").read(says_any=True, waits=True)
    Reader(folder, "Ann", again=True).read(says_any=False)
    Reader(folder, "Bob").read(says_any=False)
    with pytest.MonkeyPatch.context() as patch:
        leave_charts_blank(patch)
        made = quizloader(
            "report", folder / "results", "--key", folder / "key.xml", "--out", folder / "report"
        )
    assert made.code == 0, made.err
    return folder


def test_the_first_attempt_is_scored_with_sides_as_they_were_seen(study: Path) -> None:
    rows = table(study / "report" / "scores.csv")
    found = {(row["reader"], row["page"], row["question"]): row["score"] for row in rows}
    for reader, says_any in (("Ann", True), ("Bob", False)):
        root = saved(study / "results" / reader / "study" / "study.xml")
        exchanged = {number for number in PAIRS if page_of(root, number + 1).get(SIDES) == "Yellow Red"}
        assert len(exchanged) == 2
        for number, is_there in PAIRS.items():
            waited = reader == "Ann" and number == LIMITED
            scores = {
                "Better": number not in exchanged and not waited,
                "Any": says_any == is_there and not waited,
            }
            scores |= {"Size": True} if says_any and not waited else {}
            own = {
                name: score
                for (who, page, name), score in found.items()
                if (who, page) == (reader, f"Pair {number}")
            }
            assert own == {name: str(int(is_right)) for name, is_right in scores.items()}
    assert {row["attempt"] for row in rows} == {"1"} and len(found) == len(rows) == 2 * 8 + 3


def test_the_truth_is_that_of_the_key(study: Path) -> None:
    rows = table(study / "report" / "rates.csv")
    found = {
        (row["reader"], row["measure"]): (row["estimate"], row["n"])
        for row in rows
        if row["question"] == "Any"
    }
    assert found["Ann", "sensitivity"] == ("1", "2") and found["Ann", "specificity"] == ("0", "1")
    assert found["Bob", "sensitivity"] == ("0", "2") and found["Bob", "specificity"] == ("1", "2")


def test_categories_are_compared_with_those_of_the_key_by_the_images_that_were_seen(study: Path) -> None:
    rows = table(study / "report" / "confusion.csv")
    better = {
        row["category_1"]: row["count"]
        for row in rows
        if (row["question"], row["reader_1"], row["reader_2"]) == ("Better", "Bob", "answer key")
        and row["category_2"] == "Sharp"
    }
    assert better == {"Sharp": "2", "Blurred": "2"}


def test_what_time_and_conditions_ended_and_what_was_told_is_said(study: Path) -> None:
    left_out = table(study / "report" / "left_out.csv")
    reasons = {
        (row["reader"], row["page"] or row["case"], row["question"]): row["reason"] for row in left_out
    }
    over = "no answer to this question before the time was over"
    assert reasons == {
        **{("Ann", page, ""): LATER_ATTEMPT for page in (*(f"Pair {n}" for n in PAIRS), "End")},
        **{("Ann", f"Pair {LIMITED}", name): over for name in ("Better", "Any")},
        **{("Bob", f"Pair {n}", "Size"): "a condition hid this question" for n in PAIRS if n != LIMITED},
    }
    times = table(study / "report" / "times.csv")
    assert [(row["reader"], row["attempt"], row["page"]) for row in times if row["timed_out"] == "Y"] == [
        ("Ann", "1", f"Pair {LIMITED}")
    ]
    assert {row["page"] for row in times if row["told_right"] == "N"} == {"End"}
    page = (study / "report" / "index.html").read_text(encoding="utf-8")
    assert "1 page was completed because the time was over, with what was there." in page
    assert "12 pages told what is right and were locked from then on." in page
    assert "5 of 5, 1 by time" in page.replace("\N{NO-BREAK SPACE}", " ")
    # What is seen is no change of an answer.
    assert "0 answers were changed later" in page


def test_the_coordinator_gets_the_same_by_the_key_of_the_server(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    asked = order(REPORT, study / "results", folder=study / "own", images=study, key=study / "key.xml")
    monkeypatch.setattr(sys, "stdin", io.StringIO(asked.decode()))
    # It would be for all tests that come.
    monkeypatch.setattr(os, "nice", lambda lower: lower)
    coordinator_tables.main()
    assert capsysbinary.readouterr() == (b"", b"")
    for name in ("scores.csv", "rates.csv", "left_out.csv"):
        assert (study / "own" / name).read_bytes() == (study / "report" / name).read_bytes()
