"""Limits of time in the panel, by a clock that the test moves; another module in front and a minimized window
stop it."""

from functools import partial

import numpy as np
import pytest
import slicer
import vtk
from panel_stage import VOLUME, image_element, stage, write_quiz
from reader_at_work import box, draw, drawn
from session_by_hand import Clock, page_of, saved
from test_panel_drawing import DRAW, editor
from test_panel_effects import SHAPE
from test_panel_session import READER, Reader

TEXT = (
    '<QuestionSet><Question Type="Text" Descriptor="Finding"><Option>What</Option></Question></QuestionSet>'
)
LIMIT_S = 3
PAINTED = box(slice(20, 21), slice(14, 18), slice(6, 20), SHAPE)
OUTLINED = box(slice(20, 21), slice(4, 12), slice(6, 20), SHAPE)


def add(node, voxels, volume) -> None:
    draw(node, "Tumour", drawn(node, SHAPE).get("Tumour", np.zeros(SHAPE, bool)) | voxels, volume)


class Outline:
    """As DrawPipeline (SegmentEditorDrawEffect.py): its points, and what applying them draws."""

    def __init__(self, node, volume) -> None:
        self.rasPoints = vtk.vtkPoints()
        for x in range(3):
            self.rasPoints.InsertNextPoint(x, 0, 0)
        self._node, self._volume = node, volume

    def apply(self) -> None:
        add(self._node, OUTLINED, self._volume)


class Stroke:
    """As qSlicerSegmentEditorPaintEffect: what is painted while the button is held is applied when it is let
    go, at the place where the pointer is then, and dropped where the effect is ended before."""

    def __init__(self, node, volume) -> None:
        self._node, self._volume, self._is_painting = node, volume, False
        red = slicer.app.layoutManager().sliceWidget("Red").interactorStyle().GetInteractor()
        # The editor lets nobody behind it have its events.
        red.AddObserver("LeftButtonPressEvent", self._press, 1.0)
        red.AddObserver("LeftButtonReleaseEvent", self._release, 1.0)
        red.InvokeEvent("LeftButtonPressEvent")

    def deactivate(self) -> None:
        self._is_painting = False

    def _press(self, _interactor, _event) -> None:
        self._is_painting = True

    def _release(self, _interactor, _event) -> None:
        if self._is_painting:
            add(self._node, PAINTED, self._volume)
        self._is_painting = False


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def reader(tmp_path, images, clock, monkeypatch):
    with stage(tmp_path) as on_stage:
        from QuizLoaderLib.apps.panel import sign_in

        monkeypatch.setattr(sign_in, "SignIn", partial(sign_in.SignIn, clock=clock))
        plain = image_element("Volume", VOLUME)
        pages = [
            f'TimeLimit="600" MinTime="500"|{plain}{TEXT}',
            f'{DRAW} TimeLimit="{LIMIT_S}"|{plain}{TEXT}',
            f"|{plain}{TEXT}",
        ]
        quiz = write_quiz(tmp_path / "timed.xml", pages, 'FreeOrder="Y" MaskValueMap="map.txt"')
        (tmp_path / "map.txt").write_text("Tumour=3\n", encoding="utf-8")
        reader = Reader(on_stage, images, tmp_path / "results")
        reader.sign_in(quiz)
        yield reader


def wait_until(reader, is_so):
    reader.stage.slicer.wait_until(is_so)


def background() -> str | None:
    logic = slicer.app.applicationLogic().GetSliceLogicByLayoutName("Red")
    return logic.GetSliceCompositeNode().GetBackgroundVolumeID()


def test_time_stands_still_behind_another_module_and_ends_a_page_while_it_is_drawn_on(
    reader, clock, tmp_path
):
    assert reader.text("timeLabel") == "Time left: 10 minutes"
    assert reader.sees("timeBar")
    assert reader.text("earlyLabel") == "This page can be completed in 9 minutes."
    reader.type("Finding", "seen")
    reader.click("nextButton")
    assert reader.text("missingLabel") == "This page can be completed in 9 minutes."
    presence = reader.stage.slicer.logic.console.opened.answers.time_shown
    window, (volume,) = reader.stage.slicer.main_window, reader.stage.slicer.logic.nodes(0)
    reader.stage.slicer.enter("Data")
    assert presence().is_covered
    assert background() is None and volume.GetHideFromEditors()
    reader.stage.slicer.enter()
    reader.wait()
    assert not presence().is_covered and background() and not volume.GetHideFromEditors()
    window.showMinimized()
    wait_until(reader, lambda: presence().is_covered)
    window.showNormal()
    wait_until(reader, lambda: not presence().is_covered)

    pages = reader.stage.widget("pagesList")
    assert [pages.item(row).text().rsplit(" (", 1)[1] for row in range(3)] == [
        "not complete)",
        "not begun)",
        "not begun)",
    ]
    pages.setCurrentRow(1)
    pages.itemClicked.emit(pages.item(1))
    reader.wait()
    # A reader has one of both in hand.
    editor(reader).setActiveEffectByName("Paint")
    drawing = (editor(reader).segmentationNode(), editor(reader).sourceVolumeNode())
    editor(reader).effectByName("Paint").deactivate = Stroke(*drawing).deactivate
    editor(reader).effectByName("Draw").self().drawPipelines["Red"] = Outline(*drawing)
    reader.type("Finding", "begun")
    clock.now += LIMIT_S - 1
    wait_until(reader, lambda: reader.text("timeLabel") == "Time left: 1 second")
    assert reader.stage.slicer.logic.console.opened.answers.index == 1
    clock.now += 1
    wait_until(reader, lambda: reader.stage.slicer.logic.console.opened.answers.index == 2)
    reader.wait()
    assert reader.text("noticeLabel").startswith("Time ran out for “")
    assert reader.text("noticeLabel").endswith("What was there is saved.")
    assert not reader.sees("timeLabel")
    reader.type("Finding", "all")
    reader.click("finishButton")
    assert reader.text("goThereButton") == "Go to this page"
    reader.go("goThereButton")
    assert reader.stage.slicer.logic.console.opened.answers.index == 0
    assert not reader.sees("missingRow")
    reader.click("closeButton")

    folder = tmp_path / "results" / READER / "timed"
    page = page_of(saved(folder / "timed.xml"), 2)
    assert (page.get("PageComplete"), page.get("TimedOut")) == ("Y", "Y")
    assert float(page.get("SecondsShown") or 0) == LIMIT_S
    assert [each.text for each in page.iter("Response")] == ["begun"]
    (path,) = page.iter("LabelMapPath")
    import SimpleITK as sitk

    voxels = sitk.GetArrayFromImage(sitk.ReadImage(str(folder.parent / (path.text or ""))))
    assert np.array_equal(voxels > 0, OUTLINED | PAINTED)
