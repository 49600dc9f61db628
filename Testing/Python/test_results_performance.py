"""How well readers do, against published results of multi-reader multi-case studies."""

import csv

import numpy as np
import pytest
from QuizLoaderLib.results.performance import (
    Comparison,
    ModalityAnalysis,
    Readings,
    compare_modalities,
    empirical_auc,
    mean_rate,
    roc_points,
    sensitivity,
    specificity,
)
from QuizLoaderLib.results.performance.covariances import Covariance
from sample_data import SAMPLE_DATA, needs_sample_data
from scipy.stats import ttest_rel

NAN = np.nan
COVARIANCES: tuple[Covariance, ...] = ("delong", "unbiased", "jackknife")


def published(name: str, case: str = "case") -> Readings:
    """A published study: reader, treatment, case, truth, rating."""
    with (SAMPLE_DATA / "mrmc" / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Readings.of(
        [row["treatment"] for row in rows],
        [row["reader"] for row in rows],
        [row[case] for row in rows],
        [int(float(row["truth"])) for row in rows],
        [float(row["rating"]) for row in rows],
    )


def chosen(analysis: ModalityAnalysis, readers: str, cases: str, one: str, other: str = "") -> Comparison:
    (found,) = (
        row
        for row in analysis.comparisons
        if (row.factor_readers, row.factor_cases, row.modality_1, row.modality_2)
        == (readers, cases, one, other)
    )
    return found


def close(value: float | np.ndarray, digits: float = 1e-7) -> object:
    return pytest.approx(value, abs=digits, rel=0)


@needs_sample_data("mrmc")
def test_van_dyke_s_study_with_random_readers_and_cases():
    found = compare_modalities(published("VanDyke.csv"))

    assert found.method == "empirical AUC, DeLong"
    assert found.estimates.mean(1) == close(np.array([0.8970370, 0.9408374]))
    components = found.components
    assert (components.error, components.cov1) == (close(0.0007921325, 1e-10), close(0.0003420090, 1e-10))
    assert (components.cov2, components.cov3) == (close(0.0003395265, 1e-10), close(0.0002358497, 1e-10))
    test = chosen(found, "random", "random", "all")
    assert (test.statistic, test.df1, test.df2) == (close(4.484854, 1e-6), 1, close(15.06611, 1e-5))
    assert test.p == close(0.05123303, 1e-8)
    difference = chosen(found, "random", "random", "1", "2")
    assert (difference.estimate, difference.se) == (close(-0.04380032, 1e-8), close(0.0206825, 1e-7))
    assert difference.df == close(15.06611, 1e-5)
    assert (difference.ci_low, difference.ci_high) == (
        close(-0.0878671960, 1e-10),
        close(0.0002665519, 1e-10),
    )
    assert difference.p == close(0.05123303, 1e-8)
    one, other = (chosen(found, "random", "random", modality) for modality in "12")
    assert (one.ci_low, one.ci_high) == (close(0.8253461), close(0.9687280))
    assert (other.ci_low, other.ci_high) == (close(0.8942155), close(0.9874592))


@needs_sample_data("mrmc")
def test_van_dyke_s_study_with_the_unbiased_covariance():
    found = compare_modalities(published("VanDyke.csv"), covariance="unbiased")

    components, test = found.components, chosen(found, "random", "random", "all")
    assert components.cov1 == close(0.0003416706, 1e-10)
    assert (components.cov2, components.cov3) == (close(0.0003390650, 1e-10), close(0.0002356148, 1e-10))
    assert (test.df2, test.p) == (close(15.03418, 1e-5), close(0.0511618, 1e-7))


@needs_sample_data("mrmc")
def test_van_dyke_s_study_with_the_jackknife_and_fixed_readers():
    found = compare_modalities(published("VanDyke.csv"), covariance="jackknife")

    components, difference = found.components, chosen(found, "fixed", "random", "1", "2")
    assert (components.error, components.cov1) == (close(0.0008022883, 1e-10), close(0.0003466137, 1e-10))
    assert (components.cov2, components.cov3) == (close(0.0003440748, 1e-10), close(0.0002390284, 1e-10))
    assert (difference.statistic, difference.df) == (close(-2.340075, 1e-6), np.inf)
    assert difference.p == close(0.01927984, 1e-8)
    assert chosen(found, "fixed", "random", "all").p == close(0.01927984, 1e-8)


@needs_sample_data("mrmc")
def test_van_dyke_s_study_with_fixed_cases():
    test = chosen(compare_modalities(published("VanDyke.csv")), "random", "fixed", "all")

    assert (test.statistic, test.df1, test.df2) == (close(8.704, 1e-3), 1, 4)
    assert test.p == close(0.04195875, 1e-8)


@needs_sample_data("mrmc")
def test_van_dyke_s_study_by_the_sensitivity_of_a_rating_of_3_or_more():
    calls = published("VanDyke.csv").called(3)

    found = compare_modalities(calls, "sensitivity")

    test = chosen(found, "random", "random", "all")
    assert found.estimates.mean(1) == close(np.array([0.8222222, 0.9200000]))
    assert (test.statistic, test.df2) == (close(6.689493, 1e-6), close(15.71732, 1e-5))
    assert test.p == close(0.02008822, 1e-8)
    with pytest.raises(ValueError, match="The covariance of a sensitivity is by jackknife, not “delong”"):
        compare_modalities(calls, "sensitivity", "delong")


@needs_sample_data("mrmc")
def test_readers_with_cases_of_their_own_are_compared_as_independent_ones():
    found = compare_modalities(published("VanDyke.csv", "case2"), covariance="jackknife")

    components, test = found.components, chosen(found, "random", "random", "all")
    paired = ttest_rel(*found.estimates)
    assert (components.cov2, components.cov3) == (0, 0)
    # The jackknife goes over 570 cases in place of 114.
    assert components.cov1 == close(0.0003466137 * (569 / 570) / (113 / 114), 1e-10)
    assert (test.statistic, test.p) == (close(paired.statistic**2, 1e-10), close(paired.pvalue, 1e-10))


@needs_sample_data("mrmc")
def test_modalities_with_cases_of_their_own_share_no_error():
    found = compare_modalities(published("VanDyke.csv", "case3"), covariance="jackknife")

    components, test = found.components, chosen(found, "random", "random", "all")
    assert (components.cov1, components.cov3) == (0, 0)
    assert components.cov2 == close(0.0003440748 * (227 / 228) / (113 / 114), 1e-10)
    # Hillis 2014: the mean squares of the study, and five times Cov2, which has no Cov3 to lose.
    squares = 5 * found.estimates.mean(1).var(ddof=1), chosen(found, "random", "fixed", "all").statistic
    interaction = squares[0] / squares[1]
    assert test.statistic == close(squares[0] / (interaction + 5 * components.cov2), 1e-9)
    assert test.df2 == close(((interaction + 5 * components.cov2) / interaction) ** 2 * 4, 1e-7)


@needs_sample_data("mrmc")
def test_a_study_of_three_modalities_some_of_whose_cases_are_in_one_only():
    readings = published("Kundel.csv")

    found = compare_modalities(readings, covariance="unbiased")

    assert np.isnan(readings.scores).any()
    assert found.modalities == ("1.0", "2.0", "3.0")
    assert len(found.comparisons) == 3 * (1 + 3 + 3)
    assert chosen(found, "random", "random", "all").df1 == 2
    # What is shared by all is more than what some have in common.
    assert found.components.error > found.components.cov2 > found.components.cov3 > 0


# Two readers, two modalities, seven cases of which four are positive.
TRUTH = [1, 1, 0, 1, 0, 0, 1]
SCORES = [[[3, 5, 1, 4, 2, 3, 5], [2, 4, 2, 5, 1, 2, 3]], [[1, 5, 2, 2, 2, 3, 4], [2, 2, 2, 4, 1, 3, 3]]]


def small(scores: np.ndarray | None = None) -> Readings:
    array = np.array(SCORES, float) if scores is None else scores
    names = [("A", "B")[: len(array)], ("ann", "bob", "cid")[: array.shape[1]]]
    cases = tuple(f"case {number}" for number in range(array.shape[2]))
    return Readings(names[0], names[1], cases, np.array(TRUTH[: array.shape[2]], bool), array)


def area_by_its_definition(scores: np.ndarray, truth: np.ndarray) -> float:
    """The chance that a positive case has a higher score, from all pairs."""
    apart = scores[truth][:, None] - scores[~truth]
    return float(((apart > 0) + 0.5 * (apart == 0)).mean())


def jackknife_by_its_definition(readings: Readings) -> np.ndarray:
    flat = readings.scores.reshape(-1, len(readings.cases))
    without = np.array(
        [
            [
                area_by_its_definition(np.delete(scores, case), np.delete(readings.truth, case))
                for case in range(len(readings.cases))
            ]
            for scores in flat
        ]
    )
    return np.cov(without, ddof=1) * (without.shape[1] - 1) ** 2 / without.shape[1]


def test_the_jackknife_is_that_of_its_definition():
    found = compare_modalities(small(), covariance="jackknife").components

    expected = jackknife_by_its_definition(small())
    assert found.error == close(expected.diagonal().mean(), 1e-12)
    assert found.cov1 == close((expected[0, 2] + expected[1, 3]) / 2, 1e-12)
    assert found.cov2 == close((expected[0, 1] + expected[2, 3]) / 2, 1e-12)
    assert found.cov3 == close((expected[0, 3] + expected[1, 2]) / 2, 1e-12)


def test_the_unbiased_covariance_is_what_pairs_of_comparisons_with_a_case_in_common_add():
    """Gallas 2006: the product of the areas, less its mean over comparisons that share no case."""
    readings = small()

    found = compare_modalities(readings, covariance="unbiased").components

    one, other = readings.scores[0]
    truth = readings.truth
    higher = [
        (scores[truth][:, None] > scores[~truth]) + 0.5 * (scores[truth][:, None] == scores[~truth])
        for scores in (one, other, *readings.scores[1])
    ]
    apart = [
        (i, j, k, m)
        for i in range(4)
        for j in range(3)
        for k in range(4)
        for m in range(3)
        if i != k and j != m
    ]

    def covariance(a: int, b: int) -> float:
        expected = np.mean([higher[a][i, j] * higher[b][k, m] for i, j, k, m in apart])
        return float(higher[a].mean() * higher[b].mean() - expected)

    assert found.error == close(sum(covariance(a, a) for a in range(4)) / 4, 1e-12)
    assert found.cov2 == close((covariance(0, 1) + covariance(2, 3)) / 2, 1e-12)
    assert found.cov3 == close((covariance(0, 3) + covariance(1, 2)) / 2, 1e-12)


def test_an_area_is_the_share_of_pairs_in_order_and_delong_s_error_goes_with_it():
    scores = np.array([*SCORES[0][0], NAN])
    truth = np.array([*TRUTH, 1], bool)

    found = empirical_auc(scores, truth)

    # 3: lower than none of 1, 2, tied with 3; 5, 4, 5 above all: (2.5 + 9) / 12.
    assert found.auc == pytest.approx(11.5 / 12)
    assert (found.n_positive, found.n_negative) == (4, 3)
    # Of positives 2.5/3, 1, 1, 1; of negatives 1, 1, 3.5/4.
    variance = np.var([2.5 / 3, 1, 1, 1], ddof=1) / 4 + np.var([1, 1, 3.5 / 4], ddof=1) / 3
    assert found.se == pytest.approx(np.sqrt(variance))
    assert (found.ci_low, found.ci_high) == (pytest.approx(11.5 / 12 - 1.959964 * np.sqrt(variance)), 1)


def test_the_area_lies_under_the_curve():
    random = np.random.default_rng(8)
    for _ in range(20):
        scores, truth = random.integers(0, 6, 40).astype(float), random.random(40) < 0.4

        false_rates, true_rates = roc_points(scores, truth)

        assert (false_rates[0], true_rates[0], false_rates[-1], true_rates[-1]) == (0, 0, 1, 1)
        under = (np.diff(false_rates) * (true_rates[1:] + true_rates[:-1]) / 2).sum()
        assert under == pytest.approx(empirical_auc(scores, truth).auc)


def test_areas_that_are_undefined_say_why():
    scores = np.array([1.0, 2.0, 3.0])

    none = empirical_auc(scores, np.array([False, False, False]))
    all_positive = empirical_auc(scores, np.array([True, True, True]))
    one = empirical_auc(scores, np.array([False, False, True]))
    perfect = empirical_auc(np.array([1.0, 1.0, 2.0, 2.0]), np.array([False, False, True, True]))
    unread = empirical_auc(scores * NAN, np.array([False, True, True]))

    assert np.isnan(none.auc) and none.note == "No positive case was read."
    assert np.isnan(all_positive.auc) and all_positive.note == "No negative case was read."
    assert one.auc == 1 and np.isnan(one.se)
    assert one.note == "The standard error needs two positive and two negative cases."
    assert (perfect.auc, perfect.se, perfect.ci_low) == (1, 0, 1)
    assert perfect.note.startswith("Positive and negative cases are told apart wholly")
    assert np.isnan(unread.auc) and unread.n_positive == 0
    assert np.isnan(roc_points(scores, np.array([False] * 3))[1]).all()


def test_sensitivity_and_specificity_of_one_reader_and_of_all():
    truth = np.array([True] * 10 + [False] * 5)
    calls = np.array([[1] * 8 + [0, 0] + [0, 0, 0, 1, NAN], [1] * 6 + [0] * 4 + [0, 0, 1, 1, 0]], float)

    one, other = sensitivity(calls[0], truth), specificity(calls[0], truth)
    mean = mean_rate(calls, truth)

    # Wilson's interval of 8 of 10 and of 3 of 4.
    assert (one.value, one.n) == (0.8, 10)
    assert (one.ci_low, one.ci_high) == (close(0.4902, 1e-4), close(0.9433, 1e-4))
    assert (other.value, other.n, other.ci_low) == (0.75, 4, close(0.3006, 1e-4))
    assert (mean.value, mean.n) == (close(0.7), 10)
    # The cases' means are 1 (6), 0.5 (2) and 0 (2): their deviation over the root of ten.
    half = 1.96 * np.std([1] * 6 + [0.5] * 2 + [0] * 2) / np.sqrt(10)
    assert (mean.ci_low, mean.ci_high) == (close(0.7 - half, 0.06), close(0.7 + half, 0.06))
    assert mean_rate(1 - calls, ~truth).value == close((0.75 + 0.6) / 2)


def test_rates_without_cases_say_so():
    calls, truth = np.array([1.0, 0.0]), np.array([False, False])

    assert sensitivity(calls, truth).note == "No positive case was read."
    assert specificity(calls, ~truth).note == "No negative case was read."
    assert mean_rate(calls[None], truth).note == "No such case was read."
    assert mean_rate(calls[None] * NAN, ~truth).note == "No such case was read."


def test_one_reader_is_fixed():
    found = compare_modalities(small(np.array(SCORES, float)[:, :1]))

    assert {row.factor_readers for row in found.comparisons} == {"fixed"}
    assert found.notes == ("With one reader, readers are fixed.",)
    # DeLong's own test of two correlated areas: error and covariance by hand.
    difference = chosen(found, "fixed", "random", "A", "B")
    assert difference.se == close(np.sqrt(2 * (found.components.error - found.components.cov1)), 1e-12)
    assert np.isnan(found.components.cov2) and np.isnan(found.components.reader)


def test_one_modality_has_means_only():
    found = compare_modalities(small(np.array(SCORES, float)[:1]))

    assert [row.modality_1 for row in found.comparisons] == ["A"] * 3
    assert found.notes == ("With one modality there is nothing to compare.",)
    assert chosen(found, "random", "random", "A").estimate == close(found.estimates.mean())


def test_who_did_not_read_one_of_the_modalities_is_left_out_and_said():
    scores = np.array(SCORES, float)
    more = np.concatenate([scores, np.full((2, 1, 7), NAN)], axis=1)
    more[0, 2] = 3

    found = compare_modalities(small(more))

    assert found.readers == ("ann", "bob")
    assert found.notes == ("Reader “cid” is left out: some modality has no empirical AUC.",)
    assert found.components == compare_modalities(small()).components


def test_studies_that_allow_no_comparison_have_a_sentence_in_place_of_numbers():
    scores = np.array(SCORES, float)
    no_positives = compare_modalities(
        Readings(("A", "B"), ("ann", "bob"), tuple("abcdefg"), np.zeros(7, bool), scores)
    )
    few = compare_modalities(small(scores[:, :, :3]))
    equal = compare_modalities(small(np.ones_like(scores)))

    assert no_positives.comparisons == ()
    assert no_positives.notes[0] == "Modality “A” is left out: it has no empirical AUC."
    assert "too few cases" in few.notes[-1]
    assert np.isnan(chosen(few, "random", "random", "all").p)
    assert chosen(equal, "random", "random", "A").estimate == 0.5
    assert np.isnan(chosen(equal, "random", "random", "all").p)


@needs_sample_data("mrmc")
def test_one_missing_reading_changes_little():
    readings = published("VanDyke.csv")
    scores = readings.scores.copy()
    scores[0, 0, 0] = NAN

    for covariance in COVARIANCES:
        whole = compare_modalities(readings, covariance=covariance).components
        found = compare_modalities(
            Readings(readings.modalities, readings.readers, readings.cases, readings.truth, scores),
            covariance=covariance,
        ).components
        assert found.error != whole.error
        for name in ("error", "cov1", "cov2", "cov3"):
            assert getattr(found, name) == pytest.approx(getattr(whole, name), rel=0.03)


def test_readings_that_share_one_case_have_a_covariance_of_it():
    positives = [[1, 4, 3, NAN, NAN], [NAN, NAN, 5, 2, 4]]
    scores = np.array([[[*row, 1, 2, 3]] for row in positives])
    readings = Readings(("A", "B"), ("ann",), tuple("abcdefgh"), np.arange(8) < 5, scores)

    for covariance in COVARIANCES:
        found = compare_modalities(readings, covariance=covariance)

        assert 0 < abs(found.components.cov1) < found.components.error


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_one_positive_case_is_too_few_for_an_interval(covariance):
    scores = np.array(SCORES, float)[:, :, [0, 2, 4, 5]]
    readings = Readings(("A", "B"), ("ann", "bob"), tuple("abcd"), np.arange(4) < 1, scores)

    found = compare_modalities(readings, covariance=covariance)

    assert np.isnan(chosen(found, "random", "random", "all").p)
    assert np.isnan(chosen(found, "fixed", "random", "A").ci_low)
    assert not np.isnan(chosen(found, "random", "fixed", "all").p)
    assert found.notes == ("There are too few cases to say how they vary, so random cases have no interval.",)


def test_a_table_that_says_two_things_is_refused():
    with pytest.raises(ValueError, match="“ann” has read case “1” twice in modality “CT”"):
        Readings.of(["CT", "CT"], ["ann", "ann"], ["1", "1"], [1, 1], [2, 3])
    with pytest.raises(ValueError, match="Case “1” is both positive and negative"):
        Readings.of(["CT", "MR"], ["ann", "ann"], ["1", "1"], [1, 0], [2, 3])
