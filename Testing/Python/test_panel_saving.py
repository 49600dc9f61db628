"""What Slicer offers to save, and saves with its scene, while a quiz is open."""

import pytest
import slicer
from panel_stage import (
    LABELS,
    QUESTIONS,
    VOLUME,
    Stage,
    block,
    image_element,
    stage,
    write_images,
    write_quiz,
)
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from reader_at_work import draw
from slicer_files import offered_to_save
from test_panel_session import Reader


@pytest.fixture
def everything(tmp_path):
    """A volume, label maps, one of them on black ground, and a segmentation, on a page that is drawn on."""
    images = write_images(tmp_path / "images")
    elements = [
        image_element("Volume", VOLUME),
        image_element("LabelMap", LABELS),
        image_element("Segmentation", LABELS, "Green", "Coronal", "<ROIs ROIVisibilityCode='All'/>"),
        image_element("LabelMap", LABELS, "Yellow", "Sagittal"),
    ]
    page = f"EnableSegmentEditor='Y'|{''.join(elements)}{QUESTIONS}"
    return write_quiz(tmp_path / "all.quiz.xml", [page, f"|{QUESTIONS}"]), images


def measure(story: Stage) -> None:
    story.click("measureButton")
    for pixel in ((50, 100), (150, 100)):
        story.slicer.mice["Red"].click(pixel)
    story.slicer.wait_until(lambda: story.widget("linesList").count() == 1)


def test_the_images_of_a_quiz_are_neither_offered_nor_saved_but_what_an_author_drew_is(tmp_path, everything):
    quiz, images = everything
    with stage(tmp_path) as story:
        node = slicer.util.loadNodeFromFile(str(quiz), "QuizLoaderFile")
        story.open(quiz, images)
        nodes = story.slicer.logic.nodes(0)
        assert None not in nodes
        drawing = story.slicer.logic.console.opened.drawings.nodes[0]
        measure(story)

        assert sorted(offered_to_save()) == sorted([node.GetName(), drawing.GetName(), "Line 1"])

        kept = str(tmp_path / "kept.mrb")
        assert slicer.mrmlScene.WriteToMRB(kept)
        story.click("closeButton")
        slicer.mrmlScene.Clear(0)
        assert slicer.mrmlScene.ReadFromMRB(kept)
        assert sorted(offered_to_save()) == sorted(["all", drawing.GetName(), "Line 1"])
        for kind, count in (("vtkMRMLVolumeNode", 0), ("vtkMRMLColorTableStorageNode", 0)):
            assert slicer.mrmlScene.GetNumberOfNodesByClass(kind) == count, kind


def test_what_a_reader_drew_and_measured_is_saved_by_the_session_alone(tmp_path, everything):
    quiz, images = everything
    with stage(tmp_path) as story:
        reader = Reader(story, images, tmp_path / "results")
        reader.sign_in(quiz)
        measure(story)
        assert offered_to_save() == []
        reader.go()
        reader.go("previousButton")
        assert story.widget("linesList").count() == 1
        assert offered_to_save() == []
        reader.click("closeButton")
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLVolumeNode") == 0


def closes(story: Stage) -> bool:
    """Whether Slicer ends without asking what is to be saved; the window is there again afterwards."""
    window = story.slicer.main_window
    ended = window.close()
    window.show()
    story.slicer.wait_until(lambda: not any(node.GetDisableModifiedEvent() for node in storable()))
    return ended


def storable():
    return slicer.util.getNodesByClass("vtkMRMLStorableNode")


def test_slicer_ends_without_asking_for_what_comes_from_the_quiz_again(tmp_path, everything):
    quiz, images = everything
    with stage(tmp_path) as story:
        assert closes(story)
        slicer.util.loadNodeFromFile(str(quiz), "QuizLoaderFile")
        assert closes(story)
        story.open(quiz, images)
        drawing = story.slicer.logic.console.opened.drawings.nodes[0]
        assert story.slicer.main_window.asked_to_save()
        listed = [node.GetID() for node in storable() if not node.GetHideFromEditors()]

        assert closes(story)

        assert [node.GetID() for node in storable() if not node.GetHideFromEditors()] == listed
        drawn = drawing.GetSegmentation().AddEmptySegment("", "Tumour")
        assert closes(story), "a region in which nothing is drawn"
        volume = story.slicer.logic.nodes(0)[0]
        draw(drawing, drawing.GetSegmentation().GetSegment(drawn).GetName(), block() > 0, volume)
        assert not closes(story), "what an author drew is nowhere else"
        drawing.GetSegmentation().RemoveSegment(drawn)
        assert closes(story)
        measure(story)
        assert not closes(story), "nor is a line"
        assert volume.GetHideFromEditors() == 0
        story.click("closeButton")
        assert story.slicer.main_window.asked_to_save()


def test_slicer_asks_for_the_users_own_data_while_a_quiz_is_open(tmp_path, everything):
    quiz, images = everything
    with stage(tmp_path) as story:
        slicer.util.addVolumeFromArray(block())
        assert not closes(story)
        story.open(quiz, images)
        assert not closes(story)


def test_slicer_ends_without_asking_for_what_a_reader_has_saved(tmp_path, everything):
    quiz, images = everything
    with stage(tmp_path) as story:
        reader = Reader(story, images, tmp_path / "results")
        reader.sign_in(quiz)
        measure(story)
        opened = story.slicer.logic.console.opened
        draw(opened.drawings.nodes[0], "Tumour", block() > 0, story.slicer.logic.nodes(0)[0])
        assert closes(story)
        assert opened is story.slicer.logic.console.opened


def choose_close_scene(story: Stage) -> None:
    """In the menu, by a click."""
    window = story.slicer.main_window
    menu = window.file_menu
    menu.popup(window.pos())
    place = menu.actionGeometry(window.close_scene_action).center()
    QTest.mouseClick(menu, Qt.LeftButton, Qt.NoModifier, place)


def press_ctrl_w(story: Stage) -> None:
    QTest.keyClick(story.slicer.main_window, Qt.Key_W, Qt.ControlModifier)


@pytest.mark.parametrize("close_scene", [choose_close_scene, press_ctrl_w])
def test_the_scene_is_closed_without_asking_for_what_comes_from_the_quiz_again(
    tmp_path, everything, close_scene
):
    quiz, images = everything
    with stage(tmp_path) as story:
        story.slicer.main_window.activateWindow()
        slicer.util.loadNodeFromFile(str(quiz), "QuizLoaderFile")
        story.open(quiz, images)
        mine = slicer.util.addVolumeFromArray(block())
        listed = [node.GetID() for node in storable() if not node.GetHideFromEditors()]

        close_scene(story)
        story.slicer.wait_until(lambda: not any(node.GetDisableModifiedEvent() for node in storable()))
        assert slicer.mrmlScene.IsNodePresent(mine), "the user's own data are asked for"
        assert [node.GetID() for node in storable() if not node.GetHideFromEditors()] == listed

        slicer.mrmlScene.RemoveNode(mine)
        close_scene(story)
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLVolumeNode") == 0
        assert story.slicer.logic.console.opened is None
        story.slicer.check()
