"""Voxels straight from a file's bytes, packed or not, in their order, to where they belong.

Libraries take a file as a whole, at times twice, and believe its header; here a sequence is read frame by
frame, and no more is taken than there is. gzip and zlib are unpacked by ISA-L where it is installed: in half
of zlib's time, and beside other threads.
"""

import bz2
import os
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from io import BufferedReader
from pathlib import Path
from types import ModuleType

import numpy as np

from .file_formats import GZIP_SIGNATURE

fast_zlib: ModuleType = zlib
try:
    from isal import isal_zlib

    fast_zlib = isal_zlib
except ImportError:
    pass

_GZIP_OR_ZLIB = 47
"""zlib's ``wbits`` for a header of either kind (RFC 1952, RFC 1950)."""
_PACKED_BLOCK = 1 << 20
_UNPACKED_BLOCK = 1 << 23
"""Bytes at a time: threads unpack beside each other only while they work on large blocks."""
_TEXT_BLOCK = 1 << 18
_LONGEST_NUMBER = 400
_SCALED_AT_ONCE = 1 << 20
TO_THE_END = -1
"""The ``skip`` of voxels that end with their file, whatever is before them."""


class Packing(Enum):
    """How voxels are written; ``value`` is how many of their bytes one byte of a file gives at most."""

    NONE = 1
    DEFLATE = 1032
    """gzip or zlib (RFC 1951)."""
    BZIP2 = 1 << 21
    TEXT = 8
    """Numbers in decimal digits."""
    HEX = 0.5
    """Bytes in hexadecimal digits."""


class VoxelsEndError(Exception):
    """The bytes end too early or are damaged."""


class Unpacked:
    """A stream out of blocks of bytes, each made when it is asked for; of a file those of its gzip members,
    one or more, or of its zlib stream. What follows these is ignored."""

    def __init__(self, source: BufferedReader | Iterator[bytes]) -> None:
        self._blocks = _inflated(source) if isinstance(source, BufferedReader) else source
        self._ready = memoryview(b"")

    def readinto(self, view: memoryview, /) -> int:
        """The bytes that follow, fewer at the end only. Raises VoxelsEndError where they are damaged."""
        done = 0
        while done < len(view):
            self._ready = self._ready or memoryview(next(self._blocks, b""))
            if not self._ready:
                break
            count = min(len(view) - done, len(self._ready))
            view[done : done + count] = self._ready[:count]
            self._ready = self._ready[count:]
            done += count
        return done


def _inflated(file: BufferedReader) -> Iterator[bytes]:
    member, packed = fast_zlib.decompressobj(_GZIP_OR_ZLIB), b""
    while True:
        if member.eof:
            packed = member.unused_data or file.read(_PACKED_BLOCK)
            if not packed.startswith(GZIP_SIGNATURE):
                return
            member = fast_zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            # Also with nothing new: the member may hold back what was beyond the last limit.
            part: bytes = member.decompress(packed, _UNPACKED_BLOCK)
        except fast_zlib.error as fault:
            raise VoxelsEndError from fault
        packed = member.unconsumed_tail
        if part:
            yield part
        elif not packed and not member.eof:
            packed = file.read(_PACKED_BLOCK)
            if not packed:
                return


def _from_bzip2(file: BufferedReader) -> Iterator[bytes]:
    with bz2.BZ2File(file) as unpacked:
        while True:
            try:
                block = unpacked.read(_UNPACKED_BLOCK)
            except (EOFError, OSError) as fault:
                raise VoxelsEndError from fault
            if not block:
                return
            yield block


def _words(file: BufferedReader) -> Iterator[list[bytes]]:
    """What blanks and commas part, some thousands at a time."""
    rest = b""
    while block := file.read(_TEXT_BLOCK):
        text = (rest + block).replace(b",", b" ")
        words = text.split()
        rest = b"" if text[-1:].isspace() else words.pop()
        if len(rest) > _LONGEST_NUMBER:
            raise VoxelsEndError
        yield words
    if rest:
        yield [rest]


def _from_text(file: BufferedReader, dtype: np.dtype) -> Iterator[bytes]:
    """Up to what is no number of this type; whether that is too early is seen where it is asked for more."""
    number = float if dtype.kind == "f" else _whole_number
    for words in _words(file):
        numbers: list[float] = []
        with suppress(ValueError, OverflowError):
            numbers.extend(number(word) for word in words)
        try:
            with np.errstate(over="ignore"):
                block = np.array(numbers, dtype)
        except OverflowError as fault:
            raise VoxelsEndError from fault
        if len(block):
            yield block.tobytes()
        if len(block) < len(words):
            return


def _whole_number(word: bytes) -> int:
    try:
        return int(word)
    except ValueError:
        return int(float(word))


def _from_hex(file: BufferedReader) -> Iterator[bytes]:
    rest = b""
    while block := file.read(_TEXT_BLOCK):
        digits = rest + b"".join(block.split())
        even = len(digits) & ~1
        rest = digits[even:]
        try:
            decoded = bytes.fromhex(digits[:even].decode("ascii"))
        except ValueError as fault:
            raise VoxelsEndError from fault
        if decoded:
            yield decoded


