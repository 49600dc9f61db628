"""The questions of a page as lines of text, for pictures."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...quiz.model import Page, Question
from ...quiz.question_types import Takes, Widget
from ...reader.forms import limits_in_words

_MARKS = {Takes.CHOICE: "box", Takes.PRESS: "field"}


@dataclass(frozen=True)
class QuestionLine:
    """``mark`` is what stands before the text: ``radio``, ``box``, ``field`` or nothing; ``indent`` is in
    widths of a letter."""

    text: str
    mark: str = ""
    indent: float = 0
    strong: bool = False


def question_lines(page: Page) -> Iterator[QuestionLine]:
    """Every text of the page's question sets, in document order."""
    for question_set in page.question_sets:
        if question_set.title:
            yield QuestionLine(question_set.title, strong=True)
        for question in question_set.questions:
            yield from _lines(question)
        yield QuestionLine("")


def _lines(question: Question) -> Iterator[QuestionLine]:
    if question.descriptor:
        yield QuestionLine(question.descriptor, strong=True)
    for option in question.options:
        if question.facts.takes is Takes.TYPED:
            # The option is the label of a field.
            yield QuestionLine(option)
            yield QuestionLine(limits_in_words(question), mark="field")
        elif question.facts.widget is Widget.PARAGRAPHS:
            yield QuestionLine(option)
        else:
            mark = "radio" if question.facts.is_single else _MARKS.get(question.facts.takes, "")
            yield QuestionLine(option, mark=mark, indent=0.5)
