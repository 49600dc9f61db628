"""The planes of a segmentation: what each holds is known by a number, and packed to be written down."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .roi_visibility import segments_by_id

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationNode, vtkOrientedImageData, vtkSegment

BINARY_LABELMAP = "Binary labelmap"
"""Slicer's name of the representation that is drawn."""


class SegmentPart(NamedTuple):
    """The voxels of a segment in a plane: bool (rows, columns) from the voxel (``row``, ``column``) on."""

    row: int
    column: int
    voxels: np.ndarray


NamedLayer = tuple[np.ndarray, np.ndarray, dict[int, str]]
"""Of a label image: voxels, (k, j, i) of the first, names of segments by value."""


class PlaneScan:
    """Looks at a segmentation plane by plane, for as long as nobody draws.

    ``planes`` has a number for each plane k that holds anything, which changes with what it holds: voxels
    under the names of segments, however they are cropped, ordered and put into layers. Planes that are as
    in the scan ``before`` are not looked at closely; then there is no fingerprint.
    """

    def __init__(self, layers: Iterable[NamedLayer], before: PlaneScan | None = None) -> None:
        self.planes: dict[int, int] = {}
        self._before, self._is_whole = before, before is None
        self._bytes: dict[int, int] = {}
        self._layers = [(voxels, first, NameTable(names)) for voxels, first, names in layers]
        self._digest = hashlib.blake2b(digest_size=16)
        low = min((first[0] for _voxels, first, _table in self._layers), default=0)
        high = max((first[0] + len(voxels) for voxels, first, _table in self._layers), default=0)
        self._left = iter(range(low, high))

    def go_on(self) -> int | None:
        """Look at the next plane and give its k; None at the end."""
        k = next(self._left, None)
        if k is None:
            # The voxels may go.
            self._layers, self._before = [], None
        else:
            parts = [
                (first[1:], voxels[k - first[0]], table)
                for voxels, first, table in self._layers
                if 0 <= k - first[0] < len(voxels)
            ]
            now = tuple((*first, table.names, plane.tobytes()) for first, plane, table in parts)
            self._bytes[k] = hash(now)
            if self._before is not None and self._bytes[k] == self._before._bytes.get(k):
                if k in self._before.planes:
                    self.planes[k] = self._before.planes[k]
                return k
            found = _together(parts)
            if found is not None:
                place, names = found
                data = np.array([k, *place, *names.shape], np.int64).tobytes() + names.tobytes()
                self._digest.update(data)
                self.planes[k] = hash(data)
        return k

    def to_the_end(self) -> PlaneScan:
        while self.go_on() is not None:
            pass
        return self

    @property
    def fingerprint(self) -> str:
        """Of all planes, once all were looked at: the same for the same voxels under the same names, also in
        another process; empty where nothing is drawn."""
        assert self._is_whole
        return self._digest.hexdigest() if self.planes else ""


def segment_parts(node: vtkMRMLSegmentationNode, k: int) -> dict[str, SegmentPart]:
    """What the segments have in a plane, by their IDs; those that have nothing there are left out."""
    found = {}
    for labels, ids in _segments_of_images(node):
        voxels, first = voxels_of(labels)
        around = box_of(voxels[k - first[0]]) if 0 <= k - first[0] < len(voxels) else None
        if around is None:
            continue
        plane = voxels[k - first[0]][around]
        there = {int(value) for value, _count in value_counts(plane)}
        for id, segment in ids.items():
            if segment.GetLabelValue() not in there:
                continue
            drawn = plane == segment.GetLabelValue()
            if (box := box_of(drawn)) is not None:
                row, column = first[1:] + _start(around) + _start(box)
                found[id] = SegmentPart(int(row), int(column), drawn[box])
    return found


