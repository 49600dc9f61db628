"""Tools that change a whole region: in a thread, as one step of undo, dropped where the reader goes on."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...images.vtk_images import array_of
from ...reader.drawing.region_filters import (
    COMBINATIONS,
    NothingToDoError,
    Voxels,
    combined,
    copied_from_beside,
    filled_between_slices,
    grown,
    smoothed,
)
from ...reader.drawing.segment_arrays import grid_of
from ..shared.defect_report import defect_sentence, log_defect
from .effect_settings import EffectSettings
from .effects import Islands, become, voxels_of_segment

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceNode
    from trame_slicer.core import SegmentationEditor

_log = logging.getLogger(__name__)

NOTHING_DRAWN = "Nothing of the region is drawn yet."


class RegionTools:
    """Of trame-slicer's ``editor``. ``changed()`` is called when one begins to work and when it is done;
    meanwhile nothing else may change the segments.

    ``sentence`` says why the last one did nothing, ``pointed_view`` where the pointer is or was last.
    """

    def __init__(
        self,
        editor: "SegmentationEditor",
        settings: EffectSettings,
        changed: Callable[[], None],
    ) -> None:
        self._editor, self._settings, self._changed = editor, settings, changed
        self._work: asyncio.Task[None] | None = None
        self.sentence = self.pointed_view = ""
        self._done = 0
        self.uses: dict[str, Callable[..., None]] = {
            "fill_between_slices": self._fill_between_slices,
            "smooth": self._smooth,
            "grow": self._grow,
            "combine": self._combine,
            "copy_slice": self._copy_slice,
            "keep_largest_island": self._keep_largest_island,
            "remove_small_islands": self._remove_small_islands,
        }

    @property
    def is_working(self) -> bool:
        return self._work is not None

    def as_state(self) -> dict[str, object]:
        """For the client: whether one works, how many are done, and why the last one did nothing."""
        return {"works": self.is_working, "done": self._done, "told": self.sentence}

    def drop(self) -> None:
        """What is worked at is not wanted any more."""
        work, self._work = self._work, None
        if work is not None:
            work.cancel()

    def _fill_between_slices(self) -> None:
        self._begin(filled_between_slices)

    def _smooth(self) -> None:
        kind, width_mm = self._settings.smoothing, self._settings.smoothing_mm
        grid = grid_of(self._editor.active_volume_node)
        self._begin(lambda region: smoothed(region, grid, kind, width_mm))

    def _grow(self, sign: object) -> None:
        """Or shrink, by -1."""
        by = self._settings.margin_mm * (-1 if sign == -1 else 1)
        grid = grid_of(self._editor.active_volume_node)
        self._begin(lambda region: grown(region, grid, by))

    def _combine(self, how: object, other_id: object) -> None:
        if how not in COMBINATIONS or other_id not in self._editor.get_segment_ids():
            return
        other = self._voxels(str(other_id))
        if other is None:
            self.sentence = "Nothing of the other region is drawn yet."
            return
        # As in Slicer, the other region stays as it is.
        self._begin(lambda region: combined(region, other, str(how)), overlaps=True)

    def _copy_slice(self, steps: object) -> None:
        """What the region has on the next slice of the view that was pointed at, or the previous one (-1)."""
        grid, on = grid_of(self._editor.active_volume_node), -1 if steps == -1 else 1
        slice_to_ras = array_of(self._view_node().GetSliceToRAS())
        self._begin(
            lambda region: combined(region, copied_from_beside(region, grid, slice_to_ras, on), "add")
        )

    def _view_node(self) -> "vtkMRMLSliceNode":
        """The view that was pointed at last, else the first one, of those that show the image."""
        display = self._editor.active_segmentation_node.GetDisplayNode()
        nodes = [display.GetScene().GetNodeByID(each) for each in display.GetViewNodeIDs()]
        return next((each for each in nodes if each.GetLayoutName() == self.pointed_view), nodes[0])

    def _keep_largest_island(self) -> None:
        if isinstance(effect := self._editor.active_effect, Islands):
            effect.keep_largest_island()

    def _remove_small_islands(self, voxels: object) -> None:
        if isinstance(effect := self._editor.active_effect, Islands):
            self._settings.set_smallest_island(voxels)
            effect.remove_small_islands()

    def _begin(self, change: Callable[[Voxels], Voxels], overlaps: bool = False) -> None:
        region = self._voxels(self._editor.active_segment_id)
        if region is None:
            self.sentence = NOTHING_DRAWN
        else:
            self._work = asyncio.create_task(self._go_on(change, region, overlaps))

    async def _go_on(self, change: Callable[[Voxels], Voxels], region: Voxels, overlaps: bool) -> None:
        try:
            found = await asyncio.to_thread(change, region)
            become(self._editor.active_segment_modifier, region, found, overlaps)
        except NothingToDoError as fault:
            self.sentence = fault.sentence
        except Exception as fault:  # noqa: BLE001 whatever it is, the tools must not be at work for ever
            log_defect(_log, fault)
            self.sentence = defect_sentence(fault)
        self._work = None
        self._done += 1
        self._changed()

    def _voxels(self, segment_id: str) -> Voxels | None:
        modifier = self._editor.active_segment_modifier
        return voxels_of_segment(modifier, segment_id) if modifier and segment_id else None
