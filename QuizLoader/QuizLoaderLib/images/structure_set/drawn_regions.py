"""Type RTStruct: a DICOM structure set on the grid of a volume of its page."""

import logging
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

from ...quiz.problems import Problem
from ..arrays import SegmentationArrays, SegmentDescription, VolumeArrays
from ..contours.fill import Block, Boundary, fill
from ..contours.label_layers import LabelLayers, voxel_counts
from ..contours.slice_grid import SliceGrid
from ..files.read_context import ReadContext
from .file import Roi, StructureSet, read_structure_set
from .placing import PlacedRoi, place
from .problems import problems_of
from .reference import reference_of

_log = logging.getLogger(__name__)
_BOUNDARY_TAG = "QuizLoader.Boundary"


def read(context: ReadContext) -> SegmentationArrays:
    """For the registry. :raises ImageReadError:"""
    return read_rtstruct(context)


def read_rtstruct(
    context: ReadContext, boundary: Boundary | None = None, fill_gaps: bool = False
) -> SegmentationArrays:
    """Every ROI as a segment with its name, colour and number, on the grid that the page gives.

    ``boundary`` None: found for each ROI by its vertices. ``fill_gaps`` interpolates the shape where an ROI
    is drawn on every other slice. What is wrong with a polygon loses that polygon, with a ROI that ROI;
    the problems say which.

    :raises ImageReadError: no structure set, no volume on the page, or one of another frame of reference.
    """
    return read_drawn_rois(context, boundary, fill_gaps).segmentation()


def read_drawn_rois(
    context: ReadContext, boundary: Boundary | None = None, fill_gaps: bool = False
) -> "DrawnRegions":
    """As ``read_rtstruct``, each ROI filled only when it is asked for."""
    structure = read_structure_set(context.path)
    volume, problems = reference_of(structure.references, context)
    return DrawnRegions(structure, volume, boundary, fill_gaps, tuple(problems))


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
        for roi in structure.rois:
            _leave_out_other_frame(roi, frame, structure)
            one = place(roi, self._grid, boundary)
            self._placed.append(one)
            _log.info('%s: ROI %d "%s": %s', structure.path.name, roi.number, roi.name, one.boundary.value)

    def blocks(self, index: int) -> Iterator[Block]:
        """The voxels of an ROI, filled now; none for an empty one."""
        return _blocks(self._placed[index], self._grid, self._fill_gaps)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Warnings; all of them where every ROI was filled."""
        return (*self._doubts, *problems_of(self._structure, self._placed, self._fill_gaps))

    def doubted(self, problems: Sequence[Problem]) -> "DrawnRegions":
        """The same with further warnings, told before the others."""
        other = copy(self)
        other._doubts = (*problems, *self._doubts)
        return other

    def segmentation(self) -> SegmentationArrays:
        """All ROIs as segments; an empty ROI is an empty segment."""
        layers = LabelLayers(self.shape)
        segments: list[SegmentDescription] = []
        ids: set[str] = set()
        for index, (roi, one) in enumerate(zip(self._structure.rois, self._placed, strict=True)):
            layer, value = layers.add(self.blocks(index))
            segments.append(
                SegmentDescription(roi.name, layer, value, roi.color, _id(roi, ids), _tags(roi, one))
            )
        return SegmentationArrays(
            layers.arrays(self.sources), self.ijk_to_ras, tuple(segments), self.problems
        )


def rasterize(structure: StructureSet, volume: VolumeArrays) -> SegmentationArrays:
    """The ROIs on the grid of a volume, whatever its frame of reference."""
    return DrawnRegions(structure, volume).segmentation()


def _leave_out_other_frame(roi: Roi, frame: str, structure: StructureSet) -> None:
    """An ROI of another frame of reference than the rest of its structure set, and than the image."""
    own = roi.frame_of_reference_uid
    if frame and own and own != frame and frame in structure.references.frame_of_reference_uids:
        for polygon in roi.polygons:
            roi.lose(polygon.number, "is of another frame of reference")
        roi.polygons = []


def _id(roi: Roi, used: set[str]) -> str:
    """ROI numbers should be unique; where they are not, the segments still are."""
    name, nth = f"ROI_{roi.number}", 1
    while name in used:
        nth += 1
        name = f"ROI_{roi.number}_{nth}"
    used.add(name)
    return name


def _tags(roi: Roi, placed: PlacedRoi) -> dict[str, str]:
    return {
        "DICOM.ROINumber": str(roi.number),
        "DICOM.ContourCount": str(roi.polygon_count),
        _BOUNDARY_TAG: placed.boundary.value,
    }


def _blocks(placed: PlacedRoi, grid: SliceGrid, fill_gaps: bool) -> Iterator[Block]:
    if placed.crossing:
        from .crossing import sampled

        return sampled(*placed.crossing, grid)
    blocks = fill(placed.polygons, grid.rows, grid.columns, placed.boundary, placed.overlapping)
    if fill_gaps and placed.gap_slices:
        from ..contours.shape_interpolation import with_gaps_filled

        return with_gaps_filled(blocks, grid.offsets)
    return blocks


@dataclass(frozen=True)
class RoiContents:
    """One ROI for people; ``color`` 0..1; ``voxels`` and ``boundary`` only where a grid is given."""

    number: int
    name: str
    color: tuple[float, float, float] | None
    contours: int
    voxels: int | None = None
    boundary: Boundary | None = None


def rtstruct_contents(
    path: Path, volume: VolumeArrays | None = None
) -> tuple[list[RoiContents], list[Problem]]:
    """The ROIs of a structure set, and their sizes on the grid of a volume where one is given.

    :raises ImageReadError: as ``read_structure_set``.
    """
    structure = read_structure_set(path)
    rois = [RoiContents(roi.number, roi.name, roi.color, roi.polygon_count) for roi in structure.rois]
    if volume is None:
        return rois, problems_of(structure, [PlacedRoi() for _ in structure.rois], False)
    arrays = rasterize(structure, volume)
    counts = voxel_counts(arrays)
    rules = [Boundary(segment.tags[_BOUNDARY_TAG]) for segment in arrays.segments]
    counted = [
        replace(roi, voxels=count, boundary=rule)
        for roi, count, rule in zip(rois, counts, rules, strict=True)
    ]
    return counted, list(arrays.problems)
