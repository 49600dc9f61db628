"""Cases from a table: CSV, TSV or Excel, a row a case; its columns fill the placeholders of a template."""

import codecs
import csv
import datetime
import io
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..quiz.image_folder import ImageFolder, ImagePathError
from .cases import AuthoringError, FoundCase, FoundCases, about_letters, composed, settled
from .found_images import Progress, image_at, no_progress

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

CASE = "case"
_NO_EXCEL = (zipfile.BadZipFile, KeyError, ValueError, IndexError, EOFError, SyntaxError, TypeError)
"""What openpyxl raises for a file of another kind, or a damaged one."""
_FORMULA = "\0"
"""Stands for a formula of which Excel has stored no value."""
_ERROR = re.compile(r"#(N/A|NV|[A-ZÀ-Þ0-9/_]+[!?])")
"""What a formula is that went wrong, as “#REF!”, also in other languages."""
_DELIMITER = re.compile(r'"?sep=([^\w" ])"?\s*', re.IGNORECASE)
"""A first line by which Excel is told what stands between cells."""


@dataclass
class Table:
    """``rows`` are with their number in the file, the header's being 1; columns as they are written there."""

    columns: list[str]
    rows: list[tuple[int, dict[str, str]]]
    remarks: list[str] = field(default_factory=list)


def cases_of_table(
    folder: ImageFolder,
    path: Path,
    roles: Collection[str],
    columns: Collection[str],
    progress: Progress = no_progress,
) -> FoundCases:
    """A case for each row: the columns of ``roles`` are paths in the image folder, ``columns`` other ones
    that a template asks for, and one called “case” names the case.

    A row where something is empty or not there has faults. Raises AuthoringError: no table, a missing column.
    """
    table = read_table(path)
    names = {plain(column): column for column in table.columns}
    wanted = [CASE, *roles, *columns]
    if missing := [name for name in wanted if plain(name) not in names]:
        what = "column" if len(missing) == 1 else "columns"
        listed = ", ".join(f"“{name}”" for name in missing)
        hint = "its columns are " + ", ".join(table.columns)
        raise AuthoringError(f"“{path.name}” lacks the {what} {listed}.", hint)
    cases = []
    for done, (number, row) in enumerate(table.rows, start=1):
        progress(done, len(table.rows))
        case = FoundCase(composed(row[names[CASE]]) or f"row {number}")
        where = f"row {number}: " if row[names[CASE]] else ""
        for name in wanted:
            text = row[names[plain(name)]]
            if fault := _fault_of(text):
                case.faults.append(f"{where}“{name}” {fault}")
            elif name in roles:
                _add_image(case, name, text, where, folder)
        if "" in row:
            case.faults.append(f"{where}it has more cells than there are columns")
        case.values = {name: row[names[plain(name)]] for name in columns}
        cases.append(case)
    return settled(cases, table.remarks)


def _fault_of(text: str) -> str:
    """What is wrong with a cell that is needed, as the end of a sentence, or nothing."""
    if text == _FORMULA:
        return "is a formula without a stored value: save it in Excel"
    if _ERROR.fullmatch(text):
        return f"is {text}, which a formula gave that went wrong"
    return about_letters(text) if text else "is empty"


def _add_image(case: FoundCase, role: str, path: str, where: str, folder: ImageFolder) -> None:
    try:
        case.images[role] = image_at(folder, path)
    except ImagePathError as fault:
        case.faults.append(f"{where}{fault.sentence.rstrip('.')}")


def read_table(path: Path) -> Table:
    """The rows of a CSV or TSV file, or of the first sheet of an Excel file. Raises AuthoringError."""
    try:
        is_excel = path.suffix.casefold() in (".xlsx", ".xlsm")
        cells, remarks = _cells_of_excel(path) if is_excel else _cells_of_text(path)
        numbered = [(number, row) for number, row in enumerate(cells, start=1) if any(row)]
    except OSError as fault:
        raise AuthoringError(f"“{path}” cannot be read: {fault.strerror or fault}.") from fault
    except csv.Error as fault:
        raise AuthoringError(f"“{path.name}” is not a table of text: {fault}.") from fault
    if len(numbered) < 2:
        raise AuthoringError(f"“{path.name}” has no rows below its header.")
    columns = numbered[0][1]
    names = [*map(plain, columns)]
    twice = [column for column, name in zip(columns, names, strict=True) if name and names.count(name) > 1]
    if twice:
        raise AuthoringError(f"“{path.name}” has the column “{twice[0]}” twice.")
    rows = []
    for number, row in numbered[1:]:
        filled = [*row, *[""] * (len(columns) - len(row))]
        named = {name: cell for name, cell in zip(columns, filled, strict=False) if name}
        if any(filled[len(columns) :]):
            named[""] = "more"
        rows.append((number, named))
    return Table([name for name in columns if name], rows, remarks)


def plain(name: str) -> str:
    """A column's name without regard to case, spaces at its ends and how its letters are composed."""
    return composed(name).strip().casefold()


def _cells_of_text(path: Path) -> tuple[list[list[str]], list[str]]:
    data = path.read_bytes()
    remarks = []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    elif b"\0" in data:
        raise AuthoringError(f"“{path.name}” is not a table of text.", "save it as CSV UTF-8 or as .xlsx")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
            remarks.append(f"“{path.name}” is not UTF-8 and was read as Windows-1252: look at its umlauts.")
    header = next((line for line in text.splitlines() if line.strip()), "")
    told = _DELIMITER.fullmatch(header)
    delimiter = told[1] if told else max(",;\t", key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    cells = [[cell.strip() for cell in row] for row in rows]
    if told:
        # An empty row, so that the numbers of the others stay those of the file.
        cells[next(number for number, row in enumerate(cells) if any(row))] = []
    return cells, remarks


def _cells_of_excel(path: Path) -> tuple[list[list[str]], list[str]]:
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as fault:
        sentence = "An Excel file needs the package openpyxl, which this Python does not have."
        hint = 'run python -m pip install "quizloader[excel]", or save the table as CSV UTF-8'
        raise AuthoringError(sentence, hint) from fault
    try:
        values = openpyxl.load_workbook(path, read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(path, read_only=True)
        pairs = zip(_rows(values.worksheets[0]), _rows(formulas.worksheets[0]), strict=True)
        cells = [[_cell(*both) for both in zip(*pair, strict=True)] for pair in pairs]
    except OSError:
        raise
    except (*_NO_EXCEL, InvalidFileException) as fault:
        raise AuthoringError(f"“{path.name}” is not an Excel file that can be read.") from fault
    names = values.sheetnames
    more = [f"Of “{path.name}” only the sheet “{names[0]}” is read."] if len(names) > 1 else []
    return cells, more


def _rows(sheet: "Worksheet") -> Iterator[tuple[object, ...]]:
    return sheet.iter_rows(values_only=True)


def _cell(value: object, formula: object) -> str:
    if value is None:
        return _FORMULA if isinstance(formula, str) and formula.startswith("=") else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return re.sub(r"\r\n?", "\n", str(value)).strip()
