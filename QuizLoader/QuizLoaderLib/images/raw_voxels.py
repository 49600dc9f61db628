"""The voxels of an NRRD or NIfTI file straight from its bytes, in their order, to where they belong.

SimpleITK takes a file as a whole, at times twice; here a sequence is read frame by frame. gzip is unpacked
by ISA-L where it is installed, in about half of zlib's time and beside other threads.
"""

import gzip
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from .file_formats import FileFormat, is_gzip
from .meta_image_header import read_meta_image_header
from .nrrd_header import NrrdHeader, read_nrrd_header

_DAMAGED: tuple[type[Exception], ...] = (EOFError, gzip.BadGzipFile, zlib.error)
_open_gzip: Any = gzip.GzipFile
GZIP_IS_FAST = False
try:
    from isal import igzip, isal_zlib

    _open_gzip = igzip.IGzipFile
    # Its stub calls the class an instance.
    _DAMAGED = (*_DAMAGED, cast(type[Exception], isal_zlib.error))
    GZIP_IS_FAST = True
except ImportError:
    pass

_BLOCK = 1 << 20
_PADDING = 4096
_TIME_UNIT = 0x38
_NIFTI_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip


class VoxelsEndError(Exception):
    """The bytes end too early or are damaged."""


@dataclass(frozen=True)
class RawVoxels:
    """Where the voxels' bytes are: from byte ``offset`` of ``path``, gzip or not, and then after ``skip``
    further bytes; ``is_zlib`` has zlib's header instead of gzip's. ``dtype`` has the byte order of the
    file."""

    path: Path
    dtype: np.dtype
    offset: int
    skip: int = 0
    is_gzip: bool = False
    is_zlib: bool = False

    @contextmanager
    def open(self) -> Iterator["VoxelStream"]:
        """:raises VoxelsEndError: here and where voxels are read."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            unpacked: Any = file
            if self.is_gzip:
                unpacked = _open_gzip(fileobj=file, mode="rb")
            elif self.is_zlib:
                unpacked = _ZlibFile(file)
            yield VoxelStream(self, file, unpacked)


class VoxelStream:
    """Gives the voxels in the order of the file."""

    def __init__(self, source: RawVoxels, file: BinaryIO, unpacked: Any) -> None:
        self._dtype = source.dtype
        self._source = source
        self._file = file
        self._from = unpacked
        self._done = 0
        if source.skip:
            self._fill(memoryview(bytearray(source.skip)))

    def fill(self, target: np.ndarray) -> None:
        """The next voxels into a contiguous array of the file's type in the machine's byte order."""
        self._fill(target.reshape(-1).view(np.uint8).data)
        if not self._dtype.isnative:
            target.byteswap(inplace=True)

    def check_end(self) -> None:
        """To be called after the last voxel: a checksum tells damage that unpacks to other values.

        What follows the voxels is not looked at, nor whether the sum is there.

        :raises VoxelsEndError: where the sum is wrong.
        """
        try:
            self._from.readinto(memoryview(bytearray(_PADDING)))
        except EOFError:
            return
        except _DAMAGED as problem:
            if _is_about_what_follows(problem):
                return
            raise VoxelsEndError from problem

    def _fill(self, view: memoryview) -> None:
        done = 0
        while done < len(view):
            try:
                count = self._from.readinto(view[done:])
            except _DAMAGED as problem:
                if not _is_about_what_follows(problem) or type(self._from) is gzip.GzipFile:
                    raise VoxelsEndError from problem
                self._unpack_step_by_step()
                continue
            if not count:
                raise VoxelsEndError
            done += count
            self._done += count

    def _unpack_step_by_step(self) -> None:
        """ISA-L's file looks far ahead and keeps back what it has where something else follows the data."""
        self._file.seek(self._source.offset)
        self._from = gzip.GzipFile(fileobj=self._file, mode="rb")
        self._from.seek(self._done)


def _is_about_what_follows(problem: Exception) -> bool:
    return "Not a gzipped file" in str(problem)


