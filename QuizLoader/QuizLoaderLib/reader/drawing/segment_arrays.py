"""The segments of a node as arrays, and arrays as those of a segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...images.arrays import SegmentationArrays, SegmentDescription
from ...images.grid import Grid
from ...images.types.segmentation import label_image
from ...images.vtk_images import array_of
from ...views.roi_visibility import segments_by_id
from ...views.segment_planes import BINARY_LABELMAP, NamedLayer, box_of, value_counts, voxels_of

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationNode, vtkMRMLVolumeNode, vtkOrientedImageData


_NOWHERE = -(1 << 40)
"""The value of an empty segment, which no voxel has."""


def grid_of(volume: vtkMRMLVolumeNode) -> Grid:
    """The voxels of a vtkMRMLVolumeNode."""
    import vtk

    columns, rows, slices = volume.GetImageData().GetDimensions()
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return Grid((slices, rows, columns), array_of(matrix))


def segment_arrays(
    node: vtkMRMLSegmentationNode, is_wanted: Callable[[str], bool] = lambda name: True
) -> SegmentationArrays:
    """The segments of these names, over the node's own memory. Label images of another grid than the first
    count as empty."""
    import vtk

    layers: dict[vtkOrientedImageData, np.ndarray] = {}
    grid = Grid((1, 1, 1), np.eye(4))
    described = []
    for id, segment in segments_by_id(node).items():
        if not is_wanted(segment.GetName()):
            continue
        labels = segment.GetRepresentation(BINARY_LABELMAP)
        is_empty = labels is None or labels.IsEmpty()
        if not is_empty and labels not in layers:
            voxels, first = voxels_of(labels)
            matrix = vtk.vtkMatrix4x4()
            labels.GetImageToWorldMatrix(matrix)
            own = array_of(matrix)
            own[:, 3] = own @ [*first[::-1], 1]
            is_empty = bool(layers) and not Grid.of(voxels, own).is_like(grid)
            if not is_empty:
                layers[labels], grid = voxels, Grid.of(voxels, own)
        layer, value = (0, _NOWHERE) if is_empty else (list(layers).index(labels), segment.GetLabelValue())
        described.append(SegmentDescription(segment.GetName(), layer, value, segment.GetColor(), id))
    voxels_of_layers = tuple(layers.values()) or (np.zeros((1, 1, 1), np.uint8),)
    return SegmentationArrays(voxels_of_layers, grid.ijk_to_ras, tuple(described))


def layers_of(arrays: SegmentationArrays) -> Iterator[NamedLayer]:
    """As ``segment_planes.layers`` of a node that is made of ``arrays``."""
    for number, voxels in enumerate(arrays.layers):
        names = {each.value: each.name for each in arrays.segments if each.layer == number}
        yield voxels, np.array(arrays.extent_offset[::-1]), names


def voxel_counts(arrays: SegmentationArrays) -> list[int]:
    """How many voxels each segment has; looks at each layer once, plane by plane."""
    counts = [Counter[int]() for _layer in arrays.layers]
    for count, layer in zip(counts, arrays.layers, strict=True):
        for plane in layer:
            if box := box_of(plane):
                count.update({int(value): int(voxels) for value, voxels in value_counts(plane[box])})
    return [counts[segment.layer][segment.value] for segment in arrays.segments]


def set_segment(node: vtkMRMLSegmentationNode, segment_id: str, arrays: SegmentationArrays) -> None:
    """Let a segment have the voxels of the one layer of ``arrays``, on the node's own grid, and no others;
    other segments stay as they are."""
    import slicer

    labels = label_image(arrays, 0)
    slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(labels, node, segment_id)


def clear_segment(node: vtkMRMLSegmentationNode, segment_id: str) -> None:
    import slicer

    slicer.vtkSlicerSegmentationsModuleLogic.ClearSegment(node, segment_id)
    # Slicer tells nobody; without it the editor's undo takes the state before for the one of now.
    node.GetSegmentation().InvokeEvent(slicer.vtkSegmentation.SourceRepresentationModified)
