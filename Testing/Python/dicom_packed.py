"""DICOM files in every transfer syntax that can be written here."""

import io
import itertools
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import jpeg_ls
import numpy as np
import pydicom
import SimpleITK
from dicom_made import save
from PIL import Image as Picture
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

IMPLICIT, EXPLICIT, BIG_ENDIAN = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
DEFLATED, RLE = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5"
JPEG, JPEG_LOSSLESS = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70"
JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"

SYNTAXES = {
    "implicit": IMPLICIT,
    "explicit": EXPLICIT,
    "big endian": BIG_ENDIAN,
    "deflated": DEFLATED,
    "run lengths": RLE,
    "JPEG": JPEG,
    "JPEG lossless": JPEG_LOSSLESS,
    "JPEG-LS": JPEG_LS,
    "JPEG 2000": JPEG_2000,
}


def can_pack(syntax: str, dtype: np.dtype, are_colors: bool) -> bool:
    """Whether the syntax has a place for such values, and there is an encoder for them."""
    if syntax == JPEG:
        return dtype == np.uint8
    if syntax == JPEG_2000 and dtype == np.int8:
        return False
    if syntax in (JPEG_LOSSLESS, JPEG_LS, JPEG_2000):
        return dtype.itemsize <= (1 if are_colors else 2)
    return True


