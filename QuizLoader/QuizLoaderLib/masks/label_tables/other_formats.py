"""The label tables of other programs: Slicer's colour tables, ITK-SNAP, BIDS, nnU-Net, inside NIfTI files.

Sources: Slicer, vtkMRMLColorTableStorageNode; ITK-SNAP's label description files; BIDS 1.10, "Segmentation
derivatives"; nnU-Net v2, dataset_format.md.
"""

import csv
import io
import json
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ...images.files.nifti import NiftiHeader
from ...quiz.closed_xml import xml_tree
from ...quiz.label_colors import color255, color_of_value
from ...quiz.problems import Problem, ProblemCode, error, warning
from ...quiz.value_map import LARGEST_VALUE
from ..errors import FORMAT_CANNOT, FORMAT_LOSES
from ..names import said
from .label_table import Code, LabelRow, LabelTable, Rows, TableFormat, Terminology, parse_terminology

if TYPE_CHECKING:
    from lxml.etree import _Element


BAD_ROW = ProblemCode("M308", "A row of a label table has a value, a name and what else its format asks for.")

_LARGEST_IN_SLICER = 1_000_000

_CODE_COLUMNS = ("Category", "Type", "TypeModifier", "Region", "RegionModifier")
_CSV_COLUMNS = (
    "LabelValue",
    "Name",
    "Color_R",
    "Color_G",
    "Color_B",
    "Color_A",
    *(f"{name}_{part}" for name in _CODE_COLUMNS for part in ("CodingScheme", "CodeValue", "CodeMeaning")),
)
_SNAP_LINE = re.compile(
    r'\s*([0-9]+)\s+([0-9]+)\s+([0-9]+)\s+([0-9]+)\s+([0-9.]+)\s+[0-9]\s+[0-9]\s+"(.*)"\s*', re.ASCII
)
_COLOR_LINE = re.compile(
    r"\s*([0-9]+)\s+(\S+)\s+([0-9.]+)\s+([0-9.]+)\s+([0-9.]+)(?:\s+([0-9.]+))?\s*", re.ASCII
)


class _CheckedRows:
    """Collects rows by the rules that all formats share: 0 is background, names are not used twice."""

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


def _color(parts: Sequence[str]) -> tuple[float, float, float] | None:
    try:
        red, green, blue = (float(part) / 255 for part in parts)
    except ValueError:
        return None
    return (red, green, blue) if all(0 <= channel <= 1 for channel in (red, green, blue)) else None


def _matched(
    checked: _CheckedRows, text: str, pattern: re.Pattern[str], sentence: str, hint: str
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The number and the groups of each row; ``sentence`` says what another line is not."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            match = pattern.fullmatch(line)
            if match is not None:
                yield number, match.groups()
            else:
                checked.fault(number, f"{said(line)} {sentence}.", hint)


def _writer(header: tuple[str, ...], line: str) -> Callable[[tuple[LabelRow, ...], str], str]:
    """For a format with a line for each row: ``line`` is filled with the row, its name as one ``word``, its
    colour as ``red``, ``green`` and ``blue``, 0..255, and its coded meanings as quoted ``codes``."""

    def write(rows: tuple[LabelRow, ...], old: str) -> str:
        lines = [*header]
        for row in rows:
            word = row.name.replace(" ", "_")
            red, green, blue = color255(row.color or color_of_value(row.value))
            codes = ",".join(f'"{part}"' for code in parse_terminology(row.terminology) for part in code)
            lines.append(line.format(row=row, word=word, red=red, green=green, blue=blue, codes=codes))
        return "\n".join(lines) + "\n"

    return write


def _read_color_table(text: str) -> Rows:
    """Slicer's ``.ctbl``: as Slicer does, ``_`` is read as a blank, which is said."""
    checked = _CheckedRows()
    underscores = []
    hint = "write: value name r g b a"
    for line, groups in _matched(checked, text, _COLOR_LINE, "is not a row of a colour table", hint):
        value, name, *color = groups[:5]
        if "_" in name:
            underscores.append(name)
        checked.add(line, value, name.replace("_", " "), _color(color))
    if underscores:
        sentence = (
            f"A Slicer colour table writes blanks as “_”, so every “_” is read as a blank: "
            f"{said(underscores[0])} becomes {said(underscores[0].replace('_', ' '))}."
        )
        checked.problems.append(warning(FORMAT_LOSES, sentence, "Slicer's .csv table keeps both"))
    return checked.result


def _color_table_losses(rows: tuple[LabelRow, ...], old: str) -> list[Problem]:
    problems = []
    read_back: dict[str, str] = {}
    for row in rows:
        back = row.name.replace("_", " ")
        if back in read_back:
            names = f"{said(read_back[back])} and {said(row.name)}"
            sentence = f"In a Slicer colour table {names} are the same name."
            problems.append(error(FORMAT_CANNOT, sentence, "Slicer's .csv table keeps both", line=row.line))
        elif back != row.name:
            sentence = f"Slicer will read {said(row.name)} as {said(back)}: its colour tables lose the “_”."
            hint = "Slicer's .csv table keeps underscores"
            problems.append(warning(FORMAT_LOSES, sentence, hint, line=row.line))
        read_back.setdefault(back, row.name)
    return problems


def _read_slicer_csv(text: str) -> Rows:
    checked = _CheckedRows()
    table = csv.DictReader(io.StringIO(text))
    if not {"LabelValue", "Name"} <= set(table.fieldnames or ()):
        checked.fault(1, "A Slicer colour table in CSV has the columns LabelValue and Name.")
        return checked.result
    for row in table:
        cells = {key: (value or "") for key, value in row.items() if isinstance(key, str)}
        color = _color([cells.get(f"Color_{channel}", "") for channel in "RGB"])
        parts = [
            Code(*(cells.get(f"{name}_{part}", "") for part in ("CodingScheme", "CodeValue", "CodeMeaning")))
            for name in _CODE_COLUMNS
        ]
        checked.add(table.line_num, cells["LabelValue"], cells["Name"], color, Terminology(*parts).as_text())
    return checked.result


def _read_itk_snap(text: str) -> Rows:
    checked = _CheckedRows()
    hint = 'write: value r g b a visible mesh "label"'
    for line, groups in _matched(checked, text, _SNAP_LINE, "is not a row of an ITK-SNAP label file", hint):
        value, *color, _, name = groups
        checked.add(line, value, name, _color(color))
    return checked.result


def _read_bids(text: str) -> Rows:
    checked = _CheckedRows()
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
            _color([str(int(part, 16)) for part in color.groups()]) if color else None,
        )
    return checked.result


