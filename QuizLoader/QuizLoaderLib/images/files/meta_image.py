"""The header of a MetaImage as text: where its voxels are.

Source of all rules: MetaIO, https://itk.org/Wiki/ITK/MetaIO/Documentation.
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
    "CHAR": "i1", "UCHAR": "u1", "SHORT": "i2", "USHORT": "u2", "INT": "i4", "UINT": "u4", "LONG": "i4",
    "ULONG": "u4", "LONG_LONG": "i8", "ULONG_LONG": "u8", "FLOAT": "f4", "DOUBLE": "f8",
}  # fmt: skip
_SPACINGS = ("ElementSpacing", "ElementSize")
_VECTORS = (*_SPACINGS, "Offset", "Position", "Origin", "CenterOfRotation")
_MATRICES = ("TransformMatrix", "Rotation", "Orientation")
_MOST_AXES = 10
_LARGEST = 1 << 40
_SHORTEST, _FARTHEST = 1e-20, 1e20
"""Beyond these lengths ITK's numbers run over, and it writes to stderr."""


@dataclass(frozen=True)
class MetaImageHeader:
    """``fields`` as they are written; ``length`` is the number of bytes before attached data;
    ``has_only_fields`` is whether every line of the header is one; ``listed`` are the lines behind a LIST of
    files."""

    fields: dict[str, str]
    length: int
    has_only_fields: bool
    listed: tuple[str, ...] = ()

    fault = ("", "")
    """Voxels of a sound header can all be read."""

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The lengths of the axes, the fastest first; empty where they are no numbers, or not all there."""
        texts = self.fields.get("DimSize", "").split()
        axes = len(texts)
        if axes > _MOST_AXES or self.fields.get("NDims") != str(axes):
            return ()
        return tuple(int(text) for text in texts) if all(map(_is_count, texts)) else ()

    @property
    def dtype(self) -> np.dtype | None:
        """One value's type with its byte order; None for an unknown name."""
        name = self.fields.get("ElementType", "").removeprefix("MET_").removesuffix("_ARRAY")
        is_big = self._says("BinaryDataByteOrderMSB") or self._says("ElementByteOrderMSB")
        return np.dtype((">" if is_big else "<") + _TYPES[name]) if name in _TYPES else None

    @property
    def components(self) -> int:
        text = self.fields.get("ElementNumberOfChannels", "1")
        return int(text) if _is_count(text) else 0

    @property
    def has_spacing(self) -> bool:
        return any(name in self.fields for name in _SPACINGS)

    @property
    def scale(self) -> None:
        """Voxels are as they are written."""

    @property
    def data_files(self) -> tuple[str, ...]:
        """The names, as written, of the separate files that hold the voxels; none where they are attached.

        Raises DataFilesError.
        """
        name = self.fields.get("ElementDataFile", "")
        return () if name.upper() == "LOCAL" else named_data_files(name, self.listed, self.sizes)

    def voxels(self, path: Path, data_files: tuple[Path, ...]) -> RawVoxels:
        """Where the voxels of the file ``path`` are, whose header is sound."""
        assert self.dtype is not None
        # MetaIO takes voxels for binary where nothing is said.
        is_text = self.fields.get("BinaryData", "True")[:1] not in tuple("Tt1")
        packing = Packing.DEFLATE if self._says("CompressedData") else Packing.NONE
        start = self.fields.get("HeaderSize", "0") if data_files else str(self.length)
        return RawVoxels(
            data_files or (path,),
            self.dtype,
            prod(self.sizes) * self.components,
            max(int(start), 0),
            TO_THE_END if start == "-1" else 0,
            Packing.TEXT if is_text else packing,
            self.components,
        )

    @cached_property
    def is_sound(self) -> bool:
        """Whether it has the fields without which there is no image, and numbers where numbers belong."""
        axes = len(self.sizes)
        if self.dtype is None or not self.fields.get("ElementDataFile") or not self.has_only_fields:
            return False
        if axes == 0 or not 0 < prod(self.sizes) * self.components < _LARGEST:
            return False
        start = self.fields.get("HeaderSize", "0")
        return (
            all(len(numbers) >= count for numbers, count in self._placing())
            and all(length > _SHORTEST for length in self._axes())
            and _is_count(self.fields.get("CompressedDataSize", "0"))
            and (_is_count(start) or (start == "-1" and not self._says("CompressedData")))
            and self.fields.get("BinaryData", "True")[:1] in tuple("TtFf10")
        )

    def _placing(self) -> Iterator[tuple[list[float], int]]:
        """The numbers of each field that places the voxels, and how many it needs."""
        axes = len(self.sizes)
        for name, count in (dict.fromkeys(_VECTORS, axes) | dict.fromkeys(_MATRICES, axes**2)).items():
            if name in self.fields:
                yield _numbers(self.fields[name]), count

    def _axes(self) -> Iterator[float]:
        """The lengths of the axes in each matrix, and of the rows of numbers that are across them."""
        axes = len(self.sizes)
        for name in _MATRICES:
            if name in self.fields:
                matrix = np.reshape(_numbers(self.fields[name])[: axes**2], (axes, axes))
                yield from np.linalg.norm(matrix, axis=0)
                yield from np.linalg.norm(matrix, axis=1)

    def for_itk(self) -> bytes:
        """What places the voxels, as a header of its own for ITK: nothing else of the file comes to it."""
        axes = len(self.sizes)
        lines = [
            "ObjectType = Image",
            f"NDims = {axes}",
            "BinaryData = True",
            "BinaryDataByteOrderMSB = False",
        ]
        lines.append("CompressedData = False")
        for name, count in (dict.fromkeys(_MATRICES, axes**2) | dict.fromkeys(_VECTORS, axes)).items():
            if name in self.fields:
                lines.append(f"{name} = {' '.join(map(repr, _numbers(self.fields[name])[:count]))}")
        lines.append(f"DimSize = {' '.join(map(str, self.sizes))}")
        lines.append(f"ElementNumberOfChannels = {self.components}")
        name = self.fields["ElementType"].removesuffix("_ARRAY")
        lines += [f"ElementType = {name}", "ElementDataFile = LOCAL"]
        return "\n".join(lines).encode("ascii") + b"\n"

    def _says(self, field: str) -> bool:
        return self.fields.get(field, "").upper()[:1] in ("T", "1")


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


def _is_count(text: str) -> bool:
    return re.fullmatch(r"\d{1,13}", text, re.ASCII) is not None


def _numbers(text: str) -> list[float]:
    """Those of a field; none where one of them is no number, or beyond all places."""
    try:
        numbers = [float(number) for number in text.split()]
    except ValueError:
        return []
    return numbers if all(abs(number) < _FARTHEST for number in numbers) else []
