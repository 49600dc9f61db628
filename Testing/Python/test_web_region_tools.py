"""The tools of a whole region on trame-slicer's editor: what they leave alone, and how they work."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from QuizLoaderLib.reader.drawing.region_filters import Voxels

SHAPE = (40, 50, 60)
OUTER, FAR, INNER = np.zeros((3, *SHAPE), bool)
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

        async def until_done() -> None:
            self.tools.uses[tool](*values)
            while self.tools.is_working:
                await asyncio.sleep(0.001)

        asyncio.run(until_done())


@pytest.fixture(scope="module")
def whole_desk() -> Iterator[Desk]:
    from QuizLoaderLib.apps.web.effect_settings import EffectSettings
    from QuizLoaderLib.apps.web.region_tools import RegionTools
    from QuizLoaderLib.apps.web.segment_list import SegmentList
    from QuizLoaderLib.apps.web.undo_steps import UndoSteps
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
