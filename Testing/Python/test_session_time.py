"""Reading time is that of a reader who is there: over all visits, crash or not, and without idle gaps."""

import shutil
from pathlib import Path

import pytest
from QuizLoaderLib.results.progress import progress
from QuizLoaderLib.results.tables import answer_rows
from QuizLoaderLib.session.entries import TimeEntry
from QuizLoaderLib.session.journal import read_journal
from QuizLoaderLib.session.presence import Presence
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.session.session import Session
from session_by_hand import Clock, page_of, saved, write_quiz


def page(name: str, attributes: str = "") -> str:
    """Nothing needs an answer on it."""
    question = '<Question Type="Text" Required="N"><Option>Remark</Option></Question>'
    return f'<Page ID="{name}" {attributes}><QuestionSet>{question}</QuestionSet></Page>'


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(folder: Path, clock: Clock, results: str = "results", quiz: str = "study.xml") -> Session:
    return Session.open(folder / quiz, folder / results, "Ann", clock=clock)


def wait(session: Session, clock: Clock, seconds: int, touches: bool = True) -> None:
    """The reader looks at the page; the host looks after the session every second."""
    for _ in range(seconds):
        clock.now += 1
        if touches:
            session.presence.touch()
        session.beat()


def times(folder: Path, number: int, results: str = "results") -> tuple[float, float]:
    element = page_of(saved(folder / results / "Ann" / "study" / "study.xml"), number)
    return float(element.get("SecondsShown") or "nan"), float(element.get("SecondsActive") or "nan")


def test_time_of_all_visits_is_added_and_the_time_between_them_is_not(tmp_path: Path, clock: Clock) -> None:
    write_quiz(tmp_path, page("A", 'AllowMultipleResponse="Y"') + page("B"))
    session = opened(tmp_path, clock)
    wait(session, clock, 17)
    assert session.next() == []
    wait(session, clock, 4)
    session.previous()
    wait(session, clock, 9)
    session.close()
    clock.now += 100_000
    session = opened(tmp_path, clock)
    wait(session, clock, 2)
    session.close()
    assert times(tmp_path, 1) == (26, 26)
    assert times(tmp_path, 2) == (6, 6)


def test_a_crash_costs_five_seconds_at_most(tmp_path: Path, clock: Clock) -> None:
    write_quiz(tmp_path, page("A") + page("B"))
    for ends_after in range(12, 25):
        results = f"results{ends_after}"
        session = opened(tmp_path, clock, results)
        session.set_draft(0, ("a draft",))
        wait(session, clock, ends_after)
        crashed = f"crashed{ends_after}"
        shutil.copytree(tmp_path / results, tmp_path / crashed, ignore=shutil.ignore_patterns("*.lock"))
        session.close()
        clock.now += 500
        again = opened(tmp_path, clock, crashed)
        wait(again, clock, 3)
        again.close()
        shown, active = times(tmp_path, 1, crashed)
        assert ends_after - 5 < shown - 3 <= ends_after
        assert active == shown
        assert times(tmp_path, 1, results)[0] == ends_after


def test_a_crash_soon_after_the_first_answer_of_a_page_counts_no_second_that_nobody_looked(
    tmp_path: Path, clock: Clock
) -> None:
    write_quiz(tmp_path, page("A", 'TimeLimit="30"') + page("B"))
    session = opened(tmp_path, clock)
    wait(session, clock, 1)
    session.be_there(False)
    clock.now += 100
    session.be_there(True)
    wait(session, clock, 2)
    session.set_draft(0, ("a draft",))
    wait(session, clock, 1)
    shutil.copytree(tmp_path / "results", tmp_path / "crashed", ignore=shutil.ignore_patterns("*.lock"))
    session.close()
    again = opened(tmp_path, clock, "crashed")
    wait(again, clock, 7)
    again.time_out()
    assert not again.locked()
    again.close()
    shown, active = times(tmp_path, 1, "crashed")
    assert 7 <= shown <= 11
    assert active == shown


