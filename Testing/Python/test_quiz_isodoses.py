"""Isodose lines in a quiz: read as they are written, and what is wrong with them told at their lines."""

import pytest
from quiz_text import image, only_problem, page, problems_of, read_image, session
from QuizLoaderLib.quiz.isodoses import DoseUnit, Isodose, levels_of
from QuizLoaderLib.quiz.problems import Severity

ONE_VIEW = 'Layout="OneUpRedSlice"'


def test_levels_units_colours_and_the_prescription_are_read(tmp_path):
    levels = '<Isodose Level="20"/><Isodose Level="95.5" Unit="%" Color="1 2 3"/>'
    read = read_image(tmp_path, image('Prescription="60"', levels))
    assert read.prescription_gy == 60
    assert read.isodoses == (Isodose(20), Isodose(95.5, DoseUnit.PERCENT, (1, 2, 3)))
    assert [level.name for level in levels_of(read.isodoses, 60)] == ["95.5 %", "20 Gy"]
    assert [level.value for level in levels_of(read.isodoses, 60)] == pytest.approx([57.3, 20])


@pytest.mark.parametrize(
    ("isodose", "code", "hint"),
    [
        ('Level="0"', "Q113", "a number above 0"),
        ('Level="-5"', "Q113", "a number above 0"),
        ('Level="20" Unit="cGy"', "Q113", "Gy, %"),
        ('Level="20" Color="red"', "Q113", "three whole numbers"),
        ('Unit="Gy"', "Q114", ""),
        ('Level="20" Dose="3"', "Q111", ""),
    ],
)
def test_a_value_that_an_isodose_does_not_take_is_told_at_its_line(tmp_path, isodose, code, hint):
    problem = only_problem(tmp_path, session(page(ONE_VIEW, image("", f"\n\n<Isodose {isodose}/>"))))
    assert (problem.code, problem.line) == (code, 5)
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("attributes", "levels", "named"),
    [
        ("", ('Level="20"', 'Level="20.0" Unit="Gy"'), "“20 Gy” of line 4"),
        ('Prescription="50"', ('Level="20"', 'Level="40" Unit="%"'), "“20 Gy” of line 4"),
        ("", ('Level="20"', 'Level="20" Unit="%"'), ""),
    ],
)
def test_a_level_that_is_there_twice_is_told(tmp_path, attributes, levels, named):
    isodoses = "\n".join(f"<Isodose {each}/>" for each in levels)
    problems = problems_of(tmp_path, session(page(ONE_VIEW, image(attributes, f"\n{isodoses}"))))
    assert [(problem.code, problem.severity, problem.line) for problem in problems] == [
        ("Q418", Severity.WARNING, 5)
    ] * bool(named)
    assert all(named in problem.sentence for problem in problems)


def test_lines_of_what_cannot_be_a_dose_are_told(tmp_path):
    rois = '<ROIs ROIVisibilityCode="All"/><Isodose Level="20"/>'
    images = image(), image('ID="R" Type="Segmentation" Prescription="50"', rois, path="r.seg.nrrd")
    problem = only_problem(tmp_path, session(page(ONE_VIEW, *images)))
    assert (problem.code, problem.sentence) == (
        "Q417",
        "Isodose and Prescription of Image “R” are not used, because it is a Segmentation.",
    )
