"""What people, systems and other programs do to names, folders and files."""

import json
import shutil
import zlib
from datetime import datetime
from pathlib import Path

import pytest
from QuizLoaderLib.session.files import safe_name
from QuizLoaderLib.session.opening import results_files
from QuizLoaderLib.session.reading_session import ReadingSession, SessionError
from session_by_hand import page_of, responses, saved, text_page, ticking_clock, write_quiz


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return write_quiz(tmp_path, text_page("A") + text_page("B"))


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


def read_one_page(quiz: Path, results: Path, text: str = "one", reader: str = "Ann") -> Path:
    """Answer the first page and stop; gives the results file."""
    session = ReadingSession.open(quiz, results, reader)
    session.set_draft(0, (text,))
    assert session.next() == []
    assert session.close().saved
    return results / reader / "study" / "study.xml"


# Names

STRANGE_NAMES = [
    "a/b",
    "..",
    ".",
    "a:b",
    "x" * 300,
    "王小明",
    "CON",
    "con.txt",
    "LPT¹",
    "Ann.",
    '<">|?*\\',
    "\t\x00x",
]


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_any_name_of_a_reader_gives_a_folder_that_every_system_takes(
    quiz: Path, results: Path, name: str
) -> None:
    session = ReadingSession.open(quiz, results, name)
    session.set_draft(0, ("kept",))
    session.close()

    (folder,) = results.iterdir()
    assert folder.parent == results
    assert len(folder.name) <= 40
    assert not set(folder.name) & set('<>:"/\\|?*\x00\t')
    assert folder.name[-1] not in ". "
    assert folder.name.split(".")[0].upper() not in ("CON", "LPT¹")
    root = saved(folder / "study" / "study.xml")
    assert root.get("UserName") == "".join(letter for letter in name if letter.isprintable())
    again = ReadingSession.open(quiz, results, name)
    assert again.answers() == (("kept",),)
    again.close()


def test_readers_whose_names_are_made_alike_do_not_share_a_folder() -> None:
    names = [safe_name(name) for name in [*STRANGE_NAMES, "a_b", "a?b", "x" * 301]]

    assert len({name.casefold() for name in names}) == len(names)
    assert safe_name("Dr. Anna-Lena Müller") == "Dr. Anna-Lena Müller"


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_a_blank_name_is_asked_for_again(quiz: Path, results: Path, name: str) -> None:
    with pytest.raises(SessionError, match="Please give the reader's name"):
        ReadingSession.open(quiz, results, name)


def test_the_longest_path_stays_below_the_limit_of_windows(tmp_path: Path, results: Path) -> None:
    page = (
        f'<Page ID="{"P" * 200}" Descriptor="{"D" * 200}"><Image ID="{"I" * 200}" Type="Volume">'
        "<Path>a.nrrd</Path></Image></Page>"
    )
    quiz = write_quiz(tmp_path, page * 2, name=f"{'q' * 200}.xml")
    session = ReadingSession.open(quiz, results, "r" * 200)
    path = session.drawings.line_file("I" * 200, 12)
    session.close()

    assert len(str(path.relative_to(results))) <= 200


def test_pages_that_share_id_and_descriptor_have_folders_of_their_own(tmp_path: Path, results: Path) -> None:
    image = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
    same = f'<Page ID="Case" Descriptor="Read" PageGroup="1">{image}</Page>'
    other_case = f'<Page ID="CASE" Descriptor="read" PageGroup="1">{image}</Page>'
    looks_alike = f'<Page ID="Case" Descriptor="Read_Page2" PageGroup="1">{image}</Page>'
    quiz = write_quiz(tmp_path, same + same + other_case + looks_alike)
    session = ReadingSession.open(quiz, results, "Ann")
    folders = [session.drawings.folder()]
    while not session.where().is_last:
        session.next()
        folders.append(session.drawings.folder())
    session.close()

    assert [folder.name for folder in folders] == [
        "PgGroup1_Case_Read_Page1",
        "PgGroup1_Case_Read_Page2",
        "PgGroup1_CASE_read_Page3",
        "PgGroup1_Case_Read_Page2_Page4",
    ]


# Folders and files of somebody else


