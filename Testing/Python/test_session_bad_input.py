"""What people, systems and other programs do to folders and files."""

import json
import re
import shutil
import zlib
from datetime import datetime
from pathlib import Path

import pytest
from QuizLoaderLib.session import results as results_module
from QuizLoaderLib.session.opening import results_files
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import page_of, responses, saved, text_page, ticking_clock, write_quiz


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return write_quiz(tmp_path, text_page("A") + text_page("B"))


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


def read_one_page(quiz: Path, results: Path, text: str = "one", reader: str = "Ann") -> Path:
    """Answer the first page and stop; gives the results file."""
    session = Session.open(quiz, results, reader)
    session.set_draft(0, (text,))
    assert session.next() == []
    assert session.close().saved
    return results / reader / "study" / "study.xml"


# Folders and files of somebody else


def test_results_of_another_quiz_of_the_same_name_are_left_alone(
    quiz: Path, results: Path, tmp_path: Path
) -> None:
    file = read_one_page(quiz, results)
    before = file.read_bytes()
    other = write_quiz(tmp_path / "other", text_page("X") + text_page("Y"))

    with pytest.raises(SessionError, match=r"results of another quiz of the same name.*“A”.*rename the quiz"):
        Session.open(other, results, "Ann")

    assert file.read_bytes() == before


def test_a_changed_quiz_is_told_and_the_session_goes_on_with_the_stored_one(
    quiz: Path, results: Path
) -> None:
    read_one_page(quiz, results)
    write_quiz(
        quiz.parent, text_page("A", descriptor="Other words") + "\n\n" + text_page("B") + text_page("C")
    )

    session = Session.open(quiz, results, "Ann")

    assert session.notices == (
        "The quiz was changed since you began; the session goes on with the quiz as it was. Different now: "
        "page 1 “A” (its questions); page 3 “C” is new there.",
    )
    assert [page.id for _, page in session.pages] == ["A", "B"]
    session.close()


def test_a_quiz_whose_comments_changed_is_the_same_quiz(quiz: Path, results: Path) -> None:
    read_one_page(quiz, results)
    quiz.write_text(
        quiz.read_text(encoding="utf-8").replace("<Session >", "<Session>\n<!-- checked -->\n"),
        encoding="utf-8",
    )

    session = Session.open(quiz, results, "Ann")

    assert session.notices == ()
    session.close()


def test_a_quiz_that_is_gone_is_said_and_the_stored_one_is_used(quiz: Path, results: Path) -> None:
    read_one_page(quiz, results)
    quiz.unlink()

    session = Session.open(quiz, results, "Ann")

    assert "goes on with the quiz as it was when you began" in session.notices[0]
    assert session.where().page.id == "B"
    session.close()


def test_results_without_their_quiz_are_not_guessed_at(quiz: Path, results: Path) -> None:
    file = read_one_page(quiz, results)
    shutil.rmtree(file.parent / "master")
    quiz.write_text(quiz.read_text(encoding="utf-8").replace("Remark", "Comment"), encoding="utf-8")

    with pytest.raises(SessionError, match="has results, but no quiz that they belong to"):
        Session.open(quiz, results, "Ann")


def test_results_of_the_original_are_left_alone_with_a_word_on_what_can_be_done(
    quiz: Path, results: Path
) -> None:
    folder = results / "Ann" / "study"
    folder.mkdir(parents=True)
    original = '<Session UserName="Ann"><Page ID="A"/><Login LoginTime="20230317_15:00:00.000000"/></Session>'
    (folder / "study.xml").write_text(original, encoding="utf-8")

    with pytest.raises(SessionError, match=r"results of the Image Quizzer.*quizloader answers.*another res"):
        Session.open(quiz, results, "Ann")

    assert (folder / "study.xml").read_text(encoding="utf-8") == original


def test_a_stored_quiz_that_was_edited_is_said(quiz: Path, results: Path) -> None:
    file = read_one_page(quiz, results)
    stored = file.parent / "master" / "study.xml"
    stored.write_text(stored.read_text(encoding="utf-8").replace("Remark", "Comment"), encoding="utf-8")

    session = Session.open(quiz, results, "Ann")

    assert any("master/study.xml, was changed by another program" in notice for notice in session.notices)
    session.close()


def test_results_of_another_reader_are_refused(quiz: Path, results: Path) -> None:
    read_one_page(quiz, results)
    (results / "Ann").rename(results / "Bob")

    with pytest.raises(SessionError, match="results of the reader “Ann”, not of “Bob”"):
        Session.open(quiz, results, "Bob")


def test_a_journal_of_another_quiz_is_refused(quiz: Path, results: Path, tmp_path: Path) -> None:
    file = read_one_page(quiz, results)
    other = write_quiz(tmp_path / "other", "".join(text_page(f"X{number}") for number in range(9)))
    session = Session.open(other, tmp_path / "elsewhere", "Ann")
    for _ in range(8):
        session.set_draft(0, ("x",))
        session.next()
    session.close()
    shutil.copy(tmp_path / "elsewhere" / "Ann" / "study" / "study.journal", file.with_name("study.journal"))

    with pytest.raises(SessionError, match="journal does not belong to these results"):
        Session.open(quiz, results, "Ann")


