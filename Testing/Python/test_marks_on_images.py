"""Marks that a reader places: their files, their facts, their forms, and what is told of bad files."""

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.images.mark_shapes import ellipse_points
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.quiz.question_types import MarkTool
from QuizLoaderLib.reader.asking import Asking
from QuizLoaderLib.reader.marking import Marking
from QuizLoaderLib.views import marks
from reader_at_work import READER, SHAPE, SPACING, AtWork, at_work, write_volume
from session_by_hand import page_of, saved, write_quiz

# Voxels of 0.5 x 0.75 x 2 mm, 10 x 8 x 6 of them; the first one's centre is (10, -20, 30) in LPS.
CT = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
FORM = (
    '<Question Type="Radio" Descriptor="Kind"><Option>solid</Option><Option>soft</Option></Question>'
    '<Question Type="Slider" ID="sure" Descriptor="Certainty"/>'
)
MARKS = (
    '<QuestionSet><Question Type="Mark" ID="f" Descriptor="Findings" Rating="sure" {}>{}</Question>'
    "</QuestionSet>"
)
PAGE = '<Page ID="A" Layout="OneUpRedSlice" AllowMultipleResponse="Y">{}{}</Page><Page ID="B"/>'
ALL = 'Tool="Point Line Angle Box Ellipse Curve"'
QUESTION = (0, 0)
Points = list[tuple[float, float, float]]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    write_volume(tmp_path / "images" / "ct.nrrd")
    return tmp_path / "images"


def quiz_of(folder: Path, attributes: str = ALL, form: str = FORM) -> Path:
    return write_quiz(folder, PAGE.format(CT, MARKS.format(attributes, form)))


def in_ras(points: Points) -> np.ndarray:
    """Of points given by voxels."""
    return (np.array(points) * SPACING + (10.0, -20.0, 30.0)) * (-1, -1, 1)


def go_to_slice(reader: AtWork, k: float) -> None:
    logic = reader.host.application_logic.GetSliceLogicByLayoutName("Red")
    logic.SetSliceOffset(30.0 + 2 * k)


def place(reader: AtWork, tool: MarkTool, points: Points) -> str:
    """As by clicks of the mouse at these voxels."""
    node = reader.drawings.marks.begin(QUESTION, tool)
    go_to_slice(reader, points[0][2])
    marks.set_points_ras(node, in_ras(points))
    return reader.drawings.marks.end(SliceView.RED)


def mark_file(folder: Path, number: int) -> Path:
    return folder / "r" / READER / "study" / "PgGroup1_A" / f"A_Mark1-1_{number}_quizmark.mrk.json"


def markup(folder: Path, number: int) -> dict:
    (found,) = json.loads(mark_file(folder, number).read_text(encoding="utf-8"))["markups"]
    assert found["coordinateSystem"] == "LPS"
    return found


def results(folder: Path) -> list:
    page = page_of(saved(folder / "r" / READER / "study" / "study.xml"), 1)
    return page.findall("QuestionSet/Question/MarkPath")


