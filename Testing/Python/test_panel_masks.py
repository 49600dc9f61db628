"""Mask values in the panel: what is shown becomes a mask by a map, and a mask becomes named segments."""

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
from panel_stage import LABELS, VOLUME, block, image_element, stage, write_images, write_quiz


@pytest.fixture
def section(tmp_path):
    images = write_images(tmp_path / "images")
    (tmp_path / "map.txt").write_text("Segment_1=300\n", encoding="utf-8")
    page = image_element("Volume", VOLUME)
    page += image_element("Segmentation", LABELS, more="<ROIs ROIVisibilityCode='All'/>")
    quiz = write_quiz(tmp_path / "quiz.xml", [f"|{page}"])
    quiz.write_text(
        quiz.read_text(encoding="utf-8").replace("<Session>", "<Session MaskValueMap='map.txt'>"),
        encoding="utf-8",
    )
    with stage(tmp_path) as on_stage:
        on_stage.open(quiz, images)
        yield on_stage


def write(section, path):
    section.widget("maskEdit").setProperty("currentPath", str(path))
    section.click("writeMaskButton")
    return section.text("maskMessageLabel")


def test_the_shown_segmentation_becomes_a_mask_on_the_voxels_of_its_image(section, tmp_path):
    assert section.widget("valueMapEdit").property("currentPath") == str(tmp_path / "map.txt")
    assert section.widget("maskSourceBox").count() == 1

    said = write(section, tmp_path / "mask.nrrd")

    image = sitk.ReadImage(str(tmp_path / "mask.nrrd"))
    assert np.array_equal(sitk.GetArrayFromImage(image), block() * np.uint16(300))
    volume = sitk.ReadImage(str(tmp_path / "images" / VOLUME))
    assert image.GetOrigin() == pytest.approx(volume.GetOrigin())
    assert image.GetDirection() == pytest.approx(volume.GetDirection())
    voxels = int(block().sum())
    assert f"Segment_1 = 300: {voxels} voxels, {voxels / 1000:.2f} ml" in said


def test_a_region_that_the_map_lacks_is_said_and_nothing_is_written(section, tmp_path):
    (tmp_path / "map.txt").write_text("Segment_2=5\n", encoding="utf-8")

    said = write(section, tmp_path / "mask.nrrd")

    assert "Segment_1" in said
    assert not (tmp_path / "mask.nrrd").exists()
    (tmp_path / "map.txt").write_text("Segment_1=5\n", encoding="utf-8")
    assert "mask.txt" in write(section, tmp_path / "mask.txt")


def test_a_mask_becomes_named_segments(section, tmp_path):
    write(section, tmp_path / "mask.nrrd")
    (tmp_path / "map.txt").write_text("Liver=300\n", encoding="utf-8")

    section.click("showMaskButton")

    assert "mask.nrrd” has 1 segments" in section.text("maskMessageLabel")
    node = slicer.mrmlScene.GetFirstNodeByName("mask.nrrd")
    assert node.GetSegmentation().GetNthSegment(0).GetName() == "Liver"
    assert section.widget("maskSourceBox").count() == 2


def test_empty_fields_and_a_segmentation_that_is_gone_are_said(section, tmp_path):
    section.widget("maskEdit").setProperty("currentPath", "")
    section.click("writeMaskButton")
    assert "Choose the value map" in section.text("maskMessageLabel")

    slicer.mrmlScene.RemoveNode(section.slicer.logic.nodes(0)[1])
    section.click("writeMaskButton")
    assert "Choose a segmentation" in section.text("maskMessageLabel")
    assert not section.widget("writeMaskButton").isEnabled()
