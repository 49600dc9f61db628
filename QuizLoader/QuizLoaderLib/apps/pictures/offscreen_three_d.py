"""The 3D view without a screen."""

from typing import TYPE_CHECKING

import numpy as np

from ...views.three_d_view import DISPLAYABLE_MANAGERS
from ..shared.opengl import offscreen_window_class, window_pixels

if TYPE_CHECKING:
    from slicer import vtkMRMLApplicationLogic, vtkMRMLViewNode

_SAMPLES = 4
"""A pixel of an edge has so many."""


class OffscreenThreeDView:
    """The window, (width, height) in pixels, that shows what a view node shows."""

    def __init__(
        self,
        node: "vtkMRMLViewNode",
        application_logic: "vtkMRMLApplicationLogic",
        size: tuple[int, int],
    ) -> None:
        import slicer
        import vtk

        self._renderer = vtk.vtkRenderer()
        self._window = offscreen_window_class()()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(_SAMPLES)
        self._window.SetSize(*size)
        self._window.AddRenderer(self._renderer)
        self._interactor = vtk.vtkGenericRenderWindowInteractor()
        self._interactor.SetRenderWindow(self._window)
        factory = slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance()
        factory.SetMRMLApplicationLogic(application_logic)
        for manager in DISPLAYABLE_MANAGERS:
            if not factory.IsDisplayableManagerRegistered(manager):
                factory.RegisterDisplayableManager(manager)
        self._displayable_managers = slicer.vtkMRMLDisplayableManagerGroup()
        self._displayable_managers.SetRenderer(self._renderer)
        self._displayable_managers.Initialize(factory, self._renderer)
        self._displayable_managers.SetMRMLDisplayableNode(node)

    def picture(self) -> np.ndarray:
        """What the view shows: uint8 (rows, columns, 3), RGB, the first row at the top."""
        return window_pixels(self._window)

    def close(self) -> None:
        self._displayable_managers.SetMRMLDisplayableNode(None)
        self._renderer.RemoveAllViewProps()
        self._window.RemoveRenderer(self._renderer)
        self._interactor.SetRenderWindow(None)
        self._window.Finalize()