def test_each_tool_has_slicers_own_file_its_centre_its_size_and_the_values_under_it(
    tmp_path: Path, images: Path
) -> None:
    voxels = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    with at_work(quiz_of(tmp_path), images, tmp_path / "r") as reader:
        reader.show()
        assert place(reader, MarkTool.POINT, [(4, 3, 2)]) == ""
        assert place(reader, MarkTool.LINE, [(0, 0, 1), (6, 4, 1)]) == ""
        assert place(reader, MarkTool.ANGLE, [(6, 2, 1), (2, 2, 1), (2, 6, 1)]) == ""
        assert place(reader, MarkTool.BOX, [(1.5, 1.5, 3), (6.5, 4.5, 3)]) == ""
        assert place(reader, MarkTool.ELLIPSE, [(8.4, 6.4, 2), (1.6, 1.6, 2)]) == ""
        assert place(reader, MarkTool.CURVE, [(1, 1, 4), (8, 1, 4), (8, 6, 4), (1, 6, 4)]) == ""
        reader.answers.answer_mark((0, 0, 1, 0), ["Y", "N"])
        reader.answers.answer_mark((0, 0, 1, 1), ["80"])

    one, line, angle, box, ellipse, curve = found = results(tmp_path)
    assert [mark.get("Tool") for mark in found] == [tool.value for tool in MarkTool if not tool.has_text]
    assert [mark.get("Number") for mark in found] == list("123456")
    assert {mark.get("Image") for mark in found} == {"CT"}
    assert [mark.get("Slice") for mark in found] == ["3", "2", "2", "4", "3", "5"]
    assert {mark.get("View") for mark in found} == {"Red"}
    assert one.text == "study/PgGroup1_A/A_Mark1-1_1_quizmark.mrk.json"
    assert [(each.get("Question"), each.get("Field"), each.text) for each in one.findall("Response")] == [
        ("1", "1", "Y"),
        ("1", "2", "N"),
        ("2", "1", "80"),
    ]
    assert one.get("Center") == "12 -17.75 34"
    assert line.get("Center") == "11.5 -18.5 32"
    assert (float(line.get("Size")), line.get("Unit")) == (pytest.approx(np.hypot(3, 3)), "mm")
    assert (angle.get("Size"), angle.get("Unit"), angle.get("Center")) == ("90", "degrees", "11 -18.5 32")
    under = voxels[3, 2:5, 2:7]
    assert (box.get("Size"), box.get("Unit")) == (f"{2.5 * 2.25:g}", "mm2")
    assert float(box.get("Mean")) == pytest.approx(under.mean())
    assert float(box.get("SD")) == pytest.approx(under.std(), abs=1e-6)
    assert (box.get("Minimum"), box.get("Maximum")) == (str(under.min()), str(under.max()))
    j, i = np.mgrid[0:8, 0:10]
    under = voxels[2][((i - 5) / 3.4) ** 2 + ((j - 4) / 2.4) ** 2 <= 1]
    assert float(ellipse.get("Size")) == pytest.approx(np.pi * 1.7 * 1.8, abs=1e-6)
    assert float(ellipse.get("Mean")) == pytest.approx(under.mean())
    assert curve.get("Unit") == "mm2"

    assert [markup(tmp_path, number)["type"] for number in range(1, 7)] == [
        "Fiducial", "Line", "Angle", "ROI", "ClosedCurve", "ClosedCurve",
    ]  # fmt: skip
    assert markup(tmp_path, 1)["controlPoints"][0]["position"] == pytest.approx([12, -17.75, 34])
    assert markup(tmp_path, 4)["center"] == pytest.approx([12, -17.75, 36])
    assert markup(tmp_path, 4)["size"] == pytest.approx([2.5, 2.25, 2.0])


def test_a_mark_is_on_the_slice_that_got_its_first_point_whatever_slices_are_shown_later(
    tmp_path: Path, images: Path
) -> None:
    corners: Points = [(1, 1, 2), (8, 1, 2), (8, 6, 2), (1, 6, 2)]
    with at_work(quiz_of(tmp_path), images, tmp_path / "r") as reader:
        reader.show()

        def place_with_the_wheel(tool: MarkTool, points: Points) -> None:
            node = reader.drawings.marks.begin(QUESTION, tool)
            for count, (_i, _j, k) in enumerate(points, 1):
                go_to_slice(reader, k)
                marks.set_points_ras(node, in_ras(points[:count]))
            go_to_slice(reader, 5)
            assert reader.drawings.marks.end(SliceView.YELLOW) == ""

        assert place(reader, MarkTool.CURVE, corners) == ""
        place_with_the_wheel(MarkTool.CURVE, corners)
        place_with_the_wheel(MarkTool.CURVE, [*corners[:2], (8, 6, 3), (1, 6, 4)])
        place_with_the_wheel(MarkTool.ELLIPSE, [(8.4, 6.4, 2), (1.6, 1.6, 4)])
        place_with_the_wheel(MarkTool.LINE, [(0, 0, 1), (6, 4, 3)])
    *curves, ellipse, line = results(tmp_path)
    same = ("Center", "Size", "View", "Slice", "Mean", "SD")
    flat, turned, across = ([each.get(name) for name in same] for each in curves)
    assert flat == turned == across
    assert [each.get("View") for each in (*curves, ellipse, line)] == ["Red"] * 5
    assert [each.get("Slice") for each in (*curves, ellipse, line)] == ["3"] * 5
    assert ellipse.get("Center") == "12.5 -17 34"
    assert float(ellipse.get("Size")) == pytest.approx(np.pi * 1.7 * 1.8, abs=1e-6)
    assert (line.get("Center"), float(line.get("Size"))) == ("11.5 -18.5 34", pytest.approx(np.sqrt(34)))


