"""All that an author wants to know of an image file: how large, where, which values, which regions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...quiz.label_colors import color255, color_of_value
from ...quiz.model import ImageType
from ...quiz.problems import Problem
from ..arrays import SegmentationArrays, VolumeArrays
from ..errors import ImageReadError
from ..files.file_facts import look_at
from ..files.file_formats import FileFormat
from ..files.image_file import ImageFile
from ..grid import Grid
from . import segmentation, vector, volume_sequence
from .segmentation import is_slicer_segmentation, segment_name
from .type_module import ReadContext
from .volume import volume_of

if TYPE_CHECKING:
    from ..dicom.headers import Header

_MOST_LABELS = 100
"""An integer image of more values than this is taken for grey values, and its values are not listed."""


@dataclass(frozen=True)
class RegionInfo:
    """``name`` is what an ROI element gives; ``color`` is (r, g, b) 0..255 as it shows without a colour file.

    ``value`` is the region's number in the file, ``voxels`` None where there is no grid to count them on.
    ``segment_name`` is the name that a label image's value has where it is read as a Segmentation;
    ``contours`` is how many a structure set has of it.
    """

    name: str
    value: int | None
    color: tuple[int, int, int]
    voxels: int | None
    segment_name: str = ""
    contours: int | None = None


@dataclass(frozen=True)
class Values:
    """``number_type`` is numpy's name; ``smallest`` and ``largest`` are finite, None where no value is."""

    number_type: str
    for_each_voxel: int
    smallest: float | None
    largest: float | None
    units: str = ""


@dataclass(frozen=True)
class FileInfo:
    """One image; of a DICOM folder one series. ``types`` are the Types that show it, the likeliest first;
    there is none for what is no image or cannot be read. ``grid`` is that of each time point, in mm where it
    ``is_calibrated``, else in pixels."""

    file: str
    types: tuple[ImageType, ...]
    grid: Grid | None = None
    values: Values | None = None
    dicom: str = ""
    regions: tuple[RegionInfo, ...] = ()
    problems: tuple[Problem, ...] = ()
    time_points: int = 1
    is_calibrated: bool = True


def file_info(path: Path) -> list[FileInfo]:
    """What is in a file; its voxels are read. A folder is one of DICOM series. Raises ImageReadError."""
    facts = look_at(path)
    if facts.format is FileFormat.FOLDER:
        return _dicom_folder(path)
    if facts.is_dicom:
        return [_dicom_file(path)]
    if facts.format is FileFormat.PICTURE:
        return [_volumes(path, ImageType.VECTOR, [vector.read(ReadContext(path, known=facts))])]
    return [_image_file(ImageFile(facts))]


def _image_file(file: ImageFile) -> FileInfo:
    path, context = file.path, ReadContext(file.path, opened=lambda: file, known=file.facts)
    if is_slicer_segmentation(file):
        return _segmentation(path, segmentation.read(context))
    if file.has_frames:
        return _sequence(path, volume_sequence.read(context))
    if file.components > 1:
        found = _volumes(path, ImageType.VECTOR, [volume_of(file, file.colors)])
        return found if file.components in (3, 4) else replace(found, types=())
    found = _volumes(path, ImageType.VOLUME, [volume_of(file, file.voxels)])
    if file.voxels.dtype.kind in "iu" and 0 < len(file.labels.values) <= _MOST_LABELS:
        types = (ImageType.LABEL_MAP, ImageType.SEGMENTATION, ImageType.VOLUME)
        return replace(found, types=types, regions=_labels(file))
    return found


def _sequence(path: Path, sequence: volume_sequence.SequenceArrays, dicom: str = "") -> FileInfo:
    return _volumes(path, ImageType.VOLUME_SEQUENCE, sequence.frames, dicom, sequence.problems)


def _volumes(
    path: Path,
    type: ImageType,
    frames: Sequence[VolumeArrays],
    dicom: str = "",
    problems: tuple[Problem, ...] | None = None,
) -> FileInfo:
    """``problems`` are those of the first frame, where none are given."""
    first = frames[0]
    values = _values(*(frame.voxels for frame in frames), units=first.units)
    problems = first.problems if problems is None else problems
    grid, count = first.grid, len(frames)
    return FileInfo(str(path), (type,), grid, values, dicom, (), problems, count, first.is_calibrated)


def _segmentation(path: Path, arrays: SegmentationArrays, dicom: str = "") -> FileInfo:
    counted = enumerate(zip(arrays.segments, _segment_voxels(arrays), strict=True), start=1)
    regions = tuple(
        RegionInfo(one.name, one.label_value, color255(one.color or color_of_value(number)), count)
        for number, (one, count) in counted
    )
    type, values = ImageType.SEGMENTATION, _values(*arrays.layers)
    return FileInfo(str(path), (type,), arrays.grid, values, dicom, regions, arrays.problems)


def _dicom_file(path: Path) -> FileInfo:
    from ..dicom.headers import read_header

    header = read_header(path)
    if header.modality == "RTSTRUCT":
        return _structure_set(header)
    if header.modality == "SEG":
        from ..dicom.segmentation import segmentation_of

        return _segmentation(path, segmentation_of(header), "SEG")
    return _series(header)


