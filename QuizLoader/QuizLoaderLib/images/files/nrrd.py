"""The header of an NRRD file as text: where its voxels are, and the axes of a list or of time.

Source of all rules: NRRD format definition, https://teem.sourceforge.net/nrrd/format.html.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .data_files import named_data_files
from .file_formats import LONGEST_HEADER
from .raw_voxels import TO_THE_END, Packing, RawVoxels

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
_PACKINGS = {
    "raw": Packing.NONE, "gzip": Packing.DEFLATE, "gz": Packing.DEFLATE, "bzip2": Packing.BZIP2,
    "bz2": Packing.BZIP2, "text": Packing.TEXT, "txt": Packing.TEXT, "ascii": Packing.TEXT,
    "hex": Packing.HEX,
}  # fmt: skip
_MOST_AXES = 16
_LARGEST = 1 << 40
_SHORTEST, _FARTHEST = 1e-20, 1e20
"""Beyond these lengths ITK's numbers run over, and it writes to stderr."""
_PLAIN_KINDS = ("domain", "space", "time", "none", "???")
FRAME_KINDS = ("list", *_PLAIN_KINDS)
"""The kinds of an axis that may count frames; on others the values of a voxel lie side by side."""


@dataclass(frozen=True)
class NrrdHeader:
    """``fields`` by their names in small letters without spaces, ``values`` the key/value pairs;
    ``length`` is the number of bytes before attached data, ``listed`` the lines behind a LIST of files."""

    fields: dict[str, str]
    values: dict[str, str]
    length: int
    listed: tuple[str, ...] = ()

    @cached_property
    def is_sound(self) -> bool:
        """Whether it says what every image needs, within what its voxels could be."""
        axes = len(self.sizes)
        if not 0 < axes <= _MOST_AXES or self.fields.get("dimension") != str(axes) or self.dtype is None:
            return False
        are_numbers = self._skip is not None and self._lines is not None
        axes_mm = [float(np.linalg.norm(axis)) for axis in self.directions if axis is not None]
        if not all(_SHORTEST < length < _FARTHEST for length in axes_mm):
            return False
        return are_numbers and "encoding" in self.fields and 0 < prod(self.sizes) < _LARGEST

    @property
    def fault(self) -> tuple[str, str]:
        """Why voxels of a sound header cannot be read all the same, and the remedy; empty where they can."""
        encoding = self.fields.get("encoding", "")
        if encoding.lower() in _PACKINGS:
            return "", ""
        return (
            f"has the encoding “{encoding[:40]}”, which is not supported",
            "save it with the encoding raw or gzip",
        )

    @property
    def data_files(self) -> tuple[str, ...]:
        """The names, as written, of the separate files that hold the voxels; mostly none.

        Raises DataFilesError.
        """
        return named_data_files(self.fields.get("datafile", ""), self.listed, self.sizes)

    def voxels(self, path: Path, data_files: tuple[Path, ...]) -> RawVoxels:
        """Where the voxels of the file ``path`` are, whose header is sound and has no fault."""
        assert self.dtype is not None and self._skip is not None and self._lines is not None
        packing = _PACKINGS[self.fields.get("encoding", "").lower()]
        offset = 0 if data_files else self.length
        # ITK, too, takes the first axis for values side by side where its kind is none of space or time.
        is_list = bool(self.kinds) and self.kinds[0] not in _PLAIN_KINDS
        components = self.sizes[0] if is_list else 1
        return RawVoxels(
            data_files or (path,),
            self.dtype,
            prod(self.sizes),
            offset,
            self._skip,
            packing,
            components,
            self._lines,
        )

    @property
    def _skip(self) -> int | None:
        """The bytes before the voxels, once unpacked; None where that is no number."""
        text = self.fields.get("byteskip", "0")
        if text == "-1" and self.fields.get("encoding", "").lower() == "raw":
            return TO_THE_END
        return _count(text)

    @property
    def _lines(self) -> int | None:
        return _count(self.fields.get("lineskip", "0"))

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The lengths of the axes, the fastest first; empty where they are no numbers."""
        lengths = [_count(text) for text in self.fields.get("sizes", "").split()[: _MOST_AXES + 1]]
        return tuple(length for length in lengths if length is not None) if None not in lengths else ()

    @property
    def dtype(self) -> np.dtype | None:
        """A voxel's type with its byte order; None for a block or an unknown name."""
        dtype = _DTYPE_OF.get(self.fields.get("type", "").lower())
        is_big = self.fields.get("endian", "little").lower() == "big"
        return dtype.newbyteorder(">" if is_big else "<") if dtype else None

    @property
    def scale(self) -> None:
        """Voxels are as they are written."""

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
        if any(axis is not None for axis in self.directions):
            return True
        return any(np.isfinite(length) and length > 0 for length in self.spacings)

    def texts(self, field: str) -> list[str]:
        """The quoted texts of ``labels`` or ``units``, one for each axis."""
        return re.findall(r'"((?:[^"\\]|\\.)*)"', self.fields.get(field, ""))

    def for_itk(self) -> bytes:
        """What places the voxels, as a header of its own for ITK: nothing else of the file comes to it."""
        assert self.dtype is not None
        lines = ["NRRD0005", f"type: {_TYPES[self.dtype.name][-1]}", f"dimension: {len(self.sizes)}"]
        if "space" in self.fields:
            lines.append(f"space: {_words(self.fields['space'])}")
        elif (dimension := _count(self.fields.get("spacedimension", ""))) is not None:
            lines.append(f"space dimension: {dimension}")
        lines.append(f"sizes: {' '.join(map(str, self.sizes))}")
        if "spacedirections" in self.fields:
            lines.append(f"space directions: {' '.join(_vector(one) for one in self.directions)}")
        for field, name in _NUMBERS.items():
            if field in self.fields:
                lines.append(f"{name}: {' '.join(map(repr, _numbers(self.fields[field])[:_MOST_AXES]))}")
        for field in ("centers", "centerings", "kinds"):
            if field in self.fields:
                lines.append(f"{field}: {_words(self.fields[field])}")
        lines += ["endian: little", "encoding: raw"]
        if self.origin is not None:
            lines.append(f"space origin: {_vector(self.origin)}")
        return "\n".join(lines).encode("ascii", "replace") + b"\n\n"


