"""The frames of DICOM files, single or multi-frame, each with its location in the patient and its rescale."""

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np
from pydicom import Dataset

from ..errors import ImageReadError
from .headers import DICOM_DAMAGED, Header, faults_named, first_value, items_of, macro_value, numbers_of
from .pixel_spacing import Calibrated, pixel_spacing

_MOST_FRAMES = 100_000
TAGS = [
    "SpecificCharacterSet", "SOPInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "Modality",
    "SeriesDescription", "InstanceNumber", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel",
    "PhotometricInterpretation", "PlanarConfiguration", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing",
    "ImagerPixelSpacing", "NominalScannedPixelSpacing", "EstimatedRadiographicMagnificationFactor",
    "SequenceOfUltrasoundRegions", "SliceThickness", "SpacingBetweenSlices", "GridFrameOffsetVector",
    "DetectorInformationSequence", "RescaleSlope", "RescaleIntercept", "RescaleType", "DoseGridScaling",
    "DoseUnits", "Units", "WindowCenter", "WindowWidth", "TemporalPositionIdentifier",
    "TemporalPositionIndex", "TriggerTime", "FrameReferenceTime", "AcquisitionNumber", "AcquisitionTime",
    "ContentTime", "AcquisitionDateTime", "EchoTime", "DiffusionBValue", "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence", "ModalityLUTSequence", "ImageType", "TotalPixelMatrixColumns",
    "TotalPixelMatrixRows",
]  # fmt: skip
"""What a series needs of each header."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One two-dimensional image.

    ``position`` is the centre of the first pixel, ``right``, ``down`` and ``normal`` are unit vectors along a
    row, along a column and across both, all LPS; ``spacing`` is (between columns, between rows) in mm, which
    counts a pixel as 1 mm where the file is not ``calibrated``.
    ``groups`` are the functional groups of the frame, its own first, and at last the file's top level.
    """

    header: Header
    index: int
    rows: int
    columns: int
    position: np.ndarray | None
    right: np.ndarray
    down: np.ndarray
    normal: np.ndarray
    spacing: tuple[float, float]
    calibrated: Calibrated
    thickness: float
    slope: float
    intercept: float
    groups: tuple[Dataset, ...]

    @property
    def uid(self) -> str:
        return self.header.text("SOPInstanceUID")

    @property
    def number(self) -> tuple[int, int]:
        """Its place among images that say nothing better: the number of its file, and that in the file."""
        return self.header.integer("InstanceNumber"), self.index

    def is_aligned_with(self, other: "Frame") -> bool:
        """Whether both are of one size, direction and pixel spacing, so that they may be one stack."""
        if (self.rows, self.columns, self.components) != (other.rows, other.columns, other.components):
            return False
        if self.spacing != other.spacing and not np.allclose(self.spacing, other.spacing, rtol=1e-3):
            return False
        if self.right is other.right:
            return True
        return np.allclose(self.right, other.right, atol=1e-3) and np.allclose(
            self.down, other.down, atol=1e-3
        )

    @property
    def components(self) -> int:
        return self.header.integer("SamplesPerPixel", 1)

    def window_level(self) -> tuple[float, float] | None:
        """(window, level) of the header, the first where there are several."""
        for group in self.groups:
            for item in (*items_of(group, "FrameVOILUTSequence"), group):
                width, center = numbers_of(item, "WindowWidth"), numbers_of(item, "WindowCenter")
                if width and center and isfinite(width[0]) and isfinite(center[0]) and width[0] > 0:
                    return width[0], center[0]
        return None


