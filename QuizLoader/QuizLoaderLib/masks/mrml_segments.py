"""A segmentation node of a scene as arrays."""

from typing import Any

import numpy as np

from ..images.arrays import SegmentationArrays, SegmentDescription
from ..images.vtk_images import array_of
from ..quiz.problems import error
from . import codes
from .errors import MaskError

_BINARY_LABELMAP = "Binary labelmap"


def read_segmentation_node(node: Any) -> SegmentationArrays:
    """The segments of a vtkMRMLSegmentationNode; layers that are cropped differently get one extent.

    Raises MaskError where it has no binary label map, or one of another geometry.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    segmentation = node.GetSegmentation()
    segments = [segmentation.GetNthSegment(number) for number in range(segmentation.GetNumberOfSegments())]
    maps = [segment.GetRepresentation(_BINARY_LABELMAP) for segment in segments]
    if any(one is None for one in maps):
        sentence = f"The segmentation {node.GetName()} has no binary label map."
        raise MaskError(
            [error(0, codes.UNREADABLE, sentence, "create that representation in the Segmentations module")]
        )
    filled = [one for one in maps if not one.IsEmpty()]
    low, high = np.zeros(3, int), np.full(3, -1)
    if filled:
        extents = np.array([one.GetExtent() for one in filled]).reshape(-1, 3, 2)
        low, high = extents[:, :, 0].min(axis=0), extents[:, :, 1].max(axis=0)
    matrix = vtkMatrix4x4()
    (filled or maps)[0].GetImageToWorldMatrix(matrix) if maps else None
    ijk_to_ras = array_of(matrix)
    layers: list[np.ndarray] = []
    layer_of: dict[Any, int] = {}
    for one in filled:
        if one in layer_of:
            continue
        one.GetImageToWorldMatrix(matrix)
        if np.abs(array_of(matrix) - ijk_to_ras).max() > 1e-4:
            sentence = f"The segments of {node.GetName()} do not share one grid."
            raise MaskError(
                [error(0, codes.UNREADABLE, sentence, "save and load it once: that makes one grid")]
            )
        extent = np.array(one.GetExtent()).reshape(3, 2)
        voxels = vtk_to_numpy(one.GetPointData().GetScalars()).reshape(
            (extent[:, 1] - extent[:, 0] + 1)[::-1]
        )
        whole = np.zeros((high - low + 1)[::-1], voxels.dtype)
        first, last = extent[:, 0] - low, extent[:, 1] - low + 1
        whole[first[2] : last[2], first[1] : last[1], first[0] : last[0]] = voxels
        layer_of[one] = len(layers)
        layers.append(whole)
    if not layers:
        layers.append(np.zeros((1, 1, 1), np.uint8))
    described = tuple(
        SegmentDescription(
            segment.GetName(),
            layer_of.get(own, 0),
            segment.GetLabelValue() if own in layer_of else -1,
            tuple(segment.GetColor()),
            segmentation.GetNthSegmentID(number),
        )
        for number, (segment, own) in enumerate(zip(segments, maps, strict=True))
    )
    ijk_to_ras[:3, 3] += ijk_to_ras[:3, :3] @ low
    return SegmentationArrays(tuple(layers), ijk_to_ras, described)