def test_results_of_another_quiz_of_the_same_name_are_left_alone(
    quiz: Path, results: Path, tmp_path: Path
) -> None:
    file = read_one_page(quiz, results)
    before = file.read_bytes()
    other = write_quiz(tmp_path / "other", text_page("X") + text_page("Y"))

    with pytest.raises(SessionError, match=r"results of another quiz of the same name.*“A”.*rename the quiz"):
        ReadingSession.open(other, results, "Ann")

    assert file.read_bytes() == before


def test_a_changed_quiz_is_told_and_the_session_goes_on_with_the_stored_one(
    quiz: Path, results: Path
) -> None:
    read_one_page(quiz, results)
    write_quiz(
        quiz.parent, text_page("A", descriptor="Other words") + "\n\n" + text_page("B") + text_page("C")
    )

    session = ReadingSession.open(quiz, results, "Ann")

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

    session = ReadingSession.open(quiz, results, "Ann")

    assert session.notices == ()
    session.close()


def test_a_quiz_that_is_gone_is_said_and_the_stored_one_is_used(quiz: Path, results: Path) -> None:
    read_one_page(quiz, results)
    quiz.unlink()

    session = ReadingSession.open(quiz, results, "Ann")

    assert "goes on with the quiz as it was when you began" in session.notices[0]
    assert session.where().page.id == "B"
    session.close()


def test_results_without_their_quiz_are_not_guessed_at(quiz: Path, results: Path) -> None:
    file = read_one_page(quiz, results)
    shutil.rmtree(file.parent / "master")

    with pytest.raises(SessionError, match="has results, but no quiz that they belong to"):
        ReadingSession.open(quiz, results, "Ann")


def test_results_of_another_reader_are_refused(quiz: Path, results: Path) -> None:
    read_one_page(quiz, results)
    (results / "Ann").rename(results / "Bob")

    with pytest.raises(SessionError, match="results of the reader “Ann”, not of “Bob”"):
        ReadingSession.open(quiz, results, "Bob")


def test_a_journal_of_another_quiz_is_refused(quiz: Path, results: Path, tmp_path: Path) -> None:
    file = read_one_page(quiz, results)
    other = write_quiz(tmp_path / "other", "".join(text_page(f"X{number}") for number in range(9)))
    session = ReadingSession.open(other, tmp_path / "elsewhere", "Ann")
    for _ in range(8):
        session.set_draft(0, ("x",))
        session.next()
    session.close()
    shutil.copy(tmp_path / "elsewhere" / "Ann" / "study" / "study.journal", file.with_name("study.journal"))

    with pytest.raises(SessionError, match="journal does not belong to these results"):
        ReadingSession.open(quiz, results, "Ann")


# Edited, damaged, lost


def test_an_answer_that_was_edited_by_hand_is_used_and_said(quiz: Path, results: Path) -> None:
    file = read_one_page(quiz, results, "wrnog")
    file.write_text(file.read_text(encoding="utf-8").replace("wrnog", "wrong"), encoding="utf-8")

    session = ReadingSession.open(quiz, results, "Ann")

    assert session.notices == ("Another program changed study.xml since it was saved; it is used as it is.",)
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

    session = ReadingSession.open(quiz, results, "Ann")

    assert "was damaged" in session.notices[0] and "made anew from the journal" in session.notices[0]
    assert session.where().page.id == "B"
    session.close()
    assert responses(page_of(saved(file), 1)) == [[[["one"]]]]
    assert [path.read_bytes() for path in file.parent.glob("*-damaged.xml")] == [damaged]


def test_without_the_journal_the_newest_good_copy_is_used(quiz: Path, results: Path) -> None:
    file = read_one_page(quiz, results)
    ReadingSession.open(quiz, results, "Ann").close()
    file.with_name("study.journal").unlink()
    file.write_bytes(file.read_bytes()[:100])

    session = ReadingSession.open(quiz, results, "Ann")

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
        ReadingSession.open(quiz, results, "Ann")

    assert file.read_bytes() == b"<Session"


