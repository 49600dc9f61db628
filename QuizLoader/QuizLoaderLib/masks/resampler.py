"""What one grid's voxels are on another: nearest neighbour, never cropped."""

from functools import cached_property

import numpy as np

from ..images.grid import Grid, moved

_TIE = 1e-6
"""Ties between two voxels go to the higher index; this keeps rounding errors from deciding them."""
_STRAIGHT = 1e-4
"""A turn that moves no voxel of the grid by more than this part of a voxel is none."""


class Resampler:
    """Label planes of one grid as planes of another.

    The value of a target voxel is that of the source voxel that holds its centre, 0 outside the source.
    """

    def __init__(self, source: Grid, target: Grid) -> None:
        self.source, self.target = source, target
        self._same = source.is_like(target)
        self._to_source = target.indices_in(source)
        self._axes = None if self._same else _straight_axes(self._to_source, target.shape)
        self._oblique_slice = -1
        self._oblique_indices = (np.empty(0, bool), np.empty(0, np.int64))

    def plane(self, layer: np.ndarray, k: int) -> np.ndarray | None:
        """The target's slice k of ``layer`` (the source's voxels), None where the source does not reach."""
        if self._same:
            return layer[k]
        if self._axes is not None:
            return self._straight_plane(layer, k)
        return self._oblique_plane(layer, k)

    def outside(self, k: int) -> np.ndarray | None:
        """Which voxels of the source's slice k have their centre outside the target, None where none has."""
        if self._same or self._source_is_inside:
            return None
        rows, columns = self.source.shape[1:]
        return ~_within(_indices(np.linalg.inv(self._to_source), k, rows, columns), self.target.shape)

    @cached_property
    def _source_is_inside(self) -> bool:
        corners = moved(np.linalg.inv(self._to_source), self.source.corners)
        sizes = np.array(self.target.shape[::-1])
        return bool((corners > -0.5 - _TIE).all() and (corners < sizes - 0.5 - _TIE).all())

    def _straight_plane(self, layer: np.ndarray, k: int) -> np.ndarray | None:
        assert self._axes is not None
        order, lookups = self._axes
        turned = layer.transpose(order)
        sources = [_valid(lookup, size) for lookup, size in zip(lookups, turned.shape, strict=True)]
        (first_k, slices), (first_j, rows), (first_i, columns) = sources
        if not first_k <= k < first_k + len(slices) or not len(rows) or not len(columns):
            return None
        plane = np.zeros(self.target.shape[1:], layer.dtype)
        plane[first_j : first_j + len(rows), first_i : first_i + len(columns)] = turned[slices[k - first_k]][
            np.ix_(rows, columns)
        ]
        return plane

    def _oblique_plane(self, layer: np.ndarray, k: int) -> np.ndarray:
        if k != self._oblique_slice:
            i, j, source_k = _indices(self._to_source, k, *self.target.shape[1:])
            inside = _within((i, j, source_k), self.source.shape)
            rows, columns = self.source.shape[1:]
            self._oblique_indices = (inside, ((source_k * rows + j) * columns + i)[inside])
            self._oblique_slice = k
        inside, indices = self._oblique_indices
        plane = np.zeros(self.target.shape[1:], layer.dtype)
        plane[inside] = np.take(layer, indices)
        return plane


def _indices(matrix: np.ndarray, k: int, rows: int, columns: int) -> tuple[np.ndarray, ...]:
    """The nearest i, j and k under ``matrix`` for each voxel of slice k, (rows, columns) each."""
    j, i = np.arange(rows)[:, None], np.arange(columns)[None, :]
    return tuple(
        np.floor(row[0] * i + (row[1] * j + (row[2] * k + row[3] + 0.5 + _TIE))).astype(np.int64)
        for row in matrix[:3]
    )


def _within(indices: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> np.ndarray:
    inside = np.ones(indices[0].shape, bool)
    for axis, size in zip(indices, shape[::-1], strict=True):
        inside &= (axis >= 0) & (axis < size)
    return inside


def _straight_axes(
    to_source: np.ndarray, shape: tuple[int, int, int]
) -> tuple[tuple[int, ...], list[np.ndarray]] | None:
    """Where the axes of both grids run along each other: the source's array axes in the target's order
    (k, j, i), and for each of these the source index of every target index. None where they do not."""
    sizes = shape[::-1]
    order, lookups = [], []
    for axis in (2, 1, 0):
        weights = np.abs(to_source[:3, axis]) * sizes[axis]
        source_axis = int(np.argmax(np.abs(to_source[:3, axis])))
        others = np.abs(to_source[source_axis, :3]) * sizes
        if (np.delete(weights, source_axis) > _STRAIGHT).any() or (np.delete(others, axis) > _STRAIGHT).any():
            return None
        step, start = to_source[source_axis, axis], to_source[source_axis, 3]
        order.append(2 - source_axis)
        lookups.append(np.floor(np.arange(sizes[axis]) * step + start + (0.5 + _TIE)).astype(np.int64))
    return tuple(order), lookups


def _valid(lookup: np.ndarray, size: int) -> tuple[int, np.ndarray]:
    """The part of ``lookup`` that lies in 0..size-1, and where it starts."""
    inside = np.flatnonzero((lookup >= 0) & (lookup < size))
    if not len(inside):
        return 0, lookup[:0]
    return int(inside[0]), lookup[inside[0] : inside[-1] + 1]
