"""The questions of a page as lines of text, for pictures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...quiz.model import Page, Question
from ...quiz.question_types import Takes, Widget

_MARKS = {Takes.CHOICE: "box", Takes.PRESS: "field"}


@dataclass(frozen=True)
class QuestionLine:
    """``mark`` is what stands before the text: ``radio``, ``box``, ``field`` or nothing; ``indent`` is in
    widths of a letter."""

    text: str
    mark: str = ""
    indent: float = 0
    strong: bool = False

    def with_text(self, text: str) -> "QuestionLine":
        return replace(self, text=text)

    def continued(self, text: str, indent: float) -> "QuestionLine":
        """A further line of the same text."""
        return replace(self, text=text, mark="", indent=indent)


def question_lines(page: Page) -> Iterator[QuestionLine]:
    """Every text of the page's question sets, in document order."""
    for question_set in page.question_sets:
        heading = "  ".join(part for part in (question_set.id, question_set.descriptor) if part)
        if heading:
            yield QuestionLine(heading, strong=True)
        for question in question_set.questions:
            yield from _lines(question)
        yield QuestionLine("")


def answer_range(question: Question) -> str:
    """``0 to 10``, ``at least 0``, ``at most 10`` or nothing."""
    low, high = question.minimum, question.maximum
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"at least {low:g}"
    return f"at most {high:g}" if high is not None else ""


def _lines(question: Question) -> Iterator[QuestionLine]:
    if question.descriptor:
        yield QuestionLine(question.descriptor, strong=True)
    for option in question.options:
        if question.facts.takes is Takes.TYPED:
            # The option is the label of a field.
            yield QuestionLine(option)
            yield QuestionLine(answer_range(question), mark="field")
        elif question.facts.widget is Widget.PARAGRAPHS:
            yield QuestionLine(option)
        else:
            mark = "radio" if question.facts.is_single else _MARKS.get(question.facts.takes, "")
            yield QuestionLine(option, mark=mark, indent=0.5)
