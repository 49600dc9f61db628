"""The foreground over a part of the background: behind a curtain, or on the fields of a checkerboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic, vtkMRMLSliceNode
    from vtkmodules.vtkImagingCore import vtkImageStencilData

Spans = Callable[[int, int], Iterator[tuple[int, int, int]]]
"""Of a view's width and height in pixels: (row, first pixel, last pixel) where the foreground is seen, all
counted from 0, rows from the lower edge."""

_FIELDS = 8
"""Of a checkerboard along the shorter side of a view."""


def curtain(part: float) -> Spans:
    """The foreground to the right of this part of the width, 0..1."""

    def spans(width: int, height: int) -> Iterator[tuple[int, int, int]]:
        first = round(part * width)
        return ((row, first, width - 1) for row in range(height) if first < width)

    return spans


def checkerboard(width: int, height: int) -> Iterator[tuple[int, int, int]]:
    """The background on the field at the left upper corner."""
    side = ceil(min(width, height) / _FIELDS)
    for row in range(height):
        is_odd = (height - 1 - row) // side % 2
        for first in range(0 if is_odd else side, width, 2 * side):
            yield row, first, min(first + side, width) - 1


class TwoLayers:
    """Shows them on any views, until ``end``."""

    def __init__(self) -> None:
        self._shown: dict[str, _Divided] = {}

    def divide(self, logic: vtkMRMLSliceLogic, spans: Spans) -> None:
        """The foreground, opaque, where the spans are."""
        name = logic.GetSliceNode().GetLayoutName()
        if name not in self._shown:
            self._shown[name] = _Divided(logic)
        self._shown[name].show(spans)
        logic.GetSliceCompositeNode().SetForegroundOpacity(1.0)

    def end(self) -> None:
        """The foreground is everywhere again."""
        for divided in self._shown.values():
            divided.end()
        self._shown.clear()


class _Divided:
    """A view whose stencil has its size, also when that becomes another one."""

    def __init__(self, logic: vtkMRMLSliceLogic) -> None:
        self._logic, self._node = logic, logic.GetSliceNode()
        self._spans: Spans = checkerboard
        self._size = (0, 0)
        self._observer = self._node.AddObserver("ModifiedEvent", self._changed)

    def show(self, spans: Spans) -> None:
        self._spans = spans
        self._size = self._node.GetDimensions()[:2]
        self._set(_stencil(spans, *self._size))

    def end(self) -> None:
        self._node.RemoveObserver(self._observer)
        self._set(None)

    def _changed(self, node: vtkMRMLSliceNode, _event: str) -> None:
        if node.GetDimensions()[:2] != self._size:
            self.show(self._spans)

    def _set(self, stencil: vtkImageStencilData | None) -> None:
        self._logic.GetForegroundLayer().GetReslice().SetStencilData(stencil)
        # No view is drawn again for its filters; for its node each is, in every host.
        self._node.Modified()


def _stencil(spans: Spans, width: int, height: int) -> vtkImageStencilData:
    import vtk

    stencil = vtk.vtkImageStencilData()
    stencil.SetExtent(0, width - 1, 0, height - 1, 0, 0)
    stencil.AllocateExtents()
    for row, first, last in spans(width, height):
        stencil.InsertNextExtent(first, last, row, 0)
    return stencil