def test_what_a_finding_lacks_is_said_and_one_is_deleted_brought_back_and_one_moved_to_another_slice(
    tmp_path: Path, images: Path
) -> None:
    with at_work(quiz_of(tmp_path, 'Min="2" Max="3"'), images, tmp_path / "r") as reader:
        reader.show()
        assert reader.answers.step("next") == ["“Findings” needs at least 2 marks (0 so far)."]
        for k in (1, 2, 3):
            assert place(reader, MarkTool.POINT, [(4, 3, k)]) == ""
        assert place(reader, MarkTool.POINT, [(4, 3, 4)]) == "“Findings” takes at most 3 marks."
        assert not mark_file(tmp_path, 4).exists()
        for number in (1, 2, 3):
            reader.answers.answer_mark((0, 0, number, 0), ["N", "Y"])
        reader.answers.answer_mark((0, 0, 2, 1), ["55"])
        reader.answers.answer_mark((0, 0, 3, 1), ["101"])
        assert reader.answers.missing() == [
            "Mark 1 of “Findings”: “Certainty” needs a number from 0 to 100.",
            "Mark 3 of “Findings”: “Certainty” needs a number from 0 to 100, not “101”.",
        ]
        reader.drawings.marks.delete(QUESTION, 1)
        assert not mark_file(tmp_path, 1).exists()
        reader.drawings.marks.delete(QUESTION, 3)
        assert reader.answers.missing() == ["“Findings” needs at least 2 marks (1 so far)."]
        assert reader.drawings.marks.bring_back(QUESTION) == ""
        assert reader.drawings.marks.bring_back(QUESTION) == ""
        assert not reader.drawings.marks.can_bring_back(QUESTION)
        assert mark_file(tmp_path, 1).exists()
        reader.drawings.marks.delete(QUESTION, 3)
        _stored, first = reader.drawings.marks.of(QUESTION)[0]
        assert first is not None
        marks.set_points_ras(first.node, in_ras([(5, 2, 4)]))
        go_to_slice(reader, 4)
        reader.answers.answer_mark((0, 0, 1, 1), ["90"])
        reader.go()
        reader.go("previous")
        assert [stored.number for stored, mark in reader.drawings.marks.of(QUESTION) if mark] == [1, 2]
    first, second, third = results(tmp_path)
    assert (first.get("Center"), first.get("Slice")) == ("12.5 -18.5 38", "5")
    assert (third.get("Deleted"), second.get("Deleted"), first.get("Deleted")) == ("Y", None, None)
    assert [each.text for each in second.findall("Response")] == ["N", "Y", "55"]

    with at_work(quiz_of(tmp_path, 'Min="2" Max="3"'), images, tmp_path / "r") as reader:
        assert [sentence for sentence in reader.show() if "A_Mark" in sentence] == []


def test_files_that_are_gone_changed_or_something_else_are_told_and_nothing_is_lost(
    tmp_path: Path, images: Path
) -> None:
    quiz = quiz_of(tmp_path)
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        for k in (0, 1, 2, 3):
            assert place(reader, MarkTool.POINT, [(4, 3, k)]) == ""
        assert place(reader, MarkTool.POINT, [(400, 3, 1)]) == ""
        before = [stored.facts["Center"] for stored, _mark in reader.drawings.marks.of(QUESTION)]
    mark_file(tmp_path, 1).unlink()
    mark_file(tmp_path, 2).write_text("{}", encoding="utf-8")
    text = mark_file(tmp_path, 3).read_text(encoding="utf-8")
    (point,) = json.loads(text)["markups"][0]["controlPoints"]
    moved = json.loads(text)
    moved["markups"][0]["controlPoints"][0]["position"] = [11.0, *point["position"][1:]]
    mark_file(tmp_path, 3).write_text(json.dumps(moved), encoding="utf-8")

    with at_work(quiz, images, tmp_path / "r") as reader:
        gone, unread, changed = (sentence for sentence in reader.show() if "mark" in sentence)
        assert "mark 1 is gone" in gone
        assert "is not a mark that can be shown" in unread
        assert "was changed by another program; mark 3 is where the file says" in changed
        stored = [stored for stored, _mark in reader.drawings.marks.of(QUESTION)]
        assert [one.facts["Center"] for one in stored[:2]] == before[:2]
        assert stored[2].facts["Center"].split()[0] == "11"
        # Outside of the image: kept with the page.
        assert (stored[4].facts["Image"], stored[4].facts["Center"].split()[0]) == ("", "210")
        assert reader.drawings.marks.of(QUESTION)[3][1] is not None
    assert mark_file(tmp_path, 2).read_text(encoding="utf-8") == "{}"