_NUMBERS = {"spacings": "spacings", "axismins": "axis mins", "axismaxs": "axis maxs"}


def read_nrrd_header(file: BinaryIO) -> NrrdHeader:
    """The header up to its blank line, or to the end of the file. The file must be an NRRD."""
    fields: dict[str, str] = {}
    values: dict[str, str] = {}
    listed: list[str] = []
    length = 0
    for raw, end in _lines(file):
        length = end
        line = raw.decode("utf-8", "surrogateescape")
        if fields.get("datafile", "").startswith("LIST"):
            listed.append(line.strip())
            continue
        if not line:
            break
        if line.startswith("#"):
            continue
        pair = re.match(r"(.*?):(=| )(.*)", line)
        if pair and pair[2] == "=":
            values[_unescaped(pair[1])] = _unescaped(pair[3])
        elif pair:
            fields[pair[1].replace(" ", "").lower()] = pair[3].strip()
    return NrrdHeader(fields, values, length, tuple(name for name in listed if name))


def _lines(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Each line without its end, which is LF, CR LF or CR as NrrdIO has it, and the bytes up to the next."""
    length = 0
    while length < LONGEST_HEADER and (raw := file.readline(LONGEST_HEADER)):
        for line in re.finditer(rb"([^\r\n]*)(\r?\n|\r|\Z)", raw):
            if line[0]:
                length += len(line[0])
                yield line[1], length


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,13}", text, re.ASCII) else None


def _numbers(text: str) -> list[float]:
    try:
        return [float(number) for number in re.split(r"[\s,()]+", text) if number and number != "none"]
    except ValueError:
        return []


def _vector(vector: np.ndarray | None) -> str:
    return (
        "none" if vector is None else f"({','.join(repr(float(number)) for number in vector[:_MOST_AXES])})"
    )


def _words(text: str) -> str:
    """Names that the format knows, none of which is long."""
    return " ".join(re.findall(r"[\w?-]{1,32}", text, re.ASCII)[:_MOST_AXES])


def _unescaped(text: str) -> str:
    r"""Source: NRRD format definition, section "key/value pairs": \n is a new line, \\ a backslash."""
    return re.sub(r"\\([n\\])", lambda found: "\n" if found[1] == "n" else "\\", text)
