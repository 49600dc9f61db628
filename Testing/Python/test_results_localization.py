"""Readers who mark lesions, and files for other programs."""

import io

import numpy as np
import openpyxl
import pytest
from QuizLoaderLib.results.performance import (
    LocalizedReadings,
    MarkedCase,
    Readings,
    afroc_points,
    compare_localizations,
    compare_modalities,
    empirical_auc,
    false_positive_rate,
    froc_points,
    imrmc_text,
    jafroc1,
    lesion_rate,
    lroc_points,
    lroc_rate,
    rjafroc_workbook,
)
from QuizLoaderLib.scoring.marks import paired_marks
from sample_data import needs_sample_data
from test_results_performance import published


def points(*across: float) -> np.ndarray:
    """Points along the patient's left, mm."""
    return np.array([[left, 0.0, 0.0] for left in across]).reshape(-1, 3)


LESIONS = {"none": points(), "one": points(50), "two": points(0, 100), "also none": points()}


def marked(reader: str, case: str, marks: dict[float, float], modality: str = "CT") -> MarkedCase:
    return MarkedCase(modality, reader, case, points(*marks), np.array(list(marks.values()), float))


def ann() -> list[MarkedCase]:
    """Hits three lesions with 4, 2 and 3 and marks nothing twice, with 1 and 3."""
    return [
        marked("ann", "none", {20: 1}),
        marked("ann", "one", {52: 4}),
        marked("ann", "two", {3: 2, 97: 3, 50: 3}),
        marked("ann", "also none", {}),
    ]


def test_each_lesion_takes_the_nearest_mark_that_is_left():
    assert paired_marks(points(4, -1), points(0, 5), 10).tolist() == [1, 0]
    # The mark between is nearer to the second; the first has the other one, which is near enough.
    assert paired_marks(points(3, -8), points(0, 5), 10).tolist() == [1, 0]
    assert paired_marks(points(3, -8), points(0, 5), 7).tolist() == [-1, 0]
    assert paired_marks(points(), points(0, 5), 7).tolist() == [-1, -1]
    assert paired_marks(points(3), points(), 7).tolist() == []
    assert paired_marks(points(7), points(0), 7).tolist() == [0]


def test_rates_of_a_reader_who_marks():
    found = LocalizedReadings.of(ann(), LESIONS, 5)

    assert found.truth.tolist() == [False, True, True, False]
    assert found.lesion_ratings[0, 0].tolist() == [4, 2, 3]
    assert lesion_rate(found, 0, 0).value == 1
    assert lesion_rate(found, 0, 0).n == 3
    assert false_positive_rate(found, 0, 0).value == 0.5
    # The best mark of "one" hits; in "two" a mark on nothing is as high as the best hit.
    assert lroc_rate(found, 0, 0).value == 0.75
    false_marks, hits = froc_points(found, 0, 0)
    assert false_marks.tolist() == [0, 0, 0.25, 0.25, 0.5]
    assert hits.tolist() == [0, 1 / 3, 2 / 3, 1, 1]


def test_jafroc1_compares_each_lesion_with_the_highest_false_mark_of_each_case():
    found = LocalizedReadings.of(ann(), LESIONS, 5)

    # False marks 1, none, 3, none; a lesion of 4 is above all, 2 above three, 3 above three and tied.
    assert jafroc1(found)[0, 0] == pytest.approx((4 + 3 + 3.5) / 12)


def area(points: tuple[np.ndarray, np.ndarray]) -> float:
    across, up = points
    return float((np.diff(across) * (up[1:] + up[:-1]) / 2).sum())


def test_the_area_under_the_afroc_curve_is_the_figure_of_merit():
    found = LocalizedReadings.of(ann(), LESIONS, 5)

    false, hits = afroc_points(found, 0, 0)
    # From 4 down to 1, and what was not marked: cases whose highest false mark is 3, 1 or none.
    assert false.tolist() == [0, 0, 0.25, 0.25, 0.5, 1]
    assert hits == pytest.approx([0, 1 / 3, 2 / 3, 1, 1, 1])
    assert area((false, hits)) == pytest.approx(jafroc1(found)[0, 0])
    readings, lesions = study(np.random.default_rng(4))
    found = LocalizedReadings.of(readings, lesions, 5)
    areas = [[area(afroc_points(found, m, r)) for r in range(3)] for m in range(2)]
    assert np.array(areas) == pytest.approx(jafroc1(found))


def test_the_lroc_curve_goes_by_the_highest_mark_of_each_case():
    found = LocalizedReadings.of(ann(), LESIONS, 5)

    false, correct = lroc_points(found, 0, 0)
    # "one" is found with 4, "two" half with 3; of two cases without lesions one has a mark, of 1.
    assert false.tolist() == [0, 0, 0, 0.5]
    assert correct.tolist() == [0, 0.5, 0.75, 0.75]