def _read_nnunet(text: str) -> Rows:
    """Version 2 (name to value) and version 1 (value to name); regions of several values are left out."""
    checked = _CheckedRows()
    try:
        document = json.loads(text)
        labels = document["labels"].items()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        checked.fault(0, "An nnU-Net dataset.json is a JSON object with “labels”.")
        return checked.result
    for key, value in labels:
        if isinstance(value, str):
            checked.add(0, key, value)
        elif isinstance(value, list):
            what = f"{said(key)} is a region of several values"
            sentence = f"{what}; a map has one value for a label: left out."
            checked.problems.append(warning(FORMAT_LOSES, sentence))
        else:
            checked.add(0, json.dumps(value), key)
    return checked.result


def _write_nnunet(rows: tuple[LabelRow, ...], old: str) -> str:
    """The labels, and what an older dataset.json of that name says beside them."""
    try:
        document = json.loads(old) if old.strip() else {}
    except ValueError:
        document = {}
    labels = {"background": 0, **{row.name: row.value for row in rows}}
    document = {**(document if isinstance(document, dict) else {}), "labels": labels}
    return json.dumps(document, indent=4, ensure_ascii=False) + "\n"


def _nnunet_losses(rows: tuple[LabelRow, ...], old: str) -> list[Problem]:
    values = sorted({row.value for row in rows})
    if values != list(range(1, len(values) + 1)):
        listed = ", ".join(str(value) for value in values[:6]) + (", ..." if len(values) > 6 else "")
        sentence = f"nnU-Net needs the values 1, 2, 3 and so on without a gap; these are {listed}."
        return [error(FORMAT_CANNOT, sentence, "make a second map with such values for nnU-Net")]
    if '"channel_names"' not in old:
        sentence = "An nnU-Net dataset.json also names channel_names, numTraining and file_ending; add them."
        return [warning(FORMAT_LOSES, sentence)]
    return []


_OF_SEVERAL_LINES = (lambda name: not name.isprintable(), "it has a line break or another control character")

COLOR_TABLE = TableFormat(
    "A Slicer colour table (.ctbl)",
    (".ctbl",),
    _read_color_table,
    _writer(
        ("# Slicer color table: value name r g b a", "0 Background 0 0 0 0"),
        "{row.value} {word} {red} {green} {blue} 255",
    ),
    (
        (re.compile(r"[^\S ]").search, "it has a tab, a line break or a blank of another kind"),
        (lambda name: name != name.strip(), "it starts or ends with a blank"),
    ),
    _LARGEST_IN_SLICER,
    text_row=_COLOR_LINE,
    losses=_color_table_losses,
)
SLICER_CSV = TableFormat(
    "A Slicer colour table (.csv)",
    (".csv",),
    _read_slicer_csv,
    _writer((",".join(_CSV_COLUMNS),), '{row.value},"{row.name}",{red},{green},{blue},255,{codes}'),
    ((re.compile('"').search, "Slicer's reader breaks off at a quotation mark"), _OF_SEVERAL_LINES),
    _LARGEST_IN_SLICER,
    holds_codes=True,
)
ITK_SNAP = TableFormat(
    "An ITK-SNAP label file",
    (".label", ".lbl"),
    _read_itk_snap,
    _writer(
        (
            "# ITK-SnAP Label Description File",
            "# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL",
            '    0     0    0    0        0  0  0    "Clear Label"',
        ),
        '{row.value:5d} {red:5d}{green:5d}{blue:5d}        1  1  1    "{row.name}"',
    ),
    ((re.compile('"').search, "its names are in quotation marks"), _OF_SEVERAL_LINES),
    65535,
    text_row=_SNAP_LINE,
)
BIDS = TableFormat(
    "A BIDS label table",
    (".tsv",),
    _read_bids,
    _writer(("index\tname\tcolor",), "{row.value}\t{row.name}\t#{red:02x}{green:02x}{blue:02x}"),
    ((re.compile("n/a").fullmatch, "BIDS reads n/a as no name"), _OF_SEVERAL_LINES),
)
NNUNET = TableFormat(
    "An nnU-Net dataset.json",
    (".json",),
    _read_nnunet,
    _write_nnunet,
    ((re.compile("background").fullmatch, "nnU-Net keeps that name for the value 0"),),
    holds_colors=False,
    losses=_nnunet_losses,
)
OTHER_FORMATS = (COLOR_TABLE, SLICER_CSV, ITK_SNAP, BIDS, NNUNET)


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
    red, green, blue = (min(max(float(label.get(name, "1")), 0.0), 1.0) for name in ("Red", "Green", "Blue"))
    return LabelRow((label.text or "").strip(), int(label.attrib["Key"]), (red, green, blue))
