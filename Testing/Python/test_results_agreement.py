"""How far readers agree, against published tables and statsmodels."""

import numpy as np
import pytest
from QuizLoaderLib.results.agreement import (
    bland_altman,
    coded,
    cohen_kappa,
    confusion,
    fleiss_kappa,
    intraclass_correlations,
    krippendorff_alpha,
    mean_percent_agreement,
    percent_agreement,
)
from QuizLoaderLib.results.agreement.categories import Weights
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

NAN = np.nan

# Two radiologists on 85 xeromammograms: normal, benign, suspected cancer, cancer (Boyd et al. 1982, in Altman
# DG, Practical Statistics for Medical Research, 1991).
MAMMOGRAMS = np.array([[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]])
# 30 patients by 6 psychiatrists, counts of 5 diagnoses (Fleiss 1971, table 1).
DIAGNOSES = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
# 6 targets by 4 judges (Shrout and Fleiss 1979, table 2).
TARGETS = np.array([[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]], float)
# 4 observers, 12 units (Krippendorff 2011, example C).
UNITS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
)


def pair_of(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The answers of two readers that have this table."""
    rows, columns = np.indices(table.shape)
    return np.repeat(rows, table.ravel()).astype(float), np.repeat(columns, table.ravel()).astype(float)


def readers_of(counts: np.ndarray) -> np.ndarray:
    """Answers (readers, cases) with these counts (cases, categories)."""
    return np.array([np.repeat(np.arange(len(case)), case) for case in counts], float).T


def test_the_kappas_of_a_published_table():
    first, second = pair_of(MAMMOGRAMS)

    plain = cohen_kappa(first, second, 4)
    linear = cohen_kappa(first, second, 4, "linear")

    assert (confusion(first, second, 4) == MAMMOGRAMS).all()
    assert round(plain.value, 2) == 0.47
    assert round(linear.value, 2) == 0.57
    assert plain.n == 85 and plain.note == ""


@pytest.mark.parametrize(
    ("weights", "theirs"), [("none", None), ("linear", "linear"), ("quadratic", "quadratic")]
)
def test_kappas_and_their_intervals_are_those_of_statsmodels(weights: Weights, theirs: str | None):
    random = np.random.default_rng(5)
    for _ in range(20):
        table = random.integers(0, 9, (4, 4)) + np.diag(random.integers(5, 30, 4))
        expected = cohens_kappa(table, wt=theirs)

        found = cohen_kappa(*pair_of(table), 4, weights)

        assert found.value == pytest.approx(expected.kappa, abs=1e-12)
        assert found.ci_low == pytest.approx(expected.kappa_low, abs=1e-12)
        assert found.ci_high == pytest.approx(min(expected.kappa_upp, 1), abs=1e-12)


def test_a_weighted_kappa_is_one_less_the_share_of_weighted_disagreement():
    first, second = pair_of(MAMMOGRAMS)
    apart = (first[:, None] - second[None, :]) ** 2

    assert cohen_kappa(first, second, 4, "quadratic").value == pytest.approx(
        1 - ((first - second) ** 2).mean() / apart.mean(), abs=1e-12
    )


def test_fleiss_kappa_of_a_published_table():
    counts = np.array([[int(count) for count in patient] for patient in DIAGNOSES.split()])
    assert (counts.sum(1) == 6).all()

    found = fleiss_kappa(readers_of(counts), 5)

    assert round(found.value, 3) == 0.430
    assert found.value == pytest.approx(statsmodels_fleiss(counts), abs=1e-12)
    assert found.ci_low < 0.430 < found.ci_high


def test_fleiss_kappa_is_over_the_cases_that_all_answered_and_says_so():
    random = np.random.default_rng(2)
    codes = random.integers(0, 3, (5, 40)).astype(float)
    whole = fleiss_kappa(codes, 3)
    codes = np.hstack([codes, [[0.0, 1.0], [0.0, 1.0], [NAN, 1.0], [0.0, NAN], [0.0, 1.0]]])

    found = fleiss_kappa(codes, 3)

    assert (found.value, found.ci_low, found.n) == (whole.value, whole.ci_low, 40)
    assert whole.value == pytest.approx(
        statsmodels_fleiss(aggregate_raters(codes[:, :40].T.astype(int))[0]), abs=1e-12
    )
    assert found.note == "2 cases are left out, for not all readers answered."


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorff_s_own_example(level, alpha):
    found = krippendorff_alpha(UNITS, level)

    assert round(found.value, 3) == alpha
    assert found.n == 11
    assert found.ci_low < alpha <= found.ci_high


def alpha_by_its_definition(values: np.ndarray, level: str) -> float:
    """From all pairs, one by one."""
    units = [unit[~np.isnan(unit)] for unit in values.T]
    units = [unit for unit in units if len(unit) > 1]
    given = np.concatenate(units)

    def apart(one: float, other: float) -> float:
        if level == "ordinal":
            low, high = sorted((one, other))
            between = ((given >= low) & (given <= high)).sum()
            return float(between - ((given == low).sum() + (given == high).sum()) / 2) ** 2
        return float(one != other) if level == "nominal" else (one - other) ** 2

    observed = sum(sum(apart(a, b) for a in unit for b in unit) / (len(unit) - 1) for unit in units)
    expected = sum(apart(a, b) for a in given for b in given) / (len(given) - 1)
    return 1 - observed / expected


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_that_of_its_definition(level):
    random = np.random.default_rng(3)
    for _ in range(5):
        values = np.clip(random.integers(0, 5, 15) + random.integers(-1, 2, (4, 15)), 0, 6).astype(float)
        values[random.random(values.shape) < 0.3] = NAN

        assert krippendorff_alpha(values, level, draws=10).value == pytest.approx(
            alpha_by_its_definition(values, level), abs=1e-12
        )


def test_the_correlations_of_shrout_and_fleiss():
    found = intraclass_correlations(TARGETS)

    estimates = (found.icc_1_1, found.icc_2_1, found.icc_3_1, found.icc_2_k)
    assert [round(one.value, 2) for one in estimates] == [0.17, 0.29, 0.71, 0.62]
    # As R's psych package has them for these data.
    assert [(round(one.ci_low, 3), round(one.ci_high, 3)) for one in estimates] == [
        (-0.133, 0.723),
        (0.019, 0.761),
        (0.342, 0.946),
        (0.071, 0.927),
    ]
    assert (found.readers, found.n) == (4, 6)


def test_correlations_leave_out_what_not_all_measured_and_have_the_same_value_far_from_zero():
    more = np.hstack([TARGETS + 1e6, [[3.0], [NAN], [1.0], [2.0]]])

    found = intraclass_correlations(more)

    assert found.icc_3_1.value == pytest.approx(intraclass_correlations(TARGETS).icc_3_1.value, abs=1e-6)
    assert found.icc_3_1.note == "1 case is left out, for not all readers answered."


def test_bland_and_altman_s_limits():
    # Peak expiratory flow by two meters (Bland and Altman 1986, table 1): bias -2.1, deviation 38.8 l/min,
    # limits -79.7 and 75.5 with the 2 that they round 1.96 to; the interval of the bias -22.0 to 17.8.
    large = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]

    found = bland_altman(np.array(large, float), np.array(mini, float))

    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert found.deviation == pytest.approx(38.8, abs=0.05)
    assert (found.bias.ci_low, found.bias.ci_high) == (
        pytest.approx(-22.0, abs=0.1),
        pytest.approx(17.8, abs=0.1),
    )
    assert found.lower_limit.value == pytest.approx(-2.1 - 1.96 * 38.8, abs=0.1)
    assert found.upper_limit.value == pytest.approx(-2.1 + 1.96 * 38.8, abs=0.1)
    # Theirs is -114.3 to -45.1, with the square root of 3 for what is 1.71 exactly.
    assert found.lower_limit.ci_low == pytest.approx(-114.3, abs=2.5)
    assert found.lower_limit.ci_high == pytest.approx(-45.1, abs=2.5)


def test_percent_agreement():
    first = np.array([0, 1, 1, 2, NAN, 0])
    second = np.array([0, 1, 2, 2, 1, NAN])

    pair = percent_agreement(first, second)
    of_all = mean_percent_agreement(np.stack([first, second, second]))

    assert (pair.value, pair.n) == (0.75, 4)
    # Wilson's interval of 3 of 4.
    assert (pair.ci_low, pair.ci_high) == (pytest.approx(0.3006, abs=1e-4), pytest.approx(0.9544, abs=1e-4))
    # Three readers: 3, 3, 1 and 3 of 3 pairs agree; of the case two answered, 1 of 1.
    assert of_all.value == pytest.approx(11 / 13)
    assert of_all.n == 5


def test_words_become_the_places_of_categories():
    codes = coded([["no", None, "yes"], ["maybe", "yes", "yes"]], ["no", "maybe", "yes"])

    assert np.array_equal(codes, np.array([[0, NAN, 2], [1, 2, 2]]), equal_nan=True)
    with pytest.raises(ValueError, match="“never” is none of the categories"):
        coded([["never"]], ["no", "yes"])


SAME = np.ones((3, 5))
UNDEFINED = [
    (cohen_kappa(SAME[0], SAME[1], 3), "All answers are the same category, so kappa is undefined."),
    (cohen_kappa(SAME[0], SAME[0] * NAN, 3), "No case was answered by both readers."),
    (percent_agreement(SAME[0], SAME[0] * NAN), "No case was answered by both readers."),
    (fleiss_kappa(SAME, 3), "All answers are the same category, so kappa is undefined."),
    (fleiss_kappa(SAME[:1], 3), "One reader agrees with no other."),
    (krippendorff_alpha(SAME, "nominal"), "All answers are the same, so alpha is undefined."),
    (krippendorff_alpha(SAME, "ordinal"), "All answers are the same, so alpha is undefined."),
    (krippendorff_alpha(SAME * 0.1, "interval"), "All answers are the same, so alpha is undefined."),
    (krippendorff_alpha(SAME[:1], "nominal"), "No case was answered by two readers."),
    (mean_percent_agreement(SAME[:1]), "No case was answered by two readers."),
    (mean_percent_agreement(SAME * NAN), "No case was answered by two readers."),
    (
        intraclass_correlations(SAME * 0.1).icc_2_1,
        "All answers are the same, so the correlation is undefined.",
    ),
    (intraclass_correlations(SAME[:1]).icc_2_1, "One reader agrees with no other."),
    (intraclass_correlations(TARGETS[:, :1]).icc_3_1, "Fewer than two cases were answered by all readers."),
    (bland_altman(SAME[0], SAME[0] * NAN).bias, "No case was answered by both readers."),
]


@pytest.mark.parametrize(("estimate", "note"), UNDEFINED)
def test_what_cannot_be_computed_is_said(estimate, note):
    assert np.isnan(estimate.value)
    assert np.isnan(estimate.ci_low) and np.isnan(estimate.ci_high)
    assert estimate.note == note


def test_one_case_has_a_value_without_an_interval():
    for found in (
        bland_altman(np.array([2.0]), np.array([5.0])).bias,
        mean_percent_agreement(np.array([[1.0], [2.0]])),
    ):
        assert not np.isnan(found.value)
        assert np.isnan(found.ci_low)
        assert found.note == "One case has no interval."


def test_readers_who_never_differ_have_a_correlation_of_one():
    found = intraclass_correlations(np.array([[1.0, 2.0, 4.0], [1.0, 2.0, 4.0]]))

    assert found.icc_2_1.value == pytest.approx(1)
    assert found.icc_3_1.value == pytest.approx(1)


def test_the_same_answers_have_the_same_interval():
    codes = np.random.default_rng(0).integers(0, 3, (4, 50)).astype(float)

    assert fleiss_kappa(codes, 3) == fleiss_kappa(codes, 3)
    assert fleiss_kappa(codes, 3, seed=1).ci_low != fleiss_kappa(codes, 3).ci_low
