"""Slicer's console: a quiz without the panel, with and without a main window."""

from pathlib import Path

import slicer

from .desk import Desk, fault_of
from .made import LABELS, VOLUME, image_element, write_images, write_quiz
from .placement import check_page, pages_of
from .telling import Need, story


def _quiz(desk: Desk) -> tuple[str, str]:
    page = image_element("Volume", VOLUME, "Green", "Coronal") + image_element("LabelMap", LABELS, "Green")
    quiz = write_quiz(desk.folder / "first.quiz.xml", ["|" + page, "Layout='OneUpRedSlice'|" + page])
    return str(quiz), str(write_images(desk.folder / "images"))


def _listed_nodes() -> list[str]:
    """The names of what Slicer shows in its module Data."""
    scene = slicer.mrmlScene
    nodes = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
    return [
        each.GetName()
        for each in nodes
        if each.IsA("vtkMRMLDisplayableNode") and not each.GetHideFromEditors()
    ]


@story(Need.NO_WINDOW)
def a_script_opens_and_shows_pages_without_a_main_window(desk: Desk) -> None:
    logic = desk.logic
    quiz, images = _quiz(desk)
    before = _listed_nodes()

    problems = logic.openQuiz(quiz, images)
    assert [page.id for page in logic.pages] == ["Case 1", "Case 2"]
    assert logic.problems == problems
    assert logic.showPage(0) == []

    volume, labels = logic.nodes(0)
    green = desk.logic_of("Green")
    assert green.GetSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID()
    assert green.GetSliceNode().GetOrientation() == "Coronal"
    assert max(green.GetSliceNode().GetFieldOfView()) == 40
    assert labels.IsA("vtkMRMLLabelMapVolumeNode")
    assert logic.nodes(1) == ()
    check_page(desk, pages_of(Path(quiz))[0])
    logic.close()
    assert _listed_nodes() == before


@story()
def a_page_that_is_not_there_and_a_quiz_that_is_not_open_are_said(desk: Desk) -> None:
    quiz, images = _quiz(desk)
    desk.logic.openQuiz(quiz, images)
    assert "2 pages" in fault_of(lambda: desk.logic.showPage(2))
    desk.logic.close()
    assert "openQuiz" in fault_of(lambda: desk.logic.showPage(0))


@story(Need.WINDOW)
def what_the_console_shows_the_panel_shows_too(desk: Desk) -> None:
    quiz, images = _quiz(desk)
    desk.logic.openQuiz(quiz, images)
    desk.logic.showPage(1)
    assert desk.text("positionLabel") == "Page 2 of 2"
    assert slicer.app.layoutManager().layout == slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView


@story()
def the_panel_is_there_to_open_a_quiz(desk: Desk) -> None:
    assert desk.text("openButton") == "Open"
    assert not desk.sees("pageSection")
