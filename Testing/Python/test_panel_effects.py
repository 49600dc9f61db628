"""What an effect of the Segment Editor has open ends with its page: it never reaches the next patient."""

import numpy as np
import pytest
import slicer
from panel_stage import QUESTIONS, SIDE, VOLUME, image_element, stage, write_images, write_quiz
from reader_at_work import box, draw, drawn
from test_panel_drawing import DRAW, editor, segmentations
from test_panel_session import Reader

SHAPE = (SIDE, SIDE, SIDE)
LOW = box(slice(8, 9), slice(4, 12), slice(6, 20), SHAPE)
HIGH = box(slice(20, 21), slice(4, 12), slice(6, 20), SHAPE)
BETWEEN = box(slice(8, 21), slice(4, 12), slice(6, 20), SHAPE)
OTHER = box(slice(30, 31), slice(30, 40), slice(30, 44), SHAPE)


@pytest.fixture
def images(tmp_path):
    folder = write_images(tmp_path / "images")
    (folder / "second.nrrd").write_bytes((folder / VOLUME).read_bytes())
    return folder


@pytest.fixture
def reader(tmp_path, images):
    """On the first of three pages to draw on; the last has two images."""
    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, tmp_path / "results")
        plain, second = image_element("Volume", VOLUME), image_element("Volume", "second.nrrd", "Green")
        pages = [f"{DRAW} AllowMultipleResponse='Y'|{each}{QUESTIONS}" for each in (plain, plain)]
        quiz = write_quiz(
            tmp_path / "draw.xml", [*pages, f"{DRAW}|{plain}{second}{QUESTIONS}"], "MaskValueMap='map.txt'"
        )
        (tmp_path / "map.txt").write_text("Tumour=3\nEdema=7\n", encoding="utf-8")
        reader.sign_in(quiz)
        yield reader


def effect(reader, name):
    return editor(reader).effectByName(name).self()


def take(reader, name):
    editor(reader).setActiveEffectByName(name)
    reader.stage.slicer.check()
    return effect(reader, name)


def hand(reader, name, voxels):
    draw(editor(reader).segmentationNode(), name, voxels, editor(reader).sourceVolumeNode())
    reader.stage.slicer.check()


def leave_a_preview(reader, name="Fill between slices"):
    """A tumour on two slices, filled between, but not applied."""
    hand(reader, "Tumour", LOW | HIGH)
    hand(reader, "Edema", OTHER)
    effect = take(reader, name)
    effect.previewButton.click()
    reader.stage.slicer.check()
    (preview,) = previews()
    assert np.array_equal(drawn(preview, SHAPE)["Tumour"], BETWEEN)
    assert effect.applyButton.enabled


def previews():
    return [node for node in segmentations() if node.GetName().endswith(" preview")]


def is_at_rest(reader):
    """No effect has anything to apply, and none of them hears of what is drawn."""
    fill, grow = effect(reader, "Fill between slices"), effect(reader, "Grow from seeds")
    return previews() == [] and not any(
        each.applyButton.enabled or each.observedSegmentation or each.selectedSegmentIds
        for each in (fill, grow)
    )


def test_a_preview_that_failed_does_not_choose_the_segments_of_the_next_page(reader):
    hand(reader, "Tumour", LOW | HIGH)
    node = editor(reader).segmentationNode()
    edema = node.GetSegmentation().GetSegmentIdBySegmentName("Edema")
    node.GetDisplayNode().SetSegmentVisibility(edema, False)
    # It needs two that are seen, and says so in a window.
    take(reader, "Grow from seeds").previewButton.click()
    assert previews() == []
    reader.go()
    assert is_at_rest(reader)
    leave_a_preview(reader, "Grow from seeds")
    assert set(drawn(previews()[0], SHAPE)) == {"Tumour", "Edema"}


def test_a_preview_ends_with_its_image_where_a_page_has_two(reader):
    reader.go()
    reader.go()
    leave_a_preview(reader)
    first = editor(reader).segmentationNode()
    reader.stage.widget("drawOnBox").activated.emit(1)
    reader.stage.slicer.check()
    assert editor(reader).segmentationNode() is not first
    assert is_at_rest(reader)
    assert first.GetDisplayNode().GetOpacity() == 1.0


@pytest.mark.parametrize("way", ["closed", "another module", "scene closed", "reloaded"])
def test_a_preview_ends_with_its_quiz(reader, way):
    leave_a_preview(reader)
    if way == "closed":
        reader.click("closeButton")
    elif way == "another module":
        reader.stage.slicer.enter("Data")
    elif way == "scene closed":
        slicer.mrmlScene.Clear(0)
    else:
        slicer.modules.QuizLoaderWidget.onReload()
    reader.stage.slicer.check()
    assert previews() == []
    kind = "vtkMRMLSegmentEditorNode"
    assert slicer.mrmlScene.GetNumberOfNodesByClass(kind) == 0


def test_a_preview_of_a_drawing_that_is_deleted_by_hand_goes_too(reader):
    leave_a_preview(reader)
    slicer.mrmlScene.RemoveNode(editor(reader).segmentationNode())
    reader.go()
    assert is_at_rest(reader)
    hand(reader, "Tumour", OTHER)
    assert np.array_equal(drawn(editor(reader).segmentationNode(), SHAPE)["Tumour"], OTHER)


def test_an_outline_and_a_placed_cut_end_with_their_page(reader):
    take(reader, "Draw").drawPipelines["Red"] = [(0.0, 0.0, 0.0), (10.0, 0.0, 0.0)]
    cut = take(reader, "Surface cut")
    assert effect(reader, "Draw").drawPipelines == {}
    cut.segmentMarkupNode.AddControlPoint(1.0, 2.0, 3.0)
    # Slicer keeps the points while another effect is in hand.
    take(reader, "Draw").drawPipelines["Red"] = [(0.0, 0.0, 0.0), (10.0, 0.0, 0.0)]
    assert take(reader, "Surface cut").segmentMarkupNode.GetNumberOfControlPoints() == 1
    reader.go()
    assert effect(reader, "Draw").drawPipelines == {}
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == 0
    assert take(reader, "Surface cut").segmentMarkupNode.GetNumberOfControlPoints() == 0


def test_a_page_begins_without_the_masks_of_the_one_before_but_with_the_readers_brush(reader):
    def settings():
        return slicer.mrmlScene.GetSingletonNode("QuizLoader", "vtkMRMLSegmentEditorNode")

    settings().SetMaskSegmentID("Segment_1")
    settings().SetSourceVolumeIntensityMask(True)
    settings().SetAttribute("BrushRelativeDiameter", "12")
    reader.go()
    assert not settings().GetMaskSegmentID()
    assert not settings().GetSourceVolumeIntensityMask()
    assert settings().GetAttribute("BrushRelativeDiameter") == "12"
