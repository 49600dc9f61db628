"""The colour table of a volume's look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..quiz.model import Image
from ..quiz.page_rules import unknown_color_table
from ..quiz.problems import Problem

if TYPE_CHECKING:
    from slicer import vtkMRMLColorNode, vtkMRMLScene, vtkMRMLVolumeNode


def set_color_table(node: vtkMRMLVolumeNode, image: Image) -> list[Problem]:
    """Give a volume's display node the table that the image names; without a name it keeps that of its file.

    Only colour nodes are looked at: slice views have names such as Red too. A name that no colour node of
    the scene has is an error, and the volume keeps its colours.
    """
    if not image.color_table:
        return []
    display = node.GetDisplayNode()
    used = display.GetColorNode()
    if used is not None and used.GetName() == image.color_table:
        return []
    tables = {table.GetName(): table for table in _color_nodes(node.GetScene())}
    if image.color_table not in tables:
        return [unknown_color_table(image).at(image=image.id, view=image.destination.value)]
    display.SetAndObserveColorNodeID(tables[image.color_table].GetID())
    return []


def _color_nodes(scene: vtkMRMLScene) -> list[vtkMRMLColorNode]:
    kind = "vtkMRMLColorNode"
    return [scene.GetNthNodeByClass(index, kind) for index in range(scene.GetNumberOfNodesByClass(kind))]
