"""Whether a file has all the bytes that its header promises, where SimpleITK does not notice or complains
past its caller: ITK fills up a NIfTI file that ends too early with zeros, MetaIO writes to stderr."""

import gzip
import os
import struct
import zlib
from collections.abc import Mapping
from math import prod
from pathlib import Path

from .file_formats import FileFormat, is_gzip
from .meta_image import read_meta_image_header

_PADDING = 4096
_FARTHEST_MM = 1e9
_NIFTI_1_LENGTH, _NIFTI_2_LENGTH = 348, 540
_NIFTI_1_FIELDS = {"dim": ("8h", 40), "datatype": ("h", 70), "sform_code": ("h", 254), "srow": ("12f", 280)}
_NIFTI_2_FIELDS = {"dim": ("8q", 16), "datatype": ("h", 12), "sform_code": ("i", 348), "srow": ("12d", 400)}
_NIFTI_DATATYPES = (2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304)


def is_complete(path: Path, found: FileFormat, header: Mapping[str, str]) -> bool:
    """Whether all voxels are there, as far as lengths can tell; ``header`` is SimpleITK's."""
    if found is FileFormat.NIFTI and header.get("nifti_type") == "1":
        return _is_whole_nifti(path, header)
    if found is FileFormat.META_IMAGE:
        return _is_whole_meta_image(path)
    return True


def _is_whole_nifti(path: Path, header: Mapping[str, str]) -> bool:
    lengths = [max(1, int(header[f"dim[{axis}]"])) for axis in range(1, int(header["dim[0]"]) + 1)]
    # Python's own product: numpy's would overflow on the lengths of a broken header.
    expected = int(float(header["vox_offset"])) + prod(lengths) * int(header["bitpix"]) // 8
    with path.open("rb") as file:
        if file.read(2) != b"\x1f\x8b":
            return os.fstat(file.fileno()).st_size >= expected
        # A gzip file ends with its length; one that was cut ends with anything. Only then is it unpacked.
        file.seek(-4, os.SEEK_END)
        (length,) = struct.unpack("<I", file.read(4))
    return 0 <= length - expected % 2**32 <= _PADDING or _unpacked_length(path, expected) >= expected


def _unpacked_length(path: Path, enough: int) -> int:
    total = 0
    try:
        with gzip.open(path) as file:
            while total < enough and (part := file.read(1 << 20)):
                total += len(part)
    except (EOFError, OSError, zlib.error):
        pass
    return total


def _is_whole_meta_image(path: Path) -> bool:
    header = read_meta_image_header(path)
    if header.data is None:
        # LIST or a pattern: several files, whose lengths MetaIO compares.
        return True
    data, start = header.data
    return data.stat().st_size - start >= header.byte_size


def has_sound_header(path: Path, found: FileFormat) -> bool:
    """Whether a header says what every image needs: without it, ITK's libraries write to stderr."""
    if found is FileFormat.META_IMAGE:
        return read_meta_image_header(path).is_sound
    if found is FileFormat.NIFTI:
        return _is_sound_nifti(path)
    return True


def _is_sound_nifti(path: Path) -> bool:
    """Source: nifti1.h and nifti2.h."""
    start = _first_unpacked_bytes(path, _NIFTI_2_LENGTH)
    order = "<" if start[:1] in (b"\x5c", b"\x1c") else ">"
    is_version_2 = start[:4] in (b"\x1c\x02\0\0", b"\0\0\x02\x1c")
    if len(start) < (_NIFTI_2_LENGTH if is_version_2 else _NIFTI_1_LENGTH):
        return False
    fields = _NIFTI_2_FIELDS if is_version_2 else _NIFTI_1_FIELDS
    dims, (datatype,), (sform_code,), rows = (
        struct.unpack_from(order + kind, start, place) for kind, place in fields.values()
    )
    if datatype not in _NIFTI_DATATYPES or not 1 <= dims[0] <= 7 or min(dims[1 : dims[0] + 1]) <= 0:
        return False
    return sform_code <= 0 or all(abs(value) < _FARTHEST_MM for value in rows)


def _first_unpacked_bytes(path: Path, count: int) -> bytes:
    if not is_gzip(path):
        with path.open("rb") as file:
            return file.read(count)
    try:
        with gzip.open(path) as file:
            return file.read(count)
    except (EOFError, OSError, zlib.error):
        return b""
