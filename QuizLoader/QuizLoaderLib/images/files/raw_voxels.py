"""The voxels of an NRRD or NIfTI file straight from its bytes, in their order, to where they belong.

SimpleITK takes a file as a whole, at times twice; here a sequence is read frame by frame. gzip is unpacked
by ISA-L where it is installed, in about half of zlib's time and beside other threads.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .file_formats import FileFormat, is_gzip
from .meta_image import read_meta_image_header
from .nrrd import NrrdHeader, read_nrrd_header

GZIP_IS_FAST = False
_zlib: Any = zlib
try:
    from isal import isal_zlib

    _zlib = isal_zlib
    GZIP_IS_FAST = True
except ImportError:
    pass

_GZIP_HEADER, _ZLIB_HEADER = 31, 15
"""What zlib's ``wbits`` says of the format (RFC 1952, RFC 1950)."""

_PACKED_BLOCK = 1 << 20
_UNPACKED_BLOCK = 1 << 23
"""Bytes at a time: threads unpack beside each other only while they work on large blocks."""

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
            if self.is_gzip:
                yield VoxelStream(self, _Unpacked(file, _GZIP_HEADER))
            elif self.is_zlib:
                yield VoxelStream(self, _Unpacked(file, _ZLIB_HEADER))
            else:
                yield VoxelStream(self, file)


class VoxelStream:
    """Gives the voxels in the order of the file."""

    def __init__(self, source: RawVoxels, bytes_from: Any) -> None:
        self._dtype = source.dtype
        self._from = bytes_from
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
        self._from.readinto(memoryview(bytearray(1)))

    def _fill(self, view: memoryview) -> None:
        done = 0
        while done < len(view):
            count = self._from.readinto(view[done:])
            if not count:
                raise VoxelsEndError
            done += count


class _Unpacked:
    """A packed stream, for gzip of one or more members, unpacked as it is read; what follows is ignored."""

    def __init__(self, file: BinaryIO, header: int) -> None:
        self._file = file
        self._header = header
        self._member = _zlib.decompressobj(header)
        self._packed = b""
        self._ready = memoryview(b"")

    def readinto(self, view: memoryview) -> int:
        """Some of the bytes that follow, 0 at the end. Raises VoxelsEndError where they are damaged."""
        if not self._ready:
            try:
                self._ready = memoryview(self._next())
            except _zlib.error as fault:
                raise VoxelsEndError from fault
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next(self) -> bytes:
        while True:
            if self._member.eof:
                self._packed = self._member.unused_data or self._file.read(_PACKED_BLOCK)
                if self._header != _GZIP_HEADER or not self._packed.startswith(b"\x1f\x8b"):
                    return b""
                self._member = _zlib.decompressobj(self._header)
            # Also with nothing new: the member may hold back what was beyond the last limit.
            part = self._member.decompress(self._packed, _UNPACKED_BLOCK)
            self._packed = self._member.unconsumed_tail
            if part:
                return part
            if not self._packed and not self._member.eof:
                self._packed = self._file.read(_PACKED_BLOCK)
                if not self._packed:
                    return b""


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
