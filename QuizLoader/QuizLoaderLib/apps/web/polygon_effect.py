"""A polygon that is drawn on a slice: freehand, or point by point, until it is closed and filled."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from slicer import vtkMRMLSliceNode
from trame_slicer.segmentation import (
    ModificationMode,
    ScissorsPolygonBrush,
)
from vtkmodules.vtkCommonCore import vtkCommand

from ...images.vtk_images import array_of
from ...reader.drawing.image_drawing import grid_of
from .effects import WithinRange, modify
from .shapes import inside_polygon
from .view_pipeline import ViewPipeline

if TYPE_CHECKING:
    from slicer import vtkMRMLAbstractViewNode, vtkMRMLInteractionEventData, vtkMRMLNode
    from vtkmodules.vtkRenderingCore import vtkProp

DRAG_PIXELS = 4
"""A hand that clicks moves less."""

ELSEWHERE_OPACITY = 0.35
"""Of a polygon whose slice is not the one that the view shows."""


@dataclass
class OpenPolygon:
    """On the view ``view_node``, on the slice that it showed at the first point; ``points_ras`` in mm."""

    view_node: vtkMRMLSliceNode
    slice_to_ras: np.ndarray
    points_ras: list[np.ndarray] = field(default_factory=list)

    def is_on(self, view_node: vtkMRMLSliceNode) -> bool:
        """Whether the view shows the slice of the polygon, wherever it is moved and zoomed."""
        seen = np.linalg.inv(array_of(view_node.GetSliceToRAS())) @ self.slice_to_ras
        return bool(np.allclose(np.abs(seen[2]), [0, 0, 1, 0], atol=1e-3))


class DrawPolygon(WithinRange):
    """Adds what a polygon goes round to the active segment.

    As in Slicer, the points are the patient's: the view may be moved and zoomed, and scrolled there and
    back, while a polygon is open. One is open at a time. ``parameters_changed`` tells of each point.
    """

    def __init__(self) -> None:
        super().__init__()
        self.set_mode(ModificationMode.Add)
        self.polygon: OpenPolygon | None = None

    def _create_pipeline(
        self, view_node: "vtkMRMLAbstractViewNode", _parameter: "vtkMRMLNode"
    ) -> "PolygonPipeline | None":
        return PolygonPipeline() if isinstance(view_node, vtkMRMLSliceNode) else None

    def add(self, view_node: vtkMRMLSliceNode, point_ras: np.ndarray) -> None:
        """One more point, on the polygon's own slice alone; a polygon on another view is closed."""
        if self.polygon and self.polygon.view_node is not view_node:
            self.close()
        if self.polygon is None:
            self.polygon = OpenPolygon(view_node, array_of(view_node.GetSliceToRAS()))
        if self.polygon.is_on(view_node):
            self.polygon.points_ras.append(point_ras)
            self._changed()

    def remove_last(self) -> None:
        if self.polygon:
            self.polygon.points_ras.pop()
            if not self.polygon.points_ras:
                self.polygon = None
            self._changed()

    def drop(self) -> None:
        self.polygon = None
        self._changed()

    def close(self) -> None:
        """Fill it, where it goes round anything; it stays open with less than three points."""
        polygon = self.polygon
        if polygon is None or len(polygon.points_ras) < 3:
            return
        self.polygon = None
        grid = grid_of(self.modifier.volume_node)
        voxels = self.within_range(inside_polygon(np.array(polygon.points_ras), polygon.slice_to_ras, grid))
        if voxels is not None:
            modify(self.modifier, voxels, ModificationMode.Add)
            self.last.slices[self.modifier.active_segment_id] = polygon.slice_to_ras
        self.drew(voxels is not None)
        self._changed()

    def set_active(self, is_active: bool) -> None:
        """What was drawn is not lost with the tool."""
        if not is_active:
            if self.modifier:
                self.close()
            self.polygon = None
        super().set_active(is_active)

    def _changed(self) -> None:
        for pipeline in (weak() for weak in self.pipelines):
            if pipeline is not None:
                pipeline.show()
        self.parameters_changed.emit()


