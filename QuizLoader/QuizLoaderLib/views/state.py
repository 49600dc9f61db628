"""What the reader made of the views: window, level, slice position and frame, taken and put back.

The names are those of a State element of the Image Quizzer's results; its images are those with grey values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING

from ..quiz.model import VIEWS_OF_LAYOUT, Image, Layer
from . import frames
from .contents import PageNodes
from .host import Host

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic, vtkMRMLVolumeNode


POSITION = ("SliceOffset", "Orientation")
"""The attributes that are the view's, not the image's."""


def take_states(shown: PageNodes, host: Host, viewing_mode: str) -> dict[int, dict[str, str]]:
    """The state of each image on its view, by its place on the page from 0.

    Window and Level are in voxel values, SliceOffset in mm along the view's normal, Frame counts from 0.
    ``viewing_mode`` is the value of a ``planes.ViewingMode``.
    """
    states = {}
    for number, image, node, slice_node in _on_views(shown, host):
        display = node.GetDisplayNode()
        state = {"Window": repr(display.GetWindow()), "Level": repr(display.GetLevel())}
        state["SliceOffset"] = repr(slice_node.GetSliceOffset())
        state["Orientation"] = slice_node.GetOrientation()
        state["Destination"] = image.destination.value
        state["ViewingMode"] = viewing_mode
        frame = frames.shown_frame(node)
        if frame is not None:
            state["Frame"] = str(frame)
        states[number] = state
    return states


def put_back_states(
    shown: PageNodes,
    host: Host,
    states: Mapping[int, Mapping[str, str]],
    positions: bool = True,
) -> None:
    """Give the images of the page, which is on the views, the states that were taken of it.

    A position is that of the view's background, and only of the orientation that the view has now; without
    ``positions`` the views stay where they are. What is no number is left out: results may be edited by hand.
    """
    for number, image, node, slice_node in _on_views(shown, host):
        state = states.get(number, {})
        window, level = _number(state, "Window"), _number(state, "Level")
        if window and level is not None:
            display = node.GetDisplayNode()
            display.SetAutoWindowLevel(False)
            display.SetWindowLevel(window, level)
        offset = _number(state, "SliceOffset")
        is_as_it_was = positions and state.get("Orientation") == slice_node.GetOrientation()
        if image.layer is Layer.BACKGROUND and offset is not None and is_as_it_was:
            slice_node.SetSliceOffset(offset)
        frame = _number(state, "Frame")
        if frame is not None and frames.number_of_frames(node):
            frames.show_frame(node, int(frame))


def _on_views(
    shown: PageNodes, host: Host
) -> Iterator[tuple[int, Image, vtkMRMLVolumeNode, vtkMRMLSliceLogic]]:
    logic_of = host.application_logic.GetSliceLogicByLayoutName
    for number, (image, node) in enumerate(zip(shown.page.images, shown.nodes, strict=True)):
        logic = logic_of(image.destination.value)
        is_on_view = image.destination in VIEWS_OF_LAYOUT[shown.page.layout] and logic is not None
        if node is not None and image.type.facts.has_grey_values and is_on_view:
            yield number, image, node, logic.GetSliceNode()


def _number(state: Mapping[str, str], name: str) -> float | None:
    try:
        number = float(state.get(name, ""))
    except ValueError:
        return None
    return number if isfinite(number) else None
