"""The tools of a whole region on trame-slicer's editor: what they leave alone, and how they work."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from QuizLoaderLib.reader.drawing.region_filters import Voxels
from QuizLoaderLib.reader.drawing.work import GivenUpError, Work

SHAPE = (40, 50, 60)
WAIT_S = 60
OUTER, FAR, INNER = np.zeros((3, *SHAPE), bool)
VALUED = np.zeros(SHAPE, bool)
VALUED[5:25, 10:30, 10:20] = True
"""Where the volume has the value 70, elsewhere 0."""
OUTER[5:15, 10:20, 10:20] = FAR[30, 40:42, 40:42] = INNER[8:12, 13:17, 13:17] = True


@dataclass
class Desk:
    """Two regions on one volume, of which the outer one is in hand."""

    editor: Any
    segmentation: Any
    tools: Any
    settings: Any
    undo: Any
    outer: str
    inner: str

    def drawn(self, segment_id: str) -> np.ndarray:
        from QuizLoaderLib.apps.web.effects import voxels_of_segment

        voxels = voxels_of_segment(self.editor.active_segment_modifier, segment_id)
        return np.zeros(SHAPE, bool) if voxels is None else voxels.on((0, 0, 0), SHAPE).mask

    def draw(self, segment_id: str, mask: np.ndarray) -> None:
        """Other regions stay as they are."""
        from QuizLoaderLib.apps.web.effects import become

        self.editor.set_active_segment_id(segment_id)
        before, now = (Voxels((0, 0, 0), each) for each in (self.drawn(segment_id), mask))
        become(self.editor.active_segment_modifier, before, now, overlaps=True)

    def use(self, tool: str, *values: object) -> None:
        """Until it is done."""

        async def use() -> None:
            self.tools.uses[tool](*values)
            await self.done()

        asyncio.run(use())

    async def done(self) -> None:
        while self.tools.is_working:
            await asyncio.sleep(0.001)


@pytest.fixture(scope="module")
def whole_desk() -> Iterator[Desk]:
    from QuizLoaderLib.apps.web.effect_settings import EffectSettings
    from QuizLoaderLib.apps.web.region_tools import RegionTools
    from QuizLoaderLib.apps.web.segment_list import SegmentList
    from QuizLoaderLib.apps.web.undo_steps import UndoSteps
    from QuizLoaderLib.images.vtk_images import image_array
    from trame_slicer.core import SlicerApp
    from trame_slicer.segmentation import SegmentationOverwriteMode
    from vtkmodules.vtkCommonDataModel import vtkImageData

    app = SlicerApp()
    editor = app.segmentation_editor
    editor.set_overwrite_mode(SegmentationOverwriteMode.OVERWRITE_ALL_VISIBLE_SEGMENTS)
    image = vtkImageData()
    image.SetDimensions(*SHAPE[::-1])
    image.AllocateScalars(4, 1)
    image.GetPointData().GetScalars().Fill(0)
    image_array(image)[VALUED] = 70
    volume = app.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    volume.SetAndObserveImageData(image)
    volume.SetSpacing(1, 1, 2)
    segmentation = app.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segmentation.CreateDefaultDisplayNodes()
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    editor.set_active_segmentation(segmentation, volume)
    undo = UndoSteps(editor, SegmentList(editor))
    outer, inner = (editor.add_empty_segment(segment_name=name) for name in ("Outer", "Inner"))
    settings = EffectSettings(editor)
    settings.begin_image("ct.nrrd")
    tools = RegionTools(editor, settings, lambda: None)
    yield Desk(editor, segmentation, tools, settings, undo, outer, inner)


@pytest.fixture
def desk(whole_desk: Desk) -> Desk:
    """A region with an island far away, around another one in it, as a structure set may have them."""
    whole_desk.draw(whole_desk.inner, INNER)
    whole_desk.draw(whole_desk.outer, OUTER | FAR)
    return whole_desk


@pytest.mark.parametrize(
    ("tool", "values"),
    [
        ("smooth", ()),
        ("grow", (-1,)),
        ("grow", (1,)),
        ("combine", ("subtract",)),
        ("keep_largest_island", ()),
        ("remove_small_islands", (10,)),
    ],
)
def test_a_region_in_the_one_that_is_changed_stays_as_it_is(desk, tool, values):
    if tool == "combine":
        values = (*values, desk.inner)
    if "island" in tool:
        from QuizLoaderLib.apps.web.effect_settings import EFFECTS

        desk.editor.set_active_effect_type(EFFECTS["islands"])
    desk.use(tool, *values)
    assert desk.tools.sentence == ""
    assert not np.array_equal(desk.drawn(desk.outer), OUTER | FAR)
    assert np.array_equal(desk.drawn(desk.inner), INNER)
    desk.undo.undo()
    assert np.array_equal(desk.drawn(desk.outer), OUTER | FAR)
    assert np.array_equal(desk.drawn(desk.inner), INNER)


class Blocked:
    """A tool's work that goes on until it may end, or is given up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.may_end, self.given_up = threading.Event(), threading.Event(), threading.Event()
        monkeypatch.setattr("QuizLoaderLib.apps.web.region_tools.smoothed", self._smoothed)

    def _smoothed(self, region: Voxels, *values: Any) -> Voxels:
        work: Work = values[-1]
        self.begun.set()
        while not self.may_end.wait(0.001):
            try:
                work.go_on()
            except GivenUpError:
                self.given_up.set()
                raise
        return Voxels(region.first, np.zeros_like(region.mask))


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Blocked]:
    blocked = Blocked(monkeypatch)
    yield blocked
    blocked.may_end.set()


