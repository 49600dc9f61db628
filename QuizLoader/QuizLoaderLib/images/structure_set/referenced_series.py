"""The series that a structure set or a segmentation was drawn on, found among files."""

from collections.abc import Iterable
from pathlib import Path

from ..dicom.frames import TAGS
from ..dicom.headers import faults_named, headers_in, items_of, read_header, text_of
from .file import References, read_references


def references_of(path: Path) -> References:
    """What an RTSTRUCT or a DICOM SEG says it was drawn on. :raises ImageReadError:"""
    header = read_header(path, ("Modality", "ReferencedSeriesSequence"))
    if header.modality == "RTSTRUCT":
        return read_references(path)
    with faults_named(path):
        named = items_of(header.dataset, "ReferencedSeriesSequence")
        return References({text_of(one, "SeriesInstanceUID") for one in named} - {""}, set(), set())


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
