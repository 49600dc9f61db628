"""What the sections of a report say of a few answers, whose truth is worked out by hand."""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from QuizLoaderLib.images.grid import Grid
from QuizLoaderLib.results.drawings.image_comparison import ComparedPair, ImageComparison, ImageDrawings
from QuizLoaderLib.results.report.categories_section import AgreementTables, categories_section
from QuizLoaderLib.results.report.drawings_section import volumes_of
from QuizLoaderLib.results.report.parts import ReportOptions, Section, ShownTable
from QuizLoaderLib.results.report.performance_section import performance_section
from QuizLoaderLib.results.study_results import (
    NOTHING_AGAIN,
    Item,
    LeftOut,
    ReadersDrawing,
    Score,
    StudyResults,
    ratings_of,
)
from QuizLoaderLib.scoring.drawings import DrawnVoxels, compare_drawings

YES_NO = ("Y", "N")


def answer(
    reader: str, case: str, value: float, word: str = "", *, treatment: str = "", repetition: int = 0
) -> Score:
    scale = "nominal" if word in YES_NO else "ordinal"
    return Score(reader, Item(case, treatment), "Nodule", repetition, value, word or f"{value:g}", scale)


def results(scores: Iterable[Score], **truth: int) -> StudyResults:
    scores = list(scores)
    left_out: list[LeftOut] = []
    readers = tuple(sorted({each.reader for each in scores}))
    ratings = ratings_of(scores, left_out)
    return StudyResults(
        "made",
        readers,
        ratings,
        left_out=left_out,
        truth={(case, ""): value for case, value in truth.items()},
    )


def rates(section: Section) -> dict[tuple[object, object], object]:
    (table,) = (each for each in section.tables if each.file == "rates.csv")
    return {(row["measure"], row["reader"]): row["estimate"] for row in table.rows}


def sentences(section: Section) -> str:
    return " ".join(part for part in section.parts if isinstance(part, str))


@pytest.mark.parametrize("options", [("Y", "N"), ("N", "Y")], ids="/".join)
def test_a_radio_with_yes_and_no_is_positive_where_it_says_yes(options: tuple[str, str]) -> None:
    """A Radio scores the places of its options from 1."""
    said = {"A": "Y", "B": "Y", "C": "N", "D": "N", "E": "Y"}
    scores = [answer("Ann", case, 1 + options.index(word), word) for case, word in said.items()]

    section = performance_section(results(scores, A=1, B=1, C=1, D=0, E=0), ReportOptions())

    found = rates(section)
    assert found["sensitivity", "Ann"] == pytest.approx(2 / 3)
    assert found["specificity", "Ann"] == pytest.approx(1 / 2)


def test_a_case_without_a_truth_is_said_and_listed() -> None:
    scores = [
        answer(reader, case, 1 + place) for reader in ("Ann", "Bob") for place, case in enumerate("ABCD")
    ]

    section = performance_section(results(scores[:-1], A=0, B=1), ReportOptions())

    assert "“Nodule”: the truth of 2 cases is not known" in sentences(section)
    # Bob has not answered the case D.
    assert {(each.reader, each.item.case) for each in section.left_out} == {
        ("Ann", "C"),
        ("Ann", "D"),
        ("Bob", "C"),
    }
    assert all(each.question == "Nodule" for each in section.left_out)


def test_a_question_without_any_truth_is_said() -> None:
    section = performance_section(results([answer("Ann", "A", 1)], Z=1), ReportOptions())

    assert "“Nodule” has no case whose truth is known." in section.parts


def test_of_many_treatments_the_first_score_of_a_case_counts() -> None:
    """Nine treatments are one modality, in which Ann has read A twice and Bob once, the last."""
    cases = "ABCDEFGHA"
    scores = [
        answer("Ann", case, 5 if place < 4 else 1, treatment=f"T{place}") for place, case in enumerate(cases)
    ]
    scores.append(answer("Bob", "A", 4, treatment="T8"))
    truth = {case: int(place < 4) for place, case in enumerate(cases[:8])}

    section = performance_section(results(scores, **truth), ReportOptions(threshold=3))

    found = rates(section)
    assert (found["sensitivity", "Ann"], found["specificity", "Ann"]) == (1, 1)
    assert found["sensitivity", "Bob"] == 1
    assert [(each.reader, each.item) for each in section.left_out] == [("Ann", Item("A", "T8"))]
    assert "1 score does not" in sentences(section)


def test_a_question_that_was_answered_in_repetitions_only_has_no_agreement() -> None:
    scores = [answer(reader, case, 1, repetition=1) for reader in ("Ann", "Bob") for case in "AB"]
    made = results(scores, A=1, B=0)

    section = categories_section(made, AgreementTables())

    assert summary(section)[2:5] == [0, None, pytest.approx(math.nan, nan_ok=True)]
    assert performance_section(made, ReportOptions(threshold=1)).title == "Performance"


def test_readers_who_share_no_case_have_no_share_of_agreement() -> None:
    section = categories_section(results([answer("Ann", "A", 1), answer("Bob", "B", 2)]), AgreementTables())

    assert summary(section)[:4] == ["Nodule", 2, 0, None]


def summary(section: Section) -> list[object]:
    table = section.parts[0]
    assert isinstance(table, ShownTable)
    (row,) = table.rows
    return list(row)


def compared(page: int, case: str, image: str, ml: int) -> ImageComparison:
    """Ann drew so much of the liver, and Bob 1 ml more, in voxels of 1 ml."""
    grid = Grid((1, 1, 40), np.diag([10.0, 10, 10, 1]))
    one, other = (DrawnVoxels.of(np.arange(40).reshape(grid.shape) < count, grid) for count in (ml, ml + 1))
    pair = ComparedPair("Liver", "Ann", "Bob", 0, compare_drawings(one, other, tolerance_mm=2))
    item = Item(case, "")
    drawings = tuple(
        ReadersDrawing(name, "study", page, f"P{page}", item, image, 0) for name in ("Ann", "Bob")
    )
    return ImageComparison(ImageDrawings(image, drawings, 2, None, Path(), Path()), [pair])


def test_volumes_are_one_question_where_each_page_has_one_image() -> None:
    left_out: list[LeftOut] = []

    found = volumes_of([compared(1, "P1", "CT_P1", 10), compared(2, "P2", "CT_P2", 20)], left_out)

    assert {each.question for each in found} == {"Volume of Liver (ml)"}
    assert [each.ml for each in found] == pytest.approx([10, 11, 20, 21])
    assert left_out == []


def test_volumes_are_told_apart_by_image_where_a_page_has_several() -> None:
    left_out: list[LeftOut] = []

    found = volumes_of([compared(1, "P1", "CT", 10), compared(1, "P1", "MR", 12)], left_out)

    assert {each.name: each.ml for each in found if each.reader == "Ann"} == pytest.approx(
        {"Liver on CT": 10, "Liver on MR": 12}
    )
    assert left_out == []


def test_the_first_of_two_volumes_of_one_case_counts_and_the_other_is_listed() -> None:
    left_out: list[LeftOut] = []

    found = volumes_of([compared(1, "P1", "CT", 10), compared(2, "P1", "CT", 30)], left_out)

    assert {each.reader: each.ml for each in found} == pytest.approx({"Ann": 10, "Bob": 11})
    assert [(each.reader, each.page, each.question, each.reason) for each in left_out] == [
        (reader, "P2", "Volume of Liver (ml)", NOTHING_AGAIN) for reader in ("Ann", "Bob")
    ]
