"""What the reader made of the views: window, level, slice position and frame, taken and put back.

The names are those of a State element of the Image Quizzer's results; its images are those with grey values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING

from ..quiz.model import VIEWS_OF_LAYOUT, Image, Layer
from .contents import PageNodes
from .host import Host

if TYPE_CHECKING:
    from slicer import vtkMRMLSequenceBrowserNode, vtkMRMLSliceLogic, vtkMRMLVolumeNode


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
        frame = shown_frame(node)
        if frame is not None:
            state["Frame"] = str(frame)
        states[number] = state
    return states


def put_back_states(
    shown: PageNodes, host: Host, states: Mapping[int, Mapping[str, str]], positions: bool = True
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
        if frame is not None and number_of_frames(node):
            show_frame(node, int(frame))


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


def number_of_frames(volume_node: vtkMRMLVolumeNode) -> int:
    """How many frames the volume node can show; 0 where it belongs to no sequence."""
    browser = _browser_of(volume_node)
    return browser.GetNumberOfItems() if browser else 0


def shown_frame(volume_node: vtkMRMLVolumeNode) -> int | None:
    """The number of the frame that is shown, from 0; None where the node belongs to no sequence."""
    browser = _browser_of(volume_node)
    return browser.GetSelectedItemNumber() if browser else None


def show_frame(volume_node: vtkMRMLVolumeNode, number: int) -> None:
    """Show a frame on all views of the volume node; a number beyond either end shows that end.

    In Slicer the module for sequences does the same as soon as the browser node changes; without it nothing
    else brings the frame into the volume node. Raises ValueError where the node belongs to no sequence.
    """
    browser = _browser_of(volume_node)
    if browser is None:
        raise ValueError(f"“{volume_node.GetName()}” is not a sequence")
    number = max(0, min(number, browser.GetNumberOfItems() - 1))
    frame = browser.GetSequenceNode(volume_node).GetNthDataNode(number)
    browser.SetSelectedItemNumber(number)
    was_modifying = volume_node.StartModify()
    volume_node.CopyOrientation(frame)
    volume_node.SetAndObserveImageData(frame.GetImageData())
    volume_node.EndModify(was_modifying)


def step_frame(volume_node: vtkMRMLVolumeNode, by: int = 1) -> None:
    """Show the frame ``by`` steps on; behind the last one comes the first, as in a film that goes round.

    Raises ValueError where the node belongs to no sequence.
    """
    count = number_of_frames(volume_node)
    show_frame(volume_node, ((shown_frame(volume_node) or 0) + by) % count if count else 0)


def _browser_of(volume_node: vtkMRMLVolumeNode) -> vtkMRMLSequenceBrowserNode | None:
    scene = volume_node.GetScene() if volume_node else None
    if scene is None:
        return None
    for position in range(scene.GetNumberOfNodes()):
        node = scene.GetNthNode(position)
        if node.IsA("vtkMRMLSequenceBrowserNode") and node.IsProxyNodeID(volume_node.GetID()):
            return node
    return None
