"""Whether a file has all the bytes that its header promises, where SimpleITK does not notice or complains
past its caller: ITK fills up a NIfTI file that ends too early with zeros, MetaIO writes to stderr."""

import gzip
import os
import struct
import zlib
from collections.abc import Mapping
from math import prod
from pathlib import Path

from .file_formats import FileFormat, header_lines

_PADDING = 4096
_META_BYTES = {
    "CHAR": 1, "UCHAR": 1, "SHORT": 2, "USHORT": 2, "INT": 4, "UINT": 4, "LONG": 4, "ULONG": 4,
    "LONG_LONG": 8, "ULONG_LONG": 8, "FLOAT": 4, "DOUBLE": 8,
}  # fmt: skip


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
    fields: dict[str, str] = {}
    for line in header_lines(path):
        key, _, value = line.partition("=")
        fields[key.strip()] = value.strip()
        if key.strip() == "ElementDataFile":
            break
    name = fields.get("ElementDataFile", "")
    data = path if name.upper() == "LOCAL" else path.parent / name
    try:
        if fields.get("CompressedData", "False").upper().startswith("T"):
            expected = int(fields.get("CompressedDataSize", 0))
        else:
            size = [int(length) for length in fields["DimSize"].split()]
            element = _META_BYTES[fields["ElementType"].removeprefix("MET_").removesuffix("_ARRAY")]
            expected = prod(size) * int(fields.get("ElementNumberOfChannels", 1)) * element
    except (KeyError, ValueError):
        return True
    if not data.is_file():
        # LIST or a pattern: several files, whose lengths MetaIO compares.
        return True
    before = _header_length(path) if data == path else max(0, int(fields.get("HeaderSize", 0)))
    return data.stat().st_size - before >= expected


def _header_length(path: Path) -> int:
    with path.open("rb") as file:
        for line in file:
            if line.replace(b" ", b"").startswith(b"ElementDataFile="):
                break
        return file.tell()