@dataclass(frozen=True)
class RawVoxels:
    """Where the voxels' bytes are: from byte ``offset`` of each of ``paths``, behind ``lines`` lines, written
    as ``packing`` says, and then after ``skip`` further bytes. Files of a list hold equal shares.

    ``values`` are all numbers of the image together. ``dtype`` has the byte order of the file, ``components``
    is the number of values of each voxel, which lie side by side.
    """

    paths: tuple[Path, ...]
    dtype: np.dtype
    values: int
    offset: int = 0
    skip: int = 0
    packing: Packing = Packing.NONE
    components: int = 1
    lines: int = 0

    def may_be_whole(self) -> bool:
        """Whether the files are long enough, as far as their length tells."""
        if self.values % len(self.paths):
            return False
        needed = max(self.skip, 0) + self._share_bytes
        return all((path.stat().st_size - self.offset) * self.packing.value >= needed for path in self.paths)

    @property
    def _share_bytes(self) -> int:
        return self.values * self.dtype.itemsize // len(self.paths)

    @contextmanager
    def open(self) -> Iterator["VoxelStream"]:
        """:raises VoxelsEndError: here and where voxels are read."""
        if len(self.paths) == 1:
            with self.paths[0].open("rb") as file:
                yield VoxelStream(self.dtype, self._stream(file))
            return
        with closing(self._shares()) as shares:
            yield VoxelStream(self.dtype, Unpacked(shares))

    def _shares(self) -> Generator[bytes, None, None]:
        for path in self.paths:
            with path.open("rb") as file:
                stream, left = self._stream(file), self._share_bytes
                while left:
                    block = bytearray(min(left, _UNPACKED_BLOCK))
                    _fill(stream, memoryview(block))
                    left -= len(block)
                    yield bytes(block)

    def _stream(self, file: BufferedReader) -> BufferedReader | Unpacked:
        if self.skip == TO_THE_END:
            file.seek(max(0, os.fstat(file.fileno()).st_size - self._share_bytes))
            return file
        file.seek(self.offset)
        for _ in range(self.lines):
            while (part := file.readline(_PACKED_BLOCK)) and not part.endswith(b"\n"):
                pass
            if not part:
                raise VoxelsEndError
        unpack: dict[Packing, Callable[[], BufferedReader | Unpacked]] = {
            Packing.NONE: lambda: file,
            Packing.DEFLATE: lambda: Unpacked(file),
            Packing.BZIP2: lambda: Unpacked(_from_bzip2(file)),
            Packing.TEXT: lambda: Unpacked(_from_text(file, self.dtype)),
            Packing.HEX: lambda: Unpacked(_from_hex(file)),
        }
        stream = unpack[self.packing]()
        skipped = memoryview(bytearray(min(self.skip, _PACKED_BLOCK)))
        for start in range(0, self.skip, _PACKED_BLOCK):
            _fill(stream, skipped[: self.skip - start])
        return stream


class VoxelStream:
    """Gives the voxels in the order of the file."""

    def __init__(self, dtype: np.dtype, stream: BufferedReader | Unpacked) -> None:
        self._dtype = dtype
        self._stream = stream

    def fill(self, target: np.ndarray, scale: tuple[float, float] | None = None) -> None:
        """The next voxels into a contiguous array of the file's type in the machine's byte order.

        With a ``scale`` into one of floats, times a slope, and then plus an intercept: in double precision,
        as ITK does it.
        """
        values = target.reshape(-1)
        if scale is None:
            _fill(self._stream, values.view(np.uint8).data)
            if not self._dtype.isnative:
                values.byteswap(inplace=True)
            return
        for start in range(0, len(values), _SCALED_AT_ONCE):
            part = values[start : start + _SCALED_AT_ONCE]
            raw = np.empty(len(part), self._dtype.newbyteorder("="))
            self.fill(raw)
            with np.errstate(all="ignore"):
                part[...] = np.multiply(raw.astype(values.dtype), scale[0], dtype=np.float64) + scale[1]

    def check_end(self) -> None:
        """To be called after the last voxel: a checksum tells damage that unpacks to other values.

        What follows the voxels is not looked at, nor whether the sum is there.

        :raises VoxelsEndError: where the sum is wrong.
        """
        self._stream.readinto(memoryview(bytearray(1)))


def _fill(stream: BufferedReader | Unpacked, view: memoryview) -> None:
    if stream.readinto(view) < len(view):
        raise VoxelsEndError


def read_up_to(stream: BufferedReader | Unpacked, count: int) -> bytes:
    """The next ``count`` bytes, fewer where the stream ends, none where it is damaged."""
    found = bytearray(count)
    try:
        return bytes(found[: stream.readinto(memoryview(found))])
    except VoxelsEndError:
        return b""
