"""Rules about questions."""

import math
from collections.abc import Iterator

from .model import Page, Question, QuestionType
from .problems import Problem, ProblemCode, error, warning
from .values import shown

NO_OPTION = ProblemCode(
    "Q801", "A Radio or CheckBox has an Option; other questions without one show nothing (warning)."
)
LIMITS_ON_WRONG_TYPE = ProblemCode("Q802", "Min and Max are for IntegerValue and FloatValue (warning).")
LIMITS_CROSSED = ProblemCode("Q803", "Min is not above Max, and an answer lies between them.")

_CHOICES = (QuestionType.RADIO, QuestionType.CHECK_BOX)
_NUMBERS = (QuestionType.INTEGER_VALUE, QuestionType.FLOAT_VALUE)


def options(page: Page) -> Iterator[Problem]:
    for question in _questions(page):
        if question.options:
            continue
        subject = f"The {question.type.value} question {shown(question.descriptor)}"
        if question.type in _CHOICES:
            yield error(
                NO_OPTION, f"{subject} has no Option, so it can never be answered.", line=question.line
            )
        else:
            yield warning(NO_OPTION, f"{subject} has no Option, so nothing is shown.", line=question.line)


def limits(page: Page) -> Iterator[Problem]:
    for question in _questions(page):
        low, high = question.minimum, question.maximum
        if low is None and high is None:
            continue
        if question.type not in _NUMBERS:
            yield warning(
                LIMITS_ON_WRONG_TYPE,
                f"Min and Max of a {question.type.value} question are not used.",
                "they are for IntegerValue and FloatValue",
                line=question.line,
            )
        elif low is None or high is None:
            continue
        elif low > high:
            yield error(
                LIMITS_CROSSED,
                f"Min {low:g} of the question is above its Max {high:g}.",
                line=question.line,
            )
        elif question.type is QuestionType.INTEGER_VALUE and math.ceil(low) > math.floor(high):
            yield error(
                LIMITS_CROSSED,
                f"No whole number lies between Min {low:g} and Max {high:g} of the IntegerValue question.",
                line=question.line,
            )


def _questions(page: Page) -> Iterator[Question]:
    for question_set in page.question_sets:
        yield from question_set.questions
