"""Pages and quizzes that may, or must, be on the screen for so long: by a clock that the tests move."""

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from QuizLoaderLib.results.progress import progress
from QuizLoaderLib.results.tables import answer_rows, mrmc_rows
from QuizLoaderLib.session.page_facts import PageFact
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.session.session import ScriptRules, Session, SessionError
from QuizLoaderLib.session.time_limits import in_words
from session_by_hand import Clock, page_of, responses, saved, write_quiz


@pytest.fixture
def clock() -> Clock:
    return Clock()


def asked(*names: str) -> str:
    texts = (f'<Question Type="Text" Descriptor="{name}"><Option>a</Option></Question>' for name in names)
    return f"<QuestionSet>{''.join(texts)}</QuestionSet>"


def page(name: str, attributes: str = "", sets: str = asked("Finding")) -> str:
    return f'<Page ID="{name}" {attributes}>{sets}</Page>'


def opened(folder: Path, clock: Clock, results: str = "results") -> Session:
    return Session.open(folder / "study.xml", folder / results, "Ann", clock=clock)


def wait(session: Session, clock: Clock, seconds: int) -> None:
    """The reader looks at the page; the host looks after the session every second."""
    for _ in range(seconds):
        clock.now += 1
        session.beat()
        session.time_out()


def written(folder: Path, results: str = "results") -> ElementTree.Element:
    return saved(folder / results / "Ann" / "study" / "study.xml")


def test_a_page_whose_time_is_over_is_complete_with_what_is_there(tmp_path: Path, clock: Clock) -> None:
    sets = asked("First", "Second") + asked("Third")
    write_quiz(tmp_path, page("A", 'TimeLimit="30"', sets) + page("B"))
    session = opened(tmp_path, clock)
    assert session.limits.left == (30, 30)
    wait(session, clock, 20)
    assert session.next() == ["Please answer “First”.", "Please answer “Second”."]
    session.set_draft(0, ("begun",))
    wait(session, clock, 9)
    assert session.where().page.id == "A"
    assert session.limits.left == (1, 30)
    wait(session, clock, 1)
    assert session.where().page.id == "B"
    assert session.limits.left is None, "of the next page"
    session.previous()
    assert session.locked()
    with pytest.raises(SessionError, match="complete"):
        session.set_draft(0, ("later",))
    session.close()

    first = page_of(written(tmp_path), 1)
    assert (first.get("PageComplete"), first.get("TimedOut")) == ("Y", "Y")
    assert first.get("SecondsShown") == "30.000"
    assert responses(first) == [[[["begun"]], [[""]]], [[[""]]]]
    assert {each.get("Event") for each in first.iter("Response")} == {"TimedOut"}
    other = page_of(written(tmp_path), 2)
    assert (other.get("PageComplete"), other.get("TimedOut")) == (None, None)


def test_time_stands_still_while_nobody_looks_and_goes_on_after_a_crash(tmp_path: Path, clock: Clock) -> None:
    write_quiz(tmp_path, page("A", 'TimeLimit="60"') + page("B"))
    session = opened(tmp_path, clock)
    wait(session, clock, 20)
    session.presence.see(False)
    assert session.limits.stands_still
    wait(session, clock, 100)
    session.presence.see(True)
    session.presence.be_there(False)
    wait(session, clock, 100)
    session.presence.be_there(True)
    assert not session.limits.stands_still
    wait(session, clock, 12)
    assert session.limits.left == (pytest.approx(28), 60)
    crashed = tmp_path / "crashed"
    shutil.copytree(tmp_path / "results", crashed, ignore=shutil.ignore_patterns("*.lock"))
    session.close()
    clock.now += 100_000
    session = opened(tmp_path, clock, "crashed")
    left = session.limits.left
    assert left is not None
    assert 28 <= left[0] <= 33, "a crash gives back five seconds at most"
    wait(session, clock, round(left[0]) - 1)
    assert session.where().page.id == "A"
    # The line was lost a while before that was known, so the time before it comes back.
    clock.now += 12
    session.presence.be_there(False, since=clock.now - 12)
    session.time_out()
    assert session.where().page.id == "A"
    session.presence.be_there(True)
    wait(session, clock, 1)
    assert session.where().page.id == "B"
    session.close()
    assert page_of(written(tmp_path, "crashed"), 1).get("TimedOut") == "Y"


def test_the_last_page_is_locked_and_can_be_finished(tmp_path: Path, clock: Clock) -> None:
    write_quiz(tmp_path, page("A", 'TimeLimit="5" AllowMultipleResponse="Y"', asked("One") + asked("Two")))
    session = opened(tmp_path, clock)
    wait(session, clock, 6)
    assert session.locked()
    assert session.limits.left is None
    assert session.where().is_last
    assert session.finish() == []
    session.close()
    (login,) = written(tmp_path).findall("Login")
    assert (login.get("QuizComplete"), login.get("TimedOut")) == ("Y", None)


