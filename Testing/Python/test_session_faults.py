"""Disk full, folder read-only, file locked, folder gone: the answer stays, is said, and is saved later."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from QuizLoaderLib.session.session import Session, SessionError
from QuizLoaderLib.session.whole_file import sync_folder
from session_by_hand import fast_folder, page_of, responses, saved, text_page, write_quiz

SOURCE = Path(__file__).resolve().parents[2] / "QuizLoader"

BEGIN = """
import os, resource, signal, sys
import _strptime  # the standard library imports it late, when nobody may read it
from pathlib import Path
from QuizLoaderLib.session.whole_file import sync_folder
from QuizLoaderLib.session.session import Session, SessionError
quiz, results = Path(sys.argv[1]), Path(sys.argv[2])
folder = results / "Ann" / "study"
if os.geteuid() == 0:
    # root may write everywhere
    os.setgid(65534)
    os.setuid(65534)
"""


def run_child(script: str, quiz: Path, results: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", BEGIN + script, quiz, results],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stderr


@pytest.fixture
def quiz() -> Path:
    """In a folder that the children may write in."""
    folder = fast_folder()
    quiz = write_quiz(folder, text_page("A") + text_page("B"))
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    return quiz


@pytest.fixture
def results(quiz: Path) -> Path:
    return quiz.parent / "results"


def answer_of(results: Path, page: int) -> list[str]:
    return responses(page_of(saved(results / "Ann" / "study" / "study.xml"), page))[0][0][0]


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX systems can")
def test_an_answer_on_a_full_disk_waits_in_memory_and_is_saved_when_there_is_room(
    quiz: Path, results: Path
) -> None:
    run_child(
        """
session = Session.open(quiz, results, "Ann")
assert session.set_draft(0, ("before",)).saved
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = (folder / "study.journal").stat().st_size
# The disk takes the first half of the next line only.
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, resource.RLIM_INFINITY))
state = session.set_draft(0, ("on a full disk",))
assert not state.saved and "File too large" in state.sentence, state
assert "The last change is not saved yet" in state.sentence
assert "kept in memory" in state.sentence
assert session.answers() == (("on a full disk",),)
assert session.next() == []
assert session.where().page.id == "B"
assert not session.save_now().saved
assert not session.close().saved
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert session.set_draft(0, ("after",)).saved
assert session.save_now().sentence == "All answers are saved."
session.close()
""",
        quiz,
        results,
    )

    assert answer_of(results, 1) == ["on a full disk"]
    assert answer_of(results, 2) == ["after"]
    again = Session.open(quiz, results, "Ann")
    assert again.notices == ()
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="changes rights as POSIX systems have them")
def test_in_a_folder_that_became_read_only_answers_go_to_the_open_journal(quiz: Path, results: Path) -> None:
    run_child(
        """
session = Session.open(quiz, results, "Ann")
os.chmod(folder, 0o555)
session.set_draft(0, ("one",))
assert session.next() == []
state = session.save_state()
assert state.saved and "results file cannot be written now" in state.sentence, state
assert "Permission denied" in state.sentence
os.chmod(folder, 0o755)
assert session.save_now().sentence == "All answers are saved."
session.close()

os.chmod(folder, 0o555)
os.chmod(folder / "study.lock", 0o444)
os.chmod(folder / "study.journal", 0o444)
try:
    Session.open(quiz, results, "Ann")
except SessionError as fault:
    assert str(fault) == (
        f"Nothing can be written to the results folder “{folder}” (Permission denied); "
        "make it writable or choose another one."
    ), fault
else:
    raise AssertionError("a session started where nothing can be saved")
os.chmod(folder, 0o755)
os.chmod(folder / "study.lock", 0o644)
os.chmod(folder / "study.journal", 0o644)
""",
        quiz,
        results,
    )

    assert answer_of(results, 1) == ["one"]


@pytest.mark.skipif(sys.platform == "win32", reason="changes rights as POSIX systems have them")
def test_a_finished_quiz_can_be_reviewed_where_nothing_can_be_written(quiz: Path, results: Path) -> None:
    run_child(
        """
session = Session.open(quiz, results, "Ann")
session.set_draft(0, ("one",))
session.next()
session.set_draft(0, ("two",))
assert session.finish() == []
session.close()
before = (folder / "study.xml").read_bytes()
for path in (folder / "study.lock", folder / "study.journal", folder):
    os.chmod(path, 0o555)