def voxels_of(labels: vtkOrientedImageData) -> tuple[np.ndarray, np.ndarray]:
    """The voxels of a label image, and (k, j, i) of the first."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    extent = labels.GetExtent()
    voxels = vtk_to_numpy(labels.GetPointData().GetScalars()).reshape(labels.GetDimensions()[::-1])
    return voxels, np.array([extent[4], extent[2], extent[0]])


def layers(node: vtkMRMLSegmentationNode) -> Iterator[NamedLayer]:
    """Of label images that are not empty."""
    for labels, segments in _segments_of_images(node):
        yield *voxels_of(labels), {each.GetLabelValue(): each.GetName() for each in segments.values()}


def _segments_of_images(
    node: vtkMRMLSegmentationNode,
) -> Iterable[tuple[vtkOrientedImageData, dict[str, vtkSegment]]]:
    """The label images that are not empty, with the segments that share each, by their IDs."""
    found: dict[vtkOrientedImageData, dict[str, vtkSegment]] = {}
    for id, segment in segments_by_id(node).items():
        labels = segment.GetRepresentation(BINARY_LABELMAP)
        if labels is not None and not labels.IsEmpty():
            found.setdefault(labels, {})[id] = segment
    return found.items()


class VoxelCount:
    """Counts the voxels of segments plane by plane, for as long as nobody draws.

    ``by_name`` has a number for each name that has any, once all planes are counted.
    """

    def __init__(self, layers: Iterable[NamedLayer]) -> None:
        self.by_name: dict[str, int] = {}
        self._left = ((plane, names) for voxels, _first, names in layers for plane in voxels)

    def go_on(self) -> int:
        """Count the next plane; gives how many voxels it has, 0 at the end."""
        plane, names = next(self._left, (None, {}))
        if plane is None:
            return 0
        box = box_of(plane)
        if box is not None:
            for value, count in value_counts(plane[box]):
                if (name := names.get(int(value))) is not None:
                    self.by_name[name] = self.by_name.get(name, 0) + int(count)
        return plane.size


def voxel_count(layers: Iterable[NamedLayer]) -> int:
    """The voxels of all segments together; looks at each label image once, however many segments share it."""
    counted = VoxelCount(layers)
    while counted.go_on():
        pass
    return sum(counted.by_name.values())


def value_counts(labels: np.ndarray) -> Iterable[tuple[int, int]]:
    """The values of a label image, each with the number of its voxels."""
    if labels.dtype.kind in "iu" and labels.dtype.itemsize <= 2:
        unsigned = labels.view(f"u{labels.dtype.itemsize}")
        counts = np.bincount(unsigned.ravel())
        values = np.flatnonzero(counts)
        return zip(values.astype(unsigned.dtype).view(labels.dtype), counts[values], strict=True)
    return zip(*np.unique(labels, return_counts=True), strict=True)


class ValueTable:
    """Other numbers for the values of a label image, of type ``dtype``; 0 where there is none."""

    def __init__(self, numbers: Mapping[int, int], dtype: np.dtype | type) -> None:
        self._numbers, self._dtype = dict(numbers), dtype
        self._table: np.ndarray | None = None
        if all(0 <= value < 2**16 for value in numbers):
            self._table = np.zeros(2**16, dtype)
            self._table[list(numbers)] = list(numbers.values())

    def __call__(self, labels: np.ndarray) -> np.ndarray:
        if self._table is not None and labels.dtype.kind in "iu" and labels.dtype.itemsize <= 2:
            # A negative value of two bytes is above any value that a segment of such an image has.
            return np.take(self._table, labels.view(f"u{labels.dtype.itemsize}"))
        found = np.zeros(labels.shape, self._dtype)
        for value, number in self._numbers.items():
            found[labels == value] = number
        return found


class NameTable(ValueTable):
    """For each voxel of a label image a number that stands for the name of its segment, 0 for none."""

    def __init__(self, names: dict[int, str]) -> None:
        self.names = tuple(sorted(names.items()))
        super().__init__(
            {value: zlib.crc32(name.encode("utf-8")) | 1 for value, name in self.names}, np.uint32
        )


def _together(parts: list[tuple[np.ndarray, np.ndarray, NameTable]]) -> tuple[np.ndarray, np.ndarray] | None:
    """The smallest rectangle of one slice that holds all that is drawn there, and its first row and column;
    where segments of several layers overlap, their numbers are added."""
    named = []
    for place, plane, table in parts:
        box = box_of(plane)
        if box is not None:
            named.append((place + _start(box), table(plane[box])))
    if not named:
        return None
    low = np.min([place for place, _numbers in named], axis=0)
    high = np.max([place + numbers.shape for place, numbers in named], axis=0)
    together = np.zeros(high - low, np.uint32)
    for place, numbers in named:
        row, column = place - low
        together[row : row + numbers.shape[0], column : column + numbers.shape[1]] += numbers
    box = box_of(together)
    return (low + _start(box), np.ascontiguousarray(together[box])) if box else None


def _start(box: tuple[slice, slice]) -> np.ndarray:
    return np.array([box[0].start, box[1].start])


def box_of(plane: np.ndarray) -> tuple[slice, slice] | None:
    """The part of a plane that holds all that is not 0, None where nothing is."""
    columns = np.flatnonzero(np.bitwise_or.reduce(plane, axis=0))
    if not len(columns):
        return None
    across = slice(int(columns[0]), int(columns[-1]) + 1)
    rows = np.flatnonzero(plane[:, across].any(axis=1))
    return slice(int(rows[0]), int(rows[-1]) + 1), across
