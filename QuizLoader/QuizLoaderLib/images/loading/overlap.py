"""Whether the regions on a view lie where its background is, as they do not where a file was mixed up."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from ...quiz.model import Layer, Page
from ...quiz.problems import Problem, ProblemCode, about, warning
from ...quiz.values import shown
from ..arrays import ImageArrays, SegmentationArrays, VolumeArrays
from ..grid import Grid
from ..types.label_map import LabelMapArrays
from ..types.volume_sequence import SequenceArrays

OFF_BACKGROUND = ProblemCode("Q616", "Regions lie where the background of their view does (warning).")


def regions_off_background(page: Page, arrays: Sequence[ImageArrays | None]) -> Iterator[Problem]:
    """A warning for each image with regions of which none touches the background; ``arrays`` belong to the
    images of the page."""
    there = list(zip(page.images, arrays, strict=True))
    backgrounds = {
        image.destination: (image, grid)
        for image, own in reversed(there)
        if image.layer is Layer.BACKGROUND and (grid := grid_of_volume(own)) is not None
    }
    for image, own in there:
        if image.destination not in backgrounds or not isinstance(own, (SegmentationArrays, LabelMapArrays)):
            continue
        background, grid = backgrounds[image.destination]
        if not _touches(own, grid):
            sentence = f"{shown(image.id)} lies nowhere near its background {shown(background.id)}."
            problem = warning(OFF_BACKGROUND, sentence, "are both files of one patient and one examination?")
            yield about(image, problem).at(page=page.number)


def grid_of_volume(arrays: ImageArrays | None) -> Grid | None:
    if isinstance(arrays, SequenceArrays):
        arrays = arrays.frames[0]
    return arrays.grid if isinstance(arrays, VolumeArrays) else None


def _touches(arrays: SegmentationArrays | LabelMapArrays, background: Grid) -> bool:
    """Whether the box around all voxels above 0 meets the volume; so it does where there are none."""
    layers = arrays.layers if isinstance(arrays, SegmentationArrays) else (arrays.voxels,)
    own = Grid.of(layers[0], arrays.ijk_to_ras) if layers else background
    if own.is_like(background):
        return True
    boxes = [box for layer in layers if (box := _filled(layer)) is not None]
    if not boxes:
        return True
    low = np.min([box[0] for box in boxes], axis=0) - 0.5
    high = np.max([box[1] for box in boxes], axis=0) + 0.5
    whole = (np.full(3, -0.5), np.array(background.shape[::-1]) - 0.5)
    into_background = np.linalg.inv(background.ijk_to_ras) @ own.ijk_to_ras
    return _may_meet((low, high), whole, into_background) and _may_meet(
        whole, (low, high), np.linalg.inv(into_background)
    )


def _may_meet(
    box: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray], matrix: np.ndarray
) -> bool:
    """Whether a box, (low, high) of (i, j, k), lies beyond no side of another, into whose indexes ``matrix``
    leads."""
    corners = np.array([(*corner, 1.0) for corner in product(*zip(*box, strict=True))])
    moved = (corners @ matrix.T)[:, :3]
    return bool((moved.max(axis=0) >= other[0]).all() and (moved.min(axis=0) <= other[1]).all())


def _filled(layer: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The first and the last (i, j, k) of voxels that are not 0, by planes; None where all are 0."""
    slices = np.flatnonzero([plane.any() for plane in layer])
    if not slices.size:
        return None
    plane = np.zeros(layer.shape[1:], bool)
    for k in slices:
        np.logical_or(plane, layer[k], out=plane)
    rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    first = np.array([columns[0], rows[0], slices[0]], float)
    return first, np.array([columns[-1], rows[-1], slices[-1]], float)
