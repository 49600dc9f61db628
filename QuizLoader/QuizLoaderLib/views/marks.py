"""Marks of a reader as Slicer's own markups: nodes, their shapes, and the files that Slicer keeps them in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..quiz.marked import ARROW_POINTS
from ..quiz.model import SliceView
from ..quiz.question_types import MarkTool
from . import lines
from .arrows import dress_arrow, show_text, text_of, tip_and_end_ras
from .markup_files import read_markup
from .segmentations import remove

if TYPE_CHECKING:
    from slicer import vtkMRMLMarkupsNode, vtkMRMLScene, vtkMRMLSliceLogic

_CLASSES = {
    MarkTool.POINT: "vtkMRMLMarkupsFiducialNode",
    MarkTool.LINE: "vtkMRMLMarkupsLineNode",
    MarkTool.ANGLE: "vtkMRMLMarkupsAngleNode",
    MarkTool.BOX: "vtkMRMLMarkupsROINode",
    # Slicer has no ellipse of its own.
    MarkTool.ELLIPSE: "vtkMRMLMarkupsClosedCurveNode",
    MarkTool.CURVE: "vtkMRMLMarkupsClosedCurveNode",
    MarkTool.ARROW: "vtkMRMLMarkupsCurveNode",
}
POINTS = {
    MarkTool.POINT: 1,
    MarkTool.LINE: 2,
    MarkTool.ANGLE: 3,
    MarkTool.ELLIPSE: 8,
    MarkTool.ARROW: ARROW_POINTS,
}
"""Of a node, where that is always the same; a curve has three at least."""

_LEAST_CURVE = 3
_POINT_PERCENT, _FINDING_PERCENT, _LINE_OF_POINT = 0.8, 2.0, 0.4
"""Of a view's width: a point of an outline, and a Point, which is a cross; and how wide a
line is, of a point. Smaller than Slicer's own: a finding may have few pixels and is to be seen."""
_MEASURED = {"length": "%.1f %s", "angle": "%.1f %s"}
"""How Slicer shows what it measures beside a mark."""

_MARK = "QuizLoader.Mark"
"""The attribute of a node that is a mark: its tool."""


def new_mark(
    scene: vtkMRMLScene, tool: MarkTool, name: str, color: tuple[int, int, int] | None
) -> vtkMRMLMarkupsNode:
    """A markups node without points, with a display node in this colour (0..255), else in Slicer's own."""
    node = scene.AddNewNodeByClass(_CLASSES[tool], name)
    node.SetAttribute(_MARK, tool.value)
    dress(node, tool, color)
    return node


def dress(node: vtkMRMLMarkupsNode, tool: MarkTool, color: tuple[int, int, int] | None) -> None:
    """Give it a display node, if it has none, and its name once beside it."""
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetPropertiesLabelVisibility(True)
    display.SetGlyphScale(_FINDING_PERCENT if tool is MarkTool.POINT else _POINT_PERCENT)
    display.SetLineThickness(_LINE_OF_POINT)
    if tool is MarkTool.POINT:
        display.SetGlyphType(display.Cross2D)
    display.SetPointLabelsVisibility(tool is MarkTool.POINT)
    node.SetControlPointLabelFormat("%N")
    for name, shown in _MEASURED.items():
        if (measurement := node.GetMeasurement(name)) and tool in (MarkTool.LINE, MarkTool.ANGLE):
            measurement.SetPrintFormat(shown)
    if tool is MarkTool.BOX:
        display.SetFillVisibility(False)
        display.SetHandlesInteractive(True)
    if tool is MarkTool.ARROW:
        dress_arrow(node)
    if color is not None:
        rgb = [part / 255 for part in color]
        display.SetColor(rgb)
        display.SetSelectedColor(rgb)


def is_mark(node: vtkMRMLMarkupsNode) -> bool:
    return bool(node.GetAttribute(_MARK))


