"""The images below a folder: files by their names, DICOM series, structure sets and segmentations by their
headers."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..quiz.image_folder import ImageFolder
from .cases import AuthoringError, FoundImage

if TYPE_CHECKING:
    from ..images.dicom.headers import Header

VOLUMES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
_NEVER = (
    ".raw", ".zraw", ".img", ".gz", ".txt", ".csv", ".tsv", ".xlsx", ".xml", ".json", ".pdf", ".md", ".html",
    ".zip", ".py", ".log", ".doc", ".docx",
)  # fmt: skip
"""Endings of files that are no DICOM, which saves opening them."""
_TAGS = (
    "SpecificCharacterSet", "StudyDate", "SeriesDate", "StudyTime", "SeriesTime", "Modality",
    "SeriesDescription", "PatientName", "PatientID", "PatientBirthDate", "SliceThickness",
    "StudyInstanceUID", "SeriesInstanceUID", "NumberOfFrames", "Rows", "Columns", "StructureSetLabel",
    "ContentLabel",
)  # fmt: skip
_REGIONS = {"RTSTRUCT": "RTStruct", "SEG": "Segmentation"}
_NOT_SHOWN = ("RTPLAN", "RTRECORD", "SR", "PR", "KO", "REG", "DOC")

Progress = Callable[[int, int], object]
"""Called with the number of files looked at, and 0 as nobody knows how many there are; or with rows of a
table, and how many it has."""


def no_progress(done: int, total: int) -> None:
    pass


@dataclass
class FoundFiles:
    """``patients`` are by path of an image: ID, name and date of birth, with the study's UID."""

    images: list[FoundImage] = field(default_factory=list)
    patients: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def find_images(folder: ImageFolder, below: Path, progress: Progress = no_progress) -> FoundFiles:
    """All images below a folder that is the image folder or in it, sorted by path. Hidden files are left out,
    and so are links to folders and links that lead out. Raises AuthoringError where a folder cannot be
    listed."""
    found = FoundFiles()
    series: dict[tuple[Path, str], list[Header]] = defaultdict(list)
    links = 0
    for done, path in enumerate(_files(below), start=1):
        if done % 200 == 0:
            progress(done, 0)
        if path.is_symlink() and (path.is_dir() or not folder.may_open(path)):
            links += 1
            continue
        name = path.name.casefold()
        if name.endswith((*VOLUMES, ".hdr", *PICTURES)):
            found.images.append(_of_name(path, folder.root))
        elif not name.endswith(_NEVER):
            _add_dicom(path, series, found)
    in_folder: dict[Path, int] = defaultdict(int)
    for (parent, _), headers in series.items():
        in_folder[parent] += headers[0].is_image
    for (parent, _), headers in series.items():
        is_alone = headers[0].is_image and in_folder[parent] == 1 and parent != folder.root
        _add_series(headers, parent if is_alone else headers[0].path, folder.root, found)
    if links:
        word = "links are" if links > 1 else "link is"
        found.remarks.append(f"{links} {word} left out: to a folder, or out of the image folder.")
    found.images.sort(key=lambda image: image.path)
    return found


def image_at(folder: ImageFolder, path: str) -> FoundImage:
    """The image of a path that a table names. Raises ImagePathError where nothing is there."""
    from ..images.dicom.headers import header_if_dicom
    from ..images.errors import ImageReadError

    there = folder.find(path).path
    if there.is_dir():
        return FoundImage(path, "Volume", is_dicom_series=True)
    if not there.name.casefold().endswith((*VOLUMES, ".hdr", *PICTURES, *_NEVER)):
        try:
            header = header_if_dicom(there, _TAGS)
        except ImageReadError:
            header = None
        if header is not None:
            type_ = _REGIONS.get(header.modality, "Volume")
            return FoundImage(path, type_, type_ == "Volume")
    return FoundImage(path, _type_of(there.name))


def _files(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as fault:
        reason = fault.strerror or "unknown reason"
        raise AuthoringError(f"The folder “{folder}” cannot be listed: {reason}.") from fault
    for entry in entries:
        if entry.name.startswith(".") or entry.name == "DICOMDIR":
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield Path(entry.path)


def _type_of(name: str) -> str:
    name = name.casefold()
    if ".seg." in name:
        return "Segmentation"
    return "Vector" if name.endswith(PICTURES) else "Volume"


def _of_name(path: Path, root: Path) -> FoundImage:
    relative = path.relative_to(root).as_posix()
    return FoundImage(relative, _type_of(path.name), facts={"name": relative, "images": 1.0})


def _add_dicom(path: Path, series: "dict[tuple[Path, str], list[Header]]", found: FoundFiles) -> None:
    from ..images.dicom.headers import header_if_dicom
    from ..images.errors import ImageReadError

    try:
        header = header_if_dicom(path, _TAGS)
    except ImageReadError as fault:
        found.remarks.append(fault.sentence)
        return
    if header is None and path.suffix.casefold() in (".dcm", ".ima"):
        found.remarks.append(f"“{path.name}” is called {path.suffix} but is no DICOM file.")
    if header is None or header.modality in _NOT_SHOWN:
        return
    if not header.is_image and header.modality not in _REGIONS:
        found.remarks.append(f"“{path.name}” is DICOM without an image, or cut short.")
    else:
        # Structure sets of one series are several, each a file; images without a series are one.
        is_one = header.modality in _REGIONS
        series[path.parent, path.name if is_one else header.series_uid].append(header)


def _add_series(headers: "list[Header]", path: Path, root: Path, found: FoundFiles) -> None:
    first, relative = headers[0], path.relative_to(root).as_posix()
    facts: dict[str, str | float] = {
        "name": relative,
        "modality": first.modality,
        "description": first.text("SeriesDescription"),
        "label": first.text("StructureSetLabel") or first.text("ContentLabel"),
        "images": float(sum(max(1, header.integer("NumberOfFrames")) for header in headers)),
    }
    if thickness := first.number("SliceThickness"):
        facts["thickness"] = thickness
    date = first.text("StudyDate") or first.text("SeriesDate")
    if len(date) == 8 and date.isdigit():
        facts["date"] = f"{date[:4]}-{date[4:6]}-{date[6:]}"
        facts["when"] = date + (first.text("StudyTime") or first.text("SeriesTime"))
    is_regions = first.modality in _REGIONS
    type_ = _REGIONS.get(first.modality, "Volume")
    found.images.append(FoundImage(relative, type_, not is_regions, facts))
    who = (first.text(name) for name in ("PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID"))
    id_, name, born, study = who
    found.patients[relative] = (id_, name, born, study)
