"""What a reader does to one view, as with the mouse: slices, zoom, window and level, the magnifier."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from ..quiz.model import SliceView
from ..views.contents import contents_of_views
from ..views.layouts import THREE_D
from ..views.magnifier import Magnifier
from ..views.slices import show_slice, step_slice
from ..views.three_d_view import ThreeDView
from ..views.tools import change_window_level, pan, zoom
from .opened_quiz import OpenedQuiz

if TYPE_CHECKING:
    import slicer

_ZOOM_STEP = 1.2
_WINDOW_STEP = 1.1
_LEVEL_STEP = 0.05
_PAN_STEP = 0.05
_TURN_STEP_DEGREES = 9.0
_MOST_STEPS = 50
"""Of one call: an image that is moved, zoomed or brightened further can hardly be found again."""


class OneView:
    """Each tool takes the name of the view, and its values. What moves an image in other views turns it in
    the 3D view."""

    def __init__(self) -> None:
        self._opened: OpenedQuiz | None = None
        self._magnifier = Magnifier()

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again."""
        self._opened = opened
        self._magnifier.forget()

    def leave(self) -> None:
        """Before the views show something else."""
        self._magnifier.put_away()

    def use(self, tool: str, view: str = "", *values: Any) -> bool:
        """Gives whether there is such a tool. It does nothing with what is no finite number."""
        if tool in self._uses and all(map(_is_finite, values)):
            logic = self._logics().get(view)
            if view == THREE_D and self._opened:
                self._use_three_d(self._opened.placed.three_d, tool, *values)
            elif logic is not None:
                self._uses[tool](self, logic, *values)
            elif tool == "magnify":
                self._magnifier.put_away()
        return tool in self._uses

    @staticmethod
    def _use_three_d(three_d: ThreeDView, tool: str, *values: float) -> None:
        if tool == "pan":
            right, up = map(_steps, values)
            three_d.turn(right * _TURN_STEP_DEGREES, up * _TURN_STEP_DEGREES)
        elif tool == "zoom":
            three_d.zoom(_ZOOM_STEP ** _steps(values[0]))

    def _window_level(self, logic: "slicer.vtkMRMLSliceLogic", wider: float, brighter: float) -> None:
        if self._opened:
            view = SliceView(logic.GetSliceNode().GetLayoutName())
            leader = contents_of_views(self._opened.on_views)[view].leader
            if leader and leader.node:
                change_window_level(
                    leader.node, _WINDOW_STEP ** _steps(wider), _steps(brighter) * _LEVEL_STEP
                )

    def _magnify(self, logic: "slicer.vtkMRMLSliceLogic", across: float, up: float) -> None:
        """Over a place of the view, as parts of its width and height; without a view no longer."""
        self._magnifier.hold(logic.GetSliceNode(), across, up)

    def _logics(self) -> "dict[str, slicer.vtkMRMLSliceLogic]":
        if self._opened is None:
            return {}
        return {view.value: logic for view, logic in self._opened.slice_logics().items()}

    _uses: ClassVar[dict[str, Callable[..., None]]] = {
        "slice": lambda self, logic, by: step_slice(logic, by),
        "show_slice": lambda self, logic, number: show_slice(logic, number),
        "zoom": lambda self, logic, by: zoom(logic, _ZOOM_STEP ** _steps(by)),
        "pan": lambda self, logic, right, up: pan(logic, _steps(right) * _PAN_STEP, _steps(up) * _PAN_STEP),
        "window_level": _window_level,
        "magnify": _magnify,
    }


def _is_finite(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _steps(by: float) -> float:
    return min(max(by, -_MOST_STEPS), _MOST_STEPS)
