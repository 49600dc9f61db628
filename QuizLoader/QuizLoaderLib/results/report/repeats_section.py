"""How far readers agree with themselves, where pages were read again."""

import numpy as np

from .. import agreement
from ..study_results import Ratings, StudyResults
from .categories_section import AgreementTables, add_pair, is_category, places
from .numbers_section import add_differences
from .parts import Cell, Section, ShownTable

TITLE = "The same reader again"


def repeats_section(results: StudyResults, tables: AgreementTables) -> Section:
    section = Section(TITLE)
    shown: list[list[Cell]] = []
    for ratings in results.ratings:
        for repetition, again in enumerate(ratings.repeated, start=1):
            for number, reader in enumerate(ratings.readers):
                if not np.isnan(ratings.scores[number] + again[number]).all():
                    shown.append(
                        _add_reader(ratings, number, repetition, f"{reader}, again {repetition}", tables)
                    )
    if shown:
        header = ["Question", "Reader", "Cases", "Measure", "Estimate"]
        section.parts.append(ShownTable("First answers and repetitions", header, shown, "agreement.csv"))
    else:
        section.parts.append("No question was answered again by the same reader.")
    return section


def _add_reader(
    ratings: Ratings, number: int, repetition: int, readers: str, tables: AgreementTables
) -> list[Cell]:
    again = ratings.repeated[repetition - 1]
    if is_category(ratings):
        both = Ratings(
            ratings.question,
            ratings.scale,
            (readers, readers),
            ratings.items,
            np.stack([ratings.scores[number], again[number]]),
            ratings.words,
        )
        codes, count, _ = places(both)
        kappa = add_pair(ratings, codes[0], codes[1], count, readers, tables)
        return [ratings.question, readers, kappa.n, "Cohen kappa", kappa.value]
    pair = np.stack([ratings.scores[number], again[number]])
    correlation = agreement.intraclass_correlations(pair).icc_2_1
    tables.add(ratings.question, "ICC(2,1)", readers, correlation)
    found = agreement.bland_altman(pair[0], pair[1])
    reader = ratings.readers[number]
    add_differences(ratings.question, (reader, reader), repetition, found, tables)
    return [ratings.question, readers, correlation.n, "ICC(2,1)", correlation.value]
