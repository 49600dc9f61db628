"""Numbers: correlation within classes, and what readers differ by."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .. import agreement
from ..agreement import BlandAltman
from ..study_results import Item, Ratings
from . import charts
from .categories_section import ALL, MOST_CHARTS, AgreementTables, each_treatment
from .parts import Cell, Chart, Section, ShownTable, interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Numbers"
_MOST_PAIRS = 6
ICCS = {"ICC(2,1)": "icc_2_1", "ICC(3,1)": "icc_3_1", "ICC(2,k)": "icc_2_k"}


@dataclass(frozen=True, eq=False)
class Volume:
    """Of a region that a reader drew, in ml."""

    reader: str
    item: Item
    name: str
    ml: float

    @property
    def question(self) -> str:
        return f"Volume of {self.name} (ml)"


def volume_ratings(volumes: Sequence[Volume]) -> list[Ratings]:
    """The volumes of each region as a question with numbers."""
    found = []
    for question in dict.fromkeys(volume.question for volume in volumes):
        own = {(each.reader, each.item): each.ml for each in volumes if each.question == question}
        readers = sorted({reader for reader, _ in own}, key=str.casefold)
        items = list(dict.fromkeys(item for _, item in own))
        scores = np.array([[own.get((reader, item), np.nan) for item in items] for reader in readers])
        found.append(Ratings(question, "interval", tuple(readers), tuple(items), scores, {}))
    return found


def numbers_section(ratings: Sequence[Ratings], tables: AgreementTables) -> Section:
    """Of all questions that are answered by numbers, lengths and volumes among them."""
    section = Section(TITLE)
    questions = [each for each in ratings if each.scale == "interval" and len(each.readers) > 1]
    if not questions:
        section.parts.append("No question with numbers was answered by two readers.")
        return section
    summary: list[list[Cell]] = []
    for number, each in enumerate(questions):
        summary.append([each.question, len(each.readers), *_add_all(each, tables)])
        pairs = _add_pairs(each, tables)
        if number < MOST_CHARTS:
            section.parts.append(_readers_table(each))
            section.parts.append(_chart(number, each, pairs))
    header = ["Question", "Readers", "Cases of all", "ICC(2,1)", "95 %", "ICC(3,1)", "ICC(2,k)"]
    header += ["Krippendorff alpha", "95 %"]
    section.parts.insert(0, ShownTable("All readers together", header, summary, "agreement.csv"))
    return section


def _add_all(ratings: Ratings, tables: AgreementTables) -> list[Cell]:
    cells: list[Cell] = []
    for note, part in each_treatment(ratings):
        classes = agreement.intraclass_correlations(part.scores)
        for measure, name in ICCS.items():
            tables.add(part.question, measure, ALL, getattr(classes, name), note)
        alpha = agreement.krippendorff_alpha(part.scores, "interval")
        tables.add(part.question, "Krippendorff alpha, interval", ALL, alpha, note)
        if not note:
            single = classes.icc_2_1
            cells = [classes.n, single.value, interval(single.ci_low, single.ci_high)]
            cells += [classes.icc_3_1.value, classes.icc_2_k.value]
            cells += [alpha.value, interval(alpha.ci_low, alpha.ci_high)]
    return cells


def _add_pairs(ratings: Ratings, tables: AgreementTables) -> list[tuple[str, str, BlandAltman]]:
    pairs = []
    for one, other in combinations(range(len(ratings.readers)), 2):
        found = agreement.bland_altman(ratings.scores[one], ratings.scores[other])
        names = ratings.readers[one], ratings.readers[other]
        add_differences(ratings.question, names, 0, found, tables)
        pairs.append((*names, found))
    return pairs


def add_differences(
    question: str, readers: tuple[str, str], repetition: int, found: BlandAltman, tables: AgreementTables
) -> None:
    row: dict[str, Cell] = {
        "question": question,
        "reader_1": readers[0],
        "reader_2": readers[1],
        "repetition": repetition,
        "n": found.n,
    }
    for name in ("bias", "lower_limit", "upper_limit"):
        estimate = getattr(found, name)
        row |= {name: estimate.value, f"{name}_ci_low": estimate.ci_low, f"{name}_ci_high": estimate.ci_high}
    tables.bland_altman.append(row)


def _readers_table(ratings: Ratings) -> ShownTable:
    """What each reader differs from the mean of the others by: who measures too much is seen at once."""
    rows: list[list[Cell]] = []
    for number, reader in enumerate(ratings.readers):
        others = np.delete(ratings.scores, number, axis=0)
        known = ~np.isnan(others).all(axis=0)
        mean = np.full(ratings.scores.shape[1], np.nan)
        mean[known] = np.nanmean(others[:, known], axis=0)
        found = agreement.bland_altman(ratings.scores[number], mean)
        limits = interval(found.lower_limit.value, found.upper_limit.value)
        rows.append(
            [reader, found.n, found.bias.value, interval(found.bias.ci_low, found.bias.ci_high), limits]
        )
    header = ["Reader", "Cases", "Bias", "95 %", "Limits of agreement"]
    return ShownTable(f"{ratings.question}: each reader minus the mean of the others", header, rows)


def _chart(number: int, ratings: Ratings, pairs: Sequence[tuple[str, str, BlandAltman]]) -> Chart:
    widest = sorted(pairs, key=lambda pair: -_spread(pair[2]))[:_MOST_PAIRS]
    which = "" if len(widest) == len(pairs) else f", the {len(widest)} of {len(pairs)} that differ most"

    def draw() -> "Figure":
        figure, axes = charts.panels(len(widest), share=True)
        for place, (one, other, found) in zip(axes, widest, strict=True):
            place.plot(found.means, found.differences, ".", color=charts.COLORS[0], markersize=4)
            for estimate, style in ((found.bias, "-"), (found.lower_limit, "--"), (found.upper_limit, "--")):
                if not math.isnan(estimate.value):
                    place.axhline(estimate.value, color=charts.COLORS[1], linestyle=style, linewidth=1)
            place.axhline(0, color="#999999", linewidth=0.6)
            place.set_title(f"{charts.plain(one, 16)} − {charts.plain(other, 16)}", fontsize=8.5)
        figure.supxlabel("Mean of both")
        figure.supylabel("Difference")
        return figure

    title = f"{ratings.question}: differences of pairs (Bland and Altman){which}"
    return Chart(f"differences_{number + 1}", title, draw)


def _spread(found: BlandAltman) -> float:
    value = abs(found.bias.value) + 2 * found.deviation
    return 0.0 if math.isnan(value) else value
