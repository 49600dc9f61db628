"""A hand on a slice view: the real interactor style and displayable managers of Slicer, and mouse events.

The crosshair itself is not drawn: slicer-core lacks the light box that Slicer draws it in.
"""

from typing import Any

import slicer
import vtk

MANAGERS = (
    "vtkMRMLCrosshairDisplayableManager",
    "vtkMRMLScalarBarDisplayableManager",
    "vtkMRMLMarkupsDisplayableManager",
)
"""Of what Slicer registers (Base/QTGUI/qSlicerApplication.cxx, Libs/MRML/Widgets/qMRMLSliceView.cxx), those
that answer the mouse: slices and crosshair, window and level, markups."""


class Mouse:
    """Pixels are (column, row), the first row at the top, as in a picture of the ``view``."""

    def __init__(self, view: Any) -> None:
        self._interactor = view.interactor
        self._interactor.SetInteractorStyle(vtk.vtkInteractorStyleUser())
        self.style = slicer.vtkMRMLSliceViewInteractorStyle()
        self.style.SetSliceLogic(view.logic)
        self.style.SetDisplayableManagers(view.displayable_managers)
        self.style.SetInteractor(self._interactor)

    def move(self, pixel: tuple[int, int], shift: bool = False) -> None:
        self._send("MouseMoveEvent", pixel, shift)

    def click(self, pixel: tuple[int, int]) -> None:
        self._send("EnterEvent", pixel)
        self.move(pixel)
        self._send("LeftButtonPressEvent", pixel)
        self._send("LeftButtonReleaseEvent", pixel)

    def drag(self, start: tuple[int, int], end: tuple[int, int], steps: int = 5) -> None:
        self._send("EnterEvent", start)
        self.move(start)
        self._send("LeftButtonPressEvent", start)
        for step in range(1, steps + 1):
            across, down = ((b - a) * step // steps for a, b in zip(start, end, strict=True))
            self.move((start[0] + across, start[1] + down))
        self._send("LeftButtonReleaseEvent", end)

    def close(self) -> None:
        self.style.SetInteractor(None)

    def _send(self, event: str, pixel: tuple[int, int], shift: bool = False) -> None:
        column, row = pixel
        height = self._interactor.GetRenderWindow().GetSize()[1]
        self._interactor.SetEventInformation(column, height - 1 - row, 0, int(shift), chr(0), 0, None)
        self._interactor.InvokeEvent(event)


def forget_managers() -> None:
    """The factory is one for the whole process: views that others make have none of these."""
    factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
    for name in MANAGERS:
        if factory.IsDisplayableManagerRegistered(name):
            factory.UnRegisterDisplayableManager(name)
