"""Named segments to one mask of values.

The mask's values are those of the value map; where segments overlap, the one that stands later in the map
wins, and every voxel that another one loses is counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..images.arrays import SegmentationArrays, SegmentDescription
from ..quiz.problems import Problem, error, has_errors, warning
from ..quiz.value_map import ValueMap
from . import codes
from .errors import MaskError
from .grids import Grid, Resampler
from .names import region_problems, said

_FEW = 20
"""Up to so many ranks a comparison for each is faster than a histogram."""


@dataclass(frozen=True)
class PaintedRegion:
    """A region in the mask: ``voxels`` are those that have its value there."""

    name: str
    value: int
    voxels: int
    ml: float


@dataclass(frozen=True)
class LostOverlap:
    """``voxels`` that belong to ``region`` and have the value of ``winner`` in the mask."""

    region: str
    winner: str
    voxels: int


@dataclass(frozen=True, eq=False)
class Mask:
    """``voxels`` are (slices, rows, columns) of an unsigned type; ``ijk_to_ras`` places them, in mm.

    ``regions`` are in the order of the map; ``painted_on`` is the image whose grid this is, where it was one.
    """

    voxels: np.ndarray
    ijk_to_ras: np.ndarray
    regions: tuple[PaintedRegion, ...] = ()
    lost: tuple[LostOverlap, ...] = ()
    problems: tuple[Problem, ...] = ()
    painted_on: Path | None = None

    @property
    def grid(self) -> Grid:
        slices, rows, columns = self.voxels.shape
        return Grid((slices, rows, columns), self.ijk_to_ras)


def smallest_unsigned(values: Mapping[str, int]) -> np.dtype:
    """The smallest unsigned type that holds every value of a map."""
    return np.dtype(np.min_scalar_type(max(values.values(), default=0)))


def paint(
    segmentation: SegmentationArrays,
    value_map: ValueMap,
    like: Grid | None = None,
    ignore_unmapped: bool = False,
) -> Mask:
    """The mask of a segmentation by a value map.

    The mask covers the whole grid ``like`` (nearest neighbour), else the segmentation's own. Its type is the
    smallest unsigned one that holds the values of the map. A segment that the map does not name is an error,
    unless ``ignore_unmapped`` leaves it out. Raises MaskError with all reasons at once.
    """
    names = [segment.name for segment in segmentation.segments]
    problems = [*segmentation.problems, *region_problems(names, value_map, ignore_unmapped)]
    order = [name for name in value_map.values if name in set(names)]
    if names and not order and not has_errors(problems):
        problems.append(
            error(0, codes.NOTHING_MAPPED, "None of the regions is in the map, so there is nothing to paint.")
        )
    if has_errors(problems):
        raise MaskError(problems)

    ranks = {name: rank for rank, name in enumerate(order, start=1)}
    source = _grid_of(segmentation)
    brush = _Brush(segmentation, ranks, Resampler(source, like or source))
    values = np.array([0, *(value_map.values[name] for name in order)], smallest_unsigned(value_map.values))
    mask = brush.paint(values)
    problems += brush.outside_problems(order)
    if has_errors(problems):
        raise MaskError(problems)

    regions, lost = _tallied(order, values, brush.kept, brush.lost, (like or source).voxel_ml)
    gone = {order[rank - 1] for rank in brush.outside}
    problems += [
        warning(0, codes.REGION_EMPTY, f"The region {said(region.name)} has no voxel in the mask.")
        for region in regions
        if not region.voxels and region.name not in gone
    ]
    problems += [
        warning(
            0,
            codes.OVERLAP_LOST,
            f"{_voxels(loss.voxels)} of {said(loss.region)} {'is' if loss.voxels == 1 else 'are'} lost "
            f"under {said(loss.winner)}, which comes later in the map.",
        )
        for loss in lost
    ]
    return Mask(mask, (like or source).ijk_to_ras, regions, lost, tuple(problems))


class _Brush:
    """Paints plane by plane, so that no more than a few planes are held beside the mask itself."""

    def __init__(self, segmentation: SegmentationArrays, ranks: dict[str, int], resampler: Resampler) -> None:
        self._resampler = resampler
        self._count = len(ranks)
        self._rank_type = np.min_scalar_type(self._count)
        self._passes = [
            (segmentation.layers[layer], _RankLookup(by_value, self._rank_type))
            for layer, by_value in _passes(segmentation.segments, ranks)
        ]
        self._covered = np.zeros(self._count + 1, np.int64)
        self.lost: Counter[tuple[int, int]] = Counter()
        self.outside: Counter[int] = Counter()

    @property
    def kept(self) -> np.ndarray:
        """For each rank the voxels that it has in the mask."""
        kept = self._covered.copy()
        for (loser, _), count in self.lost.items():
            kept[loser] -= count
        return kept

    def paint(self, values: np.ndarray) -> np.ndarray:
        """The mask; ``values`` are those of the ranks. A region's rank is its place in the map."""
        mask = np.zeros(self._resampler.target.shape, values.dtype)
        for k in range(len(mask)):
            layers = []
            for layer, lookup in self._passes:
                plane = self._resampler.plane(layer, k)
                box = _box(plane) if plane is not None else None
                if plane is not None and box is not None:
                    ranks = lookup(plane[box])
                    lookup.count(ranks, self._covered)
                    layers.append((box, ranks))
            if layers:
                self._paint_plane(mask[k], layers, values)
        self._count_outside()
        return mask

    def _paint_plane(
        self,
        plane: np.ndarray,
        layers: list[tuple[tuple[slice, slice], np.ndarray]],
        values: np.ndarray,
    ) -> None:
        if len(layers) == 1:
            ((box, ranks),) = layers
            plane[box] = _looked_up(values, ranks)
            return
        box = _union([box for box, _ in layers])
        winner = np.zeros(plane.shape, self._rank_type)
        for inner, ranks in layers:
            np.maximum(winner[inner], ranks, out=winner[inner])
        for inner, ranks in layers:
            beaten = (ranks != winner[inner]) & (ranks != 0)
            if beaten.any():
                base = self._count + 1
                pairs = ranks[beaten].astype(np.int64) * base + winner[inner][beaten]
                for pair, count in _counted(pairs, base * base):
                    self.lost[divmod(pair, base)] += count
        plane[box] = _looked_up(values, winner[box])

    def _count_outside(self) -> None:
        for k in range(self._resampler.source.shape[0]):
            outside = self._resampler.outside(k)
            if outside is None:
                return
            for layer, lookup in self._passes:
                if layer[k].any():
                    for rank, count in _counted(lookup(layer[k][outside]), self._count + 1):
                        self.outside[rank] += count
        del self.outside[0]

    def outside_problems(self, order: list[str]) -> list[Problem]:
        if self.outside and not self.kept[1:].any():
            return [
                error(
                    0,
                    codes.GRIDS_APART,
                    "The regions and the image they are to be painted on do not overlap anywhere in space.",
                    "is it the image they were drawn on?",
                )
            ]
        return [
            warning(
                0,
                codes.OUTSIDE_GRID,
                f"{_voxels(count)} of {said(order[rank - 1])} lie outside the image and are not in the mask.",
            )
            for rank, count in sorted(self.outside.items())
        ]