def test_a_mark_is_not_written_through_a_link_that_leads_out_of_the_results(
    tmp_path: Path, images: Path
) -> None:
    quiz = quiz_of(tmp_path)
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        assert place(reader, MarkTool.POINT, [(4, 3, 1)]) == ""
    folder = mark_file(tmp_path, 1).parent
    outside = folder.rename(tmp_path / "outside")
    folder.symlink_to(outside, target_is_directory=True)
    before = {path.name: path.read_bytes() for path in outside.iterdir()}

    with at_work(quiz, images, tmp_path / "r") as reader:
        (told,) = (sentence for sentence in reader.show() if "_quizmark" in sentence)
        assert told.endswith("is outside the session's results folder.")
        refused = place(reader, MarkTool.POINT, [(5, 3, 1)])
        assert refused.endswith("is outside the session's results folder.")
        assert reader.drawings.marks.delete(QUESTION, 1) == told
        assert [one.number for one, _mark in reader.drawings.marks.of(QUESTION)] == [1]
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == before


def test_a_mark_whose_folder_comes_to_lead_out_of_the_results_is_not_deleted_there(
    tmp_path: Path, images: Path
) -> None:
    with at_work(quiz_of(tmp_path), images, tmp_path / "r") as reader:
        reader.show()
        assert place(reader, MarkTool.POINT, [(4, 3, 1)]) == ""
        ((_stored, mark),) = reader.drawings.marks.of(QUESTION)
        folder = mark_file(tmp_path, 1).parent
        outside = folder.rename(tmp_path / "outside")
        folder.symlink_to(outside, target_is_directory=True)
        before = mark_file(tmp_path, 1).read_bytes()
        assert mark is not None
        marks.set_points_ras(mark.node, in_ras([(6, 3, 1)]))
        reader.drawings.marks.look(at_once=True)
        assert (outside / mark_file(tmp_path, 1).name).read_bytes() == before
        assert not reader.drawings.marks.is_saved


