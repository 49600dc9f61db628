"""What Slicer's own views say of the images of a quiz, and whose the keys are over them."""

from typing import TYPE_CHECKING

import slicer
import vtk

from ...quiz.model import SliceView
from ...reader.view_texts import scale_text
from ...views.contents import contents_of_views
from ...views.tools import crosshair_node

if TYPE_CHECKING:
    import qt

    from ...reader.opened_quiz import OpenedQuiz


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


class KeysOverViews:
    """Whatever of ``answers`` has the keys lets them go when the pointer is over a slice view: what is typed
    there is meant for the views, and is no answer."""

    def __init__(self, answers: "qt.QWidget") -> None:
        self._answers = answers
        self._crosshair: slicer.vtkMRMLCrosshairNode | None = None
        self._observer = 0

    def begin(self, opened: "OpenedQuiz") -> None:
        self.end()
        # Its position is the pointer's, in whichever slice view.
        self._crosshair = crosshair_node(opened.host)
        event = self._crosshair.CursorPositionModifiedEvent
        self._observer = self._crosshair.AddObserver(event, lambda crosshair, _event: self._moved(crosshair))

    def end(self) -> None:
        if self._crosshair is not None:
            self._crosshair.RemoveObserver(self._observer)
            self._crosshair = None

    def _moved(self, crosshair: "slicer.vtkMRMLCrosshairNode") -> None:
        field = self._answers.focusWidget()
        if field is not None and field.focus and crosshair.GetCursorPositionXYZ([0.0] * 3):
            field.clearFocus()
