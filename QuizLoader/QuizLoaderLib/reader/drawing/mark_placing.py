"""A mark on its way: the node that gets its points, and the node that it is then."""

from typing import TYPE_CHECKING

import numpy as np

from ...images.mark_shapes import arrow_points, ellipse_points
from ...quiz.marked import MarkPlace
from ...quiz.model import SliceView
from ...quiz.question_types import MarkTool
from ...views import lines, marks, segmentations
from ...views.tools import pointed_view
from .page_drawn_on import PageDrawnOn

if TYPE_CHECKING:
    import slicer

_BY_LINE = {
    MarkTool.BOX: "The two corners are one line; please place the mark again.",
    MarkTool.ELLIPSE: "The two corners are one line; please place the mark again.",
    MarkTool.ARROW: "Both clicks are at one place; please place the arrow again.",
}
"""Placed as a line, from which they are made; and why there is none of them."""
_HEAD = 0.02
"""How long the head of an arrow is, of the width of the view that it is placed in."""


class MarkPlacing:
    """``node`` gets the points; for a Box and an Ellipse these are two opposite corners, of a line, for an
    Arrow its tip and its end.
    ``view`` is the one that got the first point, once that is placed."""

    def __init__(
        self,
        on: PageDrawnOn,
        question: MarkPlace,
        tool: MarkTool,
        name: str,
        color: tuple[int, int, int] | None,
    ) -> None:
        self.question, self.tool = question, tool
        self._on, self._name, self._color = on, name, color
        self._kind = MarkTool.LINE if tool in _BY_LINE else tool
        self.node: slicer.vtkMRMLMarkupsNode = marks.new_mark(on.host.scene, self._kind, name, color)
        self.node.GetDisplayNode().SetPropertiesLabelVisibility(tool not in _BY_LINE)
        segmentations.save_with_scene(self.node, False)
        self.view: SliceView | None = None
        self.node.AddObserver(self.node.PointPositionDefinedEvent, self._point_placed)

    @property
    def is_complete(self) -> bool:
        """Whether enough points are placed."""
        return self._on.is_there(self.node) and marks.is_complete(self.node, self._kind)

    def made(self, pointed: SliceView | None) -> "slicer.vtkMRMLMarkupsNode | None":
        """The node of the mark, an arrow and what has an area on the slice that got its first point; that
        view is not known where no mouse placed it, and is the one ``pointed`` at then. None where ``why_not``
        says why."""
        points, logics = lines.points_ras(self.node), self._on.slice_logics()
        if self.tool not in _BY_LINE:
            if self.tool.has_area and self.view:
                marks.set_points_ras(self.node, marks.on_slice_of_first(points, logics[self.view]))
            return self.node
        view = self.view or marks.view_of(points, logics, pointed) or pointed or next(iter(logics))
        corners = marks.on_slice_of_first(points, logics[view])
        half = (corners[1] - corners[0]) / 2
        right, up, normal = marks.axes_of_view(logic := logics[view])
        if self.tool is MarkTool.ARROW:
            head_mm = _HEAD * logic.GetSliceNode().GetFieldOfView()[0]
            return self._arrow(corners, np.cross(normal, half), head_mm) if np.linalg.norm(half) else None
        one, other = (axis * abs(half @ axis) for axis in (right, up))
        if not (np.linalg.norm(one) and np.linalg.norm(other)):
            return None
        node = marks.new_mark(self._on.host.scene, self.tool, self._name, self._color)
        if self.tool is MarkTool.BOX:
            depth = logic.GetLowestVolumeSliceSpacing()[2]
            marks.set_box(node, corners.mean(axis=0), one, other, depth)
        else:
            marks.set_points_ras(node, ellipse_points(corners.mean(axis=0), one, other))
        return node

    @property
    def why_not(self) -> str:
        """Two corners that do not make an area, or two clicks that do not make an arrow, as a sentence."""
        return _BY_LINE.get(self.tool, "")

    def _arrow(self, ends: np.ndarray, across: np.ndarray, head_mm: float) -> "slicer.vtkMRMLMarkupsNode":
        node = marks.new_mark(self._on.host.scene, self.tool, self._name, self._color)
        marks.set_points_ras(node, arrow_points(ends[0], ends[1], across, head_mm))
        marks.dress(node, self.tool, self._color)
        return node

    def _point_placed(self, _node: "slicer.vtkMRMLMarkupsNode", _event: str) -> None:
        """The wheel may be turned before the next one is placed."""
        if self.view is None:
            first, host = lines.points_ras(self.node)[:1], self._on.host
            self.view = marks.view_of(first, self._on.slice_logics(), pointed_view(host))
