"""What trame-slicer's effects of the segment editor lack: an exact ball, islands of a large CT in seconds."""

from typing import TYPE_CHECKING

import numpy as np
import slicer
from trame_slicer.segmentation import (
    AbstractSegmentationEffectBrush,
    ModificationMode,
    SegmentationEffectErase,
    SegmentationEffectIslands,
    SegmentationEffectPaint,
    SegmentModifier,
)
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from ...images.grid import Grid
from ...reader.drawing.image_drawing import grid_of
from .shapes import Voxels, ball

if TYPE_CHECKING:
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkPolyData


def modify(modifier: SegmentModifier, voxels: Voxels, mode: ModificationMode) -> None:
    """Add these voxels of the volume to the active segment, take them from it, or make it these."""
    k, j, i = voxels.first
    slices, rows, columns = voxels.mask.shape
    labels = slicer.vtkOrientedImageData()
    labels.SetExtent(i, i + columns - 1, j, j + rows - 1, k, k + slices - 1)
    labels.GetPointData().SetScalars(numpy_to_vtk(voxels.mask.ravel().view(np.uint8), deep=True))
    matrix = vtkMatrix4x4()
    modifier.volume_node.GetIJKToRASMatrix(matrix)
    labels.SetGeometryFromImageToWorldMatrix(matrix)
    modifier.apply_labelmap(labels, modification_mode=mode)


class _DiscOrBall(AbstractSegmentationEffectBrush):
    """With a disc on the slice, which is trame-slicer's, or a ball of the same radius."""

    def paint_glyph_at_world_coordinates(self, polydata: "vtkPolyData", places: "vtkPoints") -> None:
        if not self.is_sphere_brush():
            super().paint_glyph_at_world_coordinates(polydata, places)
            return
        grid = grid_of(self.modifier.volume_node)
        voxels = ball(vtk_to_numpy(places.GetData()), self.get_brush_diameter() / 2, grid)
        if voxels is not None:
            modify(self.modifier, voxels, self.modifier.modification_mode)


class Paint(_DiscOrBall, SegmentationEffectPaint):
    """Adds to the active segment."""


class Erase(_DiscOrBall, SegmentationEffectErase):
    """Takes from the active segment."""


class Islands(SegmentationEffectIslands):
    """Voxels that hang together by their faces, as in Slicer. trame-slicer looks at the whole volume again
    for each island, of which a threshold leaves hundreds of thousands."""

    def keep_largest_island(self) -> None:
        islands = self._islands()
        if islands and len(islands.sizes) > 1:
            self._keep(islands, islands.numbers == islands.sizes.argmax() + 1)

    def remove_small_islands(self, min_voxel_size: int | None = None) -> None:
        islands = self._islands()
        if islands:
            is_large = islands.sizes >= (min_voxel_size or self.get_minimum_island_size())
            if not is_large.all():
                self._keep(islands, np.concatenate([[False], is_large])[islands.numbers])

    def keep_island_at_position(self, world_pos: tuple[float, float, float]) -> None:
        islands = self._islands()
        number = islands.number_at(world_pos, grid_of(self.modifier.volume_node)) if islands else 0
        if islands and number and len(islands.sizes) > 1:
            self._keep(islands, islands.numbers == number)

    def _islands(self) -> "_SegmentIslands | None":
        import SimpleITK as sitk

        labels = self.modifier.get_segment_labelmap(self.modifier.active_segment_id, as_numpy_array=True)
        in_planes = np.array([np.bitwise_or.reduce(plane, axis=0) for plane in labels]) != 0
        in_rows = np.bitwise_or.reduce(labels, axis=0).any(axis=1)
        if not in_rows.any():
            return None
        taken = (in_planes.any(axis=1), in_rows, in_planes.any(axis=0))
        box = tuple(slice(int(np.flatnonzero(at)[0]), int(np.flatnonzero(at)[-1]) + 1) for at in taken)
        mask = sitk.GetImageFromArray(np.ascontiguousarray(labels[box] != 0).view(np.uint8))
        components = sitk.GetArrayFromImage(sitk.ConnectedComponent(mask))
        return _SegmentIslands((box[0].start, box[1].start, box[2].start), components)

    def _keep(self, islands: "_SegmentIslands", mask: np.ndarray) -> None:
        modify(self.modifier, Voxels(islands.first, mask), ModificationMode.Set)


class _SegmentIslands:
    """Of a segment, from the voxel ``first`` (k, j, i) of the volume on: ``numbers`` (slices, rows, columns)
    is that of each voxel's island, from 1, 0 for none; ``sizes`` how many voxels each has."""

    def __init__(self, first: tuple[int, int, int], numbers: np.ndarray) -> None:
        self.first, self.numbers = first, numbers
        count = int(numbers.max())
        # One slice after another: counting makes 8 bytes of each voxel.
        self.sizes = np.zeros(count, int)
        for plane in numbers:
            self.sizes += np.bincount(plane.ravel(), minlength=count + 1)[1:]

    def number_at(self, place_ras: tuple[float, float, float], grid: Grid) -> int:
        ijk = np.rint(np.linalg.inv(grid.ijk_to_ras) @ [*place_ras, 1.0])[:3]
        index = tuple(int(at) - first for at, first in zip(ijk[::-1], self.first, strict=True))
        is_in = all(0 <= part < size for part, size in zip(index, self.numbers.shape, strict=True))
        return int(self.numbers[index]) if is_in else 0
