"""Compressed pixel data: run lengths are unpacked here, everything else by GDCM.

GDCM gets a file that says nothing but how large the image is and how it is compressed. So it gives what is
stored, and what the values mean is for ``pixels`` alone, whatever the transfer syntax is.
"""

import shutil
import struct
import tempfile
from pathlib import Path

import numpy as np
import pydicom
from pydicom import encaps

from ...quiz.problems import ProblemCode
from ..errors import ImageReadError
from ..files.file_formats import name_for_libraries
from ..silence import silent_libraries
from .codec_headers import fewer_pixels, require_sizes
from .headers import Header

NOT_DECODED = ProblemCode("Q624", "Pixel data are stored raw or in a transfer syntax that GDCM decodes.")

RLE = "1.2.840.10008.1.2.5"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_ANY_IMAGE = b"1.2.840.10008.5.1.4.1.1.7"
_LONG = ("OB", "OW")


def encoded_frames(header: Header, count: int) -> list[bytes]:
    """The compressed bytes of each frame."""
    data = pydicom.dcmread(header.path).PixelData
    if hasattr(encaps, "generate_frames"):
        return list(encaps.generate_frames(data, number_of_frames=count))
    return list(encaps.generate_pixel_data_frame(data, count))


def unpack_runs(data: bytes, size: int) -> np.ndarray:
    """The segments of a frame of RLE Lossless (PS3.5 annex G), (segments, ``size``) bytes.

    :raises ValueError: one of them does not have as many bytes.
    """
    count, *starts = struct.unpack_from("<16I", data)
    if not 0 < count <= len(starts):
        raise ValueError("the number of segments is impossible")
    ends = [*starts[1:count], len(data)]
    return np.stack([_unpacked(data[start:end], size) for start, end in zip(starts, ends, strict=False)])


def _unpacked(data: bytes, size: int) -> np.ndarray:
    out = bytearray()
    at, end = 0, len(data)
    while len(out) < size and at < end:
        run = data[at]
        if run < 128:
            out += data[at + 1 : at + 2 + run]
            at += run + 2
        elif run > 128:
            out += data[at + 1 : at + 2] * (257 - run)
            at += 2
        else:
            at += 1
    if len(out) < size:
        raise ValueError("a segment is too short")
    return np.frombuffer(bytes(out[:size]), np.uint8)


def decode(header: Header, frames: int, bits: int, bits_stored: int) -> np.ndarray:
    """The stored values of all frames, (frames, rows, columns[, 3]); their bits count, not their sign.

    :raises ImageReadError: the file is damaged, or GDCM knows no decoder for it.
    """
    import SimpleITK

    require_sizes(header, frames)
    reader = SimpleITK.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    try:
        with tempfile.TemporaryDirectory(prefix="QuizLoader-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "image.dcm"
            with path.open("wb") as file, header.path.open("rb") as source:
                file.write(_plain_header(header, frames, bits, bits_stored))
                source.seek(header.pixel_offset)
                shutil.copyfileobj(source, file)
            reader.SetFileName(name_for_libraries(path))
            with silent_libraries():
                image = reader.Execute()
    except RuntimeError as fault:
        raise ImageReadError(
            NOT_DECODED,
            f"“{header.path.name}” cannot be decoded: its transfer syntax is "
            f"{_syntax_name(header.transfer_syntax)}, or its pixel data are damaged.",
            "store it uncompressed or as JPEG, JPEG-LS, JPEG 2000 or RLE",
        ) from fault
    except OSError as fault:
        sentence = f"“{header.path.name}” cannot be decoded: {fault.strerror or fault}."
        hint = "see that there is room in the folder for temporary files"
        raise ImageReadError(NOT_DECODED, sentence, hint) from fault
    values = SimpleITK.GetArrayFromImage(image)
    has_components = image.GetNumberOfComponentsPerPixel() > 1
    values = values[np.newaxis] if values.ndim - has_components == 2 else values
    if len(values) < frames:
        raise fewer_pixels(header)
    return values


def _plain_header(header: Header, frames: int, bits: int, bits_stored: int) -> bytes:
    """A file of unsigned grey values or colours without any other meaning, up to its pixel data."""
    components = header.integer("SamplesPerPixel", 1)
    meta = _element(2, 1, "OB", b"\0\1") + _element(2, 2, "UI", _ANY_IMAGE) + _element(2, 3, "UI", b"1.2")
    meta += _element(2, 0x10, "UI", header.transfer_syntax.encode())
    meta = _element(2, 0, "UL", struct.pack("<I", len(meta))) + meta
    data = _element(8, 0x16, "UI", _ANY_IMAGE) + _element(8, 0x18, "UI", b"1.2")
    data += _number(0x02, components)
    data += _element(0x28, 0x04, "CS", b"RGB" if components == 3 else b"MONOCHROME2")
    data += _number(0x06, 0) if components == 3 else b""
    data += _element(0x28, 0x08, "IS", str(frames).encode())
    data += _number(0x10, header.integer("Rows")) + _number(0x11, header.integer("Columns"))
    data += _number(0x100, bits) + _number(0x101, bits_stored) + _number(0x102, bits_stored - 1)
    data += _number(0x103, header.integer("PixelRepresentation"))
    return b"\0" * 128 + b"DICM" + meta + data


def _number(element: int, value: int) -> bytes:
    return _element(0x28, element, "US", struct.pack("<H", value))


def _element(group: int, element: int, vr: str, value: bytes) -> bytes:
    value += (b"\0" if vr in ("UI", *_LONG) else b" ") * (len(value) % 2)
    length = struct.pack("<2xI" if vr in _LONG else "<H", len(value))
    return struct.pack("<HH", group, element) + vr.encode() + length + value


def _syntax_name(uid: str) -> str:
    from pydicom.uid import UID

    name = UID(uid).name
    return name if name == uid or not name else f"{name} ({uid})"
