"""What a file is by its first bytes, and which further files its header names."""

import re
import zlib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from ...quiz.problems import ProblemCode
from ..errors import DATA_FILE, WRONG_CONTENT, ImageReadError

IMAGE_NOT_OPENED = ProblemCode("Q602", "An image is a file with content that may be read.")


class FileFormat(Enum):
    """``value`` is the format's name for the user."""

    NRRD = "NRRD"
    META_IMAGE = "MetaImage"
    NIFTI = "NIfTI"
    DICOM = "DICOM"
    PICTURE = "picture"
    OTHER = "other"


EXTENSIONS: dict[FileFormat, tuple[str, ...]] = {
    FileFormat.NRRD: (".nrrd", ".nhdr"),
    FileFormat.META_IMAGE: (".mha", ".mhd"),
    FileFormat.NIFTI: (".nii", ".nii.gz", ".hdr", ".img"),
}
_IMAGE_EXTENSIONS = tuple(extension for names in EXTENSIONS.values() for extension in names)
_PICTURE_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*", b"GIF8")
LONGEST_HEADER = 16 * 1024 * 1024


def format_of(path: Path) -> FileFormat:
    """The format by content, whatever the file's name.

    Raises ImageReadError where the file is a folder, is empty, or cannot be opened.
    """
    start = _first_bytes(path)
    if start[:2] == b"\x1f\x8b":
        try:
            start = zlib.decompressobj(31).decompress(start)
        except zlib.error:
            return FileFormat.OTHER
    if start.startswith(b"NRRD000"):
        return FileFormat.NRRD
    if start[128:132] == b"DICM":
        return FileFormat.DICOM
    if start[:4] in (b"\x5c\x01\0\0", b"\0\0\x01\x5c") and start[344:347] in (b"n+1", b"ni1", b"\0\0\0"):
        return FileFormat.NIFTI
    if start[:4] in (b"\x1c\x02\0\0", b"\0\0\x02\x1c") and start[4:7] in (b"n+2", b"ni2"):
        return FileFormat.NIFTI
    if start.startswith(_PICTURE_SIGNATURES):
        return FileFormat.PICTURE
    if re.match(rb"\s*(ObjectType|NDims|Comment)\s*=", start):
        return FileFormat.META_IMAGE
    return FileFormat.OTHER


def is_dicom(path: Path) -> bool:
    """Whether the content is a DICOM file; a folder is none. Raises as ``format_of`` does."""
    return not path.is_dir() and format_of(path) is FileFormat.DICOM


def is_gzip(path: Path) -> bool:
    """Whether the whole file is packed, as .nii.gz is."""
    return _first_bytes(path)[:2] == b"\x1f\x8b"


def checked_format(path: Path) -> FileFormat:
    """``format_of``; raises ImageReadError also where the name says another image format."""
    found = format_of(path)
    name = path.name.lower()
    if name.endswith(_IMAGE_EXTENSIONS) and not name.endswith(EXTENSIONS.get(found, ())):
        if found is FileFormat.OTHER:
            raise ImageReadError(
                WRONG_CONTENT,
                f'"{path.name}" is not an image: its content is no {_format_of_name(name).value} file.',
                "it may be damaged, or another file under this name; export it again",
            )
        if found is FileFormat.DICOM:
            hint = 'set DicomRead="Y", and name it .dcm'
        elif found is FileFormat.PICTURE:
            hint = 'a picture keeps its own extension and is shown with Type="Vector"'
        else:
            is_packed_nifti = found is FileFormat.NIFTI and is_gzip(path)
            hint = f"rename it to {_stem(path)}{'.nii.gz' if is_packed_nifti else EXTENSIONS[found][0]}"
        raise ImageReadError(
            WRONG_CONTENT,
            f'"{path.name}" is called {_extension(name)} but its content is {found.value}.',
            hint,
        )
    return found


