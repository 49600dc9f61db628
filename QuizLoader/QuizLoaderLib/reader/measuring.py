"""Lines that a reader measures with, as every host has them: placed by two clicks, listed with lengths."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..views.line_labels import spread_labels
from ..views.tools import (
    is_placing,
    set_window_level_by_mouse,
    start_placing,
    stop_placing,
    window_level_by_mouse,
)
from .opened_quiz import OpenedQuiz
from .view_texts import image_names

if TYPE_CHECKING:
    import slicer

LOOK_S = 0.25
"""How often a host looks at the lines: a reader sees the length while dragging."""


@dataclass(frozen=True)
class ShownLine:
    """``image`` is what a reader calls the image that the line lies on, empty where that is none of the
    page."""

    name: str
    length: str
    image: str


@dataclass(frozen=True)
class ShownLines:
    """``everywhere``: in all views, not only where the image of the line is shown. ``note`` says why a line
    could not be deleted."""

    may_measure: bool = False
    measuring: bool = False
    everywhere: bool = False
    can_bring_back: bool = False
    measured: tuple[ShownLine, ...] = ()
    note: str = ""


class Measuring:
    """Places, deletes, brings back and lists the lines of ``OpenedQuiz.drawings.lines``.

    ``changed()`` is called when a line came or went, for a page may require lines; ``taken()`` before one is
    placed, so that other tools are put down. A host shows ``shown`` after each call.
    """

    def __init__(self, changed: Callable[[], None], taken: Callable[[], None] = lambda: None) -> None:
        self._changed, self._taken = changed, taken
        self._opened: OpenedQuiz | None = None
        self._placed: slicer.vtkMRMLMarkupsLineNode | None = None
        self._mouse_was_for_window = False
        self._everywhere = False
        self._note = ""
        self.shown = ShownLines()

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown; a line that was being placed on the one before is gone with it."""
        if self._placed is not None:
            self._release_mouse(opened)
        self._opened, self._placed, self._everywhere, self._note = opened, None, False, ""
        self.shown = ShownLines()
        self.look()

    def end(self) -> None:
        self.put_down()
        self._opened, self.shown = None, ShownLines()

    def put_down(self) -> None:
        """No line is placed any more; one that has no two points yet goes."""
        node, self._placed = self._placed, None
        if node is not None and self._opened is not None:
            self._release_mouse(self._opened)
            lines = self._opened.drawings.lines
            if lines.may_measure and node.GetNumberOfDefinedControlPoints() < 2:
                lines.remove(node)
            self.look()

    def measure(self) -> None:
        """The next two clicks on a view are the ends of a new line; again: no line after all."""
        opened = self._opened
        if opened is None or not opened.drawings.lines.may_measure:
            return
        self.look()
        if self._placed is not None:
            self.put_down()
        else:
            self._taken()
            self._mouse_was_for_window = window_level_by_mouse(opened.host)
            self._placed = opened.drawings.lines.new()
            start_placing(opened.host, self._placed)
        self.look()

    def delete(self, number: int) -> None:
        """Until ``bring_back``, or until the page is left; lines count from 0 in the list that is shown."""
        lines = self._opened.drawings.lines if self._opened else None
        if lines and lines.may_measure and 0 <= number < len(lines.measured):
            self._note = lines.remove(lines.measured[number].node)
            self.look()

    def bring_back(self) -> None:
        """Undo the last deletion."""
        if self._opened:
            self._note = self._opened.drawings.lines.bring_back()
            self.look()

    def show_everywhere(self, on: bool) -> None:
        if self._opened:
            self._everywhere = on
            self._opened.drawings.lines.show_in_all_views(on)
            self.look()

    def look(self) -> None:
        """The lines as they are now."""
        opened = self._opened
        if opened is None or opened.shown is None:
            return
        if self._placed is not None and not is_placing(opened.host):
            # With its second point; this is called from there once more.
            self.put_down()
            return
        before, lines = self.shown, opened.drawings.lines.measured
        slice_nodes = [logic.GetSliceNode() for logic in opened.slice_logics().values()]
        spread_labels([line.node for line in lines], slice_nodes)
        names = image_names(opened.page_nodes) if lines else {}
        measured = tuple(
            ShownLine(line.node.GetName(), line.length_text, names.get(line.image_id, "")) for line in lines
        )
        own = opened.drawings.lines
        self.shown = ShownLines(
            own.may_measure,
            self._placed is not None,
            self._everywhere,
            own.can_bring_back,
            measured,
            self._note,
        )
        if len(before.measured) != len(measured):
            self._changed()

    def _release_mouse(self, opened: OpenedQuiz) -> None:
        stop_placing(opened.host)
        if self._mouse_was_for_window:
            set_window_level_by_mouse(opened.host, True)
