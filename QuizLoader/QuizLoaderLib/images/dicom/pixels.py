"""The pixels of DICOM frames, rescaled, in one array: raw ones from disk, compressed ones by GDCM."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from ...quiz.problems import ProblemCode
from ..errors import ImageReadError
from ..files.file_formats import name_for_libraries
from .frames import Frame
from .headers import DEFLATED, DICOM_DAMAGED, Header, faults_named, pixel_bytes

NOT_DECODED = ProblemCode("Q624", "Pixel data are stored raw or in a transfer syntax that GDCM decodes.")

_RAW_SYNTAXES = {"", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", DEFLATED}


@dataclass(frozen=True)
class _Format:
    """How the raw pixels of a file lie there."""

    dtype: np.dtype
    components: int
    is_planar: bool
    bits_stored: int

    @property
    def is_whole(self) -> bool:
        return self.dtype.kind != "f" and self.bits_stored == 8 * self.dtype.itemsize


def _raw_format(header: Header) -> _Format | None:
    """None where the pixels need a decoder: compressed, palette or luminance colours, odd bits."""
    if header.transfer_syntax not in _RAW_SYNTAXES:
        return None
    bits = header.integer("BitsAllocated")
    stored = header.integer("BitsStored", bits)
    components = header.integer("SamplesPerPixel", 1)
    photometric = header.text("PhotometricInterpretation")
    if (components == 3 and photometric != "RGB") or (components == 1 and photometric.startswith("PALETTE")):
        return None
    if bits == 64:
        return _Format(np.dtype(np.float64), components, False, 64)
    if bits == 32 and not header.dataset.get("BitsStored"):
        return _Format(np.dtype(np.float32), components, False, 32)
    if bits not in (8, 16, 32) or components not in (1, 3) or not 0 < stored <= bits:
        return None
    if header.integer("HighBit", stored - 1) != stored - 1:
        return None
    kind = "i" if header.integer("PixelRepresentation") else "u"
    is_planar = components == 3 and header.integer("PlanarConfiguration") == 1
    return _Format(np.dtype(f"{kind}{bits // 8}"), components, is_planar, stored)


def read_voxels(frames: Sequence[Frame]) -> np.ndarray:
    """(frames, rows, columns[, 3]) in the units of the rescale.

    Without a rescale the stored type; with a whole-numbered one the smallest of int16 and int32 that holds
    the values; else float32. A second pass is needed only where int16 turns out too small.

    :raises ImageReadError: the pixels are cut short or cannot be decoded; names the file.
    """
    first = _raw_format(frames[0].header)
    if first is None or any(_raw_format(frame.header) != first for frame in frames):
        return _read_decoded(frames)
    shape: tuple[int, ...] = (len(frames), frames[0].rows, frames[0].columns)
    if first.components == 3:
        shape = (*shape, 3)
    if first.dtype.kind == "f" or not _is_whole_numbered(frames):
        voxels = np.empty(shape, np.float32)
        _each(frames, lambda k, frame: _rescale_into(voxels[k], _raw(frame, first), frame))
        return voxels
    if all(frame.slope == 1 and frame.intercept == 0 for frame in frames):
        voxels = np.empty(shape, first.dtype)
        _each(frames, lambda k, frame: _raw(frame, first, voxels[k]))
        return voxels
    if first.dtype.itemsize <= 2:
        voxels = np.empty(shape, np.int16)
        if all(_each(frames, lambda k, frame: _fits_int16(voxels[k], frame, first))):
            return voxels
    voxels = np.empty(shape, np.int32)
    if not all(_each(frames, lambda k, frame: _fits_int32(voxels[k], _raw(frame, first), frame))):
        voxels = voxels.view(np.float32)
        _each(frames, lambda k, frame: _rescale_into(voxels[k], _raw(frame, first), frame))
    return voxels


def _is_whole_numbered(frames: Sequence[Frame]) -> bool:
    return all(frame.slope.is_integer() and frame.intercept.is_integer() for frame in frames)


def _each(frames: Sequence[Frame], work: Callable[[int, Frame], object]) -> list:
    """``work`` for each frame in parallel (reading and numpy let go of the interpreter lock)."""
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        return list(pool.map(work, range(len(frames)), frames))


def _raw(frame: Frame, layout: _Format, out: np.ndarray | None = None) -> np.ndarray:
    """The stored values of one frame, (rows, columns[, 3]), read straight into ``out`` where given."""
    shape: tuple[int, ...] = (frame.rows, frame.columns)
    if layout.components == 3:
        shape = (3, *shape) if layout.is_planar else (*shape, 3)
    target = out if out is not None and not layout.is_planar else np.empty(shape, layout.dtype)
    path = frame.header.path
    with faults_named(path):
        file, length, little = pixel_bytes(frame.header)
        with file:
            if length < 0:
                sentence = f"“{path.name}” says that its pixels are not compressed, but they are."
                raise ImageReadError(NOT_DECODED, sentence)
            file.seek(frame.index * target.nbytes, os.SEEK_CUR)
            read = file.readinto(target.reshape(-1).view(np.uint8).data)
    if read < target.nbytes:
        raise ImageReadError(
            DICOM_DAMAGED,
            f"“{path.name}” is cut short: its pixel data end before the last row of frame {frame.index + 1}.",
            "copy or export the file again",
        )
    if not little and layout.dtype.itemsize > 1:
        target.byteswap(inplace=True)
    if not layout.is_whole and layout.dtype.kind != "f":
        _drop_unused_bits(target, layout)
    if layout.is_planar:
        target = np.moveaxis(target, 0, -1)
        if out is not None:
            out[...] = target
    return target


def _drop_unused_bits(values: np.ndarray, layout: _Format) -> None:
    """Bits above BitsStored may hold an old overlay, and need not extend the sign (PS3.5 8.1.1)."""
    low, high = values.min(), values.max()
    limit = 1 << (layout.bits_stored - (layout.dtype.kind == "i"))
    if high < limit and low >= (-limit if layout.dtype.kind == "i" else 0):
        return
    shift = 8 * layout.dtype.itemsize - layout.bits_stored
    np.left_shift(values, shift, out=values)
    np.right_shift(values, shift, out=values)


def _rescale_into(out: np.ndarray, raw: np.ndarray, frame: Frame) -> None:
    out[...] = raw * np.float64(frame.slope) + frame.intercept


def _range(raw: np.ndarray, frame: Frame) -> tuple[float, float]:
    ends = [float(end) * frame.slope + frame.intercept for end in (raw.min(), raw.max())]
    return min(ends), max(ends)


def _fits_int16(out: np.ndarray, frame: Frame, layout: _Format) -> bool:
    """Reads and rescales in place; arithmetic modulo 2^16 is exact where the results fit."""
    if layout.dtype.itemsize == 2 and not layout.is_planar:
        raw = _raw(frame, layout, out.view(layout.dtype))
    else:
        raw = _raw(frame, layout)
    low, high = _range(raw, frame)
    if low < -32768 or high > 32767:
        return False
    if raw.dtype.itemsize != 2 or layout.is_planar:
        out[...] = raw
    with np.errstate(over="ignore"):
        if frame.slope != 1:
            out *= _modulo_int16(frame.slope)
        if frame.intercept:
            out += _modulo_int16(frame.intercept)
    return True


def _modulo_int16(value: float) -> np.int16:
    return np.int16((int(value) + 32768) % 65536 - 32768)


def _fits_int32(out: np.ndarray, raw: np.ndarray, frame: Frame) -> bool:
    low, high = _range(raw, frame)
    if low < -(2**31) or high >= 2**31:
        return False
    out[...] = raw.astype(np.int64) * int(frame.slope) + int(frame.intercept)
    return True


def _read_decoded(frames: Sequence[Frame]) -> np.ndarray:
    """Through SimpleITK (GDCM), which applies the rescale of the file itself."""
    by_path: dict[Path, list[int]] = {}
    for k, frame in enumerate(frames):
        by_path.setdefault(frame.header.path, []).append(k)
    groups = list(by_path.values())
    first = _decode(frames[0].header)
    shape = (len(frames), *first.shape[1:])
    smallest = np.int16 if first.dtype.itemsize >= 2 and first.dtype.kind == "i" else first.dtype
    dtypes: list[DTypeLike] = [smallest, np.int32, np.float32]
    if first.dtype.kind == "f" or not _is_whole_numbered(frames):
        dtypes = [np.float32]

    def decode_group(indices: list[int]) -> tuple[float, float]:
        decoded = _decode(frames[indices[0]].header)
        low, high = np.inf, -np.inf
        for k in indices:
            if frames[k].index >= len(decoded) or decoded.shape[1:] != shape[1:]:
                sentence = f"“{frames[k].header.path.name}” holds fewer pixels than its header says."
                raise ImageReadError(DICOM_DAMAGED, sentence, "copy or export the file again")
            values = _with_own_rescale(decoded[frames[k].index], frames[k], frames[indices[0]])
            low, high = min(low, float(values.min())), max(high, float(values.max()))
            voxels[k] = values
        return low, high

    for dtype in dtypes:
        voxels = np.empty(shape, dtype)
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            lows, highs = zip(*pool.map(decode_group, groups), strict=True)
        if voxels.dtype.kind == "f":
            break
        limits = np.iinfo(voxels.dtype)
        if limits.min <= min(lows) and max(highs) <= limits.max:
            break
    return voxels


def _with_own_rescale(values: np.ndarray, frame: Frame, decoded_with: Frame) -> np.ndarray:
    """GDCM rescales every frame of a file by the first one's numbers; the others have theirs put right."""
    first = decoded_with if decoded_with.index == 0 else frame
    if (first.slope, first.intercept) == (frame.slope, frame.intercept):
        return values
    return (values - first.intercept) / first.slope * frame.slope + frame.intercept


def _decode(header: Header) -> np.ndarray:
    """(frames, rows, columns[, 3]) of one file."""
    import SimpleITK

    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(name_for_libraries(header.path))
    reader.SetImageIO("GDCMImageIO")
    try:
        image = reader.Execute()
    except RuntimeError as fault:
        syntax = header.transfer_syntax
        raise ImageReadError(
            NOT_DECODED,
            f"“{header.path.name}” cannot be decoded: its transfer syntax is {_syntax_name(syntax)}, "
            "or its pixel data are damaged.",
            "store it uncompressed or as JPEG, JPEG-LS, JPEG 2000 or RLE",
        ) from fault
    values = SimpleITK.GetArrayViewFromImage(image)
    has_components = image.GetNumberOfComponentsPerPixel() > 1
    if values.ndim - has_components == 2:
        values = values[np.newaxis]
    if has_components:
        # A palette gives 16 bits a colour, of which the upper half is what a screen shows.
        return (
            (values[..., :3] >> 8).astype(np.uint8) if values.dtype == np.uint16 else values[..., :3].copy()
        )
    return values.copy()


def _syntax_name(uid: str) -> str:
    from pydicom.uid import UID

    name = UID(uid).name
    return name if name == uid or not name else f"{name} ({uid})"
