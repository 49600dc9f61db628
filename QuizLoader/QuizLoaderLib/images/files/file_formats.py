"""What a file is by its first bytes, and what its name says that it is."""

import re
import zlib
from enum import Enum
from pathlib import Path

from ...quiz.problems import ProblemCode
from ..errors import WRONG_CONTENT, ImageReadError

IMAGE_NOT_OPENED = ProblemCode("Q602", "An image is a file with content that may be read.")


class FileFormat(Enum):
    """``value`` is the format's name for the user."""

    NRRD = "NRRD"
    META_IMAGE = "MetaImage"
    NIFTI = "NIfTI"
    DICOM = "DICOM"
    PICTURE = "picture"
    OTHER = "other"
    FOLDER = "folder"
    UNREADABLE = "unreadable"


EXTENSIONS: dict[FileFormat, tuple[str, ...]] = {
    FileFormat.NRRD: (".nrrd", ".nhdr"),
    FileFormat.META_IMAGE: (".mha", ".mhd"),
    FileFormat.NIFTI: (".nii", ".nii.gz", ".hdr", ".img"),
}
_IMAGE_EXTENSIONS = tuple(extension for names in EXTENSIONS.values() for extension in names)
_PICTURE_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*", b"GIF8")
GZIP_SIGNATURE = b"\x1f\x8b"
LONGEST_START = 4096
"""The first bytes that a format is told by."""
LONGEST_HEADER = 16 * 1024 * 1024


def format_of_start(start: bytes) -> FileFormat:
    """The format by a file's first bytes, LONGEST_START of them, whatever its name."""
    if start.startswith(GZIP_SIGNATURE):
        try:
            start = zlib.decompressobj(31).decompress(start)
        except zlib.error:
            return FileFormat.OTHER
    if start.startswith(b"NRRD000"):
        return FileFormat.NRRD
    if start[:4] in (b"\x5c\x01\0\0", b"\0\0\x01\x5c") and start[344:347] in (b"n+1", b"ni1", b"\0\0\0"):
        return FileFormat.NIFTI
    if start[:4] in (b"\x1c\x02\0\0", b"\0\0\x02\x1c") and start[4:7] in (b"n+2", b"ni2"):
        return FileFormat.NIFTI
    if is_dicom_start(start):
        return FileFormat.DICOM
    if start.startswith(_PICTURE_SIGNATURES):
        return FileFormat.PICTURE
    if re.match(rb"\s*(ObjectType|NDims|Comment)\s*=", start):
        return FileFormat.META_IMAGE
    return FileFormat.OTHER


def is_dicom_start(start: bytes) -> bool:
    """A preamble, or (older files have none) an element of group 2 or 8 at the very start.

    Source: DICOM PS3.10 7.1.
    """
    if start[128:132] == b"DICM":
        return True
    if start[:2] in (b"\0\x02", b"\0\x08"):
        # Big endian, which always tells the type of its values.
        return start[4:6].isalpha() and start[4:6].isupper()
    if start[:2] not in (b"\x02\x00", b"\x08\x00") or len(start) < 16:
        return False
    return start[4:6].isalpha() or int.from_bytes(start[4:8], "little") < 1024


def require_content_of_name(path: Path, found: FileFormat, is_gzip: bool) -> None:
    """Raise ImageReadError where the name says another image format than the content."""
    name = path.name.lower()
    if not name.endswith(_IMAGE_EXTENSIONS) or name.endswith(EXTENSIONS.get(found, ())):
        return
    extension = max(filter(name.endswith, _IMAGE_EXTENSIONS), key=len)
    if found is FileFormat.OTHER:
        named = next(one for one, extensions in EXTENSIONS.items() if extension in extensions)
        sentence = f"“{path.name}” is not an image: it is not a valid {named.value} file."
        hint = "it may be damaged, or be another file with this name; export it again"
        raise ImageReadError(WRONG_CONTENT, sentence, hint)
    if found is FileFormat.DICOM:
        hint = 'set DicomRead="Y", and name it .dcm'
    elif found is FileFormat.PICTURE:
        hint = 'a picture keeps its own extension and is shown with Type="Vector"'
    else:
        usual = ".nii.gz" if found is FileFormat.NIFTI and is_gzip else EXTENSIONS[found][0]
        hint = f"rename it to {path.name[: -len(extension)]}{usual}"
    sentence = f"“{path.name}” is called {extension} but its content is {found.value}."
    raise ImageReadError(WRONG_CONTENT, sentence, hint)


def name_for_libraries(path: Path) -> str:
    """The path for a library written in C++, which takes UTF-8 only and may end the program over others.

    Raises ImageReadError where the path is none, as on a disk that came from an older system.
    """
    name = str(path)
    try:
        name.encode()
    except UnicodeEncodeError as fault:
        sentence = f"“{path.name}” cannot be opened: its path has characters that are not UTF-8."
        hint = "rename the file or its folder, or run in a UTF-8 locale (LANG=C.UTF-8)"
        raise ImageReadError(IMAGE_NOT_OPENED, sentence, hint) from fault
    return name
