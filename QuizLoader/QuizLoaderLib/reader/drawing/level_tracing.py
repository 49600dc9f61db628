"""The closed contour of equal value through a place on a slice, as Slicer's Level tracing finds it.

Slicer's own filter (vtkITKLevelTracingImageFilter) follows layers of voxels; this is on any slice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...images.grid import Grid, moved

_MOST_SAMPLES = 1 << 21
_EXACT = 6
"""Decimals of a voxel: what is at its centre has its value, whatever the last bit says."""


@dataclass(frozen=True, eq=False)
class SampledSlice:
    """``values`` is (rows, columns), linear between voxels, with ``outside`` around the volume, which is
    lower than all; ``to_ras`` leads from (column, row, 0) to mm."""

    values: np.ndarray
    outside: float
    to_ras: np.ndarray

    @classmethod
    def of(cls, voxels: np.ndarray, grid: Grid, slice_to_ras: np.ndarray) -> SampledSlice:
        """``voxels`` is (slices, rows, columns), ``slice_to_ras`` 4x4. On a slice along the voxels, these are
        the samples; on any other they are as close."""
        from scipy.ndimage import map_coordinates

        to_ijk = np.linalg.inv(grid.ijk_to_ras)
        axes = slice_to_ras[:3, :2] / np.linalg.norm(slice_to_ras[:3, :2], axis=0)
        steps = 1 / np.linalg.norm(to_ijk[:3, :3] @ axes, axis=0)
        # From the voxel that all counts from.
        first = grid.ijk_to_ras[:3, 3]
        sizes = np.array(grid.shape[::-1])
        corners = np.array(np.meshgrid(*([-0.5, size - 0.5] for size in sizes))).reshape(3, -1).T
        on_slice = (moved(grid.ijk_to_ras, corners) - first) @ axes
        low, high = on_slice.min(axis=0), on_slice.max(axis=0)
        steps = steps * max(1.0, float(np.sqrt(np.prod((high - low) / steps) / _MOST_SAMPLES)))
        begin, end = np.floor(low / steps).astype(int) - 1, np.ceil(high / steps).astype(int) + 2
        normal = np.cross(*axes.T)
        to_ras = np.eye(4)
        to_ras[:3, :2], to_ras[:3, 2] = axes * steps, normal
        away = (slice_to_ras[:3, 3] - first) @ normal
        to_ras[:3, 3] = first + away * normal + axes @ (begin * steps)
        columns, rows = end - begin
        row, column = np.indices((rows, columns), np.float64)
        matrix = to_ijk @ to_ras
        ijk = [np.round(each[0] * column + each[1] * row + each[3], _EXACT) for each in matrix[:3]]
        is_in = np.all(
            [(part >= -0.5) & (part <= size - 0.5) for part, size in zip(ijk, sizes, strict=True)], axis=0
        )
        values = map_coordinates(voxels, ijk[::-1], np.float32, order=1, mode="nearest")
        known = values[is_in & np.isfinite(values)]
        outside = float(known.min()) - 1 if known.size else 0.0
        values[~is_in | ~np.isfinite(values)] = outside
        return cls(values, outside, to_ras)

    def contour_at(self, place_ras: np.ndarray) -> np.ndarray | None:
        """(n, 3) in mm: the closed contour of the value there that is nearest, round all that is higher, or
        lower; None outside of the volume."""
        column, row = np.rint(moved(np.linalg.inv(self.to_ras), place_ras[None])[0, :2]).astype(int)
        rows, columns = self.values.shape
        if not (0 <= column < columns and 0 <= row < rows) or self.values[row, column] <= self.outside:
            return None
        value = self.values[row, column]
        # What has this value is within it: half way to the next lower one, where that is beside it.
        points, lines = _contours(self.values, (value + self.values[self.values < value].max()) / 2)
        nearest = int(((points - (column, row)) ** 2).sum(axis=1).argmin())
        loop = points[_loop_through(lines, nearest, len(points))]
        return moved(self.to_ras, np.column_stack([loop, np.zeros(len(loop))]))


def _contours(values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 2) as column and row, and the lines between two of them, (m, 2)."""
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    from ...images.vtk_images import set_voxels

    image = vtk.vtkImageData()
    image.SetDimensions(values.shape[1], values.shape[0], 1)
    set_voxels(image, np.ascontiguousarray(values)[None])
    contours = vtk.vtkFlyingEdges2D()
    contours.SetInputData(image)
    contours.SetValue(0, level)
    contours.ComputeScalarsOff()
    contours.Update()
    found = contours.GetOutput()
    points = vtk_to_numpy(found.GetPoints().GetData())[:, :2].astype(float)
    return points, vtk_to_numpy(found.GetLines().GetConnectivityArray()).reshape(-1, 2)


def _loop_through(lines: np.ndarray, start: int, count: int) -> list[int]:
    """The points of the closed loop, one after the other; each of the ``count`` points is of two lines."""
    order = np.argsort(lines.ravel(), kind="stable")
    # Which line has a point first and last.
    of_point = (order // 2).reshape(count, 2)
    loop, line = [start], of_point[start, 0]
    while True:
        one, other = lines[line]
        after = other if one == loop[-1] else one
        if after == start:
            return loop
        loop.append(int(after))
        line = of_point[after, 1] if of_point[after, 0] == line else of_point[after, 0]
