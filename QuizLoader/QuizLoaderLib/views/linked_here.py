"""Views that are scrolled, zoomed and panned together, each from where it was when they were linked: also
images of another time, or of another frame of reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .slices import is_beside

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic, vtkMRMLSliceNode

_PARALLEL = 0.98
"""The least cosine between the normals of views of one plane: of other patients' positions, too."""

_APART_MM = 0.01
_FIRST_GROUP = 100
"""Of view groups, of which Slicer's own are counted from 0."""


class _LinkedView:
    def __init__(self, logic: vtkMRMLSliceLogic) -> None:
        self.logic, self.node = logic, logic.GetSliceNode()
        self.start_mm, self.group = logic.GetSliceOffset(), self.node.GetViewGroup()
        self.image = logic.GetSliceCompositeNode().GetBackgroundVolumeID()
        self._height_mm, self._centre_ras = self._zoom_and_centre()

    @property
    def axes_ras(self) -> np.ndarray:
        """The directions to the right, up and along the normal as columns, as the view is turned now."""
        return _slice_to_ras(self.node)[:3, :3]

    def way_of(self, other: _LinkedView) -> float:
        """Which way this one goes with the other one along its normal: 1, -1, or 0 where it does not."""
        cosine = float(self.axes_ras[:, 2] @ other.axes_ras[:, 2])
        return float(np.sign(cosine)) if abs(cosine) > _PARALLEL else 0.0

    def is_apart_from(self, other: _LinkedView) -> bool:
        way = self.way_of(other)
        return way != 0 and abs(self.start_mm - way * other.start_mm) > _APART_MM

    def changes(self) -> tuple[float, np.ndarray]:
        """Since the last call: by what factor its field of view has grown, and how far its centre has moved,
        in mm (RAS)."""
        height_mm, centre_ras = self._height_mm, self._centre_ras
        self._height_mm, self._centre_ras = self._zoom_and_centre()
        return self._height_mm / height_mm, self._centre_ras - centre_ras

    def zoom_and_pan(self, growth: float, by_ras: np.ndarray) -> None:
        across_mm, up_mm, through_mm = self.node.GetFieldOfView()
        self.node.SetFieldOfView(across_mm * growth, up_mm * growth, through_mm)
        by_mm = np.array([*(by_ras @ self.axes_ras[:, :2]), 0.0])
        self.node.SetXYZOrigin(*(self.node.GetXYZOrigin() + by_mm))
        self.node.UpdateMatrices()

    def _zoom_and_centre(self) -> tuple[float, np.ndarray]:
        """MRML keeps the height of the field of view where a view gets another size."""
        x, y, _z = self.node.GetXYZOrigin()
        return self.node.GetFieldOfView()[1], (_slice_to_ras(self.node) @ (x, y, 0, 1))[:3]


class LinkedHere:
    """From ``begin`` to ``end``. As with Slicer's own link all views zoom together, and those of one plane go
    through their slices and pan together."""

    def __init__(self) -> None:
        self._views: list[_LinkedView] = []
        self._observers: list[int] = []
        self._is_following = False

    @property
    def is_on(self) -> bool:
        return bool(self._views)

    def begin(self, logics: Sequence[vtkMRMLSliceLogic]) -> None:
        """The crosshair takes the views of a group to one point, and each has lines of the others: those that
        are apart get other groups, views of one image the same."""
        self.end()
        for number, logic in enumerate(logics):
            view = _LinkedView(logic)
            view.node.SetViewGroup(self._group_of(view, _FIRST_GROUP + number))
            self._views.append(view)
        self._observers = [view.node.AddObserver("ModifiedEvent", self._changed) for view in self._views]

    def end(self) -> None:
        for view, observer in zip(self._views, self._observers, strict=True):
            view.node.RemoveObserver(observer)
            view.node.SetViewGroup(view.group)
        self._views, self._observers = [], []

    def _group_of(self, view: _LinkedView, new: int) -> int:
        groups = [each.node.GetViewGroup() for each in self._views if each.image == view.image]
        apart = {each.node.GetViewGroup() for each in self._views if view.is_apart_from(each)}
        return next((group for group in (*groups, view.group) if group not in apart), new)

    def _changed(self, node: vtkMRMLSliceNode, _event: str) -> None:
        moved = next(view for view in self._views if view.node is node)
        if is_beside(node):
            return
        growth, by_ras = moved.changes()
        if self._is_following:
            return
        if not _is_zoomed_or_panned_by_hand(node):
            growth, by_ras = 1.0, np.zeros(3)
        self._is_following = True
        try:
            by_mm = moved.logic.GetSliceOffset() - moved.start_mm
            for view in self._views:
                if view is not moved:
                    _take_along(view, view.way_of(moved), by_mm, growth, by_ras)
        finally:
            self._is_following = False


def _take_along(view: _LinkedView, way: float, by_mm: float, growth: float, by_ras: np.ndarray) -> None:
    was_modifying = view.node.StartModify()
    if way:
        view.logic.SetSliceOffset(view.start_mm + way * by_mm)
    if growth != 1 or by_ras.any():
        view.zoom_and_pan(growth, by_ras * abs(way))
    view.node.EndModify(was_modifying)


def _is_zoomed_or_panned_by_hand(node: vtkMRMLSliceNode) -> bool:
    """Not by a magnifier, or because a view has got another size: Slicer says so of what its link follows."""
    followed = node.FieldOfViewFlag | node.XYZOriginFlag | node.ResetFieldOfViewFlag
    return bool(node.GetInteractionFlags() & followed)


def _slice_to_ras(node: vtkMRMLSliceNode) -> np.ndarray:
    matrix = node.GetSliceToRAS()
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])
