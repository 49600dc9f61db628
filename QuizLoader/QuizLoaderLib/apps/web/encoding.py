"""Pictures of views as files: lossless or not.

PNG is W3C's *Portable Network Graphics (PNG) Specification*.
"""

import io
import struct
import zlib

import numpy as np
from PIL import Image as Picture

from .turns import PictureKind

_QUALITY = 80
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _COLOR = 0, 2
_DIFFERENCE_FROM_ROW_ABOVE = 2


def encoded(pixels: np.ndarray, kind: PictureKind) -> bytes:
    """PNG or JPEG; ``pixels`` are uint8 (rows, columns, 3), the first row at the top."""
    return (
        as_png(pixels)
        if kind is PictureKind.LOSSLESS
        else as_jpeg(pixels, is_half=kind is PictureKind.HALF_SIZE)
    )


def as_jpeg(pixels: np.ndarray, is_half: bool = False) -> bytes:
    """``pixels`` are uint8 (rows, columns, 3), the first row at the top; ``is_half`` in each direction."""
    picture = Picture.fromarray(_grey_if_without_colour(pixels))
    if is_half:
        picture = picture.reduce(2)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def as_png(pixels: np.ndarray) -> bytes:
    """``pixels`` are uint8 (rows, columns, 3), the first row at the top.

    In half of the time that image libraries take, which try five filters for each row; and packed lightly:
    the way to the browser is short.
    """
    rows, columns, _ = pixels.shape
    values = _grey_if_without_colour(pixels)
    color = _GREY if values.ndim == 2 else _COLOR
    values = values.reshape(rows, -1)
    lines = np.empty((rows, 1 + values.shape[1]), np.uint8)
    lines[:, 0] = _DIFFERENCE_FROM_ROW_ABOVE
    lines[:1, 1:] = values[:1]
    np.subtract(values[1:], values[:-1], out=lines[1:, 1:])
    header = struct.pack(">IIBBBBB", columns, rows, 8, color, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.data, 1)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in parts)


def _grey_if_without_colour(pixels: np.ndarray) -> np.ndarray:
    """(rows, columns) where it is: most slices have no colour, and a third of the data is left."""
    red, green, blue = np.moveaxis(pixels, 2, 0)
    is_grey = np.array_equal(red, green) and np.array_equal(red, blue)
    return red if is_grey else pixels


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
