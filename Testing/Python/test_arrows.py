"""Arrows with a text, by which a reader shows a place on an image: among what is measured on any page."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import slicer
from QuizLoaderLib.images.mark_shapes import MarkShape, arrow_points, centre, size
from QuizLoaderLib.quiz.marked import ARROW_END, ARROW_TIP, MEASURES_PLACE
from QuizLoaderLib.quiz.question_types import MarkTool
from QuizLoaderLib.reader.asking import Asking
from QuizLoaderLib.reader.measures import Measures
from QuizLoaderLib.results.tables import answer_rows
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.views import arrows, marks
from reader_at_work import READER, AtWork, at_work
from session_by_hand import write_quiz
from test_measures import PAGE, in_ras, measure, measured, red, volume  # noqa: F401 a fixture
from vtkmodules.util.numpy_support import vtk_to_numpy


def shown_by(reader: AtWork) -> Measures:
    (asking := Asking(lambda: None, lambda: None, lambda: None)).begin(reader.answers)
    asking.show()
    shown = Measures(asking, lambda: None)
    shown.begin(reader.opened)
    return shown


def on_red(reader: AtWork, middle: np.ndarray, right_mm: float, up_mm: float) -> np.ndarray:
    right, up, _normal = marks.axes_of_view(red(reader))
    return middle + right_mm * right + up_mm * up


def node_of(reader: AtWork, number: int) -> slicer.vtkMRMLMarkupsCurveNode:
    found = {one.number: mark for one, mark in reader.drawings.measures.of(MEASURES_PLACE)}
    mark = found[number]
    assert mark is not None
    return mark.node


def test_an_arrow_points_at_a_place_says_what_is_there_and_is_there_again(
    tmp_path: Path,
    volume,  # noqa: F811
) -> None:
    quiz = write_quiz(tmp_path, PAGE)
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        (tip,) = in_ras(volume, (4.2, 3.6, 2.3))
        end = on_red(reader, tip, 3.0, 4.0)
        measure(reader, MarkTool.ARROW, np.stack([tip, end]))
        shown = shown_by(reader)
        shown.write(MEASURES_PLACE, 1, "apical \n vessel ")
        (arrow,) = shown.shown[MEASURES_PLACE].marks
        assert (arrow.tool, arrow.text, arrow.size) == ("Arrow", "apical vessel", "")
        assert arrow.place.startswith("Axial slice")
        assert not reader.drawings.is_saved
        assert reader.drawings.save() == ""
        assert reader.drawings.is_saved
        red(reader).SetSliceOffset(0)
        shown.go_to(MEASURES_PLACE, 1)
        assert red(reader).GetSliceOffset() == pytest.approx(float(tip @ marks.axes_of_view(red(reader))[2]))
        reader.go()
    (path,) = folder.iterdir()
    (markup,) = json.loads(path.read_text(encoding="utf-8"))["markups"]
    assert (markup["type"], markup["controlPoints"][ARROW_END]["label"]) == ("Curve", "apical vessel")
    places = np.array([each["position"] for each in markup["controlPoints"]]) * (-1, -1, 1)
    assert np.allclose(places[[ARROW_TIP, ARROW_END]], [tip, end], atol=1e-6)

    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        assert reader.show() == []
        reader.go("previous")
        shown = shown_by(reader)
        assert [mark.text for mark in shown.shown[MEASURES_PLACE].marks] == ["apical vessel"]
        assert np.allclose(marks.points_ras(node_of(reader, 1), MarkTool.ARROW), [tip, end], atol=1e-6)
        shown.delete(MEASURES_PLACE, 1)
        assert list(folder.iterdir()) == []
        shown.bring_back(MEASURES_PLACE)
        assert [mark.text for mark in shown.shown[MEASURES_PLACE].marks] == ["apical vessel"]
        assert list(folder.iterdir()) == [path]
    (found,) = measured(tmp_path)
    assert [found.get(name) for name in ("Tool", "Text", "Size", "Deleted")] == [
        "Arrow",
        "apical vessel",
        "",
        None,
    ]
    in_lps = [float(part) for part in (found.get("Center") or "").split()]
    assert in_lps == pytest.approx(tip * (-1, -1, 1), abs=1e-6)
    (read,) = read_all_results([tmp_path / "r"]).results
    rows = [row for row in answer_rows(read) if row["question_type"] == "MeasurePath"]
    assert [row["arrow_text"] for row in rows] == ["apical vessel"]


def test_an_arrow_that_is_dragged_keeps_its_head_and_its_text(
    tmp_path: Path,
    volume,  # noqa: F811
) -> None:
    with at_work(write_quiz(tmp_path, PAGE), tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        (tip,) = in_ras(volume, (4.2, 3.6, 2.3))
        end = on_red(reader, tip, 2.0, 0.0)
        measure(reader, MarkTool.ARROW, np.stack([tip, end]))
        node = node_of(reader, 1)
        reader.drawings.measures.write(MEASURES_PLACE, 1, "here")
        visible = [node.GetNthControlPointVisibility(n) for n in range(node.GetNumberOfControlPoints())]
        assert [n for n, is_visible in enumerate(visible) if is_visible] == [ARROW_END, ARROW_TIP]
        there = on_red(reader, tip, 2.0, 3.0)
        node.SetNthControlPointPositionWorld(ARROW_TIP, *there)
        reader.drawings.measures.look(at_once=True)
        # In the plane of the view, at right angles to the arrow.
        right, up, _normal = marks.axes_of_view(red(reader))
        tip_there, left, opposite = state_points(node)[[ARROW_TIP, 8, 16]]
        head_mm = 0.02 * red(reader).GetSliceNode().GetFieldOfView()[0]
        assert np.allclose((left + opposite) / 2, there - head_mm * up, atol=1e-9)
        assert np.allclose(np.abs((left - opposite) @ np.stack([right, up]).T), [0.8 * head_mm, 0], atol=1e-9)
        assert np.allclose(tip_there, there, atol=1e-9)
        assert arrows.text_of(node) == "here"
        # Both ends in one place are no arrow: it is as before.
        node.SetNthControlPointPositionWorld(ARROW_TIP, *end)
        reader.drawings.measures.look(at_once=True)
        assert np.allclose(marks.points_ras(node, MarkTool.ARROW), [there, end], atol=1e-9)
        # A click beside the points takes all of it along.
        for index in range(node.GetNumberOfControlPoints()):
            moved = np.array(node.GetNthControlPointPositionWorld(index)) + right
            node.SetNthControlPointPositionWorld(index, *moved)
        reader.drawings.measures.look(at_once=True)
        assert np.allclose(marks.points_ras(node, MarkTool.ARROW), [there + right, end + right], atol=1e-9)
        assert reader.drawings.is_saved


def state_points(node: slicer.vtkMRMLMarkupsCurveNode) -> np.ndarray:
    return marks.points_in(marks.state_of(node, MarkTool.ARROW), MarkTool.ARROW)


def test_two_clicks_at_one_place_are_no_arrow_and_a_text_that_another_program_wrote_is_used(
    tmp_path: Path,
    volume,  # noqa: F811
) -> None:
    quiz = write_quiz(tmp_path, PAGE)
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        (tip,) = in_ras(volume, (4.2, 3.6, 2.3))
        node = reader.drawings.measures.begin(MEASURES_PLACE, MarkTool.ARROW)
        marks.set_points_ras(node, [tip, tip])
        told = reader.drawings.measures.end()
        assert told == "Both clicks are at one place; please place the arrow again."
        measure(reader, MarkTool.ARROW, np.stack([tip, on_red(reader, tip, 2.0, 0.0)]))
        reader.drawings.measures.write(MEASURES_PLACE, 1, "before")
        reader.go()
    (path,) = (tmp_path / "r" / READER / "study" / "PgGroup1_A").iterdir()
    path.write_text(path.read_text(encoding="utf-8").replace("before", "after"), encoding="utf-8")
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        assert reader.answers.step("previous") == []
        (sentence,) = reader.show()
        assert "was changed by another program" in sentence
        assert [one.facts["Text"] for one, _mark in reader.drawings.measures.of(MEASURES_PLACE)] == ["after"]


def test_slicer_draws_the_file_of_an_arrow_as_good_as_straight() -> None:
    """A file does not say how a curve is drawn, and Slicer's own way is a spline."""
    tip, end = np.array([20.0, 5.0, 3.0]), np.array([0.0, 5.0, 3.0])
    points = arrow_points(tip, end, np.array([0.0, 1.0, 0.0]), head_mm=3.0)
    node = slicer.vtkMRMLScene().AddNewNodeByClass("vtkMRMLMarkupsCurveNode")
    marks.set_points_ras(node, points)
    drawn = vtk_to_numpy(node.GetCurvePointsWorld().GetData())
    corners = points[::4]
    assert np.allclose(corners[[1, 2, 4]], [(17, 5, 3), (17, 6.2, 3), (17, 3.8, 3)])
    away = np.array([min(distance(place, *side) for side in pairwise(corners)) for place in drawn])
    assert away.max() < 0.05
    shape = MarkShape(MarkTool.ARROW, np.stack([tip, end]))
    assert (centre(shape).tolist(), size(shape)) == (tip.tolist(), None)


def distance(place: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    """From the straight line between two points, in mm."""
    part = np.clip((place - start) @ (end - start) / ((end - start) @ (end - start)), 0, 1)
    return float(np.linalg.norm(place - start - part * (end - start)))
