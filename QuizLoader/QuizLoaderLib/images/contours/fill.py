"""Planar polygons become voxels: exact scanlines on unrounded vertices, holes, two boundary rules.

All coordinates here are voxel indices: (column, row), whole numbers at the voxels' centres.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np

_BLOCK_BYTES = 1 << 22
_ON_CENTER = 0.01


class Boundary(str, Enum):
    """Which voxels at a contour's edge belong to the ROI.

    ``CENTER_INSIDE``: those whose centre is inside the polygon. ``VERTICES_ON_CENTERS``: also those whose
    centre the contour goes through, which is what a program means that drew from voxel centre to voxel
    centre (DICOM PS3.3 C.8.8.6.3: points on the path are part of the ROI).
    """

    CENTER_INSIDE = "voxel centres inside the contours"
    VERTICES_ON_CENTERS = "contours through voxel centres included"


@dataclass(frozen=True, eq=False)
class SlicePolygon:
    """A closed polygon on a slice: ``points`` is (2, n), columns and rows; ``is_xor``: CLOSEDPLANAR_XOR.

    ``corners`` are the smallest and the largest column and row, (2,) each, where they are known already.
    """

    points: np.ndarray
    slice: int
    is_xor: bool = False
    corners: tuple[np.ndarray, np.ndarray] | None = None

    @cached_property
    def low(self) -> np.ndarray:
        """(2,), the smallest column and row."""
        return self.corners[0] if self.corners else self.points.min(axis=1)

    @cached_property
    def high(self) -> np.ndarray:
        return self.corners[1] if self.corners else self.points.max(axis=1)


@dataclass(frozen=True, eq=False)
class Block:
    """Part of an ROI: ``mask`` is (slices, rows, columns) bool, its first voxel at ``row``, ``column``."""

    slices: np.ndarray
    row: int
    column: int
    mask: np.ndarray


def boundary_of(polygons: Iterable[SlicePolygon]) -> Boundary:
    """``VERTICES_ON_CENTERS`` where practically all vertices are within a hundredth of a voxel's centre.

    That leaves room for coordinates written with two decimals; by chance it happens to one vertex of 2500.
    """
    points = [polygon.points for polygon in polygons]
    if not points:
        return Boundary.CENTER_INSIDE
    vertices = np.concatenate(points, axis=1)
    is_on = (np.abs(vertices - np.rint(vertices)) < _ON_CENTER).all(axis=0)
    return Boundary.VERTICES_ON_CENTERS if is_on.mean() > 0.99 else Boundary.CENTER_INSIDE


def fill(
    polygons: Sequence[SlicePolygon],
    rows: int,
    columns: int,
    boundary: Boundary,
    overlapping: set[int] | None = None,
) -> Iterator[Block]:
    """The ROI of these polygons, clipped to the image, in blocks of a few megabytes.

    Polygons of type XOR on one slice are combined by exclusive or. The others by nesting: one that lies
    wholly inside another is a hole in it (or an island in a hole), those that overlap in part are united;
    the slices where that differs from exclusive or are added to ``overlapping``.
    """
    polygons = [polygon for polygon in polygons if polygon.points.size]
    if not polygons:
        return
    if boundary is Boundary.VERTICES_ON_CENTERS:
        polygons = [SlicePolygon(np.rint(c.points), c.slice, c.is_xor) for c in polygons]
    low = np.min([polygon.low for polygon in polygons], axis=0)
    high = np.max([polygon.high for polygon in polygons], axis=0)
    column, row = (int(max(0, np.ceil(value))) for value in low)
    width = int(min(columns, np.floor(high[0]) + 1)) - column
    height = int(min(rows, np.floor(high[1]) + 1)) - row
    if width <= 0 or height <= 0:
        return
    box = _Box(row, column, height, width)
    by_slice: dict[int, list[SlicePolygon]] = {}
    for polygon in polygons:
        by_slice.setdefault(polygon.slice, []).append(polygon)
    slices = sorted(by_slice)
    step = max(1, _BLOCK_BYTES // ((height + 1) * width))
    for start in range(0, len(slices), step):
        part = slices[start : start + step]
        yield Block(
            np.array(part), row, column, _fill_block([by_slice[k] for k in part], box, boundary, overlapping)
        )


@dataclass(frozen=True)
class _Box:
    row: int
    column: int
    rows: int
    columns: int


def _fill_block(
    groups: list[list[SlicePolygon]], box: _Box, boundary: Boundary, overlapping: set[int] | None
) -> np.ndarray:
    simple: list[tuple[int, np.ndarray]] = []
    nested: list[tuple[int, list[SlicePolygon]]] = []
    for index, group in enumerate(groups):
        plain = [polygon for polygon in group if not polygon.is_xor]
        if (len(plain) > 1 and _boxes_meet(plain)) or 0 < len(plain) < len(group):
            nested.append((index, group))
        else:
            simple.extend((index, polygon.points) for polygon in group)
    mask = _parity(simple, len(groups), box)
    if boundary is Boundary.VERTICES_ON_CENTERS:
        _set_paths(mask, simple, box)
    for index, group in nested:
        if _fill_nested(mask[index], group, box, boundary) and overlapping is not None:
            overlapping.add(group[0].slice)
    return mask


def _parity(polygons: list[tuple[int, np.ndarray]], count: int, box: _Box) -> np.ndarray:
    """(count, rows, columns) bool: centres with an odd number of edges above them, all polygons at once.

    An edge counts for the columns from its left end, inclusive, to its right end, exclusive. Every crossing
    toggles the first row at or below it, and the running exclusive or of the toggles, row by row, is the
    mask. A crossing is reckoned from the edge's left end, so that an edge drawn there and back (a keyhole's
    channel, the common edge of two polygons) cancels to the last bit.
    """
    toggles = np.zeros((box.rows + 1, count, box.columns), np.uint8)
    if polygons:
        ends = np.cumsum([points.shape[1] for _, points in polygons])
        following = np.arange(1, ends[-1] + 1)
        following[ends - 1] = np.concatenate([[0], ends[:-1]])
        x0, y0 = np.concatenate([points for _, points in polygons], axis=1)
        x0 = x0 - box.column
        crossed = np.clip(np.ceil(x0), 0, box.columns).astype(np.int64)
        edges = np.flatnonzero(crossed != crossed[following])
        after = following[edges]
        backward = crossed[after] < crossed[edges]
        left, right = np.where(backward, after, edges), np.where(backward, edges, after)
        first = crossed[left]
        counts = crossed[right] - first
        x0, y0, width, height = x0[left], y0[left], x0[right] - x0[left], y0[right] - y0[left]
        index = np.repeat([index for index, _ in polygons], np.diff(ends, prepend=0))[edges]
        edge = np.repeat(np.arange(len(edges)), counts)
        column = np.arange(len(edge)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        y = y0[edge] + (column - x0[edge]) * (height / width)[edge]
        row = np.clip(np.ceil(y) - box.row, 0, box.rows).astype(np.int64)
        np.bitwise_xor.at(
            toggles.reshape(-1), (row * count + index[edge]) * box.columns + column, np.uint8(1)
        )
    for row in range(1, box.rows):
        toggles[row] ^= toggles[row - 1]
    return toggles[:-1].view(bool).transpose(1, 0, 2)


def _set_paths(mask: np.ndarray, polygons: list[tuple[int, np.ndarray]], box: _Box) -> None:
    """Sets every voxel centre that the polygons, whose vertices are whole numbers, go through."""
    for index, points in polygons:
        start = points.astype(np.int64)
        step = np.roll(start, -1, axis=1) - start
        count = np.maximum(np.gcd(np.abs(step[0]), np.abs(step[1])), 1)
        edge = np.repeat(np.arange(start.shape[1]), count)
        along = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
        path = start[:, edge] + (step // count)[:, edge] * along
        column, row = path[0] - box.column, path[1] - box.row
        is_in = (column >= 0) & (column < box.columns) & (row >= 0) & (row < box.rows)
        mask[index, row[is_in], column[is_in]] = True


def _boxes_meet(polygons: list[SlicePolygon]) -> bool:
    lows = np.array([polygon.low for polygon in polygons])
    highs = np.array([polygon.high for polygon in polygons])
    order = np.argsort(lows[:, 0])
    for position, i in enumerate(order):
        for j in order[position + 1 :]:
            if lows[j, 0] > highs[i, 0]:
                break
            if lows[j, 1] <= highs[i, 1] and lows[i, 1] <= highs[j, 1]:
                return True
    return False


@dataclass(frozen=True, eq=False)
class _Part:
    """One polygon's voxels in its own box; ``inside`` without, ``closed`` with those on its path."""

    box: _Box
    inside: np.ndarray
    closed: np.ndarray
    area: int

    def view(self, mask: np.ndarray, outer: _Box) -> np.ndarray:
        row, column = self.box.row - outer.row, self.box.column - outer.column
        return mask[row : row + self.box.rows, column : column + self.box.columns]


