"""Angles, boxes and ellipses that a reader measures on any page, beside lines."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.quiz.marked import MEASURES_PLACE
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.quiz.question_types import MarkTool
from QuizLoaderLib.reader.asking import Asking
from QuizLoaderLib.reader.measures import Measures
from QuizLoaderLib.results.tables import answer_rows
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.views import marks
from reader_at_work import READER, SHAPE, SPACING, AtWork, at_work
from session_by_hand import page_of, saved, write_quiz

PAGE = (
    '<Page ID="A" Layout="OneUpRedSlice" AllowMultipleResponse="Y">'
    '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image></Page><Page ID="B"/>'
)
TURN = np.array([[0.8, -0.36, 0.48], [0.6, 0.48, -0.64], [0.0, 0.8, 0.6]])
VALUES = np.random.default_rng(7).integers(-900, 1200, SHAPE).astype(np.int16)


@pytest.fixture
def volume(tmp_path: Path) -> sitk.Image:
    """Oblique: no axis of it is one of the patient's."""
    volume = sitk.GetImageFromArray(VALUES)
    volume.SetSpacing(SPACING)
    volume.SetOrigin((10.0, -20.0, 30.0))
    volume.SetDirection(TURN.ravel().tolist())
    (tmp_path / "images").mkdir()
    sitk.WriteImage(volume, str(tmp_path / "images" / "ct.nrrd"))
    return volume


def in_ras(volume: sitk.Image, *voxels: tuple[float, float, float]) -> np.ndarray:
    return np.array([volume.TransformContinuousIndexToPhysicalPoint(each) for each in voxels]) * (-1, -1, 1)


def red(reader: AtWork) -> Any:
    return reader.host.application_logic.GetSliceLogicByLayoutName("Red")


def measure(reader: AtWork, tool: MarkTool, points: np.ndarray) -> None:
    """As by clicks on the red view, whose slice goes through the first point."""
    red(reader).SetSliceOffset(float(points[0] @ marks.axes_of_view(red(reader))[2]))
    node = reader.drawings.measures.begin(MEASURES_PLACE, tool)
    marks.set_points_ras(node, points)
    assert reader.drawings.measures.end(SliceView.RED) == ""


def measured(folder: Path) -> list:
    return page_of(saved(folder / "r" / READER / "study" / "study.xml"), 1).findall("MeasurePath")


def around(reader: AtWork, volume: sitk.Image, points: np.ndarray) -> np.ndarray:
    """(slices, rows, columns, 3): where each voxel's centre is, from the middle of the two corners: as parts
    of half of the area to the right and up, and in mm along the view's normal."""
    axes = np.stack(marks.axes_of_view(red(reader)))
    k, j, i = np.indices(SHAPE)
    index = np.stack([i, j, k], axis=-1) * SPACING
    centres = (index @ TURN.T + (10.0, -20.0, 30.0)) * (-1, -1, 1)
    halves = np.append(np.abs((points[1] - points[0]) @ axes.T[:, :2]) / 2, 1.0)
    return (centres - points.mean(axis=0)) @ axes.T / halves


def test_what_is_measured_on_an_oblique_image_is_what_numpy_says_and_is_there_again(
    tmp_path: Path, volume: sitk.Image
) -> None:
    quiz = write_quiz(tmp_path, PAGE)
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        assert reader.show() == []
        # Of an area of 3.4 x 3.2 mm on the red view, whose plane is none of the image's.
        right, up, normal = marks.axes_of_view(red(reader))
        (middle,) = in_ras(volume, (4.2, 3.6, 2.3))
        half = 1.7 * right + 1.6 * up
        corners = np.stack([middle - half, middle + half])
        measure(reader, MarkTool.BOX, corners)
        measure(reader, MarkTool.ELLIPSE, corners)
        measure(reader, MarkTool.ANGLE, in_ras(volume, (6, 2, 1), (2, 2, 1), (2, 6, 1)))
        parts = around(reader, volume, corners)
        (asking := Asking(lambda: None, lambda: None, lambda: None)).begin(reader.answers)
        asking.show()
        shown = Measures(asking, lambda: None)
        shown.begin(reader.opened)
        box, ellipse, angle = shown.shown[MEASURES_PLACE].marks
        assert reader.answers.step("next") == [], "nothing of it is asked for"
    # A layer of voxels: as thick as the longest of their edges along the normal.
    layer_mm = np.abs((TURN * SPACING * np.array([[-1], [-1], [1]])).T @ normal).max()
    on_slice = np.abs(parts[..., 2]) < layer_mm / 2
    in_box = VALUES[on_slice & (np.abs(parts[..., :2]) <= 1).all(axis=-1)].astype(float)
    in_ellipse = VALUES[on_slice & ((parts[..., :2] ** 2).sum(axis=-1) <= 1)].astype(float)
    assert len(in_box) > len(in_ellipse) > 8
    found = measured(tmp_path)
    assert [(each.get("Tool"), each.get("Image"), each.get("Unit")) for each in found] == [
        ("Box", "CT", "mm2"),
        ("Ellipse", "CT", "mm2"),
        ("Angle", "CT", "degrees"),
    ]
    for element, values in zip(found, (in_box, in_ellipse), strict=False):
        stored = [float(element.get(name) or "") for name in ("Mean", "SD", "Minimum", "Maximum")]
        assert stored == pytest.approx([values.mean(), values.std(), values.min(), values.max()], abs=1e-6)
    area = 3.4 * 3.2
    assert float(found[0].get("Size")) == pytest.approx(area)
    assert float(found[1].get("Size")) == pytest.approx(np.pi / 4 * area)
    assert float(found[2].get("Size")) == pytest.approx(90)
    low, high = in_box.min(), in_box.max()
    words = f"{area:.1f} mm², mean {in_box.mean():.1f} ± {in_box.std():.1f}"
    assert (box.size.replace(" HU", ""), angle.size) == (f"{words}, {low:.1f} to {high:.1f}", "90.0°")
    assert ellipse.place.startswith("Axial slice")

    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        assert reader.show() == []
        reader.go("previous")
        there = reader.drawings.measures.of(MEASURES_PLACE)
        assert [(one.number, mark is not None) for one, mark in there] == [(1, True), (2, True), (3, True)]


