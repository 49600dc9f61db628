"""What a drawing begins as, put together by a thread: earlier drawings, and contours that are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ...images.arrays import SegmentationArrays
from ...images.loading.overlap import grid_of_volume
from ...images.types.segmentation import named_by_quiz
from ...quiz.given_contours import given_on
from ...quiz.model import Layer
from ...views.segment_planes import PlaneScan, voxel_count
from .given_contours import GivenContours, given_contours
from .merging import merged
from .segment_arrays import layers_of

if TYPE_CHECKING:
    from ...images.arrays import ImageArrays
    from ...images.grid import Grid
    from ...quiz.model import Image, Page
    from ...quiz.regions import QuizRegions
    from .coming_drawings import DrawingOnDisk
    from .regions_to_draw import RegionsToDraw

DRAWN_ON = (Layer.BACKGROUND, Layer.FOREGROUND)


class Start(NamedTuple):
    """``scan`` and the number of ``voxels`` are those of ``arrays``, in which the node may draw."""

    arrays: SegmentationArrays
    scan: PlaneScan
    voxels: int


@dataclass(frozen=True, eq=False)
class MergedStart:
    """What several drawings are together, on the voxels of ``grid``."""

    of: tuple[DrawingOnDisk, ...]
    grid: Grid
    start: Start

    def is_of(self, earlier: Sequence[DrawingOnDisk], grid: Grid) -> bool:
        return self.of == tuple(earlier) and self.grid.is_like(grid)


def merged_start(earlier: Sequence[DrawingOnDisk], grid: Grid, regions: RegionsToDraw) -> MergedStart:
    """Those of ``earlier`` that hold segments; there is one at least."""
    drawn = [each.found.segmentation for each in earlier if each.found.segmentation is not None]
    arrays = merged(drawn, grid, regions)
    scan = PlaneScan(layers_of(arrays)).to_the_end()
    return MergedStart(tuple(earlier), grid, Start(arrays, scan, voxel_count(layers_of(arrays))))


@dataclass(frozen=True, eq=False)
class GivenStart:
    """What is given on an image, by the arrays that it is made of; ``contours`` is None where these show no
    region."""

    of: tuple[SegmentationArrays, ...]
    grid: Grid
    contours: GivenContours | None

    def is_of(self, on: PageArrays, image_id: str) -> bool:
        there = [arrays for _image, arrays in on.given(image_id)]
        is_same = [id(each) for each in self.of] == [id(each) for each in there]
        return is_same and self.grid.is_like(on.grid(image_id))


@dataclass(frozen=True, eq=False)
class PageArrays:
    """A page with the arrays of its images, None for one that could not be read; ``names`` are the quiz's.
    Any thread may ask."""

    page: Page
    arrays: Sequence[ImageArrays | None]
    names: QuizRegions

    def grid(self, image_id: str) -> Grid:
        """The voxels that are drawn on. Raises KeyError where none could be read."""
        for image, arrays in zip(self.page.images, self.arrays, strict=True):
            grid = grid_of_volume(arrays) if image.id == image_id and image.layer in DRAWN_ON else None
            if grid is not None:
                return grid
        raise KeyError(image_id)

    def given(self, image_id: str) -> list[tuple[Image, SegmentationArrays]]:
        """What of one file readers start from on an image, where that could be read."""
        places = given_on(self.page).get(image_id, [])
        return [
            (self.page.images[place], arrays)
            for place in places
            if isinstance(arrays := self.arrays[place], SegmentationArrays)
        ]

    def given_start(self, image_id: str, regions: RegionsToDraw) -> GivenStart:
        given, grid = self.given(image_id), self.grid(image_id)
        named = [(image, named_by_quiz(arrays, self.names.of(image))) for image, arrays in given]
        contours = given_contours(named, self.page, image_id, grid, regions)
        return GivenStart(tuple(arrays for _image, arrays in given), grid, contours)
