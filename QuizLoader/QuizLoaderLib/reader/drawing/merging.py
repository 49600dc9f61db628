"""Several drawings of one image as one."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ...images.arrays import SegmentationArrays, SegmentDescription
from ...images.grid import Grid, moved
from ...masks.resampler import Resampler
from ...views.segment_planes import ValueTable
from .regions_to_draw import RegionsToDraw

_Sheet = tuple[frozenset[int], np.ndarray]
"""Numbers of regions, and where they are: a label image in which none overlaps another."""


def merged(drawings: Sequence[SegmentationArrays], grid: Grid, regions: RegionsToDraw) -> SegmentationArrays:
    """A region is where any of the drawings has a segment of its name, on the voxels of ``grid``.

    Regions may overlap, so none loses a voxel; what overlaps cost is decided and counted where a label map
    is made of them. The regions of the quiz come first, in its order, then the others as they are met.
    """
    known = [region.name for region in regions.regions]
    met = {segment.name: segment for drawing in reversed(drawings) for segment in drawing.segments}
    order = sorted(met, key=lambda name: known.index(name) if name in known else len(known))
    numbers = {name: number for number, name in enumerate(order, start=1)}
    sheets = [sheet for drawing in drawings for sheet in _sheets(drawing, numbers, grid)]
    often = Counter(number for of_sheet, _voxels in sheets for number in of_sheet)
    repeated = {number: _taken_out(sheets, number) for number, times in often.items() if times > 1}
    layers, layer_of = _laid_together(sheets)
    for number, planes in repeated.items():
        layer_of[number] = _free(layers, planes)
        if layer_of[number] == len(layers):
            layers.append(np.zeros_like(layers[0]))
        for k, drawn in planes.items():
            layers[layer_of[number]][k][drawn] = number
    segments = [
        SegmentDescription(name, layer_of.get(number, 0), number, met[name].color)
        for name, number in numbers.items()
    ]
    return SegmentationArrays(
        tuple(layers) or (np.zeros(grid.shape, np.uint8),), grid.ijk_to_ras, tuple(segments)
    )


def _sheets(drawing: SegmentationArrays, numbers: Mapping[str, int], grid: Grid) -> Iterator[_Sheet]:
    """A drawing's layers on the voxels of ``grid``, one more where a value has segments of several names."""
    resampler = Resampler(drawing.grid, grid)
    dtype = np.min_scalar_type(len(numbers))
    for layer, voxels in enumerate(drawing.layers):
        tables: list[dict[int, int]] = []
        holds = np.iinfo(voxels.dtype)
        for segment in drawing.segments:
            if segment.layer == layer and holds.min <= segment.value <= holds.max:
                number = numbers[segment.name]
                table = next((each for each in tables if each.get(segment.value, number) == number), None)
                if table is None:
                    tables.append(table := {})
                table[segment.value] = number
        for table in tables:
            sheet = np.zeros(grid.shape, dtype)
            numbers_of = ValueTable(table, dtype)
            for plane, found in _planes(sheet, voxels, resampler):
                plane[...] = numbers_of(found)
            yield frozenset(table.values()), sheet


def _planes(
    sheet: np.ndarray, voxels: np.ndarray, resampler: Resampler
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Planes of the sheet, or the parts of them that ``voxels`` take, each with its voxels."""
    source, grid = resampler.source, resampler.target
    if source.is_part_of(grid):
        i, j, k = np.rint(moved(source.indices_in(grid), np.zeros((1, 3)))[0]).astype(int)
        slices, rows, columns = source.shape
        yield from zip(sheet[k : k + slices, j : j + rows, i : i + columns], voxels, strict=True)
        return
    for k, plane in enumerate(sheet):
        found = resampler.plane(voxels, k)
        if found is not None:
            yield plane, found


def _taken_out(sheets: Sequence[_Sheet], number: int) -> dict[int, np.ndarray]:
    """Where a region is on any of the sheets, by plane, bool; on none of them it is any more."""
    planes: dict[int, np.ndarray] = {}
    for sheet in (sheet for of_sheet, sheet in sheets if number in of_sheet):
        for k, plane in enumerate(sheet):
            drawn = plane == number
            if drawn.any():
                plane[drawn] = 0
                planes[k] = planes[k] | drawn if k in planes else drawn
    return planes


def _laid_together(sheets: Sequence[_Sheet]) -> tuple[list[np.ndarray], dict[int, int]]:
    """As few layers as the sheets make that do not overlap, and the layer of each region."""
    layers: list[np.ndarray] = []
    layer_of: dict[int, int] = {}
    for numbers, sheet in sheets:
        layer = _free(layers, dict(enumerate(sheet)))
        if layer == len(layers):
            layers.append(sheet)
        else:
            layers[layer] |= sheet
        layer_of |= dict.fromkeys(numbers, layer)
    return layers, layer_of


def _free(layers: Sequence[np.ndarray], planes: Mapping[int, np.ndarray]) -> int:
    """The first of the layers in which nothing is where these planes are not 0; behind all, where none is."""
    for number, layer in enumerate(layers):
        if not any(np.logical_and(layer[k], plane).any() for k, plane in planes.items()):
            return number
    return len(layers)
