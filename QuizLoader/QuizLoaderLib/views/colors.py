"""The colour table of a volume's look."""

from typing import Any

from ..quiz.model import Image
from ..quiz.problems import Problem, nearest, warning

UNKNOWN_COLOR_TABLE = "Q901"

_DEFAULT = "Grey"


def set_color_table(node: Any, image: Image) -> list[Problem]:
    """Give a volume's display node the table that the image names (Grey where it names none).

    Only colour nodes are looked at: slice views have names such as Red too. A name that no colour node of
    the scene has is a warning, and the volume stays grey.
    """
    display = node.GetDisplayNode()
    name = image.color_table or _DEFAULT
    used = display.GetColorNode()
    if used is not None and used.GetName() == name:
        return []
    tables = {table.GetName(): table for table in _color_nodes(node.GetScene())}
    if name in tables:
        display.SetAndObserveColorNodeID(tables[name].GetID())
        return []
    sentence = f'ColorTable "{name}" is no colour node of Slicer, so "{image.id}" keeps its colours.'
    near = nearest(name, tables)
    problem = warning(image.line, UNKNOWN_COLOR_TABLE, sentence, f'did you mean "{near}"?' if near else "")
    return [problem.at(image=image.id, view=image.destination.value)]


def _color_nodes(scene: Any) -> list[Any]:
    kind = "vtkMRMLColorNode"
    return [scene.GetNthNodeByClass(index, kind) for index in range(scene.GetNumberOfNodesByClass(kind))]