# Edited, damaged, lost


def test_an_answer_that_was_edited_by_hand_is_used_and_said(quiz: Path, results: Path) -> None:
    file = read_one_page(quiz, results, "wrnog")
    file.write_text(file.read_text(encoding="utf-8").replace("wrnog", "wrong"), encoding="utf-8")

    session = Session.open(quiz, results, "Ann")

    assert session.notices == (
        "Another program changed “study.xml” since it was saved; it is used as it is.",
    )
    session.previous()
    assert session.answers() == (("wrong",),)
    session.close()
    copies = [path for path in file.parent.glob("study_*.xml") if "wrong" in path.read_text(encoding="utf-8")]
    assert len(copies) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: text.replace('<Page ID="A"', '<Page ID="A" PageNumber="7"').replace(
            'PageNumber="1"', ""
        ),
        lambda text: text.replace("<Option>Remark", "<Option/><Option>Remark", 1),
        lambda text: "<!DOCTYPE Session>" + text.split("?>", 1)[1],
        lambda text: "\x00\x00\x00",
    ],
)
def test_a_results_file_that_was_damaged_is_made_anew_from_the_journal(
    quiz: Path, results: Path, damage
) -> None:
    file = read_one_page(quiz, results)
    file.write_text(damage(file.read_text(encoding="utf-8")), encoding="utf-8")
    damaged = file.read_bytes()

    session = Session.open(quiz, results, "Ann")

    assert "was damaged" in session.notices[0] and "made anew from the journal" in session.notices[0]
    assert session.where().page.id == "B"
    session.close()
    assert responses(page_of(saved(file), 1)) == [[[["one"]]]]
    assert [path.read_bytes() for path in file.parent.glob("*-damaged.xml")] == [damaged]


def test_without_the_journal_the_newest_good_copy_is_used(quiz: Path, results: Path) -> None:
    file = read_one_page(quiz, results)
    Session.open(quiz, results, "Ann").close()
    file.with_name("study.journal").unlink()
    file.write_bytes(file.read_bytes()[:100])

    session = Session.open(quiz, results, "Ann")

    assert "its last good copy is used" in session.notices[0]
    assert session.where().page.id == "B"
    assert session.set_draft(0, ("two",)).saved
    session.close()
    assert responses(page_of(saved(file), 2)) == [[[["two"]]]]


def test_where_everything_is_damaged_the_reader_is_told_and_nothing_is_overwritten(
    quiz: Path, results: Path
) -> None:
    file = read_one_page(quiz, results)
    journal = file.with_name("study.journal")
    journal.write_bytes(b"")
    file.write_bytes(b"<Session")

    with pytest.raises(SessionError, match=r"cannot be read .*put back a good copy"):
        Session.open(quiz, results, "Ann")

    assert file.read_bytes() == b"<Session"


def test_a_damaged_line_in_the_journal_is_said_and_the_others_count(quiz: Path, results: Path) -> None:
    session = Session.open(quiz, results, "Ann")
    session.set_draft(0, ("first",))
    session.set_draft(0, ("second",))
    crashed = results.with_name("crashed")
    shutil.copytree(results, crashed)
    session.close()
    journal = crashed / "Ann" / "study" / "study.journal"
    journal.write_bytes(journal.read_bytes().replace(b"first", b"f\xffrst"))

    again = Session.open(quiz, crashed, "Ann")

    assert again.notices == (
        "The journal “study.journal” is damaged in line 4; what was saved there is lost unless the results "
        "file has it.",
    )
    assert again.answers() == (("second",),)
    again.close()


def test_results_of_a_newer_version_are_not_touched(quiz: Path, results: Path) -> None:
    file = read_one_page(quiz, results)
    text = json.dumps({"n": 99, "do": "dance"}).encode()
    with file.with_name("study.journal").open("ab") as journal:
        journal.write(b"%08x %s\n" % (zlib.crc32(text), text))

    with pytest.raises(SessionError, match="written by a newer version"):
        Session.open(quiz, results, "Ann")


# Time


def test_a_clock_that_was_set_back_is_said_and_the_order_of_answers_stays(quiz: Path, results: Path) -> None:
    late = ticking_clock(datetime(2030, 1, 2, 9))
    session = Session.open(quiz, results, "Ann", now=late)
    session.set_draft(0, ("old",))
    session.previous() if session.where().can_go_back else session.next()
    session.close()

    session = Session.open(quiz, results, "Ann", now=ticking_clock(datetime(2020, 1, 2, 9)))
    assert session.notices == (
        "The computer's clock says 2020-01-02 09:00, but your last answer was given at 2030-01-02 09:00; "
        "please check the clock. Answers are kept in the order they are given.",
    )
    session.set_draft(0, ("new",))
    session.close()
    session = Session.open(quiz, results, "Ann", now=ticking_clock(datetime(2020, 1, 2, 9)))
    assert session.answers() == (("new",),)
    session.close()

    logins = [
        login.get("LoginTime") for login in saved(results / "Ann" / "study" / "study.xml").iter("Login")
    ]
    assert len(set(logins)) == 3, "a login cannot be told from another"


