"""The header of a MetaImage as text, for what SimpleITK complains about past its caller.

Source of all rules: MetaIO, https://itk.org/Wiki/ITK/MetaIO/Documentation.
"""

from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from .file_formats import LONGEST_HEADER

_TYPES = {
    "CHAR": "i1", "UCHAR": "u1", "SHORT": "i2", "USHORT": "u2", "INT": "i4", "UINT": "u4", "LONG": "i4",
    "ULONG": "u4", "LONG_LONG": "i8", "ULONG_LONG": "u8", "FLOAT": "f4", "DOUBLE": "f8",
}  # fmt: skip


@dataclass(frozen=True)
class MetaImageHeader:
    """``fields`` as they are written; ``length`` is the number of bytes before attached data."""

    path: Path
    fields: dict[str, str]
    length: int

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
    def is_packed(self) -> bool:
        return self._says("CompressedData")

    @property
    def data(self) -> tuple[Path, int] | None:
        """The one file that has the voxels and the byte where they begin; None where they are several."""
        name = self.fields.get("ElementDataFile", "")
        if name.upper() == "LOCAL":
            return self.path, self.length
        start = self.fields.get("HeaderSize", "0")
        path = self.path.parent / name
        return (path, int(start)) if start.isdecimal() and path.is_file() else None

    @property
    def byte_size(self) -> int:
        """The bytes of the voxels, as they are stored."""
        packed = self.fields.get("CompressedDataSize", "0")
        if self.is_packed:
            return int(packed) if packed.isdecimal() else 0
        return prod(self.size) * self.components * (self.dtype.itemsize if self.dtype else 0)

    @property
    def is_sound(self) -> bool:
        """Whether it has the fields without which there is no image."""
        is_there = self.dtype is not None and self.components > 0 and "ElementDataFile" in self.fields
        return is_there and len(self.size) > 0 and min(self.size) > 0

    def _says(self, field: str) -> bool:
        return self.fields.get(field, "").upper().startswith("T")


def read_meta_image_header(path: Path) -> MetaImageHeader:
    """The header, which ends with its ElementDataFile. The file must be a MetaImage."""
    fields: dict[str, str] = {}
    length = 0
    with path.open("rb") as file:
        while length < LONGEST_HEADER and (line := file.readline(LONGEST_HEADER)):
            length += len(line)
            key, _, value = line.decode("utf-8", "surrogateescape").partition("=")
            fields[key.strip()] = value.strip()
            if key.strip() == "ElementDataFile":
                break
    return MetaImageHeader(path, fields, length)
