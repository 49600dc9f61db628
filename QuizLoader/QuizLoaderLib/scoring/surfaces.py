"""The surface of voxels: elements between them with their areas.

The definition is that of google-deepmind/surface-distance: an element lies at each corner of voxels that has
some of its eight voxels inside and some outside, and its area is that of marching cubes there.
"""

from functools import lru_cache

import numpy as np


def surface_codes(voxels: np.ndarray) -> np.ndarray:
    """Which of its eight voxels are inside, of each corner of voxels: one bit for each, the first is the
    highest.

    ``voxels`` (slices, rows, columns) bool; the result has one more along each axis.
    """
    codes: np.ndarray = np.pad(voxels, 1).view(np.uint8)
    codes = codes[:, :, :-1] << 1 | codes[:, :, 1:]
    codes = codes[:, :-1] << 2 | codes[:, 1:]
    return codes[:-1] << 4 | codes[1:]


@lru_cache(maxsize=16)
def areas_of_codes(spacing_mm: tuple[float, ...]) -> np.ndarray:
    """(256,): the area in mm² of the surface at a corner, by its code; spacing between slices, rows, columns.

    Where fewer voxels are inside than outside it is theirs, else that of those outside. Voxels that share no
    face have surfaces of their own.
    """
    spacing = np.array(spacing_mm)
    faces = spacing.prod() / spacing
    return np.array([_area(_voxels_of(code), faces) for code in range(256)])


def _voxels_of(code: int) -> np.ndarray:
    """(voxels, 3): those of the side that has fewer, 0 or 1 along each axis."""
    inside = np.array([code >> (7 - place) & 1 for place in range(8)], bool).reshape(2, 2, 2)
    return np.argwhere(inside if inside.sum() <= 4 else ~inside)


def _area(voxels: np.ndarray, faces: np.ndarray) -> float:
    left = [tuple(voxel) for voxel in voxels.tolist()]
    area = 0.0
    while left:
        joined = [left.pop()]
        for one in joined:
            near = [other for other in left if sum(map(abs, np.subtract(one, other))) == 1]
            joined += near
            left = [other for other in left if other not in near]
        area += sum(float(np.linalg.norm(normal * faces)) for normal in _normals(np.array(joined))) / 8
    return area


def _normals(joined: np.ndarray) -> list[np.ndarray]:
    """Of the triangles around voxels that are joined by faces, in eighths of a voxel's faces: (triangles, 3).

    Cases of Lorensen WE, Cline HE. Marching cubes. SIGGRAPH 1987.
    """
    one = np.ones(3)
    is_varied = np.ptp(joined, axis=0) > 0
    if len(joined) == 1:
        return [one]
    if len(joined) == 2:
        return [2.0 * ~is_varied] * 2
    if len(joined) == 3:
        return [one, 2 * one, 4.0 * ~is_varied]
    if not is_varied.all():
        return [4.0 * ~is_varied] * 2
    neighbours = (np.abs(joined[:, None] - joined).sum(2) == 1).sum(1)
    if neighbours.max() == 3:
        return [one, one, 2 * one, 2 * one]
    # A chain along all three axes: rectangles at its ends, across the axes that its middle does not go along.
    middle = np.ptp(joined[neighbours == 2], axis=0) > 0
    along = [axis for axis in range(3) if not middle[axis]]
    return [one, 3 * one, *(2.0 * (np.arange(3) != axis) for axis in along)]
