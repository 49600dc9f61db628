"""The drawings of a loop in one segmentation."""

from collections.abc import Sequence

import numpy as np

from ...images.arrays import SegmentationArrays, SegmentDescription
from ...images.grid import Grid
from ...masks.resampler import Resampler
from .regions_to_draw import RegionsToDraw


def merged(drawings: Sequence[SegmentationArrays], grid: Grid, regions: RegionsToDraw) -> SegmentationArrays:
    """A region is where any of the drawings has a segment of its name, on the voxels of ``grid``.

    Regions may overlap, so none loses a voxel; what overlaps cost is decided and counted where a label map
    is made of them. The regions of the quiz come first, in its order, then the others as they are met.
    """
    known = [region.name for region in regions.regions]
    met = {segment.name: segment for drawing in reversed(drawings) for segment in drawing.segments}
    order = sorted(met, key=lambda name: known.index(name) if name in known else len(known))
    layers: list[np.ndarray] = []
    segments: list[SegmentDescription] = []
    for number, name in enumerate(order, start=1):
        drawn = _union(drawings, name, grid)
        layer = next((n for n, each in enumerate(layers) if not each[drawn].any()), len(layers))
        if layer == len(layers):
            layers.append(np.zeros(grid.shape, np.min_scalar_type(len(order))))
        layers[layer][drawn] = number
        segments.append(SegmentDescription(name, layer, number, met[name].color))
    return SegmentationArrays(tuple(layers), grid.ijk_to_ras, tuple(segments))


def _union(drawings: Sequence[SegmentationArrays], name: str, grid: Grid) -> np.ndarray:
    drawn = np.zeros(grid.shape, bool)
    for drawing in drawings:
        resampler = Resampler(drawing.grid, grid)
        for segment in drawing.segments:
            if segment.name == name:
                for k, plane in enumerate(drawn):
                    found = resampler.plane(drawing.layers[segment.layer], k)
                    if found is not None:
                        plane |= found == segment.value
    return drawn
