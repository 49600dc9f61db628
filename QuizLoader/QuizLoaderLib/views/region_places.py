"""Where a region lies, so that the views can go there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .contents import PageNodes, contents_of_views
from .roi_visibility import ShownRegion, label_values, segments_by_id
from .segment_planes import BINARY_LABELMAP, voxels_of

if TYPE_CHECKING:
    from slicer import vtkMRMLLabelMapVolumeNode, vtkMRMLSegmentationNode
    from vtkmodules.vtkCommonMath import vtkMatrix4x4


def middle_of_region(shown: PageNodes, region: ShownRegion) -> np.ndarray | None:
    """RAS in mm of the voxel of the region that is nearest to its centre of mass: each plane through it cuts
    the region. None where it has no voxel."""
    for view, contents in contents_of_views(shown).items():
        if view not in region.views:
            continue
        found = None
        if contents.label and contents.label.node:
            found = _middle_of_label(contents.label.node, region.name)
        for placed in contents.segmentations:
            if found is None and placed.node:
                found = _middle_of_segment(placed.node, region.name)
        if found is not None:
            return found
    return None


def _middle_of_label(node: vtkMRMLLabelMapVolumeNode, name: str) -> np.ndarray | None:
    import vtk

    ijk_to_ras = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(ijk_to_ras)
    values = label_values(node, name)
    return middle_of_voxels(np.isin(voxels_of(node.GetImageData())[0], values), ijk_to_ras)


def _middle_of_segment(node: vtkMRMLSegmentationNode, name: str) -> np.ndarray | None:
    import vtk

    for segment in segments_by_id(node).values():
        mask = segment.GetRepresentation(BINARY_LABELMAP) if segment.GetName() == name else None
        if mask is not None and mask.GetNumberOfPoints():
            image_to_world = vtk.vtkMatrix4x4()
            mask.GetImageToWorldMatrix(image_to_world)
            voxels, first_kji = voxels_of(mask)
            found = middle_of_voxels(voxels == segment.GetLabelValue(), image_to_world, first_kji)
            if found is not None:
                return found
    return None


def middle_of_voxels(
    is_inside: np.ndarray, ijk_to_ras: vtkMatrix4x4, first_kji: Sequence[int] | np.ndarray = (0, 0, 0)
) -> np.ndarray | None:
    """RAS in mm of the voxel nearest to their centre of mass. ``is_inside`` is (slices, rows, columns) bool,
    its first voxel ``first_kji``."""
    kji = np.argwhere(is_inside)
    if not len(kji):
        return None
    nearest = kji[np.square(kji - kji.mean(axis=0)).sum(axis=1).argmin()]
    i, j, k = (int(index) for index in (nearest + first_kji)[::-1])
    return np.array(ijk_to_ras.MultiplyDoublePoint([i, j, k, 1.0])[:3])