class _ZlibFile:
    """Unpacks zlib's own format (RFC 1950), which no file class of the standard library reads."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._stream = zlib.decompressobj()

    def readinto(self, view: memoryview) -> int:
        """Some bytes, at most as many as the view takes; 0 at the end."""
        while not self._stream.eof:
            packed = self._stream.unconsumed_tail or self._file.read(_BLOCK)
            # Also with nothing new to unpack: it may hold back bytes beyond the last limit.
            part = self._stream.decompress(packed, len(view))
            view[: len(part)] = part
            if part or not packed:
                return len(part)
        return 0


def raw_voxels_of(path: Path, found: FileFormat, header: Mapping[str, str]) -> RawVoxels | None:
    """Where the voxels of a file are, None where only SimpleITK can read them: other encodings, data in
    several files, NIfTI's pairs of files. ``header`` is SimpleITK's, needed for NIfTI alone."""
    if found is FileFormat.NRRD:
        return nrrd_voxels(path, read_nrrd_header(path))
    if found is FileFormat.NIFTI:
        return _nifti_voxels(path, header)
    if found is FileFormat.META_IMAGE:
        return _packed_meta_image_voxels(path)
    return None


def nrrd_voxels(path: Path, header: NrrdHeader) -> RawVoxels | None:
    """As ``raw_voxels_of``."""
    fields = header.fields
    encoding = fields.get("encoding", "").lower()
    skip = fields.get("byteskip", "0")
    if header.dtype is None or encoding not in ("raw", "gzip", "gz") or fields.get("lineskip", "0") != "0":
        return None
    if not skip.isdecimal():
        return None
    data_file = fields.get("datafile", "")
    if data_file.startswith("LIST") or "%" in data_file:
        return None
    source, offset = (path.parent / data_file, 0) if data_file else (path, header.length)
    if encoding == "raw":
        return RawVoxels(source, header.dtype, offset + int(skip))
    return RawVoxels(source, header.dtype, offset, int(skip), is_gzip=True)


@dataclass(frozen=True)
class NiftiNumbers:
    """What SimpleITK gives with six digits only, or not at all; ``time_step`` in the unit ``time_unit``."""

    byte_order: str
    slope: float
    intercept: float
    time_step: float
    time_unit: int


def nifti_numbers(path: Path) -> NiftiNumbers:
    """From the header itself (nifti1.h, nifti2.h), which starts with its own length.

    :raises VoxelsEndError:
    """
    with RawVoxels(path, np.dtype("u1"), 0, is_gzip=is_gzip(path)).open() as stream:
        start = np.empty(348, np.uint8)
        stream.fill(start)
        order = "<" if start[0] in (348 % 256, 540 % 256) and not start[3] else ">"
        if start[[0, 3]].max() == 348 % 256:
            header = start.tobytes()
            (step,) = struct.unpack_from(f"{order}f", header, 92)
            slope, intercept = struct.unpack_from(f"{order}2f", header, 112)
            return NiftiNumbers(order, slope, intercept, step, header[123] & _TIME_UNIT)
        rest = np.empty(540 - 348, np.uint8)
        stream.fill(rest)
    header = start.tobytes() + rest.tobytes()
    (step,) = struct.unpack_from(f"{order}d", header, 136)
    slope, intercept = struct.unpack_from(f"{order}2d", header, 176)
    (units,) = struct.unpack_from(f"{order}i", header, 500)
    return NiftiNumbers(order, slope, intercept, step, units & _TIME_UNIT)


def _nifti_voxels(path: Path, header: Mapping[str, str]) -> RawVoxels | None:
    code = _NIFTI_TYPES.get(int(header.get("datatype", 0)))
    offset = int(float(header.get("vox_offset", 0)))
    if code is None or header.get("nifti_type") != "1" or offset <= 0:
        return None
    is_little = nifti_numbers(path).byte_order == "<"
    dtype = np.dtype(code).newbyteorder("<" if is_little else ">")
    if is_gzip(path):
        return RawVoxels(path, dtype, 0, offset, is_gzip=True)
    return RawVoxels(path, dtype, offset)


def _packed_meta_image_voxels(path: Path) -> RawVoxels | None:
    """Of a packed MetaImage alone, whose damage MetaIO tells on stderr."""
    header = read_meta_image_header(path)
    if not header.is_packed or header.data is None or header.dtype is None or header.components != 1:
        return None
    data, start = header.data
    with data.open("rb") as file:
        file.seek(start)
        is_gzip = file.read(2) == b"\x1f\x8b"
    return RawVoxels(data, header.dtype, start, is_gzip=is_gzip, is_zlib=not is_gzip)
