"""The names that a label image has of its values: inside a NIfTI file, or in the table beside it.

Sources: NIfTI-1, section "Extended header"; BIDS 1.10, "Segmentation derivatives".
"""

import csv
import io
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ...quiz.closed_xml import xml_tree
from ...quiz.label_colors import color_within_range
from ...quiz.problems import Problem, ProblemCode, error, warning
from ...quiz.value_map import LARGEST_VALUE, ValueMap
from ...quiz.values import said
from .nifti import NiftiHeader

if TYPE_CHECKING:
    from lxml.etree import _Element

    from .file_facts import FileFacts

BAD_ROW = ProblemCode("M308", "A row of a label table has a value, a name and what else its format asks for.")

_LARGEST_TABLE = 16 << 20


def own_names(facts: "FileFacts") -> "LabelTable | None":
    """The names that an image file or the table beside it gives, None where there are none.

    A row of the table that is wrong is left out: ``quizloader mask`` tells of it.
    """
    inside = nifti_label_table(facts.header) if isinstance(facts.header, NiftiHeader) else None
    beside = names_beside(facts.path) if inside is None else None
    if beside is None:
        return inside
    try:
        if beside.stat().st_size > _LARGEST_TABLE:
            return None
        rows, _ = read_bids(beside.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, csv.Error):
        return None
    return LabelTable(tuple(rows))


def names_beside(path: Path) -> Path | None:
    """The file that names the values of a label image where that says nothing itself (BIDS); never a link."""
    name, found = re.subn(r"\.(nii\.gz|nii|nrrd|nhdr|mha|mhd)\Z", ".tsv", path.name, flags=re.IGNORECASE)
    beside = path.with_name(name)
    return beside if found and beside.is_file() and not beside.is_symlink() else None


@dataclass(frozen=True)
class LabelRow:
    """One label: ``color`` is (r, g, b) 0..1, ``terminology`` Slicer's text for a coded meaning."""

    name: str
    value: int
    color: tuple[float, float, float] | None = None
    terminology: str = ""
    line: int = 0


@dataclass(frozen=True)
class LabelTable:
    """Labels in the order of their file, which decides overlaps: the last wins."""

    rows: tuple[LabelRow, ...]

    @cached_property
    def value_map(self) -> ValueMap:
        return ValueMap({row.name: row.value for row in self.rows}, {row.name: row.line for row in self.rows})

    @property
    def colors(self) -> dict[str, tuple[float, float, float]]:
        return {row.name: row.color for row in self.rows if row.color is not None}

    @property
    def terminologies(self) -> dict[str, str]:
        return {row.name: row.terminology for row in self.rows if row.terminology}


Rows = tuple[list[LabelRow], list[Problem]]


class CheckedRows:
    """Collects rows by the rules that all formats share: 0 is background, names are not used twice, blanks at
    their ends do not count."""

    def __init__(self) -> None:
        self.rows: list[LabelRow] = []
        self.problems: list[Problem] = []
        self._by_name: dict[str, LabelRow] = {}

    def fault(self, line: int, sentence: str, hint: str = "") -> None:
        self.problems.append(error(BAD_ROW, sentence, hint, line=line))

    def add(
        self,
        line: int,
        value: str,
        name: str,
        color: tuple[float, float, float] | None = None,
        terminology: str = "",
    ) -> None:
        if not re.fullmatch(r"[0-9]{1,10}", value.strip(), re.ASCII) or int(value) > LARGEST_VALUE:
            what = f"The value of {said(name)} is {said(value)}"
            self.fault(line, f"{what}, not a whole number up to 4294967295.")
            return
        name = name.strip()
        row = LabelRow(name, int(value), color, terminology, line)
        if row.value == 0:
            return
        if not name:
            self.fault(line, f"The value {row.value} has no name.")
        elif name in self._by_name and self._by_name[name].value != row.value:
            other = self._by_name[name]
            here = f"{said(name)} has the value {row.value} here"
            self.fault(line, f"{here} and {other.value} in line {other.line}.")
        elif name in self._by_name:
            sentence = f"{said(name)} is listed twice with the same value."
            self.problems.append(warning(BAD_ROW, sentence, line=line))
        else:
            self._by_name[name] = row
            self.rows.append(row)

    @property
    def result(self) -> Rows:
        return self.rows, self.problems


def color_of_row(parts: Sequence[str]) -> tuple[float, float, float] | None:
    try:
        red, green, blue = (float(part) / 255 for part in parts)
    except ValueError:
        return None
    return (red, green, blue) if all(0 <= channel <= 1 for channel in (red, green, blue)) else None


def read_bids(text: str) -> Rows:
    checked = CheckedRows()
    table = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    if not {"index", "name"} <= set(table.fieldnames or ()):
        checked.fault(1, "A BIDS label table has the columns index and name, with tabs between.")
        return checked.result
    for row in table:
        color = re.fullmatch(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", row.get("color") or "")
        name = row["name"] or ""
        checked.add(
            table.line_num,
            row["index"] or "",
            "" if name == "n/a" else name,
            color_of_row([str(int(part, 16)) for part in color.groups()]) if color else None,
        )
    return checked.result


_CARET = (30, 0)
"""NIfTI's code for Caret's XML; TotalSegmentator writes it under 0, "unknown"."""


def nifti_label_table(header: NiftiHeader) -> LabelTable | None:
    """The names of the values of a NIfTI file, None where it has none.

    Source: NIfTI-1, section "Extended header".
    """
    extensions = header.extensions
    offset = 0
    while offset + 8 <= len(extensions):
        size, code = struct.unpack_from(header.byte_order + "2i", extensions, offset)
        if size < 16:
            return None
        content = extensions[offset + 8 : offset + size].strip(b"\0 \n")
        if code in _CARET and content.startswith(b"<"):
            return _table(content)
        offset += size
    return None


def _table(xml: bytes) -> LabelTable | None:
    try:
        root = xml_tree(xml)
        rows = [_row(label) for label in root.iter("Label")]
    except (KeyError, ValueError):  # of XML that is refused, too
        return None
    rows = [row for row in rows if row.value != 0 and row.name]
    return LabelTable(tuple(rows)) if rows else None


def _row(label: "_Element") -> LabelRow:
    channels = [float(label.get(name, "1")) for name in ("Red", "Green", "Blue")]
    name, value = (label.text or "").strip(), int(label.attrib["Key"])
    return LabelRow(name, value, color_within_range(channels))
