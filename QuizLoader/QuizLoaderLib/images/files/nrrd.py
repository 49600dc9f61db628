"""The header of an NRRD file as text: where its voxels are, and the axes of a list or of time.

Source of all rules: NRRD format definition, https://teem.sourceforge.net/nrrd/format.html.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .file_formats import LONGEST_HEADER
from .raw_voxels import RawVoxels, named_data_files

_TYPES = {
    "int8": ("signed char", "int8", "int8_t"),
    "uint8": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "int16": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "uint16": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "int32": ("int", "signed int", "int32", "int32_t"),
    "uint32": ("uint", "unsigned int", "uint32", "uint32_t"),
    "int64": ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64",
              "int64_t"),
    "uint64": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "float32": ("float",),
    "float64": ("double",),
}  # fmt: skip
_DTYPE_OF = {name: np.dtype(dtype) for dtype, names in _TYPES.items() for name in names}


@dataclass(frozen=True)
class NrrdHeader:
    """``fields`` by their names in small letters without spaces, ``values`` the key/value pairs;
    ``length`` is the number of bytes before attached data, ``listed`` the lines behind a LIST of files."""

    fields: dict[str, str]
    values: dict[str, str]
    length: int
    listed: tuple[str, ...] = ()
    is_sound = True

    @property
    def data_files(self) -> tuple[str, ...]:
        """The names, as written, of the separate files that hold the voxels; mostly none.

        Raises ValueError, which says the pattern, where that is not understood.
        """
        return named_data_files(self.fields.get("datafile", ""), self.listed)

    def voxels(self, path: Path) -> RawVoxels | None:
        """Where the voxels of the file ``path`` are, None where only SimpleITK can read them."""
        encoding = self.fields.get("encoding", "").lower()
        skip = self.fields.get("byteskip", "0")
        is_plain = self.fields.get("lineskip", "0") == "0" and skip.isdecimal()
        data_file = self.fields.get("datafile", "")
        are_several = data_file.startswith("LIST") or "%" in data_file
        if self.dtype is None or encoding not in ("raw", "gzip", "gz") or not is_plain or are_several:
            return None
        source, offset = (path.parent / data_file, 0) if data_file else (path, self.length)
        # ITK, too, takes the first axis for values side by side where its kind is none of space or time.
        is_list = bool(self.kinds) and self.kinds[0] not in ("domain", "space", "time", "none", "???")
        components = self.sizes[0] if is_list and self.sizes else 1
        if encoding == "raw":
            return RawVoxels(source, self.dtype, offset + int(skip), components=components)
        return RawVoxels(source, self.dtype, offset, int(skip), True, components)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The lengths of the axes, the fastest first; empty where they are no numbers."""
        texts = self.fields.get("sizes", "").split()
        return tuple(int(text) for text in texts) if all(text.isdecimal() for text in texts) else ()

    @property
    def dtype(self) -> np.dtype | None:
        """A voxel's type with its byte order; None for a block or an unknown name."""
        dtype = _DTYPE_OF.get(self.fields.get("type", "").lower())
        is_big = self.fields.get("endian", "little").lower() == "big"
        return dtype.newbyteorder(">" if is_big else "<") if dtype else None

    @property
    def kinds(self) -> list[str]:
        return self.fields.get("kinds", "").lower().split()

    @property
    def directions(self) -> list[np.ndarray | None]:
        """For each axis its step in the space, None for an axis that is not in space."""
        found = []
        for text in re.findall(r"none|\([^)]*\)", self.fields.get("spacedirections", "")):
            vector = np.array(_numbers(text))
            is_in_space = len(vector) > 0 and np.isfinite(vector).all() and vector.any()
            found.append(vector if is_in_space else None)
        return found

    @property
    def origin(self) -> np.ndarray | None:
        return np.array(_numbers(self.fields["spaceorigin"])) if "spaceorigin" in self.fields else None

    @property
    def spacings(self) -> list[float]:
        return _numbers(self.fields.get("spacings", ""))

    @property
    def has_spacing(self) -> bool:
        """Whether it says how large the voxels are."""
        lengths = [0.0 if axis is None else float(np.linalg.norm(axis)) for axis in self.directions]
        return any(np.isfinite(length) and length > 0 for length in [*lengths, *self.spacings])

    def texts(self, field: str) -> list[str]:
        """The quoted texts of ``labels`` or ``units``, one for each axis."""
        return re.findall(r'"((?:[^"\\]|\\.)*)"', self.fields.get(field, ""))


def read_nrrd_header(file: BinaryIO) -> NrrdHeader:
    """The header up to its blank line, or to the end of the file. The file must be an NRRD."""
    fields: dict[str, str] = {}
    values: dict[str, str] = {}
    listed: list[str] = []
    length = 0
    while length < LONGEST_HEADER and (raw := file.readline(LONGEST_HEADER)):
        length += len(raw)
        line = raw.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
        if fields.get("datafile", "").startswith("LIST"):
            listed.append(line.strip())
            continue
        if not line:
            break
        if line.startswith("#"):
            continue
        pair = re.match(r"(.*?):(=| )(.*)", line)
        if pair and pair[2] == "=":
            values[pair[1]] = pair[3]
        elif pair:
            fields[pair[1].replace(" ", "").lower()] = pair[3].strip()
    return NrrdHeader(fields, values, length, tuple(name for name in listed if name))


def _numbers(text: str) -> list[float]:
    try:
        return [float(number) for number in re.split(r"[\s,()]+", text) if number and number != "none"]
    except ValueError:
        return []
