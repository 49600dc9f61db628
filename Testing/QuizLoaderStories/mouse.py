"""A hand on a slice view: mouse events for the view's own interactor, at points of the patient."""

from collections.abc import Sequence

import slicer
import vtk

Point = Sequence[float]
"""(right, anterior, superior) in mm."""


class Mouse:
    def __init__(self, view: str) -> None:
        self._node = slicer.app.applicationLogic().GetSliceLogicByLayoutName(view).GetSliceNode()
        style = slicer.app.layoutManager().sliceWidget(view).interactorStyle()
        self._interactor = style.GetInteractor()

    def pixel(self, point: Point) -> tuple[int, int]:
        """(column, row) of the view, from its lower left corner."""
        xy = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(self._node.GetXYToRAS(), xy)
        column, row = xy.MultiplyPoint((*point, 1.0))[:2]
        return round(column), round(row)

    def click(self, point: Point) -> None:
        self._send("EnterEvent", point)
        self.move(point)
        self._send("LeftButtonPressEvent", point)
        self._send("LeftButtonReleaseEvent", point)

    def drag(self, start: Point, end: Point, steps: int = 5) -> None:
        self._send("EnterEvent", start)
        self.move(start)
        self._send("LeftButtonPressEvent", start)
        for step in range(1, steps + 1):
            self.move([a + (b - a) * step / steps for a, b in zip(start, end, strict=True)])
        self._send("LeftButtonReleaseEvent", end)

    def move(self, point: Point, shift: bool = False) -> None:
        self._send("MouseMoveEvent", point, shift)

    def _send(self, event: str, point: Point, shift: bool = False) -> None:
        column, row = self.pixel(point)
        self._interactor.SetEventInformation(column, row, 0, int(shift), chr(0), 0, None)
        self._interactor.InvokeEvent(event)
