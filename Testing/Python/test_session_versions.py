"""Files of a results folder that were lost, put back or changed by hand: said, and nothing is done twice."""

import json
import re
import shutil
import zlib
from pathlib import Path

import pytest
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import page_of, responses, saved, text_page, write_quiz

PAGES = text_page("A", 'AllowMultipleResponse="Y"') + text_page("B")


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return write_quiz(tmp_path, PAGES)


@pytest.fixture
def folder(quiz: Path) -> Path:
    """Ann answered the first page, and has a draft on the second one, where the program was killed."""
    session = opened(quiz)
    session.set_draft(0, ("first",))
    assert session.next() == []
    session.set_draft(0, ("a draft",))
    folder = quiz.parent / "results" / "Ann" / "study"
    shutil.copytree(folder, quiz.parent / "killed", ignore=shutil.ignore_patterns("*.lock"))
    session.close()
    shutil.rmtree(folder)
    shutil.copytree(quiz.parent / "killed", folder)
    return folder


def opened(quiz: Path) -> Session:
    return Session.open(quiz, quiz.parent / "results", "Ann")


def entry(number_line: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(number_line.partition(b" ")[2])
    return found


def line(found: dict[str, object]) -> bytes:
    text = json.dumps(found).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def texts(folder: Path) -> list[list[str]]:
    root = saved(folder / "study.xml")
    return [list(responses(page_of(root, number))[0][0][0]) for number in (1, 2)]


def test_the_killed_session_itself_has_nothing_to_say(quiz: Path, folder: Path) -> None:
    session = opened(quiz)
    assert session.notices == ()
    session.close()
    assert texts(folder) == [["first"], ["a draft"]]


def test_a_journal_that_is_missing_is_said_once(quiz: Path, folder: Path) -> None:
    (folder / "study.journal").unlink()
    session = opened(quiz)
    (notice,) = session.notices
    assert notice.startswith("The journal “study.journal” is missing or empty; ")
    session.close()
    assert texts(folder) == [["first"], []]
    again = opened(quiz)
    assert again.notices == ()
    again.close()


def test_a_journal_that_ends_before_the_results_file_is_said(quiz: Path, folder: Path) -> None:
    lines = (folder / "study.journal").read_bytes().splitlines(keepends=True)
    (folder / "study.journal").write_bytes(b"".join(lines[:2]))
    session = opened(quiz)
    (notice,) = session.notices
    assert notice.startswith("The journal “study.journal” ends before the results file; ")
    session.close()
    assert texts(folder)[0] == ["first"]


@pytest.mark.parametrize("number", [1, 2, 3, 40])
def test_a_number_that_was_changed_is_said_and_nothing_is_lost_or_done_twice(
    quiz: Path, folder: Path, number: int
) -> None:
    file = folder / "study.xml"
    before = file.read_bytes()
    changed = re.sub(rb' JournalEntry="\d+"', b' JournalEntry="%d"' % number, before)
    assert changed != before
    file.write_bytes(changed)
    session = opened(quiz)
    (notice,) = session.notices
    assert "changed JournalEntry in “study.xml” from " in notice and f" to {number}; " in notice
    session.close()
    assert texts(folder) == [["first"], ["a draft"]]
    kept = [path.read_bytes() for path in folder.glob("study_*.xml")]
    assert changed in kept


@pytest.mark.parametrize("number", [3, 40])
def test_a_file_that_was_edited_elsewhere_too_loses_no_acknowledged_answer(
    quiz: Path, folder: Path, number: int
) -> None:
    file = folder / "study.xml"
    changed = re.sub(rb' JournalEntry="\d+"', b' JournalEntry="%d"' % number, file.read_bytes())
    changed = changed.replace(b">first<", b">edited<")
    file.write_bytes(changed)
    session = opened(quiz)
    assert session.notices
    session.close()
    assert len(texts(folder)[0]) == 1
    assert changed in [path.read_bytes() for path in folder.glob("study_*.xml")]


def test_an_older_results_file_that_was_put_back_gets_what_came_after_it(quiz: Path, folder: Path) -> None:
    copies = sorted(folder.glob("study_*.xml"))
    session = opened(quiz)
    session.set_draft(0, ("another draft",))
    session.close()
    oldest = copies[0] if copies else sorted(folder.glob("study_*.xml"))[0]
    shutil.copyfile(oldest, folder / "study.xml")
    session = opened(quiz)
    assert session.notices == ()
    session.close()
    assert texts(folder) == [["first"], ["a draft", "another draft"]]


def test_each_entry_that_lacks_a_part_is_one_sentence(quiz: Path, folder: Path) -> None:
    journal = folder / "study.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    for number, each in enumerate(lines):
        whole = entry(each)
        for key in [key for key in whole if key not in ("do", "time", "login")]:
            lacking = {name: value for name, value in whole.items() if name != key}
            journal.write_bytes(b"".join([*lines[:number], line(lacking), *lines[number + 1 :]]))
            copy = quiz.parent / "one" / "Ann" / "study"
            shutil.copytree(folder, copy)
            try:
                session = Session.open(quiz, quiz.parent / "one", "Ann")
                session.close()
            except SessionError as fault:
                assert str(fault).count("\n") == 0 and str(fault).endswith(".")
            shutil.rmtree(quiz.parent / "one")


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": 7},
        {"question": -1},
        {"set": 3},
        {"set": -1},
        {"page": [9, 0]},
        {"page": [2, 5]},
        {"texts": []},
        {"texts": ["a", "b"]},
    ],
)
def test_a_draft_that_answers_no_question_is_one_sentence(
    quiz: Path, folder: Path, wrong: dict[str, object]
) -> None:
    journal = folder / "study.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert entry(lines[-1])["do"] == "draft"
    journal.write_bytes(b"".join([*lines[:-1], line({**entry(lines[-1]), **wrong})]))
    with pytest.raises(SessionError, match="does not belong to these results"):
        opened(quiz)


@pytest.mark.parametrize("damage", [b"", b"<Session", b"\xff\xfe\x00"])
def test_a_stored_quiz_that_was_damaged_is_had_again_from_the_same_quiz(
    quiz: Path, folder: Path, damage: bytes
) -> None:
    stored = folder / "master" / "study.xml"
    stored.write_bytes(damage)
    session = opened(quiz)
    (notice,) = session.notices
    assert "was damaged" in notice and "stored again" in notice
    session.close()
    assert stored.read_bytes() == quiz.read_bytes()
    assert (folder / "master" / "study-damaged.xml").read_bytes() == damage
    assert texts(folder) == [["first"], ["a draft"]]


def test_a_stored_quiz_that_was_damaged_is_not_replaced_by_another_quiz(quiz: Path, folder: Path) -> None:
    (folder / "master" / "study.xml").write_bytes(b"<Session")
    quiz.write_text(quiz.read_text(encoding="utf-8").replace("Remark", "Comment"), encoding="utf-8")
    with pytest.raises(SessionError):
        opened(quiz)
    assert (folder / "master" / "study.xml").read_bytes() == b"<Session"


@pytest.mark.parametrize("question", [-1, 1, 99])
def test_an_answer_to_a_question_that_does_not_exist_is_refused(quiz: Path, question: int) -> None:
    session = opened(quiz)
    before = (quiz.parent / "results" / "Ann" / "study" / "study.journal").read_bytes()
    with pytest.raises(SessionError):
        session.set_draft(question, ("text",))
    assert (quiz.parent / "results" / "Ann" / "study" / "study.journal").read_bytes() == before
    session.close()
