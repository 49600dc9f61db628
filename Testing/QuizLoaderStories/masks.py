"""Mask values: what is shown becomes a mask by a map, and the mask becomes named segments again."""

import numpy as np
import slicer

from .desk import Desk
from .made import LABELS, VOLUME, block, image_element, write_images, write_quiz
from .telling import Need, story


def open_with_a_map(desk: Desk) -> None:
    images = write_images(desk.folder / "images")
    (desk.folder / "map.txt").write_text("Segment_1=300\n", encoding="utf-8")
    page = image_element("Volume", VOLUME)
    page += image_element("Segmentation", LABELS, more="<ROIs ROIVisibilityCode='All'/>")
    quiz = write_quiz(desk.folder / "quiz.xml", [f"|{page}"], "MaskValueMap='map.txt'")
    desk.open(quiz, images)


def write(desk: Desk, name: str) -> str:
    desk.ui.maskEdit.currentPath = str(desk.folder / name)
    desk.click("writeMaskButton")
    return desk.text("maskMessageLabel")


@story(Need.WINDOW)
def a_segmentation_becomes_a_mask_by_its_map_and_the_mask_named_segments(desk: Desk) -> None:
    import SimpleITK as sitk

    open_with_a_map(desk)
    assert desk.ui.valueMapEdit.currentPath == str(desk.folder / "map.txt")
    assert len(desk.items("maskSourceBox")) == 1

    said = write(desk, "mask.nrrd")

    image = sitk.ReadImage(str(desk.folder / "mask.nrrd"))
    volume = sitk.ReadImage(str(desk.folder / "images" / VOLUME))
    assert np.array_equal(sitk.GetArrayFromImage(image), block() * np.uint16(300))
    assert np.allclose(image.GetOrigin(), volume.GetOrigin())
    assert np.allclose(image.GetDirection(), volume.GetDirection())
    voxels = int(block().sum())
    assert f"Segment_1 = 300: {voxels} voxels, {voxels / 1000:.2f} ml" in said, said

    (desk.folder / "map.txt").write_text("Liver=300\n", encoding="utf-8")
    desk.click("showMaskButton")
    desk.settle()

    assert "mask.nrrd” has 1 segments" in desk.text("maskMessageLabel")
    node = slicer.mrmlScene.GetFirstNodeByName("mask.nrrd")
    assert node.GetSegmentation().GetNthSegment(0).GetName() == "Liver"
    segment = node.GetSegmentation().GetNthSegmentID(0)
    reference = desk.logic.nodes(0)[0]
    shown = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment, reference)
    assert np.array_equal(shown > 0, slicer.util.arrayFromVolume(reference) > 0)


@story(Need.WINDOW)
def a_region_that_the_map_lacks_is_said_and_nothing_is_written(desk: Desk) -> None:
    open_with_a_map(desk)
    (desk.folder / "map.txt").write_text("Segment_2=5\n", encoding="utf-8")
    assert "Segment_1" in write(desk, "mask.nrrd")
    assert not (desk.folder / "mask.nrrd").exists()
    (desk.folder / "map.txt").write_text("Segment_1=5\n", encoding="utf-8")
    assert "mask.txt" in write(desk, "mask.txt")


@story(Need.WINDOW)
def the_map_is_that_of_the_open_quiz_until_another_is_chosen(desk: Desk) -> None:
    open_with_a_map(desk)
    other = write_quiz(desk.folder / "other.xml", [f"|{image_element('Volume', VOLUME)}"])
    desk.open(other, desk.folder / "images")
    assert desk.ui.valueMapEdit.currentPath == ""
    desk.ui.valueMapEdit.currentPath = str(desk.folder / "mine.txt")
    desk.open(desk.folder / "quiz.xml", desk.folder / "images")
    assert desk.ui.valueMapEdit.currentPath == str(desk.folder / "mine.txt")


@story(Need.WINDOW)
def a_mask_that_the_panel_shows_is_among_the_regions_of_its_page(desk: Desk) -> None:
    import qt

    images = write_images(desk.folder / "images")
    (desk.folder / "map.txt").write_text("Liver=1\n", encoding="utf-8")
    page = f"|{image_element('Volume', VOLUME)}{image_element('Volume', VOLUME, 'Green', 'Coronal')}"
    desk.open(write_quiz(desk.folder / "two.xml", [page, page]), images)
    desk.ui.valueMapEdit.currentPath = str(desk.folder / "map.txt")
    desk.ui.maskEdit.currentPath = str(images / LABELS)
    assert not desk.sees("legendSection")

    desk.click("showMaskButton")

    node = slicer.mrmlScene.GetFirstNodeByName(LABELS.rpartition("/")[2])
    segment = node.GetSegmentation().GetNthSegmentID(0)
    display = node.GetDisplayNode()
    assert desk.items("legendList") == ["Liver"]
    swatch = desk.ui.legendList.item(0)
    swatch.setCheckState(qt.Qt.Unchecked)
    assert not display.GetSegmentVisibility(segment)
    swatch.setCheckState(qt.Qt.Checked)
    assert display.GetSegmentVisibility(segment)
    desk.click("outlineButton")
    assert display.GetVisibility2DFill()
    desk.click("contoursButton")
    assert not display.GetVisibility2D()
    desk.click("resetViewButton")
    assert display.GetVisibility2D()
    desk.choose("planesButton", 1)
    assert desk.items("legendList") == ["Liver"]
    desk.choose("planesButton", 0)
    desk.turn_to("nextButton", 1)
    assert not desk.sees("legendSection")
    assert not display.GetVisibility()
    desk.turn_to("previousButton", 0)
    assert desk.items("legendList") == ["Liver"]
    assert display.GetVisibility()
    shown_on = {desk.logic_of(view).GetSliceNode().GetID() for view in ("Red", "Green")}
    assert shown_on <= set(display.GetViewNodeIDs())
    slicer.mrmlScene.RemoveNode(node)
    desk.click("resetViewButton")
    assert not desk.sees("legendSection")


@story(Need.WINDOW)
def what_the_panel_made_of_a_mask_is_seen_everywhere_when_the_quiz_is_closed(desk: Desk) -> None:
    open_with_a_map(desk)
    (desk.folder / "map.txt").write_text("Liver=1\n", encoding="utf-8")
    desk.ui.maskEdit.currentPath = str(desk.folder / "images" / LABELS)
    desk.click("showMaskButton")
    assert desk.items("legendList") == ["Segment_1", "Liver"]
    display = slicer.mrmlScene.GetFirstNodeByName(LABELS.rpartition("/")[2]).GetDisplayNode()
    desk.click("closeButton")
    assert display.GetVisibility()
    assert list(display.GetViewNodeIDs()) == []
