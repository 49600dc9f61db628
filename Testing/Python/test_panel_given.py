"""Contours that are given are judged in the panel, with Slicer's own segment editor."""

import numpy as np
import pytest
import SimpleITK as sitk
from panel_stage import SIDE, VOLUME, image_element, stage, write_images, write_quiz
from PySide6.QtWidgets import QLabel, QPushButton
from reader_at_work import box
from session_by_hand import page_of, saved
from test_panel_drawing import editor, hand, seen
from test_panel_session import READER, Reader
from test_panel_tools import key

SHAPE = (SIDE, SIDE, SIDE)
REGIONS = {
    "Liver": box(slice(4, 12), slice(4, 12), slice(6, 20), SHAPE),
    "Tumour": box(slice(14, 26), slice(4, 12), slice(6, 20), SHAPE),
    "Node": box(slice(14, 20), slice(20, 24), slice(6, 10), SHAPE),
}
MORE = box(slice(26, 28), slice(4, 12), slice(6, 20), SHAPE)


@pytest.fixture
def reader(tmp_path):
    folder = write_images(tmp_path / "images")
    labels = np.zeros(SHAPE, np.uint8)
    for value, voxels in enumerate(REGIONS.values(), start=1):
        labels[voxels] = value
    image = sitk.GetImageFromArray(labels)
    image.CopyInformation(sitk.ReadImage(str(folder / VOLUME)))
    for number, name in enumerate(REGIONS):
        facts = {"ID": f"S{number}", "Name": name, "LabelValue": str(number + 1), "Layer": "0"}
        for each, text in facts.items():
            image.SetMetaData(f"Segment{number}_{each}", text)
    sitk.WriteImage(image, str(folder / "ai.seg.nrrd"))
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, folder, tmp_path / "results")


def rows(reader):
    """What is said of each region, by name."""
    section = reader.stage.widget("editorSection")
    found = {}
    for row in (each.parentWidget() for each in section.findChildren(QPushButton) if each.text() == "Reject"):
        (label,) = row.findChildren(QLabel)
        found[row.findChildren(QPushButton)[0].text()] = label.text()
    return found


def press(reader, tool_tip):
    buttons = reader.stage.widget("editorSection").findChildren(QPushButton)
    next(each for each in buttons if each.toolTip() == tool_tip).click()
    reader.stage.slicer.check()


def test_regions_are_accepted_corrected_by_drawing_and_rejected_by_a_shortcut(reader, tmp_path):
    ct = image_element("Volume", VOLUME).replace("<Image ", "<Image SegmentRequired='Y' ")
    given = image_element("Segmentation", "ai.seg.nrrd").replace("<Image ", "<Image StartFrom='Y' ")
    if "<ROIs" not in given:
        given = given.replace("</Image>", "<ROIs ROIVisibilityCode='All'/></Image>")
    pages = [f"EnableSegmentEditor='Y' AllowMultipleResponse='Y'|{ct}{given}", f"|{ct}"]
    reader.sign_in(write_quiz(tmp_path / "draw.xml", pages))
    wait = reader.stage.slicer.wait_until
    assert rows(reader) == dict.fromkeys(REGIONS, "no verdict yet")
    press(reader, "Accept Liver")
    assert rows(reader)["Liver"] == "accepted"
    press(reader, "Correct Node")
    # Nothing of it is changed yet.
    assert rows(reader)["Node"] == "to be corrected"
    # It is the region in hand now.
    key(reader.stage, "Alt+Shift+R")
    assert rows(reader)["Node"] == "rejected, +0 −96 voxels, Dice 0.00"
    assert not seen(reader)["Node"].any()
    # A step back takes back the verdict that emptied it, and nothing before.
    editor(reader).undo()
    wait(lambda: rows(reader)["Node"] == "no verdict yet")
    assert (seen(reader)["Node"] == REGIONS["Node"]).all()
    key(reader.stage, "Alt+Shift+R")
    assert rows(reader)["Node"].startswith("rejected")
    hand(reader, "Tumour", REGIONS["Tumour"] | MORE)
    wait(lambda: rows(reader)["Tumour"].startswith("corrected, +224 −0 voxels"))
    assert editor(reader).segmentationNode() is not None
    reader.go()
    root = page_of(saved(reader.results / READER / "draw" / "draw.xml"), 1)
    told = {each.get("Region"): each.get("Verdict") for each in root.iter("GivenRegion")}
    assert told == {"Liver": "Accepted", "Tumour": "Corrected", "Node": "Rejected"}
