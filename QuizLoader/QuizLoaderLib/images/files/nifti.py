"""The header of a NIfTI file: what SimpleITK does not give, or with six digits only.

Source of all rules: nifti1.h and nifti2.h, https://nifti.nimh.nih.gov/nifti-1.
"""

import math
import struct
from dataclasses import dataclass
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import Literal

import numpy as np

from .file_formats import LONGEST_HEADER
from .raw_voxels import RawVoxels, Unpacked, read_up_to

_FARTHEST_MM = 1e9
_NO_SCALE = 2.3e-16
_LENGTHS = {1: 348, 2: 540}
_FIELDS = {
    1: {"dim": ("8h", 40), "datatype": ("h", 70), "spacing": ("3f", 80),
        "time_step": ("f", 92), "vox_offset": ("f", 108), "scale": ("2f", 112), "units": ("B", 123),
        "sform_code": ("h", 254), "srow": ("12f", 280)},
    2: {"dim": ("8q", 16), "datatype": ("h", 12), "spacing": ("3d", 112),
        "time_step": ("d", 136), "vox_offset": ("q", 168), "scale": ("2d", 176), "units": ("i", 500),
        "sform_code": ("i", 348), "srow": ("12d", 400)},
}  # fmt: skip
"""Where each field lies in either version, as ``struct`` takes it."""
_DTYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_COLORS = {128: 3, 2304: 4}
"""RGB and RGBA, each of so many bytes side by side."""
_DATATYPES = (*_DTYPES, *_COLORS, 32, 1536, 1792, 2048)
"""With complex numbers and 128 bits."""
_TIME_UNIT = 0x38


@dataclass(frozen=True)
class NiftiHeader:
    """``start`` is the header as it is written, ``extensions`` the bytes between it and the voxels of a
    file that has both."""

    start: bytes
    extensions: bytes = b""

    @cached_property
    def version(self) -> int:
        return 2 if self.start[:4] in (b"\x1c\x02\0\0", b"\0\0\x02\x1c") else 1

    @cached_property
    def byte_order(self) -> Literal["<", ">"]:
        """As ``struct`` and numpy write it, < or >."""
        return "<" if self.start[:1] in (b"\x5c", b"\x1c") else ">"

    @property
    def sizes(self) -> tuple[int, ...]:
        """The lengths of the axes, the fastest first."""
        count, *lengths = (int(length) for length in self._numbers("dim"))
        return tuple(lengths[:count])

    @property
    def dtype(self) -> np.dtype | None:
        """A stored value's type with its byte order; None for complex numbers and other unusual ones."""
        datatype = int(self._number("datatype"))
        code = "u1" if datatype in _COLORS else _DTYPES.get(datatype)
        return np.dtype(code).newbyteorder(self.byte_order) if code else None

    @property
    def is_one_file(self) -> bool:
        """Whether the voxels follow the header; else they are in an ``.img`` beside it."""
        return self.start[4 if self.version == 2 else 344 :].startswith(b"n+")

    @property
    def vox_offset(self) -> int:
        """The byte at which the voxels begin, behind the header at the earliest, as ITK takes it."""
        offset = self._number("vox_offset")
        return max(len(self.start), int(offset)) if math.isfinite(offset) else len(self.start)

    def voxels(self, path: Path, is_gzip: bool) -> RawVoxels | None:
        """Where the voxels of the file ``path`` are, None where only SimpleITK can read them: pairs of files,
        and unusual types."""
        if self.dtype is None or not self.is_one_file:
            return None
        components = _COLORS.get(int(self._number("datatype")), 1)
        if is_gzip:
            return RawVoxels(path, self.dtype, 0, self.vox_offset, True, components)
        return RawVoxels(path, self.dtype, self.vox_offset, components=components)

    @property
    def scale(self) -> tuple[float, float] | None:
        """The slope that stored values are multiplied by, and the intercept that is then added; None where
        nothing is to be done.

        Source: itk::NiftiImageIO::MustRescale.
        """
        slope, intercept = (value if math.isfinite(value) else 0.0 for value in self._numbers("scale"))
        slope = slope if abs(slope) > _NO_SCALE else 1.0
        return (slope, intercept) if max(abs(slope - 1), abs(intercept)) > _NO_SCALE else None

    @property
    def has_spacing(self) -> bool:
        """Whether pixdim, from which ITK takes the size of the voxels, says it of rows and columns."""
        return all(math.isfinite(length) and length != 0 for length in self._numbers("spacing")[:2])

    @property
    def time_step(self) -> float:
        """pixdim[4], the time between frames, in the unit of ``time_unit``."""
        return self._number("time_step")

    @property
    def time_unit(self) -> int:
        """The bits of xyzt_units that name the unit of time: 8 s, 16 ms, 24 us."""
        return int(self._number("units")) & _TIME_UNIT

    @property
    def is_sound(self) -> bool:
        """Whether it says what every image needs: without it, ITK's libraries write to stderr."""
        if len(self.start) < _LENGTHS[self.version]:
            return False
        count, *lengths = (int(length) for length in self._numbers("dim"))
        if self._number("datatype") not in _DATATYPES or not 1 <= count <= 7 or min(lengths[:count]) <= 0:
            return False
        return self._number("sform_code") <= 0 or all(abs(v) < _FARTHEST_MM for v in self._numbers("srow"))

    def _number(self, field: str) -> float:
        return self._numbers(field)[0]

    def _numbers(self, field: str) -> tuple[float, ...]:
        kind, offset = _FIELDS[self.version][field]
        return struct.unpack_from(self.byte_order + kind, self.start, offset)


def read_nifti_header(stream: BufferedReader | Unpacked) -> NiftiHeader:
    """The header from a file's beginning, unpacked already. The file must be a NIfTI; it may end early."""
    start = read_up_to(stream, _LENGTHS[1])
    header = NiftiHeader(start)
    if header.version == 2:
        start += read_up_to(stream, _LENGTHS[2] - _LENGTHS[1])
        header = NiftiHeader(start)
    if not header.is_sound or not header.is_one_file:
        return header
    if read_up_to(stream, 4)[:1] in (b"", b"\0"):
        return header
    length = max(0, min(header.vox_offset - len(start) - 4, LONGEST_HEADER))
    return NiftiHeader(start, read_up_to(stream, length))
