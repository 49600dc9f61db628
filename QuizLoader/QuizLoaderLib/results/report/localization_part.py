"""How well readers find lesions: FROC, AFROC and LROC of marks."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .. import performance
from ..estimates import Estimate
from ..performance import LocalizedReadings, PairedCase
from ..study_results import NOTHING_AGAIN, LeftOut, MarkedReading, StudyResults
from . import charts
from .categories_section import MOST_TREATMENTS
from .modality_tables import PerformanceRows, add_analysis
from .parts import Chart, Section, ShownTable, counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OTHER_LESIONS = "the case has other lesions on the page of another treatment"

_Points = Callable[[LocalizedReadings, int, int], tuple[np.ndarray, np.ndarray]]
_CURVES: tuple[tuple[str, str, _Points, str, str], ...] = (
    ("froc", "FROC curves", performance.froc_points, "False marks per case", "Lesions marked"),
    ("afroc", "AFROC curves", performance.afroc_points, "Cases with a false mark", "Lesions marked"),
    ("lroc", "LROC curves", performance.lroc_points, "False positive rate", "Correct localizations"),
)
"""Of each the name, the title, the points and the axes."""


def add_localizations(section: Section, results: StudyResults, rows: PerformanceRows) -> None:
    """What is told of each Mark question whose lesions are known."""
    names = dict.fromkeys(reading.question for reading in results.marks)
    if not names:
        section.parts.append(
            "No marks are compared with lesions, so nothing is said of localization (FROC, LROC)."
        )
    for number, name in enumerate(names, start=1):
        own = [reading for reading in results.marks if reading.question == name]
        _add_question(section, number, name, own, rows)


def _add_question(
    section: Section, number: int, name: str, marked: Sequence[MarkedReading], rows: PerformanceRows
) -> None:
    readings = _localized(marked, section.left_out)
    if unrated := sum(reading.unrated for reading in marked):
        do = "does" if unrated == 1 else "do"
        section.parts.append(f"“{name}”: {counted(unrated, 'mark')} without a rating {do} not count.")
    is_rated = all(reading.is_rated for reading in marked)
    _add_rates(section, name, readings, rows, is_rated)
    if not is_rated:
        section.parts.append(f"“{name}”: marks have no rating, so there are no FROC, AFROC and LROC curves.")
        return
    if not readings.truth.any():
        section.parts.append(f"“{name}”: no case has a lesion, so there are no curves.")
        return
    for stem, title, points, across, up in _CURVES:
        section.parts.append(
            Chart(
                f"{stem}_{number}",
                f"{name}: {title} of the readers",
                partial(_curves, readings, points, across, up),
            )
        )
    for measure in ("jafroc1", "lroc"):
        add_analysis(section, name, performance.compare_localizations(readings, measure), rows)
    stem = f"marks_{number}_{re.sub(r'[^A-Za-z0-9]+', '_', name)[:30]}"
    section.files[f"rjafroc/{stem}.xlsx"] = performance.rjafroc_workbook(readings)


def _localized(marked: Sequence[MarkedReading], left_out: list[LeftOut]) -> LocalizedReadings:
    """Of two readings of a case by one reader in one modality the first counts; the others go to
    ``left_out``. Many treatments are titles of pages: all are one modality then. A case has the same lesions
    in all modalities, in whatever files."""
    treatments = {reading.item.treatment for reading in marked}
    lesions: dict[str, tuple[str, ...]] = {}
    paired: dict[tuple[str, str, str], PairedCase] = {}
    for one in sorted(marked, key=lambda one: one.item.treatment):
        modality = one.item.treatment if len(treatments) <= MOST_TREATMENTS else ""
        place = modality, one.reader, one.item.case
        reason = NOTHING_AGAIN if place in paired else ""
        if _are_others(lesions.setdefault(one.item.case, one.lesions), one.lesions):
            reason = OTHER_LESIONS
        if reason:
            left_out.append(LeftOut(one.reader, "", "", one.item, one.question, reason))
            continue
        ratings = np.array(one.lesion_ratings, float), np.array(one.false_ratings, float)
        paired[place] = PairedCase(*place, *ratings)
    counts = {case: len(names) for case, names in lesions.items()}
    return LocalizedReadings.paired(list(paired.values()), counts)


def _are_others(some: Sequence[str], others: Sequence[str]) -> bool:
    """Lesions without a name are told apart by their number alone."""
    are_named = all(some) and all(others)
    return len(some) != len(others) or (are_named and sorted(some) != sorted(others))


def _add_rates(
    section: Section, name: str, readings: LocalizedReadings, rows: PerformanceRows, is_rated: bool
) -> None:
    shown = [rows.add_rate(name, *rate) for rate in _rates(readings, is_rated)]
    header = ["Measure", "Reader", "Modality", "Lesions or cases", "Estimate", "95 %"]
    section.parts.append(ShownTable(f"{name}: lesions found", header, shown, "rates.csv"))


def _rates(readings: LocalizedReadings, is_rated: bool) -> Iterator[tuple[str, str, str, Estimate]]:
    figures = performance.jafroc1(readings)
    for m, modality in enumerate(readings.modalities):
        for r, reader in enumerate(readings.readers):
            cases = int(readings.was_read[m, r].sum())
            if not cases:
                continue
            yield "lesions marked", reader, modality, performance.lesion_rate(readings, m, r)
            yield "false marks per case", reader, modality, performance.false_positive_rate(readings, m, r)
            if is_rated:
                yield "correct localizations", reader, modality, performance.lroc_rate(readings, m, r)
                yield "JAFROC1", reader, modality, Estimate(float(figures[m, r]), n=cases)


def _curves(readings: LocalizedReadings, points: _Points, across: str, up: str) -> "Figure":
    figure, axes = charts.panels(len(readings.modalities), share=True)
    for m, place in enumerate(axes):
        for r, reader in enumerate(readings.readers):
            if readings.was_read[m, r].any():
                label = charts.plain(reader, 16)
                place.plot(*points(readings, m, r), color=charts.color(r), linewidth=1.1, label=label)
        place.set_ylim(-0.03, 1.03)
        place.set_title(charts.plain(readings.modalities[m]), fontsize=8.5)
    if 1 < len(readings.readers) <= 12:
        axes[0].legend(fontsize=6.5, loc="lower right")
    figure.supxlabel(across)
    figure.supylabel(up)
    return figure
