"""Which regions show on which slice view: All, None, Select, Ignore, and what is then seen on a page."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..quiz.file_rules import unmatched_roi_problems
from ..quiz.label_colors import color255
from ..quiz.model import ContourVisibility, RoiCode, RoiVisibility, SliceView
from ..quiz.problems import Problem
from .contents import PageNodes, ViewContents, contents_of_views
from .placement import FILL_OPACITY, OUTLINE_PIXELS

if TYPE_CHECKING:
    from slicer import (
        vtkMRMLDisplayableNode,
        vtkMRMLLabelMapVolumeNode,
        vtkMRMLNode,
        vtkMRMLScene,
        vtkMRMLSegmentationDisplayNode,
        vtkMRMLSegmentationNode,
        vtkMRMLSliceLogic,
        vtkSegment,
    )


_ALL = RoiVisibility(RoiCode.ALL)

ALWAYS_FILLED = "QuizLoader.AlwaysFilled"
"""The attribute of a segmentation node, "Y", whose regions are filled whatever the look of contours is."""


def unmatched_rois(contents: ViewContents) -> list[Problem]:
    """A warning for each ROI of this view that its image does not have."""
    problems: list[Problem] = []
    for placed in contents.images:
        if placed.node and placed.image.roi_visibility:
            problems += unmatched_roi_problems(placed.image, _region_names(placed.node))
    return problems


def _region_names(node: vtkMRMLDisplayableNode) -> list[str]:
    if node.IsA("vtkMRMLSegmentationNode"):
        return [segment.GetName() for segment in segments_by_id(node).values()]
    display = node.GetDisplayNode()
    colors = display.GetColorNode() if display else None
    if colors is None:
        return []
    return [name for value in range(1, colors.GetNumberOfColors()) if (name := colors.GetColorName(value))]


def segments_by_id(node: vtkMRMLSegmentationNode) -> dict[str, vtkSegment]:
    """The segments of a segmentation node in their order."""
    segmentation = node.GetSegmentation()
    ids = [segmentation.GetNthSegmentID(index) for index in range(segmentation.GetNumberOfSegments())]
    return {id: segmentation.GetSegment(id) for id in ids}


def visible_segments(node: vtkMRMLSegmentationNode, choice: RoiVisibility | None) -> dict[str, vtkSegment]:
    """The segments that ``choice`` shows, by ID; of two segments with one name both. None shows all."""
    segments = segments_by_id(node)
    return {id: one for id, one in segments.items() if (choice or _ALL).shows(one.GetName())}


def show_label_regions(label_node: vtkMRMLLabelMapVolumeNode, choice: RoiVisibility | None) -> None:
    """Make the regions that ``choice`` hides transparent in the colour table of this node alone.

    A region is an entry of the table with a name, which is the value as text where the quiz names none.
    """
    colors = label_node.GetDisplayNode().GetColorNode()
    if choice is None or colors is None:
        return
    was_modifying = colors.StartModify()
    for value in range(1, colors.GetNumberOfColors()):
        name = colors.GetColorName(value)
        if name:
            colors.SetOpacity(value, float(choice.shows(name)))
    colors.EndModify(was_modifying)


def show_segmentations(
    scene: vtkMRMLScene,
    views: Mapping[SliceView, ViewContents],
    logics: Mapping[SliceView, vtkMRMLSliceLogic],
    contour: ContourVisibility,
    own: Container[vtkMRMLNode | None] | None = None,
) -> None:
    """Each segmentation gets one display node for each distinct set of visible segments, restricted to
    the views that ask for it; one of ``own`` (None: of the scene) that no view shows is hidden."""
    wanted: dict[vtkMRMLSegmentationNode, dict[tuple[str, ...], list[str]]] = {}
    for view, contents in views.items():
        for placed in contents.segmentations:
            if placed.node is None:
                continue
            segments = tuple(visible_segments(placed.node, placed.image.roi_visibility))
            choices = wanted.setdefault(placed.node, {})
            if segments:
                choices.setdefault(segments, []).append(logics[view].GetSliceNode().GetID())
    for node in nodes_of_class(scene, "vtkMRMLSegmentationNode"):
        if own is None or node in own:
            _show(scene, node, wanted.get(node, {}), contour)


def hide_segmentations(nodes: Iterable[vtkMRMLNode | None]) -> None:
    """Those among the nodes of a page; the next ``show_segmentations`` shows them again."""
    for node in nodes:
        if node is not None and node.IsA("vtkMRMLSegmentationNode"):
            for display in display_nodes(node):
                display.SetVisibility(False)


def nodes_of_class(scene: vtkMRMLScene, kind: str) -> list[vtkMRMLNode]:
    """The nodes of a scene that are of this MRML class or of one derived from it."""
    return [scene.GetNthNodeByClass(index, kind) for index in range(scene.GetNumberOfNodesByClass(kind))]


def _show(
    scene: vtkMRMLScene,
    node: vtkMRMLSegmentationNode,
    choices: Mapping[tuple[str, ...], list[str]],
    contour: ContourVisibility,
) -> None:
    while node.GetNumberOfDisplayNodes() < len(choices):
        display = scene.AddNewNodeByClass("vtkMRMLSegmentationDisplayNode")
        display.SetSaveWithScene(node.GetSaveWithScene())
        node.AddAndObserveDisplayNodeID(display.GetID())
    displays = display_nodes(node)
    for display, (segments, view_ids) in zip(displays, choices.items(), strict=False):
        was_modifying = display.StartModify()
        display.SetViewNodeIDs(view_ids)
        for segment_id in segments_by_id(node):
            display.SetSegmentVisibility(segment_id, segment_id in segments)
        set_contour(display, contour)
        display.SetVisibility(True)
        display.EndModify(was_modifying)
    # One that is not needed now is kept for the next page that needs it.
    for display in displays[len(choices) :]:
        display.SetVisibility(False)


def display_nodes(node: vtkMRMLSegmentationNode) -> list[vtkMRMLSegmentationDisplayNode]:
    return [node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes())]


def set_contour(display: vtkMRMLSegmentationDisplayNode, contour: ContourVisibility) -> None:
    """Outline, or outline and fill, on the display node of a segmentation."""
    display.SetVisibility2D(True)
    display.SetOpacity(1.0)
    fill(display, contour)
    display.SetVisibility2DOutline(True)
    display.SetOpacity2DFill(FILL_OPACITY)
    display.SetOpacity2DOutline(1.0)
    display.SetSliceIntersectionThickness(OUTLINE_PIXELS)


def fill(display: vtkMRMLSegmentationDisplayNode, contour: ContourVisibility) -> None:
    is_always = display.GetDisplayableNode().GetAttribute(ALWAYS_FILLED) == "Y"
    display.SetVisibility2DFill(is_always or contour is ContourVisibility.FILL)


_VOXELS_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class ShownRegion:
    """A region that at least one view shows; ``color`` is (r, g, b) 0..255."""

    name: str
    color: tuple[int, int, int]
    views: tuple[SliceView, ...]

    def where(self, shown: Collection[SliceView]) -> str:
        """The names of its views, empty where it is on all that are ``shown``."""
        return "" if set(self.views) == set(shown) else ", ".join(view.value for view in self.views)


def shown_regions(shown: PageNodes) -> list[ShownRegion]:
    """Label values and segments that are visible on the page, in the order of its views and of the file;
    a region is listed once, with all views that show it."""
    views_of: dict[tuple[str, tuple[int, int, int]], list[SliceView]] = {}
    labels: dict[vtkMRMLLabelMapVolumeNode, list[tuple[str, tuple[int, int, int]]]] = {}
    for view, contents in contents_of_views(shown).items():
        regions: list[tuple[str, tuple[int, int, int]]] = []
        if contents.label and contents.label.node:
            node = contents.label.node
            if node not in labels:
                labels[node] = list(label_regions(node).values())
            regions += labels[node]
        for placed in contents.segmentations:
            if placed.node:
                segments = visible_segments(placed.node, placed.image.roi_visibility)
                regions += [(one.GetName(), color255(one.GetColor())) for one in segments.values()]
        for region in regions:
            shown_on = views_of.setdefault(region, [])
            if view not in shown_on:
                shown_on.append(view)
    return [ShownRegion(name, color, tuple(views)) for (name, color), views in views_of.items()]


def label_regions(node: vtkMRMLLabelMapVolumeNode) -> dict[int, tuple[str, tuple[int, int, int]]]:
    """The values of a label map that are seen, each with its name and its colour, (r, g, b) 0..255."""
    colors, found = node.GetDisplayNode().GetColorNode(), {}
    for value in values_in(node):
        rgba = [0.0] * 4
        if value and colors and colors.GetColor(value, rgba) and rgba[3] > 0:
            found[value] = colors.GetColorName(value) or str(value), color255(rgba)
    return found


def label_values(node: vtkMRMLLabelMapVolumeNode, region: str) -> list[int]:
    """The values of this name, which is the value as text where the node's colours have no name for it."""
    colors = node.GetDisplayNode().GetColorNode()
    values = range(1, colors.GetNumberOfColors())
    return [value for value in values if (colors.GetColorName(value) or str(value)) == region]


def values_in(label_node: vtkMRMLLabelMapVolumeNode) -> list[int]:
    """The distinct voxel values of a label map, ascending."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    image = label_node.GetImageData()
    if image is None or image.GetPointData().GetScalars() is None:
        return []
    voxels = vtk_to_numpy(image.GetPointData().GetScalars())
    low, high = (int(bound) for bound in image.GetScalarRange())
    if high - low > _VOXELS_AT_ONCE:
        return [int(value) for value in np.unique(voxels)]
    seen = np.zeros(high - low + 1, bool)
    for start in range(0, len(voxels), _VOXELS_AT_ONCE):
        seen[voxels[start : start + _VOXELS_AT_ONCE].astype(np.int64) - low] = True
    return [low + int(index) for index in np.flatnonzero(seen)]