def test_while_a_tool_works_pictures_are_encoded(desk, blocked):
    """In the loop's own threads, of which there may be one alone."""

    async def story() -> str:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        desk.tools.uses["smooth"]()
        picture = await asyncio.wait_for(asyncio.to_thread(lambda: "a picture"), WAIT_S)
        assert desk.tools.is_working
        blocked.may_end.set()
        await desk.done()
        return picture

    assert asyncio.run(story()) == "a picture"
    assert not desk.drawn(desk.outer).any()


def test_what_is_dropped_is_given_up_and_the_next_tool_works(desk, blocked):
    async def story() -> None:
        desk.tools.uses["smooth"]()
        assert blocked.begun.wait(WAIT_S)
        desk.tools.drop()
        assert not desk.tools.is_working
        assert blocked.given_up.wait(WAIT_S)
        desk.tools.uses["combine"]("add", desk.inner)
        await desk.done()

    asyncio.run(story())
    assert desk.tools.sentence == ""
    assert np.array_equal(desk.drawn(desk.outer), OUTER | FAR | INNER)


def test_a_filter_that_is_dropped_changes_nothing_and_the_loop_ends(desk):
    """What it may find later is for a loop that is no more."""
    desk.settings.set_smoothing("opening", 20)

    async def story() -> None:
        desk.tools.uses["smooth"]()
        desk.tools.drop()

    asyncio.run(story())
    desk.settings.set_smoothing("median", 3)
    desk.use("combine", "add", desk.inner)
    assert np.array_equal(desk.drawn(desk.outer), OUTER | FAR | INNER)


def test_where_time_is_over_what_is_worked_at_is_finished_first(desk):
    async def story() -> None:
        desk.tools.uses["combine"]("subtract", desk.inner)
        desk.tools.finish()
        assert not desk.tools.is_working

    asyncio.run(story())
    assert np.array_equal(desk.drawn(desk.outer), (OUTER | FAR) & ~INNER)
    desk.tools.finish()


