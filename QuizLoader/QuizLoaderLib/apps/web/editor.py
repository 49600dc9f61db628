"""The segment editor: what a reader draws with, on the pages that ask for it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from trame_slicer.segmentation import SegmentationOverwriteMode

from ...images.types.volume import is_calibrated
from ...reader.opened_quiz import OpenedQuiz
from ...views.lines import PIXELS
from ...views.segmentations import label_bytes
from ...views.tools import set_window_level_by_mouse, window_level_by_mouse
from .effect_settings import EFFECTS, EffectSettings, NotANumberError
from .polygon_effect import DrawPolygon
from .segment_list import SegmentList
from .trame_patches import new_undo_stack

if TYPE_CHECKING:
    from trame_server.state import State
    from trame_slicer.core import SlicerApp

UNDO_STEPS = 20
UNDO_BYTES = 1 << 29
"""Each step keeps all segments twice: what a threshold finds in a large CT is 80 MB."""


def undo_steps(bytes_of_segments: int) -> int:
    """How many changes can be taken back, without waiting where they are large."""
    return max(2, min(UNDO_STEPS, UNDO_BYTES // max(1, 2 * bytes_of_segments)))


_OF_ANOTHER_SEGMENT = ("segment", "next_segment", "add_segment", "remove_segment")
"""A polygon that is being drawn is of the segment that is chosen now: it is closed before."""


class EditorView:
    """Connects trame-slicer's segment editor to ``OpenedQuiz.drawings`` and to the ``state`` of the client.

    ``changed()`` is called when something was drawn or another tool is in hand.
    """

    def __init__(self, state: "State", slicer_app: "SlicerApp", changed: Callable[[], None]) -> None:
        self._state, self._changed = state, changed
        self._editor = slicer_app.segmentation_editor
        self._undo = new_undo_stack(UNDO_STEPS)
        self._editor.set_undo_stack(self._undo)
        self._segments, self._settings = SegmentList(self._editor), EffectSettings(self._editor)
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        self._effect = ""
        self._mouse_was_for_window = True
        self._draw: DrawPolygon | None = None
        self._told: asyncio.Handle | None = None
        self._changes = self._refused = 0
        self._editor.segmentation_modified.connect(self._tell)
        # What is hidden is not painted over unseen: regions may overlap.
        self._editor.set_overwrite_mode(SegmentationOverwriteMode.OVERWRITE_ALL_VISIBLE_SEGMENTS)
        state.editor = None
        self._uses: dict[str, Callable[..., None]] = {
            "take": self._take,
            "put_down": self._put_down,
            "radius": self._settings.set_radius,
            "scale_radius": self._settings.scale_radius,
            "ball": self._settings.toggle_ball,
            "close_polygon": self.close_polygon,
            "remove_point": self._remove_point,
            "segment": self._segments.choose,
            "next_segment": self._segments.choose_next,
            "add_segment": self._segments.add,
            "rename_segment": self._segments.rename,
            "remove_segment": self._remove_segment,
            "show_segment": self._show_segment,
            "toggle_segment": self._toggle_segment,
            "image": self._choose_image,
            "undo": self._undo_last,
            "redo": self._redo_last,
            "threshold": self._settings.set_threshold,
            "apply_threshold": self._apply_threshold,
            "keep_largest_island": self._keep_largest_island,
            "remove_small_islands": self._remove_small_islands,
        }

    # The page of the quiz

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown: draw on the image that was drawn on last, else on the first that may be."""
        self._opened = opened
        opened.drawings.when_leaving = self.let_go
        ids = [image.id for image in opened.drawings.images]
        if ids:
            radius = opened.pages[opened.index].contour_tool_radius_mm
            self._settings.set_radius(radius or self._settings.radius_mm)
            self._edit(self._image_id if self._image_id in ids else ids[0])
        self.show()

    def let_go(self) -> None:
        """Of the views and of the segmentation, which may leave the scene now."""
        self.put_down()
        self._editor.clear()
        self._opened = None
        self._state.editor = None

    def put_down(self) -> None:
        """No tool is in hand: the mouse is for the views. A polygon that is open is closed, so it is not
        lost."""
        if self._effect and self._opened:
            self._effect = ""
            self._editor.deactivate_effect()
            set_window_level_by_mouse(self._opened.host, self._mouse_was_for_window)

    def close_polygon(self) -> None:
        """The one that is being drawn, if there is one; with less than three points it stays open."""
        if polygon := self._open_polygon:
            polygon.close()

    def use(self, tool: str, *values: object) -> None:
        """What the client says: the name of a tool, and its values."""
        if self._is_editing and tool in self._uses:
            if tool in _OF_ANOTHER_SEGMENT:
                self.close_polygon()
            try:
                self._uses[tool](*values)
            except NotANumberError:
                self._refused += 1
            self._settle()
            self.show()
            self._changed()

    def _settle(self) -> None:
        """What is drawn in shows; without a segment there is nothing to draw in."""
        if self._effect and self._segments.ids:
            self._segments.show(self._segments.chosen, True)
        else:
            self.put_down()

    @property
    def _is_editing(self) -> bool:
        return self._opened is not None and self._editor.active_segmentation is not None

    @property
    def _open_polygon(self) -> DrawPolygon | None:
        return self._draw if self._effect == "draw" and self._draw and self._draw.polygon else None

    # The tools

    def _take(self, effect: str) -> None:
        """Take a tool in hand; again: put it down."""
        if effect == self._effect or effect not in EFFECTS:
            self.put_down()
            return
        if not self._segments.ids:
            self._segments.add()
        if not self._effect:
            host = self._the_quiz().host
            self._mouse_was_for_window = window_level_by_mouse(host)
            set_window_level_by_mouse(host, False)
        self._effect = effect
        active = self._editor.set_active_effect_type(EFFECTS[effect])
        if effect == "draw" and self._draw is None:
            self._draw = active
            active.parameters_changed.connect(self._tell)
        self._settings.begin(effect)

    def _put_down(self) -> None:
        """First what is half done is dropped, then the tool."""
        if polygon := self._open_polygon:
            polygon.drop()
        else:
            self.put_down()

    def _remove_point(self) -> None:
        if polygon := self._open_polygon:
            polygon.remove_last()

    def _undo_last(self) -> None:
        if self._open_polygon:
            self._remove_point()
        elif self._undo.can_undo():
            before = self._segments.ids
            self._undo.undo()
            self._segments.choose_after(before)

    def _redo_last(self) -> None:
        if self._undo.can_redo() and not self._open_polygon:
            before = self._segments.ids
            self._undo.redo()
            self._segments.choose_after(before)

    def _choose_image(self, image_id: str) -> None:
        if image_id in [image.id for image in self._the_quiz().drawings.images]:
            self._edit(image_id)

    def _apply_threshold(self) -> None:
        if self._effect == "threshold":
            self._editor.active_effect.apply()
            self.put_down()

    def _keep_largest_island(self) -> None:
        if self._effect == "islands":
            self._editor.active_effect.keep_largest_island()

    def _remove_small_islands(self, voxels: str) -> None:
        if self._effect == "islands":
            self._settings.set_smallest_island(voxels)
            self._editor.active_effect.remove_small_islands()

    # The segments

    def _remove_segment(self) -> None:
        self._segments.remove(self._the_quiz().drawings.region_names(self._image_id))

    def _show_segment(self, segment_id: str, visible: bool) -> None:
        if not visible and segment_id == self._segments.chosen:
            self.put_down()
        self._segments.show(segment_id, visible)

    def _toggle_segment(self) -> None:
        segment_id = self._segments.chosen
        self._show_segment(segment_id, not self._segments.is_shown(segment_id))

    # What the client shows

    def show(self) -> None:
        if not self._is_editing:
            self._state.editor = None
            return
        drawings, polygon = self._the_quiz().drawings, self._open_polygon
        self._state.editor = {
            "images": [image.id for image in drawings.images],
            "image": self._image_id,
            "effect": self._effect,
            "segments": self._segments.as_state(drawings.region_names(self._image_id)),
            "segment": self._segments.chosen,
            "radius": self._settings.radius_mm,
            "unit": "mm" if is_calibrated(drawings.volume(self._image_id)) else PIXELS,
            "ball": self._settings.is_ball,
            "polygon": polygon.polygon.view_node.GetLayoutName() if polygon and polygon.polygon else "",
            "can_undo": polygon is not None or self._undo.can_undo(),
            "can_redo": self._undo.can_redo(),
            "threshold": list(self._settings.threshold),
            "range": list(self._settings.range()),
            # Also where all else is as before: the client waits for it with the sketch of a stroke.
            "changes": self._changes,
            # The client then shows its fields anew.
            "refused": self._refused,
            "smallest_island": self._settings.smallest_island,
        }

    def _edit(self, image_id: str) -> None:
        self.put_down()
        drawings = self._the_quiz().drawings
        self._image_id = image_id
        self._editor.set_active_segmentation(drawings.segmentation(image_id), drawings.volume(image_id))
        self._segments.choose_by_name()

    def _tell(self) -> None:
        """Something was drawn; several signals of one stroke are one."""
        if self._told is None and self._opened is not None:
            with suppress(RuntimeError):  # no loop runs while the program ends
                self._told = asyncio.get_running_loop().call_soon(self._tell_now)

    def _tell_now(self) -> None:
        self._told = None
        self._changes += 1
        if self._is_editing:
            self._undo.set_undo_limit(undo_steps(label_bytes(self._editor.active_segmentation_node)))
            self.show()
            self._changed()
            self._state.flush()

    def _the_quiz(self) -> OpenedQuiz:
        assert self._opened is not None
        return self._opened