def test_the_time_of_the_quiz_is_that_of_all_pages_and_finishes_it(tmp_path: Path, clock: Clock) -> None:
    pages = page("A", 'Loop="Y"') + page("B", 'TimeLimit="50"') + page("C")
    write_quiz(tmp_path, pages, 'TimeLimit="100"')
    session = opened(tmp_path, clock)
    wait(session, clock, 30)
    session.set_draft(0, ("a",))
    assert session.repeat() == []
    wait(session, clock, 15)
    session.set_draft(0, ("again",))
    assert session.next() == []
    assert session.limits.left == (50, 50), "of the page, which ends first"
    session.close()
    session = opened(tmp_path, clock)
    wait(session, clock, 40)
    session.previous()
    assert session.locked()
    wait(session, clock, 14)
    assert session.limits.left == (pytest.approx(1), 100), "a page that is looked at again takes time, too"
    wait(session, clock, 2)
    assert session.in_review
    session.close()
    root = written(tmp_path)
    assert [each.get("PageComplete") for each in root.findall("Page")] == ["Y", "Y", None, None]
    assert [login.get("TimedOut") for login in root.findall("Login")] == [None, "Y"]
    (results,) = read_all_results([tmp_path / "results"]).results
    told = progress(results)
    assert told.state == "finished, as its time was over"
    assert [each.is_timed_out for each in told.pages] == [False] * 4


def test_tables_say_which_pages_were_timed_out(tmp_path: Path, clock: Clock) -> None:
    number = '<Question Type="IntegerValue" Descriptor="N"><Option>n</Option></Question>'
    number = f"<QuestionSet>{number}</QuestionSet>"
    write_quiz(tmp_path, page("A", 'TimeLimit="5"', number) + page("B", "", number))
    session = opened(tmp_path, clock)
    session.set_draft(0, ("3",))
    wait(session, clock, 5)
    session.set_draft(0, ("4",))
    session.finish()
    session.close()
    (results,) = read_all_results([tmp_path / "results"]).results
    assert [(row["response"], row["timed_out"]) for row in answer_rows(results)] == [("3", "Y"), ("4", "N")]
    rows = mrmc_rows(results, PageFact.CASE, PageFact.TREATMENT)
    assert [(row["score"], row["timed_out"]) for row in rows] == [("3", "Y"), ("4", "N")]
    told = progress(results)
    assert told.state == "finished"
    assert [each.is_timed_out for each in told.pages] == [True, False]


def test_a_page_is_completed_after_its_least_time(tmp_path: Path, clock: Clock) -> None:
    sets = asked("One") + asked("Two")
    write_quiz(tmp_path, page("A") + page("B", 'MinTime="90" AllowMultipleResponse="Y"', sets) + page("C"))
    session = opened(tmp_path, clock)
    session.set_draft(0, ("a",))
    session.next()
    session.set_draft(0, ("b",))
    assert session.next() == [], "to the next questions of the page"
    session.set_draft(0, ("c",))
    assert session.next() == ["This page can be completed in 2 minutes."]
    wait(session, clock, 20)
    session.previous()
    session.previous()
    wait(session, clock, 500)
    session.next()
    session.next()
    wait(session, clock, 20)
    assert session.next() == ["This page can be completed in less than a minute."]
    session.close()
    clock.now += 1000
    session = opened(tmp_path, clock)
    session.next()
    wait(session, clock, 41)
    assert session.next() == ["This page can be completed in 9 seconds."]
    wait(session, clock, 9)
    assert session.next() == []
    session.previous()
    assert session.next() == []
    session.close()


def test_what_is_missing_reopens_no_page_whose_time_was_over(tmp_path: Path, clock: Clock) -> None:
    ask = '<Question Type="Radio" ID="more" Descriptor="M"><Option>no</Option><Option>yes</Option></Question>'
    more = '<Question Type="Text" Descriptor="Why" ShowIf="A/more = \'yes\'"><Option>w</Option></Question>'
    pages = page("A", 'AllowMultipleResponse="Y"', f"<QuestionSet>{ask}</QuestionSet>")
    pages += page("B", 'TimeLimit="5"', f"<QuestionSet>{more}</QuestionSet>" + asked("Else")) + page("C")
    write_quiz(tmp_path, pages)
    session = opened(tmp_path, clock)
    session.set_draft(0, ("Y", "N"))
    session.next()
    wait(session, clock, 6)
    assert session.where().page.id == "C"
    session.previous()
    session.previous()
    session.previous()
    session.set_draft(0, ("N", "Y"))
    session.next()
    session.close()
    assert page_of(written(tmp_path), 2).get("PageComplete") == "Y"


def test_a_script_that_runs_is_ended_with_the_time(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "slow.py").write_text("import time; time.sleep(60)", encoding="utf-8")
    button = '<Question Type="Button" Descriptor="B"><Option>slow.py</Option></Question>'
    attributes = 'TimeLimit="5" AllowMultipleResponse="Y" ButtonScriptRerunRequired="Y"'
    write_quiz(tmp_path, page("A", attributes, f"<QuestionSet>{button}</QuestionSet>") + page("B"))
    session = Session.open(
        tmp_path / "study.xml",
        tmp_path / "results",
        "Ann",
        scripts=ScriptRules(tmp_path, tmp_path),
        clock=clock,
    )
    press = session.buttons.start(0, 0)
    wait(session, clock, 5)
    assert press.script.is_done
    assert session.where().page.id == "B"
    session.close()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (7200, "120 minutes"),
        (120, "2 minutes"),
        (119.2, "2 minutes"),
        (60.1, "2 minutes"),
        (60, "less than a minute"),
        (10.1, "less than a minute"),
        (10, "10 seconds"),
        (0.4, "1 second"),
        (0, "0 seconds"),
    ],
)
def test_the_last_ten_seconds_are_counted(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
