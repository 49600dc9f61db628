"""Nodes of the page that is shown are deleted or moved by hand, as in Slicer's Data module."""

import numpy as np
import pytest
import slicer
import vtk
from panel_stage import LABELS, QUESTIONS, VOLUME, image_element, stage, write_images, write_quiz
from reader_at_work import draw
from test_panel_effects import LOW
from test_panel_session import Reader


@pytest.fixture
def images(tmp_path):
    return write_images(tmp_path / "images")


@pytest.fixture
def quiz(tmp_path):
    rois = "<ROIs ROIVisibilityCode='All'/>"
    volume = image_element("Volume", VOLUME)
    regions = image_element("Segmentation", LABELS, more=rois)
    editor = "EnableSegmentEditor='Y'"
    return write_quiz(
        tmp_path / "two.xml", [f"{editor}|{volume}{regions}{QUESTIONS}", f"|{volume}{QUESTIONS}"]
    )


@pytest.fixture
def on_stage(tmp_path):
    with stage(tmp_path) as found:
        yield found


def picture(on_stage):
    return on_stage.slicer.picture("Red")


@pytest.mark.parametrize("way", ["reset", "page list"])
def test_a_page_whose_image_was_deleted_is_loaded_again(on_stage, quiz, images, way):
    on_stage.open(quiz, images)
    before = picture(on_stage)
    volume, regions = on_stage.slicer.logic.nodes(0)
    slicer.mrmlScene.RemoveNode(volume)
    slicer.mrmlScene.RemoveNode(regions)
    assert picture(on_stage).max() < before.max()
    if way == "reset":
        on_stage.click("resetViewButton")
    else:
        pages = on_stage.widget("pagesList")
        pages.itemClicked.emit(pages.item(0))
        on_stage.slicer.check()
    on_stage.slicer.wait_until(lambda: None not in on_stage.slicer.logic.nodes(0))
    on_stage.slicer.wait_until(lambda: not on_stage.sees("loadingRow"))
    assert np.array_equal(picture(on_stage), before)


def test_a_page_that_is_whole_is_not_loaded_again(on_stage, quiz, images):
    on_stage.open(quiz, images)
    nodes = on_stage.slicer.logic.nodes(0)
    on_stage.click("resetViewButton")
    assert not on_stage.sees("loadingRow")
    assert on_stage.slicer.logic.nodes(0) == nodes


def moved(*nodes):
    """By 7 mm, as by a slip in the module Transforms."""
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "mine")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 7.0)
    transform.SetMatrixTransformToParent(matrix)
    for node in nodes:
        node.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def test_a_transform_on_a_page_and_on_what_is_drawn_is_taken_off_by_reset_and_by_the_next_page(
    tmp_path, on_stage, quiz, images
):
    reader = Reader(on_stage, images, tmp_path / "results")
    reader.sign_in(quiz)
    opened = on_stage.slicer.logic.console.opened
    volume, regions = opened.nodes(0)
    (image,) = opened.drawings.images
    drawing = opened.drawings.segmentation(image.id)
    draw(drawing, "Tumour", LOW, volume)
    line = opened.drawings.lines.new()
    line.AddControlPoint(0.0, 0.0, 0.0)
    line.AddControlPoint(10.0, 0.0, 0.0)
    own = [volume, regions, drawing, line]
    before = picture(on_stage)

    transform = moved(*own)
    assert not np.array_equal(picture(on_stage), before)
    reader.click("resetViewButton")
    assert [node.GetTransformNodeID() for node in own] == [None] * 4
    assert line.GetLineLengthWorld() == pytest.approx(10.0)

    # The next page shows the same node.
    volume.SetAndObserveTransformNodeID(transform.GetID())
    reader.go()
    assert opened.nodes(1)[0].GetTransformNodeID() is None
    assert slicer.mrmlScene.IsNodePresent(transform)
