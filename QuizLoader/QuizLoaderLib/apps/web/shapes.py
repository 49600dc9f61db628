"""The voxels that a ball or a disc on its way, or a polygon on a slice, takes: by their centres."""

from itertools import pairwise

import numpy as np

from ...images.grid import Grid, moved
from ...reader.drawing.region_filters import Voxels

_EDGE_MM = 1e-9
"""A centre just on the edge of a ball is in it, whatever the last bit says."""

VoxelBox = tuple[slice, slice, slice]


def ball(path_ras: np.ndarray, radius_mm: float, grid: Grid) -> Voxels | None:
    """What a ball covers whose middle goes straight from point to point; ``path_ras`` is (n, 3) in mm. None
    where that is no voxel of the volume."""
    points = _corners_of(np.asarray(path_ras, float))
    radius = radius_mm + _EDGE_MM
    to_ijk = np.linalg.inv(grid.ijk_to_ras)
    on_grid = moved(to_ijk, points)
    reach = radius * np.linalg.norm(to_ijk[:3, :3], axis=1)
    outer = _box(grid, on_grid.min(axis=0) - reach, on_grid.max(axis=0) + reach)
    mask = np.zeros([part.stop - part.start for part in outer], bool)
    for index in range(max(1, len(points) - 1)):
        ends = on_grid[index : index + 2]
        box = _box(grid, ends.min(axis=0) - reach, ends.max(axis=0) + reach)
        inner = tuple(slice(b.start - o.start, b.stop - o.start) for b, o in zip(box, outer, strict=True))
        start, end = points[index], points[index : index + 2][-1]
        mask[inner] |= _square_distance(_centers(box, grid.ijk_to_ras), start, end) <= radius**2
    return _voxels(outer, mask)


def disc(
    start_ras: np.ndarray, end_ras: np.ndarray, radius_mm: float, slice_to_ras: np.ndarray, grid: Grid
) -> Voxels | None:
    """What a disc on a slice covers on its straight way between two points: of the voxels that the slice
    cuts, each seen along the slice's normal. Its middle is set on the centre of the nearest voxel,
    as in Slicer. None where that is no voxel of the volume."""
    ends_ijk = np.rint(moved(np.linalg.inv(grid.ijk_to_ras), np.array([start_ras, end_ras], float)))
    from_ijk = np.linalg.inv(slice_to_ras) @ grid.ijk_to_ras
    ends = moved(from_ijk, ends_ijk)
    half = _half_thickness(from_ijk)
    # On the slice itself, from where the centres of the voxels are up to half of one away.
    ends[:, 2] = 0
    radius = radius_mm + _EDGE_MM
    to_ijk = np.linalg.inv(from_ijk)
    on_grid = moved(to_ijk, ends)
    reach = radius * np.linalg.norm(to_ijk[:3, :2], axis=1) + half * np.abs(to_ijk[:3, 2]) + _EDGE_MM
    box = _box(grid, on_grid.min(axis=0) - reach, on_grid.max(axis=0) + reach)
    *across, depth = _centers(box, from_ijk)
    mask = _is_cut(depth, half) & (_square_distance(across, ends[0, :2], ends[1, :2]) <= radius**2)
    return _voxels(box, mask)


def inside_polygon(corners_ras: np.ndarray, slice_to_ras: np.ndarray, grid: Grid) -> Voxels | None:
    """The voxels that a slice cuts, with their centres inside a closed polygon on it, each seen along the
    slice's normal: what is drawn is what the view shows, whatever way it is turned. Also where the polygon
    winds round them twice. ``corners_ras`` is (n, 3) in mm; None where that is no voxel of the volume."""
    to_slice = np.linalg.inv(slice_to_ras)
    corners = moved(to_slice, np.asarray(corners_ras, float))[:, :2]
    if len(corners) < 3:
        return None
    half = _half_thickness(to_slice @ grid.ijk_to_ras)
    (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
    around = np.array([(x, y, z) for x in (left, right) for y in (low, high) for z in (-half, half)])
    on_grid = moved(np.linalg.inv(grid.ijk_to_ras) @ slice_to_ras, around)
    box = _box(grid, on_grid.min(axis=0) - _EDGE_MM, on_grid.max(axis=0) + _EDGE_MM)
    x, y, depth = np.broadcast_arrays(*_centers(box, to_slice @ grid.ijk_to_ras))
    mask = _is_cut(depth, half)
    mask[mask] = _windings(corners, x[mask], y[mask]) != 0
    return _voxels(box, mask)


def _half_thickness(from_ijk: np.ndarray) -> float:
    """How far a voxel reaches along the normal of a slice to either side of its centre; ``from_ijk`` is the
    4x4 matrix to the coordinates of the slice."""
    return float(np.abs(from_ijk[2, :3]).sum() / 2)


def _is_cut(depth: np.ndarray, half: float) -> np.ndarray:
    """Half open: a slice just between two layers of voxels takes one of them."""
    tolerance = 1e-6 * half
    return (depth > tolerance - half) & (depth < tolerance + half)


def _box(grid: Grid, low_ijk: np.ndarray, high_ijk: np.ndarray) -> VoxelBox:
    """The voxels with centres between two corners; it may be empty."""
    first = np.maximum(np.ceil(low_ijk), 0).astype(int)
    end = np.minimum(np.floor(high_ijk).astype(int) + 1, grid.shape[::-1])
    i, j, k = (slice(int(a), max(int(a), int(b))) for a, b in zip(first, end, strict=True))
    return k, j, i


def _centers(box: VoxelBox, from_ijk: np.ndarray) -> list[np.ndarray]:
    """Three coordinates of the voxels of a box, each of which can be broadcast to its shape."""
    k, j, i = np.ogrid[box]
    return [row[0] * i + row[1] * j + row[2] * k + row[3] for row in from_ijk[:3]]


def _voxels(box: VoxelBox, mask: np.ndarray) -> Voxels | None:
    k, j, i = box
    return Voxels((k.start, j.start, i.start), mask) if mask.any() else None


def _corners_of(path: np.ndarray) -> np.ndarray:
    """Without points that lie on the straight way between the two beside them."""
    kept = list(path[:1])
    for point, after in pairwise(path[1:]):
        before, on = point - kept[-1], after - point
        if before @ on <= 0 or np.linalg.norm(np.cross(before, on)) > _EDGE_MM * np.linalg.norm(on):
            kept.append(point)
    return np.array([*kept, *path[1:][-1:]])


def _square_distance(centers: list[np.ndarray], start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Of each centre from the straight line between two points, in mm²."""
    way = end - start
    off = [part - at for part, at in zip(centers, start, strict=True)]
    if way.any():
        along = np.clip(sum(part * by for part, by in zip(off, way, strict=True)) / (way @ way), 0.0, 1.0)
        off = [part - along * by for part, by in zip(off, way, strict=True)]
    return np.asarray(sum(part**2 for part in off))


def _windings(corners: np.ndarray, right: np.ndarray, up: np.ndarray) -> np.ndarray:
    """How often a closed polygon winds round each point. An edge counts from its lower end, inclusive, to its
    upper end, exclusive, for what it has on its right."""
    order = np.argsort(up, kind="stable")
    right, up = right[order], up[order]
    windings = np.zeros(len(order), int)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        begin, end = np.searchsorted(up, (min(y0, y1), max(y0, y1)))
        if begin < end:
            crossing = x0 + (up[begin:end] - y0) * ((x1 - x0) / (y1 - y0))
            windings[begin:end] += np.where(right[begin:end] < crossing, 1 if y1 > y0 else -1, 0)
    found = np.empty_like(windings)
    found[order] = windings
    return found
