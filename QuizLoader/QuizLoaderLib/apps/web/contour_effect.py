"""A contour that is drawn on a slice: freehand, or point by point, until it is closed and filled."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from slicer import vtkMRMLSliceNode
from trame_slicer.segmentation import (
    ModificationMode,
    ScissorsPolygonBrush,
    SegmentationEffect,
    SegmentationEffectPipeline,
)
from vtkmodules.vtkCommonCore import vtkCommand

from ...images.vtk_images import array_of
from ...reader.drawing.drawn_contour import grid_of
from .effects import modify
from .shapes import inside_contour

DRAG_PIXELS = 4
"""A hand that clicks moves less."""

ELSEWHERE_OPACITY = 0.35
"""Of a contour whose slice is not the one that the view shows."""


@dataclass
class OpenContour:
    """On the view ``view_node``, on the slice that it showed at the first point; points in RAS, mm."""

    view_node: Any
    slice_to_ras: np.ndarray
    points: list[np.ndarray] = field(default_factory=list)

    def is_on(self, view_node: Any) -> bool:
        """Whether the view shows the slice of the contour, wherever it is moved and zoomed."""
        seen = np.linalg.inv(array_of(view_node.GetSliceToRAS())) @ self.slice_to_ras
        return bool(np.allclose(np.abs(seen[2]), [0, 0, 1, 0], atol=1e-3))


class DrawContour(SegmentationEffect):
    """Adds what a contour goes round to the active segment.

    As in Slicer, the points are the patient's: the view may be moved and zoomed, and scrolled there and
    back, while a contour is open. One is open at a time. ``parameters_changed`` tells of each point.
    """

    def __init__(self) -> None:
        super().__init__()
        self.set_mode(ModificationMode.Add)
        self.contour: OpenContour | None = None

    def _create_pipeline(self, view_node: Any, _parameter: Any) -> SegmentationEffectPipeline | None:
        return ContourPipeline() if isinstance(view_node, vtkMRMLSliceNode) else None

    def add(self, view_node: Any, point_ras: np.ndarray) -> None:
        """One more point, on the contour's own slice alone; a contour on another view is closed."""
        if self.contour and self.contour.view_node is not view_node:
            self.close()
        if self.contour is None:
            self.contour = OpenContour(view_node, array_of(view_node.GetSliceToRAS()))
        if self.contour.is_on(view_node):
            self.contour.points.append(point_ras)
            self._changed()

    def remove_last(self) -> None:
        if self.contour:
            self.contour.points.pop()
            if not self.contour.points:
                self.contour = None
            self._changed()

    def drop(self) -> None:
        self.contour = None
        self._changed()

    def close(self) -> None:
        """Fill it, where it goes round anything; it stays open with less than three points."""
        contour = self.contour
        if contour is None or len(contour.points) < 3:
            return
        self.contour = None
        voxels = inside_contour(
            np.array(contour.points), contour.slice_to_ras, grid_of(self.modifier.volume_node)
        )
        if voxels is not None:
            modify(self.modifier, voxels, ModificationMode.Add)
        self._changed()

    def set_active(self, is_active: bool) -> None:
        """What was drawn is not lost with the tool."""
        if not is_active:
            if self.modifier:
                self.close()
            self.contour = None
        super().set_active(is_active)

    def _changed(self) -> None:
        for pipeline in (weak() for weak in self.pipelines):
            if pipeline is not None:
                pipeline.show()
        self.parameters_changed.emit()


class ContourPipeline(SegmentationEffectPipeline[DrawContour]):
    """Draws the open contour over a view, with trame-slicer's brush, and tells the effect of the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self._brush = ScissorsPolygonBrush()
        self._pointer: tuple[float, float] | None = None
        self._down: tuple[float, float] | None = None
        self._is_dragged = self._is_freehand = False
        self._uses: dict[int, Callable[[Any], bool]] = {
            int(vtkCommand.LeftButtonPressEvent): self._pressed,
            int(vtkCommand.MouseMoveEvent): self._moved,
            int(vtkCommand.LeftButtonReleaseEvent): self._released,
            int(vtkCommand.RightButtonPressEvent): self._pressed_right,
        }

    # What Slicer's layers ask for

    def SetView(self, view: Any) -> None:
        if self._view:
            self._view.modified.disconnect(self.show)
        super().SetView(view)
        if view:
            view.modified.connect(self.show)

    def SetActive(self, is_active: bool) -> None:
        super().SetActive(is_active)
        self._down = None
        self.show()

    def OnRendererAdded(self, renderer: Any) -> None:
        for actor in self._brush.get_props() if renderer else ():
            renderer.AddViewProp(actor)

    def OnRendererRemoved(self, renderer: Any) -> None:
        for actor in self._brush.get_props() if renderer else ():
            renderer.RemoveViewProp(actor)

    def CanProcessInteractionEvent(self, event: Any) -> tuple[bool, float]:
        is_ours = event.GetType() in self._uses
        if event.GetType() == int(vtkCommand.RightButtonPressEvent):
            is_ours = self._contour is not None
        return bool(self.IsActive()) and is_ours, 0.0

    def ProcessInteractionEvent(self, event: Any) -> bool:
        return self._uses[event.GetType()](event)

    # The mouse

    def _pressed(self, event: Any) -> bool:
        self._down, self._is_dragged = event.GetDisplayPosition(), False
        self._is_freehand = self._contour is None
        self._add(event)
        return True

    def _moved(self, event: Any) -> bool:
        self._pointer = event.GetDisplayPosition()
        if self._contour is None:
            self._down = None
        if self._down and math.dist(self._pointer, self._down) > DRAG_PIXELS:
            self._is_dragged = True
        if self._down and self._is_dragged:
            self._add(event)
        else:
            self.show()
        # The crosshair follows, too.
        return False

    def _released(self, event: Any) -> bool:
        if self._down and self._is_dragged and self._is_freehand:
            self._effect.close()
        self._down = None
        return True

    def _pressed_right(self, event: Any) -> bool:
        self._effect.close()
        return True

    def LoseFocus(self, event: Any) -> None:
        super().LoseFocus(event)
        self._pointer = None

    def _add(self, event: Any) -> None:
        self._effect.add(self.GetViewNode(), np.array(event.GetWorldPosition()))

    # The picture

    @property
    def _contour(self) -> OpenContour | None:
        """The one on this view."""
        contour = self._effect.contour if self._effect else None
        return contour if contour and contour.view_node is self.GetViewNode() else None

    def show(self, *_: Any) -> None:
        """The contour where its points are on the view now, with a line to the pointer and back."""
        self._brush.reset()
        contour = self._contour if self.IsActive() else None
        self._brush.set_visible(contour is not None)
        if contour is not None:
            view_node = self.GetViewNode()
            from_ras = np.linalg.inv(array_of(view_node.GetXYToRAS()))
            for point in contour.points:
                x, y = (from_ras @ [*point, 1.0])[:2]
                self._brush.add_point(x, y)
            is_here = contour.is_on(view_node)
            if is_here and self._pointer:
                self._brush.preview_point(*self._pointer)
            for actor in self._brush.get_props():
                actor.GetProperty().SetOpacity(1.0 if is_here else ELSEWHERE_OPACITY)
        self.RequestRender()
