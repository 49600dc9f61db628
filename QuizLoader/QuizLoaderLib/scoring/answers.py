"""How much of a reader's answer is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from ..quiz.answer_key import single_blanks
from ..quiz.model import Question
from ..quiz.question_types import NUMBER, NumberForm, Takes


@dataclass(frozen=True)
class ScoredAnswer:
    """``answer`` has a text for each field; ``share`` of it is right, from 0 to 1."""

    question: Question
    answer: tuple[str, ...]
    share: float

    @property
    def score(self) -> float:
        return self.share * self.question.points

    @property
    def of(self) -> float:
        return self.question.points

    def as_row(self) -> dict[str, str | int]:
        return {"score": number_text(self.score), "of": number_text(self.question.points)}


def score_answer(question: Question, answer: Sequence[str]) -> ScoredAnswer:
    """Of a question that has a right answer."""
    return ScoredAnswer(question, tuple(answer), share_right(question, answer))


def share_right(question: Question, answer: Sequence[str]) -> float:
    """From 0 (wrong) to 1 (right), of a question that has a right answer.

    ``answer`` is a text for each field, in the form of ``Question.right_answer``. A CheckBox scores the
    right boxes that are ticked minus the wrong ones, out of all right ones and never below 0; a Matrix the
    rows that are right out of those with a right Option; everything else is right or wrong. Of a Mark the
    answer is its size.
    """
    right, facts = question.right_answer, question.facts
    if facts.takes is Takes.OPTION:
        rows = [(given, wanted) for given, wanted in zip(answer, right, strict=True) if wanted]
        return sum(single_blanks(given) == single_blanks(wanted) for given, wanted in rows) / len(rows)
    if facts.takes is Takes.CHOICE:
        ticked = [wanted for given, wanted in zip(answer, right, strict=True) if given == "Y"]
        most = 1 if facts.is_single else right.count("Y")
        return max(0, ticked.count("Y") - ticked.count("N")) / most
    if facts.takes is Takes.MARKS:
        return float(_is_near(NUMBER, answer[0], question.answer, question.tolerance))
    if facts.number:
        return float(_is_near(facts.number, answer[0], right[0], question.tolerance))
    return float(_plain(answer[0]) in map(_plain, right[0].split("|")))


def in_words(question: Question, answer: Sequence[str]) -> str:
    """An answer as a person would write it down: the options that are chosen, or each row with its option."""
    if question.facts.takes is Takes.CHOICE:
        values = zip(question.option_values, answer, strict=True)
        return "; ".join(value for value, text in values if text == "Y")
    if question.facts.takes is Takes.OPTION:
        rows = zip(question.rows, answer, strict=True)
        return "; ".join(f"{row}: {option}" for row, option in rows if option)
    return answer[0]


def number_text(value: float) -> str:
    """As tables have it: a third of a point with ten digits, a whole point without a decimal point."""
    return f"{value:.10g}"


def _plain(text: str) -> str:
    return text.strip().casefold()


def _is_near(form: NumberForm, text: str, right: str, tolerance: float) -> bool:
    """Counted in decimals, as they are typed: 0.8 is 0.1 from 0.7, which floats are not."""
    text = form.understood(text)
    if not form.pattern.fullmatch(text) or not isfinite(float(text)):
        return False
    return abs(Decimal(text) - Decimal(form.understood(right))) <= Decimal(repr(tolerance))
