"""The reader's tools on slice views: window and level, the crosshair, and by keys what the mouse does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..quiz.model import Layer, SliceView, WindowLevel
from .contents import PageNodes, contents_of_views
from .host import Host

if TYPE_CHECKING:
    from slicer import (
        vtkMRMLCrosshairNode,
        vtkMRMLMarkupsNode,
        vtkMRMLSliceCompositeNode,
        vtkMRMLSliceLogic,
        vtkMRMLVolumeNode,
    )


@dataclass(frozen=True)
class ToolImage:
    """An image of the page that the tools work on, with all nodes that show it: one for each of its looks."""

    id: str
    nodes: tuple[vtkMRMLVolumeNode, ...]


def tool_images(shown: PageNodes) -> list[ToolImage]:
    """The page's images with grey values or colours that a view shows, each once, in its order."""
    on_views = [
        placed.node
        for contents in contents_of_views(shown).values()
        for placed in contents.volumes
        if placed.node
    ]
    nodes_of: dict[str, list[vtkMRMLVolumeNode]] = {}
    for image, node in zip(shown.page.images, shown.nodes, strict=True):
        if node in on_views and image.layer in (Layer.BACKGROUND, Layer.FOREGROUND):
            of_image = nodes_of.setdefault(image.id, [])
            if node not in of_image:
                of_image.append(node)
    return [ToolImage(id, tuple(nodes)) for id, nodes in nodes_of.items()]


def set_window_level(image: ToolImage, look: WindowLevel) -> None:
    """On all views that show the image."""
    for node in image.nodes:
        display = node.GetDisplayNode()
        display.SetAutoWindowLevel(False)
        display.SetWindowLevel(look.window, look.level)


def start_window_level(node: vtkMRMLVolumeNode) -> None:
    """The window and level that the page gives a volume node: its display node's first preset, which is
    the quiz's own or was found in the file when the node was made. Not inverted."""
    display = node.GetDisplayNode()
    if display.GetNumberOfWindowLevelPresets():
        display.SetAutoWindowLevel(False)
        display.SetWindowLevelFromPreset(0)
    if not node.IsA("vtkMRMLVectorVolumeNode"):
        display.SetInvertDisplayScalarRange(False)


def invert(image: ToolImage) -> None:
    """Dark becomes bright on all views that show the image, or the other way round again."""
    for node in image.nodes:
        display = node.GetDisplayNode()
        display.SetInvertDisplayScalarRange(not display.GetInvertDisplayScalarRange())


def is_inverted(image: ToolImage) -> bool:
    return bool(image.nodes and image.nodes[0].GetDisplayNode().GetInvertDisplayScalarRange())


def can_be_inverted(image: ToolImage) -> bool:
    """Whether it has grey values, not colours."""
    return not any(node.IsA("vtkMRMLVectorVolumeNode") for node in image.nodes)


def set_window_level_by_mouse(host: Host, on: bool) -> None:
    """Dragging with the left button changes window and level of the volume under it, or pans again."""
    interaction = host.application_logic.GetInteractionNode()
    mode = interaction.AdjustWindowLevel if on else interaction.ViewTransform
    interaction.SetCurrentInteractionMode(mode)


def window_level_by_mouse(host: Host) -> bool:
    """Whether it does so now; the mouse may also have been switched outside."""
    interaction = host.application_logic.GetInteractionNode()
    return interaction.GetCurrentInteractionMode() == interaction.AdjustWindowLevel


def start_placing(host: Host, markup: vtkMRMLMarkupsNode) -> None:
    """The next clicks of the left button place this node's points; with the last one the mouse pans again."""
    selection = host.application_logic.GetSelectionNode()
    selection.SetReferenceActivePlaceNodeClassName(markup.GetClassName())
    selection.SetReferenceActivePlaceNodeID(markup.GetID())
    interaction = host.application_logic.GetInteractionNode()
    interaction.SetPlaceModePersistence(0)
    interaction.SetCurrentInteractionMode(interaction.Place)


def stop_placing(host: Host) -> None:
    if is_placing(host):
        interaction = host.application_logic.GetInteractionNode()
        interaction.SetCurrentInteractionMode(interaction.ViewTransform)


