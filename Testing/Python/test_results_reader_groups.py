"""Modalities that were read by groups of readers of their own."""

import numpy as np
import pytest
from QuizLoaderLib.results.performance import Readings, compare_modalities
from scipy.stats import f, ttest_ind
from studies_by_chance import null_study
from test_results_performance import chosen


def grouped(readings: Readings, groups: tuple[int, ...]) -> Readings:
    """As if so many readers had read the first modality only, the next ones the second, and so on."""
    scores = np.full((len(groups), sum(groups), len(readings.cases)), np.nan)
    first = 0
    for modality, count in enumerate(groups):
        own = slice(first, first + count)
        scores[modality, own] = readings.scores[modality % 2, own]
        first += count
    names = tuple(f"modality {number}" for number in range(len(groups)))
    return Readings(names, readings.readers, readings.cases, readings.truth, scores)


def test_with_fixed_cases_groups_are_compared_as_by_student():
    readings = grouped(null_study(np.random.default_rng(1), readers=7), (4, 3))

    found = compare_modalities(readings)

    first, second = found.estimates[0, :4], found.estimates[1, 4:]
    expected = ttest_ind(first, second)
    difference = chosen(found, "random", "fixed", "modality 0", "modality 1")
    assert difference.statistic == pytest.approx(expected.statistic)
    assert (difference.p, difference.df) == (pytest.approx(expected.pvalue), 5)
    assert chosen(found, "random", "fixed", "all").p == pytest.approx(expected.pvalue)
    assert found.readers == readings.readers
    assert found.notes == (
        "Each reader has read one modality, so modalities are compared between groups of readers.",
    )


def test_with_random_cases_what_readers_of_a_group_share_is_added():
    """Hillis 2014, readers nested in tests: F, with two groups of five."""
    found = compare_modalities(grouped(null_study(np.random.default_rng(2), readers=10), (5, 5)))

    parts, test = found.components, chosen(found, "random", "random", "all")
    groups = found.estimates[0, :5], found.estimates[1, 5:]
    between = 5 * np.var([group.mean() for group in groups], ddof=1)
    within = np.mean([group.var(ddof=1) for group in groups])
    whole = within + 5 * max(parts.cov2 - parts.cov3, 0)
    assert parts.error > parts.cov2 > parts.cov3 > 0
    assert test.statistic == pytest.approx(between / whole)
    assert test.df2 == pytest.approx(whole**2 / (within**2 / 8))
    assert test.p == pytest.approx(f.sf(between / whole, 1, test.df2))
    assert test.p == pytest.approx(chosen(found, "random", "random", "modality 0", "modality 1").p)
    assert np.isnan(parts.cov1) and np.isnan(parts.treatment_reader)


def test_three_groups_have_a_test_of_all_and_three_of_two():
    found = compare_modalities(grouped(null_study(np.random.default_rng(3), readers=9), (3, 2, 4)))

    assert len(found.comparisons) == 3 * (1 + 3 + 3)
    assert chosen(found, "random", "fixed", "all").df2 == 6
    assert all(np.isfinite(row.p) for row in found.comparisons if row.modality_2)


def test_groups_that_do_not_differ_are_told_apart_as_rarely_as_asked_for():
    random = np.random.default_rng(2014)
    rejected = sum(
        compare_modalities(grouped(null_study(random, readers=10), (5, 5))).comparisons[0].p < 0.05
        for _ in range(200)
    )

    assert rejected / 200 == pytest.approx(0.05, abs=0.035)


def test_one_reader_is_no_group():
    found = compare_modalities(grouped(null_study(np.random.default_rng(4), readers=3), (2, 1)))

    assert found.comparisons == ()
    assert len(found.notes) == 3
