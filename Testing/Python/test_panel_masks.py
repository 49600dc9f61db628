"""Mask values in the panel: what is shown becomes a mask by a map, and a mask becomes named segments."""

import pytest
import slicer
from panel_stage import LABELS, VOLUME, block, image_element, stage, write_images, write_quiz
from reader_at_work import draw


@pytest.fixture
def section(tmp_path):
    images = write_images(tmp_path / "images")
    (tmp_path / "map.txt").write_text("Segment_1=300\n", encoding="utf-8")
    page = image_element("Volume", VOLUME)
    page += image_element("Segmentation", LABELS, more="<ROIs ROIVisibilityCode='All'/>")
    quiz = write_quiz(tmp_path / "quiz.xml", [f"|{page}"], "MaskValueMap='map.txt'")
    with stage(tmp_path) as on_stage:
        on_stage.open(quiz, images)
        yield on_stage


def write(section, path):
    section.widget("maskEdit").setProperty("currentPath", str(path))
    section.click("writeMaskButton")
    return section.text("maskMessageLabel")


def test_empty_fields_and_a_segmentation_that_is_gone_are_said(section, tmp_path):
    section.widget("maskEdit").setProperty("currentPath", "")
    section.click("writeMaskButton")
    assert "Choose the value map" in section.text("maskMessageLabel")

    slicer.mrmlScene.RemoveNode(section.slicer.logic.nodes(0)[1])
    section.click("writeMaskButton")
    assert "Choose a segmentation" in section.text("maskMessageLabel")
    assert not section.widget("writeMaskButton").isEnabled()


def test_what_overlaps_lose_is_said_once(section, tmp_path):
    node = section.slicer.logic.nodes(0)[1]
    volume = section.slicer.logic.nodes(0)[0]
    over = block() > 0
    over[20:] = False
    draw(node, "Over", over, volume)
    (tmp_path / "map.txt").write_text("Segment_1=300\nOver=7\n", encoding="utf-8")
    said = write(section, tmp_path / "mask.nrrd")
    assert said.count("Segment_1") == 2, "its voxels, and what it lost"
    assert f"{over.sum()} voxels of “Segment_1” are lost under “Over”" in said


def test_a_masks_segments_have_the_colours_of_the_page(section, tmp_path):
    shown = section.slicer.logic.nodes(0)[1].GetSegmentation().GetNthSegment(0)
    shown.SetColor(0.1, 0.9, 0.3)
    write(section, tmp_path / "mask.nrrd")
    section.click("showMaskButton")
    segment = slicer.mrmlScene.GetFirstNodeByName("mask.nrrd").GetSegmentation().GetNthSegment(0)
    assert segment.GetName() == "Segment_1"
    assert segment.GetColor() == pytest.approx((0.1, 0.9, 0.3), abs=1e-3)
