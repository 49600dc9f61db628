"""Regions whose truth is known, on volumes that lie straight, flipped and aslant."""

import numpy as np
from QuizLoaderLib.images.grid import Grid
from QuizLoaderLib.reader.drawing.region_filters import Voxels

SHAPE = (40, 56, 64)
SPACING_MM = (1.0, 0.8, 1.6)
"""From column to column, row to row and slice to slice."""


def rotated(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ [[1, 0, 0], [0, c, -s], [0, s, c]]


PLAIN, FLIPPED, OBLIQUE = np.eye(3), np.diag([-1.0, -1.0, 1.0]), rotated(25)


def grid_with(directions: np.ndarray) -> Grid:
    """Its middle voxel is at the origin."""
    matrix = np.eye(4)
    matrix[:3, :3] = directions * SPACING_MM
    matrix[:3, 3] = -matrix[:3, :3] @ (np.array(SHAPE[::-1]) // 2)
    return Grid(SHAPE, matrix)


def distances(grid: Grid) -> np.ndarray:
    """Of each voxel's centre from the origin, in mm."""
    k, j, i = np.indices(grid.shape)
    ras = np.einsum("ab,b...->a...", grid.ijk_to_ras, np.stack([i, j, k, np.ones_like(i)]))
    return np.linalg.norm(ras[:3], axis=0)


def whole(voxels: Voxels, grid: Grid) -> np.ndarray:
    return voxels.on((0, 0, 0), grid.shape).mask


def region(mask: np.ndarray) -> Voxels:
    voxels = Voxels.of_labels(mask)
    assert voxels is not None
    return voxels


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def view_along(grid: Grid, axis: int, sign: int = 1) -> np.ndarray:
    """What a view shows that looks along one of (k, j, i), or against it: to RAS, 4x4."""
    across, normal = 2 - axis, sign * grid.ijk_to_ras[:3, 2 - axis] / SPACING_MM[2 - axis]
    view = np.eye(4)
    view[:3, 2] = normal
    view[:3, 0] = grid.ijk_to_ras[:3, (across + 1) % 3] / SPACING_MM[(across + 1) % 3]
    view[:3, 1] = np.cross(view[:3, 2], view[:3, 0])
    view[:3, 3] = normal * 3 * SPACING_MM[2 - axis]
    return view
