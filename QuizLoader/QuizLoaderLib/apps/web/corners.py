"""What stands in the corners and at the edges of a view, as text over the picture."""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...quiz.model import SliceView
from ...quiz.problems import Problem
from ...reader.opened_quiz import OpenedQuiz
from ...reader.pointing import Pointing
from ...reader.view_texts import ViewTexts, texts_of_view
from ...views.layouts import THREE_D
from ...views.planes import ViewingMode
from .colors import css_color

if TYPE_CHECKING:
    from slicer import vtkMRMLApplicationLogic
    from trame_server.state import State

CORNERS_S = 0.05
"""How often the texts may change while the reader scrolls, or moves the pointer."""

_THREE_D_TEXTS = ViewTexts("3D view", "", "", 0, 0, "", "", "", "", "", "", "", "", ())
"""The letters at the sides of its box are in the picture."""

Corner = dict[str, Any]
"""Those of ``reader.view_texts.ViewTexts``, and ``mm_per_pixel`` of the view."""


class CornersView:
    """Shows the texts over the views in the ``state`` of the client, and what the pointer is at."""

    def __init__(self, state: "State", application_logic: "vtkMRMLApplicationLogic") -> None:
        self._state, self._application_logic = state, application_logic
        self._corners: dict[str, Corner] = {}
        self._pointing = Pointing()
        self._waiting: asyncio.TimerHandle | None = None
        self._has_moved = False
        state.update({"corners": {}, "pointed": None})

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown."""
        self._pointing.begin(opened)

    def read(self, opened: OpenedQuiz | None, problems: list[Problem], views: Iterable[SliceView]) -> None:
        """As they are on these views now; ``problems`` are those of the page."""
        if opened is None or opened.shown is None:
            return
        # In planes the views show another image than the page's own there.
        problems = problems if opened.viewing_mode is ViewingMode.DEFAULT else []
        shown = opened.on_views
        for view in views:
            logic = self._application_logic.GetSliceLogicByLayoutName(view.value)
            node = logic.GetSliceNode()
            mm_per_pixel = node.GetFieldOfView()[0] / max(1, node.GetDimensions()[0])
            texts = asdict(texts_of_view(shown, logic, problems, bool(opened.answers.reader)))
            self._corners[view.value] = {**texts, "mm_per_pixel": mm_per_pixel}
        if opened.placed.three_d.is_shown:
            self._corners[THREE_D] = {**asdict(_THREE_D_TEXTS), "mm_per_pixel": 0.0}
        self._has_moved = True

    def point(self, view: SliceView, x: int, y: int) -> None:
        """The pointer is at a pixel of the view, counted from its left and lower edge."""
        self._pointing.point(view, x, y)
        self._has_moved = True
        self.show_soon()

    def show(self) -> None:
        self._state.corners = {name: dict(corner) for name, corner in self._corners.items()}
        if self._has_moved:
            self._has_moved = False
            self._pointing.look()
            self._state.pointed = self._pointed()

    def show_soon(self) -> None:
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(CORNERS_S, self._show_now)

    def _show_now(self) -> None:
        self._waiting = None
        self.show()
        self._state.flush()

    def _pointed(self) -> dict[str, Any] | None:
        shown = self._pointing.shown
        if shown is None:
            return None
        regions = [{"name": name, "color": css_color(color)} for name, color in shown.regions]
        return {**asdict(shown), "regions": regions}
