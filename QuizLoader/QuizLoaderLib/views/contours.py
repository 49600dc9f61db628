"""Contours of the shown page are hidden, outlined, filled, one region at a time or all together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..quiz.model import ContourVisibility
from .contents import PageNodes, contents_of_views
from .host import Host
from .placement import FILL_OPACITY, LABEL_FILL_LAYER
from .roi_visibility import ShownRegion, display_nodes, fill, label_values, segments_by_id

if TYPE_CHECKING:
    from slicer import vtkMRMLLabelMapVolumeNode, vtkMRMLSegmentationNode


@dataclass(frozen=True)
class ContourLook:
    """``opacity``, 0..1, is that of the outline; a fill has half of it."""

    contour: ContourVisibility = ContourVisibility.OUTLINE
    visible: bool = True
    opacity: float = 1.0


def draw_contours(shown: PageNodes, host: Host, look: ContourLook) -> None:
    """Every region of the page, label or segment, as ``look`` says; the views stay where they are."""
    filled = look.contour is ContourVisibility.FILL
    for node in shown.nodes:
        for display in display_nodes(node) if node and node.IsA("vtkMRMLSegmentationNode") else ():
            display.SetVisibility2D(look.visible)
            fill(display, look.contour)
            display.SetOpacity(look.opacity)
    for view, contents in contents_of_views(shown).items():
        logic = host.application_logic.GetSliceLogicByLayoutName(view.value)
        if logic and contents.label and contents.label.node:
            composite, opacity = logic.GetSliceCompositeNode(), look.opacity if look.visible else 0.0
            was_modifying = composite.StartModify()
            composite.SetLabelOpacity(opacity)
            composite.SetNthLayerVolumeID(LABEL_FILL_LAYER, contents.label.node.GetID())
            composite.SetNthLayerOpacity(LABEL_FILL_LAYER, FILL_OPACITY * opacity if filled else 0.0)
            composite.EndModify(was_modifying)


def show_region(shown: PageNodes, host: Host, region: ShownRegion, visible: bool) -> None:
    """Show or hide one region of ``shown_regions`` on the views that the quiz shows it on."""
    for view, contents in contents_of_views(shown).items():
        if view not in region.views:
            continue
        if contents.label and contents.label.node:
            _show_label(contents.label.node, region, visible)
        logic = host.application_logic.GetSliceLogicByLayoutName(view.value)
        for placed in contents.segmentations:
            if placed.node and logic:
                _show_segment(placed.node, region, logic.GetSliceNode().GetID(), visible)


def _show_label(node: vtkMRMLLabelMapVolumeNode, region: ShownRegion, visible: bool) -> None:
    colors = node.GetDisplayNode().GetColorNode()
    for value in label_values(node, region.name):
        colors.SetOpacity(value, 1.0 if visible else 0.0)


def _show_segment(
    node: vtkMRMLSegmentationNode, region: ShownRegion, slice_node_id: str, visible: bool
) -> None:
    for segment_id, segment in segments_by_id(node).items():
        if segment.GetName() != region.name:
            continue
        for display in display_nodes(node):
            if slice_node_id in display.GetViewNodeIDs():
                display.SetSegmentVisibility(segment_id, visible)
