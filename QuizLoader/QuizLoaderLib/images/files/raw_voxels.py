"""Voxels straight from a file's bytes, packed or not, in their order, to where they belong.

SimpleITK takes a file as a whole, at times twice; here a sequence is read frame by frame. gzip and zlib are
unpacked by ISA-L where it is installed: in half of zlib's time, and beside other threads.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from types import ModuleType

import numpy as np

from .file_formats import GZIP_SIGNATURE

_zlib: ModuleType = zlib
try:
    from isal import isal_zlib

    _zlib = isal_zlib
except ImportError:
    pass

_GZIP_OR_ZLIB = 47
"""zlib's ``wbits`` for a header of either kind (RFC 1952, RFC 1950)."""
_PACKED_BLOCK = 1 << 20
_UNPACKED_BLOCK = 1 << 23
"""Bytes at a time: threads unpack beside each other only while they work on large blocks."""
_SCALED_AT_ONCE = 1 << 20
_MOST_PACKED = 1032
"""The bytes that DEFLATE (RFC 1951) packs into one at most."""


class VoxelsEndError(Exception):
    """The bytes end too early or are damaged."""


class Unpacked:
    """A packed stream, for gzip of one or more members, unpacked as it is read; what follows is ignored."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self._member = _zlib.decompressobj(_GZIP_OR_ZLIB)
        self._packed = b""
        self._ready = memoryview(b"")

    def readinto(self, view: memoryview, /) -> int:
        """The bytes that follow, fewer at the end only. Raises VoxelsEndError where they are damaged."""
        done = 0
        while done < len(view):
            try:
                self._ready = self._ready or memoryview(self._next())
            except _zlib.error as fault:
                raise VoxelsEndError from fault
            if not self._ready:
                break
            count = min(len(view) - done, len(self._ready))
            view[done : done + count] = self._ready[:count]
            self._ready = self._ready[count:]
            done += count
        return done

    def _next(self) -> bytes:
        while True:
            if self._member.eof:
                self._packed = self._member.unused_data or self._file.read(_PACKED_BLOCK)
                if not self._packed.startswith(GZIP_SIGNATURE):
                    return b""
                self._member = _zlib.decompressobj(_GZIP_OR_ZLIB)
            # Also with nothing new: the member may hold back what was beyond the last limit.
            part: bytes = self._member.decompress(self._packed, _UNPACKED_BLOCK)
            self._packed = self._member.unconsumed_tail
            if part:
                return part
            if not self._packed and not self._member.eof:
                self._packed = self._file.read(_PACKED_BLOCK)
                if not self._packed:
                    return b""


def read_up_to(stream: BufferedReader | Unpacked, count: int) -> bytes:
    """The next ``count`` bytes, fewer where the stream ends, none where it is damaged."""
    found = bytearray(count)
    try:
        return bytes(found[: stream.readinto(memoryview(found))])
    except VoxelsEndError:
        return b""


@dataclass(frozen=True)
class RawVoxels:
    """Where the voxels' bytes are: from byte ``offset`` of ``path``, packed (gzip or zlib) or not, and then
    after ``skip`` further bytes. ``dtype`` has the byte order of the file, ``components`` is the number of
    values of each voxel, which lie side by side."""

    path: Path
    dtype: np.dtype
    offset: int
    skip: int = 0
    is_packed: bool = False
    components: int = 1

    def may_hold(self, values: int) -> bool:
        """Whether the file is long enough for so many, as far as its length tells."""
        there = self.path.stat().st_size - self.offset
        most = there * _MOST_PACKED if self.is_packed else there
        return most >= self.skip + values * self.dtype.itemsize

    @contextmanager
    def open(self) -> Iterator["VoxelStream"]:
        """:raises VoxelsEndError: here and where voxels are read."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            yield VoxelStream(self, Unpacked(file) if self.is_packed else file)


class VoxelStream:
    """Gives the voxels in the order of the file."""

    def __init__(self, source: RawVoxels, stream: BufferedReader | Unpacked) -> None:
        self._dtype = source.dtype
        self._stream = stream
        if source.skip:
            self._fill(memoryview(bytearray(source.skip)))

    def fill(self, target: np.ndarray, scale: tuple[float, float] | None = None) -> None:
        """The next voxels into a contiguous array of the file's type in the machine's byte order.

        With a ``scale`` into one of floats, times a slope, and then plus an intercept: in double precision,
        as ITK does it.
        """
        values = target.reshape(-1)
        if scale is None:
            self._fill(values.view(np.uint8).data)
            if not self._dtype.isnative:
                values.byteswap(inplace=True)
            return
        for start in range(0, len(values), _SCALED_AT_ONCE):
            part = values[start : start + _SCALED_AT_ONCE]
            raw = np.empty(len(part), self._dtype.newbyteorder("="))
            self.fill(raw)
            part[...] = np.multiply(raw.astype(values.dtype), scale[0], dtype=np.float64) + scale[1]

    def check_end(self) -> None:
        """To be called after the last voxel: a checksum tells damage that unpacks to other values.

        What follows the voxels is not looked at, nor whether the sum is there.

        :raises VoxelsEndError: where the sum is wrong.
        """
        self._stream.readinto(memoryview(bytearray(1)))

    def _fill(self, view: memoryview) -> None:
        if self._stream.readinto(view) < len(view):
            raise VoxelsEndError


def named_data_files(value: str, listed: Sequence[str]) -> tuple[str, ...]:
    """The names of separate files that a header of text gives by ``value``: one, LIST for the lines
    ``listed``, or a pattern of printf with its first and last number and the step between them.

    Raises ValueError, which says the pattern, where that is not understood.
    Source: NRRD format definition, section "data file"; MetaIO, ElementDataFile.
    """
    if re.match(r"LIST\b", value):
        return tuple(listed)
    pattern = re.fullmatch(r"(\S*%\S*) +(-?\d+) +(-?\d+) +(-?\d+)(?: +\d+)?", value)
    if pattern is None:
        return (value,) if value else ()
    name, step = pattern[1], int(pattern[4])
    if not re.fullmatch(r"[^%]*%0?\d{0,2}d[^%]*", name) or step == 0:
        raise ValueError(name)
    return tuple(name % number for number in range(int(pattern[2]), int(pattern[3]) + (step > 0 or -1), step))