class _RankLookup:
    """The rank of each label value of a plane, 0 for those of no region."""

    def __init__(self, ranks: dict[int, int], rank_type: np.dtype) -> None:
        self._values = np.array(sorted(ranks), np.int64)
        self._ranks = np.array([ranks[value] for value in sorted(ranks)], rank_type)
        self._tables: dict[np.dtype, np.ndarray] = {}

    def count(self, ranks: np.ndarray, counts: np.ndarray) -> None:
        """Add to ``counts`` how often each rank occurs in a plane that was looked up."""
        if len(self._ranks) > _FEW:
            counts += np.bincount(ranks.ravel(), minlength=len(counts))
        else:
            for rank in self._ranks:
                counts[rank] += np.count_nonzero(ranks == rank)

    def __call__(self, labels: np.ndarray) -> np.ndarray:
        if labels.dtype.itemsize == 1 and len(self._values) == 1 and self._ranks.dtype == np.uint8:
            return (labels == self._values[0]).view(np.uint8) * self._ranks[0]
        if labels.dtype in (np.uint8, np.uint16):
            if labels.dtype not in self._tables:
                table = np.zeros(np.iinfo(labels.dtype).max + 1, self._ranks.dtype)
                fits = (self._values >= 0) & (self._values < len(table))
                table[self._values[fits]] = self._ranks[fits]
                self._tables[labels.dtype] = table
            return _looked_up(self._tables[labels.dtype], labels)
        ranks = np.zeros(labels.shape, self._ranks.dtype)
        filled = labels != 0
        found = labels[filled].astype(np.int64)
        places = np.searchsorted(self._values, found)
        places[places == len(self._values)] = 0
        ranks[filled] = np.where(self._values[places] == found, self._ranks[places], 0)
        return ranks