def is_complete(node: vtkMRMLMarkupsNode, tool: MarkTool) -> bool:
    """Whether all points are placed; one that is only previewed under the pointer is not."""
    if tool is MarkTool.BOX:
        return min(node.GetSize()[:2]) > 0
    count = node.GetNumberOfDefinedControlPoints()
    return count == POINTS[tool] if tool in POINTS else count >= _LEAST_CURVE


def points_ras(node: vtkMRMLMarkupsNode, tool: MarkTool) -> np.ndarray:
    """(points, 3) in mm that say where the mark is, as ``MarkShape`` has them: of a Curve its outline."""
    if tool is MarkTool.BOX:
        middle, one, other, _across = _box(node)
        return np.stack(
            [middle - one - other, middle + one - other, middle + one + other, middle - one + other]
        )
    if tool is MarkTool.ARROW:
        return tip_and_end_ras(node)
    if tool is MarkTool.CURVE:
        from vtk.util.numpy_support import vtk_to_numpy

        outline = node.GetCurvePointsWorld()
        if outline is not None and outline.GetNumberOfPoints() >= _LEAST_CURVE:
            points = vtk_to_numpy(outline.GetData()).astype(float)
            # It ends where it begins.
            return points[:-1] if np.allclose(points[0], points[-1]) else points
    return lines.points_ras(node)


def state_of(node: vtkMRMLMarkupsNode, tool: MarkTool) -> np.ndarray:
    """Numbers that are the same as long as nobody has moved it, or written another text beside it."""
    if tool is MarkTool.BOX:
        return np.concatenate(_box(node))
    count = node.GetNumberOfDefinedControlPoints()
    points = np.array([node.GetNthControlPointPositionWorld(index) for index in range(count)]).ravel()
    return np.append(points, list(map(ord, text_of(node)))) if tool.has_text else points


def points_in(state: np.ndarray, tool: MarkTool) -> np.ndarray:
    """(points, 3) of a ``state_of``; not of a Box."""
    return state[: 3 * POINTS[tool]].reshape(-1, 3) if tool in POINTS else state.reshape(-1, 3)


def count_changes(node: vtkMRMLMarkupsNode) -> Callable[[], int]:
    """Gives how often the node was changed since now: as long as it was not, ``state_of`` is the same. A
    node's time of modification does not tell of its points."""
    count = 0

    def grow(_node: vtkMRMLMarkupsNode, _event: str) -> None:
        nonlocal count
        count += 1

    moves = (node.PointAddedEvent, node.PointModifiedEvent, node.PointRemovedEvent)
    defines = (node.PointPositionDefinedEvent, node.PointPositionUndefinedEvent)
    for event in (*moves, *defines, node.TransformModifiedEvent, "ModifiedEvent"):
        node.AddObserver(event, grow)
    return lambda: count


def depth_mm(node: vtkMRMLMarkupsNode, tool: MarkTool) -> float:
    """Of a Box, across its plane."""
    return float(node.GetSize()[2]) if tool is MarkTool.BOX else 0.0


def set_points_ras(node: vtkMRMLMarkupsNode, points: Sequence[Sequence[float]] | np.ndarray) -> None:
    """Place all points at once, (points, 3), mm; not for a Box."""
    import vtk

    if node.GetNumberOfControlPoints() != len(points):
        node.RemoveAllControlPoints()
    was_modifying = node.StartModify()
    for index, point in enumerate(points):
        position = vtk.vtkVector3d(*map(float, point))
        if index < node.GetNumberOfControlPoints():
            node.SetNthControlPointPositionWorld(index, *position)
        else:
            node.AddControlPointWorld(position)
    node.EndModify(was_modifying)


def put_back(node: vtkMRMLMarkupsNode, tool: MarkTool, state: np.ndarray) -> None:
    """Where it was when it had this ``state_of``."""
    if tool is MarkTool.BOX:
        middle, one, other, across = state.reshape(4, 3)
        set_box(node, middle, one, other, 2 * float(np.linalg.norm(across)))
    else:
        set_points_ras(node, points_in(state, tool))
        if tool.has_text:
            show_text(node, "".join(map(chr, state[3 * POINTS[tool] :].astype(int))))


