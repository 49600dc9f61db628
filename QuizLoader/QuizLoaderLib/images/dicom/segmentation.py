"""DICOM segmentations (SEG): binary, overlapping, fractional and label map, with colours and terminology."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import Dataset

from ...quiz.problems import ProblemCode, warning
from ..arrays import SegmentationArrays, SegmentDescription
from ..contours.fill import Block
from ..contours.label_layers import LabelLayers
from ..errors import ImageReadError
from .frames import Frame, frames_of
from .headers import Header, faults_named, integer_of, items_of, macro_value, read_header, text_of
from .segmentation_pixels import FramePixels
from .stack import Stack, sparse_stack
from .time_points import location_indices

NOT_A_SEGMENTATION = ProblemCode("Q660", "A DICOM file of Type Segmentation is a DICOM segmentation.")
SEGMENTATION_WITHOUT_POSITION = ProblemCode("Q661", "A DICOM segmentation says where in the patient it is.")
NOT_ONE_STACK = ProblemCode("Q662", "The frames of a DICOM segmentation form one stack.")
FRACTIONAL = ProblemCode("Q663", "A fractional DICOM segmentation is shown from 0.5 on (warning).")

_MOST_VOXELS = 1 << 32


def read_dicom_seg(path: Path) -> SegmentationArrays:
    """Every segment with its name, colour and coded terminology, on the file's own grid.

    The images it was made on are not needed. Slices between the stored ones are empty. A fractional
    segmentation shows where it is at least 0.5, and says so.

    :raises ImageReadError: no SEG, damaged, without a location in the patient, pixels that cannot be decoded.
    """
    return segmentation_of(read_header(path))


def segmentation_of(header: Header) -> SegmentationArrays:
    """As ``read_dicom_seg``, of a whole header that was parsed before."""
    path = header.path
    _require_segmentation(header)
    with faults_named(path):
        described = _segments(header.dataset)
        frames = frames_of(header)
        planes = _planes(frames, path)
        kind = header.text("SegmentationType")
        pixels = FramePixels(header, kind == "BINARY")
        problems = list(planes.stack.problems)
        shape = (planes.stack.count, frames[0].rows, frames[0].columns)
        if kind == "LABELMAP":
            layers, labels = _label_map(pixels, planes, shape, [one.number for one in described])
        else:
            layers, labels = _binary(pixels, planes, shape, frames, [one.number for one in described])
    if kind == "FRACTIONAL":
        problems.append(
            warning(
                FRACTIONAL,
                f"“{path.name}” is a fractional segmentation; voxels of at least 0.5 belong to a segment.",
            )
        )
    segments = tuple(
        SegmentDescription(one.name, layer, value, one.color, f"Segment_{one.number}", one.tags, one.number)
        for one, (layer, value) in zip(described, labels, strict=True)
    )
    return SegmentationArrays(layers, planes.stack.ijk_to_ras(), segments, tuple(problems))


def segment_names_of(header: Header) -> list[str]:
    """The segments' names, from the header alone. :raises ImageReadError:"""
    _require_segmentation(header)
    with faults_named(header.path):
        return [one.name for one in _segments(header.dataset)]


def _require_segmentation(header: Header) -> None:
    if header.modality != "SEG":
        modality = header.modality or "missing"
        raise ImageReadError(
            NOT_A_SEGMENTATION,
            f"“{header.path.name}” is not a DICOM segmentation (its modality is {modality}).",
            'an image series is read with Type="Volume" and DicomRead="Y"',
        )


@dataclass(frozen=True)
class _Segment:
    number: int
    name: str
    color: tuple[float, float, float] | None
    tags: dict[str, str]


def _segments(dataset: Dataset) -> list[_Segment]:
    """Those of the file, without the background that a LABELMAP may list as number 0."""
    found = []
    for item in items_of(dataset, "SegmentSequence"):
        number = integer_of(item, "SegmentNumber", -1)
        if number < 1:
            continue
        name = text_of(item, "SegmentLabel") or f"Segment {number}"
        tags = {"DICOM.SegmentNumber": str(number), "TerminologyEntry": _terminology(item)}
        description = text_of(item, "SegmentDescription")
        if description:
            tags["DICOM.SegmentDescription"] = description
        found.append(_Segment(number, name, _color(item), tags))
    return found


def _terminology(item: Dataset) -> str:
    """As Slicer keeps it: context~category~type~modifier~context~region~modifier, each a code triplet."""
    kind = items_of(item, "SegmentedPropertyTypeCodeSequence")
    region = items_of(item, "AnatomicRegionSequence")
    parts = [
        "Segmentation category and type - DICOM master list",
        _code(item, "SegmentedPropertyCategoryCodeSequence"),
        _code(item, "SegmentedPropertyTypeCodeSequence"),
        _code(kind[0], "SegmentedPropertyTypeModifierCodeSequence") if kind else "^^",
        "Anatomic codes - DICOM master list",
        _code(item, "AnatomicRegionSequence"),
        _code(region[0], "AnatomicRegionModifierSequence") if region else "^^",
    ]
    return "~".join(parts)