# Content


def test_a_quiz_that_cannot_be_asked_is_refused_with_a_sentence(tmp_path: Path, results: Path) -> None:
    unknown = (
        '<Page ID="A"><QuestionSet><Question Type="Dance"><Option>x</Option></Question></QuestionSet></Page>'
    )
    with pytest.raises(SessionError, match="questions of the page “A” cannot be understood"):
        Session.open(write_quiz(tmp_path, unknown), results, "Ann")
    with pytest.raises(SessionError, match="has no page"):
        Session.open(write_quiz(tmp_path, "", name="empty.xml"), results, "Ann")
    with pytest.raises(SessionError, match="does not exist"):
        Session.open(tmp_path / "none.xml", results, "Ann")


def test_a_quiz_with_a_namespace_is_saved_without_it_and_goes_on(tmp_path: Path, results: Path) -> None:
    """Editors add one, and scripts that look for Page would find nothing."""
    names = 'xmlns="https://example.org/quiz" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    quiz = write_quiz(
        tmp_path, text_page("A") + text_page("B"), f'{names} xsi:noNamespaceSchemaLocation="Quiz.xsd"'
    )
    file = read_one_page(quiz, results)

    session = Session.open(quiz, results, "Ann")

    assert session.notices == ()
    assert session.where().page.id == "B"
    session.close()
    assert [page.get("ID") for page in saved(file).findall("Page")] == ["A", "B"]
    assert responses(page_of(saved(file), 1)) == [[[["one"]]]]


def test_a_quiz_with_another_readers_answers_in_it_starts_clean(tmp_path: Path, results: Path) -> None:
    page = text_page("A", 'PageComplete="Y"').replace(
        "</Option>", '<Response Event="NextBtn" ResponseTime="x" LoginTime="y">old</Response></Option>'
    )
    quiz = write_quiz(tmp_path, page + '<Login LoginTime="z" QuizComplete="Y"/>', 'UserName="Somebody"')

    session = Session.open(quiz, results, "Ann")

    assert not session.in_review
    assert session.answers() == (("",),)
    session.close()


def test_nothing_that_results_add_to_a_quiz_is_taken_from_another_readers(
    tmp_path: Path, results: Path
) -> None:
    """All that is named where the format of results is described."""
    elements = "Session|RandomizedPageGroupIndices|Page|Question|Option|Response|LabelMapPath"
    _, *described = re.split(rf"\bon\s+({elements})\b", results_module.__doc__ or "")
    text = (
        '<Session RandomizePageGroups="Y"><RandomizedPageGroupIndices>1</RandomizedPageGroupIndices>'
        '<Page ID="A" PageGroup="1"><QuestionSet><Question Type="Text" Descriptor="a"><Option>a'
        "<Response>x</Response></Option></Question></QuestionSet><LabelMapPath>y</LabelMapPath></Page></Session>"
    )
    names = []
    for element, words in zip(described[::2], described[1::2], strict=True):
        for name in re.findall("``([A-Z][A-Za-z0-9]+)``", words):
            names.append(name)
            text = re.sub(rf"<{element}\b", f'<{element} {name}="stale"', text, count=1)
    assert {"MasterSHA256", "FeedbackSeen", "Sides", "Seed", "NotAsked", "LostVoxels"} <= set(names)
    quiz = tmp_path / "study.xml"
    quiz.write_text(text, encoding="utf-8")

    Session.open(quiz, results, "Ann").close()

    file = results / "Ann" / "study" / "study.xml"
    stale = [
        (each.tag, name) for each in saved(file).iter() for name in each.attrib if each.get(name) == "stale"
    ]
    assert stale == []


def test_letters_that_xml_cannot_hold_are_left_out_of_an_answer(quiz: Path, results: Path) -> None:
    session = Session.open(quiz, results, "Ann")
    session.set_draft(0, ("a\x00b\x0bc\ud800d\r\ne",))
    session.next()
    session.close()

    assert responses(page_of(saved(results / "Ann" / "study" / "study.xml"), 1)) == [[[["abcd\ne"]]]]


def test_an_answer_of_a_book_is_refused_and_the_one_before_it_stays(quiz: Path, results: Path) -> None:
    session = Session.open(quiz, results, "Ann")
    session.set_draft(0, ("short",))

    with pytest.raises(SessionError, match="longer than 100,000 letters"):
        session.set_draft(0, ("x" * 100_001,))

    assert session.answers() == (("short",),)
    session.close()


def test_where_the_files_are_is_known_before_the_session(quiz: Path, results: Path) -> None:
    files = results_files(results, " Ann ", quiz)

    assert files.xml == results / "Ann" / "study" / "study.xml"
    assert read_one_page(quiz, results) == files.xml
