"""What a DICOM structure set says: its ROIs, their polygons in patient coordinates, and their faults."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
from pydicom import Dataset

from ...quiz.problems import ProblemCode
from ..dicom.headers import (
    FAULTS,
    Header,
    faults_named,
    integer_of,
    items_of,
    numbers_of,
    read_header,
    text_of,
)
from ..dicom.quick_headers import QuickItem, quick_items
from ..errors import ImageReadError
from .reference import References, references_of

NOT_A_STRUCTURE_SET = ProblemCode("Q640", "An RTStruct is a DICOM structure set.")

INTERPOLATED = "INTERPOLATED_PLANAR"
CLOSED_TYPES = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR", INTERPOLATED)
_CONTOUR_SEQUENCE, _CONTOUR_DATA = 0x30060040, 0x30060050
_OF_A_CONTOUR = frozenset((0x30060042, 0x30060046, _CONTOUR_DATA))
"""Its ContourGeometricType, NumberOfContourPoints and ContourData."""


@dataclass(frozen=True, eq=False)
class Polygon:
    """``points_lps`` is (n, 3) in mm; ``number`` counts the ROI's polygons from 1."""

    number: int
    points_lps: np.ndarray
    kind: str

    @property
    def is_xor(self) -> bool:
        return self.kind == "CLOSEDPLANAR_XOR"


@dataclass(eq=False)
class Roi:
    """One ROI; ``faults`` says for each reason which polygons were left out, by their numbers."""

    number: int
    name: str
    color: tuple[float, float, float] | None = None
    frame_of_reference_uid: str = ""
    polygons: list[Polygon] = field(default_factory=list)
    polygon_count: int = 0
    faults: dict[str, list[int]] = field(default_factory=dict)

    def lose(self, number: int, reason: str) -> None:
        self.faults.setdefault(reason, []).append(number)


@dataclass(eq=False)
class StructureSet:
    """``unknown_numbers`` are of polygons whose ROI is not listed."""

    path: Path
    rois: list[Roi]
    references: References
    unknown_numbers: list[int]


def read_structure_set(path: Path) -> StructureSet:
    """The ROIs in the order of the file, bad polygons and bad ROIs noted and left out.

    :raises ImageReadError: no DICOM, damaged, or no structure set.
    """
    return structure_set_of(read_header(path))


def structure_set_of(header: Header) -> StructureSet:
    """As ``read_structure_set``, of a whole header that was parsed before."""
    path = header.path
    if header.modality != "RTSTRUCT":
        what = f"its modality is {header.modality}" if header.modality else "it says no modality"
        sentence = f"“{path.name}” is not a DICOM structure set ({what})."
        raise ImageReadError(NOT_A_STRUCTURE_SET, sentence, "give the path of an RTSTRUCT file")
    dataset = header.dataset
    unknown: list[int] = []
    with faults_named(path):
        rois = _rois(dataset)
        by_number = {roi.number: roi for roi in reversed(rois)}
        for item in items_of(dataset, "ROIContourSequence"):
            number = integer_of(item, "ReferencedROINumber", -1)
            if number in by_number:
                _read_contours(item, by_number[number])
            else:
                unknown.append(number)
    return StructureSet(path, rois, references_of(header), unknown)


def _rois(dataset: Dataset) -> list[Roi]:
    rois = []
    for index, item in enumerate(items_of(dataset, "StructureSetROISequence")):
        number = integer_of(item, "ROINumber", index + 1)
        name = text_of(item, "ROIName") or f"ROI {number}"
        rois.append(Roi(number, name, frame_of_reference_uid=text_of(item, "ReferencedFrameOfReferenceUID")))
    return rois


def _read_contours(item: Dataset, roi: Roi) -> None:
    color = numbers_of(item, "ROIDisplayColor")
    if len(color) == 3 and all(0 <= value <= 255 for value in color):
        roi.color = (color[0] / 255, color[1] / 255, color[2] / 255)
    for polygon in _contour_items(item):
        roi.polygon_count += 1
        number = roi.polygon_count
        try:
            kind = text_of(polygon, "ContourGeometricType")
            points = _points(polygon)
            promised = integer_of(polygon, "NumberOfContourPoints", len(points))
        except _BadContourError as fault:
            roi.lose(number, str(fault))
            continue
        except FAULTS:
            roi.lose(number, "is damaged")
            continue
        if kind and kind not in CLOSED_TYPES:
            roi.lose(number, f"is of type {kind[:20]}, which encloses nothing")
        elif promised != len(points):
            roi.lose(number, "does not have as many points as it says")
        elif not len(points):
            roi.lose(number, "has no points")
        else:
            roi.polygons.append(Polygon(number, points, kind or "CLOSED_PLANAR"))


def _contour_items(item: Dataset) -> Sequence[Dataset | QuickItem]:
    sequence = item.get_item(_CONTOUR_SEQUENCE)
    found = quick_items(sequence, _OF_A_CONTOUR) if sequence is not None and sequence.is_raw else None
    return items_of(item, "ContourSequence") if found is None else found


class _BadContourError(ValueError):
    """Its text says what is wrong with a contour, to follow "contour 3 ..."."""


def _points(polygon: Dataset | QuickItem) -> np.ndarray:
    """(n, 3), from the raw bytes: pydicom's DS type takes ten times as long."""
    element = polygon.get_item(_CONTOUR_DATA)
    raw = element.value if element is not None else b""
    if raw is None:
        return np.empty((0, 3))
    if not isinstance(raw, bytes):
        parts = raw if isinstance(raw, pydicom.multival.MultiValue) else [raw]
        raw = "\\".join(map(str, parts)).encode()
    try:
        values = parse_decimals(raw)
    except ValueError as fault:
        raise _BadContourError("has coordinates that are not numbers") from fault
    if len(values) % 3:
        raise _BadContourError("has coordinates that are not x, y, z for every point")
    if not np.isfinite(values).all():
        raise _BadContourError("has coordinates that are not finite")
    if len(values) and np.abs(values).max() > 1e6:
        raise _BadContourError("has coordinates more than a kilometre away")
    return values.reshape(-1, 3)


def parse_decimals(raw: bytes) -> np.ndarray:
    """The numbers of a DICOM decimal string (PS3.5 6.2, DS), parted by backslashes; (n,) float64, exactly
    those that Python's float() gives for each.

    :raises ValueError: one of them is no number.
    """
    raw = raw.strip(b" \0")
    if not raw:
        return np.empty(0)
    if b" " in raw:
        raw = b"\\".join(part.strip(b" ") for part in raw.split(b"\\"))
    # numpy takes other texts for numbers too.
    if not raw.translate(None, b"0123456789+-.eE\\") and not raw.endswith(b"\\"):
        with suppress(DeprecationWarning, ValueError):
            values: np.ndarray = np.fromstring(raw, np.float64, sep="\\")
            if len(values) == raw.count(b"\\") + 1:
                return values
    raise ValueError("not all of these are numbers")