def _passes(
    segments: Sequence[SegmentDescription], ranks: dict[str, int]
) -> list[tuple[int, dict[int, int]]]:
    """For each layer the ranks of its label values; a second pass where two names share a label value."""
    passes: list[tuple[int, dict[int, int]]] = []
    for segment in segments:
        if segment.name not in ranks:
            continue
        for layer, by_value in passes:
            if layer == segment.layer and segment.value not in by_value:
                by_value[segment.value] = ranks[segment.name]
                break
        else:
            passes.append((segment.layer, {segment.value: ranks[segment.name]}))
    return passes


def _counted(numbers: np.ndarray, limit: int) -> list[tuple[int, int]]:
    """How often each number below ``limit`` occurs."""
    if limit <= 65536:
        counts = np.bincount(numbers)
        found = np.flatnonzero(counts)
        return list(zip(found.tolist(), counts[found].tolist(), strict=True))
    found, counts = np.unique(numbers, return_counts=True)
    return list(zip(found.tolist(), counts.tolist(), strict=True))


def _looked_up(table: np.ndarray, places: np.ndarray) -> np.ndarray:
    """``table[places]``; from bytes to bytes twice as fast as numpy does it."""
    if places.dtype == np.uint8 and table.dtype == np.uint8:
        found = places.tobytes().translate(table.tobytes().ljust(256, b"\0"))
        return np.frombuffer(found, np.uint8).reshape(places.shape)
    return np.take(table, places)


def _box(plane: np.ndarray) -> tuple[slice, slice] | None:
    """A part of a plane of integers that holds all that is not 0, None where nothing is."""
    words, step = plane, 1
    if plane.dtype.itemsize == 1 and plane.flags.c_contiguous and plane.shape[1] % 8 == 0:
        # Eight columns at once.
        words, step = plane.view(np.uint64), 8
    filled = np.flatnonzero(np.bitwise_or.reduce(words, axis=0))
    if not len(filled):
        return None
    columns = slice(int(filled[0]), int(filled[-1]) + 1)
    filled = np.flatnonzero(words[:, columns].any(axis=1))
    return slice(int(filled[0]), int(filled[-1]) + 1), slice(columns.start * step, columns.stop * step)


def _union(boxes: list[tuple[slice, slice]]) -> tuple[slice, slice]:
    rows, columns = zip(*boxes, strict=True)
    return (
        slice(min(one.start for one in rows), max(one.stop for one in rows)),
        slice(min(one.start for one in columns), max(one.stop for one in columns)),
    )


def _tallied(
    order: list[str], values: np.ndarray, kept: np.ndarray, pairs: Counter[tuple[int, int]], voxel_ml: float
) -> tuple[tuple[PaintedRegion, ...], tuple[LostOverlap, ...]]:
    """Voxels for each region, and for each pair what was lost: nothing between regions of one value."""
    voxels = kept.copy()
    lost = []
    for (loser, winner), count in sorted(pairs.items()):
        if values[loser] == values[winner]:
            voxels[loser] += count
        else:
            lost.append(LostOverlap(order[loser - 1], order[winner - 1], count))
    regions = (
        PaintedRegion(name, int(values[rank]), int(voxels[rank]), float(voxels[rank] * voxel_ml))
        for rank, name in enumerate(order, start=1)
    )
    return tuple(regions), tuple(lost)


def _grid_of(segmentation: SegmentationArrays) -> Grid:
    if not segmentation.layers:
        return Grid((0, 0, 0), segmentation.ijk_to_ras)
    slices, rows, columns = segmentation.layers[0].shape
    return Grid((slices, rows, columns), segmentation.ijk_to_ras)


def _voxels(count: int) -> str:
    return "1 voxel" if count == 1 else f"{count} voxels"
