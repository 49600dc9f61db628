"""What one look at a file tells: its format, its header, and where its voxels are."""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from ...quiz.problems import Problem, error
from ..errors import DATA_FILE, IMAGE_DAMAGED, UNSUPPORTED, ImageReadError, not_calibrated
from .data_files import DataFilesError, FindDataFile, data_file_finder
from .file_formats import (
    GZIP_SIGNATURE,
    IMAGE_NOT_OPENED,
    LONGEST_START,
    FileFormat,
    format_of_start,
    require_content_of_name,
)
from .meta_image import MetaImageHeader, read_meta_image_header
from .nifti import NiftiHeader, read_nifti_header
from .nrrd import NrrdHeader, read_nrrd_header
from .raw_voxels import RawVoxels, Unpacked

Stamp = tuple[tuple[str, int, int], ...]
"""(name, bytes, ns of its last change) of each file: what was read is good until one is written again."""

Header = NrrdHeader | MetaImageHeader | NiftiHeader


@dataclass(frozen=True)
class FileFacts:
    """One file, or folder, as it was when it was looked at.

    ``header`` is there for NRRD, MetaImage and NIfTI, and ``voxels`` says where the voxels of these are.
    ``data_files`` are separate files with voxels. ``fault`` is why it cannot be read. ``stamp`` covers the
    file and its data files; of a folder, its files.
    """

    path: Path
    format: FileFormat
    stamp: Stamp = ()
    is_gzip: bool = False
    header: Header | None = None
    data_files: tuple[Path, ...] = ()
    voxels: RawVoxels | None = None
    fault: Problem | None = None

    @property
    def is_dicom(self) -> bool:
        return self.format is FileFormat.DICOM

    @property
    def is_calibrated(self) -> bool:
        """Whether it says how large its pixels are in mm; a picture does not. Of DICOM its frames know."""
        return self.header.has_spacing if self.header else self.format is not FileFormat.PICTURE

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Warnings that do not keep it from being read. That a picture has no size in mm is none."""
        is_odd = self.header is not None and not self.is_calibrated
        return (not_calibrated(f"“{self.path.name}”"),) if is_odd else ()

    def require_image(self) -> None:
        """Raise ImageReadError where the content is not what the name says, or cannot be read."""
        if self.format not in (FileFormat.UNREADABLE, FileFormat.FOLDER):
            require_content_of_name(self.path, self.format, self.is_gzip)
        self.require_no_fault()

    def require_no_fault(self) -> None:
        """Raise ImageReadError where it cannot be read: a new one, which holds no callers of before."""
        if self.fault is not None:
            raise ImageReadError(self.fault.code, self.fault.sentence, self.fault.hint)

    def is_current(self) -> bool:
        """Whether neither the file nor its data files were written since; never of one with a fault."""
        if self.fault is not None and self.format is not FileFormat.FOLDER:
            return False
        return stamp_of(self.path, self.data_files) == self.stamp


def look_at(path: Path, find_data_file: FindDataFile | None = None) -> FileFacts:
    """Open a file once, and tell what it is by its content, whatever its name. Raises nothing of an image.

    Without ``find_data_file`` its data files are looked for in its own folder.
    """
    if path.is_dir():
        hint = 'name a file in it; in a quiz DicomRead="Y" shows the DICOM series of a folder'
        sentence = f"“{path.name}” is a folder, not an image file."
        fault = error(IMAGE_NOT_OPENED, sentence, hint)
        return FileFacts(path, FileFormat.FOLDER, stamp_of(path), fault=fault)
    try:
        with path.open("rb") as file:
            return _look(path, file, find_data_file or data_file_finder(path))
    except OSError as fault:
        return FileFacts(path, FileFormat.UNREADABLE, stamp_of(path), fault=_cannot_open(path, fault).problem)


def stamp_of(path: Path, data_files: Iterable[Path] = ()) -> Stamp:
    """Of a file and of those beside it that hold its voxels; of a folder, its files.

    What is not there is left out. Raises OSError where a folder cannot be listed.
    """
    if path.is_dir():
        with os.scandir(path) as entries:
            files = [entry for entry in entries if not entry.is_dir()]
        return _stamps(sorted(files, key=lambda file: file.name))
    return _stamps((path, *data_files))


def damaged(path: Path) -> ImageReadError:
    sentence = f"“{path.name}” is damaged or incomplete: its voxels cannot all be read."
    return ImageReadError(IMAGE_DAMAGED, sentence, "copy or export it again")


def _look(path: Path, file: BufferedReader, find_data_file: FindDataFile) -> FileFacts:
    status = os.fstat(file.fileno())
    stamp: Stamp = ((path.name, status.st_size, status.st_mtime_ns),)
    start = file.read(LONGEST_START)
    if not start:
        sentence = f"“{path.name}” is empty (0 bytes)."
        fault = error(IMAGE_NOT_OPENED, sentence, "copy or export it again")
        return FileFacts(path, FileFormat.UNREADABLE, stamp, fault=fault)
    found, is_gzip = format_of_start(start), start.startswith(GZIP_SIGNATURE)
    file.seek(0)
    header = _header(file, found, is_gzip)
    if header is None:
        return FileFacts(path, found, stamp, is_gzip)
    if not header.is_sound:
        return FileFacts(path, found, stamp, is_gzip, header, fault=damaged(path).problem)
    try:
        data_files = _data_files(path, header, find_data_file)
        voxels = _voxels(path, header, data_files, is_gzip)
    except ImageReadError as fault:
        return FileFacts(path, found, stamp, is_gzip, header, fault=fault.problem)
    return FileFacts(path, found, stamp + _stamps(data_files), is_gzip, header, data_files, voxels)


def _voxels(path: Path, header: Header, data_files: tuple[Path, ...], is_gzip: bool) -> RawVoxels:
    reason, hint = header.fault
    if reason:
        raise ImageReadError(UNSUPPORTED, f"“{path.name}” {reason}.", hint)
    if isinstance(header, NiftiHeader):
        voxels = header.voxels(path, data_files, is_gzip)
    else:
        voxels = header.voxels(path, data_files)
    if not voxels.may_be_whole():
        raise damaged(path)
    return voxels


def _header(file: BufferedReader, found: FileFormat, is_gzip: bool) -> Header | None:
    if found is FileFormat.NRRD:
        return read_nrrd_header(file)
    if found is FileFormat.META_IMAGE:
        return read_meta_image_header(file)
    if found is FileFormat.NIFTI:
        return read_nifti_header(Unpacked(file) if is_gzip else file)
    return None


def _data_files(path: Path, header: Header, find_data_file: FindDataFile) -> tuple[Path, ...]:
    """The files that a header names for its voxels, all of which are there and may be opened."""
    if isinstance(header, NiftiHeader) and not header.is_one_file:
        return (_other_of_pair(path, find_data_file),)
    try:
        names = header.data_files
    except DataFilesError as fault:
        raise ImageReadError(DATA_FILE, f"“{path.name}” {fault}.") from fault
    files = []
    for name in names:
        files.append(find_data_file(name))
        if not files[-1].is_file():
            sentence = f"“{path.name}” keeps its voxels in “{name}”, which is a folder."
            raise ImageReadError(DATA_FILE, sentence, "copy both files into the same folder")
    return tuple(files)


def _other_of_pair(path: Path, find_data_file: FindDataFile) -> Path:
    """The .img of a NIfTI or ANALYZE header, packed or not."""
    stem = re.sub(r"(\.hdr|\.img)?(\.gz)?\Z", "", path.name, flags=re.IGNORECASE)
    for name in (f"{stem}.img", f"{stem}.img.gz"):
        with suppress(ImageReadError):
            found = find_data_file(name)
            if found.is_file() and found.name != path.name:
                return found
    return find_data_file(f"{stem}.img")


def _stamps(files: Iterable[Path | os.DirEntry[str]]) -> Stamp:
    stamps = []
    for file in files:
        with suppress(OSError):
            state = file.stat()
            stamps.append((file.name, state.st_size, state.st_mtime_ns))
    return tuple(stamps)


def _cannot_open(path: Path, fault: OSError) -> ImageReadError:
    if isinstance(fault, FileNotFoundError):
        return ImageReadError(IMAGE_NOT_OPENED, f"“{path.name}” does not exist.", "check its path")
    sentence = f"“{path.name}” cannot be opened: {fault.strerror or 'the system refuses'}."
    hint = "check that the file may be read by the person who runs the program"
    return ImageReadError(IMAGE_NOT_OPENED, sentence, hint)
