"""What lies under a pixel of a slice view: a point in the patient, the voxels of the images, the regions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..quiz.label_colors import color255
from .contents import ViewContents
from .roi_visibility import display_nodes, segments_by_id
from .segment_planes import BINARY_LABELMAP

if TYPE_CHECKING:
    from slicer import (
        vtkMRMLDisplayableNode,
        vtkMRMLLabelMapVolumeNode,
        vtkMRMLSegmentationNode,
        vtkMRMLSliceNode,
        vtkMRMLVolumeNode,
        vtkOrientedImageData,
    )
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

Region = tuple[str, tuple[int, int, int]]
"""Its name and colour, (r, g, b) 0..255."""


@dataclass(frozen=True)
class VoxelUnder:
    """A voxel of the image ``image_id``: ``ijk`` counts from 0, ``values`` has one, or three of a colour."""

    image_id: str
    node: vtkMRMLVolumeNode
    ijk: tuple[int, int, int]
    values: tuple[float, ...]


def point_under(slice_node: vtkMRMLSliceNode, x: float, y: float) -> np.ndarray:
    """RAS in mm of what the pixel ``x`` to the right and ``y`` upwards shows, both counted from 0."""
    return np.array(slice_node.GetXYToRAS().MultiplyDoublePoint([x, y, 0.0, 1.0])[:3])


def voxels_under(contents: ViewContents, point_ras: np.ndarray) -> list[VoxelUnder]:
    """Of the background and the foreground, those that reach to the point."""
    found = []
    for placed in contents.volumes:
        if placed.node and (ijk := _ijk_of_volume(placed.node, point_ras)):
            values = _values_at(placed.node.GetImageData(), ijk)
            found.append(VoxelUnder(placed.image.id, placed.node, ijk, values))
    return found


def regions_under(
    contents: ViewContents, slice_node: vtkMRMLSliceNode, point_ras: np.ndarray
) -> list[Region]:
    """The regions there that the view shows now, each once."""
    found: list[Region] = []
    if contents.label and contents.label.node:
        found += _labels_under(contents.label.node, point_ras)
    for placed in contents.segmentations:
        if placed.node:
            found += segments_under(placed.node, slice_node, point_ras)
    return list(dict.fromkeys(found))


def segments_under(
    node: vtkMRMLSegmentationNode, slice_node: vtkMRMLSliceNode, point_ras: np.ndarray
) -> Iterator[Region]:
    """The segments there that the view shows now."""
    displays = [each for each in display_nodes(node) if each.IsDisplayableInView(slice_node.GetID())]
    for segment_id, segment in segments_by_id(node).items():
        is_shown = any(
            display.GetVisibility() and display.GetVisibility2D() and display.GetSegmentVisibility(segment_id)
            for display in displays
        )
        mask = segment.GetRepresentation(BINARY_LABELMAP) if is_shown else None
        if mask is not None and _is_in_mask(mask, segment.GetLabelValue(), point_ras):
            yield segment.GetName(), color255(segment.GetColor())


def _labels_under(node: vtkMRMLLabelMapVolumeNode, point_ras: np.ndarray) -> Iterator[Region]:
    ijk, colors = _ijk_of_volume(node, point_ras), node.GetDisplayNode().GetColorNode()
    value = int(_values_at(node.GetImageData(), ijk)[0]) if ijk else 0
    rgba = [0.0] * 4
    if value and colors and colors.GetColor(value, rgba) and rgba[3] > 0:
        yield colors.GetColorName(value) or str(value), color255(rgba)


def _ijk_of_volume(node: vtkMRMLDisplayableNode, point_ras: np.ndarray) -> tuple[int, int, int] | None:
    import vtk

    ras_to_ijk = vtk.vtkMatrix4x4()
    node.GetRASToIJKMatrix(ras_to_ijk)
    return _voxel_at(node.GetImageData(), ras_to_ijk, point_ras)


def _is_in_mask(mask: vtkOrientedImageData, value: int, point_ras: np.ndarray) -> bool:
    """Segments of one layer share their ``mask``."""
    import vtk

    ras_to_ijk = vtk.vtkMatrix4x4()
    mask.GetWorldToImageMatrix(ras_to_ijk)
    ijk = _voxel_at(mask, ras_to_ijk, point_ras)
    return ijk is not None and _values_at(mask, ijk)[0] == value


def _voxel_at(
    image: vtkImageData | None, ras_to_ijk: vtkMatrix4x4, point_ras: np.ndarray
) -> tuple[int, int, int] | None:
    """The voxel whose box holds the point, None outside of the image."""
    if image is None:
        return None
    at = ras_to_ijk.MultiplyDoublePoint([*point_ras, 1.0])[:3]
    i, j, k = (int(np.floor(index + 0.5)) for index in at)
    low_i, high_i, low_j, high_j, low_k, high_k = image.GetExtent()
    is_inside = low_i <= i <= high_i and low_j <= j <= high_j and low_k <= k <= high_k
    return (i, j, k) if is_inside else None


def _values_at(image: vtkImageData, ijk: tuple[int, int, int]) -> tuple[float, ...]:
    count = image.GetNumberOfScalarComponents()
    return tuple(image.GetScalarComponentAsDouble(*ijk, component) for component in range(count))
