"""Polygons drawn in planes across the slices they are shown on: filled in their own planes, then sampled."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..contours.fill import Block, Boundary, SlicePolygon, fill
from ..contours.slice_grid import SliceGrid
from .file import Polygon

_FINER = 3
_FLAT_MM = 0.1
_MOST_PIXELS = 1 << 30


def own_planes(polygons: Sequence[Polygon], grid: SliceGrid) -> SliceGrid | None:
    """The planes that the polygons were drawn in, with pixels a third of the grid's; None where they are not
    all flat and parallel, or reach absurdly far."""
    first = max(
        (polygon.points_lps for polygon in polygons), key=lambda points: float(np.ptp(points, axis=0).max())
    )
    if len(first) < 3:
        return None
    _, sizes, axes = np.linalg.svd(first - first.mean(axis=0), full_matrices=False)
    if len(sizes) < 3 or sizes[1] < 1e-3:
        return None
    normal = axes[2]
    along = [polygon.points_lps @ normal for polygon in polygons]
    if max(float(np.ptp(one)) for one in along) > _FLAT_MM:
        return None
    offsets = np.unique(np.round([float(one.mean()) for one in along], 2))
    pixel = 1 / np.linalg.norm(grid.to_plane, axis=1).max() / _FINER
    in_plane = np.concatenate([polygon.points_lps for polygon in polygons]) @ axes[:2].T
    low, high = in_plane.min(axis=0) - pixel, in_plane.max(axis=0) + pixel
    columns, rows = (int(count) for count in np.ceil((high - low) / pixel) + 1)
    if rows * columns * len(offsets) > _MOST_PIXELS:
        return None
    origins = low @ axes[:2] + offsets[:, None] * normal
    gap = float(np.diff(offsets).min()) if len(offsets) > 1 else grid.thickness
    return SliceGrid(rows, columns, origins, normal, offsets, axes[:2] / pixel, gap)


def sampled(polygons: Sequence[Polygon], planes: SliceGrid, grid: SliceGrid) -> Iterator[Block]:
    """The ROI on the grid: each voxel takes what is at its centre in the nearest plane, within half a gap."""
    slices = planes.slices_at(np.array([float((c.points_lps @ planes.normal).mean()) for c in polygons]))
    placed = [
        SlicePolygon(planes.to_plane @ (polygon.points_lps - planes.origins[k]).T, int(k), polygon.is_xor)
        for polygon, k in zip(polygons, slices, strict=True)
    ]
    mask = np.zeros((len(planes.offsets), planes.rows, planes.columns), bool)
    for block in fill(placed, planes.rows, planes.columns, Boundary.CENTER_INSIDE):
        rows, columns = block.mask.shape[1:]
        box = slice(block.row, block.row + rows), slice(block.column, block.column + columns)
        mask[block.slices, box[0], box[1]] = block.mask
    across = np.linalg.pinv(grid.to_plane)
    row, column = np.mgrid[: grid.rows, : grid.columns]
    in_slice = np.stack([column.ravel(), row.ravel()], axis=1) @ across.T
    for k in range(len(grid.offsets)):
        centers = grid.origins[k] + in_slice
        plane = planes.slices_at(centers @ planes.normal)
        inside = (plane >= 0) & (plane < len(planes.offsets))
        position = np.rint(
            (centers - planes.origins[np.clip(plane, 0, len(planes.offsets) - 1)]) @ planes.to_plane.T
        )
        inside &= (position >= 0).all(axis=1) & (position < (planes.columns, planes.rows)).all(axis=1)
        values = np.zeros(len(centers), bool)
        at = position[inside].astype(int)
        values[inside] = mask[plane[inside], at[:, 1], at[:, 0]]
        if values.any():
            yield Block(np.array([k]), 0, 0, values.reshape(1, grid.rows, grid.columns))
