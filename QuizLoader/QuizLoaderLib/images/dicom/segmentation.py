"""DICOM segmentations (SEG): binary, overlapping, fractional and label map, with colours and terminology."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydicom import Dataset

from ...quiz.problems import ProblemCode, warning
from ..arrays import DrawnOn, SegmentationArrays, SegmentDescription
from ..contours.fill import Block
from ..contours.label_layers import LabelLayers
from ..errors import ImageReadError
from .frames import Frame, frames_of
from .headers import (
    Header,
    faults_named,
    integer_of,
    items_of,
    macro_value,
    numbers_of,
    read_header,
    text_of,
)
from .stack import Stack, sparse_stack
from .stored_values import StoredValues
from .time_points import location_indices

NOT_A_SEGMENTATION = ProblemCode("Q660", "A DICOM file of Type Segmentation is a DICOM segmentation.")
SEGMENTATION_WITHOUT_POSITION = ProblemCode("Q661", "A DICOM segmentation says where in the patient it is.")
NOT_ONE_STACK = ProblemCode("Q662", "The frames of a DICOM segmentation form one stack.")
FRACTIONAL = ProblemCode("Q663", "A fractional DICOM segmentation is shown from 0.5 on (warning).")

_MOST_VOXELS = 1 << 32
_XYZ_TO_RGB = np.array([
    [3.2404542, -1.5371385, -0.4985314],
    [-0.969266, 1.8760108, 0.041556],
    [0.0556434, -0.2040259, 1.0572252],
])  # fmt: skip

_Layers = tuple[tuple[np.ndarray, ...], list[tuple[int, int]]]
"""The label images, and the layer and value of each segment."""


def read_dicom_seg(path: Path) -> SegmentationArrays:
    """Every segment with its name, colour and coded terminology, on the file's own grid.

    Slices between the stored ones are empty. A fractional segmentation shows where it is at least 0.5.

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
        stack, slices_of_frame = _stacked(frames, path)
        kind = header.text("SegmentationType")
        pixels = _FramePixels(header, kind == "BINARY")
        problems = list(stack.problems)
        shape = (stack.count, frames[0].rows, frames[0].columns)
        numbers = [one.label_value or 0 for one in described]
        _require_one_time(frames, slices_of_frame, path)
        if kind == "LABELMAP":
            layers, labels = _label_map(pixels, slices_of_frame, shape, numbers)
        else:
            layers, labels = _binary(pixels, slices_of_frame, shape, frames, numbers)
    if kind == "FRACTIONAL":
        sentence = f"“{path.name}” is a fractional segmentation; voxels of at least 0.5 belong to a segment."
        problems.append(warning(FRACTIONAL, sentence))
    segments = tuple(
        replace(one, layer=layer, value=value) for one, (layer, value) in zip(described, labels, strict=True)
    )
    series = items_of(header.dataset, "ReferencedSeriesSequence")
    drawn_on = DrawnOn(
        header.frame_of_reference, frozenset(text_of(one, "SeriesInstanceUID") for one in series)
    )
    return SegmentationArrays(layers, stack.ijk_to_ras(), segments, tuple(problems), drawn_on=drawn_on)


def segment_names_of(header: Header) -> list[str]:
    """The segments' names, from the header alone. :raises ImageReadError:"""
    _require_segmentation(header)
    with faults_named(header.path):
        return [one.name for one in _segments(header.dataset)]


def _require_segmentation(header: Header) -> None:
    if header.modality != "SEG":
        modality = header.modality or "missing"
        sentence = f"“{header.path.name}” is not a DICOM segmentation (its modality is {modality})."
        hint = 'an image series is read with Type="Volume" and DicomRead="Y"'
        raise ImageReadError(NOT_A_SEGMENTATION, sentence, hint)


def _segments(dataset: Dataset) -> list[SegmentDescription]:
    """Those of the file, on no layer yet, without the background that a LABELMAP may list as number 0."""
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
        found.append(
            SegmentDescription(name, 0, 0, _color(item), f"Segment_{number}", tags, label_value=number)
        )
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
    value = numbers_of(item, "RecommendedDisplayCIELabValue")
    # A file may hold them as another kind of number.
    if len(value) != 3 or not all(0 <= component <= 65535 for component in value):
        return None
    lightness = value[0] / 65535 * 100
    a, b = (component / 65535 * 255 - 128 for component in value[1:])
    y = (lightness + 16) / 116
    xyz = np.array([y + a / 500, y, y - b / 200])
    xyz = np.where(xyz > 6 / 29, xyz**3, (xyz - 4 / 29) * 3 * (6 / 29) ** 2) * [0.950456, 1.0, 1.088754]
    linear = np.clip(_XYZ_TO_RGB @ xyz, 0, 1)
    rgb = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    red, green, blue = (float(component) for component in np.clip(rgb, 0, 1))
    return red, green, blue


