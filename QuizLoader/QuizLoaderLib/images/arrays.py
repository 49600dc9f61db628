"""What reading a file gives: arrays with their location in the patient, before there is any MRML node.

Arrays are indexed ``[slice, row, column]`` (k, j, i) as numpy and VTK do; ``ijk_to_ras`` is a 4x4 matrix
from (i, j, k, 1) at the voxel's centre to RAS in mm.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ..quiz.problems import Problem
from .grid import Grid


class ImageArrays(Protocol):
    """What a Type makes of a file: the warnings met, and the arrays that take memory."""

    @property
    def problems(self) -> tuple[Problem, ...]: ...

    @property
    def buffers(self) -> tuple[np.ndarray, ...]: ...


@dataclass(frozen=True)
class DicomIdentity:
    """Who a volume is in DICOM; ``slice_uids`` are SOP Instance UIDs in the order of the acquired slices.

    ``slice_offsets_mm`` says where these lie along the normal, from the volume's first slice on; empty
    where they are the volume's own slices (a series of uneven spacing is resampled). ``suv_of_one`` is the
    standardized uptake value of a voxel value of 1, None where it is not known.
    """

    series_uid: str
    frame_of_reference_uid: str = ""
    modality: str = ""
    slice_uids: tuple[str, ...] = ()
    slice_offsets_mm: tuple[float, ...] = ()
    suv_of_one: float | None = None


@dataclass(frozen=True)
class DrawnOn:
    """What DICOM says that segments were drawn on: a frame of reference, and series in it, by their UIDs."""

    frame_of_reference_uid: str
    series_uids: frozenset[str]

    def excludes(self, volume: DicomIdentity) -> bool:
        """Whether a volume is certainly another, in which the same place is not the same point."""
        frames = self.frame_of_reference_uid, volume.frame_of_reference_uid
        return "" not in frames and frames[0] != frames[1] and volume.series_uid not in self.series_uids


@dataclass(frozen=True, eq=False)
class VolumeArrays:
    """A scalar or colour image.

    ``voxels`` is (slices, rows, columns) or, for colours, (slices, rows, columns, components);
    ``frame_of_reference`` is DICOM's UID where it is known. ``window_level`` is (window, level) from the
    file's header, None where it has none. ``units`` are the voxels' where the file says them (HU, BQML, GY).
    ``is_inverted`` says that low values are to be shown bright (MONOCHROME1). ``is_calibrated`` is False
    where the file does not say how large its pixels are: they count as 1 mm, and no length is told in mm.
    ``problems`` are warnings met while reading, without line.
    """

    voxels: np.ndarray
    ijk_to_ras: np.ndarray
    dicom: DicomIdentity | None = None
    window_level: tuple[float, float] | None = None
    problems: tuple[Problem, ...] = ()
    units: str = ""
    is_inverted: bool = False
    is_calibrated: bool = True

    @property
    def grid(self) -> Grid:
        return Grid.of(self.voxels, self.ijk_to_ras)

    @property
    def modality(self) -> str:
        """As DICOM calls it, empty where the file does not know."""
        return self.dicom.modality if self.dicom else ""

    @property
    def buffers(self) -> tuple[np.ndarray, ...]:
        return (self.voxels,)


@dataclass(frozen=True)
class SegmentDescription:
    """One segment: where ``layers[layer] == value`` of its SegmentationArrays.

    ``color`` is (r, g, b) 0..1, None where the file gives none. ``id`` is the segment's ID in the file,
    empty where it has none. ``tags`` are further facts that a .seg.nrrd keeps (terminology among them).
    ``label_value`` is the number that the file gives the region (in DICOM the segment's), None where it
    gives none; ``is_named`` is whether the name is the file's too.
    """

    name: str
    layer: int
    value: int
    color: tuple[float, float, float] | None = None
    id: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    label_value: int | None = None
    is_named: bool = True


@dataclass(frozen=True, eq=False)
class SegmentationArrays:
    """Segments as label images: ``layers`` share one shape (slices, rows, columns) and ``ijk_to_ras``.

    Segments of one layer do not overlap each other, segments of several layers may. A .seg.nrrd often holds
    only the part of its reference image where segments are: ``extent_offset`` is (i, j, k) of its first
    voxel there (``ijk_to_ras`` already counts from that voxel), ``conversion_parameters`` Slicer's text that
    names the whole grid.
    """

    layers: tuple[np.ndarray, ...]
    ijk_to_ras: np.ndarray
    segments: tuple[SegmentDescription, ...]
    problems: tuple[Problem, ...] = ()
    extent_offset: tuple[int, int, int] = (0, 0, 0)
    conversion_parameters: str = ""
    drawn_on: DrawnOn | None = None

    @property
    def names(self) -> list[str]:
        return [segment.name for segment in self.segments]

    @property
    def grid(self) -> Grid:
        """That of all layers; of no voxels where there is no layer."""
        return Grid.of(self.layers[0], self.ijk_to_ras) if self.layers else Grid((0, 0, 0), self.ijk_to_ras)

    @property
    def buffers(self) -> tuple[np.ndarray, ...]:
        return self.layers


@dataclass(frozen=True, eq=False)
class PageVolume:
    """A volume as one of its page, on which regions may be drawn: ``name`` is for people, ``is_behind`` says
    that it is the background of the view on which the regions are shown."""

    name: str
    arrays: VolumeArrays
    is_behind: bool = False