def _structure_set(header: "Header") -> FileInfo:
    """Its voxels are counted on the series it was drawn on, where that lies in the same folder."""
    from ..dicom.series import read_grid
    from ..structure_set.drawn_regions import DrawnRegions
    from ..structure_set.file import structure_set_of
    from ..structure_set.problems import problems_of
    from ..structure_set.reference import file_of_series

    path, structure = header.path, structure_set_of(header)
    drawn_on = file_of_series(structure.references, [path.parent])
    counts: list[int | None] = [None] * len(structure.rois)
    grid, problems = None, tuple(problems_of(structure))
    if drawn_on is not None:
        volume = read_grid(drawn_on)
        arrays = DrawnRegions(structure, volume).segmentation()
        counts = [*_segment_voxels(arrays)]
        grid, problems = volume.grid, arrays.problems
    colors = [color255(roi.color or color_of_value(roi.number)) for roi in structure.rois]
    regions = tuple(
        RegionInfo(roi.name, roi.number, color, count, contours=roi.polygon_count)
        for roi, color, count in zip(structure.rois, colors, counts, strict=True)
    )
    return FileInfo(str(path), (ImageType.RT_STRUCT,), grid, None, "RTSTRUCT", regions, problems)


def _series(own: "Header") -> FileInfo:
    from ..dicom.series import find_series

    series = find_series(own.path, own)
    header, files = series.header, series.files
    about = f"{header.modality} {header.text('SeriesDescription')}".strip()
    about = f"{about}, {files} file{'s' * (files > 1)}"
    if len(series.times) > 1:
        return _sequence(own.path, volume_sequence.time_points_of(series), about)
    volume = series.read(0)
    type = ImageType.VECTOR if volume.voxels.ndim > 3 else ImageType.VOLUME
    return _volumes(own.path, type, [volume], about)


def _dicom_folder(folder: Path) -> list[FileInfo]:
    """One for each image series, and one for each other file."""
    from ..dicom.headers import NOT_DICOM, headers_in

    firsts: dict[object, Header] = {}
    for header in headers_in(folder, ("SeriesInstanceUID", "Modality", "Rows", "Columns")):
        firsts.setdefault(header.series_uid if header.is_image else header.path, header)
    if not firsts:
        raise ImageReadError(
            NOT_DICOM, f"“{folder.name}” has no DICOM file.", "give the name of an image file"
        )
    return [_in_dicom_folder(header) for header in firsts.values()]


def _in_dicom_folder(header: "Header") -> FileInfo:
    if not header.is_image and header.modality not in ("RTSTRUCT", "SEG"):
        return FileInfo(str(header.path), (), dicom=header.modality)
    try:
        return _dicom_file(header.path)
    except ImageReadError as fault:
        return FileInfo(str(header.path), (), dicom=header.modality, problems=(fault.problem,))


def _segment_voxels(arrays: SegmentationArrays) -> list[int]:
    counted = [
        _counts(layer, [one.value for one in arrays.segments if one.layer == number])
        for number, layer in enumerate(arrays.layers)
    ]
    return [counted[one.layer][one.value] for one in arrays.segments]


def _labels(file: ImageFile) -> tuple[RegionInfo, ...]:
    labels = file.labels
    counts = _counts(labels.shown, labels.indexes)
    return tuple(
        _label(file, value, counts[index]) for value, index in zip(labels.values, labels.indexes, strict=True)
    )


def _label(file: ImageFile, value: int, voxels: int) -> RegionInfo:
    """Of one name as both Types where the file has it, else its digits."""
    own = file.named_values.get(value)
    color = color255((own.color if own else None) or color_of_value(value))
    if own is not None:
        return RegionInfo(own.name, value, color, voxels, own.name)
    return RegionInfo(str(value), value, color, voxels, segment_name(value))


def _counts(voxels: np.ndarray, values: Sequence[int]) -> dict[int, int]:
    """How many voxels have each of these values; by planes, so that no working copy is made."""
    counts = dict.fromkeys(values, 0)
    for plane in voxels:
        found, how_many = np.unique(plane, return_counts=True)
        for value, count in zip(found.tolist(), how_many.tolist(), strict=True):
            if value in counts:
                counts[value] += count
    return counts


def _values(*voxels: np.ndarray, units: str = "") -> Values:
    """Of arrays (slices, rows, columns) or, for colours, with the components behind."""
    ranges = [extent for one in voxels for extent in _finite_ranges(one)]
    return Values(
        voxels[0].dtype.name,
        voxels[0].shape[3] if voxels[0].ndim > 3 else 1,
        min((low for low, _ in ranges), default=None),
        max((high for _, high in ranges), default=None),
        units,
    )


def _finite_ranges(voxels: np.ndarray) -> Iterator[tuple[float, float]]:
    for plane in voxels:
        finite = plane[np.isfinite(plane)] if plane.dtype.kind == "f" else plane
        if finite.size:
            yield finite.min().item(), finite.max().item()
