"""DICOM files that the tests make: series, structure sets and segmentations of nobody."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian

CT, MR, PT, DOSE = (f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("2", "4", "128", "481.2"))
RTSTRUCT, SEG = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.66.4"
SERIES, FRAME_OF_REFERENCE = "1.2.3.10", "1.2.3.20"


@dataclass
class Placement:
    """Where slices lie, LPS mm: ``offsets`` along the normal, ``spacing`` between columns, rows."""

    offsets: Sequence[float]
    spacing: tuple[float, float] = (1.0, 1.0)
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    right: tuple[float, float, float] = (1.0, 0.0, 0.0)
    down: tuple[float, float, float] = (0.0, 1.0, 0.0)
    tilt_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """What each further mm along the normal moves a slice by, for a tilted gantry."""

    @property
    def normal(self) -> np.ndarray:
        return np.cross(self.right, self.down)

    def position(self, k: int) -> np.ndarray:
        offset = self.offsets[k] - self.offsets[0]
        return np.array(self.origin) + offset * (self.normal + np.array(self.tilt_mm))

    def point(self, column: float, row: float, k: int) -> np.ndarray:
        return (
            self.position(k)
            + np.array(self.right) * self.spacing[0] * column
            + np.array(self.down) * self.spacing[1] * row
        )


def new_dataset(
    sop_class: str, instance: str, series: str = SERIES, syntax: str = ExplicitVRLittleEndian
) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = sop_class
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = instance
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = "Made^Up", "NOBODY"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3.1", series
    dataset.FrameOfReferenceUID = FRAME_OF_REFERENCE
    return dataset


def save(dataset: Dataset, path: Path) -> Path:
    """With pydicom 2.4 and 3."""
    path.parent.mkdir(parents=True, exist_ok=True)
    little = dataset.file_meta.TransferSyntaxUID != "1.2.840.10008.1.2.2"
    implicit = dataset.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2"
    if pydicom.__version__.startswith("2."):
        dataset.is_little_endian, dataset.is_implicit_VR = little, implicit
        dataset.save_as(path, write_like_original=False)
    else:
        dataset.save_as(path, enforce_file_format=True)
    return path


def put_pixels(dataset: Dataset, pixels: np.ndarray, bits_stored: int = 0) -> None:
    """(rows, columns), or (rows, columns, 3) for colours; frames first where there are several."""
    is_color = pixels.ndim > 2 and pixels.shape[-1] == 3 and pixels.dtype == np.uint8
    rows_at = pixels.ndim - 2 - is_color
    dataset.Rows, dataset.Columns = pixels.shape[rows_at : rows_at + 2]
    if rows_at:
        dataset.NumberOfFrames = pixels.shape[0]
    bits = 8 * pixels.dtype.itemsize
    dataset.BitsAllocated, dataset.BitsStored = bits, bits_stored or bits
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.SamplesPerPixel = 3 if is_color else 1
    dataset.PhotometricInterpretation = "RGB" if is_color else "MONOCHROME2"
    if is_color:
        dataset.PlanarConfiguration = 0
    big = dataset.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.2"
    raw = pixels.astype(pixels.dtype.newbyteorder(">" if big else "<")).tobytes()
    dataset.PixelData = raw + b"\0" * (len(raw) % 2)
    dataset["PixelData"].VR = "OW" if bits > 8 else "OB"


def write_series(
    folder: Path,
    voxels: np.ndarray,
    placement: Placement,
    modality: str = "CT",
    series: str = SERIES,
    syntax: str = ExplicitVRLittleEndian,
    bits_stored: int = 0,
    first: int = 1,
    **elements: object,
) -> list[Path]:
    """One file a slice, named without an ending; an element that is a list of lists differs by slice."""
    paths = []
    for k, plane in enumerate(voxels):
        dataset = new_dataset(
            {"CT": CT, "MR": MR, "PT": PT, "RTDOSE": DOSE}[modality], f"{series}.{first + k}", series, syntax
        )
        dataset.Modality = modality
        dataset.ImageOrientationPatient = [*placement.right, *placement.down]
        dataset.ImagePositionPatient = [round(float(value), 6) for value in placement.position(k)]
        dataset.PixelSpacing = [placement.spacing[1], placement.spacing[0]]
        dataset.InstanceNumber = first + k
        for keyword, value in elements.items():
            setattr(dataset, keyword, value[k] if isinstance(value, list) else value)
        put_pixels(dataset, plane, bits_stored)
        paths.append(save(dataset, folder / f"I{first + k:05d}"))
    return paths


@dataclass
class MadeRoi:
    """``contours`` are (n, 3) LPS arrays in mm, or raw texts for ContourData."""

    name: str
    contours: Iterable[np.ndarray | str] = ()
    number: int | None = None
    color: tuple[int, int, int] | None = (255, 0, 0)
    kind: str = "CLOSED_PLANAR"
    frame_of_reference: str = FRAME_OF_REFERENCE
    promised_points: int | None = None
    items: list[Dataset] = field(default_factory=list)


def write_structure_set(
    path: Path,
    rois: Sequence[MadeRoi],
    series: str | None = SERIES,
    frame_of_reference: str = FRAME_OF_REFERENCE,
    images: Sequence[str] = (),
    slice_of: Callable[[np.ndarray], int] | None = None,
) -> Path:
    """``series`` is the referenced one; ``images`` the SOP instances that it names, and with ``slice_of``
    each contour names the one of its slice."""
    dataset = new_dataset(RTSTRUCT, "1.2.3.99.1", "1.2.3.99")
    dataset.Modality = "RTSTRUCT"
    dataset.StructureSetLabel = "MADE"
    reference = Dataset()
    reference.FrameOfReferenceUID = frame_of_reference
    if series:
        study, one = Dataset(), Dataset()
        one.SeriesInstanceUID = series
        one.ContourImageSequence = Items([_image(uid) for uid in images])
        study.RTReferencedSeriesSequence = Items([one])
        reference.RTReferencedStudySequence = Items([study])
    dataset.ReferencedFrameOfReferenceSequence = Items([reference])
    listed, drawn = [], []
    for index, roi in enumerate(rois):
        number = index + 1 if roi.number is None else roi.number
        item = Dataset()
        item.ROINumber, item.ROIName = number, roi.name
        item.ReferencedFrameOfReferenceUID = roi.frame_of_reference
        listed.append(item)
        drawn.append(_contours(roi, number))
        if slice_of is not None:
            for contour, one in zip(roi.contours, roi.items, strict=True):
                assert not isinstance(contour, str), "only points have a slice"
                one.ContourImageSequence = Items([_image(images[slice_of(contour)])])
    dataset.StructureSetROISequence = Items(listed)
    dataset.ROIContourSequence = Items(drawn)
    dataset.RTROIObservationsSequence = Items([])
    return save(dataset, path)


def _image(uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CT, uid
    return item


def _contours(roi: MadeRoi, number: int) -> Dataset:
    item = Dataset()
    item.ReferencedROINumber = number
    if roi.color:
        item.ROIDisplayColor = list(roi.color)
    for contour in roi.contours:
        one = Dataset()
        one.ContourGeometricType = roi.kind
        if isinstance(contour, str):
            text, count = contour, (contour.count("\\") + 1) // 3
        else:
            text, count = "\\".join(f"{value:.6f}" for value in np.ravel(contour)), len(contour)
        one.NumberOfContourPoints = count if roi.promised_points is None else roi.promised_points
        # Not as numbers, each of which pydicom would make and write: that takes longer than all else.
        # What has more than 64 KB fits no explicit DS.
        raw = text.encode() + b" " * (len(text) % 2)
        kind, value = ("DS", text) if len(raw) < 1 << 16 else ("UN", raw)
        one.add(DataElement(0x30060050, kind, value, already_converted=True))
        roi.items.append(one)
    item.ContourSequence = Items(roi.items)
    return item


def write_segmentation(
    path: Path,
    frames: np.ndarray,
    numbers: Sequence[int],
    positions: Sequence[np.ndarray],
    placement: Placement,
    kind: str = "BINARY",
    names: Sequence[str] = ("Liver",),
    has_place: bool = True,
    series: str = "",
) -> Path:
    """``frames`` (n, rows, columns) with the segment number and position (LPS mm) of each; ``series`` is the
    referenced one."""
    dataset = new_dataset(SEG, "1.2.3.98.1", "1.2.3.98")
    dataset.Modality, dataset.SegmentationType = "SEG", kind
    put_pixels(dataset, frames.astype(np.uint8))
    if kind == "BINARY":
        dataset.BitsAllocated = dataset.BitsStored = 1
        dataset.HighBit = 0
        raw = np.packbits(frames.ravel() > 0, bitorder="little").tobytes()
        dataset.PixelData = raw + b"\0" * (len(raw) % 2)
    if series:
        reference = Dataset()
        reference.SeriesInstanceUID = series
        dataset.ReferencedSeriesSequence = Items([reference])
    if kind == "FRACTIONAL":
        dataset.MaximumFractionalValue = 200
    segments = []
    for number, name in enumerate(names, 1):
        segment = Dataset()
        segment.SegmentNumber, segment.SegmentLabel = number, name
        segment.RecommendedDisplayCIELabValue = [41661, 41167, 40792]
        segment.SegmentedPropertyCategoryCodeSequence = Items([_code("85756007", "Tissue")])
        segment.SegmentedPropertyTypeCodeSequence = Items([_code("10200004", "Liver")])
        segments.append(segment)
    dataset.SegmentSequence = Items(segments)
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = [placement.spacing[1], placement.spacing[0]]
    measures.SliceThickness = 1.0
    orientation.ImageOrientationPatient = [*placement.right, *placement.down]
    if has_place:
        shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = (
            Items([measures]),
            Items([orientation]),
        )
    dataset.SharedFunctionalGroupsSequence = Items([shared])
    groups = []
    for number, position in zip(numbers, positions, strict=True):
        group, place, which = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = [round(float(value), 6) for value in position]
        which.ReferencedSegmentNumber = number
        if has_place:
            group.PlanePositionSequence = Items([place])
        group.SegmentIdentificationSequence = Items([which])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Items(groups)
    return save(dataset, path)


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return item
