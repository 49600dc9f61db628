"""For scripts and Slicer's Python console: from segments to a mask and back, in memory or from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..images.arrays import SegmentationArrays, SegmentDescription
from ..images.contours.fill import Boundary
from ..images.grid import Grid
from ..images.vtk_images import array_of
from ..quiz.problems import error
from ..quiz.value_map import ValueMap
from ..views.roi_visibility import segments_by_id
from ..views.segmentations import BINARY_LABELMAP
from .errors import MASK_UNREADABLE, MaskError
from .label_tables.tables import require_label_table
from .painting import Mask, paint
from .segments import segments_of

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationNode, vtkOrientedImageData


def mask_from_segments(
    source: SegmentationArrays | Path | str | vtkMRMLSegmentationNode,
    value_map: ValueMap | Path | str,
    like: Grid | Path | str | None = None,
    ignore_unmapped: bool = False,
    boundary: Boundary | None = None,
    fill_gaps: bool = False,
) -> Mask:
    """The mask of named segments by a value map.

    ``source``: a file (.seg.nrrd, RTSTRUCT, DICOM SEG, a label image that names its values), a
    vtkMRMLSegmentationNode, or SegmentationArrays. ``value_map``: the map or its file. ``like``: an image
    file, a folder with one DICOM series, or a Grid; the mask covers all of it, by the nearest neighbour.

    ``voxels`` of the result are (slices, rows, columns) of the smallest unsigned type that holds the map's
    values, ``ijk_to_ras`` places them (RAS, mm), ``regions`` and ``lost`` tell voxels, ml and lost overlaps.
    ``boundary`` and ``fill_gaps`` are those of ``draw_regions``, for a structure set.
    Of overlapping segments the one later in the map wins. Raises MaskError, whose ``problems`` name every
    region that the map lacks, unless ``ignore_unmapped`` leaves these out.
    """
    from .sources import ContourFilling, Source, read_source, read_target

    names = (
        value_map if isinstance(value_map, ValueMap) else require_label_table(Path(value_map))[0].value_map
    )
    image = None if like is None or isinstance(like, Grid) else Path(like)
    if isinstance(source, (str, Path)):
        found = read_source(Path(source), image, filling=ContourFilling(boundary, fill_gaps))
    else:
        target = read_target(image) if image is not None else None
        arrays = source if isinstance(source, SegmentationArrays) else segments_of_node(source)
        found = Source(arrays, target).with_problems()
    return paint(found.regions, names, like if isinstance(like, Grid) else found.grid, ignore_unmapped)


def segments_from_mask(
    mask: np.ndarray | Mask | Path | str,
    value_map: ValueMap | Path | str,
    ijk_to_ras: np.ndarray | None = None,
    colors: Mapping[str, tuple[float, float, float]] | None = None,
) -> SegmentationArrays:
    """The named, coloured segments of a mask by a value map; ``colors`` are for names that the map itself
    gives none.

    ``mask``: a file, a Mask, or an array (slices, rows, columns) with its ``ijk_to_ras`` (4x4, RAS, mm;
    without it the voxels are 1 mm at the origin). A value without a name becomes ``Label_<value>``, and
    ``problems`` of the result say so. Raises MaskError: two labels with one value, fractions in the mask.
    """
    from .sources import read_mask_file

    if isinstance(mask, (str, Path)):
        voxels, matrix = read_mask_file(Path(mask))
    elif isinstance(mask, Mask):
        voxels, matrix = mask.voxels, mask.ijk_to_ras
    else:
        voxels, matrix = mask, np.eye(4) if ijk_to_ras is None else ijk_to_ras
    if isinstance(value_map, ValueMap):
        return segments_of(voxels, matrix, value_map, colors)
    table, _ = require_label_table(Path(value_map))
    return segments_of(voxels, matrix, table.value_map, {**(colors or {}), **table.colors})


def segments_of_node(node: vtkMRMLSegmentationNode) -> SegmentationArrays:
    """The binary label maps of a vtkMRMLSegmentationNode, each on the whole extent that they take together.

    A transform over the node is not applied: harden it first. Raises MaskError: no label map, several grids.
    """
    if not getattr(node, "IsA", lambda kind: False)("vtkMRMLSegmentationNode"):
        kind = type(node).__name__
        sentence = f"Segments come from a file, a segmentation node or SegmentationArrays, not from {kind}."
        raise MaskError(error(MASK_UNREADABLE, sentence))
    segments = segments_by_id(node)
    maps = [segment.GetRepresentation(BINARY_LABELMAP) for segment in segments.values()]
    if any(one is None for one in maps):
        sentence = f"The segmentation “{node.GetName()}” has no binary label map."
        hint = "create that representation in the Segmentations module"
        raise MaskError(error(MASK_UNREADABLE, sentence, hint))
    # Segments that do not overlap share one label map.
    shared = list(dict.fromkeys(one for one in maps if not one.IsEmpty()))
    layer_of = {one: layer for layer, one in enumerate(shared)}
    low, high = _common_extent(shared)
    ijk_to_ras = _common_matrix(node, shared or maps[:1])
    layers = tuple(_on_extent(one, low, high) for one in shared)
    described = tuple(
        SegmentDescription(
            segment.GetName().strip(),
            layer_of.get(own, 0),
            segment.GetLabelValue() if own in layer_of else -1,
            tuple(segment.GetColor()),
            id,
        )
        for (id, segment), own in zip(segments.items(), maps, strict=True)
    )
    ijk_to_ras[:3, 3] += ijk_to_ras[:3, :3] @ low
    return SegmentationArrays(layers or (np.zeros((1, 1, 1), np.uint8),), ijk_to_ras, described)


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
