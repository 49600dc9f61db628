"""What is done to a whole region: it is smoothed, grown, combined with another, copied from slice to slice.

Slicer's own filters where it has them (vtkITK), else SimpleITK. They take no part of the scene and let other
threads run, so a host calls them in one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...images.grid import Grid
from ...images.vtk_images import image_array, set_voxels
from ...quiz.problems import ExplainedError
from .work import Work

if TYPE_CHECKING:
    from vtkmodules.vtkCommonExecutionModel import vtkImageAlgorithm

    from .work import ImageFilter

Steps = tuple[int, int, int]
"""Of voxels, along (k, j, i)."""

_SIGMAS = 4
"""Behind so many standard deviations nothing is smoothed, as in Slicer."""


class NothingToDoError(ExplainedError):
    """A filter would leave the region as it is; the sentence says why."""


@dataclass(frozen=True, eq=False)
class Voxels:
    """Some voxels of a volume: ``mask`` is (slices, rows, columns) bool, ``first`` the (k, j, i) of its
    first one."""

    first: Steps
    mask: np.ndarray

    @classmethod
    def of_labels(cls, labels: np.ndarray, first: Steps = (0, 0, 0)) -> Voxels | None:
        """The smallest box that holds all that is not 0; None where nothing is."""
        in_planes = np.array([np.bitwise_or.reduce(plane, axis=0) for plane in labels]) != 0
        in_rows = np.bitwise_or.reduce(labels, axis=0).any(axis=1)
        if not in_rows.any():
            return None
        taken = [np.flatnonzero(at) for at in (in_planes.any(axis=1), in_rows, in_planes.any(axis=0))]
        k, j, i = (slice(int(at[0]), int(at[-1]) + 1) for at in taken)
        start = (first[0] + k.start, first[1] + j.start, first[2] + i.start)
        return cls(start, np.ascontiguousarray(labels[k, j, i] != 0))

    @property
    def end(self) -> Steps:
        """Behind the last one."""
        k, j, i = (at + size for at, size in zip(self.first, self.mask.shape, strict=True))
        return k, j, i

    def on(self, first: Steps, end: Steps) -> Voxels:
        """On another box: cut off where it is smaller, False where it is larger."""
        mask = np.zeros([max(0, b - a) for a, b in zip(first, end, strict=True)], bool)
        low, high = np.maximum(first, self.first), np.minimum(end, self.end)
        if (low < high).all():
            there, here = (
                tuple(slice(a, b) for a, b in zip(low - start, high - start, strict=True))
                for start in (first, self.first)
            )
            mask[there] = self.mask[here]
        return Voxels(first, mask)

    def with_margin(self, grid: Grid, steps: Steps) -> Voxels:
        """On a box that is larger by so many voxels, but nowhere beyond the volume."""
        low = np.maximum(np.subtract(self.first, steps), 0)
        high = np.minimum(np.add(self.end, steps), grid.shape)
        return self.on(_steps(low), _steps(high))


# Smoothing


@dataclass(frozen=True)
class Smoothing:
    """``reach`` is how many voxels to either side it looks at, of a width in voxels; ``change`` takes a mask,
    that reach and the width in voxels, along (k, j, i). What lies at the border of the mask goes on beyond
    it."""

    words: str
    reach: Callable[[float], int]
    change: Callable[[np.ndarray, Steps, list[float], Work], np.ndarray]


def smoothed(region: Voxels, grid: Grid, kind: str, size_mm: float, work: Work | None = None) -> Voxels:
    """By one of ``SMOOTHINGS``; ``size_mm`` is the width of what it looks at, of the Gaussian its standard
    deviation. What lies at the border of the volume goes on beyond it. Raises NothingToDoError where that is
    no more than a voxel."""
    smoothing = SMOOTHINGS[kind]
    size = [size_mm / part for part in grid.spacing_mm[::-1]]
    reach = _steps([smoothing.reach(each) for each in size])
    if not any(reach):
        raise NothingToDoError(f"{size_mm:g} mm are less than three voxels, so nothing would be smoothed.")
    # One more: what is beside the region goes on beyond the box.
    around = region.with_margin(grid, _steps(np.add(reach, 1)))
    return Voxels(around.first, smoothing.change(around.mask, reach, size, work or Work()))


def _half_width(voxels: float) -> int:
    """Of the nearest odd number of voxels, as Slicer rounds the width of a kernel."""
    return max(1, round((voxels + 1) / 2) * 2 - 1) // 2


def _median(mask: np.ndarray, reach: Steps, _size: list[float], work: Work) -> np.ndarray:
    """What most voxels of the box around each are: counted along one axis after the other, for the voxels of
    a large box are thousands."""
    count = int(np.prod([2 * n + 1 for n in reach]))
    # A sum that is too large for it begins at 0 again, which its differences do not notice.
    counts = mask.astype(np.min_scalar_type(count))
    for axis, n in enumerate(reach):
        work.go_on()
        sides = [(n + 1, n) if each == axis else (0, 0) for each in range(3)]
        sums = np.pad(counts, sides, mode="edge")
        np.cumsum(sums, axis=axis, dtype=sums.dtype, out=sums)
        sums = np.moveaxis(sums, axis, 0)
        counts = np.moveaxis(sums[2 * n + 1 :] - sums[: -2 * n - 1], 0, axis)
    return counts > count // 2


def _opening(mask: np.ndarray, reach: Steps, _size: list[float], work: Work) -> np.ndarray:
    import SimpleITK as sitk

    return _by_ball(sitk.BinaryMorphologicalOpeningImageFilter(), mask, reach, work)


def _closing(mask: np.ndarray, reach: Steps, _size: list[float], work: Work) -> np.ndarray:
    import SimpleITK as sitk

    return _by_ball(sitk.BinaryMorphologicalClosingImageFilter(), mask, reach, work)


def _by_ball(
    filter_: ImageFilter,
    mask: np.ndarray,
    reach: Steps,
    work: Work,
) -> np.ndarray:
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(np.pad(mask, [(n, n) for n in reach], mode="edge").view(np.uint8))
    filter_.SetKernelRadius(reach[::-1])
    found = sitk.GetArrayFromImage(work.run(filter_, image)) != 0
    return found[tuple(slice(n, n + length) for n, length in zip(reach, mask.shape, strict=True))]


def _gaussian(mask: np.ndarray, _reach: Steps, size: list[float], work: Work) -> np.ndarray:
    from scipy.ndimage import gaussian_filter1d

    smooth = mask.astype(np.float32)
    for axis, sigma in enumerate(size):
        work.go_on()
        smooth = gaussian_filter1d(smooth, sigma, axis, mode="nearest", truncate=_SIGMAS)
    return smooth >= 0.5


SMOOTHINGS = {
    "median": Smoothing("Median", _half_width, _median),
    "opening": Smoothing("Opening: thin bridges go", _half_width, _opening),
    "closing": Smoothing("Closing: gaps are filled", _half_width, _closing),
    "gaussian": Smoothing("Gaussian", lambda voxels: math.ceil(_SIGMAS * voxels), _gaussian),
}
"""By the names that hosts have for them; Slicer has the same."""


# Growing and shrinking


def grown(region: Voxels, grid: Grid, by_mm: float) -> Voxels:
    """By a distance on all sides, or made smaller by one that is negative, with Slicer's filter; at the
    border of the volume the region neither grows nor shrinks."""
    import slicer

    spacing = grid.spacing_mm
    around = region.with_margin(grid, _steps([math.ceil(abs(by_mm) / part) + 1 for part in spacing[::-1]]))
    margin = slicer.vtkITKImageMargin()
    margin.CalculateMarginInMMOn()
    margin.SetOuterMarginMM(abs(by_mm))
    # What shrinks is eaten by what is beside it.
    grows = around.mask if by_mm > 0 else ~around.mask
    if grows.all() or not grows.any():
        return around
    found = through(margin, grows, spacing)
    return Voxels(around.first, found if by_mm > 0 else ~found)


# With another region, and with another slice


def combined(region: Voxels, other: Voxels, how: str) -> Voxels:
    """One of ``COMBINATIONS``; on a box that holds ``region``."""
    first = _steps(np.minimum(region.first, other.first))
    end = _steps(np.maximum(region.end, other.end))
    mine, its = region.on(first, end).mask, other.on(first, end).mask
    return Voxels(first, COMBINATIONS[how][1](mine, its))


COMBINATIONS: dict[str, tuple[str, Callable[[np.ndarray, np.ndarray], np.ndarray]]] = {
    "add": ("Add", lambda mine, its: mine | its),
    "subtract": ("Subtract", lambda mine, its: mine & ~its),
    "intersect": ("Intersect", lambda mine, its: mine & its),
}
"""By the names that hosts have for them: in words, and what it makes of two masks."""


def copied_from_beside(region: Voxels, grid: Grid, slice_to_ras: np.ndarray, steps: int) -> Voxels:
    """What the region has ``steps`` slices on, on the slice that a view shows; ``slice_to_ras`` is the
    view's, 4x4. Slices are those of the volume that are nearest to the view's plane. Raises
    NothingToDoError where there is nothing."""
    axis, steps_mm = axis_of_view(grid, slice_to_ras)
    here = round(float((np.linalg.inv(grid.ijk_to_ras) @ slice_to_ras)[2 - axis, 3]))
    there = here + steps * int(np.sign(steps_mm[axis])) - region.first[axis]
    if not 0 <= here < grid.shape[axis]:
        raise NothingToDoError("The view shows no slice of the image.")
    planes = np.moveaxis(region.mask, axis, 0)
    if not 0 <= there < len(planes) or not planes[there].any():
        raise NothingToDoError("The region has nothing on that slice.")
    first = list(region.first)
    first[axis] = here
    return Voxels(_steps(first), np.moveaxis(planes[there][None], 0, axis))


def axis_of_view(grid: Grid, slice_to_ras: np.ndarray) -> tuple[int, np.ndarray]:
    """Of (k, j, i) the one that is nearest to the normal of a view's slice, and how many mm a step along each
    of the three goes along that normal."""
    steps_mm = (np.linalg.inv(slice_to_ras) @ grid.ijk_to_ras)[2, 2::-1]
    return int(np.argmax(np.abs(steps_mm / grid.spacing_mm[::-1]))), steps_mm


# Between kinds of images


def through(
    filter_: vtkImageAlgorithm, mask: np.ndarray, spacing: tuple[float, ...] = (1.0, 1.0, 1.0)
) -> np.ndarray:
    """What one of VTK's filters makes of a mask, with the spacing of (i, j, k)."""
    from vtkmodules.vtkCommonDataModel import vtkImageData

    image = vtkImageData()
    image.SetDimensions(*mask.shape[::-1])
    image.SetSpacing(*spacing)
    set_voxels(image, np.ascontiguousarray(mask).view(np.uint8))
    filter_.SetInputData(image)
    filter_.Update()
    return image_array(filter_.GetOutput()) != 0


def _steps(numbers: np.ndarray | list[int]) -> Steps:
    k, j, i = (int(number) for number in numbers)
    return k, j, i
