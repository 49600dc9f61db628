"""What stands over a view, the same in a rendered picture and in the browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...images.types.volume import is_calibrated, suv_of_one, units_of
from ...quiz.problems import Problem
from ...views.contents import ViewContents

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceNode


def orientation_text(contents: ViewContents, slice_node: vtkMRMLSliceNode) -> str:
    """As the reader would call the plane, empty for a picture and in an empty view; Slicer calls one that
    is turned to the volume's axes reformatted."""
    if contents.is_picture or contents.is_empty:
        return ""
    is_turned = slice_node.GetOrientation() != contents.orientation.value
    return contents.orientation.value + (", rotated" if is_turned else "")


def window_text(contents: ViewContents) -> str:
    """Window and level of the lowest image with their units, of PET as SUV where it is known; empty for one
    of colours."""
    node = contents.leader.node if contents.leader else None
    display = node.GetDisplayNode() if node else None
    if display is None or not display.IsA("vtkMRMLScalarVolumeDisplayNode") or contents.is_picture:
        return ""
    factor, units = (suv_of_one(node), "SUV") if suv_of_one(node) else (1.0, units_of(node))
    window, level = (_short(factor * value) for value in (display.GetWindow(), display.GetLevel()))
    return f"W {window} L {level} {units}".rstrip()


def scale_text(contents: ViewContents) -> str:
    """Where lengths are not in mm; empty where they are."""
    nodes = [placed.node for placed in contents.volumes if placed.node]
    return "" if all(is_calibrated(node) for node in nodes) else "not calibrated"


def missing_images(contents: ViewContents, problems: list[Problem]) -> list[str]:
    """Every error of an image that this view should show and does not, of its file or of its element."""
    shown = {placed.image.id for placed in contents.images if placed.node}
    told = [
        problem.text
        for problem in problems
        if problem.is_error and problem.view == contents.view.value and problem.image not in shown
    ]
    for placed in contents.images:
        if placed.node is None and not any(problem.image == placed.image.id for problem in problems):
            told.append(f"The {placed.image.type.value} image “{placed.image.id}” is not shown.")
    return list(dict.fromkeys(told))


def _short(value: float) -> str:
    """Whole numbers where they have three digits or more."""
    return f"{value:.0f}" if 100 <= abs(value) < 1e9 else f"{value:.3g}"


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