def is_placing(host: Host) -> bool:
    interaction = host.application_logic.GetInteractionNode()
    return interaction.GetCurrentInteractionMode() == interaction.Place


def pointed_view(host: Host) -> SliceView | None:
    """The view that the pointer is on, or was last."""
    node = crosshair_node(host).GetCursorPositionXYZ([0.0, 0.0, 0.0])
    names = {view.value: view for view in SliceView}
    return names.get(node.GetLayoutName()) if node is not None else None


def show_crosshair(host: Host, on: bool) -> None:
    """On all views; with Shift it moves with the pointer, and the slices of the other views go through it."""
    crosshair = crosshair_node(host)
    crosshair.SetCrosshairBehavior(crosshair.OffsetJumpSlice)
    crosshair.SetCrosshairMode(crosshair.ShowBasic if on else crosshair.NoCrosshair)


def crosshair_is_shown(host: Host) -> bool:
    crosshair = crosshair_node(host)
    return crosshair.GetCrosshairMode() != crosshair.NoCrosshair


def show_lines(host: Host, on: bool) -> None:
    """On each view a line where each of the others goes through it, in that one's colour."""
    host.application_logic.SetIntersectingSlicesEnabled(
        host.application_logic.IntersectingSlicesVisibility, on
    )


def lines_are_shown(host: Host) -> bool:
    return host.application_logic.GetIntersectingSlicesEnabled(
        host.application_logic.IntersectingSlicesVisibility
    )


def link_views(host: Host, on: bool) -> None:
    """Views of one orientation are scrolled, zoomed and panned together, or each by itself."""
    for composite in _composites(host):
        composite.SetLinkedControl(on)


def views_are_linked(host: Host) -> bool:
    return any(composite.GetLinkedControl() for composite in _composites(host))


def _composites(host: Host) -> list[vtkMRMLSliceCompositeNode]:
    logics = (host.application_logic.GetSliceLogicByLayoutName(view.value) for view in SliceView)
    return [logic.GetSliceCompositeNode() for logic in logics if logic]


def crosshair_node(host: Host) -> vtkMRMLCrosshairNode:
    """The one that all displayable managers look for; Slicer makes it with its first scene."""
    found = host.scene.GetSingletonNode("default", "vtkMRMLCrosshairNode")
    if found is None:
        found = host.scene.CreateNodeByClass("vtkMRMLCrosshairNode")
        found.UnRegister(None)
        found.SetCrosshairName("default")
        host.scene.AddNode(found)
    return found


_LEAST_WINDOW = 1e-6


def zoom(logic: vtkMRMLSliceLogic, factor: float) -> None:
    """Above 1 the image grows about the middle of the view. Linked views follow, as they do with the mouse;
    so they do in ``pan``."""
    node = logic.GetSliceNode()
    across, up, through = node.GetFieldOfView()
    with _interaction(logic, node.FieldOfViewFlag):
        node.SetFieldOfView(across / factor, up / factor, through)
        node.UpdateMatrices()


def pan(logic: vtkMRMLSliceLogic, right: float, up: float) -> None:
    """Move the image by parts of the view's width and height."""
    node = logic.GetSliceNode()
    across, high, _ = node.GetFieldOfView()
    x, y, z = node.GetXYZOrigin()
    with _interaction(logic, node.XYZOriginFlag):
        node.SetXYZOrigin(x - right * across, y - up * high, z)
        node.UpdateMatrices()


def change_window_level(volume: vtkMRMLVolumeNode, wider: float = 1.0, brighter: float = 0.0) -> None:
    """``wider`` multiplies the window; ``brighter`` lowers the level by parts of the window."""
    display = volume.GetDisplayNode()
    window = max(display.GetWindow() * wider, _LEAST_WINDOW)
    level = display.GetLevel() - brighter * display.GetWindow()
    display.SetAutoWindowLevel(False)
    display.SetWindowLevel(window, level)


@contextmanager
def _interaction(logic: vtkMRMLSliceLogic, flag: int) -> Iterator[None]:
    """Linked views follow what is changed within."""
    logic.StartSliceNodeInteraction(flag)
    try:
        yield
    finally:
        logic.EndSliceNodeInteraction()
