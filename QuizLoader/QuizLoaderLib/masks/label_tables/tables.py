"""Tables of names and mask values: the text map and the formats of other programs, to and fro.

What a format cannot hold is said: where a region or its value is lost, as an error, else as a warning.
"""

import csv
import re
from pathlib import Path

from ...images.files.label_names import LabelRow, LabelTable, Rows
from ...quiz.problems import Problem, error, has_errors, warning
from ...quiz.value_map import VALUE_MAP_EMPTY, parse_value_map
from ...quiz.values import said
from ..errors import FORMAT_CANNOT, FORMAT_LOSES, MASK_UNREADABLE, UNKNOWN_FORMAT, MaskError
from ..files import writing
from .label_table import TableFormat
from .other_formats import OTHER_FORMATS

_MOST_BYTES = 64 * 1024 * 1024


def read_label_table(path: Path) -> tuple[LabelTable | None, list[Problem]]:
    """The labels of a file of any format, and everything that is wrong with it, with lines.

    None where it cannot be read at all; a row with an error is left out of the table. The ending decides the
    format, for ``.txt`` the content: text map, Slicer colour table or ITK-SNAP label file.
    """
    text, problems = _text_of(path)
    if text is None:
        return None, problems
    found = _format_of(path, text)
    if found is None:
        return None, [_unknown_format(path)]
    try:
        rows, problems = found.read(text)
    except csv.Error as fault:
        return None, [error(MASK_UNREADABLE, f"“{path}” cannot be read as a table: {fault}.")]
    if not rows and not problems:
        problems = [
            error(
                VALUE_MAP_EMPTY,
                f"“{path.name}” has no label.",
                f"is it {found.name[0].lower()}{found.name[1:]}?",
            )
        ]
    return LabelTable(tuple(rows)), problems


def require_label_table(path: Path) -> tuple[LabelTable, list[Problem]]:
    """``read_label_table`` without an error, with its warnings; raises MaskError."""
    table, problems = read_label_table(path)
    if table is None or has_errors(problems):
        raise MaskError(*problems)
    return table, problems


def write_label_table(table: LabelTable, path: Path) -> list[Problem]:
    """Write labels in the format that the ending of ``path`` says; gives what the format does not hold.

    Raises MaskError, and writes nothing, where a label or its value would be lost.
    """
    found = next((one for one in FORMATS if path.name.lower().endswith(one.endings)), None)
    if found is None:
        raise MaskError(_unknown_format(path))
    old = (_text_of(path)[0] or "") if path.is_file() else ""
    problems = losses(table, found, old)
    if has_errors(problems):
        raise MaskError(*problems)
    text = found.write(table.rows, old)
    with writing(path) as part:
        part.write_text(text, encoding="utf-8", newline="")
    return problems


def losses(table: LabelTable, into: TableFormat, old: str = "") -> list[Problem]:
    """What of a table a format cannot hold."""
    problems = [
        error(FORMAT_CANNOT, f"{into.name} cannot hold {said(row.name)}: {reason}.", line=row.line)
        for row in table.rows
        if (reason := into.refuses(row.name))
    ]
    for row in table.rows:
        if row.value > into.largest:
            what = f"the value {row.value} of {said(row.name)}"
            sentence = f"{into.name} cannot hold {what}: it ends at {into.largest}."
            problems.append(error(FORMAT_CANNOT, sentence, line=row.line))
    owners: dict[int, str] = {}
    for row in table.rows if not into.holds_two_names else ():
        if row.value in owners:
            sentence = (
                f"{into.name} cannot hold two labels with one value: "
                f"{said(owners[row.value])} and {said(row.name)} both have {row.value}."
            )
            problems.append(error(FORMAT_CANNOT, sentence, line=row.line))
        owners.setdefault(row.value, row.name)
    if table.colors and not into.holds_colors:
        problems.append(warning(FORMAT_LOSES, f"{into.name} holds no colours; they are left out."))
    if any(row.terminology for row in table.rows) and not into.holds_codes:
        sentence = f"{into.name} holds no coded meanings (terminology); they are left out."
        problems.append(warning(FORMAT_LOSES, sentence))
    return problems + into.losses(table.rows, old)


def text_map(rows: tuple[LabelRow, ...], old: str = "") -> str:
    """``Label=value`` lines, as XNAT's description has them: no comments, no blanks."""
    return "".join(f"{row.name}={row.value}\n" for row in rows)


def _read_text_map(text: str) -> Rows:
    value_map, problems = parse_value_map(text.encode())
    if value_map is None:
        return [], problems
    rows = [LabelRow(name, value, line=value_map.lines[name]) for name, value in value_map.values.items()]
    return rows, problems


TEXT_MAP = TableFormat(
    "A text map",
    (".txt",),
    _read_text_map,
    text_map,
    (
        (lambda name: not name.strip(), "it is empty"),
        (re.compile("[\n\r]").search, "it has a line break"),
        (re.compile("#").match, "a line that starts with # is not read"),
    ),
    holds_colors=False,
    holds_two_names=True,
)
FORMATS = (TEXT_MAP, *OTHER_FORMATS)
"""The first whose ending fits is written."""


def _text_of(path: Path) -> tuple[str | None, list[Problem]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None, [error(MASK_UNREADABLE, f"“{path}” is too large for a label table (above 64 MB).")]
        data = path.read_bytes()
    except OSError as fault:
        return None, [error(MASK_UNREADABLE, f"“{path}” cannot be read: {fault.strerror or fault}.")]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        return None, [error(MASK_UNREADABLE, f"“{path}” is not UTF-8 text.", "save it as UTF-8", line=line)]


def _format_of(path: Path, text: str) -> TableFormat | None:
    name = path.name.lower()
    if name.endswith(TEXT_MAP.endings):
        first = next((line for line in text.splitlines() if line.strip() and line.strip()[0] != "#"), "")
        fitting = (one for one in FORMATS if one.text_row is not None and one.text_row.fullmatch(first))
        return next(fitting, TEXT_MAP)
    return next((one for one in FORMATS if name.endswith(one.endings)), None)


def _unknown_format(path: Path) -> Problem:
    endings = ", ".join(ending for one in FORMATS for ending in one.endings)
    sentence = f"“{path.name}” is not a label table in a supported format."
    return error(UNKNOWN_FORMAT, sentence, f"let the name end with one of {endings}")
