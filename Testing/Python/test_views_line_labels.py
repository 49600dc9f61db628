"""Names and lengths beside lines do not lie over each other, by the pixels of the views."""

import json
from pathlib import Path

import numpy as np
import pytest
import slicer
from mrml_by_hand import image, page, volume
from QuizLoaderLib.apps.pictures import headless
from QuizLoaderLib.quiz.model import Orientation, Quiz, SliceView
from QuizLoaderLib.views import lines, marks
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.line_labels import spread_labels
from QuizLoaderLib.views.page import show_page
from QuizLoaderLib.views.segmentations import remove
from slicer_mouse import forget_managers
from view_geometry import grid

GRID = grid(np.diag([-1, -1, 1]), (1, 1, 1), (24.5, 24.5, -24.5))
"""A cube of 50 mm about the origin."""
CROSSING = (((-10, -10), (10, 10)), ((-10, 10), (10, -10)), ((0, -12), (0, 12)), ((-20, 20), (-18, 20)))
"""Three with one middle, and one that is far away."""


class View(headless.OffscreenView):
    def __init__(self, node, application_logic, size):
        super().__init__(node, application_logic, size, ("vtkMRMLMarkupsDisplayableManager",))


@pytest.fixture
def host(monkeypatch):
    monkeypatch.setattr(headless, "OffscreenView", View)
    with headless.HeadlessHost((500, 500)) as host:
        markups = slicer.vtkSlicerMarkupsLogic()
        markups.SetMRMLScene(host.scene)
        markups.SetMRMLApplicationLogic(host.application_logic)
        host.application_logic.SetModuleLogic("Markups", markups)
        black = volume(host.scene, np.zeros((50, 50, 50), np.int16), GRID, window=(0, 1))
        green = image(view=SliceView.GREEN, orientation=Orientation.CORONAL)
        show_page(PageNodes(page(image(), green), (black, black)), host, Quiz(Path("quiz.xml")))
        yield host
    forget_managers()


def slice_nodes(host):
    logic_of = host.application_logic.GetSliceLogicByLayoutName
    return [logic_of(view).GetSliceNode() for view in ("Red", "Green")]


def measured(host, ends=CROSSING, up=0.5):
    made = []
    for number, (start, end) in enumerate(ends, start=1):
        line = lines.new_line(host.scene, f"Line {number}")
        lines.show_length(line, True)
        marks.set_points_ras(line, [(*start, up), (*end, up)])
        # Without its points and itself, only the label is seen.
        line.GetDisplayNode().SetGlyphScale(0)
        line.GetDisplayNode().SetLineThickness(0)
        made.append(line)
    return made


def label_of(host, line, made):
    """Whether each pixel of the red view belongs to the label of this line."""
    for other in made:
        other.GetDisplayNode().SetVisibility(other is line)
    pixels = host.picture(SliceView.RED).max(axis=2) > 60
    for other in made:
        other.GetDisplayNode().SetVisibility(True)
    return pixels


def overlaps(host, made):
    labels = [label_of(host, line, made) for line in made]
    assert all(label.sum() > 100 for label in labels)
    return int((np.sum(labels, axis=0) > 1).sum())


def test_labels_of_lines_with_one_middle_stand_above_each_other(host):
    made = measured(host)
    assert overlaps(host, made) > 100, "as MRML has them"
    spread_labels(made, slice_nodes(host))
    assert overlaps(host, made) == 0
    assert [lines.length_text(line) for line in made] == ["28.3 mm", "28.3 mm", "24.0 mm", "2.0 mm"]
    before = [line.GetMeasurement("length").GetPrintFormat() for line in made]
    assert before[0] == before[3] == "%.1f %s", "one that is in nobody's way stays where it was"

    # Zoomed out all are near to each other.
    node = slice_nodes(host)[0]
    node.SetFieldOfView(400, 400, node.GetFieldOfView()[2])
    node.UpdateMatrices()
    spread_labels(made, slice_nodes(host))
    assert overlaps(host, made) == 0

    # The first one is gone: the others come down again.
    remove(made.pop(0))
    spread_labels(made, slice_nodes(host))
    assert overlaps(host, made) == 0


def test_a_line_of_another_slice_is_not_in_the_way(host):
    here, *_ = measured(host, CROSSING[:1])
    other, *_ = measured(host, CROSSING[1:2], up=12.5)
    spread_labels([here, other], slice_nodes(host)[:1])
    assert other.GetMeasurement("length").GetPrintFormat() == "%.1f %s"


def test_the_file_of_a_line_tells_nothing_of_its_label(host, tmp_path):
    made = measured(host)
    spread_labels(made, slice_nodes(host))
    lifted = made[1].GetMeasurement("length").GetPrintFormat()
    lines.write_line(made[1], tmp_path / "line.mrk.json", True)
    (markup,) = json.loads((tmp_path / "line.mrk.json").read_text(encoding="utf-8"))["markups"]
    assert markup["measurements"][0]["printFormat"] == "%.1f %s"
    assert made[1].GetMeasurement("length").GetPrintFormat() == lifted
    assert overlaps(host, made) == 0
