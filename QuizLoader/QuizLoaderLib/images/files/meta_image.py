"""The header of a MetaImage as text, for what SimpleITK complains about past its caller.

Source of all rules: MetaIO, https://itk.org/Wiki/ITK/MetaIO/Documentation.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .file_formats import LONGEST_HEADER
from .raw_voxels import RawVoxels, named_data_files

_TYPES = {
    "CHAR": "i1", "UCHAR": "u1", "SHORT": "i2", "USHORT": "u2", "INT": "i4", "UINT": "u4", "LONG": "i4",
    "ULONG": "u4", "LONG_LONG": "i8", "ULONG_LONG": "u8", "FLOAT": "f4", "DOUBLE": "f8",
}  # fmt: skip
_VECTORS = ("ElementSpacing", "ElementSize", "Offset", "Position", "Origin", "CenterOfRotation")
_MATRICES = ("TransformMatrix", "Rotation", "Orientation")


@dataclass(frozen=True)
class MetaImageHeader:
    """``fields`` as they are written; ``length`` is the number of bytes before attached data;
    ``has_only_fields`` is whether every line of the header is one; ``listed`` are the lines behind a LIST of
    files."""

    fields: dict[str, str]
    length: int
    has_only_fields: bool
    listed: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, ...]:
        """The lengths of the axes, the fastest first; empty where they are no numbers, or not all there."""
        texts = self.fields.get("DimSize", "").split()
        if not all(text.isdecimal() for text in texts) or self.fields.get("NDims") != str(len(texts)):
            return ()
        return tuple(int(text) for text in texts)

    @property
    def dtype(self) -> np.dtype | None:
        """One value's type with its byte order; None for an unknown name."""
        name = self.fields.get("ElementType", "").removeprefix("MET_").removesuffix("_ARRAY")
        is_big = self._says("BinaryDataByteOrderMSB") or self._says("ElementByteOrderMSB")
        return np.dtype((">" if is_big else "<") + _TYPES[name]) if name in _TYPES else None

    @property
    def components(self) -> int:
        text = self.fields.get("ElementNumberOfChannels", "1")
        return int(text) if text.isdecimal() else 0

    @property
    def has_spacing(self) -> bool:
        return "ElementSpacing" in self.fields or "ElementSize" in self.fields

    @property
    def is_packed(self) -> bool:
        return self._says("CompressedData")

    @property
    def data_files(self) -> tuple[str, ...]:
        """The names, as written, of the separate files that hold the voxels; none where they are attached.

        Raises ValueError, which says the pattern, where that is not understood.
        """
        name = self.fields.get("ElementDataFile", "")
        return () if name.upper() == "LOCAL" else named_data_files(name, self.listed)

    def voxels(self, path: Path) -> RawVoxels | None:
        """Where the voxels of the file ``path`` are, None where only SimpleITK can read them: numbers as
        text, and data in several files."""
        name, start = self.fields.get("ElementDataFile", ""), self.fields.get("HeaderSize", "0")
        is_text = self.fields.get("BinaryData", "False")[:1] not in tuple("Tt1")
        if self.dtype is None or is_text or not start.isdecimal():
            return None
        if name.upper() == "LOCAL":
            return RawVoxels(path, self.dtype, self.length, 0, self.is_packed, self.components)
        if len(self.data_files) != 1 or name.startswith("LIST"):
            return None
        return RawVoxels(path.parent / name, self.dtype, int(start), 0, self.is_packed, self.components)

    @property
    def is_sound(self) -> bool:
        """Whether it has the fields without which there is no image, and numbers where numbers belong."""
        is_there = self.dtype is not None and self.components > 0 and "ElementDataFile" in self.fields
        axes = len(self.size)
        if not (is_there and self.has_only_fields and axes > 0 and min(self.size) > 0):
            return False
        counts = dict.fromkeys(_VECTORS, axes) | dict.fromkeys(_MATRICES, axes**2)
        given = [(self.fields[name], count) for name, count in counts.items() if name in self.fields]
        return (
            all(_has_numbers(text, count) for text, count in given)
            and self.fields.get("CompressedDataSize", "0").isdecimal()
            and self.fields.get("BinaryData", "False")[:1] in tuple("TtFf10")
        )

    def _says(self, field: str) -> bool:
        return self.fields.get(field, "").upper().startswith("T")


def read_meta_image_header(file: BinaryIO) -> MetaImageHeader:
    """The header, which ends with its ElementDataFile. The file must be a MetaImage."""
    fields: dict[str, str] = {}
    listed: list[str] = []
    length = 0
    has_only_fields = True
    while length < LONGEST_HEADER and (line := file.readline(LONGEST_HEADER)):
        length += len(line)
        text = line.decode("utf-8", "surrogateescape").strip(" \t\r\n")
        if "ElementDataFile" in fields:
            listed.append(text)
            continue
        field = re.fullmatch(r"(\w+)[ \t]*[=:][ \t]*([^\x00-\x08\x0a-\x1f]*)", text, re.ASCII)
        if field:
            fields[field[1]] = field[2]
        elif text:
            has_only_fields = False
        if field and field[1] == "ElementDataFile" and not field[2].startswith("LIST"):
            break
    return MetaImageHeader(fields, length, has_only_fields, tuple(name for name in listed if name))


def _has_numbers(text: str, count: int) -> bool:
    try:
        numbers = [float(number) for number in text.split()]
    except ValueError:
        return False
    return len(numbers) >= count and all(map(math.isfinite, numbers))
