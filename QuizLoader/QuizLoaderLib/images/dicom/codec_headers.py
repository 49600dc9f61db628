"""What packed frames say of themselves, looked at before a decoder believes it: a few bytes may ask for
gigabytes of memory.

Sources: ISO/IEC 10918-1 B.2.2 (JPEG), 14495-1 C.2.2 (JPEG-LS), 15444-1 A.5.1 (JPEG 2000); DICOM PS3.5 A.4.
"""

import mmap
import struct
from collections.abc import Iterator

from ..errors import ImageReadError
from .headers import DICOM_DAMAGED, Header

_ITEM, _END, _NO_LENGTH = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0", b"\xff\xff\xff\xff"
_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f\xff\x51"
_FRAME_MARKERS = {0xF7, *range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_2000_WITHIN = 256
"""Bytes in which its code stream begins, behind boxes of a JP2 file where there are any."""

Size = tuple[int, int, int]
"""Rows, columns and components."""


def require_sizes(header: Header, frames: int) -> None:
    """Raises ImageReadError where there are fewer frames of JPEG, JPEG-LS or JPEG 2000 than ``frames``, or
    one is of another size than the header of the file says."""
    expected = tuple(header.integer(name, 1) for name in ("Rows", "Columns", "SamplesPerPixel"))
    with header.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            found = [_size(data, *part) for part in _fragments(data, header.pixel_offset)]
        except ValueError as fault:
            raise fewer_pixels(header) from fault
    sizes = [size for size in found if size]
    if any(size != expected for size in sizes) or 0 < len(sizes) < frames:
        raise fewer_pixels(header)


def fewer_pixels(header: Header) -> ImageReadError:
    """To be raised where pixels end before the last frame."""
    return ImageReadError(
        DICOM_DAMAGED,
        f"“{header.path.name}” holds fewer pixels than its header says.",
        "copy or export the file again",
    )


def _fragments(data: mmap.mmap, pixel_offset: int) -> Iterator[tuple[int, int]]:
    """Where each begins and ends. Raises ValueError where one is not whole."""
    at = pixel_offset + 12
    if (length := data[at - 4 : at]) != _NO_LENGTH:
        # Not in fragments: of a syntax that the decoder does not know.
        if int.from_bytes(length, "little") > len(data) - at:
            raise ValueError
        return
    while at + 8 <= len(data) and data[at : at + 4] != _END:
        start, size = at + 8, int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] != _ITEM or size > len(data) - start:
            raise ValueError
        yield start, start + size
        at = start + size


def _size(data: mmap.mmap, start: int, end: int) -> Size | None:
    """None where no frame begins, or not with one of these codecs."""
    if data[start : start + 2] == _JPEG:
        return _size_of_jpeg(data, start + 2, end)
    begin = data.find(_JPEG_2000, start, min(start + _JPEG_2000_WITHIN, end))
    if begin < 0 or begin + 42 > end:
        return None
    right, lower, left, upper = struct.unpack_from(">4I", data, begin + 8)
    (components,) = struct.unpack_from(">H", data, begin + 40)
    return lower - upper, right - left, components


def _size_of_jpeg(data: mmap.mmap, at: int, end: int) -> Size | None:
    while at + 10 <= end and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAME_MARKERS:
            rows, columns, components = struct.unpack_from(">HHB", data, at + 5)
            return rows, columns, components
        # A marker may be filled up with bytes of 255.
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
