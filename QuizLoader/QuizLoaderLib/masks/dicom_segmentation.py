"""Regions as a DICOM segmentation (SEG), a segment a region, through highdicom."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import __version__
from ..images.arrays import SegmentDescription
from ..images.grid import RAS_TO_LPS
from ..quiz.label_colors import color255, color_of_value
from ..quiz.problems import Problem, ProblemCode, error, warning
from ..quiz.value_map import ValueMap
from ..quiz.values import said
from .errors import FORMAT_LOSES, MASK_NOT_WRITTEN, NO_REFERENCED_SERIES, OVERLAP_LOST, MaskError
from .files import writing
from .label_tables.label_table import Code, parse_terminology
from .painting import Mask, paint
from .sources import Source, Target

if TYPE_CHECKING:
    from highdicom.seg import SegmentDescription as DescribedSegment
    from highdicom.sr import CodedConcept
    from pydicom import Dataset


NOT_CODED = ProblemCode(
    "M309", "A coded meaning is known for every region of a DICOM segmentation (warning)."
)
PYDICOM_TOO_OLD = ProblemCode("M310", "DICOM segmentations are written with highdicom and pydicom 3.")

_TISSUE = Code("SCT", "85756007", "Tissue")
"""What Slicer too calls a segment of which nothing is said."""

_MAY_BE_EMPTY = (
    "AccessionNumber PatientBirthDate PatientID PatientName PatientSex ReferringPhysicianName "
    "StudyDate StudyID StudyTime"
)
"""Of type 2 (DICOM PS3.3 C.7.1.1, C.7.2.1): there, if need be without a value; anonymizers take them away."""


def write_dicom_segmentation(
    source: Source, value_map: ValueMap, path: Path, ignore_unmapped: bool = False
) -> Mask:
    """Write the regions that the map names on the DICOM series of the source's target.

    Overlaps stay, as each segment of a SEG has its own voxels. Segments are numbered from 1 in the order of
    the map; a SEG has no place for the mask value, so it is told in the segment's description. Gives the
    mask of those numbers with the regions' values and what to say. Raises MaskError.
    """
    _require_highdicom()
    target = source.target
    if target is None or target.volume.dicom is None:
        sentence = "A DICOM segmentation refers to the DICOM series it is drawn on, and none was given."
        raise MaskError(error(NO_REFERENCED_SERIES, sentence, "name its folder with --like"))
    segmentation = source.segmentation
    segments = {segment.name: segment for segment in segmentation.segments}
    names = [name for name in value_map.values if name in segments]
    numbers = {name: number for number, name in enumerate(names, start=1)}
    missing = {name: len(names) + 1 for name in value_map.values if name not in segments}
    numbered = ValueMap({**numbers, **missing}, value_map.lines)
    mask = paint(segmentation, numbered, target.grid, ignore_unmapped)
    pixels, counted = mask.voxels, mask.regions
    if mask.lost:
        each = (ValueMap({name: 1}) for name in names)
        alone = [paint(segmentation, one, target.grid, ignore_unmapped=True) for one in each]
        pixels = np.stack([one.voxels for one in alone], axis=-1)
        counted = tuple(one.regions[0] for one in alone)
    described = [
        _description(number, segments[name], value_map.values[name]) for name, number in numbers.items()
    ]
    try:
        with warnings.catch_warnings():
            # highdicom and pydicom remark on oddities of the series' own headers, which stay as they are.
            warnings.simplefilter("ignore")
            dataset = _segmentation(target, pixels, described)
    except (AttributeError, TypeError, ValueError) as fault:
        sentence = f"The series of “{target.path}” does not allow a DICOM segmentation: {fault}."
        raise MaskError(error(MASK_NOT_WRITTEN, " ".join(sentence.split()))) from fault
    with writing(path) as part:
        dataset.save_as(str(part))
    regions = tuple(replace(region, value=value_map.values[region.name]) for region in counted)
    others = [problem for problem in mask.problems if problem.code != OVERLAP_LOST]
    return replace(mask, regions=regions, lost=(), problems=(*others, *_coding_problems(segments, names)))


def _require_highdicom() -> None:
    try:
        import highdicom.seg  # noqa: F401
    except ImportError as fault:
        needed = "highdicom and pydicom 3, which this Python does not have"
        sentence = f"Writing a DICOM segmentation needs {needed}."
        hint = "python -m pip install highdicom"
        raise MaskError(error(PYDICOM_TOO_OLD, sentence, hint)) from fault


def _segmentation(target: Target, pixels: np.ndarray, described: list[DescribedSegment]) -> Dataset:
    """The dataset; the planes are those of the target's grid, the references those of its series."""
    import highdicom.seg

    matrix = RAS_TO_LPS @ target.grid.ijk_to_ras
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    positions = [
        highdicom.PlanePositionSequence("PATIENT", (matrix @ [0, 0, k, 1])[:3].tolist())
        for k in range(len(pixels))
    ]
    directions = matrix[:3, :3] / spacing
    dataset = highdicom.seg.Segmentation(
        source_images=_datasets(target),
        pixel_array=pixels,
        segmentation_type="BINARY",
        segment_descriptions=described,
        series_instance_uid=highdicom.UID(),
        series_number=1,
        sop_instance_uid=highdicom.UID(),
        instance_number=1,
        manufacturer="QuizLoader",
        manufacturer_model_name="QuizLoader",
        software_versions=__version__,
        device_serial_number="0",
        content_label="SEGMENTATION",
        pixel_measures=highdicom.PixelMeasuresSequence(
            pixel_spacing=[spacing[1], spacing[0]],
            slice_thickness=spacing[2],
            spacing_between_slices=spacing[2],
        ),
        plane_orientation=highdicom.PlaneOrientationSequence(
            "PATIENT", [*directions[:, 0].tolist(), *directions[:, 1].tolist()]
        ),
        plane_positions=positions,
        specific_character_set="ISO_IR 192",
    )
    dataset.SeriesDescription = "Segmentation"
    return dataset


