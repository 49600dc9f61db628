"""Regions cut to the boxes that hold them: a study has many drawings, each a small part of a large image."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...images.grid import Grid


@dataclass(frozen=True, eq=False)
class RegionBox:
    """``voxels`` (slices, rows, columns), bool, which begin at ``start`` (k, j, i) of a grid."""

    start: tuple[int, int, int]
    voxels: np.ndarray

    @property
    def is_empty(self) -> bool:
        return not self.voxels.size

    @property
    def end(self) -> tuple[int, ...]:
        return tuple(first + size for first, size in zip(self.start, self.voxels.shape, strict=True))

    @property
    def count(self) -> int:
        return int(np.count_nonzero(self.voxels))

    def grid(self, whole: Grid) -> Grid:
        """Where its own voxels lie, of those of the ``whole`` grid."""
        matrix = whole.ijk_to_ras.copy()
        matrix[:3, 3] += matrix[:3, :3] @ self.start[::-1]
        return Grid.of(self.voxels, matrix)

    def on(self, frame: "RegionBox") -> np.ndarray:
        """Its voxels on the box of another, outside of which it may have some."""
        placed = np.zeros(frame.voxels.shape, bool)
        if (window := _common(self, frame)) is not None:
            placed[_slices(window, frame)] = self.voxels[_slices(window, self)]
        return placed

    def moved(self, steps: Iterable[int]) -> "RegionBox":
        k, j, i = (first + step for first, step in zip(self.start, steps, strict=True))
        return RegionBox((k, j, i), self.voxels)


NOTHING = RegionBox((0, 0, 0), np.zeros((0, 0, 0), bool))


def box_of(voxels: np.ndarray, value: int | None = None) -> RegionBox:
    """The box around the voxels of a value, or around all that are not 0."""
    start: list[int] = []
    for axis in range(3):
        others = tuple(each for each in range(3) if each != axis)
        inside = np.flatnonzero(
            voxels.any(axis=others) if value is None else (voxels == value).any(axis=others)
        )
        if not len(inside):
            return NOTHING
        start.append(int(inside[0]))
        cut = [slice(None)] * 3
        cut[axis] = slice(start[-1], int(inside[-1]) + 1)
        voxels = voxels[tuple(cut)]
    own = voxels != 0 if value is None else voxels == value
    return RegionBox((start[0], start[1], start[2]), own)


def frame_of(boxes: Iterable[RegionBox], shape: tuple[int, int, int], margin: int = 1) -> RegionBox:
    """An empty box around all boxes, with a margin where the grid of this shape has one."""
    known = [box for box in boxes if not box.is_empty]
    if not known:
        return RegionBox((0, 0, 0), np.zeros((1, 1, 1), bool))
    low = [max(0, min(box.start[axis] for box in known) - margin) for axis in range(3)]
    high = [min(shape[axis], max(box.end[axis] for box in known) + margin) for axis in range(3)]
    return RegionBox(
        (low[0], low[1], low[2]),
        np.zeros([last - first for first, last in zip(low, high, strict=True)], bool),
    )


def dice(first: RegionBox, second: RegionBox) -> float:
    """Twice the common voxels over the sum of both; 1 where both are empty."""
    total = first.count + second.count
    return 2.0 * common_voxels(first, second) / total if total else 1.0


def common_voxels(first: RegionBox, second: RegionBox) -> int:
    window = _common(first, second)
    if window is None:
        return 0
    return int(
        np.count_nonzero(first.voxels[_slices(window, first)] & second.voxels[_slices(window, second)])
    )


_Window = list[tuple[int, int]]


def _common(first: RegionBox, second: RegionBox) -> _Window | None:
    window = [
        (max(first.start[axis], second.start[axis]), min(first.end[axis], second.end[axis]))
        for axis in range(3)
    ]
    return window if all(low < high for low, high in window) else None


def _slices(window: _Window, box: RegionBox) -> tuple[slice, ...]:
    return tuple(
        slice(low - start, high - start) for (low, high), start in zip(window, box.start, strict=True)
    )