def _code(item: Dataset, sequence: str) -> str:
    codes = items_of(item, sequence)
    if not codes:
        return "^^"
    return "^".join(text_of(codes[0], key) for key in ("CodingSchemeDesignator", "CodeValue", "CodeMeaning"))


def _color(item: Dataset) -> tuple[float, float, float] | None:
    """CIELab (PS3.3 C.10.7.1.1) as sRGB 0..1, with the D65 white that DCMTK and Slicer write it with."""
    value = item.get("RecommendedDisplayCIELabValue")
    if value is None or len(value) != 3:
        return None
    lightness = value[0] / 65535 * 100
    a, b = (component / 65535 * 255 - 128 for component in value[1:])
    y = (lightness + 16) / 116
    xyz = np.array([y + a / 500, y, y - b / 200])
    xyz = np.where(xyz > 6 / 29, xyz**3, (xyz - 4 / 29) * 3 * (6 / 29) ** 2) * [0.950456, 1.0, 1.088754]
    to_rgb = np.array(
        [
            [3.2404542, -1.5371385, -0.4985314],
            [-0.969266, 1.8760108, 0.041556],
            [0.0556434, -0.2040259, 1.0572252],
        ]
    )
    linear = np.clip(to_rgb @ xyz, 0, 1)
    rgb = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    red, green, blue = (float(component) for component in np.clip(rgb, 0, 1))
    return red, green, blue


@dataclass(frozen=True, eq=False)
class _Planes:
    """For each frame the slices of the regular grid that show it."""

    slices_of_frame: list[list[int]]
    stack: Stack


def _planes(frames: Sequence[Frame], path: Path) -> _Planes:
    first, name = frames[0], f"The segmentation “{path.name}”"
    if any(frame.position is None for frame in frames):
        raise ImageReadError(
            SEGMENTATION_WITHOUT_POSITION, f"{name} does not say where in the patient its frames are."
        )
    positions = np.array([frame.position for frame in frames])
    in_plane = positions - positions[0] - np.outer((positions - positions[0]) @ first.normal, first.normal)
    is_aligned = all(frame.is_aligned_with(first) for frame in frames)
    if not is_aligned or np.ptp(in_plane, axis=0).max() > 0.5 * min(first.spacing):
        raise ImageReadError(
            NOT_ONE_STACK,
            f"The frames of the segmentation “{path.name}” do not form one stack of slices.",
            "tiled and several-plane segmentations are not shown",
        )
    locations = location_indices(frames)
    stacked = sparse_stack([frames[index] for index in np.unique(locations, return_index=True)[1]], name)
    if stacked.count * first.rows * first.columns > _MOST_VOXELS:
        raise ImageReadError(
            NOT_ONE_STACK,
            f"The frames of the segmentation “{path.name}” lie too far apart to be one stack.",
        )
    slices = stacked.slices_of_frames()
    return _Planes([slices[location] for location in locations], stacked)


_Result = tuple[tuple[np.ndarray, ...], list[tuple[int, int]]]


def _label_map(
    pixels: FramePixels, planes: _Planes, shape: tuple[int, int, int], numbers: list[int]
) -> _Result:
    """One layer; stored values that no segment has (PixelPaddingValue) are background."""
    dtype = np.uint8 if len(numbers) < 256 else np.uint16
    values = np.zeros(65536, dtype)
    values[numbers] = np.arange(1, len(numbers) + 1)
    layer = np.zeros(shape, dtype)
    for index, slices in enumerate(planes.slices_of_frame):
        plane = values[pixels.frame(index)]
        for k in slices:
            layer[k] = plane
    return (layer,), [(0, value) for value in range(1, len(numbers) + 1)]


def _binary(
    pixels: FramePixels,
    planes: _Planes,
    shape: tuple[int, int, int],
    frames: Sequence[Frame],
    numbers: list[int],
) -> _Result:
    of_segment: dict[int, list[int]] = {number: [] for number in numbers}
    for frame in frames:
        number = _segment_number(frame)
        if number in of_segment:
            of_segment[number].append(frame.index)
    layers = LabelLayers(shape)
    labels = [layers.add(_blocks(pixels, planes, of_segment[number])) for number in numbers]
    return layers.arrays(), labels


def _segment_number(frame: Frame) -> int:
    values = macro_value(frame.groups, "SegmentIdentificationSequence", "ReferencedSegmentNumber")
    return int(values[0]) if values else 1


def _blocks(pixels: FramePixels, planes: _Planes, indices: list[int]) -> Iterator[Block]:
    for index in indices:
        mask = pixels.mask(index)
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            continue
        cut = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        for k in planes.slices_of_frame[index]:
            yield Block(np.array([k]), int(rows[0]), int(columns[0]), cut[np.newaxis])