def frames_of(header: Header) -> list[Frame]:
    """Every frame of a file: classic, enhanced CT, MR or PET, dose, nuclear medicine, or without geometry.

    :raises ImageReadError: damaged functional groups.
    """
    dataset = header.dataset
    count = max(1, header.integer("NumberOfFrames", 1))
    if count > _MOST_FRAMES:
        raise ImageReadError(
            DICOM_DAMAGED, f"“{header.path.name}” says that it has {count} frames, which is impossible."
        )
    frames = []
    with faults_named(header.path):
        shared = tuple(items_of(dataset, "SharedFunctionalGroupsSequence"))[:1]
        per_frame = items_of(dataset, "PerFrameFunctionalGroupsSequence")
        for index in range(count):
            own = (per_frame[index],) if index < len(per_frame) else ()
            frames.append(_frame(header, index, count, (*own, *shared, dataset)))
    return frames


def _frame(header: Header, index: int, count: int, groups: tuple[Dataset, ...]) -> Frame:
    orientation = _finite(first_value(groups, "PlaneOrientationSequence", "ImageOrientationPatient"), 6)
    location = _finite(first_value(groups, "PlanePositionSequence", "ImagePositionPatient"), 3)
    for detector in items_of(header.dataset, "DetectorInformationSequence"):
        orientation = orientation or _finite(numbers_of(detector, "ImageOrientationPatient"), 6)
        location = location or _finite(numbers_of(detector, "ImagePositionPatient"), 3)
    position = None if location is None else np.array(location)
    directions = _directions(orientation)
    pixels = pixel_spacing(groups)
    thickness = _positive(first_value(groups, "PixelMeasuresSequence", "SpacingBetweenSlices")) or _positive(
        first_value(groups, "PixelMeasuresSequence", "SliceThickness")
    )
    is_stack = count > 1 and not macro_value(groups, "PlanePositionSequence", "ImagePositionPatient")
    if position is not None and is_stack:
        position = position + directions[2] * _offset_in_stack(header, index, thickness or 1.0)
    rescale = _rescale(header, groups)
    size = header.integer("Rows"), header.integer("Columns")
    return Frame(header, index, *size, position, *directions, *pixels, thickness, *rescale, groups)


def dose_scaling(header: Header) -> float:
    """From stored values to the units of a dose (PS3.3 C.8.8.3); 0 where there is none, or no dose."""
    scaling = header.number("DoseGridScaling") if header.modality == "RTDOSE" else 0.0
    return scaling if isfinite(scaling) else 0.0


def _rescale(header: Header, groups: tuple[Dataset, ...]) -> tuple[float, float]:
    """(slope, intercept) from stored values to those of the modality; a lookup table has none beside it."""
    if items_of(header.dataset, "ModalityLUTSequence"):
        return 1.0, 0.0
    if scaling := dose_scaling(header):
        return scaling, 0.0
    slope = first_value(groups, "PixelValueTransformationSequence", "RescaleSlope")
    intercept = first_value(groups, "PixelValueTransformationSequence", "RescaleIntercept")
    return (
        slope[0] if slope and slope[0] and isfinite(slope[0]) else 1.0,
        intercept[0] if intercept and isfinite(intercept[0]) else 0.0,
    )


def _finite(values: tuple[float, ...], count: int) -> tuple[float, ...] | None:
    return values if len(values) == count and all(map(isfinite, values)) else None


def _positive(values: tuple[float, ...]) -> float:
    return values[0] if values and isfinite(values[0]) and values[0] > 0 else 0.0


@lru_cache(maxsize=64)
def _directions(orientation: tuple[float, ...] | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors right, down and normal, at right angles; headers give the cosines with few digits."""
    right, down = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    if orientation is not None:
        normal = np.cross(orientation[:3], orientation[3:])
        if np.linalg.norm(normal) > 0.5:
            right = np.array(orientation[:3]) / np.linalg.norm(orientation[:3])
            down = np.cross(normal / np.linalg.norm(normal), right)
    return right, down, np.cross(right, down)


def _offset_in_stack(header: Header, index: int, gap: float) -> float:
    """mm along the normal of a frame without its own position (dose: PS3.3 C.8.8.3.2)."""
    offsets = header.numbers("GridFrameOffsetVector")
    return offsets[index] - offsets[0] if index < len(offsets) else index * gap