@needs_sample_data("mrmc")
def test_published_scores_are_marks_that_all_hit_their_lesions():
    """Van Dyke's positive cases have one lesion, whose score is that of a mark on it."""
    readings = published("VanDyke.csv")
    truths = zip(readings.cases, readings.truth, strict=True)
    lesions = {case: points(0) if true else points() for case, true in truths}
    marks = [
        marked(reader, case, {0: readings.scores[m, r, c]}, modality)
        for m, modality in enumerate(readings.modalities)
        for r, reader in enumerate(readings.readers)
        for c, case in enumerate(readings.cases)
    ]

    found = LocalizedReadings.of(marks, lesions, 5)

    areas = np.array([[area(lroc_points(found, m, r)) for r in range(5)] for m in range(2)])
    assert areas.mean(1) == pytest.approx([0.8970370, 0.9408374], abs=1e-7)
    # All 114 cases count against the 45 lesions, which win in the cases that have one.
    assert jafroc1(found).mean(1) == pytest.approx((69 * areas.mean(1) + 45) / 114)
    compared = compare_localizations(found)
    by_area = compare_modalities(readings, covariance="jackknife")
    assert np.diff(compared.estimates.mean(1)) == pytest.approx(np.diff(by_area.estimates.mean(1)) * 69 / 114)


def test_a_lesion_that_nobody_marked_ties_with_a_case_that_has_no_false_mark():
    readings = [marked("ann", case, {}) for case in LESIONS]

    found = LocalizedReadings.of(readings, LESIONS, 5)

    assert jafroc1(found)[0, 0] == 0.5
    assert lesion_rate(found, 0, 0).value == 0
    assert lroc_rate(found, 0, 0).value == 0
    assert [array.tolist() for array in froc_points(found, 0, 0)] == [[0], [0]]


def study(random: np.random.Generator, cases: int = 12) -> tuple[list[MarkedCase], dict[str, np.ndarray]]:
    """Two modalities, three readers, none to two lesions in a case."""
    lesions = {f"case {one}": points(*(100.0 * np.arange(one % 3))) for one in range(cases)}
    readings = []
    for modality in ("CT", "MR"):
        for reader in ("ann", "bob", "cid"):
            for case, places in lesions.items():
                hits = [left for left in places[:, 0] if random.random() < 0.7]
                false = [50.0] if random.random() < 0.4 else []
                marks = {left: float(random.integers(1, 5)) for left in (*hits, *false)}
                readings.append(marked(reader, case, marks, modality))
    return readings, lesions


def test_localizations_are_compared_by_the_jackknife_over_cases():
    readings, lesions = study(np.random.default_rng(1))
    whole = LocalizedReadings.of(readings, lesions, 5)
    without = np.array(
        [
            jafroc1(
                LocalizedReadings.of(
                    [one for one in readings if one.case != case],
                    {name: places for name, places in lesions.items() if name != case},
                    5,
                )
            ).ravel()
            for case in lesions
        ]
    )

    found = compare_localizations(whole)

    expected = np.cov(without.T) * (len(lesions) - 1) ** 2 / len(lesions)
    assert found.method == "JAFROC1 figure of merit, jackknife"
    assert found.estimates == pytest.approx(jafroc1(whole))
    assert found.components.error == pytest.approx(expected.diagonal().mean(), abs=1e-12)
    assert found.components.cov1 == pytest.approx(
        np.mean([expected[one, one + 3] for one in range(3)]), abs=1e-12
    )
    assert len(found.comparisons) == 3 * (1 + 1 + 2)


def test_the_rate_of_correct_localizations_is_compared_too():
    readings, lesions = study(np.random.default_rng(2))
    whole = LocalizedReadings.of(readings, lesions, 5)

    found = compare_localizations(whole, "lroc")

    expected = [[lroc_rate(whole, modality, reader).value for reader in range(3)] for modality in range(2)]
    assert found.estimates == pytest.approx(np.array(expected))


def test_a_case_that_was_not_read_counts_nowhere():
    readings = [one for one in ann() if one.case != "two"] + [marked("bob", case, {}) for case in LESIONS]

    found = LocalizedReadings.of(readings, LESIONS, 5)

    assert lesion_rate(found, 0, 0).n == 1
    assert false_positive_rate(found, 0, 0).value == pytest.approx(1 / 3)
    assert lroc_rate(found, 0, 0).n == 1
    assert jafroc1(found)[0].tolist() == [1, 0.5]


def test_a_study_without_lesions_has_no_figure():
    lesions = {"a": points(), "b": points()}
    found = LocalizedReadings.of([marked("ann", "a", {1: 2}), marked("ann", "b", {})], lesions, 5)

    assert np.isnan(jafroc1(found)).all()
    assert lesion_rate(found, 0, 0).note == "There are no cases to count."
    assert compare_localizations(found).notes == (
        "Modality “CT” is left out: it has no JAFROC1 figure of merit.",
    )


def test_a_case_read_twice_is_refused():
    with pytest.raises(ValueError, match="“ann” has read case “one” twice in modality “CT”"):
        LocalizedReadings.of([*ann(), marked("ann", "one", {})], LESIONS, 5)


