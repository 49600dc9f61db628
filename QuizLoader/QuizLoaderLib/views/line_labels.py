"""The names and lengths beside lines never lie over each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from .lines import is_complete, length_text, lift_label, points_ras

if TYPE_CHECKING:
    from slicer import vtkMRMLMarkupsLineNode, vtkMRMLSliceNode

_LINE_PIXELS = 14
"""What a label is lifted by, at least: a line of its text on a screen of plain pixels."""
_HIGH_PIXELS, _LETTER_PIXELS = 28, 15
"""Of a label, at most: on a screen of fine ones."""

_Box = tuple[str, float, float, float, float]
"""The ID of the slice node, and left, right, bottom, top in its pixels."""


def spread_labels(lines: Iterable[vtkMRMLMarkupsLineNode], slice_nodes: Sequence[vtkMRMLSliceNode]) -> None:
    """Lift the label of each line above those of the lines before it, so far that it covers none of them on
    any view. MRML puts all of them at the middles of their lines."""
    taken: list[_Box] = []
    for line in lines:
        boxes = _boxes(line, slice_nodes)
        lift = next(lines for lines in count() if not _are_taken(_lifted(boxes, lines), taken))
        lift_label(line, lift)
        taken += _lifted(boxes, lift)


def _boxes(line: vtkMRMLMarkupsLineNode, slice_nodes: Sequence[vtkMRMLSliceNode]) -> list[_Box]:
    """Where the label is, without a lift, on each view that shows the line."""
    if not is_complete(line):
        return []
    found = []
    shown_on = line.GetDisplayNode().GetViewNodeIDs()
    points = points_ras(line)
    for node in slice_nodes:
        if shown_on and node.GetID() not in shown_on:
            continue
        xyz = [_in_view(node, point) for point in points]
        if min(abs(each[2]) for each in xyz) <= 1:
            left, bottom = (xyz[0] + xyz[1])[:2] / 2
            right = left + _LETTER_PIXELS * len(f"{line.GetName()}: {length_text(line)}")
            found.append((node.GetID(), left, right, bottom, bottom + _HIGH_PIXELS))
    return found


def _in_view(node: vtkMRMLSliceNode, point_ras: np.ndarray) -> np.ndarray:
    """Pixels to the right and up, and slices away from the one that the view shows."""
    import vtk

    ras_to_xy = vtk.vtkMatrix4x4()
    vtk.vtkMatrix4x4.Invert(node.GetXYToRAS(), ras_to_xy)
    return np.array(ras_to_xy.MultiplyDoublePoint([*point_ras, 1.0])[:3])


def _lifted(boxes: Iterable[_Box], lines: int) -> list[_Box]:
    up = lines * _LINE_PIXELS
    return [(view, left, right, bottom + up, top + up) for view, left, right, bottom, top in boxes]


def _are_taken(boxes: Iterable[_Box], taken: Sequence[_Box]) -> bool:
    return any(
        view == other_view
        and max(left, other_left) < min(right, other_right)
        and max(bottom, other_bottom) < min(top, other_top)
        for view, left, right, bottom, top in boxes
        for other_view, other_left, other_right, other_bottom, other_top in taken
    )
