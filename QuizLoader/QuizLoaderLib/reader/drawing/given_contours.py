"""The regions that a reader is given to judge on an image, on its voxels, and what was changed in them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ...images.arrays import SegmentationArrays
from ...images.grid import Grid
from ...quiz.layout_rows import image_called, image_in_words
from ...views.segment_planes import PlaneScan, SegmentPart, box_of, value_counts
from .drawing_files import cropped
from .merging import merged
from .regions_to_draw import RegionsToDraw
from .segment_arrays import layers_of, voxel_counts

if TYPE_CHECKING:
    from ...quiz.model import Image, Page

    Source = tuple[Image, SegmentationArrays]


@dataclass(frozen=True, eq=False)
class GivenContours:
    """``arrays`` lie within the grid of the image, a segment for each region, whose names differ.
    ``sentences`` say what is odd about them."""

    arrays: SegmentationArrays
    sentences: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return self.arrays.names

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many voxels each region has, by name."""
        return dict(zip(self.names, voxel_counts(self.arrays), strict=True))

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """By name: the same for the same voxels of the image, also in another process."""
        digests = {name: hashlib.blake2b(digest_size=16) for name in self.names}
        column, row, first = self.arrays.extent_offset
        for number, layer in enumerate(self.arrays.layers):
            names = {each.value: each.name for each in self.arrays.segments if each.layer == number}
            for k, plane in enumerate(layer, start=first):
                for value in names.keys() & {int(value) for value, _count in value_counts(plane)}:
                    drawn = plane == value
                    box = box_of(drawn)
                    assert box is not None
                    place = (k, row + box[0].start, column + box[1].start, *drawn[box].shape)
                    voxels = np.packbits(drawn[box]).tobytes()
                    digests[names[value]].update(np.array(place, np.int64).tobytes() + voxels)
        return {name: digest.hexdigest() for name, digest in digests.items()}

    @cached_property
    def scan(self) -> PlaneScan:
        return PlaneScan(layers_of(self.arrays)).to_the_end()

    def look(self, as_start: bool) -> None:
        """Count what a window would wait for, that nobody counts there; ``as_start``: a drawing begins so."""
        _ = self.counts, self.fingerprints, self.scan if as_start else None

    def color(self, name: str) -> tuple[float, float, float]:
        return self.arrays.segments[self.names.index(name)].color or (1.0, 1.0, 1.0)

    def mask(self, name: str) -> np.ndarray:
        """The voxels of a region in the box of ``arrays``, bool (slices, rows, columns)."""
        segment = self.arrays.segments[self.names.index(name)]
        return self.arrays.layers[segment.layer] == segment.value

    def alone(self, name: str) -> SegmentationArrays:
        """One region, its voxels 1 in a layer of its own, cut to them."""
        segment = replace(self.arrays.segments[self.names.index(name)], layer=0, value=1)
        layer = self.mask(name).view(np.uint8)
        return _cut(replace(self.arrays, layers=(layer,), segments=(segment,)))

    def part(self, name: str, k: int) -> SegmentPart:
        """A region in the image's plane k; empty where it has nothing there."""
        first_column, first_row, first = self.arrays.extent_offset
        segment = self.arrays.segments[self.names.index(name)]
        layer = self.arrays.layers[segment.layer]
        if not 0 <= k - first < len(layer):
            return SegmentPart(0, 0, np.zeros((0, 0), bool))
        return SegmentPart(first_row, first_column, layer[k - first] == segment.value)


def given_contours(
    sources: Sequence[Source], page: Page, image_id: str, grid: Grid, regions: RegionsToDraw
) -> GivenContours | None:
    """What these Image elements of one file show, on the image's grid; None where they show no region, or
    none could be read. Any thread may do it."""
    if not sources:
        return None
    name, on = image_called(page, sources[0][0].id), image_in_words(page, image_id)
    arrays = sources[0][1]
    looks = [image.roi_visibility for image, _arrays in sources]
    shown = [one for one in arrays.segments if any(rois is None or rois.shows(one.name) for rois in looks)]
    found = replace(arrays, segments=tuple(shown))
    if not shown:
        return None
    counts = voxel_counts(found)
    sentences = []
    if any(counts) and not found.grid.is_part_of(grid):
        sentences.append(
            f"The given contours {name} have other voxels than {on}; they are shown, "
            "judged and corrected on its voxels, and end where it ends."
        )
    if repeated := next((each for each in found.names if found.names.count(each) > 1), ""):
        sentences.append(f"Several given contours are named “{repeated}”; they are judged as one.")
    empty = [name for name, count in zip(found.names, counts, strict=True) if not count]
    sentences += [f"The given contour “{each}” is empty." for each in empty]
    return GivenContours(_cut(merged([found], grid, regions)), tuple(sentences))


def _cut(arrays: SegmentationArrays) -> SegmentationArrays:
    """To the regions, in memory of their own: the whole image would stay in it."""
    cut = cropped(arrays)
    return replace(cut, layers=tuple(map(np.ascontiguousarray, cut.layers)))
