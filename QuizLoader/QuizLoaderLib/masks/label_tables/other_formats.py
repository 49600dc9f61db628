"""The label tables of other programs: Slicer's colour tables, ITK-SNAP, BIDS, nnU-Net, inside NIfTI files.

Sources: Slicer, vtkMRMLColorTableStorageNode; ITK-SNAP's label description files; BIDS 1.10, "Segmentation
derivatives"; nnU-Net v2, dataset_format.md.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ...images.files.label_names import CheckedRows, LabelRow, Rows, color_of_row, read_bids
from ...quiz.label_colors import color255, color_of_value
from ...quiz.problems import Problem, error, warning
from ...quiz.text_file import json_of
from ...quiz.values import said
from ..errors import FORMAT_CANNOT, FORMAT_LOSES
from .label_table import Code, TableFormat, Terminology, parse_terminology

if TYPE_CHECKING:
    pass


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


def _matched(
    checked: CheckedRows, text: str, pattern: re.Pattern[str], sentence: str, hint: str
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
    checked = CheckedRows()
    underscores = []
    hint = "write: value name r g b a"
    for line, groups in _matched(checked, text, _COLOR_LINE, "is not a row of a colour table", hint):
        value, name, *color = groups[:5]
        if "_" in name:
            underscores.append(name)
        checked.add(line, value, name.replace("_", " "), color_of_row(color))
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
    checked = CheckedRows()
    # A spreadsheet writes semicolons where the comma is the decimal sign.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    table = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if not {"LabelValue", "Name"} <= set(table.fieldnames or ()):
        checked.fault(1, "A Slicer colour table in CSV has the columns LabelValue and Name.")
        return checked.result
    for row in table:
        cells = {key: (value or "") for key, value in row.items() if isinstance(key, str)}
        color = color_of_row([cells.get(f"Color_{channel}", "") for channel in "RGB"])
        parts = [
            Code(*(cells.get(f"{name}_{part}", "") for part in ("CodingScheme", "CodeValue", "CodeMeaning")))
            for name in _CODE_COLUMNS
        ]
        checked.add(table.line_num, cells["LabelValue"], cells["Name"], color, Terminology(*parts).as_text())
    return checked.result


def _read_itk_snap(text: str) -> Rows:
    checked = CheckedRows()
    hint = 'write: value r g b a visible mesh "label"'
    for line, groups in _matched(checked, text, _SNAP_LINE, "is not a row of an ITK-SNAP label file", hint):
        value, *color, _, name = groups
        checked.add(line, value, name, color_of_row(color))
    return checked.result


def _read_nnunet(text: str) -> Rows:
    """Version 2 (name to value) and version 1 (value to name); regions of several values are left out."""
    checked = CheckedRows()
    try:
        document = json_of(text)
        labels = document["labels"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
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
        document = json_of(old) if old.strip() else {}
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
    ((re.compile(r"[^\S ]").search, "it has a tab, a line break or a blank of another kind"),),
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
    read_bids,
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
