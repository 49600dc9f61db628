"""One slice view without a screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..shared.opengl import offscreen_window_class, window_pixels

if TYPE_CHECKING:
    from slicer import vtkMRMLApplicationLogic, vtkMRMLSliceLogic, vtkMRMLSliceNode

_DISPLAYABLE_MANAGERS = ("vtkMRMLSegmentationsDisplayableManager2D",)


class OffscreenView:
    """The slice logic of a slice node and the window, (width, height) in pixels, that shows it.

    ``more_managers`` are the class names of displayable managers that it has beside that of segmentations.
    """

    def __init__(
        self,
        node: "vtkMRMLSliceNode",
        application_logic: "vtkMRMLApplicationLogic",
        size: tuple[int, int],
        more_managers: Sequence[str] = (),
    ) -> None:
        import slicer
        import vtk

        self._renderer = vtk.vtkRenderer()
        self._renderer.GetActiveCamera().ParallelProjectionOn()
        self._window = offscreen_window_class()()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(*size)
        self._window.AddRenderer(self._renderer)
        # Displayable managers ask an interactor to render; the generic one opens no connection to a screen.
        self.interactor = vtk.vtkGenericRenderWindowInteractor()
        self.interactor.SetRenderWindow(self._window)

        self._mapper = vtk.vtkImageMapper()
        # The slice logic gives colours of 0..255 with the window and level already applied.
        self._mapper.SetColorWindow(255)
        self._mapper.SetColorLevel(127.5)
        self._image = vtk.vtkActor2D()
        self._image.SetMapper(self._mapper)
        self._image.GetProperty().SetDisplayLocationToBackground()
        # Before the displayable managers add theirs: props are drawn in this order, and a half opaque
        # fill that is drawn first would be blended with black.
        self._renderer.AddViewProp(self._image)

        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        # One factory for the whole process: it must know the host that makes the view now.
        factory.SetMRMLApplicationLogic(application_logic)
        for manager in (*_DISPLAYABLE_MANAGERS, *more_managers):
            if not factory.IsDisplayableManagerRegistered(manager):
                factory.RegisterDisplayableManager(manager)
        self.displayable_managers = slicer.vtkMRMLDisplayableManagerGroup()
        self.displayable_managers.SetRenderer(self._renderer)
        self.displayable_managers.Initialize(factory, self._renderer)

        self.logic: vtkMRMLSliceLogic = slicer.vtkMRMLSliceLogic()
        self.logic.SetMRMLApplicationLogic(application_logic)
        application_logic.GetSliceLogics().AddItem(self.logic)
        self.logic.SetMRMLScene(node.GetScene())
        self.logic.SetSliceNode(node)
        self.displayable_managers.SetMRMLDisplayableNode(node)
        self.logic.ResizeSliceNode(*size)

    def picture(self) -> np.ndarray:
        """What the view shows: uint8 (rows, columns, 3), RGB, the first row at the top."""
        blended = self.logic.GetImageDataConnection()
        self._mapper.SetInputConnection(blended)
        self._image.SetVisibility(blended is not None)
        return window_pixels(self._window)

    def close(self) -> None:
        self._mapper.SetInputConnection(None)
        self.displayable_managers.SetMRMLDisplayableNode(None)
        self.logic.SetSliceNode(None)
        self.logic.SetMRMLScene(None)
        self.displayable_managers.SetRenderer(None)
        self._renderer.RemoveAllViewProps()
        self._window.RemoveRenderer(self._renderer)
        self.interactor.SetRenderWindow(None)
        self._window.Finalize()
