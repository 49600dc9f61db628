"""The slices of a view, counted, and gone through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic, vtkMRMLSliceNode

_BESIDE = "QuizLoader.Beside"


@dataclass(frozen=True)
class SliceNumber:
    """``number`` counts from 1 along the view's normal: from inferior, from right or from posterior, where
    the view is not turned."""

    number: int
    count: int


def slice_number(logic: vtkMRMLSliceLogic, offset_mm: float | None = None) -> SliceNumber | None:
    """Of the lowest volume, of the slice that is shown or at ``offset_mm``; None where the view has none."""
    low, high, spacing = _range(logic)
    if not spacing > 0 or not high > low:
        return None
    count = max(1, round((high - low) / spacing))
    offset = logic.GetSliceOffset() if offset_mm is None else offset_mm
    number = int((offset - low) // spacing) + 1
    return SliceNumber(min(max(number, 1), count), count)


def show_slice(logic: vtkMRMLSliceLogic, number: int) -> None:
    """The middle of the slice with this ``SliceNumber.number``; beyond either end that end.

    Linked views follow, as they do with the mouse; so they do in ``step_slice``.
    """
    low, _high, spacing = _range(logic)
    found = slice_number(logic)
    if found is not None:
        _go_to(logic, low + (min(max(number, 1), found.count) - 0.5) * spacing)


def step_slice(logic: vtkMRMLSliceLogic, steps: int) -> None:
    """``steps`` slices of the lowest volume along the view's normal, not beyond its first and last slice."""
    low, high, spacing = _range(logic)
    first, last = low + spacing / 2, high - spacing / 2
    offset = logic.GetSliceOffset() + steps * spacing
    _go_to(logic, min(max(offset, first), max(first, last)))


@contextmanager
def beside(logic: vtkMRMLSliceLogic, steps: int) -> Iterator[bool]:
    """The view has the slice so many steps of the wheel beside for a moment; whether there is one. The reader
    does not see it: linked views do not follow, and what watches the reader asks ``is_beside``."""
    import vtk

    low, high, spacing = _range(logic)
    offset = logic.GetSliceOffset() + steps * spacing
    if not spacing > 0 or not low <= offset <= high:
        yield False
        return
    node = logic.GetSliceNode()
    before = vtk.vtkMatrix4x4()
    before.DeepCopy(node.GetSliceToRAS())
    was_modifying = node.StartModify()
    node.SetAttribute(_BESIDE, "")
    logic.SetSliceOffset(offset)
    node.EndModify(was_modifying)
    try:
        yield True
    finally:
        was_modifying = node.StartModify()
        node.GetSliceToRAS().DeepCopy(before)
        node.UpdateMatrices()
        node.RemoveAttribute(_BESIDE)
        node.EndModify(was_modifying)


def is_beside(node: vtkMRMLSliceNode) -> bool:
    return node.GetAttribute(_BESIDE) is not None


def _go_to(logic: vtkMRMLSliceLogic, offset_mm: float) -> None:
    logic.StartSliceOffsetInteraction()
    logic.SetSliceOffset(offset_mm)
    logic.EndSliceOffsetInteraction()


def _range(logic: vtkMRMLSliceLogic) -> tuple[float, float, float]:
    """Where the first slice begins and the last one ends along the normal, and how thick they are, in mm."""
    bounds = [0.0] * 6
    logic.GetLowestVolumeSliceBounds(bounds)
    return bounds[4], bounds[5], logic.GetLowestVolumeSliceSpacing()[2]
