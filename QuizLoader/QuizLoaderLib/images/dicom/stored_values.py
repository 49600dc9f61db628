"""The values of frames as a file stores them, whatever its transfer syntax; ``pixels`` knows their units."""

import io
import os
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pydicom

from ..errors import ImageReadError
from .encapsulated import DEFLATED_FRAMES, NOT_DECODED, RLE, decode, encoded_frames, fewer_pixels, unpack_runs
from .headers import DICOM_DAMAGED, FAULTS, Header, PixelBytes, pixel_bytes
from .quick_headers import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT

_RAW_SYNTAXES = {"", IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED}
_BYTES = {1: 1, 8: 1, 16: 2, 32: 4}
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


@dataclass(frozen=True)
class PixelLayout:
    """How the values of a frame are stored (PS3.5 8.1).

    ``shape`` is (rows, columns[, 3]). Of the ``bits`` of a value the ``bits_stored`` up to ``high_bit``
    count. ``is_planar`` says that the colours lie in planes, ``is_422`` that two pixels share theirs.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    bits: int
    bits_stored: int
    high_bit: int
    is_planar: bool = False
    is_422: bool = False

    @property
    def count(self) -> int:
        """The values of a frame."""
        return int(np.prod(self.shape))

    @property
    def byte_count(self) -> int:
        """The bytes of a frame that is not compressed; of bits, where it begins with a byte."""
        if self.bits == 1:
            return (self.count + 7) // 8
        return self.count * 2 // 3 if self.is_422 else self.count * self.dtype.itemsize

    @property
    def has_unused_bits(self) -> bool:
        return self.bits > 1 and self.bits_stored < 8 * self.dtype.itemsize

    @property
    def is_in_order(self) -> bool:
        """Whether the bytes of a frame are its values one after the other."""
        return self.bits > 1 and not self.is_planar and not self.is_422


def layout_of(header: Header) -> PixelLayout:
    """From the header alone. :raises ImageReadError: values of a number of bits that is not known."""
    bits = header.integer("BitsAllocated")
    stored = header.integer("BitsStored", bits)
    components = header.integer("SamplesPerPixel", 1)
    shape: tuple[int, ...] = (header.integer("Rows"), header.integer("Columns"))
    if bits == 64 or (bits == 32 and not header.dataset.get("BitsStored")):
        return PixelLayout(shape, np.dtype(f"f{bits // 8}"), bits, bits, bits - 1)
    if bits not in _BYTES or components not in (1, 3) or not 0 < stored <= bits:
        raise ImageReadError(
            NOT_DECODED,
            f"“{header.path.name}” has {components} values of {bits} bits for each pixel, {stored} of them "
            "used, which cannot be shown.",
            "export it with 8 or 16 bits for each value",
        )
    is_raw = header.transfer_syntax in _RAW_SYNTAXES
    high = header.integer("HighBit", stored - 1)
    if not stored - 1 <= high < bits or not (is_raw or header.transfer_syntax == RLE):
        high = stored - 1
    if components == 3:
        shape = (*shape, 3)
    return PixelLayout(
        shape,
        np.dtype(f"{'i' if header.integer('PixelRepresentation') and bits > 1 else 'u'}{_BYTES[bits]}"),
        bits,
        stored,
        high,
        is_raw and components == 3 and header.integer("PlanarConfiguration") == 1,
        is_raw and components == 3 and header.text("PhotometricInterpretation") == "YBR_FULL_422",
    )


class StoredValues:
    """Reads the frames of one file, one at a time; what has to be unpacked as a whole is kept meanwhile, and
    all that is ``in_memory``: better for many small frames."""

    def __init__(self, header: Header, in_memory: bool = False) -> None:
        self._header = header
        self._is_kept = in_memory or header.transfer_syntax == DEFLATED
        self.layout = layout_of(header)
        self._frames = max(1, header.integer("NumberOfFrames", 1))

    @property
    def are_apart(self) -> bool:
        """Whether frames are read from the disk one without the other, and nothing is kept."""
        return self._header.transfer_syntax in _RAW_SYNTAXES and not self._is_kept

    def frame(self, index: int, out: np.ndarray | None = None) -> np.ndarray:
        """(rows, columns[, 3]), read straight into ``out`` where that has the stored type.

        :raises ImageReadError: the pixels are cut short or cannot be decoded; names the file.
        """
        syntax = self._header.transfer_syntax
        try:
            if syntax in _RAW_SYNTAXES:
                values = self._raw(index, out)
            elif syntax == RLE:
                values = self._from_segments(self._encoded[index])
            elif syntax == DEFLATED_FRAMES:
                data = zlib.decompressobj(-15).decompress(self._encoded[index], self.layout.byte_count)
                values = self._from_bytes(np.frombuffer(bytearray(data), np.uint8))
            else:
                values = self._decoded[index]
        except MemoryError:
            raise
        except FAULTS as fault:
            name = self._header.path.name
            raise ImageReadError(
                DICOM_DAMAGED,
                f"“{name}” is damaged or cut short: its pixel data cannot be read.",
                "copy or export the file again",
            ) from fault
        if self.layout.has_unused_bits:
            _drop_unused_bits(values, self.layout)
        if out is not None and values is not out:
            out[...] = values
        return values

    @cached_property
    def _encoded(self) -> list[bytes]:
        return encoded_frames(self._header, self._frames)

    @cached_property
    def _decoded(self) -> np.ndarray:
        layout = self.layout
        values = decode(self._header, self._frames, layout.bits, layout.bits_stored)
        if values.shape[1:] != layout.shape:
            raise fewer_pixels(self._header)
        if values.dtype.itemsize == layout.dtype.itemsize:
            return values.view(layout.dtype)
        return values.astype(layout.dtype)

    @cached_property
    def _kept(self) -> tuple[bytes, bool, bool]:
        """All pixel bytes, and of these what PixelBytes tells."""
        if self._header.transfer_syntax == DEFLATED:
            dataset = pydicom.dcmread(self._header.path)
            data = next((dataset[keyword].value for keyword in _PIXELS if keyword in dataset), b"")
            return data, True, False
        pixels = pixel_bytes(self._header)
        with pixels.file as file:
            return file.read(max(pixels.length, 0)), pixels.is_little, pixels.are_words

    def _from_segments(self, data: bytes) -> np.ndarray:
        """The segments of run lengths are the colours, the highest bytes of each first (PS3.5 G.2)."""
        layout, size = self.layout, self.layout.dtype.itemsize
        if layout.bits == 1:
            return self._from_bytes(unpack_runs(data, layout.byte_count)[0])
        rows, columns = layout.shape[:2]
        segments = unpack_runs(data, rows * columns).reshape(-1, size, rows * columns)
        values = np.ascontiguousarray(segments[:, ::-1].transpose(2, 0, 1))
        return values.view(layout.dtype.newbyteorder("<")).astype(layout.dtype).reshape(layout.shape)

    def _raw(self, index: int, out: np.ndarray | None) -> np.ndarray:
        layout = self.layout
        if layout.bits == 1:
            first = index * layout.count
            packed = np.empty((first % 8 + layout.count + 7) // 8, np.uint8)
            self._read(first // 8, packed)
            bits = np.unpackbits(packed, bitorder="little")[first % 8 :]
            return bits[: layout.count].reshape(layout.shape)
        if layout.is_in_order and out is not None and out.dtype == layout.dtype:
            values = out
            is_little = self._read(index * layout.byte_count, values.reshape(-1).view(np.uint8))
        else:
            data = np.empty(layout.byte_count, np.uint8)
            is_little = self._read(index * layout.byte_count, data)
            values = self._from_bytes(data)
        if not is_little and layout.dtype.itemsize > 1:
            values.byteswap(inplace=True)
        return values

    def _from_bytes(self, data: np.ndarray) -> np.ndarray:
        """The values of a frame of its own."""
        layout = self.layout
        if layout.bits == 1:
            return np.unpackbits(data, bitorder="little")[: layout.count].reshape(layout.shape)
        values = data.view(layout.dtype)
        if layout.is_422:
            # Two pixels are Y, Y, Cb, Cr (PS3.3 C.7.6.3.1.2).
            pairs = values.reshape(-1, 4)
            return pairs[:, [0, 2, 3, 1, 2, 3]].reshape(layout.shape)
        if layout.is_planar:
            return np.ascontiguousarray(np.moveaxis(values.reshape(3, *layout.shape[:2]), 0, -1))
        return values.reshape(layout.shape)

    def _read(self, start: int, target: np.ndarray) -> bool:
        """Fill ``target`` from a byte of the pixel data on; whether they are little endian."""
        pixels = self._pixel_bytes()
        with pixels.file as file:
            if pixels.length < 0:
                raise ImageReadError(
                    NOT_DECODED,
                    f"“{self._header.path.name}” says that its pixels are not compressed, but they are.",
                )
            # Bytes in words of 16 bits are swapped with them (PS3.5 8.1.1 and 7.3).
            swapped = not pixels.is_little and pixels.are_words and self.layout.bits <= 8
            before = start % 2 if swapped else 0
            data = np.empty((before + target.size + 1) // 2 * 2, np.uint8) if swapped else target
            file.seek(start - before, os.SEEK_CUR)
            done = min(file.readinto(data.data), pixels.length - start + before)
        if swapped:
            target[...] = data.view(np.uint16).byteswap().view(np.uint8)[before : before + target.size]
        if done - before < target.size:
            raise ImageReadError(
                DICOM_DAMAGED,
                f"“{self._header.path.name}” is cut short: its pixel data end before its last row.",
                "copy or export the file again",
            )
        return pixels.is_little

    def _pixel_bytes(self) -> PixelBytes:
        if not self._is_kept:
            return pixel_bytes(self._header)
        data, is_little, are_words = self._kept
        return PixelBytes(io.BytesIO(data), len(data), is_little, are_words)


def _drop_unused_bits(values: np.ndarray, layout: PixelLayout) -> None:
    """Bits beside the stored ones may hold an old overlay, and need not extend the sign (PS3.5 8.1.1)."""
    if layout.high_bit == layout.bits_stored - 1:
        is_signed = layout.dtype.kind == "i"
        limit = 1 << (layout.bits_stored - is_signed)
        if values.max() < limit and values.min() >= (-limit if is_signed else 0):
            return
    size = 8 * layout.dtype.itemsize
    np.left_shift(values, size - 1 - layout.high_bit, out=values)
    np.right_shift(values, size - layout.bits_stored, out=values)
