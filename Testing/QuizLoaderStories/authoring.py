"""An author makes a quiz of a folder of cases in the panel, and looks at it."""

import shutil
from pathlib import Path

from .desk import Desk, fault_of
from .made import VOLUME, write_images, write_quiz
from .telling import Need, story

CASES = 3
TEMPLATES = [
    *("choice", "contouring", "fusion", "grading", "marks", "prior", "review", "roc-100", "roc", "teaching"),
    "One in a file",
]


def a_folder_of_cases(desk: Desk) -> Path:
    """Each with one volume."""
    images = write_images(desk.folder / "images")
    for number in range(CASES):
        folder = desk.folder / "cases" / f"Müller & Söhne {number}"
        folder.mkdir(parents=True)
        shutil.copy(images / VOLUME, folder / "scan.nrrd")
    return desk.folder / "cases"


def ask_for(desk: Desk, folder: Path, template: str, out: Path) -> None:
    ui = desk.ui
    ui.newSection.collapsed = False
    ui.casesFolderEdit.currentPath, ui.newQuizEdit.currentPath = str(folder), str(out)
    desk.choose("templateBox", desk.items("templateBox").index(template))


def make(desk: Desk) -> str:
    """What is said once the cases were looked for, or the quiz is open."""
    desk.click("makeQuizButton")
    desk.wait_until(lambda: desk.text("makeQuizButton") != "Cancel")
    return desk.text("newQuizLabel")


@story(Need.WINDOW)
def an_author_makes_a_quiz_of_a_folder_and_reads_it_to_the_end(desk: Desk) -> None:
    out = desk.folder / "made.quiz.xml"
    desk.ui.readerEdit.text = "Ann"
    assert desk.items("templateBox") == TEMPLATES
    ask_for(desk, a_folder_of_cases(desk), "roc", out)
    assert "rated from 1 to 5" in desk.text("templateWordsLabel")
    assert desk.text("templateWordsLabel").endswith(" Images of a case: image.")
    desk.ui.hideNamesBox.checked = True
    make(desk)

    desk.wait_for_page(0)
    assert not desk.sees("newSection")
    assert desk.opened.path == out
    assert not desk.opened.answers.reader
    assert desk.opened.problems == []
    assert desk.text("noticeLabel").startswith("The quiz has 3 cases; “made.quiz-cases.csv” beside it says")
    table = (desk.folder / "made.quiz-cases.csv").read_text(encoding="utf-8-sig")
    assert "Case 002,Müller & Söhne 1,Müller & Söhne 1/scan.nrrd" in table
    for page in range(1, CASES + 1):
        desk.turn_to("nextButton", page)
        assert desk.opened.pages[page].id == f"Case 00{page}"
        assert desk.logic_of("Red").GetSliceCompositeNode().GetBackgroundVolumeID()
    desk.click("closeButton")
    assert desk.sees("newSection")


@story(Need.WINDOW)
def a_case_that_is_left_out_is_said_before_anything_is_written(desk: Desk) -> None:
    cases, out = a_folder_of_cases(desk), desk.folder / "made.xml"
    odd = sorted(cases.iterdir())[1]
    shutil.copy(odd / "scan.nrrd", odd / "again.nrrd")
    ask_for(desk, cases, "roc", out)
    first, *others = make(desk).splitlines()
    assert first == "2 of 3 cases can be used. Left out:"
    assert others[0].startswith(f"{odd.name}: for “image” there are 2 candidates: ")
    assert others[-1] == "Press the button again to make the quiz of the others."
    assert not out.exists()

    desk.ui.newQuizEdit.currentPath = str(desk.folder / "other")
    assert make(desk).startswith("2 of 3"), "it is another quiz now"
    make(desk)
    desk.wait_for_page(0)
    assert desk.opened.path == desk.folder / "other.quiz.xml"
    assert len(desk.opened.pages) == 1 + 2
    assert not out.exists()


@story(Need.WINDOW)
def a_search_for_cases_ends_by_its_button_and_with_the_module(desk: Desk) -> None:
    out = desk.folder / "made.xml"
    ask_for(desk, a_folder_of_cases(desk), "roc", out)
    ways = (lambda: desk.click("makeQuizButton"), lambda: desk.enter("Data"))
    for way in ways:
        desk.click("makeQuizButton")
        assert desk.text("makeQuizButton") == "Cancel"
        way()
        assert desk.text("makeQuizButton") == "Make and open"
        desk.settle()
        assert not out.exists()
        assert desk.opened is None


@story(Need.WINDOW)
def an_author_who_asks_for_what_cannot_be_made_is_told_why(desk: Desk) -> None:
    cases, out = a_folder_of_cases(desk), desk.folder / "made.xml"
    ui = desk.ui
    assert make(desk) == "Choose the folder of the cases, and the file that the quiz goes to."
    ask_for(desk, cases / "nowhere", "roc", out)
    assert make(desk).endswith("nowhere” is not a folder.")
    (desk.folder / "empty").mkdir()
    ask_for(desk, desk.folder / "empty", "roc", out)
    assert "has no cases" in make(desk)
    ask_for(desk, cases, "fusion", out)
    assert make(desk).startswith("0 of 3 cases can be used.")
    assert "Press the button" not in desk.text("newQuizLabel")
    ask_for(desk, cases, "One in a file", out)
    assert desk.sees("templateFileEdit")
    ui.templateFileEdit.currentPath = str(write_quiz(desk.folder / "plain.xml", ["|"]))
    assert "“plain.xml” has no placeholder" in make(desk)
    ui.templateFileEdit.currentPath = str(desk.folder / "images" / VOLUME)
    assert "XML" in make(desk)
    ask_for(desk, cases, "roc", desk.folder / "nowhere" / "made.xml")
    assert "nowhere" in make(desk)
    out.write_text("something else", encoding="utf-8")
    ask_for(desk, cases, "roc", out)
    assert make(desk).endswith("made.xml” is there already; choose another name for the quiz.")
    assert out.read_text(encoding="utf-8") == "something else"
    assert desk.opened is None
    assert fault_of(lambda: desk.logic.showPage(0))
