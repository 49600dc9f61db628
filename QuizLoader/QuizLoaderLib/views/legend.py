"""Which regions a page shows, with their names and colours."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..quiz.label_colors import color255
from ..quiz.model import SliceView
from .contents import PageNodes, contents_of_views
from .roi_visibility import visible_segments

if TYPE_CHECKING:
    from slicer import vtkMRMLLabelMapVolumeNode, vtkMRMLSegmentationNode


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
                labels[node] = list(_label_regions(node))
            regions += labels[node]
        for placed in contents.segmentations:
            if placed.node:
                regions += _segments(placed.node, visible_segments(placed.node, placed.image.roi_visibility))
        for region in regions:
            shown_on = views_of.setdefault(region, [])
            if view not in shown_on:
                shown_on.append(view)
    return [ShownRegion(name, color, tuple(views)) for (name, color), views in views_of.items()]


def _segments(
    node: vtkMRMLSegmentationNode, ids: Iterable[str]
) -> Iterable[tuple[str, tuple[int, int, int]]]:
    for id in ids:
        segment = node.GetSegmentation().GetSegment(id)
        yield segment.GetName(), color255(segment.GetColor())


def _label_regions(node: vtkMRMLLabelMapVolumeNode) -> Iterable[tuple[str, tuple[int, int, int]]]:
    colors = node.GetDisplayNode().GetColorNode()
    for value in values_in(node):
        rgba = [0.0] * 4
        if value and colors and colors.GetColor(value, rgba) and rgba[3] > 0:
            yield colors.GetColorName(value) or str(value), color255(rgba)


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
