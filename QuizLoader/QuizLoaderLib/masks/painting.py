"""Named segments to one mask of values.

The mask's values are those of the value map; where segments overlap, the one that stands later in the map
wins, and every voxel that another one loses is counted.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..images.arrays import SegmentationArrays
from ..images.grid import Grid
from ..images.structure_set.drawn_regions import DrawnRegions
from ..quiz.problems import Problem, ProblemCode, error, has_errors, warning
from ..quiz.value_map import ValueMap
from ..quiz.values import said
from .brushes import ContourBrush, LayerBrush
from .errors import NOTHING_MAPPED, OVERLAP_LOST, MaskError
from .names import region_problems
from .resampler import Resampler

REGION_EMPTY = ProblemCode("M104", "Every region has a voxel in the mask (warning).")
OUTSIDE_GRID = ProblemCode("M201", "Regions lie within the image that they are painted on (warning).")
GRIDS_APART = ProblemCode("M202", "Regions and the image that they are painted on overlap in space.")


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
        return Grid.of(self.voxels, self.ijk_to_ras)


def paint(
    source: SegmentationArrays | DrawnRegions,
    value_map: ValueMap,
    like: Grid | None = None,
    ignore_unmapped: bool = False,
) -> Mask:
    """The mask of a segmentation, or of the ROIs of a structure set, by a value map.

    The mask covers the whole grid ``like`` (nearest neighbour), else the source's own. Its type is the
    smallest unsigned one that holds the values of the map. A region that the map does not name is an error,
    unless ``ignore_unmapped`` leaves it out. Raises MaskError with all reasons at once.
    """
    own = source.grid
    if isinstance(source, DrawnRegions) and like is not None and not like.is_like(own):
        source = source.segmentation()
    names = source.names
    about_names = region_problems(names, value_map, ignore_unmapped)
    order = [name for name in value_map.values if name in set(names)]
    if names and not order and not has_errors(about_names):
        sentence = "None of the regions is in the map, so there is nothing to paint."
        about_names.append(error(NOTHING_MAPPED, sentence))
    if has_errors(about_names):
        raise MaskError(*source.problems, *about_names)

    ranks = {name: rank for rank, name in enumerate(order, start=1)}
    target = like or own
    brush = (
        ContourBrush(source, ranks)
        if isinstance(source, DrawnRegions)
        else LayerBrush(source, ranks, Resampler(own, target))
    )
    smallest_type = np.min_scalar_type(max(value_map.values.values(), default=0))
    values = np.array([0, *(value_map.values[name] for name in order)], smallest_type)
    mask = brush.paint(values)
    problems = [*source.problems, *about_names, *_outside_problems(brush, order)]
    if has_errors(problems):
        raise MaskError(*problems)

    regions, lost = _tallied(order, values, brush.voxels_in_mask, brush.lost, target.voxel_ml)
    gone = {order[rank - 1] for rank in brush.outside}
    problems += [
        warning(REGION_EMPTY, f"The region {said(region.name)} has no voxel in the mask.")
        for region in regions
        if not region.voxels and region.name not in gone
    ]
    problems += [
        warning(
            OVERLAP_LOST,
            f"{_voxels(loss.voxels)} of {said(loss.region)} {'is' if loss.voxels == 1 else 'are'} lost "
            f"under {said(loss.winner)}, which comes later in the map.",
        )
        for loss in lost
    ]
    return Mask(mask, target.ijk_to_ras, regions, lost, tuple(problems))


def _tallied(
    order: list[str],
    values: np.ndarray,
    voxels_in_mask: np.ndarray,
    pairs: Counter[tuple[int, int]],
    voxel_ml: float,
) -> tuple[tuple[PaintedRegion, ...], tuple[LostOverlap, ...]]:
    """Voxels for each region, and for each pair what was lost: nothing between regions of one value."""
    voxels = voxels_in_mask.copy()
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


def _outside_problems(brush: ContourBrush | LayerBrush, order: list[str]) -> list[Problem]:
    if brush.outside and not brush.voxels_in_mask[1:].any():
        sentence = "The regions and the image they are to be painted on do not overlap anywhere in space."
        return [error(GRIDS_APART, sentence, "is it the image they were drawn on?")]
    return [
        warning(
            OUTSIDE_GRID,
            f"{_voxels(count)} of {said(order[rank - 1])} lie outside the image and are not in the mask.",
        )
        for rank, count in sorted(brush.outside.items())
    ]


def _voxels(count: int) -> str:
    return "1 voxel" if count == 1 else f"{count} voxels"
