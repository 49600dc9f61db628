"""Points on a lattice, and how far others are from the nearest of them."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.spatial import cKDTree

_STEPS = 800
"""So many steps to neighbours are tried; what is farther away is searched for in a tree."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """Some points of a lattice, cut to a box around them."""

    start: np.ndarray
    """(3,): the place of the box's first point on the whole lattice."""
    is_point: np.ndarray
    """The box: bool, of three axes."""
    spacing_mm: tuple[float, ...]
    """From point to point along each of the axes."""

    @cached_property
    def places(self) -> np.ndarray:
        """(points, 3) on the whole lattice."""
        return self._places(self.is_point)

    def shared_count(self, other: "Lattice") -> int:
        """How many points both have."""
        own, its = self._overlap(other)
        return int(np.count_nonzero(self.is_point[own] & other.is_point[its]))

    def farthest(self, other: "Lattice") -> tuple[float, np.ndarray | None]:
        """How far in mm the farthest of these points is from the nearest of the other's, and its place (3,);
        no place where each is one of them."""
        own, its = self._overlap(other)
        is_alone = self.is_point.copy()
        is_alone[own] &= ~other.is_point[its]
        places = self._places(is_alone)
        if not len(places):
            return 0.0, None
        distances = other.distances_mm(places)
        number = int(distances.argmax())
        return float(distances[number]), places[number]

    def _places(self, is_chosen: np.ndarray) -> np.ndarray:
        chosen = np.unravel_index(np.flatnonzero(is_chosen), is_chosen.shape)
        return np.stack(chosen, axis=1) + self.start

    def _overlap(self, other: "Lattice") -> tuple[tuple[slice, ...], tuple[slice, ...]]:
        """The part of the box that lies in the other one, and that part of the other one."""
        start = np.maximum(self.start, other.start)
        end = np.minimum(self.start + self.is_point.shape, other.start + other.is_point.shape)
        end = np.maximum(start, end)
        own, its = (
            tuple(map(slice, (start - one.start).tolist(), (end - one.start).tolist()))
            for one in (self, other)
        )
        return own, its

    def distances_mm(self, places: np.ndarray) -> np.ndarray:
        """From each place (places, 3) of the whole lattice to the nearest point; infinite without points.

        Most places of two similar surfaces are near the other one: each step in turn, the shortest first,
        finds those that it brings to a point.
        """
        distances = np.full(len(places), np.inf)
        if not self.is_point.any():
            return distances
        steps, reach = _steps(self.spacing_mm)
        shape, strides = self._wide.shape, np.array(self._wide.strides)
        within = places - (self.start - 2 * reach)
        is_near = ((within >= reach) & (within < shape - reach)).all(1)
        left = np.flatnonzero(is_near)
        flat, at = self._wide.ravel(), within[left] @ strides
        for distance, moves in steps:
            if not len(left):
                break
            found = flat[at + moves[0] @ strides]
            for move in moves[1:] @ strides:
                found |= flat[at + move]
            if found.any():
                distances[left[found]] = distance
                left, at = left[~found], at[~found]
        far = np.flatnonzero(np.isinf(distances))
        if len(far):
            distances[far], _ = self._tree.query(places[far] * self.spacing_mm)
        return distances

    @cached_property
    def _wide(self) -> np.ndarray:
        """The box with room for each step from each place within reach of it."""
        _, reach = _steps(self.spacing_mm)
        return np.pad(self.is_point, [(2 * width, 2 * width) for width in reach.tolist()])

    @cached_property
    def _tree(self) -> cKDTree:
        """Of the points that a neighbour is none of: from outside no other is the nearest."""
        wide = np.pad(self.is_point, 1)
        is_inner = np.ones_like(self.is_point)
        for axis in range(3):
            for side in (slice(None, -2), slice(2, None)):
                is_inner &= wide[tuple(side if one == axis else slice(1, -1) for one in range(3))]
        return cKDTree(
            self._places(self.is_point & ~is_inner) * self.spacing_mm,
            balanced_tree=False,
            compact_nodes=False,
        )


@lru_cache(maxsize=16)
def _steps(spacing_mm: tuple[float, ...]) -> tuple[list[tuple[float, np.ndarray]], np.ndarray]:
    """Moves (moves, 3) on the lattice by their length in mm, the shortest first, and how far they reach."""
    spacing = np.array(spacing_mm)
    # A ball that holds about so many points.
    radius = (_STEPS * spacing.prod() * 3 / (4 * np.pi)) ** (1 / 3)
    reach = np.maximum(np.floor(radius / spacing), 1).astype(int)
    moves = np.stack(np.meshgrid(*(np.arange(-width, width + 1) for width in reach), indexing="ij"), -1)
    moves = moves.reshape(-1, 3)
    lengths = np.linalg.norm(moves * spacing, axis=1)
    # Beyond the shortest move that is not among these, none is known to be the nearest.
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] < ((reach + 1) * spacing).min()]
    lengths, moves = lengths[order], moves[order]
    ends = np.flatnonzero(np.diff(lengths) > 1e-9 * lengths[1:]) + 1
    starts = np.concatenate([[0], ends])
    groups = zip(lengths[starts].tolist(), np.split(moves, ends), strict=True)
    return list(groups), reach