def test_slices_are_filled_along_those_of_the_view_that_was_drawn_on(desk):
    """Four blocks have gaps along two axes."""
    blocks, along_j, along_k = np.zeros((3, *SHAPE), bool)
    for one in (slice(8, 14), slice(18, 24)):
        along_j[one, 8:24, 10:20] = along_k[8:24, one, 10:20] = True
        for other in (slice(8, 14), slice(18, 24)):
            blocks[one, other, 10:20] = True
    coronal = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    for view, expected in ((coronal, along_j), (np.eye(4), along_k)):
        desk.draw(desk.outer, blocks)
        desk.settings.last.slices[desk.outer] = view
        desk.use("fill_between_slices")
        assert np.array_equal(desk.drawn(desk.outer), expected)


def take_threshold(desk: Desk, low: float, high: float) -> Any:
    from QuizLoaderLib.apps.web.effect_settings import EFFECTS

    desk.settings.set_threshold(low, None)
    desk.settings.set_threshold(None, high)
    return desk.editor.get_effect(EFFECTS["threshold"])


def test_a_threshold_adds_what_the_region_has_not_and_takes_nothing_of_what_overlaps_it(desk):
    """What the region is new to is taken from others, as by a brush."""
    desk.draw(desk.inner, INNER | np.roll(INNER, 10, axis=1))
    desk.draw(desk.outer, OUTER | FAR)
    assert take_threshold(desk, 60, 80).apply() == ""
    assert np.array_equal(desk.drawn(desk.outer), OUTER | FAR | VALUED)
    assert np.array_equal(desk.drawn(desk.inner), INNER)
    desk.undo.undo()
    assert np.array_equal(desk.drawn(desk.outer), OUTER | FAR)
    assert take_threshold(desk, 80, 90).apply() == "No voxel there has a value from 80 to 90."
    assert np.array_equal(desk.drawn(desk.outer), OUTER | FAR)


NOTHING_THERE = "No voxel there has a value from 60 to 80."


def test_a_stroke_where_nothing_is_within_the_range_says_so(desk):
    from QuizLoaderLib.apps.web.effect_settings import EFFECTS

    told = []
    desk.settings.last.told = lambda: told.append(desk.tools.sentence)
    take_threshold(desk, 60, 80)
    desk.settings.toggle_range()
    brush = desk.editor.set_active_effect_type(EFFECTS["paint"])
    for place_ras, sentence in (
        ((50, 45, 20), NOTHING_THERE),
        ((15, 20, 20), ""),
        ((500, 45, 20), NOTHING_THERE),
    ):
        brush.move_to(np.array(place_ras, float), slice_at(20))
        brush.lift()
        assert desk.tools.sentence == sentence
    assert told == [
        "No voxel there has a value from 60 to 80.",
        "",
        "No voxel there has a value from 60 to 80.",
    ]
    assert np.array_equal(desk.settings.last.slices[desk.outer], slice_at(20))
    desk.settings.toggle_range()
    brush.move_to(np.array([500.0, 45, 20]), slice_at(20))
    brush.lift()
    assert desk.tools.sentence == ""


def slice_at(up_mm: float) -> np.ndarray:
    slice_to_ras = np.eye(4)
    slice_to_ras[2, 3] = up_mm
    return slice_to_ras


def test_a_range_of_grey_values_belongs_to_the_image_that_it_was_set_for(desk):
    take_threshold(desk, 60, 80)
    desk.settings.toggle_range()
    assert desk.settings.is_within_range
    desk.settings.begin_image("pet.nrrd")
    assert not desk.settings.is_within_range
    desk.settings.toggle_range()
    assert desk.settings.threshold == (17.5, 70)
    desk.settings.begin_image("ct.nrrd")
    assert desk.settings.is_within_range
    assert desk.settings.threshold == (60, 80)
    desk.settings.toggle_range()
    desk.settings.begin_image("pet.nrrd")
    assert desk.settings.is_within_range
    assert desk.settings.threshold == (17.5, 70)
    desk.settings.toggle_range()
    desk.settings.begin_image("ct.nrrd")
