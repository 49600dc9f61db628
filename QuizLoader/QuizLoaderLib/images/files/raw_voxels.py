"""Voxels straight from a file's bytes, in their order, to where they belong.

SimpleITK takes a file as a whole, at times twice; here a sequence is read frame by frame.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .unpacking import ByteStream, Unpacked, UnpackingError

_SCALED_AT_ONCE = 1 << 20
_MOST_PACKED = 1032
"""The bytes that DEFLATE (RFC 1951) packs into one at most."""


class VoxelsEndError(Exception):
    """The bytes end too early or are damaged."""


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

    def __init__(self, source: RawVoxels, stream: ByteStream) -> None:
        self._dtype = source.dtype
        self._stream = stream
        if source.skip:
            self._fill(memoryview(bytearray(source.skip)))

    def fill(self, target: np.ndarray) -> None:
        """The next voxels into a contiguous array of the file's type in the machine's byte order."""
        self._fill(target.reshape(-1).view(np.uint8).data)
        if not self._dtype.isnative:
            target.byteswap(inplace=True)

    def fill_scaled(self, target: np.ndarray, scale: tuple[float, float]) -> None:
        """The next voxels times a slope, and then plus an intercept: in double precision, as ITK does it."""
        values = target.reshape(-1)
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
        self._read_into(memoryview(bytearray(1)))

    def _fill(self, view: memoryview) -> None:
        done = 0
        while done < len(view):
            count = self._read_into(view[done:])
            if not count:
                raise VoxelsEndError
            done += count

    def _read_into(self, view: memoryview) -> int:
        try:
            return self._stream.readinto(view) or 0
        except UnpackingError as fault:
            raise VoxelsEndError from fault
