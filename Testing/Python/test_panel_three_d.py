"""The regions of a quiz in Slicer's own 3D view: they come while the reader looks, follow the regions' list,
and go when the views are for something else."""

import numpy as np
import pytest
import slicer
from panel_stage import LABELS, QUESTIONS, VOLUME, block, image_element, stage, write_images, write_quiz
from PySide6.QtCore import Qt
from vtkmodules.vtkFiltersCore import vtkMassProperties

ROIS = "<ROIs ROIVisibilityCode='All'/>"


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return write_images(tmp_path_factory.mktemp("images"))


@pytest.fixture
def opened(tmp_path, images):
    """A page with the segment in one view, one with the same file as a label map, and one without regions."""
    volume = image_element("Volume", VOLUME)
    pages = [
        f"|{volume}{image_element('Segmentation', LABELS, more=ROIS)}{QUESTIONS}",
        f"|{volume}{image_element('LabelMap', LABELS)}{QUESTIONS}",
        f"|{volume}{QUESTIONS}",
    ]
    with stage(tmp_path) as story:
        story.open(write_quiz(tmp_path / "three.quiz.xml", pages), images)
        yield story


def surfaces():
    """The models that Slicer's 3D view shows, without the planes of slices."""
    view = slicer.mrmlScene.GetSingletonNode("1", "vtkMRMLViewNode").GetID()
    models = slicer.util.getNodesByClass("vtkMRMLModelNode")
    return [
        model
        for model in models
        if not model.GetName().endswith("Volume Slice") and view in model.GetDisplayNode().GetViewNodeIDs()
    ]


def wait_for_surface(story):
    story.slicer.wait_until(lambda: len(surfaces()) == 1)
    return surfaces()[0]


def slices_in_three_d():
    logics = slicer.app.applicationLogic().GetSliceLogicByLayoutName
    return [bool(logics(view).GetSliceNode().GetSliceVisible()) for view in ("Red", "Green", "Yellow")]


def test_a_segment_and_a_label_come_into_the_view_and_go_with_their_page(opened):
    model = wait_for_surface(opened)
    assert model.GetName() == "Segment_1"
    mass = vtkMassProperties()
    mass.SetInputData(model.GetPolyData())
    assert mass.GetVolume() == pytest.approx(np.count_nonzero(block()), rel=0.02), "mm3, of voxels of 1 mm"
    assert slices_in_three_d() == [True, False, False], "those that show an image"
    assert not model.GetSaveWithScene()
    assert model.GetHideFromEditors()

    opened.turn_to("nextButton", 1)
    label = wait_for_surface(opened)
    assert label is not model
    assert label.GetName() == "1"

    opened.turn_to("nextButton", 2)
    assert surfaces() == []
    assert slices_in_three_d() == [False, False, False]


def test_it_is_hidden_and_fainter_with_the_contours(opened):
    display = wait_for_surface(opened).GetDisplayNode()
    item = opened.widget("legendList").item(0)
    item.setCheckState(Qt.Unchecked)
    assert not display.GetVisibility()
    item.setCheckState(Qt.Checked)
    assert display.GetVisibility()
    opened.choose_in_menu("outlineButton", 3)
    assert display.GetOpacity() == pytest.approx(0.4)
    opened.click("contoursButton")
    assert not display.GetVisibility()


def test_nothing_of_it_is_left_in_another_module(opened):
    wait_for_surface(opened)
    opened.slicer.enter("Data")
    assert surfaces() == []
    assert slices_in_three_d() == [False, False, False]
    opened.slicer.enter()
    wait_for_surface(opened)
