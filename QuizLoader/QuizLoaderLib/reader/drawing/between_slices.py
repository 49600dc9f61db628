"""A region that was drawn on some slices is filled on those between."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...images.grid import Grid
from .region_filters import NothingToDoError, Voxels, axis_of_view, through
from .work import Work

NO_GAP = "There is no empty slice between two that are drawn on, of the view that was drawn on last."
_BESIDE = "Nothing was filled: what was drawn on one slice does not lie above what was drawn on another."
_TURNED = (
    "The view that was drawn on is turned against the slices of the image: draw on one that shows them, and "
    "they are filled between."
)
_UNCLEAR = "Draw on one of the slices first, so that it is known along which view they were left out."
_LEFT_OPEN = "A gap that is much wider than the others was left open: draw in it, if it is to be filled."

_WIDEST = 3
"""A gap of more than so many of the usual ones parts two regions."""


def axis_of_slices(region: Voxels, grid: Grid, slice_to_ras: np.ndarray | None) -> int:
    """Of (k, j, i) the axis along which the slices lie that the region was drawn on: that of the view, where
    one was drawn on, else the one along which most of its voxels have no neighbour, as in Slicer. Raises
    NothingToDoError where there is none."""
    if slice_to_ras is None:
        alone = [_share_alone(region.mask, axis) for axis in range(3)]
        if max(alone) <= 0.5:
            raise NothingToDoError(_UNCLEAR)
        return int(np.argmax(alone))
    axis, steps_mm = axis_of_view(grid, slice_to_ras)
    across = np.abs(steps_mm) * (np.array(region.mask.shape) - 1)
    across[axis] = 0
    if across.sum() >= abs(steps_mm[axis]):
        raise NothingToDoError(_TURNED)
    return axis


def filled_between_slices(region: Voxels, axis: int, work: Work | None = None) -> Voxels:
    """The region with the slices between those that are drawn on along an axis of the volume, by the
    morphological contour interpolation that Slicer has (https://insight-journal.org/browse/publication/977).
    Parts that do not lie above each other are filled each on its own.

    Raises NothingToDoError where no slice is empty.
    """
    from scipy.ndimage import find_objects, label

    work = work or Work()
    filled = region.mask.copy()
    planes = np.moveaxis(filled, axis, 0)
    parts, _count = label(planes.any(axis=0), np.ones((3, 3)))
    gaps = [
        (number, box, below, above)
        for number, box in enumerate(find_objects(parts), 1)
        for below, above in _gaps(planes[:, box[0], box[1]] & (parts[box] == number))
    ]
    if not gaps:
        raise NothingToDoError(_BESIDE if _gaps(planes) else NO_GAP)
    widest = _WIDEST * np.median([above - below for *_, below, above in gaps])
    for number, box, below, above in gaps:
        work.go_on()
        if above - below > widest:
            work.sentence = _LEFT_OPEN
            continue
        part, here = parts[box] == number, planes[:, box[0], box[1]]
        between = _interpolated(here[below] & part, here[above] & part, above - below - 1)
        here[below + 1 : above] |= between
    return Voxels(region.first, filled)


def _share_alone(mask: np.ndarray, axis: int) -> float:
    """Of the voxels those that have no neighbour along an axis."""
    planes = np.moveaxis(mask, axis, 0)
    alone = planes.copy()
    alone[1:] &= ~planes[:-1]
    alone[:-1] &= ~planes[1:]
    return np.count_nonzero(alone) / np.count_nonzero(planes)


def _gaps(planes: np.ndarray) -> list[tuple[int, int]]:
    """The planes beside each gap: below it and above."""
    drawn = np.flatnonzero(planes.any(axis=(1, 2)))
    return [(int(below), int(above)) for below, above in pairwise(drawn) if above - below > 1]


def _interpolated(below: np.ndarray, above: np.ndarray, count: int) -> np.ndarray:
    """So many planes between two: bool (count, rows, columns)."""
    import slicer

    block = np.zeros((count + 2, *np.add(below.shape, 2)), bool)
    block[0, 1:-1, 1:-1], block[-1, 1:-1, 1:-1] = below, above
    interpolation = slicer.vtkITKMorphologicalContourInterpolator()
    interpolation.SetAxis(2)
    return through(interpolation, block)[1:-1, 1:-1, 1:-1]
