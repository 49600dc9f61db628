"""The segment editor: what a reader draws with, on the pages that ask for it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from trame_slicer.segmentation import SegmentationOverwriteMode

from ...images.types.volume import is_calibrated
from ...reader.images_to_draw import image_to_begin_with, titles_of_images
from ...reader.opened_quiz import OpenedQuiz
from ...views.lines import PIXELS
from ...views.tools import set_window_level_by_mouse, window_level_by_mouse
from .brushes import StrokeBrush
from .effect_settings import EFFECTS, TABLES, EffectSettings, NotANumberError
from .polygon_effect import DrawPolygon
from .region_tools import RegionTools
from .segment_list import SegmentList
from .undo_steps import UndoSteps
from .verdicts import VerdictsView

if TYPE_CHECKING:
    from trame_server.state import State
    from trame_slicer.core import SlicerApp

_OF_ANOTHER_SEGMENT = ("segment", "next_segment", "add_segment", "remove_segment")
"""A polygon that is being drawn is of the segment that is chosen now: it is closed before."""

_WHILE_WORKING = ("put_down", "take")
"""What a tool of the whole region need not be done for."""


class EditorView:
    """Connects trame-slicer's segment editor to ``OpenedQuiz.drawings`` and to the ``state`` of the client.

    ``changed()`` is called when something was drawn or another tool is in hand.
    """

    def __init__(self, state: "State", slicer_app: "SlicerApp", changed: Callable[[], None]) -> None:
        self._state, self._changed = state, changed
        self._editor = slicer_app.segmentation_editor
        self._segments, self._settings = SegmentList(self._editor), EffectSettings(self._editor)
        self._undo = UndoSteps(self._editor, self._segments)
        self._verdicts = VerdictsView(self._editor, self._segments, self._tell)
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        self._effect = ""
        self._mouse_was_for_window = True
        self._draw: DrawPolygon | None = None
        self.regions = RegionTools(self._editor, self._settings, self._worked)
        self._settings.last.told = self._tell
        self._told: asyncio.Handle | None = None
        self._changes = self._refused = 0
        self._editor.segmentation_modified.connect(self._tell)
        # What is hidden is not painted over unseen: regions may overlap.
        self._editor.set_overwrite_mode(SegmentationOverwriteMode.OVERWRITE_ALL_VISIBLE_SEGMENTS)
        state.update({"editor": None, **TABLES})
        self._uses: dict[str, Callable[..., None]] = {
            "take": self._take,
            "put_down": self._put_down,
            "close_polygon": self.close_polygon,
            "remove_point": self._remove_point,
            "rename_segment": self._verdicts.rename,
            "remove_segment": self._remove_segment,
            "show_segment": self._show_segment,
            "toggle_segment": self._toggle_segment,
            "image": self._choose_image,
            "judge": self._judge,
            "go_to_given": self._verdicts.go_to,
            "undo": self._undo_last,
            "redo": self._redo_last,
            "apply_threshold": self._apply_threshold,
            **self._segments.uses,
            **self._settings.uses,
            **self.regions.uses,
        }

    # The page of the quiz

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown: draw on the image that was drawn on last, else on the first that may be."""
        self._opened = opened
        opened.drawings.when_leaving = self.let_go
        opened.drawings.is_at_work = lambda: self.regions.is_working
        if opened.drawings.images:
            self._settings.set_radius(opened.page.contour_tool_radius_mm or self._settings.radius_mm)
            self._edit(image_to_begin_with(opened, self._image_id))
        self.show()

    def let_go(self) -> None:
        """Of the views and of the segmentation, which may leave the scene now."""
        self.regions.finish()
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
        is_free = not self.regions.is_working or tool in _WHILE_WORKING or tool in self._settings.uses
        if not (self._is_editing and is_free and tool in self._uses):
            return
        self.regions.sentence = ""
        if tool in _OF_ANOTHER_SEGMENT or tool in self.regions.uses:
            self.close_polygon()
        if isinstance(brush := self._editor.active_effect, StrokeBrush):
            brush.lift()
        try:
            self._uses[tool](*values)
        except NotANumberError:
            self._refused += 1
        self._settle()
        if self.regions.is_working:
            self._editor.deactivate_effect()
        self.show()
        self._changed()

    def _worked(self) -> None:
        """A tool of the whole region is done; the one in hand goes on."""
        if self._is_editing:
            if self._effect:
                self._editor.set_active_effect_type(EFFECTS[self._effect])
            self._tell()

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
        if self.regions.is_working:
            self.regions.drop()
            self._worked()
        elif polygon := self._open_polygon:
            polygon.drop()
        else:
            self.put_down()

    def _remove_point(self) -> None:
        if polygon := self._open_polygon:
            polygon.remove_last()

    def _undo_last(self) -> None:
        if self._open_polygon:
            self._remove_point()
        else:
            self._undo.undo()

    def _redo_last(self) -> None:
        if not self._open_polygon:
            self._undo.redo()

    def _choose_image(self, title: str) -> None:
        for image_id, each in titles_of_images(self._the_quiz()).items():
            if each == title:
                self._edit(image_id)

    def _apply_threshold(self) -> None:
        if self._effect == "threshold":
            self.regions.sentence = self._editor.active_effect.apply()
            self.put_down()

    # The segments

    def _judge(self, words: str, name: str = "") -> None:
        self.close_polygon()
        if self._verdicts.judge(words, name) and not self._effect:
            self._take("paint")

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
        titles = titles_of_images(self._the_quiz())
        self._state.editor = {
            "images": list(titles.values()),
            "image": titles[self._image_id],
            "effect": self._effect,
            "segments": self._segments.as_state(drawings.region_names(self._image_id)),
            "segment": self._segments.chosen,
            "unit": "mm" if is_calibrated(drawings.volume(self._image_id)) else PIXELS,
            "polygon": polygon.polygon.view_node.GetLayoutName() if polygon and polygon.polygon else "",
            "can_undo": polygon is not None or self._undo.can_undo,
            "can_redo": self._undo.can_redo,
            # Also where all else is as before: the client waits for it with the sketch of a stroke.
            "changes": self._changes,
            # The client then shows its fields anew.
            "refused": self._refused,
            "given": self._verdicts.as_state(),
            **self.regions.as_state(),
            **self._settings.as_state(),
        }

    def _edit(self, image_id: str) -> None:
        self.put_down()
        drawings = self._the_quiz().drawings
        self._image_id = image_id
        self._editor.set_active_segmentation(drawings.segmentation(image_id), drawings.volume(image_id))
        self._settings.begin_image({image.id: image.path for image in drawings.images}[image_id])
        self._segments.choose_by_name()
        self._verdicts.begin(self._the_quiz(), image_id)

    def _tell(self) -> None:
        """Something was drawn; several signals of one stroke are one."""
        brush = self._editor.active_effect
        is_stroke = isinstance(brush, StrokeBrush) and brush.is_down
        if self._told is None and self._opened is not None and not is_stroke:
            with suppress(RuntimeError):  # no loop runs while the program ends
                self._told = asyncio.get_running_loop().call_soon(self._tell_now)

    def _tell_now(self) -> None:
        self._told = None
        self._changes += 1
        if self._is_editing:
            self._the_quiz().drawings.judging.look()
            self._undo.limit()
            self.show()
            self._changed()
            self._state.flush()

    def _the_quiz(self) -> OpenedQuiz:
        assert self._opened is not None
        return self._opened
