"""Pictures as PNG files in half of the time that image libraries take: those try five filters for each row.

The format is W3C's *Portable Network Graphics (PNG) Specification*.
"""

import struct
import zlib

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _COLOR = 0, 2
_DIFFERENCE_FROM_ROW_ABOVE = 2


def as_png(pixels: np.ndarray) -> bytes:
    """Without loss, and packed lightly: the way to the browser is short.

    ``pixels`` are uint8 (rows, columns, 3), the first row at the top.
    """
    rows, columns, _ = pixels.shape
    # Most slices have no colour, and a third of the data is left.
    red, green, blue = np.moveaxis(pixels, 2, 0)
    is_grey = np.array_equal(red, green) and np.array_equal(red, blue)
    values = (red if is_grey else pixels).reshape(rows, -1)
    lines = np.empty((rows, 1 + values.shape[1]), np.uint8)
    lines[:, 0] = _DIFFERENCE_FROM_ROW_ABOVE
    lines[:1, 1:] = values[:1]
    np.subtract(values[1:], values[:-1], out=lines[1:, 1:])
    header = struct.pack(">IIBBBBB", columns, rows, 8, _GREY if is_grey else _COLOR, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.data, 1)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
