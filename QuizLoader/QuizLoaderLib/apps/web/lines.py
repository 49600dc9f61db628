"""Lines that a reader measures with, on the page: placed by two clicks, listed with their lengths."""

import asyncio
from collections.abc import Callable
from typing import Any

from ...reader.opened_quiz import OpenedQuiz
from ...views.tools import (
    is_placing,
    set_window_level_by_mouse,
    start_placing,
    stop_placing,
    window_level_by_mouse,
)

LOOK_S = 0.25
"""How often the lines are looked at: a reader sees the length while dragging."""


class LinesOnPage:
    """Connects ``OpenedQuiz.drawings.lines`` to the ``state`` of the page.

    ``changed()`` is called when a line came or went, for a page may require lines; ``taken()`` before one is
    placed, so that other tools are put down.
    """

    def __init__(self, state: Any, changed: Callable[[], None], taken: Callable[[], None]) -> None:
        self._state, self._changed, self._taken = state, changed, taken
        self._opened: OpenedQuiz | None = None
        self._placed: Any = None
        self._mouse_was_for_window = True
        self._everywhere = False
        self._looking: asyncio.Task[None] | None = None
        state.lines = None

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown; a line that was being placed on the one before is gone with it."""
        self._opened, self._placed, self._everywhere = opened, None, False
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        self.look()

    def end(self) -> None:
        if self._looking:
            self._looking.cancel()
        self._looking, self._opened = None, None

    def put_down(self) -> None:
        """No line is placed any more; one that has no two points yet goes."""
        node, self._placed = self._placed, None
        if node is None or self._opened is None:
            return
        stop_placing(self._opened.host)
        set_window_level_by_mouse(self._opened.host, self._mouse_was_for_window)
        lines = self._opened.drawings.lines
        if lines.may_measure and node.GetNumberOfDefinedControlPoints() < 2:
            lines.remove(node)
        self.look()

    def use(self, what: str, value: Any = None) -> None:
        """What the page says: ``measure``, ``delete`` with the number of a line, or ``everywhere``."""
        opened = self._opened
        if opened is None:
            return
        lines = opened.drawings.lines
        if what == "measure" and self._placed is not None:
            self.put_down()
        elif what == "measure" and lines.may_measure:
            self._taken()
            self._mouse_was_for_window = window_level_by_mouse(opened.host)
            self._placed = lines.new()
            start_placing(opened.host, self._placed)
        elif what == "delete" and lines.may_measure and 0 <= value < len(lines.measured):
            lines.remove(lines.measured[value].node)
        elif what == "everywhere":
            self._everywhere = bool(value)
            lines.show_in_all_views(self._everywhere)
        self.look()

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()
            self._state.flush()

    def look(self) -> None:
        """Show the lines as they are now."""
        opened = self._opened
        if opened is None or opened.shown is None:
            return
        if self._placed is not None and not is_placing(opened.host):
            # With its second point; this is called from there once more.
            self.put_down()
            return
        lines = opened.drawings.lines
        measured = [
            {
                "name": line.node.GetName(),
                "length": f"{line.length_mm:.1f} mm",
                "image": line.image_id,
            }
            for line in lines.measured
        ]
        before = self._state.lines
        self._state.lines = {
            "may_measure": lines.may_measure,
            "measuring": self._placed is not None,
            "everywhere": self._everywhere,
            "measured": measured,
        }
        if before and len(before["measured"]) != len(measured):
            self._changed()
