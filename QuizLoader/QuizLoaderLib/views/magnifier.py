"""A magnifier: a view shows what is under the pointer larger, and then all as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceNode

MAGNIFICATION = 3.0


class Magnifier:
    """Over one view at a time. Linked views do not follow."""

    def __init__(self) -> None:
        self._node: vtkMRMLSliceNode | None = None
        self._field_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._origin_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def hold(self, node: vtkMRMLSliceNode, across: float, up: float) -> None:
        """Over a place of the view: from its left and from its lower edge, as parts of its width and height.
        What is there without the magnifier stays there."""
        if node is not self._node:
            self.put_away()
            self._node = node
            self._field_mm, self._origin_mm = node.GetFieldOfView(), node.GetXYZOrigin()
        shift = 1 - 1 / MAGNIFICATION
        wide, high, through = self._field_mm
        x, y, z = self._origin_mm
        was_modifying = node.StartModify()
        node.SetFieldOfView(wide / MAGNIFICATION, high / MAGNIFICATION, through)
        node.SetXYZOrigin(x + (across - 0.5) * wide * shift, y + (up - 0.5) * high * shift, z)
        node.UpdateMatrices()
        node.EndModify(was_modifying)

    def put_away(self) -> None:
        node, self._node = self._node, None
        if node is not None:
            was_modifying = node.StartModify()
            node.SetFieldOfView(*self._field_mm)
            node.SetXYZOrigin(*self._origin_mm)
            node.UpdateMatrices()
            node.EndModify(was_modifying)

    def forget(self) -> None:
        """The views were placed anew."""
        self._node = None
