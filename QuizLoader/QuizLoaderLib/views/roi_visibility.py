"""All, None, Select, Ignore: which regions show on which slice view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..quiz.file_rules import unmatched_roi_problems
from ..quiz.model import ContourVisibility, RoiCode, RoiVisibility, SliceView
from ..quiz.problems import Problem
from .contents import ViewContents
from .placement import FILL_OPACITY, OUTLINE_PIXELS

if TYPE_CHECKING:
    from slicer import (
        vtkMRMLDisplayableNode,
        vtkMRMLLabelMapVolumeNode,
        vtkMRMLScene,
        vtkMRMLSegmentationDisplayNode,
        vtkMRMLSegmentationNode,
        vtkMRMLSliceLogic,
        vtkSegment,
    )


_ALL = RoiVisibility(RoiCode.ALL)


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


def visible_segments(
    segmentation_node: vtkMRMLSegmentationNode, choice: RoiVisibility | None
) -> tuple[str, ...]:
    """IDs of the segments that ``choice`` shows; of two segments with one name both. None shows all."""
    segments = segments_by_id(segmentation_node)
    return tuple(id for id, segment in segments.items() if (choice or _ALL).shows(segment.GetName()))


def show_label_regions(label_node: vtkMRMLLabelMapVolumeNode, choice: RoiVisibility | None) -> None:
    """Make the regions that ``choice`` hides transparent in the colour table of this node alone.

    A region is named by its entry in the table, which is the value as text where the quiz names none; an
    entry without a name is no region.
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
) -> None:
    """Each segmentation gets one display node for each distinct set of visible segments, restricted to
    the views that ask for it; a segmentation that no view shows is hidden."""
    wanted: dict[vtkMRMLSegmentationNode, dict[tuple[str, ...], list[str]]] = {}
    for view, contents in views.items():
        for placed in contents.segmentations:
            if placed.node is None:
                continue
            segments = visible_segments(placed.node, placed.image.roi_visibility)
            choices = wanted.setdefault(placed.node, {})
            if segments:
                choices.setdefault(segments, []).append(logics[view].GetSliceNode().GetID())
    for node in _segmentations(scene):
        _show(scene, node, wanted.get(node, {}), contour)


def _segmentations(scene: vtkMRMLScene) -> list[vtkMRMLSegmentationNode]:
    kind = "vtkMRMLSegmentationNode"
    return [scene.GetNthNodeByClass(index, kind) for index in range(scene.GetNumberOfNodesByClass(kind))]


def _show(
    scene: vtkMRMLScene,
    node: vtkMRMLSegmentationNode,
    choices: Mapping[tuple[str, ...], list[str]],
    contour: ContourVisibility,
) -> None:
    displays = _displays(scene, node, len(choices))
    for display, (segments, view_ids) in zip(displays, choices.items(), strict=False):
        was_modifying = display.StartModify()
        display.SetViewNodeIDs(view_ids)
        for segment_id in segments_by_id(node):
            display.SetSegmentVisibility(segment_id, segment_id in segments)
        set_contour(display, contour)
        display.SetVisibility(True)
        display.EndModify(was_modifying)
    for display in displays[len(choices) :]:
        display.SetVisibility(False)


def _displays(
    scene: vtkMRMLScene, node: vtkMRMLSegmentationNode, at_least: int
) -> list[vtkMRMLSegmentationDisplayNode]:
    """The node's display nodes; one that is not needed now is kept for the next page that needs it."""
    while node.GetNumberOfDisplayNodes() < at_least:
        display = scene.AddNewNodeByClass("vtkMRMLSegmentationDisplayNode")
        node.AddAndObserveDisplayNodeID(display.GetID())
    return [node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes())]


def set_contour(display: vtkMRMLSegmentationDisplayNode, contour: ContourVisibility) -> None:
    """Outline, or outline and fill, on the display node of a segmentation."""
    display.SetVisibility2D(True)
    display.SetOpacity(1.0)
    display.SetVisibility2DFill(contour is ContourVisibility.FILL)
    display.SetVisibility2DOutline(True)
    display.SetOpacity2DFill(FILL_OPACITY)
    display.SetOpacity2DOutline(1.0)
    display.SetSliceIntersectionThickness(OUTLINE_PIXELS)