def test_an_idle_gap_is_left_out_whole_and_a_shorter_one_is_not(tmp_path: Path, clock: Clock) -> None:
    write_quiz(tmp_path, page("A"), 'IdleAfter="60"')
    session = opened(tmp_path, clock)
    wait(session, clock, 10)
    wait(session, clock, 60, touches=False)
    session.presence.touch()
    assert session.finish() == []
    session.close()
    assert times(tmp_path, 1) == (70, 70)

    session = opened(tmp_path, clock, "others")
    wait(session, clock, 10)
    wait(session, clock, 61, touches=False)
    wait(session, clock, 5)
    session.close()
    # The touch that ends the gap comes with the 62nd second.
    assert times(tmp_path, 1, "others") == (76, 14)


def test_the_quiz_says_what_is_idle(tmp_path: Path, clock: Clock) -> None:
    write_quiz(tmp_path, page("A"), 'IdleAfter="4.5"')
    session = opened(tmp_path, clock)
    wait(session, clock, 4)
    wait(session, clock, 5, touches=False)
    session.close()
    assert times(tmp_path, 1) == (9, 4)


def test_nobody_there_and_images_on_their_way_are_no_reading_time(clock: Clock) -> None:
    presence = Presence(clock, 60)
    clock.now += 5
    presence.see(False)
    clock.now += 100
    presence.see(True)
    clock.now += 7
    presence.be_there(False)
    clock.now += 1000
    presence.see(False)
    presence.see(True)
    clock.now += 1000
    presence.be_there(True)
    clock.now += 3
    assert presence.tell() == (15, 15)
    # The connection was lost before it was known.
    clock.now += 20
    assert presence.tell() == (20, 20)
    presence.be_there(False, since=clock.now - 12)
    assert presence.tell() == (-12, -12)
    clock.now += 50
    presence.be_there(True)
    presence.begin_page()
    clock.now += 2
    assert presence.tell() == (2, 2)


def test_the_heartbeat_is_in_the_journal_every_five_seconds(tmp_path: Path, clock: Clock) -> None:
    write_quiz(tmp_path, page("A"))
    session = opened(tmp_path, clock)
    wait(session, clock, 21)
    entries = read_journal(tmp_path / "results/Ann/study/study.journal").entries
    beats = [each for each in entries if isinstance(each, TimeEntry)]
    assert [(beat.shown, beat.active) for beat in beats] == [(5, 5)] * 4
    session.presence.be_there(False)
    wait(session, clock, 30)
    session.close()
    assert times(tmp_path, 1) == (21, 21)


def test_a_locked_page_that_is_looked_at_again_counts_and_a_finished_quiz_does_not(
    tmp_path: Path, clock: Clock
) -> None:
    write_quiz(tmp_path, page("A") + page("B"))
    session = opened(tmp_path, clock)
    wait(session, clock, 3)
    session.next()
    session.previous()
    assert session.locked()
    wait(session, clock, 4)
    session.next()
    session.finish()
    wait(session, clock, 50)
    session.close()
    assert times(tmp_path, 1) == (7, 7)
    assert times(tmp_path, 2) == (0, 0)


def test_tables_and_progress_have_both_and_of_earlier_results_what_is_known(
    tmp_path: Path, clock: Clock
) -> None:
    write_quiz(tmp_path, page("A") + page("B"))
    session = opened(tmp_path, clock)
    wait(session, clock, 10)
    wait(session, clock, 61, touches=False)
    session.next()
    session.finish()
    session.close()
    (results,) = read_all_results([tmp_path / "results"]).results
    assert [(row["seconds_shown"], row["seconds_active"]) for row in answer_rows(results)] == [
        ("71.000", "10.000"),
        ("0.000", "0.000"),
    ]
    told = progress(results)
    assert (told.seconds, told.seconds_active) == (71, 10)
    # As an earlier version left it.
    for element in results.root.findall("Page"):
        del element.attrib["SecondsActive"]
    assert [row["seconds_active"] for row in answer_rows(results)] == ["", ""]
    assert (progress(results).seconds, progress(results).seconds_active) == (71, None)