def test_a_damaged_line_in_the_journal_is_said_and_the_others_count(quiz: Path, results: Path) -> None:
    session = ReadingSession.open(quiz, results, "Ann")
    session.set_draft(0, ("first",))
    session.set_draft(0, ("second",))
    crashed = results.with_name("crashed")
    shutil.copytree(results, crashed)
    session.close()
    journal = crashed / "Ann" / "study" / "study.journal"
    journal.write_bytes(journal.read_bytes().replace(b"first", b"f\xffrst"))

    again = ReadingSession.open(quiz, crashed, "Ann")

    assert again.notices == (
        "The journal study.journal is damaged in line 4; what was saved there is lost unless the results "
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
        ReadingSession.open(quiz, results, "Ann")


# Time


def test_a_clock_that_was_set_back_is_said_and_the_order_of_answers_stays(quiz: Path, results: Path) -> None:
    late = ticking_clock(datetime(2030, 1, 2, 9))
    session = ReadingSession.open(quiz, results, "Ann", now=late)
    session.set_draft(0, ("old",))
    session.previous() if session.where().can_go_back else session.next()
    session.close()

    session = ReadingSession.open(quiz, results, "Ann", now=ticking_clock(datetime(2020, 1, 2, 9)))
    assert session.notices == (
        "The computer's clock says 2020-01-02 09:00, but your last answer was given at 2030-01-02 09:00; "
        "please check the clock. Answers are kept in the order they are given.",
    )
    session.set_draft(0, ("new",))
    session.close()
    session = ReadingSession.open(quiz, results, "Ann", now=ticking_clock(datetime(2020, 1, 2, 9)))
    assert session.answers() == (("new",),)
    session.close()

    logins = [
        login.get("LoginTime") for login in saved(results / "Ann" / "study" / "study.xml").iter("Login")
    ]
    assert len(set(logins)) == 3, "a login cannot be told from another"


# Content


def test_a_quiz_that_cannot_be_asked_is_refused_with_a_sentence(tmp_path: Path, results: Path) -> None:
    unknown = (
        '<Page ID="A"><QuestionSet><Question Type="Slider"><Option>x</Option></Question></QuestionSet></Page>'
    )
    with pytest.raises(SessionError, match="questions of the page “A” cannot be understood"):
        ReadingSession.open(write_quiz(tmp_path, unknown), results, "Ann")
    with pytest.raises(SessionError, match="has no page"):
        ReadingSession.open(write_quiz(tmp_path, "", name="empty.xml"), results, "Ann")
    with pytest.raises(SessionError, match="not there"):
        ReadingSession.open(tmp_path / "none.xml", results, "Ann")


def test_a_quiz_with_a_namespace_and_another_readers_answers_in_it_starts_clean(
    tmp_path: Path, results: Path
) -> None:
    page = text_page("A", 'PageComplete="Y"').replace(
        "</Option>", '<Response Event="NextBtn" ResponseTime="x" LoginTime="y">old</Response></Option>'
    )
    quiz = write_quiz(tmp_path, page + '<Login LoginTime="z" QuizComplete="Y"/>', 'UserName="Somebody"')

    session = ReadingSession.open(quiz, results, "Ann")

    assert not session.in_review
    assert session.answers() == (("",),)
    session.close()


def test_letters_that_xml_cannot_hold_are_left_out_of_an_answer(quiz: Path, results: Path) -> None:
    session = ReadingSession.open(quiz, results, "Ann")
    session.set_draft(0, ("a\x00b\x0bc\ud800d\r\ne",))
    session.next()
    session.close()

    assert responses(page_of(saved(results / "Ann" / "study" / "study.xml"), 1)) == [[[["abcd\ne"]]]]


def test_an_answer_of_a_book_is_refused_and_the_one_before_it_stays(quiz: Path, results: Path) -> None:
    session = ReadingSession.open(quiz, results, "Ann")
    session.set_draft(0, ("short",))

    with pytest.raises(SessionError, match="longer than 100,000 letters"):
        session.set_draft(0, ("x" * 100_001,))

    assert session.answers() == (("short",),)
    session.close()


def test_where_the_files_are_is_known_before_the_session(quiz: Path, results: Path) -> None:
    files = results_files(results, " Ann ", quiz)

    assert files.xml == results / "Ann" / "study" / "study.xml"
    assert read_one_page(quiz, results) == files.xml