class PolygonPipeline(ViewPipeline[DrawPolygon]):
    """Draws the open polygon over a view, with trame-slicer's brush, and tells the effect of the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self._brush = ScissorsPolygonBrush()
        self._pointer: tuple[float, float] | None = None
        self._down: tuple[float, float] | None = None
        self._is_dragged = self._is_freehand = False
        self._uses: dict[int, Callable[[vtkMRMLInteractionEventData], bool]] = {
            int(vtkCommand.LeftButtonPressEvent): self._pressed,
            int(vtkCommand.MouseMoveEvent): self._moved,
            int(vtkCommand.LeftButtonReleaseEvent): self._released,
            int(vtkCommand.RightButtonPressEvent): self._pressed_right,
        }

    @property
    def props(self) -> "Iterable[vtkProp]":
        return self._brush.get_props()

    # What Slicer's layers ask for

    def SetActive(self, is_active: bool) -> None:
        super().SetActive(is_active)
        self._down = None
        self.show()

    def CanProcessInteractionEvent(self, event: "vtkMRMLInteractionEventData") -> tuple[bool, float]:
        is_ours = event.GetType() in self._uses
        if event.GetType() == int(vtkCommand.RightButtonPressEvent):
            is_ours = self._polygon is not None
        return bool(self.IsActive()) and is_ours, 0.0

    def ProcessInteractionEvent(self, event: "vtkMRMLInteractionEventData") -> bool:
        return self._uses[event.GetType()](event)

    # The mouse

    def _pressed(self, event: "vtkMRMLInteractionEventData") -> bool:
        self._down, self._is_dragged = event.GetDisplayPosition(), False
        self._is_freehand = self._polygon is None
        self._add(event)
        return True

    def _moved(self, event: "vtkMRMLInteractionEventData") -> bool:
        self._pointer = event.GetDisplayPosition()
        if self._polygon is None:
            self._down = None
        if self._down and math.dist(self._pointer, self._down) > DRAG_PIXELS:
            self._is_dragged = True
        if self._down and self._is_dragged:
            self._add(event)
        else:
            self.show()
        # The crosshair follows, too.
        return False

    def _released(self, event: "vtkMRMLInteractionEventData") -> bool:
        if self._down and self._is_dragged and self._is_freehand:
            self._tool.close()
        self._down = None
        return True

    def _pressed_right(self, event: "vtkMRMLInteractionEventData") -> bool:
        self._tool.close()
        return True

    def LoseFocus(self, event: "vtkMRMLInteractionEventData") -> None:
        super().LoseFocus(event)
        self._pointer = None

    def _add(self, event: "vtkMRMLInteractionEventData") -> None:
        self._tool.add(self.GetViewNode(), np.array(event.GetWorldPosition()))

    # The picture

    @property
    def _polygon(self) -> OpenPolygon | None:
        """The one on this view."""
        polygon = self._tool.polygon
        return polygon if polygon and polygon.view_node is self.GetViewNode() else None

    def show(self, *_: object) -> None:
        """The polygon where its points are on the view now, with a line to the pointer and back."""
        self._brush.reset()
        polygon = self._polygon if self.IsActive() else None
        self._brush.set_visible(polygon is not None)
        if polygon is not None:
            view_node = self.GetViewNode()
            from_ras = np.linalg.inv(array_of(view_node.GetXYToRAS()))
            for point in polygon.points_ras:
                x, y = (from_ras @ [*point, 1.0])[:2]
                self._brush.add_point(x, y)
            is_here = polygon.is_on(view_node)
            if is_here and self._pointer:
                self._brush.preview_point(*self._pointer)
            for actor in self._brush.get_props():
                actor.GetProperty().SetOpacity(1.0 if is_here else ELSEWHERE_OPACITY)
        self.RequestRender()