def test_a_measure_is_gone_to_moved_deleted_and_brought_back_and_is_neither_line_nor_mark(
    tmp_path: Path, volume: sitk.Image
) -> None:
    with at_work(write_quiz(tmp_path, PAGE), tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        (asking := Asking(lambda: None, lambda: None, lambda: None)).begin(reader.answers)
        asking.show()
        shown = Measures(asking, lambda: None)
        shown.begin(reader.opened)
        assert shown.shown[MEASURES_PLACE].tools == ("Angle", "Box", "Ellipse", "Arrow")
        for tool in ("Angle", "Box", "Ellipse", "Arrow", ""):
            shown.take_next()
            assert shown.shown[MEASURES_PLACE].placing == tool
        first, second = (in_ras(volume, (1, 1, k), (6, 5, k)) for k in (1, 4))
        measure(reader, MarkTool.BOX, first)
        measure(reader, MarkTool.ELLIPSE, second)
        shown.look()
        logic = red(reader)
        normal = marks.axes_of_view(logic)[2]
        shown.go_to(MEASURES_PLACE, 1)
        assert logic.GetSliceOffset() == pytest.approx(float(first[0] @ normal))
        shown.delete(MEASURES_PLACE, 1)
        assert [each.number for each in shown.shown[MEASURES_PLACE].marks] == [2]
        files = tmp_path / "r" / READER / "study" / "PgGroup1_A"
        assert [path.name for path in files.iterdir()] == ["A_Measure_2_quizmark.mrk.json"]
        shown.bring_back(MEASURES_PLACE)
        shown.delete(MEASURES_PLACE, 2)
        _stored, mark = reader.drawings.measures.of(MEASURES_PLACE)[0]
        assert mark is not None
        right, up, _normal = marks.axes_of_view(logic)
        marks.set_box(mark.node, second.mean(axis=0), 1.5 * right, 1.5 * up, 2.0)
        assert not reader.drawings.is_saved
        reader.drawings.measures.look(at_once=True)
        assert reader.drawings.is_saved
        assert reader.drawings.lines.measured == ()
        assert reader.answers.step("next") == []
    first_measure, deleted = measured(tmp_path)
    assert (first_measure.get("Size"), first_measure.get("Deleted"), deleted.get("Deleted")) == (
        "9",
        None,
        "Y",
    )
    (read,) = read_all_results([tmp_path / "r"]).results
    rows = list(answer_rows(read))
    assert [row["response"] for row in rows if row["question_type"] == "MeasurePath"] == [
        "study/PgGroup1_A/A_Measure_1_quizmark.mrk.json"
    ]


def test_an_author_measures_in_memory_and_on_a_page_without_images_nobody_does(
    tmp_path: Path, volume: sitk.Image
) -> None:
    with at_work(write_quiz(tmp_path, PAGE), tmp_path / "images", None) as reader:
        reader.show()
        measure(reader, MarkTool.ANGLE, in_ras(volume, (6, 2, 1), (2, 2, 1), (2, 6, 1)))
        reader.go()
        (asking := Asking(lambda: None, lambda: None, lambda: None)).begin(reader.answers)
        asking.show()
        shown = Measures(asking, lambda: None)
        shown.begin(reader.opened)
        assert shown.shown == {}
        reader.go("previous")
        assert [one.facts["Size"] for one, _mark in reader.drawings.measures.of(MEASURES_PLACE)] == ["90"]
