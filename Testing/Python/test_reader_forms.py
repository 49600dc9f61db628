"""What hosts show of a place, as plain values."""

from pathlib import Path

import pytest
from quiz_text import read
from QuizLoaderLib.apps.pictures.shown_page import question_lines
from QuizLoaderLib.apps.web.forms import Forms
from QuizLoaderLib.quiz.model import Page, Question, QuestionSet
from QuizLoaderLib.quiz.question_types import QuestionType
from QuizLoaderLib.reader.answers import FormAnswers
from QuizLoaderLib.reader.forms import forms_of, limits_in_words
from QuizLoaderLib.reader.open_questions import Lack, lacks_of, sentences_at_questions


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


RADIO = "<Option>yes</Option><Option>no</Option></Question>"


def test_questions_that_are_called_the_same_are_each_told_once_in_their_order() -> None:
    radios = (question(type=QuestionType.RADIO, descriptor="Confidence", options=("low", "high")),) * 2
    page = Page(id="A", number=1, line=1, question_sets=(QuestionSet(1, questions=radios),))
    answers = FormAnswers((page,), {})
    sentence = "Please choose an option of “Confidence”."

    def lacks(*sentences: str) -> tuple[Lack, ...]:
        return lacks_of(sentences, sentences_at_questions(answers.asked(), answers, True))

    # What is said a third time is of a set that is not shown.
    assert lacks(sentence, "else", sentence, sentence) == (
        Lack(sentence, (0, 0)),
        Lack("else"),
        Lack(sentence, (0, 1)),
        Lack(sentence),
    )
    answers.set_answer(page, 0, 0, ("Y", "N"))
    assert lacks(sentence) == (Lack(sentence, (0, 1)),)


def test_the_list_of_pages_wants_no_answer_that_is_not_asked(tmp_path: Path) -> None:
    first = f"<Question ID='a' Type='Radio'>{RADIO}<Question Type='Radio' ShowIf=\"a = 'yes'\">{RADIO}"
    second = f"<QuestionSet><Question Type='Radio'>{RADIO}</QuestionSet>"
    pages = (
        f"<Page ID='A'><QuestionSet>{first}</QuestionSet></Page>"
        f"<Page ID='B' ShowIf=\"A/a = 'yes'\">{second}</Page><Page ID='C'>{second}</Page>"
    )
    quiz, problems = read(tmp_path, f"<Session>{pages}</Session>")
    assert quiz is not None, problems
    answers = FormAnswers(quiz.pages, {})

    def states() -> list[str]:
        return [each.state.value for each in answers.listed_pages()]

    assert states() == ["not begun", "not asked", "not begun"]
    answers.set_answer(quiz.pages[0], 0, 0, ("N", "Y"))
    assert states() == ["complete", "not asked", "not begun"]
    answers.set_answer(quiz.pages[0], 0, 0, ("Y", "N"))
    assert states() == ["not complete", "not begun", "not begun"]
