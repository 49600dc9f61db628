"""Names of readers, quizzes and pages become names of folders, on every system."""

from pathlib import Path

import pytest
from QuizLoaderLib.session.files import safe_name
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import saved, text_page, write_quiz


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return write_quiz(tmp_path, text_page("A") + text_page("B"))


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


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


def test_a_quiz_that_is_called_like_a_later_run_of_another_keeps_nobody_from_it(
    tmp_path: Path, results: Path
) -> None:
    quiz = write_quiz(tmp_path, text_page("A"), 'Attempts="3"')
    other = write_quiz(tmp_path, text_page("Z"), name="study-Attempt2.xml")
    Session.open(other, results, "Ann").close()

    session = Session.open(quiz, results, "Ann")

    assert session.where().page.id == "A"
    session.close()


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_any_name_of_a_reader_gives_a_folder_that_every_system_takes(
    quiz: Path, results: Path, name: str
) -> None:
    session = Session.open(quiz, results, name)
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
    again = Session.open(quiz, results, name)
    assert again.answers() == (("kept",),)
    again.close()


def test_one_reader_is_one_reader_however_the_name_is_typed(tmp_path: Path, results: Path) -> None:
    """As Windows finds the folder; else the statistics would have two readers."""
    first = write_quiz(tmp_path, text_page("A"), name="first.xml")
    second = write_quiz(tmp_path, text_page("B"), name="second.xml")
    for quiz, name in ((first, "Zoë"), (second, "zoë"), (first, "ZOË"), (first, "Zoe\u0308")):
        Session.open(quiz, results, name).close()

    (folder,) = results.iterdir()
    assert folder.name == "Zoë"
    assert {saved(path).get("UserName") for path in folder.glob("*/first.xml")} == {"Zoë"}
    assert {saved(path).get("UserName") for path in folder.glob("*/second.xml")} == {"Zoë"}


def test_a_folder_that_came_from_a_mac_is_found(quiz: Path, results: Path) -> None:
    """There letters and their accents may be stored apart."""
    session = Session.open(quiz, results, "Zoë")
    session.set_draft(0, ("kept",))
    session.close()
    (results / "Zoë").rename(results / "Zoe\u0308")

    again = Session.open(quiz, results, "Zoë")

    assert again.answers() == (("kept",),)
    again.close()
    assert len(list(results.iterdir())) == 1


def test_readers_whose_names_are_made_alike_do_not_share_a_folder() -> None:
    names = [safe_name(name) for name in [*STRANGE_NAMES, "a_b", "a?b", "x" * 301]]

    assert len({name.casefold() for name in names}) == len(names)
    assert safe_name("Dr. Anna-Lena Müller") == "Dr. Anna-Lena Müller"


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_a_blank_name_is_asked_for_again(quiz: Path, results: Path, name: str) -> None:
    with pytest.raises(SessionError, match="Please give the reader's name"):
        Session.open(quiz, results, name)


def test_the_longest_path_stays_below_the_limit_of_windows(tmp_path: Path, results: Path) -> None:
    page = (
        f'<Page ID="{"P" * 200}" Descriptor="{"D" * 200}"><Image ID="{"I" * 200}" Type="Volume">'
        "<Path>a.nrrd</Path></Image></Page>"
    )
    quiz = write_quiz(tmp_path, page * 2, name=f"{'q' * 200}.xml")
    session = Session.open(quiz, results, "r" * 200)
    path = session.drawings.line_file("I" * 200, 12)
    session.close()

    assert len(str(path.relative_to(results))) <= 200


def test_pages_that_share_id_and_descriptor_have_folders_of_their_own(tmp_path: Path, results: Path) -> None:
    image = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
    same = f'<Page ID="Case" Descriptor="Read" PageGroup="1">{image}</Page>'
    other_case = f'<Page ID="CASE" Descriptor="read" PageGroup="1">{image}</Page>'
    looks_alike = f'<Page ID="Case" Descriptor="Read_Page2" PageGroup="1">{image}</Page>'
    quiz = write_quiz(tmp_path, same + same + other_case + looks_alike)
    session = Session.open(quiz, results, "Ann")
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
