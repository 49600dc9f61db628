"""What a structure set was drawn on: a volume of its page, or a series among files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...quiz.problems import Problem, ProblemCode, warning
from ..arrays import PageVolume, VolumeArrays
from ..dicom.frames import TAGS
from ..dicom.headers import Header, faults_named, headers_in, items_of, text_of
from ..errors import ImageReadError

NO_VOLUME = ProblemCode("Q641", "A page with an RTStruct shows a volume.")
OTHER_FRAME = ProblemCode(
    "Q642", "An RTStruct or a DICOM segmentation has the frame of reference of the image it belongs to."
)
UNKNOWN_FRAME = ProblemCode("Q643", "The volume under an RTStruct names its frame of reference (warning).")


@dataclass(frozen=True)
class References:
    """What a structure set says it was drawn on, as DICOM UIDs."""

    series_uids: set[str]
    instance_uids: set[str]
    frame_of_reference_uids: set[str]

    def mean(self, series_uid: str, slice_uids: tuple[str, ...]) -> bool:
        """Whether the polygons were drawn on this series, by its UID or by those of its images."""
        if series_uid and series_uid in self.series_uids:
            return True
        return not self.instance_uids.isdisjoint(slice_uids)


def references_of(header: Header) -> References:
    """Those of an RTSTRUCT or a DICOM SEG, without a look at polygons or pixels. :raises ImageReadError:"""
    series: set[str] = set()
    instances: set[str] = set()
    frames: set[str] = set()
    with faults_named(header.path):
        for frame in items_of(header.dataset, "ReferencedFrameOfReferenceSequence"):
            frames.add(text_of(frame, "FrameOfReferenceUID"))
            for study in items_of(frame, "RTReferencedStudySequence"):
                for one in items_of(study, "RTReferencedSeriesSequence"):
                    series.add(text_of(one, "SeriesInstanceUID"))
                    for image in items_of(one, "ContourImageSequence"):
                        instances.add(text_of(image, "ReferencedSOPInstanceUID"))
        for item in items_of(header.dataset, "StructureSetROISequence"):
            frames.add(text_of(item, "ReferencedFrameOfReferenceUID"))
        for one in items_of(header.dataset, "ReferencedSeriesSequence"):
            series.add(text_of(one, "SeriesInstanceUID"))
    return References(series - {""}, instances - {""}, frames - {""})


def reference_of(
    references: References, name: str, volumes: Sequence[PageVolume]
) -> tuple[VolumeArrays, list[Problem]]:
    """The referenced series if the page shows it; else the background of its view; else the first.

    ``name`` is the structure set's. A volume without a frame of reference is taken with a warning.

    :raises ImageReadError: no volume on the page, or one of another frame of reference.
    """
    for one in volumes:
        dicom = one.arrays.dicom
        if dicom and references.mean(dicom.series_uid, dicom.slice_uids):
            return one.arrays, []
    if not volumes:
        sentence = f"The structure set “{name}” has no volume on its page to be shown on."
        hint = "add the series it was drawn on, or a copy of it, as a Volume"
        raise ImageReadError(NO_VOLUME, sentence, hint)
    chosen = next((one for one in volumes if one.is_behind), volumes[0])
    volume = chosen.arrays
    frame = volume.dicom.frame_of_reference_uid if volume.dicom else ""
    frames = references.frame_of_reference_uids
    if not frame or not frames:
        unnamed = f"“{chosen.name}”" if not frame else "the structure set"
        sentence = (
            f"It is not known whether the structure set “{name}” was drawn on “{chosen.name}”: "
            f"{unnamed} names no frame of reference."
        )
        return volume, [warning(UNKNOWN_FRAME, sentence, "compare the outlines with the image")]
    if frame not in frames:
        raise other_frame(f"structure set “{name}”", chosen.name)
    return volume, []


def other_frame(regions: str, image: str) -> ImageReadError:
    """To be raised where an image is not that of the regions, by the frames of reference of both."""
    return ImageReadError(
        OTHER_FRAME,
        f"The {regions} has a different frame of reference from “{image}”: it was not drawn on that image.",
        "show the series it was drawn on",
    )


def file_of_series(references: References, folders: Iterable[Path]) -> Path | None:
    """A file of the referenced series, by the series' UID wherever it lies, else by those of its images."""
    searched = list(folders)
    for series_uid in sorted(references.series_uids):
        for folder in searched:
            for header in headers_in(folder, TAGS, series_uid):
                if header.is_image:
                    return header.path
    for folder in searched if references.instance_uids else ():
        for header in headers_in(folder, TAGS):
            if header.is_image and header.text("SOPInstanceUID") in references.instance_uids:
                return header.path
    return None
