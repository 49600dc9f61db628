"""Painting regions into a mask: planes of label images, or contours, counted as they are laid on."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..images.arrays import SegmentationArrays, SegmentDescription
from ..images.structure_set.drawn_regions import DrawnRegions
from .resampler import Resampler

_FEW = 20
"""Up to so many ranks a comparison for each is faster than a histogram."""


class _Brush:
    """Lays regions onto a mask and counts the voxels lost for each pair (loser, winner) of ranks, and those
    outside the mask for each rank. A region's rank is its order in the map; the higher one wins."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._covered = np.zeros(count + 1, np.int64)
        self.lost: Counter[tuple[int, int]] = Counter()
        self.outside: Counter[int] = Counter()

    @property
    def voxels_in_mask(self) -> np.ndarray:
        """For each rank the voxels that it has in the mask."""
        voxels_in_mask = self._covered.copy()
        for (loser, _), count in self.lost.items():
            voxels_in_mask[loser] -= count
        return voxels_in_mask


class ContourBrush(_Brush):
    """Fills contours straight into the mask, from the last of the map to the first: what is there stays."""

    def __init__(self, rois: DrawnRegions, ranks: dict[str, int]) -> None:
        super().__init__(len(ranks))
        self._rois = rois
        self._indexes = {ranks[name]: index for index, name in enumerate(rois.names) if name in ranks}

    def paint(self, values: np.ndarray) -> np.ndarray:
        """The mask; ``values`` are those of the ranks."""
        shown = self._rois.sources
        times = np.ones(self._rois.shape[0], int)
        if shown is not None:
            times = np.bincount(shown, minlength=len(times))
        painted = np.zeros(self._rois.shape, np.min_scalar_type(self._count))
        for rank in sorted(self._indexes, reverse=True):
            for block in self._rois.blocks(self._indexes[rank]):
                rows, columns = block.mask.shape[1:]
                box = slice(block.row, block.row + rows), slice(block.column, block.column + columns)
                for k, plane in zip(block.slices, block.mask, strict=True):
                    self._add(painted[k][box], plane, rank, int(times[k]))
        mask = painted if painted.dtype == values.dtype else np.zeros(painted.shape, values.dtype)
        for before, after in zip(painted, mask, strict=True):
            if (part := _box(before)) is not None:
                after[part] = _looked_up(values, before[part])
        return mask if shown is None else mask[shown]

    def _add(self, view: np.ndarray, plane: np.ndarray, rank: int, times: int) -> None:
        self._covered[rank] += int(np.count_nonzero(plane)) * times
        taken = np.logical_and(view, plane)
        if taken.any():
            for winner, count in _counted(view[taken], self._count + 1):
                if winner == rank:
                    self._covered[rank] -= count * times
                else:
                    self.lost[rank, winner] += count * times
            plane = plane & ~taken
        np.bitwise_or(view, plane * view.dtype.type(rank), out=view)


class LayerBrush(_Brush):
    """Paints plane by plane, so that no more than a few planes are held beside the mask itself."""

    def __init__(self, segmentation: SegmentationArrays, ranks: dict[str, int], resampler: Resampler) -> None:
        super().__init__(len(ranks))
        self._resampler = resampler
        self._rank_type = np.min_scalar_type(self._count)
        self._passes = [
            (segmentation.layers[layer], _RankLookup(by_value, self._rank_type))
            for layer, by_value in _passes(segmentation.segments, ranks)
        ]

    def paint(self, values: np.ndarray) -> np.ndarray:
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
        self, plane: np.ndarray, layers: list[tuple[tuple[slice, slice], np.ndarray]], values: np.ndarray
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
        indices = np.searchsorted(self._values, found)
        indices[indices == len(self._values)] = 0
        ranks[filled] = np.where(self._values[indices] == found, self._ranks[indices], 0)
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
        counts = counts[found]
    else:
        found, counts = np.unique(numbers, return_counts=True)
    return list(zip(found.tolist(), counts.tolist(), strict=True))


def _looked_up(table: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """``table[indices]``; from bytes to bytes twice as fast as numpy does it."""
    if indices.dtype == np.uint8 and table.dtype == np.uint8:
        found = indices.tobytes().translate(table.tobytes().ljust(256, b"\0"))
        return np.frombuffer(found, np.uint8).reshape(indices.shape)
    return np.take(table, indices)


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
