"""How much of an answer is right, worked out by hand for each type of question."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quiz_text import page, read, session
from QuizLoaderLib.quiz.model import Question
from QuizLoaderLib.quiz.question_types import QuestionType
from QuizLoaderLib.scoring.answers import share_right

ABC = ("a", "b", "c")


def choice(type_: QuestionType, correct: str) -> Question:
    """Right are the options with a Y."""
    return Question(
        type_, 1, options=ABC[: len(correct)], correct_options=tuple(each == "Y" for each in correct)
    )


@pytest.mark.parametrize("type_", [QuestionType.RADIO, QuestionType.DROP_DOWN])
@pytest.mark.parametrize(
    ("correct", "answer", "share"),
    [("NYN", "NYN", 1), ("NYN", "YNN", 0), ("YNY", "YNN", 1), ("YNY", "NNY", 1), ("YNY", "NNN", 0)],
)
def test_of_one_choice_each_right_option_is_wholly_right(
    type_: QuestionType, correct: str, answer: str, share: float
) -> None:
    assert share_right(choice(type_, correct), tuple(answer)) == share


@pytest.mark.parametrize(
    ("correct", "answer", "share"),
    [
        ("YYN", "YYN", Fraction(1)),
        ("YYN", "YNN", Fraction(1, 2)),
        ("YYN", "YNY", Fraction(0)),
        ("YYN", "YYY", Fraction(1, 2)),
        ("YYN", "NNY", Fraction(0)),
        ("YYN", "NNN", Fraction(0)),
        ("YYY", "YYN", Fraction(2, 3)),
    ],
)
def test_boxes_score_the_right_ones_minus_the_wrong_ones(correct: str, answer: str, share: Fraction) -> None:
    assert share_right(choice(QuestionType.CHECK_BOX, correct), tuple(answer)) == pytest.approx(float(share))


def test_rows_without_a_right_option_do_not_count() -> None:
    matrix = Question(QuestionType.MATRIX, 1, options=ABC, rows=("1", "2", "3"), correct_rows=("a", "", "c"))
    shares = [share_right(matrix, answer) for answer in (("a", "b", "c"), ("a", "", ""), ("", "a", "b"))]
    assert shares == [1.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("type_", "written", "answer", "is_right"),
    [
        ("IntegerValue", 'Answer="7"', "7", True),
        ("IntegerValue", 'Answer="7"', "+07", True),
        ("IntegerValue", 'Answer="7"', "8", False),
        ("IntegerValue", 'Answer="7" Tolerance="1"', "8", True),
        ("FloatValue", 'Answer="0.7" Tolerance="0.1"', "0.8", True),
        ("FloatValue", 'Answer="0.7" Tolerance="0.1"', "0.6", True),
        ("FloatValue", 'Answer="0.7" Tolerance="0.1"', "0.80000000001", False),
        ("FloatValue", 'Answer="12,5"', "12.50", True),
        ("FloatValue", 'Answer="12.5"', "12,5", True),
        ("FloatValue", 'Answer="1e-3"', ".001", True),
        ("FloatValue", 'Answer="1"', "", False),
        ("FloatValue", 'Answer="1"', "one", False),
        ("FloatValue", 'Answer="1"', "1e999", False),
        ("FloatValue", 'Answer="1"', "-" + "9" * 300, False),
        ("Text", 'Answer="glioma|Glial tumour"', " GLIOMA ", True),
        ("Text", 'Answer="glioma|Glial tumour"', "glial tumour", True),
        ("Text", 'Answer="glioma|Glial tumour"', "glial  tumour", False),
        ("Text", 'Answer="Straße"', "STRASSE", True),
        ("Text", 'Answer="glioma"', "", False),
    ],
)
def test_what_is_typed_is_right_or_wrong(
    type_: str, written: str, answer: str, is_right: bool, tmp_path: Path
) -> None:
    asked = f'<QuestionSet><Question Type="{type_}" {written}><Option>a</Option></Question></QuestionSet>'
    quiz, problems = read(tmp_path, session(page("", asked)))
    assert quiz is not None
    assert problems == []
    assert share_right(quiz.pages[0].questions[0], (answer,)) == float(is_right)


decimals = st.integers(-(10**6), 10**6)


@given(decimals, decimals, st.integers(0, 10**4), st.integers(0, 6))
def test_the_limit_of_a_tolerance_is_within_it_for_all_decimals(
    answer: int, given_answer: int, tolerance: int, places: int
) -> None:
    """Against whole numbers: all three are shifted by the same count of decimal places."""

    def written(number: int) -> str:
        whole, rest = divmod(abs(number), 10**places)
        return f"{'-' if number < 0 else ''}{whole}.{rest:0{places or 1}d}"

    question = Question(
        QuestionType.FLOAT_VALUE,
        1,
        options=("a",),
        answer=written(answer),
        tolerance=float(written(tolerance)),
    )
    is_right = abs(answer - given_answer) <= tolerance
    assert share_right(question, (written(given_answer),)) == float(is_right)