@pytest.mark.parametrize("kind", ["oblique", "flipped"])
def test_centres_are_exact_in_lps_on_any_grid(kind: str, tmp_path: Path) -> None:
    """Clicked at voxels of an image whose axes are none of the patient's, or run against them."""
    turn = np.array([[0.8, -0.36, 0.48], [0.6, 0.48, -0.64], [0.0, 0.8, 0.6]])
    axes = turn if kind == "oblique" else np.diag([-1.0, 1.0, -1.0])
    volume = sitk.GetImageFromArray(np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE))
    volume.SetSpacing(SPACING)
    volume.SetOrigin((10.0, -20.0, 30.0))
    volume.SetDirection(axes.ravel().tolist())
    (tmp_path / "images").mkdir()
    sitk.WriteImage(volume, str(tmp_path / "images" / "ct.nrrd"))
    places = np.array([volume.TransformIndexToPhysicalPoint(voxel) for voxel in [(4, 3, 2), (1, 6, 5)]])
    # An ellipse about a voxel in the plane of the image's slices.
    middle = np.array(volume.TransformIndexToPhysicalPoint((5, 4, 3)))
    around = ellipse_points(middle, axes[:, 0] * 1.7, axes[:, 1] * 1.8) * (-1, -1, 1)

    with at_work(quiz_of(tmp_path), tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        for tool, points in [
            *((MarkTool.POINT, each[None] * (-1, -1, 1)) for each in places),
            (MarkTool.CURVE, around),
        ]:
            marks.set_points_ras(reader.drawings.marks.begin(QUESTION, tool), points)
            assert reader.drawings.marks.end() == ""
    found = results(tmp_path)
    centres = [[float(mm) for mm in mark.get("Center").split()] for mark in found]
    assert np.allclose(centres, [*places, middle], atol=2e-6)
    assert np.allclose(markup(tmp_path, 2)["controlPoints"][0]["position"], places[1], atol=1e-9)
    j, i = np.mgrid[0:8, 0:10]
    is_under = ((i - 5) * 0.5 / 1.7) ** 2 + ((j - 4) * 0.75 / 1.8) ** 2 <= 1
    under = np.arange(np.prod(SHAPE)).reshape(SHAPE)[3][is_under]
    assert float(found[2].get("Mean")) == pytest.approx(under.mean(), abs=1e-6)
    assert (found[2].get("Minimum"), found[2].get("Maximum")) == (str(under.min()), str(under.max()))


def test_lines_of_the_line_tool_are_no_marks_and_marks_are_no_lines(tmp_path: Path, images: Path) -> None:
    with at_work(quiz_of(tmp_path), images, tmp_path / "r") as reader:
        reader.show()
        assert place(reader, MarkTool.LINE, [(0, 0, 1), (6, 4, 1)]) == ""
        marks.set_points_ras(reader.drawings.lines.new(), in_ras([(0, 0, 1), (6, 4, 1)]))
        assert len(reader.drawings.lines.measured) == 1
        assert len(reader.drawings.marks.of(QUESTION)) == 1
    page = page_of(saved(tmp_path / "r" / READER / "study" / "study.xml"), 1)
    assert (len(list(page.iter("MarkupLinePath"))), len(list(page.iter("MarkPath")))) == (1, 1)


def test_an_ellipse_stays_one_when_a_point_of_it_is_dragged(tmp_path: Path, images: Path) -> None:
    with at_work(quiz_of(tmp_path), images, tmp_path / "r") as reader:
        reader.show()
        assert place(reader, MarkTool.ELLIPSE, [(1, 1, 2), (8, 6, 2)]) == ""
        ((_stored, mark),) = reader.drawings.marks.of(QUESTION)
        assert mark is not None
        points = marks.points_ras(mark.node, MarkTool.ELLIPSE)
        points[0] += (1.0, 0.5, 0.0)
        marks.set_points_ras(mark.node, points)
        reader.drawings.marks.look()
        assert not reader.drawings.marks.is_saved
        reader.drawings.marks.look()
        assert reader.drawings.marks.is_saved
        again = marks.points_ras(mark.node, MarkTool.ELLIPSE)
        middle, one, other = again.mean(axis=0), (again[0] - again[4]) / 2, (again[2] - again[6]) / 2
        assert np.allclose(ellipse_points(middle, one, other), again)
        assert np.allclose(again[0], points[0])
    assert float(results(tmp_path)[0].get("Size")) == pytest.approx(
        np.pi * np.linalg.norm(np.cross(one, other))
    )


def test_an_author_marks_in_memory(tmp_path: Path, images: Path) -> None:
    with at_work(quiz_of(tmp_path, 'Max="1"'), images, None) as reader:
        reader.show()
        assert place(reader, MarkTool.POINT, [(4, 3, 2)]) == ""
        assert place(reader, MarkTool.POINT, [(4, 3, 2)]) == "“Findings” takes at most 1 mark."
        reader.answers.answer_mark((0, 0, 1, 1), ["5"])
        reader.go()
        reader.go("previous")
        ((stored, mark),) = reader.drawings.marks.of(QUESTION)
        assert mark is not None
        assert stored.answers == (("N", "N"), ("5",))
        assert reader.answers.answer(reader.opened.pages[0], 0, 0) == ("1",)


def test_a_mark_that_goes_in_the_scene_takes_the_questions_with_it_that_it_asked(
    tmp_path: Path, images: Path
) -> None:
    size = '<Question Type="Text" Descriptor="Size"><Option/></Question>'
    sets = MARKS.format('Tool="Point"', "") + f'<QuestionSet ShowIf="count(f) ge 1">{size}</QuestionSet>'
    quiz = write_quiz(tmp_path, PAGE.format(CT, sets))
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        assert place(reader, MarkTool.POINT, [(4, 3, 2)]) == ""
        assert reader.answers.step("next") == []
        asking = Asking(lambda: None, lambda: None, lambda: None)

        def asked_now() -> str:
            assert asking.asked is not None
            return asking.asked.question_sets[0].questions[0].descriptor

        asking.begin(reader.answers)
        asking.show()
        marking = Marking(asking, asking.marks_changed)
        marking.begin(reader.opened)
        assert asked_now() == "Size"
        ((_stored, mark),) = reader.drawings.marks.of(QUESTION)
        assert mark is not None
        # As Slicer's Data module deletes it.
        reader.host.scene.RemoveNode(mark.node)
        marking.look()
        assert asked_now() == "Findings"
        assert (list(marking.shown), asking.possible_steps) == ([(0, 0)], {"next"})
        marking.bring_back((0, 0))
        assert [each.number for each in marking.shown[0, 0].marks] == [1]
        asking.step("next")
        asking.show()
        assert asked_now() == "Size"
