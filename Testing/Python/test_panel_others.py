"""What the user has in the scene beside the quiz: seen on the page that it came to, and given back."""

import pytest
import slicer
from panel_stage import LABELS, QUESTIONS, VOLUME, image_element, stage, write_images, write_quiz


@pytest.fixture
def on_stage(tmp_path):
    with stage(tmp_path) as found:
        yield found


@pytest.fixture
def quiz(tmp_path):
    rois = "<ROIs ROIVisibilityCode='All'/>"
    volume = image_element("Volume", VOLUME)
    regions = image_element("Segmentation", LABELS, more=rois)
    return write_quiz(tmp_path / "two.xml", [f"|{volume}{regions}{QUESTIONS}", f"|{volume}{QUESTIONS}"])


@pytest.fixture
def images(tmp_path):
    return write_images(tmp_path / "images")


def made(kind, name):
    node = slicer.mrmlScene.AddNewNodeByClass(kind, name)
    node.CreateDefaultDisplayNodes()
    return node


def kinds(name):
    """A segmentation and two kinds of markups, all seen."""
    return [
        made(kind, f"{name} {kind}")
        for kind in ("vtkMRMLSegmentationNode", "vtkMRMLMarkupsFiducialNode", "vtkMRMLMarkupsPlaneNode")
    ]


def seen(nodes):
    return [bool(node.GetDisplayVisibility()) for node in nodes]


ALL, NONE = [True] * 3, [False] * 3


def test_what_was_there_before_is_seen_on_no_page_and_given_back(on_stage, quiz, images):
    mine = kinds("mine")
    hidden = made("vtkMRMLSegmentationNode", "hidden before")
    hidden.SetDisplayVisibility(False)
    on_stage.open(quiz, images)
    assert seen(mine) == NONE
    on_stage.click("resetViewButton")
    on_stage.turn_to("nextButton", 1)
    assert seen(mine) == NONE
    on_stage.slicer.enter("Data")
    assert seen([*mine, hidden]) == [*ALL, False]
    on_stage.slicer.enter()
    on_stage.wait_for_page(1)
    on_stage.slicer.wait_until(lambda: seen(mine) == NONE)
    on_stage.click("closeButton")
    assert seen([*mine, hidden]) == [*ALL, False]


def test_what_comes_while_a_page_is_shown_belongs_to_that_page(on_stage, quiz, images):
    on_stage.open(quiz, images)
    mine = kinds("mine")
    on_stage.click("resetViewButton")
    for row in (1, 0):
        on_stage.choose_in_menu("planesButton", row)
        assert seen(mine) == ALL
    on_stage.turn_to("nextButton", 1)
    assert seen(mine) == NONE
    on_stage.turn_to("previousButton", 0)
    assert seen(mine) == ALL
    on_stage.turn_to("nextButton", 1)
    on_stage.slicer.enter("Data")
    assert seen(mine) == ALL
    on_stage.slicer.enter()
    on_stage.slicer.wait_until(lambda: seen(mine) == NONE)
    slicer.mrmlScene.RemoveNode(mine[0])
    on_stage.click("closeButton")
    assert seen(mine[1:]) == ALL[1:]


def test_a_mask_that_the_panel_shows_is_seen_on_its_page_alone(on_stage, quiz, images, tmp_path):
    on_stage.open(quiz, images)
    (tmp_path / "map.txt").write_text("Tumour=1\n", encoding="utf-8")
    on_stage.widget("valueMapEdit").setProperty("currentPath", str(tmp_path / "map.txt"))
    on_stage.widget("maskEdit").setProperty("currentPath", str(images / LABELS))
    on_stage.click("showMaskButton")
    assert "has 1 segments" in on_stage.text("maskMessageLabel")
    node = slicer.mrmlScene.GetNthNodeByClass(1, "vtkMRMLSegmentationNode")
    on_stage.click("resetViewButton")
    assert node.GetDisplayVisibility()
    on_stage.turn_to("nextButton", 1)
    assert not node.GetDisplayVisibility()
    on_stage.turn_to("previousButton", 0)
    assert node.GetDisplayVisibility()
    on_stage.click("closeButton")
    assert node.GetDisplayVisibility()


def test_the_quizs_own_segmentation_is_not_on_the_views_that_are_given_back(on_stage, quiz, images):
    on_stage.open(quiz, images)
    _volume, regions = on_stage.slicer.logic.nodes(0)
    assert regions.GetDisplayVisibility()
    on_stage.slicer.enter("Data")
    assert not regions.GetDisplayVisibility()
    on_stage.slicer.enter()
    on_stage.slicer.wait_until(lambda: bool(regions.GetDisplayVisibility()))
