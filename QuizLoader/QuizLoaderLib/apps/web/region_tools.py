"""Tools that change a whole region: in a thread of their own, as one step of undo."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...images.vtk_images import array_of
from ...reader.drawing.between_slices import axis_of_slices, filled_between_slices
from ...reader.drawing.region_filters import (
    COMBINATIONS,
    NothingToDoError,
    Voxels,
    combined,
    copied_from_beside,
    grown,
    smoothed,
)
from ...reader.drawing.segment_arrays import grid_of
from ...reader.drawing.work import Work
from ..shared.defect_report import defect_sentence, log_defect
from ..shared.own_thread import OwnThread
from .effect_settings import EffectSettings
from .effects import Islands, become, voxels_of_segment

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceNode
    from trame_slicer.core import SegmentationEditor

_log = logging.getLogger(__name__)

NOTHING_DRAWN = "Nothing of the region is drawn yet."

Change = Callable[[Voxels, Work], Voxels]


@dataclass(frozen=True, eq=False)
class _UnderWay:
    """``work`` makes ``found`` of a region, which then ``overlaps`` others or takes voxels from them."""

    work: Work
    region: Voxels
    overlaps: bool
    found: Future[Voxels]


class RegionTools:
    """Of trame-slicer's ``editor``. ``changed()`` is called when one is done; while it works nothing else may
    change the segments.

    ``pointed_view`` is where the pointer is or was last.
    """

    def __init__(
        self,
        editor: "SegmentationEditor",
        settings: EffectSettings,
        changed: Callable[[], None],
    ) -> None:
        self._editor, self._settings, self._changed = editor, settings, changed
        self._thread = OwnThread()
        self._under_way: _UnderWay | None = None
        self.pointed_view = ""
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
        return self._under_way is not None

    @property
    def sentence(self) -> str:
        """What is to be known of what was done last, as why it did nothing."""
        return self._settings.last.sentence

    @sentence.setter
    def sentence(self, sentence: str) -> None:
        self._settings.last.sentence = sentence

    def as_state(self) -> dict[str, object]:
        """For the client: whether one works, how many are done, and what is to be known of the last one."""
        return {"works": self.is_working, "done": self._done, "told": self.sentence}

    def drop(self) -> None:
        """What is worked at is not wanted any more."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.work.give_up()

    def finish(self) -> None:
        """What is worked at is waited for: there is no time for anything else before."""
        if self._under_way is not None:
            wait([self._under_way.found])
            self._end(self._under_way)

    def _fill_between_slices(self) -> None:
        grid = grid_of(self._editor.active_volume_node)
        slice_to_ras = self._settings.last.slices.get(self._editor.active_segment_id)

        def fill(region: Voxels, work: Work) -> Voxels:
            return filled_between_slices(region, axis_of_slices(region, grid, slice_to_ras), work)

        self._begin(fill)

    def _smooth(self) -> None:
        kind, width_mm = self._settings.smoothing, self._settings.smoothing_mm
        grid = grid_of(self._editor.active_volume_node)
        self._begin(lambda region, work: smoothed(region, grid, kind, width_mm, work))

    def _grow(self, sign: object) -> None:
        """Or shrink, by -1."""
        by = self._settings.margin_mm * (-1 if sign == -1 else 1)
        grid = grid_of(self._editor.active_volume_node)
        self._begin(lambda region, _work: grown(region, grid, by))

    def _combine(self, how: object, other_id: object) -> None:
        if how not in COMBINATIONS or other_id not in self._editor.get_segment_ids():
            return
        other = self._voxels(str(other_id))
        if other is None:
            self.sentence = "Nothing of the other region is drawn yet."
            return
        # As in Slicer, the other region stays as it is.
        self._begin(lambda region, _work: combined(region, other, str(how)), overlaps=True)

    def _copy_slice(self, steps: object) -> None:
        """What the region has on the next slice of the view that was pointed at, or the previous one (-1)."""
        grid, on = grid_of(self._editor.active_volume_node), -1 if steps == -1 else 1
        slice_to_ras = array_of(self._view_node().GetSliceToRAS())
        self._begin(
            lambda region, _work: combined(region, copied_from_beside(region, grid, slice_to_ras, on), "add")
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

    def _begin(self, change: Change, overlaps: bool = False) -> None:
        region = self._voxels(self._editor.active_segment_id)
        if region is None:
            self.sentence = NOTHING_DRAWN
            return
        work, loop = Work(), asyncio.get_running_loop()

        def begin() -> Voxels:
            work.go_on()
            return change(region, work)

        under_way = _UnderWay(work, region, overlaps, self._thread.do(begin))
        self._under_way = under_way

        def end_soon(_found: Future[Voxels]) -> None:
            with suppress(RuntimeError):  # the loop has ended before
                loop.call_soon_threadsafe(self._end, under_way)

        under_way.found.add_done_callback(end_soon)

    def _end(self, under_way: _UnderWay) -> None:
        if self._under_way is not under_way:
            return
        try:
            found = under_way.found.result()
            become(self._editor.active_segment_modifier, under_way.region, found, under_way.overlaps)
            self.sentence = under_way.work.sentence
        except NothingToDoError as fault:
            self.sentence = fault.sentence
        except Exception as fault:  # noqa: BLE001 whatever it is, the tools must not be at work for ever
            log_defect(_log, fault)
            self.sentence = defect_sentence(fault)
        self._under_way = None
        self._done += 1
        self._changed()

    def _voxels(self, segment_id: str) -> Voxels | None:
        modifier = self._editor.active_segment_modifier
        return voxels_of_segment(modifier, segment_id) if modifier and segment_id else None
