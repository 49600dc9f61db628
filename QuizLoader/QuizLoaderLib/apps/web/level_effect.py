"""Level tracing: the closed contour of equal value under the pointer is shown, and a click fills it."""

from typing import TYPE_CHECKING

import numpy as np
from slicer import vtkMRMLSliceNode
from trame_slicer.segmentation import ModificationMode, SegmentationEffect
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkCommand, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkPolyDataMapper2D

from ...images.grid import moved
from ...images.vtk_images import array_of, image_array
from ...reader.drawing.level_tracing import SampledSlice
from ...reader.drawing.segment_arrays import grid_of
from .effects import modify
from .polygon_effect import OpenPolygon
from .shapes import inside_polygon
from .view_pipeline import ViewPipeline

if TYPE_CHECKING:
    from slicer import vtkMRMLAbstractViewNode, vtkMRMLInteractionEventData, vtkMRMLNode

_COLOR, _WIDTH = (1.0, 1.0, 0.0), 2.0


class LevelTracing(SegmentationEffect):
    """Adds what a contour goes round to the active segment, each time as one step of undo."""

    def __init__(self) -> None:
        super().__init__()
        self.set_mode(ModificationMode.Add)
        self._sampled: tuple[object, SampledSlice] | None = None

    def _create_pipeline(
        self, view_node: "vtkMRMLAbstractViewNode", _parameter: "vtkMRMLNode"
    ) -> "LevelPipeline | None":
        return LevelPipeline() if isinstance(view_node, vtkMRMLSliceNode) else None

    def contour_at(self, view_node: vtkMRMLSliceNode, place_ras: np.ndarray) -> OpenPolygon | None:
        """On the slice that the view shows; None beside the image."""
        slice_to_ras = array_of(view_node.GetSliceToRAS())
        points = self._sampled_on(slice_to_ras).contour_at(place_ras)
        return None if points is None else OpenPolygon(view_node, slice_to_ras, list(points))

    def fill(self, contour: OpenPolygon) -> None:
        grid = grid_of(self.modifier.volume_node)
        voxels = inside_polygon(np.array(contour.points_ras), contour.slice_to_ras, grid)
        if voxels is not None:
            modify(self.modifier, voxels, ModificationMode.Add)

    def set_active(self, is_active: bool) -> None:
        self._sampled = None
        super().set_active(is_active)

    def _sampled_on(self, slice_to_ras: np.ndarray) -> SampledSlice:
        """Not anew for each move of the pointer on one slice. Of colours it is the first component."""
        volume = self.modifier.volume_node
        image = volume.GetImageData()
        grid = grid_of(volume)
        of = (image, image.GetMTime(), slice_to_ras.tobytes(), grid.ijk_to_ras.tobytes())
        if self._sampled is None or self._sampled[0] != of:
            voxels = image_array(image)
            voxels = voxels[..., 0] if voxels.ndim > 3 else voxels
            self._sampled = of, SampledSlice.of(voxels, grid, slice_to_ras)
        return self._sampled[1]


class LevelPipeline(ViewPipeline[LevelTracing]):
    """Draws the contour over a view, and tells the effect of the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self._contour: OpenPolygon | None = None
        self._outline = vtkPolyData()
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(self._outline)
        self._actor = vtkActor2D()
        self._actor.SetMapper(mapper)
        self._actor.SetVisibility(False)
        self._actor.GetProperty().SetColor(*_COLOR)
        self._actor.GetProperty().SetLineWidth(_WIDTH)

    @property
    def props(self) -> tuple[vtkActor2D]:
        return (self._actor,)

    def CanProcessInteractionEvent(self, event: "vtkMRMLInteractionEventData") -> tuple[bool, float]:
        return bool(self.IsActive()) and event.GetType() in (_PRESSED, _MOVED), 0.0

    def ProcessInteractionEvent(self, event: "vtkMRMLInteractionEventData") -> bool:
        self._contour = self._tool.contour_at(self.GetViewNode(), np.array(event.GetWorldPosition()))
        self.show()
        is_click = event.GetType() == _PRESSED
        if is_click and self._contour:
            self._tool.fill(self._contour)
        # The crosshair follows a move.
        return is_click

    def LoseFocus(self, event: "vtkMRMLInteractionEventData | None") -> None:
        super().LoseFocus(event)
        self._contour = None
        self.show()

    def show(self, *_: object) -> None:
        """Where the points are on the view now, as long as it shows their slice."""
        view_node = self.GetViewNode()
        contour = self._contour if self.IsActive() else None
        is_shown = contour is not None and contour.is_on(view_node)
        if contour and is_shown:
            from_ras = np.linalg.inv(array_of(view_node.GetXYToRAS()))
            places = moved(from_ras, np.array(contour.points_ras))
            places[:, 2] = 0
            points, line = vtkPoints(), vtkCellArray()
            points.SetData(numpy_to_vtk(places, deep=True))
            line.InsertNextCell(len(places) + 1, [*range(len(places)), 0])
            self._outline.SetPoints(points)
            self._outline.SetLines(line)
        if is_shown or self._actor.GetVisibility():
            self._actor.SetVisibility(is_shown)
            self.RequestRender()


_PRESSED, _MOVED = int(vtkCommand.LeftButtonPressEvent), int(vtkCommand.MouseMoveEvent)
