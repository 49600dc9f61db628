"""Whether a file has all the bytes that its header promises, where SimpleITK does not notice: ITK fills up a
NIfTI file that ends too early with zeros, MetaIO writes to stderr."""

import os
import struct
from typing import BinaryIO

from .meta_image import MetaImageHeader
from .nifti import NiftiHeader
from .raw_voxels import RawVoxels
from .unpacking import Unpacked, UnpackingError

_PADDING = 4096


def is_whole_nifti(file: BinaryIO, header: NiftiHeader, is_gzip: bool) -> bool:
    """Whether the voxels of an open file that has them itself are all there, as far as lengths can tell."""
    expected, size = header.byte_size, file.seek(0, os.SEEK_END)
    if not is_gzip:
        return size >= expected
    # A gzip file ends with its length; one that was cut ends with anything. Only then is it unpacked.
    file.seek(-4, os.SEEK_END)
    (length,) = struct.unpack("<I", file.read(4))
    return 0 <= length - expected % 2**32 <= _PADDING or _unpacks_to(file, expected)


def is_whole_meta_image(header: MetaImageHeader, voxels: RawVoxels) -> bool:
    """The same for a MetaImage, whose one data file must be there."""
    return voxels.path.stat().st_size - voxels.offset >= header.byte_size


def _unpacks_to(file: BinaryIO, expected: int) -> bool:
    total = 0
    file.seek(0)
    try:
        for block in Unpacked(file).blocks():
            total += len(block)
            if total >= expected:
                return True
    except UnpackingError:
        pass
    return total >= expected
