"""A scene and offscreen slice views on slicer-core: no screen, no Qt, no 3D Slicer installation."""

from typing import Any

import numpy as np

from ..quiz.model import Layout, SliceView
from ..views.layouts import slicer_layout
from .opengl import OpenGLMissingError, offscreen_window_class, opengl_problem

_DISPLAYABLE_MANAGERS = ("vtkMRMLSegmentationsDisplayableManager2D",)


class HeadlessHost:
    """A Host (views/host.py) whose views are rendered into arrays.

    ``size`` is (width, height) of every view in pixels. Raises OpenGLMissingError where nothing can be rendered.
    Usable as a context manager; ``close`` frees the scene and the OpenGL contexts.
    """

    def __init__(self, size: tuple[int, int] = (512, 512)) -> None:
        problem = opengl_problem()
        if problem:
            raise OpenGLMissingError(problem)
        import slicer
        import vtk

        self.size = size
        self.scene = slicer.vtkMRMLScene()
        self.application_logic = slicer.vtkSlicerApplicationLogic()
        self.application_logic.SetMRMLScene(self.scene)
        self.application_logic.SetSliceLogics(vtk.vtkCollection())
        self.application_logic.SetViewLogics(vtk.vtkCollection())
        color_logic = self.application_logic.GetColorLogic()
        color_logic.SetMRMLScene(self.scene)
        color_logic.AddDefaultColorNodes()
        slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(self.scene, True)
        # The application logic holds module logics weakly; without one named "Colors" volumes have no
        # lookup table and views stay black.
        self._module_logics = {
            "Colors": slicer.vtkMRMLColorLogic(),
            "Volumes": slicer.vtkSlicerVolumesLogic(),
            "Segmentations": slicer.vtkSlicerSegmentationsModuleLogic(),
        }
        for name, logic in self._module_logics.items():
            logic.SetMRMLScene(self.scene)
            logic.SetMRMLApplicationLogic(self.application_logic)
            self.application_logic.SetModuleLogic(name, logic)
        self._layout_logic = slicer.vtkMRMLLayoutLogic()
        self._layout_logic.SetMRMLScene(self.scene)
        self._views: dict[SliceView, _OffscreenView] = {}

    def __enter__(self) -> "HeadlessHost":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def set_layout(self, layout: Layout) -> None:
        """Slicer's own layout logic makes the slice nodes; a view is made for each that is new."""
        self._layout_logic.GetLayoutNode().SetViewArrangement(slicer_layout(layout))
        for view in SliceView:
            node = self.scene.GetSingletonNode(view.value, "vtkMRMLSliceNode")
            if node and view not in self._views:
                self._views[view] = _OffscreenView(node, self.application_logic, self.size)

    def picture(self, view: SliceView) -> np.ndarray:
        """The bare view: uint8 (rows, columns, 3), RGB, the first row at the top.

        Raises KeyError for a view that no layout has made yet.
        """
        return self._views[view].picture()

    def close(self) -> None:
        import slicer

        for view in self._views.values():
            view.close()
        self._views.clear()
        self.application_logic.GetSliceLogics().RemoveAllItems()
        self._layout_logic.SetMRMLScene(None)
        self.scene.Clear(1)
        self.application_logic.SetMRMLScene(None)
        self._module_logics.clear()
        slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance().SetMRMLApplicationLogic(None)


class _OffscreenView:
    """A slice logic and the window that shows it."""

    def __init__(self, node: Any, application_logic: Any, size: tuple[int, int]) -> None:
        import slicer
        import vtk

        self._renderer = vtk.vtkRenderer()
        self._renderer.GetActiveCamera().ParallelProjectionOn()
        self._window = offscreen_window_class()()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(*size)
        self._window.AddRenderer(self._renderer)
        # Displayable managers look for an interactor to ask for a render.
        self._interactor = vtk.vtkRenderWindowInteractor()
        self._interactor.SetRenderWindow(self._window)

        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        # One factory for the whole process: it must know the host that makes the view now.
        factory.SetMRMLApplicationLogic(application_logic)
        for manager in _DISPLAYABLE_MANAGERS:
            if not factory.IsDisplayableManagerRegistered(manager):
                factory.RegisterDisplayableManager(manager)
        self._managers = slicer.vtkMRMLDisplayableManagerGroup()
        self._managers.SetRenderer(self._renderer)
        self._managers.Initialize(factory, self._renderer)

        self._logic = slicer.vtkMRMLSliceLogic()
        self._logic.SetMRMLApplicationLogic(application_logic)
        application_logic.GetSliceLogics().AddItem(self._logic)
        self._logic.SetMRMLScene(node.GetScene())
        self._logic.SetSliceNode(node)
        self._managers.SetMRMLDisplayableNode(node)
        self._logic.ResizeSliceNode(*size)

        self._mapper = vtk.vtkImageMapper()
        # The slice logic gives colours of 0..255 with the window and level already applied.
        self._mapper.SetColorWindow(255)
        self._mapper.SetColorLevel(127.5)
        self._image = vtk.vtkActor2D()
        self._image.SetMapper(self._mapper)
        self._image.GetProperty().SetDisplayLocationToBackground()
        self._renderer.AddViewProp(self._image)

    def picture(self) -> np.ndarray:
        import vtk
        from vtkmodules.util.numpy_support import vtk_to_numpy

        blended = self._logic.GetImageDataConnection()
        self._mapper.SetInputConnection(blended)
        self._image.SetVisibility(blended is not None)
        self._window.Render()
        columns, rows = self._window.GetSize()
        pixels = vtk.vtkUnsignedCharArray()
        self._window.GetPixelData(0, 0, columns - 1, rows - 1, 0, pixels, 0)
        # OpenGL's first row is the bottom one.
        return vtk_to_numpy(pixels).reshape(rows, columns, 3)[::-1].copy()

    def close(self) -> None:
        self._mapper.SetInputConnection(None)
        self._managers.SetMRMLDisplayableNode(None)
        self._logic.SetSliceNode(None)
        self._logic.SetMRMLScene(None)
        self._managers.SetRenderer(None)
        self._renderer.RemoveAllViewProps()
        self._window.RemoveRenderer(self._renderer)
        self._interactor.SetRenderWindow(None)
        self._window.Finalize()
