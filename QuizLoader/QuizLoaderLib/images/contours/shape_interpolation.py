"""The slices between those an ROI is drawn on, by interpolation between signed distances."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import median

import numpy as np

from .fill import Block


def gaps_to_fill(slices: set[int]) -> list[tuple[int, int]]:
    """Pairs of drawn slices with undrawn ones between them that belong to the same part of the ROI.

    One missing slice, or as many as the ROI's usual spacing leaves out; a wider gap parts two regions.
    """
    drawn = sorted(slices)
    steps = [later - earlier for earlier, later in pairwise(drawn)]
    if not steps:
        return []
    widest = max(2.0, 1.5 * median(steps))
    return [(drawn[i], drawn[i + 1]) for i, step in enumerate(steps) if 1 < step <= widest]


def with_gaps_filled(blocks: Iterable[Block], offsets: np.ndarray) -> Iterator[Block]:
    """The blocks, and one for each slice of the gaps; ``offsets`` are the slices' positions in mm."""
    planes: dict[int, tuple[int, int, np.ndarray]] = {}
    for block in blocks:
        yield block
        for k, plane in zip(block.slices, block.mask, strict=True):
            planes[int(k)] = (block.row, block.column, plane)
    for lower, upper in gaps_to_fill({k for k, (_, _, plane) in planes.items() if plane.any()}):
        row, column, below = planes[lower]
        distance_below, distance_above = _distance(below), _distance(planes[upper][2])
        for k in range(lower + 1, upper):
            weight = (offsets[k] - offsets[lower]) / (offsets[upper] - offsets[lower])
            between = distance_below * (1 - weight) + distance_above * weight
            yield Block(np.array([k]), row, column, (between < 0)[np.newaxis])


def _distance(mask: np.ndarray) -> np.ndarray:
    """In voxels from the edge, negative inside; a margin makes the border of the mask an edge."""
    import SimpleITK

    image = SimpleITK.GetImageFromArray(np.pad(mask.astype(np.uint8), 1))
    distance = SimpleITK.SignedMaurerDistanceMap(image, insideIsPositive=False, squaredDistance=False)
    inside = SimpleITK.GetArrayViewFromImage(distance)[1:-1, 1:-1]
    return np.where(mask, np.minimum(inside, -0.5), np.maximum(inside, 0.5))