def _datasets(target: Target) -> list[Dataset]:
    """The headers of the series, a file each, in the order of the slices."""
    import pydicom

    from ..images.dicom.headers import decode_texts
    from ..images.dicom.series import find_series

    frames = find_series(target.path).times[0].frames
    paths = {frame.uid: frame.header.path for frame in frames}
    assert target.volume.dicom is not None
    ordered = [paths[uid] for uid in dict.fromkeys(target.volume.dicom.slice_uids) if uid in paths]
    datasets = [pydicom.dcmread(str(path), stop_before_pixels=True) for path in ordered]
    for dataset in datasets:
        decode_texts(dataset)
        for keyword in _MAY_BE_EMPTY.split():
            if keyword not in dataset:
                setattr(dataset, keyword, "")
        if not dataset.get("SliceThickness"):
            dataset.SliceThickness = round(float(np.linalg.norm(target.grid.ijk_to_ras[:3, 2])), 6)
    return datasets


def _description(number: int, segment: SegmentDescription, value: int) -> DescribedSegment:
    import highdicom.color
    import highdicom.seg
    import highdicom.sr

    meaning = parse_terminology(segment.tags.get("TerminologyEntry", ""))

    def coded(code: Code) -> CodedConcept:
        return highdicom.sr.CodedConcept(code.value, code.scheme, (code.meaning or code.value)[:64])

    described = highdicom.seg.SegmentDescription(
        segment_number=number,
        segment_label=segment.name[:64],
        segmented_property_category=coded(meaning.category or _TISSUE),
        segmented_property_type=coded(meaning.type or _TISSUE),
        algorithm_type="MANUAL",
        anatomic_regions=[coded(meaning.region)] if meaning.region else None,
        display_color=highdicom.color.CIELabColor.from_rgb(*color255(segment.color or color_of_value(value))),
    )
    if meaning.type and meaning.type_modifier:
        item = described.SegmentedPropertyTypeCodeSequence[0]
        item.SegmentedPropertyTypeModifierCodeSequence = [coded(meaning.type_modifier)]
    if meaning.region and meaning.region_modifier:
        described.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [coded(meaning.region_modifier)]
    described.SegmentDescription = f"Mask value {value}"
    return described


def _coding_problems(segments: dict[str, SegmentDescription], names: list[str]) -> list[Problem]:
    problems = []
    uncoded = [
        said(name)
        for name in names
        if not parse_terminology(segments[name].tags.get("TerminologyEntry", "")).type
    ]
    if uncoded:
        listed = ", ".join(uncoded[:6]) + (f" and {len(uncoded) - 6} more" if len(uncoded) > 6 else "")
        sentence = f"No coded meaning is known for {listed}; the code written is Tissue."
        problems.append(warning(NOT_CODED, sentence))
    for name in names:
        if len(name) > 64:
            sentence = f"DICOM holds 64 letters of a name; {said(name)} is cut after them."
            problems.append(warning(FORMAT_LOSES, sentence))
    return problems
