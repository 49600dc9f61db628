"""A reader reviews a plan in Slicer: the section of the panel, the lines in its views, the histograms."""

import numpy as np
import pytest
import slicer
from panel_stage import stage
from plan_made import write_plan
from PySide6.QtCore import Qt

RED, GREEN = (255, 0, 0), (0, 255, 0)


@pytest.fixture
def story(tmp_path):
    with stage(tmp_path) as on_stage:
        folder = tmp_path / "plan"
        folder.mkdir()
        on_stage.open(write_plan(folder), folder)
        table = on_stage.widget("doseTableLabel")
        on_stage.slicer.wait_until(lambda: "Cord" in table.text())
        yield on_stage


def pixels_of(story, color):
    """How many pixels of the axial view have the colour of a line."""
    return int((np.abs(story.slicer.picture("Red").astype(int) - color) < 60).all(axis=2).sum())


def segmentations():
    nodes = slicer.mrmlScene.GetNodesByClass("vtkMRMLSegmentationNode")
    nodes.UnRegister(None)
    return [nodes.GetItemAsObject(number).GetName() for number in range(nodes.GetNumberOfItems())]


def test_a_plan_is_reviewed(story):
    lines, table = story.widget("isodosesList"), story.widget("doseTableLabel")
    assert story.sees("doseSection")
    texts = [lines.item(row).text() for row in range(lines.count())]
    assert texts == ["80 Gy: not reached", "95 %", "30 Gy"]
    assert pixels_of(story, RED) > 50
    assert "V95 % 100.0" in table.text()
    assert not story.widget("doseChartLabel").pixmap().isNull()

    sources = story.widget("maskSourceBox")
    assert [sources.itemText(row) for row in range(sources.count())] == ["Organs"], (
        "no lines to write as a mask"
    )

    lines.item(1).setCheckState(Qt.Unchecked)
    story.slicer.check()
    assert pixels_of(story, RED) == 0
    assert pixels_of(story, GREEN) > 50

    story.widget("legendList").item(1).setCheckState(Qt.Unchecked)
    story.slicer.check()
    assert "Target" in table.text()
    assert "Cord" not in table.text()

    story.click("resetViewButton")
    assert pixels_of(story, RED) > 50
    assert lines.item(1).checkState() == Qt.Checked
    story.slicer.wait_until(lambda: "Cord" in table.text())

    assert len(segmentations()) == 2
    story.turn_to("nextButton", 1)
    assert not story.sees("doseSection")
    assert not any("Isodose" in name for name in segmentations())
    story.turn_to("previousButton", 0)
    assert pixels_of(story, RED) > 50
    story.slicer.enter("Data")
    assert not any("Isodose" in name for name in segmentations())
