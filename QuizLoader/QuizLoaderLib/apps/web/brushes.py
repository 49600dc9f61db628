"""The brushes of the segment editor: each voxel shows as it is drawn, and a stroke is one step of undo."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
from slicer import vtkMRMLAbstractWidget, vtkMRMLSliceNode
from trame_slicer.segmentation import ModificationMode, SegmentationEffectPipeline
from vtkmodules.vtkCommonCore import vtkCommand

from ...images.vtk_images import array_of
from ...reader.drawing.segment_arrays import grid_of
from .effects import WithinRange, as_one_change, change
from .shapes import ball, disc

if TYPE_CHECKING:
    from slicer import vtkMRMLAbstractViewNode, vtkMRMLInteractionEventData, vtkMRMLNode


class StrokeBrush(WithinRange):
    """A disc on the slice, or a ball of the same radius."""

    def __init__(self, mode: ModificationMode) -> None:
        super().__init__()
        self._mode = mode
        self.radius_mm, self.is_ball = 1.0, False
        self._stroke: ExitStack | None = None
        self._last: np.ndarray | None = None

    def _create_pipeline(
        self, view_node: "vtkMRMLAbstractViewNode", _parameter: "vtkMRMLNode"
    ) -> SegmentationEffectPipeline | None:
        return BrushPipeline() if isinstance(view_node, vtkMRMLSliceNode) else None

    @property
    def is_down(self) -> bool:
        return self._last is not None

    def move_to(self, place_ras: np.ndarray, slice_to_ras: np.ndarray) -> None:
        """On its way from where it was set down, or was last; the slice is that of the view."""
        start = place_ras if self._last is None else self._last
        self._last = place_ras
        grid = grid_of(self.modifier.volume_node)
        if self.is_ball:
            voxels = ball(np.array([start, place_ras]), self.radius_mm, grid)
        else:
            voxels = disc(start, place_ras, self.radius_mm, slice_to_ras, grid)
        voxels = self.within_range(voxels)
        if voxels is not None:
            if self._stroke is None:
                self._stroke = ExitStack()
                self._stroke.enter_context(as_one_change(self.modifier.segmentation))
            change(self.modifier, voxels, self._mode)
            if self._mode is ModificationMode.Add:
                self.last.slices[self.modifier.active_segment_id] = slice_to_ras

    def lift(self) -> None:
        """The stroke is over, also where it is ended by something else than the mouse."""
        stroke, is_over, self._stroke, self._last = self._stroke, self.is_down, None, None
        if stroke is not None:
            stroke.close()
        if is_over:
            self.drew(stroke is not None)

    def set_active(self, is_active: bool) -> None:
        if not is_active:
            self.lift()
        super().set_active(is_active)


class Paint(StrokeBrush):
    """Adds to the active segment."""

    def __init__(self) -> None:
        super().__init__(ModificationMode.Add)


class Erase(StrokeBrush):
    """Takes from the active segment."""

    def __init__(self) -> None:
        super().__init__(ModificationMode.Remove)


class BrushPipeline(SegmentationEffectPipeline[StrokeBrush]):
    """Tells the brush of the mouse on a view."""

    def __init__(self) -> None:
        super().__init__()
        self._tool: StrokeBrush
        self._is_held = False

    def SetSegmentationEffect(self, effect: StrokeBrush) -> None:
        super().SetSegmentationEffect(effect)
        self._tool = effect

    def CanProcessInteractionEvent(self, event: "vtkMRMLInteractionEventData") -> tuple[bool, float]:
        return bool(self.IsActive()) and event.GetType() in _OF_BRUSH, 0.0

    def ProcessInteractionEvent(self, event: "vtkMRMLInteractionEventData") -> bool:
        if event.GetType() == _RELEASED:
            self._lift()
            return True
        if event.GetType() == _PRESSED:
            self._tool.lift()
            self._is_held = True
        elif not (self._is_held and self._tool.is_down):
            # The crosshair follows.
            return False
        self._tool.move_to(np.array(event.GetWorldPosition()), array_of(self.GetViewNode().GetSliceToRAS()))
        self.RequestRender()
        return True

    def GetWidgetState(self) -> int:
        return vtkMRMLAbstractWidget.WidgetStateUser if self._is_held else super().GetWidgetState()

    def LoseFocus(self, event: "vtkMRMLInteractionEventData | None") -> None:
        super().LoseFocus(event)
        self._lift()

    def _lift(self) -> None:
        if self._is_held:
            self._is_held = False
            self._tool.lift()
            self.RequestRender()


_PRESSED, _RELEASED = int(vtkCommand.LeftButtonPressEvent), int(vtkCommand.LeftButtonReleaseEvent)
_OF_BRUSH = (_PRESSED, _RELEASED, int(vtkCommand.MouseMoveEvent))