def set_box(
    node: vtkMRMLMarkupsNode, middle: np.ndarray, one: np.ndarray, other: np.ndarray, depth: float
) -> None:
    """A Box by its centre and the half axes in its plane, (3,) each in RAS in mm."""
    import vtk

    axes = np.stack([one / np.linalg.norm(one), other / np.linalg.norm(other)], axis=1)
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack([axes, np.cross(axes[:, 0], axes[:, 1])])
    matrix[:3, 3] = middle
    object_to_world = vtk.vtkMatrix4x4()
    object_to_world.DeepCopy(matrix.ravel())
    node.SetAndObserveObjectToNodeMatrix(object_to_world)
    node.SetSize(2 * np.linalg.norm(one), 2 * np.linalg.norm(other), depth)


def view_of(
    points: np.ndarray, logics: dict[SliceView, vtkMRMLSliceLogic], preferred: SliceView | None
) -> SliceView | None:
    """The view whose slice has all the points in it; of several the preferred one, None where none has."""
    found = [view for view, logic in logics.items() if _is_on_slice(points, logic)]
    return preferred if preferred in found else next(iter(found), None)


def is_on_one_slice(points: np.ndarray, logic: vtkMRMLSliceLogic) -> bool:
    """Whether all points are on the same slice of the view, which need not be the one that it shows."""
    offsets = points @ axes_of_view(logic)[2]
    return bool(np.ptp(offsets) <= _half_slice_mm(logic))


def on_slice_of_first(points: np.ndarray, logic: vtkMRMLSliceLogic) -> np.ndarray:
    """The points, (points, 3) in mm, moved along the view's normal to the slice that the first one is on."""
    normal = axes_of_view(logic)[2]
    return points - np.outer((points - points[0]) @ normal, normal)


def axes_of_view(logic: vtkMRMLSliceLogic) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors in RAS to the right, upwards and along the normal."""
    matrix = logic.GetSliceNode().GetSliceToRAS()
    columns = np.array([[matrix.GetElement(i, j) for j in range(3)] for i in range(3)])
    return columns[:, 0], columns[:, 1], columns[:, 2]


def read_mark(
    scene: vtkMRMLScene, tool: MarkTool, name: str, color: tuple[int, int, int] | None, path: Path
) -> vtkMRMLMarkupsNode | None:
    """The node of a .mrk.json file; None where it is no such mark, and the scene is as before."""
    node = new_mark(scene, tool, name, color)
    if not read_markup(node, path, POINTS.get(tool)) or not is_complete(node, tool):
        remove(node)
        return None
    node.SetName(name)
    node.SetAttribute(_MARK, tool.value)
    dress(node, tool, color)
    return node


def _box(node: vtkMRMLMarkupsNode) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The centre of a Box and its three half axes, in RAS in mm."""
    matrix = node.GetObjectToWorldMatrix()
    columns = np.array([[matrix.GetElement(i, j) for j in range(4)] for i in range(3)])
    halves = columns[:, :3] * (np.array(node.GetSize()) / 2)
    return columns[:, 3], halves[:, 0], halves[:, 1], halves[:, 2]


def _is_on_slice(points: np.ndarray, logic: vtkMRMLSliceLogic) -> bool:
    matrix = logic.GetSliceNode().GetSliceToRAS()
    origin = np.array([matrix.GetElement(i, 3) for i in range(3)])
    return bool((np.abs((points - origin) @ axes_of_view(logic)[2]) <= _half_slice_mm(logic)).all())


def _half_slice_mm(logic: vtkMRMLSliceLogic) -> float:
    return max(logic.GetLowestVolumeSliceSpacing()[2], 0.0) / 2 or 0.5