def test_one_lesion_in_each_positive_case_and_a_score_for_all_is_the_area():
    """Where each case has one mark and no positive case has a false one, JAFROC1 counts cases twice."""
    random = np.random.default_rng(3)
    truth = np.arange(20) < 8
    scores = random.integers(1, 6, 20).astype(float)
    lesions = {f"{case}": points(0) if truth[case] else points() for case in range(20)}
    readings = [marked("ann", f"{case}", {0: scores[case]}) for case in range(20)]

    found = jafroc1(LocalizedReadings.of(readings, lesions, 5))[0, 0]

    # Against the 8 positive cases, which have no false marks, each lesion wins.
    assert found == pytest.approx((12 * empirical_auc(scores, truth).auc + 8) / 20)


def test_rjafroc_finds_marks_lesions_and_cases_in_its_sheets():
    content = rjafroc_workbook(LocalizedReadings.of(ann(), LESIONS, 5))

    book = openpyxl.load_workbook(io.BytesIO(content))
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    assert sheets["TRUTH"] == [
        ("CaseID", "LesionID", "Weight"),
        (1, 0, 0),
        (4, 0, 0),
        (2, 1, 1),
        (3, 1, 0.5),
        (3, 2, 0.5),
    ]
    assert sheets["TP"] == [
        ("ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"),
        ("ann", "CT", 2, 1, 4),
        ("ann", "CT", 3, 1, 2),
        ("ann", "CT", 3, 2, 3),
    ]
    assert sheets["FP"] == [
        ("ReaderID", "ModalityID", "CaseID", "FP_Rating"),
        ("ann", "CT", 1, 1),
        ("ann", "CT", 3, 3),
    ]
    assert sheets["CASES"][1:] == [(1, "none"), (2, "one"), (3, "two"), (4, "also none")]
    assert rjafroc_workbook(LocalizedReadings.of(ann(), LESIONS, 5)) == content


def rated() -> Readings:
    rows = [("CT", "Dr. <A>", "c, 1", 1, 2.5), ("CT", "bob", "c, 1", 1, 3), ("CT", "bob", "c2", 0, 1)]
    modalities, readers, cases, truth, scores = zip(*rows, strict=True)
    return Readings.of(modalities, readers, cases, truth, scores)


def test_names_that_a_file_cannot_hold_are_made_plain():
    readings = Readings.of(["", ""], ["a\x01\nb", "c,d"], ["1", "1"], [1, 1], [2, 3])

    book = openpyxl.load_workbook(io.BytesIO(rjafroc_workbook(readings)))

    assert list(book["TP"].iter_rows(min_row=2, values_only=True)) == [
        ("a b", "1", 1, 1, 2),
        ("c d", "1", 1, 1, 3),
    ]
    assert imrmc_text(readings, "").endswith("-1,1,0,1\na b,1,1,2\nc d,1,1,3\n")


def test_scores_without_places_are_marks_on_one_lesion_or_on_nothing():
    book = openpyxl.load_workbook(io.BytesIO(rjafroc_workbook(rated())))

    assert list(book["TP"].iter_rows(min_row=2, values_only=True)) == [
        ("Dr. <A>", "CT", 1, 1, 2.5),
        ("bob", "CT", 1, 1, 3),
    ]
    assert list(book["FP"].iter_rows(min_row=2, values_only=True)) == [("bob", "CT", 2, 1)]
    assert list(book["TRUTH"].iter_rows(min_row=2, values_only=True)) == [(2, 0, 0), (1, 1, 1)]


def test_imrmc_has_the_truth_and_the_scores():
    assert imrmc_text(rated(), "A study\nof two") == (
        "A study of two\nN0: 1\nN1: 1\nNR: 2\nNM: 1\n\nBEGIN DATA:\n"
        "-1,c 1,0,1\n-1,c2,0,0\n"
        "Dr. <A>,c 1,CT,2.5\nbob,c 1,CT,3\nbob,c2,CT,1\n"
    )


def test_ratings_in_a_workbook_have_the_areas_that_were_compared():
    random = np.random.default_rng(5)
    scores = random.integers(1, 6, (2, 3, 30)).astype(float)
    names = ("CT", "MR"), ("ann", "bob", "cid"), tuple(f"{case}" for case in range(30))
    readings = Readings(*names, np.arange(30) < 12, scores)

    book = openpyxl.load_workbook(io.BytesIO(rjafroc_workbook(readings)))

    hits = list(book["TP"].iter_rows(min_row=2, values_only=True))
    false = list(book["FP"].iter_rows(min_row=2, values_only=True))
    for m, modality in enumerate(readings.modalities):
        for r, reader in enumerate(readings.readers):
            of_hits = np.array([row[4] for row in hits if row[:2] == (reader, modality)])
            of_false = np.array([row[3] for row in false if row[:2] == (reader, modality)])
            apart = of_hits[:, None] - of_false
            area = ((apart > 0) + 0.5 * (apart == 0)).mean()
            assert area == pytest.approx(compare_modalities(readings).estimates[m, r])
