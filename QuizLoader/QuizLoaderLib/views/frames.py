"""Which frame of a sequence a view shows: part of a view's state, beside its position and window."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slicer import vtkMRMLSequenceBrowserNode, vtkMRMLVolumeNode


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


def show_first_frame(volume_node: vtkMRMLVolumeNode) -> None:
    """As a page begins; nothing where the node belongs to no sequence."""
    if shown_frame(volume_node):
        show_frame(volume_node, 0)


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