def _stacked(frames: Sequence[Frame], path: Path) -> tuple[Stack, list[list[int]]]:
    """A regular grid, and for each frame the slices of it that show the frame."""
    first, name = frames[0], f"The segmentation “{path.name}”"
    if any(frame.position is None for frame in frames):
        raise ImageReadError(
            SEGMENTATION_WITHOUT_POSITION, f"{name} does not say where in the patient its frames are."
        )
    positions = np.array([frame.position for frame in frames])
    in_plane = positions - positions[0] - np.outer((positions - positions[0]) @ first.normal, first.normal)
    is_aligned = all(frame.is_aligned_with(first) for frame in frames)
    if not is_aligned or np.ptp(in_plane, axis=0).max() > 0.5 * min(first.spacing):
        sentence = f"The frames of the segmentation “{path.name}” do not form one stack of slices."
        raise ImageReadError(NOT_ONE_STACK, sentence, "tiled and several-plane segmentations are not shown")
    locations = location_indices(frames)
    stacked = sparse_stack([frames[index] for index in np.unique(locations, return_index=True)[1]], name)
    if stacked.count * first.rows * first.columns > _MOST_VOXELS:
        sentence = f"The frames of the segmentation “{path.name}” lie too far apart to be one stack."
        raise ImageReadError(NOT_ONE_STACK, sentence)
    slices = stacked.slices_of_frames()
    return stacked, [slices[location] for location in locations]


def _require_one_time(frames: Sequence[Frame], slices_of_frame: list[list[int]], path: Path) -> None:
    """Raise ImageReadError where frames of one segment are of one slice: they are of several times."""
    told = [(_segment_number(frame), *slices) for frame, slices in zip(frames, slices_of_frame, strict=True)]
    if len(set(told)) < len(told):
        sentence = f"The segmentation “{path.name}” has several frames of one segment at one place."
        hint = "segmentations of a cine, or of several time points, are not shown; save one time point"
        raise ImageReadError(NOT_ONE_STACK, sentence, hint)


def _segment_number(frame: Frame) -> int:
    named = macro_value(frame.groups, "SegmentIdentificationSequence", "ReferencedSegmentNumber")
    return int(named[0]) if named else 1


class _FramePixels:
    """Bits, fractions or labels, one frame at a time. :raises ImageReadError: cut short, or not decoded."""

    def __init__(self, header: Header, is_binary: bool) -> None:
        self._stored = StoredValues(header, in_memory=True)
        self._is_binary = is_binary
        self._half = header.integer("MaximumFractionalValue", 255) / 2

    def frame(self, index: int) -> np.ndarray:
        """(rows, columns) of the stored values."""
        return self._stored.frame(index)

    def mask(self, index: int) -> np.ndarray:
        """(rows, columns) bool: set, or of a fraction of at least 0.5."""
        values = self.frame(index)
        return values > 0 if self._is_binary else values >= self._half


def _label_map(
    pixels: _FramePixels, slices_of_frame: list[list[int]], shape: tuple[int, int, int], numbers: list[int]
) -> _Layers:
    """One layer; stored values that no segment has (PixelPaddingValue) are background."""
    dtype = np.uint8 if len(numbers) < 256 else np.uint16
    values = np.zeros(65536, dtype)
    values[numbers] = np.arange(1, len(numbers) + 1)
    layer = np.zeros(shape, dtype)
    for index, slices in enumerate(slices_of_frame):
        plane = values[pixels.frame(index)]
        for k in slices:
            layer[k] = plane
    return (layer,), [(0, value) for value in range(1, len(numbers) + 1)]


def _binary(
    pixels: _FramePixels,
    slices_of_frame: list[list[int]],
    shape: tuple[int, int, int],
    frames: Sequence[Frame],
    numbers: list[int],
) -> _Layers:
    of_segment: dict[int, list[int]] = {number: [] for number in numbers}
    for frame in frames:
        of_segment.get(_segment_number(frame), []).append(frame.index)
    layers = LabelLayers(shape)
    labels = [layers.add(_blocks(pixels, slices_of_frame, of_segment[number])) for number in numbers]
    return layers.arrays(), labels


def _blocks(pixels: _FramePixels, slices_of_frame: list[list[int]], indices: list[int]) -> Iterator[Block]:
    for index in indices:
        mask = pixels.mask(index)
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            continue
        cut = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        for k in slices_of_frame[index]:
            yield Block(np.array([k]), int(rows[0]), int(columns[0]), cut[np.newaxis])
