"""What Slicer's own views say of the images of a quiz, and whose the keys are over them."""

from typing import TYPE_CHECKING

import slicer
import vtk

from ...quiz.model import SliceView
from ...reader.pointing import Pointing
from ...reader.view_texts import scale_text
from ...views.contents import contents_of_views
from ...views.tools import crosshair_node
from .ui import timer

if TYPE_CHECKING:
    import qt

    from ...reader.opened_quiz import OpenedQuiz

_LOOK_S = 0.05
"""After the pointer has moved."""


def show_scales(opened: "OpenedQuiz | None") -> None:
    """Say on each view where lengths are not in mm; None takes the texts away.

    At the upper edge: the corners are those of Slicer's Data Probe (SliceViewAnnotations.py).
    """
    manager = slicer.app.layoutManager()
    contents = contents_of_views(opened.on_views) if opened and opened.shown else {}
    for view in SliceView:
        widget = manager.sliceWidget(view.value) if manager else None
        if widget is not None:
            shown = widget.sliceView()
            text = scale_text(contents[view]) if view in contents else ""
            shown.cornerAnnotation().SetText(vtk.vtkCornerAnnotation.UpperEdge, text)
            shown.scheduleRender()


class PointerOverViews:
    """Says on the slice view under the pointer what is there, as Slicer's Data Probe does, which a reader's
    mode puts away; in the middle of the lower edge, for the corners are the Data Probe's.

    Whatever of ``answers`` has the keys lets them go there: what is typed is meant for the views, and is no
    answer.
    """

    def __init__(self, answers: "qt.QWidget") -> None:
        self._answers = answers
        self._pointing = Pointing()
        self._said_on: qt.QWidget | None = None
        self._timer = timer(_LOOK_S, self._look)
        self._is_waiting = False
        self._crosshair: slicer.vtkMRMLCrosshairNode | None = None
        self._observer = 0

    def begin(self, opened: "OpenedQuiz") -> None:
        self.end()
        self._pointing.begin(opened)
        # Its position is the pointer's, in whichever slice view.
        self._crosshair = crosshair_node(opened.host)
        event = self._crosshair.CursorPositionModifiedEvent
        self._observer = self._crosshair.AddObserver(event, lambda crosshair, _event: self._moved(crosshair))

    def end(self) -> None:
        self._pointing.end()
        self._look()
        if self._crosshair is not None:
            self._crosshair.RemoveObserver(self._observer)
            self._crosshair = None

    def _moved(self, crosshair: "slicer.vtkMRMLCrosshairNode") -> None:
        place = [0.0] * 3
        node = crosshair.GetCursorPositionXYZ(place)
        name = node.GetLayoutName() if node else ""
        if name in set(SliceView):
            self._pointing.point(SliceView(name), *place[:2])
        else:
            self._pointing.leave()
        if not self._is_waiting:
            self._is_waiting = True
            self._timer.start()
        field = self._answers.focusWidget()
        if node and field is not None and field.focus:
            field.clearFocus()

    def _look(self) -> None:
        self._timer.stop()
        self._is_waiting = False
        self._pointing.look()
        shown, manager = self._pointing.shown, slicer.app.layoutManager()
        widget = manager.sliceWidget(shown.view) if shown and manager else None
        view = widget.sliceView() if widget else None
        if self._said_on is not None and self._said_on != view:
            self._say(self._said_on, "")
        if shown and view:
            self._say(view, "\n".join(shown.lines))
        self._said_on = view

    def _say(self, view: "qt.QWidget", text: str) -> None:
        view.cornerAnnotation().SetText(vtk.vtkCornerAnnotation.LowerEdge, text)
        view.scheduleRender()
