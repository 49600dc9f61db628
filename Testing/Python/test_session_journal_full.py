"""A journal that is full takes no more; what is marked and measured stays, in files, results and views."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.quiz.question_types import MarkTool
from QuizLoaderLib.reader.asking import Asking
from QuizLoaderLib.reader.marking import Marking
from QuizLoaderLib.reader.measures import Measures
from QuizLoaderLib.reader.measuring import Measuring
from QuizLoaderLib.session import storage
from QuizLoaderLib.views import marks
from reader_at_work import READER, AtWork, at_work, files_of, write_volume
from session_by_hand import page_of, saved, write_quiz

REFUSAL = (
    "This is not saved, since the journal of this quiz is full (0 MB); all that was saved before stays, and "
    "who runs the study can help."
)
FULL = (
    "All answers are saved, but the journal is full (0 MB), so it takes no more; who runs the study can help."
)
PLACE = (0, 0)
# Voxels of 0.5 x 0.75 x 2 mm, 10 x 8 x 6 of them; the first one's centre is (-10, 20, 30) in RAS.
TWO_CORNERS = np.array([(-11.0, 19.0, 34.0), (-13.0, 17.0, 34.0)])
LINE = ((-10.0, 20.0, 30.0), (-13.0, 16.0, 30.0))


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    write_volume(tmp_path / "images" / "ct.nrrd")
    ct = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
    asked = (
        '<QuestionSet><Question Type="Mark" Descriptor="Findings" Tool="Point Box Ellipse"/></QuestionSet>'
    )
    return write_quiz(tmp_path, f'<Page ID="A" Layout="OneUpRedSlice">{ct}{asked}</Page><Page ID="B"/>')


def place(of: Any, tool: MarkTool, points: np.ndarray) -> None:
    node = of.begin(PLACE, tool)
    marks.set_points_ras(node, points)
    assert of.end(SliceView.RED) == ""


def files(folder: Path) -> dict[str, str]:
    return files_of(folder / "r" / READER / "study" / "PgGroup1_A")


def fill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MOST_BYTES", 1)


@pytest.fixture
def reader(tmp_path: Path, quiz: Path) -> Any:
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        yield reader


def asking_of(reader: AtWork) -> Asking:
    (asking := Asking(lambda: None, lambda: None, lambda: None)).begin(reader.answers)
    asking.show()
    return asking


@pytest.mark.parametrize("tool", [MarkTool.BOX, MarkTool.ELLIPSE])
@pytest.mark.parametrize("kind", [Marking, Measures])
def test_no_mark_or_measure_is_deleted_brought_back_or_moved(
    tmp_path: Path, reader: AtWork, kind: Any, tool: MarkTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    of: Any = reader.drawings.marks if kind is Marking else reader.drawings.measures
    shown = kind(asking_of(reader), lambda: None)
    shown.begin(reader.opened)
    for _each in range(2):
        place(of, tool, TWO_CORNERS)
    shown.look()
    shown.delete(PLACE, 2)
    ((stored, mark),) = of.of(PLACE)
    before, there = files(tmp_path), marks.points_ras(mark.node, tool)
    fill(monkeypatch)

    def is_as_before() -> bool:
        ((now, same),) = of.of(PLACE)
        is_there = reader.host.scene.IsNodePresent(mark.node) and mark.node.GetDisplayNode().GetVisibility()
        is_at_its_place = np.allclose(marks.points_ras(mark.node, tool), there, atol=1e-9)
        return is_there and is_at_its_place and same is mark and now == stored and files(tmp_path) == before

    def move() -> None:
        if tool is MarkTool.BOX:
            red = reader.host.application_logic.GetSliceLogicByLayoutName("Red")
            right, up, _normal = marks.axes_of_view(red)
            marks.set_box(mark.node, there.mean(axis=0) + 1, 0.7 * right, 0.6 * up, 2.0)
        else:
            marks.set_points_ras(mark.node, there + 1)

    def is_told() -> bool:
        told = shown.shown[PLACE].hint == REFUSAL
        shown.begin(reader.opened)
        return told and shown.shown[PLACE].hint == ""

    shown.delete(PLACE, 1)
    assert is_as_before() and is_told()
    shown.bring_back(PLACE)
    assert is_as_before() and is_told() and of.can_bring_back(PLACE)
    move()
    # It is being moved until two looks see it at rest.
    shown.look()
    shown.look()
    assert is_as_before() and is_told()
    reader.host.scene.RemoveNode(mark.node)
    shown.look()
    assert is_as_before() and is_told()
    move()
    reader.drawings.save()
    assert is_as_before(), "also where the page is left while it is moved"
    assert reader.answers.save_sentence() == FULL
    assert reader.answers.step("next") == []
    page = page_of(saved(tmp_path / "r" / READER / "study" / "study.xml"), 1)
    facts = [dict(each.attrib) for name in ("MarkPath", "MeasurePath") for each in page.iter(name)]
    assert facts[0] == stored.facts and facts[1]["Deleted"] == "Y"


def test_no_line_is_deleted_and_a_moved_one_is_in_its_file(
    tmp_path: Path, reader: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    (measuring := Measuring(lambda: None)).begin(reader.opened)
    lines, named = reader.drawings.lines, lines_named(reader)
    marks.set_points_ras(lines.new(), LINE)
    lines.save()
    measuring.look()
    ((path,), (line,)) = named(), lines.measured
    before = files(tmp_path)
    fill(monkeypatch)

    def is_as_before() -> bool:
        (now,) = lines.measured
        reader.drawings.save()
        is_there = now is line and line.node.GetDisplayNode().GetVisibility()
        return is_there and np.allclose(line.state, LINE) and named() == [path] and files(tmp_path) == before

    measuring.delete(0)
    assert measuring.shown.note == REFUSAL
    assert is_as_before()
    reader.host.scene.RemoveNode(line.node)
    assert is_as_before()
    line.node.RemoveNthControlPoint(1)
    assert is_as_before()
    marks.set_points_ras(line.node, [LINE[0], (-10.0, 20.0, 36.0)])
    reader.drawings.save()
    (markup,) = json.loads(path.read_text(encoding="utf-8"))["markups"]
    assert np.allclose(markup["controlPoints"][1]["position"], (10, -20, 36)), "results name its file alone"
    # One that the results do not name may come and go.
    marks.set_points_ras(lines.new(), LINE)
    reader.drawings.save()
    measuring.look()
    assert (len(files(tmp_path)), named()) == (2, [path])
    measuring.delete(1)
    assert measuring.shown.note == ""
    assert list(files(tmp_path)) == [path.name]


def lines_named(reader: AtWork) -> Callable[[], list[Path]]:
    """By the results of the first page."""
    assert reader.reading is not None
    page = reader.reading.session_page(0)
    assert page is not None
    return lambda: page.files.lines("CT")


def test_a_line_that_takes_the_name_of_one_deleted_before_it_was_written_stays(
    tmp_path: Path, reader: AtWork
) -> None:
    lines = reader.drawings.lines
    first = lines.new()
    marks.set_points_ras(first, LINE)
    assert len(lines.measured) == 1
    reader.host.scene.RemoveNode(first)
    marks.set_points_ras(lines.new(), LINE)
    reader.drawings.save()
    (path,) = lines_named(reader)()
    assert list(files(tmp_path)) == [path.name]


def test_the_file_of_a_deleted_line_goes_once_the_results_name_it_no_more(
    reader: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the program is ended between the two, a line too many is found, and none is missing."""
    lines, named, unlink = reader.drawings.lines, lines_named(reader), Path.unlink
    marks.set_points_ras(lines.new(), LINE)
    lines.save()
    seen = []

    def noted(path: Path, missing_ok: bool = False) -> None:
        seen.append((path.name, named()))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", noted)
    lines.remove(lines.measured[0].node)
    assert seen == [("A_CT_MarkupsLine_quizline.mrk.json", [])]
