"""Readings as files for RJafroc and iMRMC."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

import numpy as np

from .localization import LocalizedReadings
from .readings import Readings

Cell = str | int | float

_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def imrmc_text(readings: Readings, title: str) -> str:
    """An ``.imrmc`` file: how many there are of each, the truth of each case, then each score.

    References
    ----------
    The iMRMC software of the U.S. Food and Drug Administration, user guide, format of input files.
    """
    positives = int(readings.truth.sum())
    lines = [
        " ".join(title.split()),
        f"N0: {len(readings.cases) - positives}",
        f"N1: {positives}",
        f"NR: {len(readings.readers)}",
        f"NM: {len(readings.modalities)}",
        "",
        "BEGIN DATA:",
    ]
    modalities, readers, cases = map(_plain, (readings.modalities, readings.readers, readings.cases))
    lines += [f"-1,{case},0,{int(true)}" for case, true in zip(cases, readings.truth, strict=True)]
    for m, r, c in np.argwhere(~np.isnan(readings.scores)):
        lines.append(f"{readers[r]},{cases[c]},{modalities[m]},{readings.scores[m, r, c]:.12g}")
    return "\n".join(lines) + "\n"


def rjafroc_workbook(readings: Readings | LocalizedReadings) -> bytes:
    """An ``.xlsx`` file with RJafroc's sheets TRUTH, TP and FP, for ``DfReadDataFile``.

    Cases have numbers from 1 in it, as RJafroc wants; the sheet CASES has their names. A score of a case
    without a place is a mark on its one lesion, or on nothing.
    """
    if isinstance(readings, Readings):
        readings = _as_marks(readings)
    readers, modalities = _plain(readings.readers), _plain(readings.modalities)
    numbers = _numbers_in_cases(readings)
    truth: list[Sequence[Cell]] = [("CaseID", "LesionID", "Weight")]
    counts = np.bincount(readings.lesion_cases, minlength=len(readings.cases))
    truth += [(int(case) + 1, 0, 0) for case in np.flatnonzero(counts == 0)]
    truth += [
        (int(case) + 1, number, float(1 / counts[case]))
        for case, number in zip(readings.lesion_cases, numbers, strict=True)
    ]
    hits: list[Sequence[Cell]] = [("ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating")]
    for m, r, lesion in np.argwhere(np.isfinite(readings.hits)):
        case, rating = int(readings.lesion_cases[lesion]) + 1, float(readings.hits[m, r, lesion])
        hits.append((readers[r], modalities[m], case, numbers[lesion], rating))
    false: list[Sequence[Cell]] = [("ReaderID", "ModalityID", "CaseID", "FP_Rating")]
    for (m, r, case), rating in zip(readings.false_places, readings.false_ratings, strict=True):
        false.append((readers[r], modalities[m], int(case) + 1, float(rating)))
    names: list[Sequence[Cell]] = [("CaseID", "Name")]
    names += [(case + 1, name) for case, name in enumerate(_plain(readings.cases))]
    return _workbook({"TP": hits, "FP": false, "TRUTH": truth, "CASES": names})


def _plain(names: Sequence[str]) -> list[str]:
    """Without the commas that part columns and without control characters; 1 for the one without a name."""
    return [" ".join(re.sub(r"[\x00-\x1f,]", " ", name).split()) or "1" for name in names]


def _as_marks(readings: Readings) -> LocalizedReadings:
    positives = np.flatnonzero(readings.truth)
    scores = readings.scores[:, :, positives]
    places = np.argwhere(~np.isnan(np.where(readings.truth, np.nan, readings.scores)))
    return LocalizedReadings(
        modalities=readings.modalities,
        readers=readings.readers,
        cases=readings.cases,
        was_read=~np.isnan(readings.scores),
        lesion_cases=positives,
        lesion_ratings=np.where(np.isnan(scores), -np.inf, scores),
        false_places=places,
        false_ratings=readings.scores[tuple(places.T)],
    )


def _numbers_in_cases(readings: LocalizedReadings) -> list[int]:
    """Each lesion's number among those of its case, from 1."""
    return [
        int((readings.lesion_cases[: lesion + 1] == case).sum())
        for lesion, case in enumerate(readings.lesion_cases)
    ]


def _workbook(sheets: dict[str, Sequence[Sequence[Cell]]]) -> bytes:
    """An Excel file of Office Open XML (ECMA-376) with these sheets, texts and numbers only."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheets):
            # A fixed date: the same readings make the same file.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), _HEAD + text, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _parts(sheets: dict[str, Sequence[Sequence[Cell]]]) -> Iterable[tuple[str, str]]:
    numbers = range(1, len(sheets) + 1)
    overrides = [("workbook", "sheet.main"), *((f"worksheets/sheet{n}", "worksheet") for n in numbers)]
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_SHEET_TYPE}.{kind}+xml"/>'
        for part, kind in overrides
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    yield (
        "xl/_rels/workbook.xml.rels",
        _relations([("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]),
    )
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, sheets, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_RELATIONS}"><sheets>{entries}</sheets></workbook>',
    )
    for n, rows in zip(numbers, sheets.values(), strict=True):
        body = "".join(_row(number, row) for number, row in enumerate(rows, start=1))
        yield (
            f"xl/worksheets/sheet{n}.xml",
            f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>{body}</sheetData></worksheet>',
        )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


def _row(number: int, row: Sequence[Cell]) -> str:
    cells = "".join(_cell(f"{letter}{number}", value) for letter, value in zip("ABCDE", row, strict=False))
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Cell) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'