def _fill_nested(mask: np.ndarray, group: list[SlicePolygon], box: _Box, boundary: Boundary) -> bool:
    """Fills one slice by nesting; whether some polygons overlap in part or are drawn twice."""
    found = (_part(polygon, box, boundary) for polygon in group if not polygon.is_xor)
    parts = sorted((part for part in found if part is not None), key=lambda part: -part.area)
    levels: list[int] = []
    is_united = False
    for i, part in enumerate(parts):
        level = 0
        for j in range(i):
            common = _common(part, parts[j])
            if common == part.area == parts[j].area:
                is_united, level = True, max(level, levels[j])
            elif common == part.area:
                level = max(level, levels[j] + 1)
            elif common:
                is_united = True
        levels.append(level)
    for part, level in zip(parts, levels, strict=True):
        if level % 2:
            part.view(mask, box)[part.inside] = False
        else:
            part.view(mask, box)[part.closed] = True
    exclusive = [(0, polygon.points) for polygon in group if polygon.is_xor]
    if exclusive:
        mask |= _parity(exclusive, 1, box)[0]
    if boundary is Boundary.VERTICES_ON_CENTERS:
        _set_paths(mask[np.newaxis], [(0, polygon.points) for polygon in group], box)
    return is_united


def _part(polygon: SlicePolygon, outer: _Box, boundary: Boundary) -> _Part | None:
    points, low, high = polygon.points, np.ceil(polygon.low), np.floor(polygon.high) + 1
    column, row = max(outer.column, int(low[0])), max(outer.row, int(low[1]))
    columns = min(outer.column + outer.columns, int(high[0])) - column
    rows = min(outer.row + outer.rows, int(high[1])) - row
    if rows <= 0 or columns <= 0:
        return None
    box = _Box(row, column, rows, columns)
    closed = inside = _parity([(0, points)], 1, box)
    if boundary is Boundary.VERTICES_ON_CENTERS:
        path = np.zeros_like(inside)
        _set_paths(path, [(0, points)], box)
        inside, closed = inside & ~path, inside | path
    area = int(np.count_nonzero(closed))
    return _Part(box, inside[0], closed[0], area) if area else None


def _common(a: _Part, b: _Part) -> int:
    """How many voxels two polygons share."""
    row, column = max(a.box.row, b.box.row), max(a.box.column, b.box.column)
    last_row = min(a.box.row + a.box.rows, b.box.row + b.box.rows)
    last_column = min(a.box.column + a.box.columns, b.box.column + b.box.columns)
    if row >= last_row or column >= last_column:
        return 0
    cut = [
        part.closed[
            row - part.box.row : last_row - part.box.row,
            column - part.box.column : last_column - part.box.column,
        ]
        for part in (a, b)
    ]
    return int(np.count_nonzero(cut[0] & cut[1]))