def write_packed(dataset: Dataset, path: Path, syntax: str, pixels: np.ndarray) -> Path:
    """``pixels`` are (frames, rows, columns[, 3]) as they are to be stored; all else is in the data set."""
    dataset.file_meta.TransferSyntaxUID = syntax
    is_big = syntax == BIG_ENDIAN
    little = np.ascontiguousarray(pixels.astype(pixels.dtype.newbyteorder("<")))
    if syntax in (IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED):
        raw = little.astype(pixels.dtype.newbyteorder(">" if is_big else "<")).tobytes()
        dataset.PixelData = raw + b"\0" * (len(raw) % 2)
        dataset["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 and syntax != IMPLICIT else "OW"
        return save(dataset, path)
    if "PlanarConfiguration" in dataset:
        # Of what a decoder gives; each codec has an order of its own.
        dataset.PlanarConfiguration = 1 if syntax == RLE else 0
    is_rgb = dataset.PhotometricInterpretation == "RGB"
    frames = [_ENCODERS[syntax](frame, dataset.BitsStored, is_rgb) for frame in little]
    dataset.PixelData = encapsulate([frame + b"\0" * (len(frame) % 2) for frame in frames])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return save(dataset, path)


def runs(frame: np.ndarray) -> bytes:
    """A frame as RLE Lossless: each byte of each colour a segment, the highest first (PS3.5 annex G)."""
    parts = frame.reshape(*frame.shape[:2], -1).transpose(2, 0, 1)
    segments = []
    for part in parts:
        of_values = part[..., np.newaxis].view(np.uint8) if part.dtype.itemsize == 1 else _bytes_of(part)
        segments += [packed_bytes(of_values[..., k].ravel()) for k in reversed(range(part.dtype.itemsize))]
    starts = np.cumsum([64, *(len(segment) for segment in segments)])[:-1].tolist()
    return struct.pack("<16I", len(segments), *starts, *[0] * (15 - len(starts))) + b"".join(segments)


def _bytes_of(part: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(part).view(np.uint8).reshape(*part.shape, part.dtype.itemsize)


def packed_bytes(values: np.ndarray) -> bytes:
    """Runs of equal bytes, and others as they are."""
    out = bytearray()
    borders = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    for start, end in itertools.pairwise(borders):
        for at in range(start, end, 128):
            count = min(128, end - at)
            # A byte of its own is a literal of one.
            out += bytes([257 - count if count > 1 else 0, int(values[at])])
    return bytes(out) + b"\0" * (len(out) % 2)


def _jpeg(frame: np.ndarray, bits: int, is_rgb: bool) -> bytes:
    """Grey, or three colours as they are, each with all its pixels."""
    file = io.BytesIO()
    if is_rgb:
        Picture.fromarray(frame).save(file, "JPEG", quality=100, subsampling=0, keep_rgb=True)
    else:
        picture = Picture.fromarray(frame, "YCbCr" if frame.ndim == 3 else "L")
        picture.save(file, "JPEG", quality=100, subsampling=0)
    return file.getvalue()


def _jpeg_2000(frame: np.ndarray, bits: int, is_rgb: bool) -> bytes:
    if frame.dtype.kind == "i":
        return _of_gdcm(frame)
    file = io.BytesIO()
    Picture.fromarray(frame).save(file, "JPEG2000", irreversible=False, no_jp2=True, mct=0)
    return file.getvalue()


def _jpeg_ls(frame: np.ndarray, bits: int, is_rgb: bool) -> bytes:
    """The stored bits, whatever their sign."""
    colors = frame.shape[2] if frame.ndim == 3 else 1
    values = frame.view(f"u{frame.dtype.itemsize}") & ((1 << bits) - 1)
    lines = 2 if colors > 1 else 0
    return bytes(jpeg_ls.encode_buffer(values.tobytes(), *frame.shape[:2], colors, bits, 0, lines))


def _jpeg_lossless(frame: np.ndarray, bits: int, is_rgb: bool) -> bytes:
    """Each value as its difference from the one before it (ITU T.81 annex H, selection value 1)."""
    values = (frame.view(f"u{frame.dtype.itemsize}").astype(int) & ((1 << bits) - 1)).reshape(
        *frame.shape[:2], -1
    )
    before = np.empty_like(values)
    before[:, 1:], before[1:, 0], before[0, 0] = values[:, :-1], values[:-1, 0], 1 << (bits - 1)
    rows, columns, colors = values.shape
    differences = (values - before + 32767) % 65536 - 32767
    stream = "".join(map(_difference_bits, differences.ravel().tolist()))
    stream += "1" * (-len(stream) % 8)
    data = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")
    numbers = range(1, colors + 1)
    of_frame = struct.pack(">BHHB", bits, rows, columns, colors) + bytes(
        byte for number in numbers for byte in (number, 0x11, 0)
    )
    # One table, in which the code of each size is the size itself in five bits.
    codes = bytes([0, *(17 * (length == 5) for length in range(1, 17)), *range(17)])
    of_scan = bytes([colors, *(byte for number in numbers for byte in (number, 0)), 1, 0, 0])
    segments = ((0xC3, of_frame), (0xC4, codes), (0xDA, of_scan))
    head = b"".join(struct.pack(">BBH", 0xFF, marker, len(part) + 2) + part for marker, part in segments)
    return b"\xff\xd8" + head + data + b"\xff\xd9"


def _difference_bits(difference: int) -> str:
    size = abs(difference).bit_length()
    code = f"{size:05b}"
    if size in (0, 16):
        # Zero, and the one difference of 16 bits, have no more.
        return code
    return code + f"{difference if difference > 0 else difference + (1 << size) - 1:0{size}b}"


def _of_gdcm(frame: np.ndarray) -> bytes:
    """The stream in a file of GDCM."""
    with tempfile.TemporaryDirectory() as folder:
        name = str(Path(folder) / "frame.dcm")
        writer = SimpleITK.ImageFileWriter()
        writer.SetFileName(name)
        writer.UseCompressionOn()
        writer.SetCompressor("JPEG2000")
        writer.Execute(SimpleITK.GetImageFromArray(frame))
        dataset = pydicom.dcmread(name)
    assert dataset.file_meta.TransferSyntaxUID == JPEG_2000
    if pydicom.__version__.startswith("2."):
        return next(pydicom.encaps.generate_pixel_data_frame(dataset.PixelData, 1))
    return next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))


_ENCODERS: dict[str, Callable[[np.ndarray, int, bool], bytes]] = {
    RLE: lambda frame, bits, is_rgb: runs(frame),
    JPEG: _jpeg,
    JPEG_LOSSLESS: _jpeg_lossless,
    JPEG_LS: _jpeg_ls,
    JPEG_2000: _jpeg_2000,
}
