"""Categories: how often readers choose the same, and beyond chance."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .. import agreement
from ..agreement.alpha import Level
from ..agreement.categories import Weights
from ..estimates import Estimate
from ..study_results import ANSWER_KEY, Ratings, StudyResults
from . import charts
from .parts import Cell, Chart, DataTable, Section, ShownTable, interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Categories"
MOST_CHARTS = 12
MOST_TREATMENTS = 8
"""More are not told one by one: they are probably titles of pages."""
ALL = "all"
KAPPAS: dict[str, Weights] = {
    "Cohen kappa": "none",
    "Cohen kappa, linear": "linear",
    "Cohen kappa, quadratic": "quadratic",
}


@dataclass
class AgreementTables:
    """The rows of the tables that the sections of agreement share."""

    agreement: list[dict[str, Cell]] = field(default_factory=list)
    confusion: list[dict[str, Cell]] = field(default_factory=list)
    bland_altman: list[dict[str, Cell]] = field(default_factory=list)

    def add(self, question: str, measure: str, readers: str, estimate: Estimate, note: str = "") -> None:
        self.agreement.append(
            {
                "question": question,
                "measure": measure,
                "readers": readers,
                "n": estimate.n,
                "estimate": estimate.value,
                "ci_low": estimate.ci_low,
                "ci_high": estimate.ci_high,
                "note": " ".join(filter(None, (note, estimate.note))),
            }
        )

    def data_tables(self) -> list[DataTable]:
        files = {
            "agreement.csv": self.agreement,
            "confusion.csv": self.confusion,
            "bland_altman.csv": self.bland_altman,
        }
        return [DataTable(file, rows) for file, rows in files.items() if rows]


def is_category(ratings: Ratings) -> bool:
    return ratings.scale in ("nominal", "ordinal")


def categories_section(results: StudyResults, tables: AgreementTables) -> Section:
    section = Section(TITLE, _add_key(results, tables))
    questions = [each for each in results.ratings if is_category(each) and len(each.readers) > 1]
    if not questions:
        section.parts.append("No question with categories was answered by two readers.")
        return section
    summary: list[list[Cell]] = []
    for number, ratings in enumerate(questions):
        alone = _add_all(ratings, tables)
        summary.append([ratings.question, len(ratings.readers), *alone])
        kappas = _add_pairs(ratings, tables)
        if number < MOST_CHARTS:
            section.parts += _reader_table(ratings, kappas)
            section.parts.append(_chart(number, ratings, kappas))
    header = ["Question", "Readers", "Cases", "Agree", "Fleiss kappa", "95 %", "Krippendorff alpha", "95 %"]
    section.parts.insert(0, ShownTable("All readers together", header, summary, "agreement.csv"))
    if len(questions) > MOST_CHARTS:
        section.parts.append(f"The other {len(questions) - MOST_CHARTS} questions are in agreement.csv.")
    return section


def places(ratings: Ratings) -> tuple[np.ndarray, int, list[float]]:
    """The scores as places of categories (readers, items), how many there are, and their scores.

    Whole numbers in order have a place each from the least to the greatest, so that one which nobody chose
    still keeps its neighbours apart.
    """
    found = np.unique(ratings.scores[~np.isnan(ratings.scores)])
    if not len(found):
        return ratings.scores, 1, []
    if ratings.scale == "ordinal" and (found == np.round(found)).all() and np.ptp(found) < 100:
        found = np.arange(found[0], found[-1] + 1)
    codes = np.searchsorted(found, ratings.scores).astype(float)
    codes[np.isnan(ratings.scores)] = np.nan
    return codes, len(found), found.tolist()


def each_treatment(ratings: Ratings) -> Iterator[tuple[str, Ratings]]:
    """All together, then each treatment alone where there are a few."""
    yield "", ratings
    if 1 < len(ratings.treatments) <= MOST_TREATMENTS:
        for treatment in ratings.treatments:
            yield f"{treatment} alone.", ratings.of_treatment(treatment)


def _add_all(ratings: Ratings, tables: AgreementTables) -> list[Cell]:
    """The rows of all readers; gives the cells of the summary."""
    level: Level = "ordinal" if ratings.scale == "ordinal" else "nominal"
    cells: list[Cell] = []
    for note, part in each_treatment(ratings):
        codes, count, _ = places(part)
        share = agreement.mean_percent_agreement(codes)
        kappa = agreement.fleiss_kappa(codes, count)
        alpha = agreement.krippendorff_alpha(part.scores, level)
        tables.add(part.question, "agreement of pairs", ALL, share, note)
        tables.add(part.question, "Fleiss kappa", ALL, kappa, note)
        tables.add(part.question, f"Krippendorff alpha, {level}", ALL, alpha, note)
        if not note:
            agree = None if np.isnan(share.value) else f"{share.value:.0%}"
            cells = [share.n, agree, kappa.value, interval(kappa.ci_low, kappa.ci_high)]
            cells += [alpha.value, interval(alpha.ci_low, alpha.ci_high)]
    return cells


def _add_pairs(ratings: Ratings, tables: AgreementTables) -> np.ndarray:
    """The rows of each pair; gives the kappas (readers, readers), quadratic where categories are in order."""
    codes, count, scores = places(ratings)
    kappas = np.full((len(ratings.readers), len(ratings.readers)), np.nan)
    for one, other in combinations(range(len(ratings.readers)), 2):
        pair = ratings.readers[one], ratings.readers[other]
        last = add_pair(ratings, codes[one], codes[other], count, " / ".join(pair), tables)
        kappas[one, other] = kappas[other, one] = last.value
        _add_confusion(ratings, agreement.confusion(codes[one], codes[other], count), scores, pair, tables)
    return kappas


def _add_confusion(
    ratings: Ratings, table: np.ndarray, scores: list[float], pair: tuple[str, str], tables: AgreementTables
) -> None:
    for row, column in zip(*np.nonzero(table), strict=True):
        tables.confusion.append(
            {
                "question": ratings.question,
                "reader_1": pair[0],
                "reader_2": pair[1],
                "category_1": _word(ratings, scores[row]),
                "category_2": _word(ratings, scores[column]),
                "count": int(table[row, column]),
            }
        )


def _add_key(results: StudyResults, tables: AgreementTables) -> list[str | ShownTable | Chart]:
    """The rows of each reader with the answer key; gives what is shown of them."""
    shown: list[list[Cell]] = []
    for ratings in filter(is_category, results.with_key):
        codes, count, scores = places(ratings)
        key = ratings.readers.index(ANSWER_KEY)
        for number, reader in enumerate(ratings.readers):
            if number == key:
                continue
            pair = reader, ANSWER_KEY
            kappa = add_pair(ratings, codes[number], codes[key], count, " / ".join(pair), tables)
            share = agreement.percent_agreement(codes[number], codes[key])
            table = agreement.confusion(codes[number], codes[key], count)
            _add_confusion(ratings, table, scores, pair, tables)
            agree = None if np.isnan(share.value) else f"{share.value:.0%}"
            low_high = interval(kappa.ci_low, kappa.ci_high)
            shown.append([ratings.question, reader, share.n, agree, kappa.value, low_high])
    header = ["Question", "Reader", "Cases", "Right", "Cohen kappa", "95 %"]
    title = "Each reader and the answer key (quadratic kappa where categories are in order)"
    return [ShownTable(title, header, shown, "agreement.csv")] if shown else []


def add_pair(
    ratings: Ratings, first: np.ndarray, second: np.ndarray, count: int, readers: str, tables: AgreementTables
) -> Estimate:
    """The rows of two readers' places; gives the last kappa."""
    tables.add(ratings.question, "agreement", readers, agreement.percent_agreement(first, second))
    last = Estimate(float("nan"))
    for measure, weights in KAPPAS.items():
        if weights == "none" or ratings.scale == "ordinal":
            last = agreement.cohen_kappa(first, second, count, weights)
            tables.add(ratings.question, measure, readers, last)
    return last


