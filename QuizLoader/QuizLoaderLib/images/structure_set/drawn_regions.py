"""The ROIs of a structure set on the grid of a volume, as voxels when they are asked for."""

import logging
from collections.abc import Iterator, Sequence
from copy import copy

from ...quiz.problems import Problem
from ..arrays import PageVolume, SegmentationArrays, SegmentDescription, VolumeArrays
from ..contours.fill import Block, Boundary, fill
from ..contours.label_layers import LabelLayers
from ..contours.shape_interpolation import with_gaps_filled
from ..contours.slice_grid import SliceGrid
from ..grid import Grid
from .file import Roi, StructureSet
from .placing import PlacedRoi, place, sampled
from .problems import problems_of
from .reference import reference_of

_log = logging.getLogger(__name__)
_BOUNDARY_TAG = "QuizLoader.Boundary"


def draw_regions(
    structure: StructureSet,
    volumes: Sequence[PageVolume],
    boundary: Boundary | None = None,
    fill_gaps: bool = False,
) -> "DrawnRegions":
    """The ROIs on the volume that they were drawn on, or else belong on, of those of a page.

    ``boundary`` None is found for each ROI by its vertices. ``fill_gaps`` interpolates the shape where an ROI
    is drawn on every other slice. The problems say which polygons and ROIs are lost.

    :raises ImageReadError: no volume, or one of another frame of reference.
    """
    volume, doubts = reference_of(structure.references, structure.path.name, volumes)
    return DrawnRegions(structure, volume, boundary, fill_gaps, tuple(doubts))


class DrawnRegions:
    """The polygons of a structure set laid onto the slices of a volume, whatever its frame of reference.

    ``shape`` is (slices, rows, columns) of the slices as acquired; ``sources`` says for each slice of the
    volume which of these it shows (None: they are the same).
    """

    def __init__(
        self,
        structure: StructureSet,
        volume: VolumeArrays,
        boundary: Boundary | None = None,
        fill_gaps: bool = False,
        doubts: tuple[Problem, ...] = (),
    ) -> None:
        self.ijk_to_ras = volume.ijk_to_ras
        self.names = [roi.name for roi in structure.rois]
        self._structure, self._fill_gaps, self._doubts = structure, fill_gaps, doubts
        self._grid = SliceGrid.of(volume)
        self.shape = (len(self._grid.offsets), self._grid.rows, self._grid.columns)
        self.sources = self._grid.sources
        self._placed: list[PlacedRoi] = []
        frame = volume.dicom.frame_of_reference_uid if volume.dicom else ""
        # An ROI of another frame than the rest of its structure set, which has that of the image.
        frames = {frame, ""} if frame in structure.references.frame_of_reference_uids else None
        for roi in structure.rois:
            is_of_other = frames is not None and roi.frame_of_reference_uid not in frames
            one = place(roi, self._grid, boundary, is_of_other)
            self._placed.append(one)
            _log.info("%s: ROI %d “%s”: %s", structure.path.name, roi.number, roi.name, one.boundary.value)

    def blocks(self, index: int) -> Iterator[Block]:
        """The voxels of an ROI, filled now; none for an empty one."""
        placed, grid = self._placed[index], self._grid
        if placed.crossing:
            return sampled(*placed.crossing, grid)
        blocks = fill(placed.polygons, grid.rows, grid.columns, placed.boundary, placed.overlapping)
        is_interpolated = self._fill_gaps and placed.gap_slices
        return with_gaps_filled(blocks, grid.offsets) if is_interpolated else blocks

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Warnings; all of them where every ROI was filled."""
        return (*self._doubts, *problems_of(self._structure, self._placed, self._fill_gaps))

    def doubted(self, problems: Sequence[Problem]) -> "DrawnRegions":
        """The same with further warnings, told before the others."""
        other = copy(self)
        other._doubts = (*problems, *self._doubts)
        return other

    @property
    def grid(self) -> Grid:
        """That of the volume; a slice that the volume repeats counts each time."""
        acquired, rows, columns = self.shape
        slices = acquired if self.sources is None else len(self.sources)
        return Grid((slices, rows, columns), self.ijk_to_ras)

    def segmentation(self) -> SegmentationArrays:
        """All ROIs as segments; an empty ROI is an empty segment."""
        layers = LabelLayers(self.shape)
        segments: list[SegmentDescription] = []
        ids: set[str] = set()
        for index, (roi, one) in enumerate(zip(self._structure.rois, self._placed, strict=True)):
            layer, value = layers.add(self.blocks(index))
            tags = {
                "DICOM.ROINumber": str(roi.number),
                "DICOM.ContourCount": str(roi.polygon_count),
                _BOUNDARY_TAG: one.boundary.value,
            }
            segments.append(SegmentDescription(roi.name, layer, value, roi.color, _id(roi, ids), tags))
        return SegmentationArrays(
            layers.arrays(self.sources), self.ijk_to_ras, tuple(segments), self.problems
        )


def _id(roi: Roi, used: set[str]) -> str:
    """ROI numbers should be unique; where they are not, the segments still are."""
    name, nth = f"ROI_{roi.number}", 1
    while name in used:
        nth += 1
        name = f"ROI_{roi.number}_{nth}"
    used.add(name)
    return name
