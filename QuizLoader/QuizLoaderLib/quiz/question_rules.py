"""Rules about questions."""

import math
from collections.abc import Iterator

from .model import Page, Question
from .problems import Problem, ProblemCode, error, warning
from .question_types import QUESTION_TYPES, Takes
from .values import shown

NO_OPTION = ProblemCode(
    "Q801", "A Radio or CheckBox has an Option; other questions without one show nothing (warning)."
)
LIMITS_ON_WRONG_TYPE = ProblemCode("Q802", "Min and Max are for IntegerValue and FloatValue (warning).")
LIMITS_CROSSED = ProblemCode("Q803", "Min is not above Max, and an answer lies between them.")

_WITH_NUMBERS = [kind.value for kind, facts in QUESTION_TYPES.items() if facts.number]


def options(page: Page) -> Iterator[Problem]:
    for question in _questions(page):
        if question.options:
            continue
        subject = f"The {question.type.value} question {shown(question.descriptor)}"
        if question.facts.takes is Takes.CHOICE:
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
        if question.facts.number is None:
            yield warning(
                LIMITS_ON_WRONG_TYPE,
                f"Min and Max of a {question.type.value} question are not used.",
                f"they are for {' and '.join(_WITH_NUMBERS)}",
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
        elif question.facts.number.is_whole and math.ceil(low) > math.floor(high):
            yield error(
                LIMITS_CROSSED,
                f"No whole number lies between Min {low:g} and Max {high:g} of the question.",
                line=question.line,
            )


def _questions(page: Page) -> Iterator[Question]:
    for question_set in page.question_sets:
        yield from question_set.questions
