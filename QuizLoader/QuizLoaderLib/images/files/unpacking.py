"""gzip and zlib, unpacked as they are read: by ISA-L where it is installed, else by zlib.

ISA-L takes about half of zlib's time, and works beside other threads.
"""

import zlib
from types import ModuleType
from typing import BinaryIO, Protocol

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


class UnpackingError(Exception):
    """Packed bytes are damaged."""


class ByteStream(Protocol):
    """What an open file and ``Unpacked`` have in common."""

    def readinto(self, view: memoryview, /) -> int | None:
        """Some of the bytes that follow, 0 at the end."""


class Unpacked:
    """A packed stream, for gzip of one or more members, unpacked as it is read; what follows is ignored."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._member = _zlib.decompressobj(_GZIP_OR_ZLIB)
        self._packed = b""
        self._ready = memoryview(b"")

    def readinto(self, view: memoryview, /) -> int:
        """Some of the bytes that follow, 0 at the end. Raises UnpackingError where they are damaged."""
        try:
            self._ready = self._ready or memoryview(self._next())
        except _zlib.error as fault:
            raise UnpackingError from fault
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

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


def read_up_to(stream: ByteStream, count: int) -> bytes:
    """The next ``count`` bytes, fewer where the stream ends; what unpacks before damage counts."""
    found = bytearray(count)
    done = 0
    try:
        while done < count and (more := stream.readinto(memoryview(found)[done:])):
            done += more
    except UnpackingError:
        pass
    return bytes(found[:done])
