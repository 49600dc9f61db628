"""A line that a reader measures with: two points, its length, and the file that Slicer keeps it in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .markup_files import read_markup, write_markup
from .segmentations import remove

if TYPE_CHECKING:
    from slicer import vtkMRMLMarkupsLineNode, vtkMRMLMarkupsNode, vtkMRMLScene, vtkMRMLVolumeNode


_LIFT = "\n "
PIXELS = "px"
"""The unit of lengths on an image that does not say how large its pixels are."""


def new_line(scene: vtkMRMLScene, name: str) -> vtkMRMLMarkupsLineNode:
    """A vtkMRMLMarkupsLineNode without points, whose length is shown beside it once it has two, in mm."""
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", name)
    dress(node)
    return node


def dress(node: vtkMRMLMarkupsLineNode) -> None:
    """Give it a display node, if it has none, and its name and length beside it."""
    node.CreateDefaultDisplayNodes()
    node.GetDisplayNode().SetPropertiesLabelVisibility(True)


def is_complete(node: vtkMRMLMarkupsLineNode) -> bool:
    """Whether both points were placed; one that is only previewed under the pointer was not."""
    return node.GetNumberOfDefinedControlPoints() == 2


def length(node: vtkMRMLMarkupsLineNode) -> float:
    """In mm, and on an image that is not calibrated in pixels, which count as 1 mm."""
    return node.GetLineLengthWorld()


def show_length(node: vtkMRMLMarkupsLineNode, is_calibrated: bool) -> None:
    """Beside the line with one decimal, in Slicer's unit of lengths, or in px where no size is known."""
    # Slicer sets the unit anew with each length.
    shown = "%.1f %s" if is_calibrated else f"%.1f {PIXELS}"
    _set_print_format(node, shown + _LIFT * _print_format(node).count(_LIFT))


def length_text(node: vtkMRMLMarkupsLineNode) -> str:
    """As it is shown beside the line."""
    return node.GetPropertiesLabelText().strip()


def lift_label(node: vtkMRMLMarkupsLineNode, lines: int) -> None:
    """Show what stands beside the line higher, by so many lines of text: MRML has no place for it, but the
    text's lowest line is at the middle of the line."""
    _set_print_format(node, _print_format(node).replace(_LIFT, "") + lines * _LIFT)


def _print_format(node: vtkMRMLMarkupsLineNode) -> str:
    return node.GetMeasurement("length").GetPrintFormat()


def _set_print_format(node: vtkMRMLMarkupsLineNode, print_format: str) -> None:
    if _print_format(node) != print_format:
        node.GetMeasurement("length").SetPrintFormat(print_format)
        node.UpdateAllMeasurements()


def points_ras(node: vtkMRMLMarkupsNode) -> np.ndarray:
    """(points, 3), mm."""
    return np.array(
        [node.GetNthControlPointPositionWorld(index) for index in range(node.GetNumberOfControlPoints())]
    ).reshape(-1, 3)


def volumes_under(
    node: vtkMRMLMarkupsNode, volumes: Sequence[vtkMRMLVolumeNode], points: np.ndarray | None = None
) -> list[vtkMRMLVolumeNode]:
    """The volume nodes that one of the points of a markup lies in, if not given its control points; first the
    one that Slicer placed it on."""
    placed_on = {node.GetNthControlPointAssociatedNodeID(n) for n in range(node.GetNumberOfControlPoints())}
    points = points_ras(node) if points is None else points
    found = [volume for volume in volumes if any(_is_inside(volume, point) for point in points)]
    return sorted(found, key=lambda volume: volume.GetID() not in placed_on)


def show_on(node: vtkMRMLMarkupsLineNode, slice_node_ids: Sequence[str] | None) -> None:
    """Show the line on these slice views alone, None for all views."""
    display = node.GetDisplayNode()
    was_modifying = display.StartModify()
    display.SetViewNodeIDs(list(slice_node_ids or ()))
    display.SetVisibility(slice_node_ids is None or bool(slice_node_ids))
    display.EndModify(was_modifying)


def write_line(node: vtkMRMLMarkupsLineNode, path: Path, is_calibrated: bool) -> None:
    """Write the line as Slicer's .mrk.json, its length in mm or in px; raises OSError."""
    lift = _print_format(node).count(_LIFT)
    lift_label(node, 0)
    if not is_calibrated:
        node.GetMeasurement("length").SetUnits(PIXELS)
    try:
        write_markup(node, path)
    finally:
        lift_label(node, lift)


def read_line(scene: vtkMRMLScene, name: str, path: Path) -> vtkMRMLMarkupsLineNode | None:
    """The node of a .mrk.json file; None where it is no line of two points, and the scene is as before."""
    node = new_line(scene, name)
    if not read_markup(node, path, points=2) or not is_complete(node):
        remove(node)
        return None
    node.SetName(name)
    return node


def _is_inside(volume: vtkMRMLVolumeNode, point_ras: np.ndarray) -> bool:
    import vtk

    ras_to_ijk = vtk.vtkMatrix4x4()
    volume.GetRASToIJKMatrix(ras_to_ijk)
    ijk = ras_to_ijk.MultiplyDoublePoint([*point_ras, 1.0])[:3]
    sizes = volume.GetImageData().GetDimensions()
    return all(-0.5 <= index <= size - 0.5 for index, size in zip(ijk, sizes, strict=True))
