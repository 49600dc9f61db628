"""How well readers do against the truth of the cases."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .. import performance
from ..estimates import Estimate
from ..performance import Readings
from ..performance.modalities import Measure
from ..study_results import LeftOut, Ratings, StudyResults
from . import charts
from .categories_section import ALL, MOST_TREATMENTS
from .localization_part import add_localizations
from .modality_tables import PerformanceRows, add_analysis
from .parts import Cell, Chart, DataTable, ReportOptions, Section, ShownTable, counted, interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Performance"
NO_TRUTH = "the truth of this case is not known, so it does not count for performance"
ANOTHER_TREATMENT = (
    "the same reader has another score of this case and question in another treatment, and so many "
    "treatments count as one for performance"
)
_YES_OR_NO = {"Y": 1.0, "N": 0.0}


def performance_section(results: StudyResults, options: ReportOptions) -> Section:
    section = Section(TITLE)
    _add_scores(section, results)
    if not results.truth:
        sentence = "The truth of the cases is not known, so nothing is said of performance."
        hint = "Give it as a table with the columns case and truth (--truth), or by an answer key (--key)."
        section.parts.append(f"{sentence} {hint}")
        return section
    rows = PerformanceRows()
    for number, ratings in enumerate(results.ratings):
        _add_question(section, number, ratings, results, options, rows)
    if not results.ratings:
        section.parts.append("No question has scores.")
    add_localizations(section, results, rows)
    section.tables += rows.tables()
    return section


def _add_scores(section: Section, results: StudyResults) -> None:
    """What right answers, drawings and marks score by the answer key."""
    if not results.scores:
        return
    section.tables.append(DataTable("scores.csv", results.scores))
    shown: list[list[Cell]] = [
        [row["reader"], row["quiz"], float(row["score"]), float(row["of"]), f"{float(row['percent']):.0f} %"]
        for row in results.score_totals
    ]
    header = ["Reader", "Quiz", "Score", "Of", "Right"]
    section.parts.append(ShownTable("Scores by the answer key", header, shown, "scores.csv"))


def readings_of(ratings: Ratings, results: StudyResults, left_out: list[LeftOut]) -> Readings | None:
    """The scores of the cases whose truth is known; None where there are none. Many treatments are no
    modalities but titles of pages: all are one then, in which the first score of a case counts. The other
    scores go to ``left_out``."""
    cases = list(dict.fromkeys(item.case for item in ratings.items))
    truths = {
        case: truth for case in cases if (truth := results.truth_of(case, ratings.question)) is not None
    }
    if not truths:
        return None
    are_modalities = len(ratings.treatments) <= MOST_TREATMENTS
    modalities = sorted(ratings.treatments) if are_modalities else [""]
    place = {case: number for number, case in enumerate(truths)}
    scores = np.full((len(modalities), len(ratings.readers), len(truths)), np.nan)
    for item, given in zip(ratings.items, ratings.scores.T, strict=True):
        if item.case in place:
            modality = modalities.index(item.treatment) if are_modalities else 0
            own = scores[modality, :, place[item.case]]
            is_left_out, reason = ~np.isnan(own) & ~np.isnan(given), ANOTHER_TREATMENT
            np.copyto(own, given, where=np.isnan(own))
        else:
            is_left_out, reason = ~np.isnan(given), NO_TRUTH
        left_out += (
            LeftOut(ratings.readers[reader], "", "", item, ratings.question, reason)
            for reader in np.flatnonzero(is_left_out)
        )
    is_positive = np.array([truth == 1 for truth in truths.values()])
    return Readings(tuple(modalities), ratings.readers, tuple(truths), is_positive, scores)


def _add_question(
    section: Section,
    number: int,
    ratings: Ratings,
    results: StudyResults,
    options: ReportOptions,
    rows: PerformanceRows,
) -> None:
    name = ratings.question
    is_call = ratings.scale == "nominal" and set(ratings.words.values()) <= set(_YES_OR_NO)
    if ratings.scale == "nominal" and not is_call:
        section.parts.append(f"“{name}” has categories without order, so it is no rating.")
        return
    left_out: list[LeftOut] = []
    readings = readings_of(_calls(ratings) if is_call else ratings, results, left_out)
    if readings is None:
        section.parts.append(f"“{name}” has no case whose truth is known.")
        return
    section.left_out += left_out
    section.parts += _left_out_sentences(name, left_out)
    if readings.truth.all() or not readings.truth.any():
        which = "positive" if readings.truth.all() else "negative"
        section.parts.append(f"“{name}”: all cases are {which}, so areas under curves are undefined.")
    threshold = 1.0 if is_call else options.threshold
    if not is_call:
        _add_areas(section, number, name, readings, rows)
    if threshold is None:
        section.parts.append(
            f"“{name}” has no sensitivity, since it is not said which scores count as positive (--threshold)."
        )
    else:
        _add_rates(section, name, readings.called(threshold), threshold, rows)
    stem = f"{number + 1}_{re.sub(r'[^A-Za-z0-9]+', '_', name)[:30]}"
    section.files[f"imrmc/{stem}.imrmc"] = performance.imrmc_text(readings, name).encode()
    section.files[f"rjafroc/{stem}.xlsx"] = performance.rjafroc_workbook(readings)


def _calls(ratings: Ratings) -> Ratings:
    """1 for yes and 0 for no: the options Y and N of a Radio are scored by their places."""
    scores = np.full_like(ratings.scores, np.nan)
    for score, word in ratings.words.items():
        scores[ratings.scores == score] = _YES_OR_NO[word]
    return replace(ratings, scores=scores)


def _left_out_sentences(name: str, left_out: Sequence[LeftOut]) -> Iterator[str]:
    unknown = len({each.item.case for each in left_out if each.reason == NO_TRUTH})
    if unknown:
        truth = f"the truth of {counted(unknown, 'case')} is not known"
        yield f"“{name}”: {truth}, so what readers answered there does not count here (left_out.csv)."
    again = sum(each.reason == ANOTHER_TREATMENT for each in left_out)
    if again:
        does = "does" if again == 1 else "do"
        yield (
            f"“{name}”: more than {MOST_TREATMENTS} treatments are taken for one modality, in which a "
            f"reader's first score of a case counts; {counted(again, 'score')} {does} not (left_out.csv)."
        )


def _add_areas(section: Section, number: int, name: str, readings: Readings, rows: PerformanceRows) -> None:
    shown: list[list[Cell]] = []
    for m, modality in enumerate(readings.modalities):
        for r, reader in enumerate(readings.readers):
            if np.isnan(readings.scores[m, r]).all():
                continue
            area = performance.empirical_auc(readings.scores[m, r], readings.truth)
            rows.areas.append(
                {
                    "question": name,
                    "reader": reader,
                    "modality": modality,
                    "n_positive": area.n_positive,
                    "n_negative": area.n_negative,
                    "auc": area.auc,
                    "se": area.se,
                    "ci_low": area.ci_low,
                    "ci_high": area.ci_high,
                }
            )
            counts = f"{area.n_positive} and {area.n_negative}"
            shown.append([reader, modality, counts, area.auc, interval(area.ci_low, area.ci_high)])
    header = ["Reader", "Modality", "Positive and negative", "AUC", "95 %"]
    section.parts.append(ShownTable(f"{name}: areas under ROC curves", header, shown, "auc.csv"))
    section.parts.append(
        Chart(f"roc_{number + 1}", f"{name}: ROC curves of the readers", lambda: _curves(readings))
    )
    add_analysis(section, name, performance.compare_modalities(readings), rows)


def _add_rates(section: Section, name: str, calls: Readings, threshold: float, rows: PerformanceRows) -> None:
    shown: list[list[Cell]] = []

    def add(measure: str, reader: str, modality: str, estimate: Estimate) -> None:
        shown.append(rows.add_rate(name, measure, reader, modality, estimate, threshold))

    for m, modality in enumerate(calls.modalities):
        scores, truth = calls.scores[m], calls.truth
        for r, reader in enumerate(calls.readers):
            if not np.isnan(scores[r]).all():
                add("sensitivity", reader, modality, performance.sensitivity(scores[r], truth))
                add("specificity", reader, modality, performance.specificity(scores[r], truth))
        add("sensitivity", ALL, modality, performance.mean_rate(scores, truth))
        add("specificity", ALL, modality, performance.mean_rate(1 - scores, ~truth))
    header = ["Measure", "Reader", "Modality", "Cases", "Estimate", "95 %"]
    title = f"{name}: sensitivity and specificity, positive from {threshold:g}"
    section.parts.append(ShownTable(title, header, shown, "rates.csv"))
    measures: Sequence[Measure] = ("sensitivity", "specificity")
    for measure in measures:
        analysis = performance.compare_modalities(calls, measure, "jackknife")
        add_analysis(section, name, analysis, rows)


def _curves(readings: Readings) -> "Figure":
    figure, axes = charts.panels(len(readings.modalities), share=True)
    for m, place in enumerate(axes):
        for r, reader in enumerate(readings.readers):
            scores = readings.scores[m, r]
            known = readings.truth[~np.isnan(scores)]
            if known.any() and not known.all():
                false, true = performance.roc_points(scores, readings.truth)
                place.plot(false, true, color=charts.color(r), linewidth=1.1, label=charts.plain(reader, 16))
        place.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=0.6)
        place.set_aspect("equal")
        place.set_title(charts.plain(readings.modalities[m]), fontsize=8.5)
    if 1 < len(readings.readers) <= 12:
        axes[0].legend(fontsize=6.5, loc="lower right")
    figure.supxlabel("False positive rate")
    figure.supylabel("True positive rate")
    return figure
