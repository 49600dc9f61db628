"""What Slicer's own views say of the images of a quiz."""

from typing import TYPE_CHECKING

import slicer
import vtk

from ...quiz.model import SliceView
from ...views.contents import contents_of_views
from ..shared.view_texts import scale_text

if TYPE_CHECKING:
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
