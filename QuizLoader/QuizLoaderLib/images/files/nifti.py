"""The header of a NIfTI file: what SimpleITK does not give, or with six digits only.

Source of all rules: nifti1.h and nifti2.h, https://nifti.nimh.nih.gov/nifti-1.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BufferedReader
from math import prod
from pathlib import Path
from typing import Literal

import numpy as np

from .file_formats import LONGEST_HEADER
from .raw_voxels import Packing, RawVoxels, Unpacked, read_up_to

_SHORTEST_MM, _FARTHEST_MM = 1e-9, 1e9
_NO_SCALE = 2.3e-16
_LENGTHS = {1: 348, 2: 540}
_FIELDS = {
    1: {"dim": ("8h", 40), "intent": ("h", 68), "datatype": ("h", 70), "pixdim": ("8f", 76),
        "vox_offset": ("f", 108), "scale": ("2f", 112), "units": ("B", 123), "qform_code": ("h", 252),
        "sform_code": ("h", 254), "quatern": ("6f", 256), "srow": ("12f", 280)},
    2: {"dim": ("8q", 16), "intent": ("i", 504), "datatype": ("h", 12), "pixdim": ("8d", 104),
        "vox_offset": ("q", 168), "scale": ("2d", 176), "units": ("i", 500), "qform_code": ("i", 344),
        "sform_code": ("i", 348), "quatern": ("6d", 352), "srow": ("12d", 400)},
}  # fmt: skip
"""Where each field lies in either version, as ``struct`` takes it."""
_DTYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_COLORS = {128: 3, 2304: 4}
"""RGB and RGBA, each of so many bytes side by side."""
_UNREAD = {
    1: "bits", 32: "complex numbers", 1536: "numbers of 128 bits", 1792: "complex numbers",
    2048: "complex numbers",
}  # fmt: skip
_PLACING = ("intent", "datatype", "pixdim", "units", "qform_code", "sform_code", "quatern", "srow")
_LARGEST_FLOAT = 3e38
_LARGEST = 1 << 40
_LONGEST_AXIS = (1 << 15) - 1
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
        """The byte at which the voxels begin, behind a header in the same file at the earliest, as ITK takes
        it."""
        offset, first = self._number("vox_offset"), len(self.start) if self.is_one_file else 0
        return max(first, int(offset)) if math.isfinite(offset) else first

    @property
    def data_files(self) -> tuple[str, ...]:
        """Those of a file that holds its voxels; of a pair ``file_facts`` tells them by the header's name."""
        return ()

    @property
    def fault(self) -> tuple[str, str]:
        """Why voxels of a sound header cannot be read all the same, and the remedy; empty where they can."""
        unread = _UNREAD.get(int(self._number("datatype")))
        if unread is not None:
            return f"holds {unread}", "save it with one plain number for each voxel"
        if max(self.sizes) > _LONGEST_AXIS:
            return f"has an axis of {max(self.sizes)} voxels, which is not supported", "crop the image"
        return "", ""

    def voxels(self, path: Path, data_files: tuple[Path, ...], is_gzip: bool) -> RawVoxels:
        """Where the voxels of the file ``path`` are, whose header is sound and has no fault."""
        assert self.dtype is not None
        components = _COLORS.get(int(self._number("datatype")), 1)
        values, offset = prod(self.sizes) * components, self.vox_offset
        is_packed = data_files[0].name.lower().endswith(".gz") if data_files else is_gzip
        if is_packed:
            return RawVoxels(
                data_files or (path,), self.dtype, values, 0, offset, Packing.DEFLATE, components
            )
        return RawVoxels(data_files or (path,), self.dtype, values, offset, components=components)

    @property
    def scale(self) -> tuple[float, float] | None:
        """The slope that stored values are multiplied by, and the intercept that is then added; None where
        nothing is to be done: a slope of 0 says that there is no scale.

        Source: nifti1.h, scl_slope.
        """
        slope, intercept = (value if math.isfinite(value) else 0.0 for value in self._numbers("scale"))
        if abs(slope) <= _NO_SCALE:
            return None
        return (slope, intercept) if max(abs(slope - 1), abs(intercept)) > _NO_SCALE else None

    @property
    def has_spacing(self) -> bool:
        """Whether pixdim, from which ITK takes the size of the voxels, says it of rows and columns."""
        return all(length != 0 for length in self._lengths[1:3])

    @property
    def time_step(self) -> float:
        """pixdim[4], the time between frames, in the unit of ``time_unit``."""
        return self._numbers("pixdim")[4]

    @property
    def time_unit(self) -> int:
        """The bits of xyzt_units that name the unit of time: 8 s, 16 ms, 24 us."""
        return int(self._number("units")) & _TIME_UNIT

    @cached_property
    def is_sound(self) -> bool:
        """Whether it says what every image needs: without it, ITK's libraries write to stderr."""
        if len(self.start) < _LENGTHS[self.version]:
            return False
        count, *lengths = (int(length) for length in self._numbers("dim"))
        known = (*_DTYPES, *_COLORS, *_UNREAD)
        if self._number("datatype") not in known or not 1 <= count <= 7 or min(lengths[:count]) <= 0:
            return False
        if prod(lengths[:count]) > _LARGEST:
            return False
        if any(np.linalg.norm(axes, axis=0).min() < _SHORTEST_MM for axes in self._sform()):
            return False
        return all(
            self._number(code) == 0 or all(abs(value) < _FARTHEST_MM for value in self._numbers(field))
            for code, field in (("sform_code", "srow"), ("qform_code", "quatern"))
        )

    @property
    def placements(self) -> dict[str, np.ndarray]:
        """3x3 to RAS of each way in which the header places the voxels, by its name.

        Source: nifti1.h, methods 2 and 3.
        """
        found = {}
        for axes in self._sform():
            found["sform"] = axes
        if self._number("qform_code") > 0:
            b, c, d = self._numbers("quatern")[:3]
            a = math.sqrt(max(0.0, 1 - b * b - c * c - d * d))
            turned = np.array([
                [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
                [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
                [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
            ])  # fmt: skip
            qfac, *lengths = self._lengths[:4]
            found["qform"] = turned @ np.diag(lengths) @ np.diag([1, 1, -1 if qfac < 0 else 1])
        return found

    def _sform(self) -> Iterator[np.ndarray]:
        """The 3x3 of the sform, where there is one."""
        if self._number("sform_code") != 0:
            yield np.reshape(self._numbers("srow"), (3, 4))[:, :3]

    @property
    def _lengths(self) -> tuple[float, ...]:
        """pixdim, with 0 where a length cannot be."""
        given = self._numbers("pixdim")
        return tuple(length if _SHORTEST_MM < abs(length) < _FARTHEST_MM else 0.0 for length in given)

    def for_itk(self) -> bytes:
        """What places the voxels, as a header of version 1 for ITK: nothing else of the file comes to it.

        Of ANALYZE 7.5, which ITK reads in its own way, the header as it is.
        """
        if self.is_analyze:
            return self.start
        header = bytearray(_LENGTHS[1])
        struct.pack_into("<i", header, 0, _LENGTHS[1])
        numbers = {name: self._numbers(name) for name in _PLACING}
        numbers["dim"] = (len(self.sizes), *self.sizes, *[1] * (7 - len(self.sizes)))
        numbers["pixdim"] = self._lengths
        numbers["vox_offset"] = (_LENGTHS[1] + 4,)
        for field, values in numbers.items():
            kind, offset = _FIELDS[1][field]
            if kind[-1] == "f":
                values = tuple(max(-_LARGEST_FLOAT, min(_LARGEST_FLOAT, value)) for value in values)
            else:
                values = tuple(int(value) & 0x7F if kind == "B" else _as_int16(value) for value in values)
            struct.pack_into("<" + kind, header, offset, *values)
        header[344:348] = b"n+1\0"
        return bytes(header) + bytes(4)

    @property
    def is_analyze(self) -> bool:
        return self.version == 1 and self.start[344:347] == b"\0\0\0"

    def _number(self, field: str) -> float:
        return self._numbers(field)[0]

    def _numbers(self, field: str) -> tuple[float, ...]:
        kind, offset = _FIELDS[self.version][field]
        return struct.unpack_from(self.byte_order + kind, self.start, offset)


def _as_int16(value: float) -> int:
    return int(max(-_LONGEST_AXIS, min(_LONGEST_AXIS, value)))


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
