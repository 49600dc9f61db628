"""The frames of a DICOM segmentation: bits, fractions or labels."""

import zlib

import numpy as np
import pydicom
from pydicom import encaps

from ..errors import ImageReadError
from .frames import frames_of
from .headers import DICOM_DAMAGED, Header, pixel_bytes
from .pixels import read_voxels

_DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_RLE = "1.2.840.10008.1.2.5"


class FramePixels:
    """Reads one frame at a time. :raises ImageReadError: cut short, or cannot be decoded."""

    def __init__(self, header: Header, is_binary: bool) -> None:
        self._header = header
        self._shape = (header.integer("Rows"), header.integer("Columns"))
        self._count = self._shape[0] * self._shape[1]
        self._is_bits = is_binary and header.integer("BitsAllocated") == 1
        self._is_binary = is_binary
        self._is_16 = header.integer("BitsAllocated") == 16
        self._half = header.integer("MaximumFractionalValue", 255) / 2
        frames = max(1, header.integer("NumberOfFrames", 1))
        file, length, _ = pixel_bytes(header)
        with file:
            self._bytes = file.read(length) if length >= 0 else b""
        self._decoded: np.ndarray | None = None
        if length < 0:
            self._decode(frames)
        elif len(self._bytes) < self._needed(frames):
            raise ImageReadError(
                DICOM_DAMAGED,
                f"“{header.path.name}” is cut short: its pixel data end before its last frame.",
                "copy or export the file again",
            )

    def _needed(self, frames: int) -> int:
        count = self._count * frames
        return (count + 7) // 8 if self._is_bits else count * (2 if self._is_16 else 1)

    def _decode(self, frames: int) -> None:
        """Into raw bytes where the frames are deflated, else into (frames, rows, columns)."""
        syntax = self._header.transfer_syntax
        if syntax == _DEFLATED_FRAMES:
            data = pydicom.dcmread(self._header.path).PixelData
            parts = _inflated(data, frames)
            if self._is_bits:
                size = (self._count + 7) // 8
                bits = [
                    np.unpackbits(np.frombuffer(part[:size], np.uint8), bitorder="little") for part in parts
                ]
                self._decoded = np.stack([one[: self._count].reshape(self._shape) for one in bits])
            else:
                self._bytes = b"".join(part[: self._needed(1)] for part in parts)
        elif syntax == _RLE:
            dataset = pydicom.dcmread(self._header.path)
            self._decoded = dataset.pixel_array.reshape(frames, *self._shape)
        else:
            self._decoded = read_voxels(frames_of(self._header))

    def frame(self, index: int) -> np.ndarray:
        """(rows, columns) of the stored values."""
        if self._decoded is not None:
            return self._decoded[index]
        if self._is_bits:
            start = index * self._count
            part = np.frombuffer(
                self._bytes, np.uint8, (start + self._count + 7) // 8 - start // 8, start // 8
            )
            bits = np.unpackbits(part, bitorder="little")[start % 8 : start % 8 + self._count]
            return bits.reshape(self._shape)
        dtype = np.dtype("<u2" if self._is_16 else "u1")
        return np.frombuffer(self._bytes, dtype, self._count, index * self._count * dtype.itemsize).reshape(
            self._shape
        )

    def mask(self, index: int) -> np.ndarray:
        """(rows, columns) bool: set, or of a fraction of at least 0.5."""
        values = self.frame(index)
        return values > 0 if self._is_binary else values >= self._half


def _inflated(data: bytes, frames: int) -> list[bytes]:
    if hasattr(encaps, "generate_frames"):
        parts = encaps.generate_frames(data, number_of_frames=frames)
    else:
        parts = encaps.generate_pixel_data_frame(data, frames)
    return [zlib.decompressobj(-15).decompress(part) for part in parts]
