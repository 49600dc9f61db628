"""All that an author wants to know of an image file: how large, where, which values, which regions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...quiz.label_colors import color_of_value
from ...quiz.model import ImageType
from ...quiz.problems import Problem
from ..arrays import SegmentationArrays, SegmentDescription
from ..errors import ImageReadError
from ..files.file_facts import FileFacts, look_at
from ..files.file_formats import FileFormat
from ..files.image_file import ImageFile
from ..files.labels import Labels
from .read_context import ReadContext
from .segmentation import is_slicer_segmentation, segment_name

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
class GridInfo:
    """Where the voxels are: ``size`` is (columns, rows, slices), with time points behind them.

    ``origin_ras_mm`` is the centre of the first voxel, ``directions_ras`` the unit vectors along a row, a
    column and the slices.
    """

    size: tuple[int, ...]
    spacing_mm: tuple[float, ...]
    origin_ras_mm: tuple[float, ...]
    directions_ras: tuple[tuple[float, ...], ...]


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
    there is none for what is no image or cannot be read."""

    file: str
    types: tuple[str, ...]
    grid: GridInfo | None = None
    values: Values | None = None
    dicom: str = ""
    regions: tuple[RegionInfo, ...] = ()
    problems: tuple[Problem, ...] = ()


def file_info(path: Path) -> list[FileInfo]:
    """What is in a file; its voxels are read. A folder is one of DICOM series. Raises ImageReadError."""
    facts = look_at(path)
    if facts.format is FileFormat.FOLDER:
        return _dicom_folder(path)
    if facts.is_dicom:
        return [_dicom_file(path)]
    if facts.format is FileFormat.PICTURE:
        return [_picture(facts)]
    return [_image_file(ImageFile(facts))]


def _image_file(file: ImageFile) -> FileInfo:
    path = file.path
    if is_slicer_segmentation(file):
        from .segmentation import read

        return _segmentation(path, read(_context(file)))
    if len(file.size) > 3 or (file.components > 1 and not file.is_color):
        return _sequence(file)
    if file.components > 1:
        types, voxels = _types(ImageType.VECTOR), file.colors
    else:
        types, voxels = _types(ImageType.VOLUME), file.voxels
    regions: tuple[RegionInfo, ...] = ()
    if file.components == 1 and voxels.dtype.kind in "iu" and 0 < len(file.labels.values) <= _MOST_LABELS:
        regions = _labels(file.labels)
        types = _types(ImageType.LABEL_MAP, ImageType.SEGMENTATION, ImageType.VOLUME)
    return FileInfo(str(path), types, _grid(voxels, file.ijk_to_ras), _values(voxels), regions=regions)


def _sequence(file: ImageFile) -> FileInfo:
    from .volume_sequence import read

    sequence = read(_context(file))
    frames = [frame.voxels for frame in sequence.frames]
    return FileInfo(
        str(file.path),
        _types(ImageType.VOLUME_SEQUENCE),
        _grid(frames[0], sequence.frames[0].ijk_to_ras, len(frames)),
        _values(*frames),
        problems=sequence.problems,
    )


def _picture(facts: FileFacts) -> FileInfo:
    from .vector import read

    arrays = read(ReadContext(facts.path, known=facts))
    grid, values = _grid(arrays.voxels, arrays.ijk_to_ras), _values(arrays.voxels)
    return FileInfo(str(facts.path), _types(ImageType.VECTOR), grid, values, problems=arrays.problems)


def _segmentation(path: Path, arrays: SegmentationArrays, dicom: str = "") -> FileInfo:
    return FileInfo(
        str(path),
        _types(ImageType.SEGMENTATION),
        _grid(arrays.layers[0], arrays.ijk_to_ras),
        _values(*arrays.layers),
        dicom,
        _segments(arrays),
        arrays.problems,
    )


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
        counts = [region.voxels for region in _segments(arrays)]
        grid, problems = _grid(volume.voxels, volume.ijk_to_ras), arrays.problems
    regions = tuple(
        RegionInfo(roi.name, roi.number, _color255(roi.color, roi.number), count, contours=roi.polygon_count)
        for roi, count in zip(structure.rois, counts, strict=True)
    )
    types = _types(ImageType.RT_STRUCT)
    return FileInfo(str(path), types, grid, dicom="RTSTRUCT", regions=regions, problems=problems)


def _series(own: "Header") -> FileInfo:
    from ..dicom.series import find_series
    from .volume_sequence import time_points_of

    series = find_series(own.path, own)
    header, files = series.header, series.files
    about = f"{header.modality} {header.text('SeriesDescription')}".strip()
    if len(series.times) > 1:
        sequence = time_points_of(series)
        volume, voxels = sequence.frames[0], [frame.voxels for frame in sequence.frames]
        types, problems = _types(ImageType.VOLUME_SEQUENCE), sequence.problems
    else:
        volume = series.read(0)
        voxels, problems = [volume.voxels], volume.problems
        types = _types(ImageType.VECTOR if voxels[0].ndim > 3 else ImageType.VOLUME)
    return FileInfo(
        str(own.path),
        types,
        _grid(voxels[0], volume.ijk_to_ras, len(voxels)),
        _values(*voxels, units=volume.units),
        f"{about}, {files} file{'s' * (files > 1)}",
        problems=problems,
    )


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


def _segments(arrays: SegmentationArrays) -> tuple[RegionInfo, ...]:
    counted = [
        _counts(layer, [one.value for one in arrays.segments if one.layer == number])
        for number, layer in enumerate(arrays.layers)
    ]
    return tuple(_segment(one, number, counted) for number, one in enumerate(arrays.segments, start=1))


def _segment(one: SegmentDescription, number: int, counted: Sequence[dict[int, int]]) -> RegionInfo:
    return RegionInfo(one.name, one.label_value, _color255(one.color, number), counted[one.layer][one.value])


def _labels(labels: Labels) -> tuple[RegionInfo, ...]:
    counts = _counts(labels.shown, labels.indexes)
    return tuple(
        RegionInfo(str(value), value, _color255(None, value), counts[index], segment_name(value))
        for value, index in zip(labels.values, labels.indexes, strict=True)
    )


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


def _grid(voxels: np.ndarray, ijk_to_ras: np.ndarray, frames: int = 1) -> GridInfo:
    axes = ijk_to_ras[:3, :3]
    spacing = np.linalg.norm(axes, axis=0)
    # Without the digits that only the arithmetic made; adding 0 takes the sign off a zero.
    directions = (axes / spacing).T.round(6) + 0.0
    origin = ijk_to_ras[:3, 3].round(6) + 0.0
    return GridInfo(
        voxels.shape[2::-1] + ((frames,) if frames > 1 else ()),
        tuple(spacing.round(6).tolist()),
        tuple(origin.tolist()),
        tuple(tuple(one) for one in directions.tolist()),
    )


def _color255(color: Sequence[float] | None, value: int) -> tuple[int, int, int]:
    red, green, blue = (round(part * 255) for part in (color or color_of_value(value))[:3])
    return red, green, blue


def _types(*types: ImageType) -> tuple[str, ...]:
    return tuple(one.value for one in types)


def _context(file: ImageFile) -> ReadContext:
    return ReadContext(file.path, opened=lambda: file, known=file.facts)