def _word(ratings: Ratings, score: float) -> str:
    return ratings.words.get(score) or f"{score:g}"


def _reader_table(ratings: Ratings, kappas: np.ndarray) -> list[str | ShownTable | Chart]:
    """How well each reader agrees with the others: an outlier is seen at once."""
    known = [row[~np.isnan(row)] for row in kappas]
    rows: list[list[Cell]] = [
        [reader, float(np.mean(row)), float(np.min(row)), float(np.max(row))]
        for reader, row in zip(ratings.readers, known, strict=True)
        if len(row)
    ]
    if len(rows) < 3:
        return []
    means = [float(str(row[1])) for row in rows]
    odd = frozenset(n for n, mean in enumerate(means) if mean < np.median(means) - 0.2)
    kappa = "quadratic kappa" if ratings.scale == "ordinal" else "kappa"
    header = ["Reader", "Mean", "Lowest", "Highest"]
    title = f"{ratings.question}: each reader's Cohen {kappa} with the others"
    return [ShownTable(title, header, rows, "agreement.csv", odd)]


def _chart(number: int, ratings: Ratings, kappas: np.ndarray) -> Chart:
    def draw() -> "Figure":
        side = min(7.0, max(3.2, 0.45 * len(ratings.readers) + 1.6))
        figure = charts.new_figure(side, side)
        charts.matrix(
            figure.subplots(), kappas, ratings.readers, ratings.question, min(0.0, _least(kappas)), 1.0
        )
        return figure

    kappa = "quadratic kappa" if ratings.scale == "ordinal" else "kappa"
    return Chart(f"kappa_{number + 1}", f"{ratings.question}: Cohen {kappa} of each pair", draw)


def _least(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.min()) if len(known) else 0.0
