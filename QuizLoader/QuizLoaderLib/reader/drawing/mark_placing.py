"""A mark on its way: the node that gets its points, and the node that it is then."""

from typing import TYPE_CHECKING

import numpy as np

from ...images.mark_shapes import ellipse_points
from ...quiz.marked import MarkPlace
from ...quiz.model import SliceView
from ...quiz.question_types import MarkTool
from ...views import lines, marks, segmentations
from ...views.tools import pointed_view
from .page_drawn_on import PageDrawnOn

if TYPE_CHECKING:
    import slicer

_BY_CORNERS = (MarkTool.BOX, MarkTool.ELLIPSE)


class MarkPlacing:
    """``node`` gets the points; for a Box and an Ellipse these are two opposite corners, of a line.
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
        self._kind = MarkTool.LINE if tool in _BY_CORNERS else tool
        self.node: slicer.vtkMRMLMarkupsNode = marks.new_mark(on.host.scene, self._kind, name, color)
        self.node.GetDisplayNode().SetPropertiesLabelVisibility(tool not in _BY_CORNERS)
        segmentations.save_with_scene(self.node, False)
        self.view: SliceView | None = None
        self.node.AddObserver(self.node.PointPositionDefinedEvent, self._point_placed)

    @property
    def is_complete(self) -> bool:
        """Whether enough points are placed."""
        return self._on.is_there(self.node) and marks.is_complete(self.node, self._kind)

    def made(self, pointed: SliceView | None) -> "slicer.vtkMRMLMarkupsNode | None":
        """The node of the mark, what has an area on the slice that got its first point; that view is not
        known where no mouse placed it, and is the one ``pointed`` at then. None where two corners do not make
        an area."""
        points, logics = lines.points_ras(self.node), self._on.slice_logics()
        if self.tool not in _BY_CORNERS:
            if self.tool.has_area and self.view:
                marks.set_points_ras(self.node, marks.on_slice_of_first(points, logics[self.view]))
            return self.node
        view = self.view or marks.view_of(points, logics, pointed) or pointed or next(iter(logics))
        corners = marks.on_slice_of_first(points, logics[view])
        half = (corners[1] - corners[0]) / 2
        right, up, _normal = marks.axes_of_view(logic := logics[view])
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

    def _point_placed(self, _node: "slicer.vtkMRMLMarkupsNode", _event: str) -> None:
        """The wheel may be turned before the next one is placed."""
        if self.view is None:
            first, host = lines.points_ras(self.node)[:1], self._on.host
            self.view = marks.view_of(first, self._on.slice_logics(), pointed_view(host))
