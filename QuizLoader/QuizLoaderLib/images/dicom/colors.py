"""The colours of DICOM frames as red, green and blue."""

import re

import numpy as np

from ..errors import ImageReadError
from .encapsulated import NOT_DECODED
from .headers import Header
from .lookup_tables import palette

_JPEG = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
_AS_DECODED = ("RGB", "YBR_ICT", "YBR_RCT")
"""GDCM takes the transforms of JPEG 2000 back."""
_JFIF = re.compile(rb"\xff\xd8\xff\xe0..JFIF\0", re.DOTALL)
_LETTERS = re.compile(rb"\xff[\xc0\xc1]\0\x11.{5}\x03R..G..B..", re.DOTALL)
_JPEG_START = 65536


def has_colors(header: Header) -> bool:
    return header.integer("SamplesPerPixel", 1) == 3 or _photometric(header).startswith("PALETTE")


class Colors:
    """From the stored values of a file to colours (rows, columns, 3); ``dtype`` None is the stored one."""

    def __init__(self, header: Header, bits_stored: int) -> None:
        self._kind = _photometric(header)
        self._bits = bits_stored
        self._palette = palette(header) if self._kind.startswith("PALETTE") else None
        self.dtype = np.dtype(np.uint8) if self._palette else None
        if self._palette is None and self._kind not in (*_AS_DECODED, "YBR_FULL", "YBR_FULL_422"):
            raise ImageReadError(
                NOT_DECODED,
                f"“{header.path.name}” has colours of the kind “{self._kind}”, which cannot be shown.",
                "export it with the colours RGB",
            )

    def of(self, stored: np.ndarray) -> np.ndarray:
        """Red, green and blue; a palette gives 8 bits each, else they are as many as stored."""
        if self._palette is not None:
            return self._palette.of(stored)
        return stored if self._kind in _AS_DECODED else _rgb_of_ybr(stored, self._bits)


def _photometric(header: Header) -> str:
    """What the file says, but for JPEG streams that say themselves that it is not so."""
    said = header.text("PhotometricInterpretation")
    if header.transfer_syntax not in _JPEG or header.integer("SamplesPerPixel", 1) != 3:
        return said
    with header.path.open("rb") as file:
        file.seek(header.pixel_offset)
        start = file.read(_JPEG_START)
    if _LETTERS.search(start):
        return "RGB"
    return "YBR_FULL" if said == "RGB" and _JFIF.search(start) else said


def _rgb_of_ybr(ybr: np.ndarray, bits: int) -> np.ndarray:
    """From luminance and two differences of colour (PS3.3 C.7.6.3.1.2)."""
    middle, most = 1 << (bits - 1), (1 << bits) - 1
    y, blue, red = (ybr[..., n].astype(np.float32) for n in range(3))
    blue -= middle
    red -= middle
    colors = np.stack(
        [y + 1.402 * red, y - (0.114 * 1.772 * blue + 0.299 * 1.402 * red) / 0.587, y + 1.772 * blue], axis=-1
    )
    return np.clip(np.floor(colors + 0.5), 0, most).astype(ybr.dtype)
