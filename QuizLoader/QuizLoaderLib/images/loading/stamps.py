"""When the files that a picture is read from were written: what was read is good until one is again."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from ..errors import ImageReadError
from ..files.file_formats import FileFormat, data_files_of, format_of

Stamp = tuple[tuple[str, int, int], ...]


def stamp_of(path: Path, check_data_file: Callable[[str], object] = bool) -> Stamp:
    """(name, bytes, ns) of a file, and of those with its voxels where it is a header; of a folder, its files.

    ``check_data_file`` is called with the name of each data file before it is looked at, as in ``ImageFile``.
    What is not there is left out. Raises OSError where a folder cannot be listed.
    """
    if path.is_dir():
        return _stamp_of_folder(path)
    return _stamps((path, *_data_files(path, check_data_file)))


def stamp_of_image(path: Path, check_data_file: Callable[[str], object] = bool) -> Stamp:
    """``stamp_of``, with all that a DICOM image may be read from: the files beside a file, among which its
    series is, and the time points in the folders of a folder."""
    own = stamp_of(path, check_data_file)
    if path.is_dir():
        folders = (Path(entry) for entry in _sorted_entries(path) if entry.is_dir())
        return sum((_stamp_of_folder(folder) for folder in folders), own)
    try:
        # A DICOM file without a preamble is of no known format.
        is_of_series = format_of(path) in (FileFormat.DICOM, FileFormat.OTHER)
    except ImageReadError:
        return own
    return own + _stamp_of_folder(path.parent) if is_of_series else own


def _stamp_of_folder(folder: Path) -> Stamp:
    return _stamps(entry for entry in _sorted_entries(folder) if not entry.is_dir())


def _stamps(files: Iterable[Path | os.DirEntry[str]]) -> Stamp:
    stamps = []
    for file in files:
        with suppress(OSError):
            state = file.stat()
            stamps.append((file.name, state.st_size, state.st_mtime_ns))
    return tuple(stamps)


def _data_files(header: Path, check_data_file: Callable[[str], object]) -> list[Path]:
    try:
        found = format_of(header)
        names = data_files_of(header, found)
        for name in names:
            check_data_file(name)
    except (ImageReadError, OSError):
        # Reading it will tell why.
        return []
    if found is FileFormat.NIFTI and header.suffix.lower() == ".hdr":
        return [header.with_suffix(".img"), header.with_suffix(".img.gz")]
    return [header.parent / name for name in names]


def _sorted_entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)
