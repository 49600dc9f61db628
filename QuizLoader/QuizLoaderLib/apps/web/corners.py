"""What stands in the corners and at the edges of a view, as text over the picture."""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...quiz.model import SliceView
from ...quiz.problems import Problem
from ...reader.opened_quiz import OpenedQuiz
from ...views.contents import ViewContents, contents_of_views
from ...views.planes import ViewingMode
from ...views.state import number_of_frames, shown_frame
from ..shared.view_texts import (
    direction_letters,
    edge_letters,
    missing_images,
    orientation_text,
    scale_text,
    window_text,
)

if TYPE_CHECKING:
    from slicer import vtkMRMLApplicationLogic, vtkMRMLSliceNode, vtkMRMLVolumeNode
    from trame_server.state import State

CORNERS_S = 0.05
"""How often the texts may change while the reader scrolls."""

Corner = dict[str, Any]


class ViewTexts:
    """Shows the texts over the views in the ``state`` of the client."""

    def __init__(self, state: "State", application_logic: "vtkMRMLApplicationLogic") -> None:
        self._state, self._application_logic = state, application_logic
        self._corners: dict[str, Corner] = {}
        self._waiting: asyncio.TimerHandle | None = None
        state.corners = {}

    def read(self, opened: OpenedQuiz | None, problems: list[Problem], views: Iterable[SliceView]) -> None:
        """As they are on these views now; ``problems`` are those of the page."""
        if opened is None or opened.shown is None:
            return
        contents = contents_of_views(opened.on_views)
        # In planes the views show another image than the page's own there.
        problems = problems if opened.viewing_mode is ViewingMode.DEFAULT else []
        for view in views:
            logic = self._application_logic.GetSliceLogicByLayoutName(view.value)
            self._corners[view.value] = corner_of(contents[view], logic.GetSliceNode(), problems)

    def show(self) -> None:
        self._state.corners = {name: dict(corner) for name, corner in self._corners.items()}

    def show_soon(self) -> None:
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(CORNERS_S, self._show_now)

    def _show_now(self) -> None:
        self._waiting = None
        self.show()
        self._state.flush()


def corner_of(contents: ViewContents, slice_node: "vtkMRMLSliceNode", problems: list[Problem]) -> Corner:
    """The texts of one view: ``name``, ``orientation``, the letters of its edges, ``offset`` along its
    normal in mm (towards S, L or A is that letter), ``window``, ``scale`` and ``frame``; empty where there
    is none. The ``messages`` of the page's ``problems`` that stand in place of its images. And
    ``mm_per_pixel`` of the view."""
    volume = contents.leader.node if contents.leader else None
    corner: Corner = {
        "name": contents.view.value,
        "orientation": orientation_text(contents, slice_node),
        **dict.fromkeys(("left", "right", "top", "bottom", "offset"), ""),
        "window": window_text(contents),
        "scale": scale_text(contents),
        "frame": _frame(volume),
        "messages": missing_images(contents, problems),
        "mm_per_pixel": slice_node.GetFieldOfView()[0] / max(1, slice_node.GetDimensions()[0]),
    }
    if not contents.is_picture and any(placed.node for placed in contents.images):
        corner |= asdict(edge_letters(slice_node))
        if not corner["scale"]:
            corner["offset"] = _offset(slice_node)
    return corner


def _offset(node: "vtkMRMLSliceNode") -> str:
    slice_to_ras = node.GetSliceToRAS()
    offset = node.GetSliceOffset()
    sign = -1.0 if offset < 0 else 1.0
    letters = direction_letters([sign * slice_to_ras.GetElement(row, 2) for row in range(3)])
    return f"{letters} {abs(offset):.1f} mm"


def _frame(volume: "vtkMRMLVolumeNode | None") -> str:
    count = number_of_frames(volume)
    if count < 2:
        return ""
    return f"Frame {(shown_frame(volume) or 0) + 1} of {count}"