def name_for_libraries(path: Path) -> str:
    """The path for a library written in C++, which takes UTF-8 only and may end the program over others.

    Raises ImageReadError where the path is none, as on a disk that came from an older system.
    """
    name = str(path)
    try:
        name.encode()
    except UnicodeEncodeError as fault:
        raise ImageReadError(
            IMAGE_NOT_OPENED,
            f'"{path.name}" cannot be opened: its path has letters that are not UTF-8.',
            "rename the file or its folder, or run in a UTF-8 locale (LANG=C.UTF-8)",
        ) from fault
    return name


def data_files_of(path: Path, found: FileFormat) -> tuple[str, ...]:
    """The names, as written, of the separate files in which a header keeps its voxels; mostly none.

    Source: NRRD format definition, section "data file"; MetaIO, ElementDataFile.
    """
    if found is FileFormat.NRRD:
        return tuple(_nrrd_data_files(path))
    if found is FileFormat.META_IMAGE:
        return tuple(_meta_image_data_files(path))
    return ()


def _nrrd_data_files(path: Path) -> Iterator[str]:
    lines = iter(header_lines(path))
    for line in lines:
        if not line:
            return
        match = re.match(r"data ?file: *(.*)$", line, re.IGNORECASE)
        if not match:
            continue
        value = match.group(1).strip()
        if re.match(r"LIST\b", value):
            yield from (name for name in lines if name)
            return
        pattern = re.fullmatch(r"(\S*%\S*) +(-?\d+) +(-?\d+) +(-?\d+)(?: +\d+)?", value)
        yield from _numbered(path, *pattern.groups()) if pattern else (value,)


def _meta_image_data_files(path: Path) -> Iterator[str]:
    lines = iter(header_lines(path))
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() != "ElementDataFile":
            continue
        value = value.strip()
        if value.upper() == "LOCAL":
            return
        if re.match(r"LIST\b", value):
            yield from (name for name in lines if name)
            return
        pattern = re.fullmatch(r"(\S*%\S*) +(\d+) +(\d+) +(\d+)", value)
        yield from _numbered(path, *pattern.groups()) if pattern else (value,)
        return


def _numbered(path: Path, pattern: str, first: str, last: str, step: str) -> Iterator[str]:
    if not re.fullmatch(r"[^%]*%0?\d{0,2}d[^%]*", pattern) or int(step) == 0:
        raise ImageReadError(
            DATA_FILE,
            f'"{path.name}" names its data files by a pattern that is not understood: "{pattern}".',
        )
    numbers = range(int(first), int(last) + (1 if int(step) > 0 else -1), int(step))
    return (pattern % number for number in numbers)


def header_lines(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        budget = LONGEST_HEADER
        while budget > 0 and (line := file.readline(budget)):
            budget -= len(line)
            yield line.rstrip(b"\r\n").decode("utf-8", "surrogateescape").strip()


def _first_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise ImageReadError(
            IMAGE_NOT_OPENED,
            f'"{path.name}" is a folder, not an image file.',
            'name a file in it; in a quiz DicomRead="Y" shows the DICOM series of a folder',
        )
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except FileNotFoundError as fault:
        raise ImageReadError(IMAGE_NOT_OPENED, f'"{path.name}" does not exist.', "check its path") from fault
    except OSError as fault:
        raise ImageReadError(
            IMAGE_NOT_OPENED,
            f'"{path.name}" cannot be opened: {fault.strerror or "the system refuses"}.',
            "check that the file may be read by the person who runs the program",
        ) from fault
    if not start:
        raise ImageReadError(
            IMAGE_NOT_OPENED, f'"{path.name}" is empty (0 bytes).', "copy or export it again"
        )
    return start


def _format_of_name(name: str) -> FileFormat:
    return next(found for found, names in EXTENSIONS.items() if name.endswith(names))


def _extension(name: str) -> str:
    return max((e for e in _IMAGE_EXTENSIONS if name.endswith(e)), key=len, default=Path(name).suffix)


def _stem(path: Path) -> str:
    return path.name[: len(path.name) - len(_extension(path.name.lower()))]