session = Session.open(quiz, results, "Ann")
assert session.in_review and session.locked()
assert session.answers() == (("one",),)
assert session.next() == [] and session.answers() == (("two",),)
session.close()
assert (folder / "study.xml").read_bytes() == before
os.chmod(folder, 0o755)
""",
        quiz,
        results,
    )


def test_a_results_file_that_cannot_be_replaced_is_written_later(quiz: Path, results: Path) -> None:
    """On Windows another program that has the file open refuses the renaming; here a folder does."""
    session = Session.open(quiz, results, "Ann")
    file = results / "Ann" / "study" / "study.xml"
    aside = file.with_suffix(".aside")
    file.rename(aside)
    (file / "in the way").mkdir(parents=True)
    session.set_draft(0, ("one",))

    assert session.next() == []
    assert session.save_state().saved
    assert "All answers are saved in the journal" in session.save_state().sentence
    assert str(file) in session.save_state().sentence

    (file / "in the way").rmdir()
    file.rmdir()
    aside.rename(file)
    assert session.save_now().sentence == "All answers are saved."
    assert answer_of(results, 1) == ["one"]
    session.close()


def test_a_network_folder_that_goes_away_gets_its_answers_when_it_is_back(quiz: Path, results: Path) -> None:
    session = Session.open(quiz, results, "Ann")
    session.set_draft(0, ("one",))
    gone = results.with_name("gone")
    results.rename(gone)
    assert not session.set_draft(0, ("two",)).saved
    # A mount point without its disk is an empty folder: nothing must be written there.
    (results / "Ann" / "study").mkdir(parents=True)
    state = session.set_draft(0, ("three",))

    assert not state.saved
    assert "the results folder does not exist" in state.sentence
    assert session.answers() == (("three",),)
    assert session.next() == []
    assert not session.close().saved
    assert list((results / "Ann" / "study").iterdir()) == []

    (results / "Ann" / "study").rmdir()
    (results / "Ann").rmdir()
    results.rmdir()
    gone.rename(results)
    assert session.save_now().sentence == "All answers are saved."
    assert session.close().saved
    assert answer_of(results, 1) == ["three"]


def test_what_cannot_be_saved_can_be_taken_elsewhere_and_gone_on_with_there(
    quiz: Path, results: Path, tmp_path: Path
) -> None:
    session = Session.open(quiz, results, "Ann")
    results.rename(results.with_name("gone"))
    session.set_draft(0, ("rescued",))
    session.next()
    session.set_draft(0, ("begun",))

    copy = session.save_copy(tmp_path)

    assert copy == tmp_path / "Ann" / "study" / "study.xml"
    assert responses(page_of(saved(copy), 1)) == [[[["rescued"]]]]
    session.close(even_unsaved=True)
    there = Session.open(quiz, tmp_path, "Ann")
    assert there.notices == ()
    assert (there.where().page.id, there.answers()) == ("B", (("begun",),))
    assert there.finish() == []
    there.close()
    assert responses(page_of(saved(copy), 2)) == [[[["begun"]]]]


def test_a_journal_that_another_program_cut_is_made_good_by_the_results_file(
    quiz: Path, results: Path
) -> None:
    session = Session.open(quiz, results, "Ann")
    session.set_draft(0, ("one",))
    session.next()
    (results / "Ann" / "study" / "study.journal").write_bytes(b"")

    assert session.set_draft(0, ("two",)).saved
    session.close()

    assert answer_of(results, 1) == ["one"]
    assert answer_of(results, 2) == ["two"]


def test_a_draft_outlasts_a_journal_that_another_program_cut(quiz: Path, results: Path) -> None:
    """Until its page is left a draft is in the journal alone, so it has to get there again."""
    two = '<Page ID="P"><QuestionSet>' + '<Question Type="Text"><Option>a</Option></Question>' * 2
    quiz = write_quiz(quiz.parent, f"{two}</QuestionSet></Page>", name="two.xml")
    session = Session.open(quiz, results, "Ann")
    session.set_draft(0, ("one",))
    (results / "Ann" / "two" / "two.journal").write_bytes(b"")
    assert session.set_draft(1, ("two",)).saved
    crashed = results.with_name("crashed")
    shutil.copytree(results, crashed)
    session.close()

    again = Session.open(quiz, crashed, "Ann")

    assert again.answers() == (("one",), ("two",))
    again.close()


def test_a_window_whose_folder_was_away_leaves_alone_what_another_one_went_on_with(
    quiz: Path, results: Path, tmp_path: Path
) -> None:
    """As where the network fails, its locks with it, and the reader goes on at another computer."""
    first = Session.open(quiz, results, "Ann")
    first.set_draft(0, ("first",))
    shutil.copytree(results, results.with_name("server"))
    results.rename(results.with_name("gone"))
    assert not first.set_draft(0, ("first, offline",)).saved
    results.with_name("server").rename(results)
    second = Session.open(quiz, results, "Ann")
    second.set_draft(0, ("second",))
    assert second.next() == []

    assert first.next() == []
    state = first.save_now()

    assert not state.saved
    assert "another window has gone on with these results" in state.sentence
    assert not first.close().saved
    second.set_draft(0, ("second too",))
    assert second.close().saved
    assert (answer_of(results, 1), answer_of(results, 2)) == (["first", "second"], ["second too"])
    copy = first.save_copy(tmp_path)
    assert responses(page_of(saved(copy), 1)) == [[[["first, offline"]]]]
    first.close(even_unsaved=True)
    again = Session.open(quiz, results, "Ann")
    assert again.notices == ()
    again.close()


def test_a_folder_on_a_disk_that_cannot_sync_folders_is_used_all_the_same() -> None:
    """Some network disks refuse it, as /proc does."""
    if Path("/proc/self").exists():
        with pytest.raises(OSError, match="Invalid argument"):
            os.fsync(os.open("/proc", os.O_RDONLY))
        sync_folder(Path("/proc"))
    with pytest.raises(FileNotFoundError):
        sync_folder(Path("/none/at/all"))


def test_a_second_window_of_one_reader_is_refused(quiz: Path, results: Path) -> None:
    session = Session.open(quiz, results, "Ann")

    with pytest.raises(SessionError, match="open for the reader “Ann” in another window"):
        Session.open(quiz, results, "ann")
    other = Session.open(quiz, results, "Bob")

    other.close()
    session.close()
    Session.open(quiz, results, "Ann").close()
