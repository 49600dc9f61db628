"""A segmentation node of a scene as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..images.arrays import SegmentationArrays, SegmentDescription
from ..images.vtk_images import array_of
from ..quiz.problems import error
from ..views.roi_visibility import segments_by_id
from ..views.segmentations import BINARY_LABELMAP
from .errors import MASK_UNREADABLE, MaskError

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationNode, vtkOrientedImageData, vtkSegment


def read_segmentation_node(node: vtkMRMLSegmentationNode) -> SegmentationArrays:
    """The segments of a vtkMRMLSegmentationNode; layers that are cropped differently get one extent.

    Raises MaskError where it has no binary label map, or one of another geometry.
    """
    segments = segments_by_id(node)
    maps = _label_maps(node, [*segments.values()])
    # Segments that do not overlap share one label map.
    shared = list(dict.fromkeys(one for one in maps if not one.IsEmpty()))
    layer_of = {one: layer for layer, one in enumerate(shared)}
    low, high = _common_extent(shared)
    ijk_to_ras = _common_matrix(node, shared or maps[:1])
    layers = tuple(_on_extent(one, low, high) for one in shared)
    described = tuple(
        SegmentDescription(
            segment.GetName(),
            layer_of.get(own, 0),
            segment.GetLabelValue() if own in layer_of else -1,
            tuple(segment.GetColor()),
            id,
        )
        for (id, segment), own in zip(segments.items(), maps, strict=True)
    )
    ijk_to_ras[:3, 3] += ijk_to_ras[:3, :3] @ low
    return SegmentationArrays(layers or (np.zeros((1, 1, 1), np.uint8),), ijk_to_ras, described)


def _label_maps(node: vtkMRMLSegmentationNode, segments: Sequence[vtkSegment]) -> list[vtkOrientedImageData]:
    """The vtkOrientedImageData of each segment."""
    maps = [segment.GetRepresentation(BINARY_LABELMAP) for segment in segments]
    if any(one is None for one in maps):
        sentence = f"The segmentation “{node.GetName()}” has no binary label map."
        raise MaskError(
            error(MASK_UNREADABLE, sentence, "create that representation in the Segmentations module")
        )
    return maps


def _common_extent(maps: Sequence[vtkOrientedImageData]) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last (i, j, k) that any of the label maps has."""
    if not maps:
        return np.zeros(3, int), np.full(3, -1)
    extents = np.array([one.GetExtent() for one in maps]).reshape(-1, 3, 2)
    return extents[:, :, 0].min(axis=0), extents[:, :, 1].max(axis=0)


def _common_matrix(node: vtkMRMLSegmentationNode, maps: Sequence[vtkOrientedImageData]) -> np.ndarray:
    """The ijk_to_ras of all label maps, that of (0, 0, 0) wherever their extents begin."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    matrices = []
    for one in maps:
        one.GetImageToWorldMatrix(matrix)
        matrices.append(array_of(matrix))
    if any(np.abs(other - matrices[0]).max() > 1e-4 for other in matrices[1:]):
        sentence = f"The segments of “{node.GetName()}” do not share one grid."
        raise MaskError(error(MASK_UNREADABLE, sentence, "save and load it once: that makes one grid"))
    return matrices[0] if matrices else np.eye(4)


def _on_extent(one: vtkOrientedImageData, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """A label map's voxels (slices, rows, columns) on the extent from ``low`` to ``high``, both (i, j, k)."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    extent = np.array(one.GetExtent()).reshape(3, 2)
    voxels = vtk_to_numpy(one.GetPointData().GetScalars()).reshape(one.GetDimensions()[::-1])
    whole = np.zeros((high - low + 1)[::-1], voxels.dtype)
    first, last = extent[:, 0] - low, extent[:, 1] - low + 1
    whole[first[2] : last[2], first[1] : last[1], first[0] : last[0]] = voxels
    return whole
