"""An arrow with a text, which Slicer does not have: an open curve, with the text as the label of its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..quiz.marked import ARROW_END, ARROW_TIP

if TYPE_CHECKING:
    from slicer import vtkMRMLMarkupsCurveNode


def dress_arrow(node: vtkMRMLMarkupsCurveNode) -> None:
    """A reader takes hold of its tip and of its end alone, and nothing of it is measured."""
    display = node.GetDisplayNode()
    display.SetPointLabelsVisibility(True)
    node.SetCurveTypeToLinear()
    node.SetFixedNumberOfControlPoints(node.GetNumberOfControlPoints() > 0)
    node.SetControlPointLabelFormat("")
    node.GetMeasurement("length").SetEnabled(False)
    for index in range(node.GetNumberOfControlPoints()):
        node.SetNthControlPointVisibility(index, index in (ARROW_END, ARROW_TIP))
    show_text(node, text_of(node))


def text_of(node: vtkMRMLMarkupsCurveNode) -> str:
    """What stands beside it."""
    is_there = node.GetNumberOfControlPoints() > ARROW_END
    return node.GetNthControlPointLabel(ARROW_END) if is_there else ""


def show_text(node: vtkMRMLMarkupsCurveNode, text: str) -> None:
    """In one line at its end; without a text its name stands beside it."""
    text = " ".join(text.split())
    if node.GetNumberOfControlPoints() > ARROW_END:
        node.SetNthControlPointLabel(ARROW_END, text)
    node.GetDisplayNode().SetPropertiesLabelVisibility(not text)


def tip_and_end_ras(node: vtkMRMLMarkupsCurveNode) -> np.ndarray:
    """(2, 3), mm."""
    return np.array([node.GetNthControlPointPositionWorld(index) for index in (ARROW_TIP, ARROW_END)])
