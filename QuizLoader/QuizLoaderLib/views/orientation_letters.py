"""Which way the patient lies on a slice view: R, L, A, P, S, I at its four edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceNode


_LETTERS = (("R", "L"), ("A", "P"), ("S", "I"))
"""Towards plus and minus of each RAS axis."""

_LEAST_COMPONENT = 0.26
"""About the sine of 15 degrees: a direction less oblique than this is named by its one main axis."""


@dataclass(frozen=True)
class EdgeLetters:
    """The patient's direction at each edge, as ``R`` or, where it is oblique, ``RA`` (mainly right)."""

    left: str
    right: str
    top: str
    bottom: str


def edge_letters(slice_node: vtkMRMLSliceNode) -> EdgeLetters:
    """Read from the plane that the view shows now (vtkMRMLSliceNode, any rotation)."""
    slice_to_ras = slice_node.GetSliceToRAS()
    right, up = ([slice_to_ras.GetElement(row, column) for row in range(3)] for column in range(2))
    return EdgeLetters(
        left=direction_letters([-part for part in right]),
        right=direction_letters(right),
        top=direction_letters(up),
        bottom=direction_letters([-part for part in up]),
    )


def direction_letters(direction_ras: list[float]) -> str:
    """The letters of a unit vector in RAS, the largest component first (DICOM PS3.3 C.7.6.1.1.1)."""
    axes = sorted(range(3), key=lambda axis: -abs(direction_ras[axis]))
    return "".join(
        _LETTERS[axis][direction_ras[axis] < 0]
        for axis in axes
        if axis == axes[0] or abs(direction_ras[axis]) >= _LEAST_COMPONENT
    )
