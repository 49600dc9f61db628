"""Isodose lines on slice views: surfaces of equal dose, which each slice cuts, in nodes that Slicer shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..quiz.isodoses import DoseLevel
from .placement import OUTLINE_PIXELS
from .segmentations import remove, save_with_scene

if TYPE_CHECKING:
    from slicer import vtkMRMLScalarVolumeNode, vtkMRMLScene, vtkMRMLSegmentationNode
    from vtkmodules.vtkCommonDataModel import vtkPolyData


CLOSED_SURFACE = "Closed surface"
"""Slicer's name of the representation that slices cut."""


@dataclass(frozen=True)
class LinesOfDose:
    """Those of a ``volume``, by the IDs of the slice nodes that show them."""

    volume: vtkMRMLScalarVolumeNode
    levels: tuple[DoseLevel, ...]
    view_ids: tuple[str, ...]


class IsodoseLines:
    """Those that the views of a scene show, of one page. They are segments of a segmentation that is in no
    list of Slicer's, one for each level."""

    def __init__(self, scene: vtkMRMLScene) -> None:
        self._scene = scene
        self._nodes: dict[tuple[str, tuple[DoseLevel, ...]], vtkMRMLSegmentationNode] = {}

    def show(self, wanted: Sequence[LinesOfDose], hidden: Collection[str] = ()) -> bool:
        """These and no others, but for the levels that are ``hidden``, by their names. Of those that are not
        there yet it makes one, for which a window stands still long enough; gives whether all are there."""
        keys = {(lines.volume.GetID(), lines.levels): lines for lines in wanted}
        missing = []
        for key, lines in keys.items():
            node = self._nodes.get(key)
            if node is None or not self._scene.IsNodePresent(node):
                node = self._nodes[key] = _new_node(self._scene, lines.volume)
            there = node.GetSegmentation().GetSegmentIDs()
            missing += [(node, lines.volume, level) for level in lines.levels if level.name not in there]
        if missing:
            _add_line(*missing[0])
        for key, node in self._nodes.items():
            _show_on(node, keys[key].view_ids if key in keys else (), hidden)
        return len(missing) <= 1

    def show_all(self, wanted: Sequence[LinesOfDose]) -> None:
        """At once."""
        while not self.show(wanted):
            pass

    def clear(self) -> None:
        for node in self._nodes.values():
            remove(node)
        self._nodes.clear()


def _new_node(scene: vtkMRMLScene, volume: vtkMRMLScalarVolumeNode) -> vtkMRMLSegmentationNode:
    import slicer

    node = slicer.vtkMRMLSegmentationNode()
    node.SetName(f"Isodose lines of {volume.GetName()}")
    node.SetHideFromEditors(True)
    node = scene.AddNode(node)
    node.GetSegmentation().SetSourceRepresentationName(CLOSED_SURFACE)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetPreferredDisplayRepresentationName2D(CLOSED_SURFACE)
    display.SetVisibility3D(False)
    display.SetVisibility2DFill(False)
    display.SetVisibility2DOutline(True)
    display.SetSliceIntersectionThickness(OUTLINE_PIXELS)
    save_with_scene(node, False)
    return node


def _add_line(node: vtkMRMLSegmentationNode, volume: vtkMRMLScalarVolumeNode, level: DoseLevel) -> None:
    import slicer

    segment = slicer.vtkSegment()
    segment.SetName(level.name)
    segment.SetColor(*(part / 255 for part in level.color))
    segment.AddRepresentation(CLOSED_SURFACE, surface_ras(volume, level.value))
    node.GetSegmentation().AddSegment(segment, level.name)


def _show_on(node: vtkMRMLSegmentationNode, view_ids: Sequence[str], hidden: Collection[str]) -> None:
    display = node.GetDisplayNode()
    if display is None:
        return
    was_modifying = display.StartModify()
    if [*display.GetViewNodeIDs()] != [*view_ids]:
        display.SetViewNodeIDs([*view_ids])
    display.SetVisibility(bool(view_ids))
    for number in range(node.GetSegmentation().GetNumberOfSegments()):
        segment_id = node.GetSegmentation().GetNthSegmentID(number)
        display.SetSegmentVisibility(segment_id, segment_id not in hidden)
    display.EndModify(was_modifying)


def surface_ras(volume: vtkMRMLScalarVolumeNode, value: float) -> vtkPolyData:
    """Where a volume that is interpolated between its voxels has a value, in RAS in mm; open at its edges,
    beyond which nobody knows the dose."""
    import vtk

    surface = vtk.vtkFlyingEdges3D()
    surface.SetInputData(volume.GetImageData())
    surface.SetValue(0, value)
    surface.ComputeNormalsOff()
    surface.ComputeGradientsOff()
    surface.ComputeScalarsOff()
    ijk_to_ras = vtk.vtkTransform()
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    ijk_to_ras.SetMatrix(matrix)
    moved = vtk.vtkTransformPolyDataFilter()
    moved.SetTransform(ijk_to_ras)
    moved.SetInputConnection(surface.GetOutputPort())
    moved.Update()
    return moved.GetOutput()
