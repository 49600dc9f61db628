"""What hosts show of a place, as plain values."""

from pathlib import Path

import pytest
from QuizLoaderLib.apps.pictures.shown_page import question_lines
from QuizLoaderLib.apps.web.forms import Forms
from QuizLoaderLib.quiz.model import Page, Question, QuestionSet
from QuizLoaderLib.quiz.question_types import QuestionType
from QuizLoaderLib.reader.answers import FormAnswers
from QuizLoaderLib.reader.forms import forms_of, limits_in_words


def question(**attributes: object) -> Question:
    facts = {"type": QuestionType.INTEGER_VALUE, "line": 1, "descriptor": "How many", "options": ("n",)}
    return Question(**{**facts, **attributes})  # type: ignore[arg-type]


def test_a_question_set_is_titled_by_its_descriptor_by_its_id_only_without_in_every_host() -> None:
    sets = (QuestionSet(1, "q1", "About the lesion"), QuestionSet(2, "q2"), QuestionSet(3))
    page = Page(id="A", number=1, line=1, question_sets=sets)
    answers = FormAnswers((page,), {})
    wanted = ["About the lesion", "q2", ""]

    assert [each.title for each in forms_of(answers.asked(), answers, Path())] == wanted
    assert [each["title"] for each in Forms(answers.asked(), answers, Path(), 1).sets] == wanted
    assert [line.text for line in question_lines(page) if line.strong] == wanted[:2]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0, 10, "0 to 10"), (0.5, None, "at least 0.5"), (None, 3, "at most 3"), (None, None, "")],
)
def test_limits_are_said_in_words(low: float | None, high: float | None, words: str) -> None:
    assert limits_in_words(question(minimum=low, maximum=high)) == words


def test_the_position_is_one_sentence_with_the_steps_of_a_reader() -> None:
    pages = tuple(Page(id=name, number=number, line=1) for number, name in enumerate("AB", start=1))
    answers = FormAnswers(pages, {})
    answers.step("next")
    assert answers.asked().position == "Page 2 of 2"
