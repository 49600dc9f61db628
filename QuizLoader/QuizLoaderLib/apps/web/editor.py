"""The segment editor on the page: what a reader draws with, on the pages that ask for it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, ClassVar

from ...quiz.values import number, whole_number
from ...reader.opened_quiz import OpenedQuiz
from ...reader.texts import tr as _
from ...views.segmentations import label_bytes
from ...views.tools import set_window_level_by_mouse, window_level_by_mouse
from .undoing import clear_segment, new_undo_stack, undo_steps

FIRST_RADIUS_MM = 5.0
RADII_MM = (0.2, 100.0)
LOWEST_SHARE = 0.25
"""Of the range of grey values: where a threshold begins that the reader has not set, as in Slicer."""


class EditorView:
    """Connects trame-slicer's segment editor to ``OpenedQuiz.drawings`` and to the ``state`` of the page.

    ``changed()`` is called when something was drawn or another tool is in hand.
    """

    def __init__(self, state: Any, slicer_app: Any, changed: Callable[[], None]) -> None:
        from trame_slicer.segmentation import SegmentationOverwriteMode

        self._state, self._changed = state, changed
        self._editor = slicer_app.segmentation_editor
        self._undo = new_undo_stack()
        self._editor.set_undo_stack(self._undo)
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        self._segment_name = ""
        self._effect = ""
        self._radius_mm = FIRST_RADIUS_MM
        self._is_ball = False
        self._smallest_island = 1000
        self._mouse_was_for_window = True
        self._draw: Any = None
        self._told: asyncio.Handle | None = None
        self._changes = self._refused = 0
        self._editor.segmentation_modified.connect(self._tell)
        # What is hidden is not painted over unseen: regions may overlap.
        self._editor.set_overwrite_mode(SegmentationOverwriteMode.OVERWRITE_ALL_VISIBLE_SEGMENTS)
        state.editor = None

    # The page

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown: draw on the image that was drawn on last, else on the first that may be."""
        self._opened = opened
        opened.drawings.when_leaving = self.let_go
        ids = [image.id for image in opened.drawings.images]
        if ids:
            radius = opened.pages[opened.index].contour_tool_radius_mm
            self._set_radius(radius or self._radius_mm)
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
        if self._polygon_is_open:
            self._draw.close()

    def use(self, tool: str, *values: Any) -> None:
        """What the page says: the name of a tool below, and its values."""
        if self._is_editing and tool in self._uses:
            try:
                self._uses[tool](self, *values)
            except _NoNumberError:
                self._refused += 1
            self.show()
            self._changed()

    @property
    def _is_editing(self) -> bool:
        return self._opened is not None and self._editor.active_segmentation is not None

    # The tools

    def _take(self, effect: str) -> None:
        """Take a tool in hand; again: put it down."""
        if effect == self._effect or effect not in self._effects():
            self.put_down()
            return
        if not self._editor.get_segment_ids():
            self._add_segment()
        self._show_segment(self._editor.active_segment_id, True)
        if not self._effect:
            host = self._the_quiz().host
            self._mouse_was_for_window = window_level_by_mouse(host)
            set_window_level_by_mouse(host, False)
        self._effect = effect
        active = self._editor.set_active_effect_type(self._effects()[effect])
        if effect == "draw" and self._draw is None:
            self._draw = active
            active.parameters_changed.connect(self._tell)
        if effect == "threshold" and active.get_threshold_min_max_values() == (0, 0):
            low, high = self._range()
            active.set_threshold_min_max_values((low + (high - low) * LOWEST_SHARE, high))
        elif effect == "islands":
            from trame_slicer.segmentation import SegmentationIslandsMode

            active.set_island_mode(SegmentationIslandsMode.KEEP_SELECTED)

    def _put_down(self) -> None:
        """First what is half done is dropped, then the tool."""
        if self._polygon_is_open:
            self._draw.drop()
        else:
            self.put_down()

    def _set_radius(self, millimetres: object) -> None:
        low, high = RADII_MM
        self._radius_mm = min(max(_number(millimetres), low), high)
        self._set_brushes()

    def _scale_radius(self, factor: float) -> None:
        self._set_radius(round(self._radius_mm * factor, 2))

    def _toggle_ball(self) -> None:
        self._is_ball = not self._is_ball
        self._set_brushes()

    def _set_brushes(self) -> None:
        from trame_slicer.segmentation import BrushDiameterMode

        for brush in ("paint", "erase"):
            effect = self._editor.get_effect(self._effects()[brush])
            effect.set_brush_diameter(2 * self._radius_mm, BrushDiameterMode.Absolute)
            effect.set_use_sphere_brush(self._is_ball)

    def _remove_point(self) -> None:
        if self._polygon_is_open:
            self._draw.remove_last()

    @property
    def _polygon_is_open(self) -> bool:
        return self._effect == "draw" and self._draw.polygon is not None

    # The segments

    def _choose_segment(self, segment_id: str) -> None:
        if segment_id in self._editor.get_segment_ids():
            self.close_polygon()
            self._editor.set_active_segment_id(segment_id)
            self._segment_name = self._editor.get_segment(segment_id).GetName()
            if self._effect:
                self._show_segment(segment_id, True)

    def _next_segment(self) -> None:
        ids = self._editor.get_segment_ids()
        if ids:
            number = ids.index(self._editor.active_segment_id) + 1
            self._choose_segment(ids[number % len(ids)])

    def _add_segment(self) -> None:
        self.close_polygon()
        names = self._editor.get_segment_names()
        numbered = (_("Segment {number}").format(number=number) for number in count(len(names) + 1))
        name = next(name for name in numbered if name not in names)
        self._choose_segment(self._editor.add_empty_segment(segment_name=name))

    def _remove_segment(self) -> None:
        """The one that is chosen. A region that the quiz names stays, and is empty."""
        segment_id = self._editor.active_segment_id
        segment, segmentation = self._editor.get_segment(segment_id), self._editor.active_segmentation
        if segment is None:
            return
        self.close_polygon()
        # It may come back by undo.
        self._show_segment(segment_id, True)
        if segment.GetName() in self._the_quiz().drawings.region_names(self._image_id):
            clear_segment(segmentation, segment_id)
        else:
            segmentation.remove_segment(segment_id)
            self._choose_one()

    def _show_segment(self, segment_id: str, visible: bool) -> None:
        """What is drawn in shows: no tool is in hand where it is hidden."""
        if segment_id not in self._editor.get_segment_ids():
            return
        if not visible and segment_id == self._editor.active_segment_id:
            self.put_down()
        self._editor.active_segmentation_node.GetDisplayNode().SetSegmentVisibility(segment_id, visible)

    def _toggle_segment(self) -> None:
        segment_id = self._editor.active_segment_id
        display = self._editor.active_segmentation_node.GetDisplayNode()
        self._show_segment(segment_id, not display.GetSegmentVisibility(segment_id))

    def _rename_segment(self, name: str) -> None:
        """Two segments of one name would be one region."""
        segment, name = self._editor.get_segment(self._editor.active_segment_id), name.strip()
        if segment and name and name not in self._editor.get_segment_names():
            segment.SetName(name)
            self._segment_name = name

    def _choose_image(self, image_id: str) -> None:
        if image_id in [image.id for image in self._the_quiz().drawings.images]:
            self._edit(image_id)

    def _undo_last(self) -> None:
        if self._polygon_is_open:
            self._draw.remove_last()
        elif self._undo.can_undo():
            before = self._editor.get_segment_ids()
            self._undo.undo()
            self._choose_one(before)

    def _redo_last(self) -> None:
        if self._undo.can_redo() and not self._polygon_is_open:
            before = self._editor.get_segment_ids()
            self._undo.redo()
            self._choose_one(before)

    def _choose_one(self, before: Sequence[str] | None = None) -> None:
        """Segments came or went: the one that came, or any if the one that was chosen is gone."""
        ids = self._editor.get_segment_ids()
        come = [segment_id for segment_id in ids if before is not None and segment_id not in before]
        if come:
            self._choose_segment(come[-1])
        elif ids and self._editor.active_segment_id not in ids:
            self._choose_segment(ids[-1])
        elif not ids:
            self.put_down()

    def _set_threshold(self, low: object, high: object) -> None:
        """The end that is None stays, but is pushed where it would be on the wrong side of the other."""
        effect = self._editor.get_effect(self._effects()["threshold"])
        before = effect.get_threshold_min_max_values()
        if low is not None:
            effect.set_threshold_min_max_values((_number(low), max(_number(low), before[1])))
        elif high is not None:
            effect.set_threshold_min_max_values((min(_number(high), before[0]), _number(high)))

    def _apply_threshold(self) -> None:
        if self._effect == "threshold":
            self._editor.active_effect.apply()
            self.put_down()

    def _keep_largest_island(self) -> None:
        if self._effect == "islands":
            self._editor.active_effect.keep_largest_island()

    def _remove_small_islands(self, voxels: str) -> None:
        if self._effect == "islands":
            self._smallest_island = max(1, int(_number(voxels, whole_number)))
            self._editor.active_effect.set_minimum_island_size(self._smallest_island)
            self._editor.active_effect.remove_small_islands()

    _uses: ClassVar[dict[str, Callable[..., None]]] = {
        "take": _take,
        "put_down": _put_down,
        "radius": _set_radius,
        "scale_radius": _scale_radius,
        "ball": _toggle_ball,
        "close_polygon": close_polygon,
        "remove_point": _remove_point,
        "segment": _choose_segment,
        "next_segment": _next_segment,
        "add_segment": _add_segment,
        "rename_segment": _rename_segment,
        "remove_segment": _remove_segment,
        "show_segment": _show_segment,
        "toggle_segment": _toggle_segment,
        "image": _choose_image,
        "undo": _undo_last,
        "redo": _redo_last,
        "threshold": _set_threshold,
        "apply_threshold": _apply_threshold,
        "keep_largest_island": _keep_largest_island,
        "remove_small_islands": _remove_small_islands,
    }

    @staticmethod
    def _effects() -> dict[str, Any]:
        from trame_slicer.segmentation import SegmentationEffectThreshold

        from .effects import Erase, Islands, Paint
        from .polygon_effect import DrawPolygon

        return {
            "paint": Paint,
            "erase": Erase,
            "draw": DrawPolygon,
            "threshold": SegmentationEffectThreshold,
            "islands": Islands,
        }

    # What the page shows

    def show(self) -> None:
        if not self._is_editing:
            self._state.editor = None
            return
        editor, opened = self._editor, self._the_quiz()
        threshold = editor.get_effect(self._effects()["threshold"]).get_threshold_min_max_values()
        display = editor.active_segmentation_node.GetDisplayNode()
        named = opened.drawings.region_names(self._image_id)
        self._state.editor = {
            "images": [image.id for image in opened.drawings.images],
            "image": self._image_id,
            "effect": self._effect,
            "segments": [
                {
                    "value": segment_id,
                    "title": editor.get_segment(segment_id).GetName(),
                    "color": "rgb({}, {}, {})".format(
                        *(round(255 * part) for part in editor.get_segment(segment_id).GetColor())
                    ),
                    "visible": bool(display.GetSegmentVisibility(segment_id)),
                    "is_named": editor.get_segment(segment_id).GetName() in named,
                }
                for segment_id in editor.get_segment_ids()
            ],
            "segment": editor.active_segment_id,
            "radius": self._radius_mm,
            "ball": self._is_ball,
            "polygon": self._draw.polygon.view_node.GetLayoutName() if self._polygon_is_open else "",
            "can_undo": self._polygon_is_open or self._undo.can_undo(),
            "can_redo": self._undo.can_redo(),
            "threshold": list(threshold),
            "range": list(self._range()),
            # Also where all else is as before: the page waits for it with the sketch of a stroke.
            "changes": self._changes,
            # The page then shows its fields anew.
            "refused": self._refused,
            "smallest_island": self._smallest_island,
        }

    def _edit(self, image_id: str) -> None:
        self.put_down()
        drawing = self._the_quiz().drawings
        self._image_id = image_id
        self._editor.set_active_segmentation(drawing.segmentation(image_id), drawing.volume(image_id))
        names = dict(zip(self._editor.get_segment_names(), self._editor.get_segment_ids(), strict=True))
        if self._segment_name in names:
            self._editor.set_active_segment_id(names[self._segment_name])

    def _range(self) -> tuple[float, float]:
        volume = self._editor.active_volume_node
        return volume.GetImageData().GetScalarRange() if volume else (0.0, 1.0)

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


class _NoNumberError(ValueError):
    """What the reader typed is none."""


def _number(typed: object, kind: Callable[[str], float] = number) -> float:
    """With a point or a comma."""
    try:
        return kind(str(typed).strip().replace(",", "."))
    except ValueError as fault:
        raise _NoNumberError from fault
