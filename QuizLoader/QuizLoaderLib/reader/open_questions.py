"""The questions of a place that have no answer yet, or one that is refused."""

from collections import defaultdict, deque
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..quiz.model import Question
from .answers import Answer, Answers, Asked

Where = tuple[int, int]
"""A question: its set and number, from 0."""


@dataclass(frozen=True)
class Lack:
    """What keeps the reader at a place, and the question that it is about, None where it is not answered in a
    form that is shown."""

    sentence: str
    question: Where | None = None


def lacks_of(sentences: Sequence[str], at_questions: Mapping[Where, str]) -> tuple[Lack, ...]:
    """Questions that are called the same have the same sentence: each is taken once, in their order."""
    questions = defaultdict[str, deque[Where | None]](deque)
    for where, sentence in at_questions.items():
        questions[sentence].append(where)
    return tuple(
        Lack(sentence, questions[sentence].popleft() if questions[sentence] else None)
        for sentence in sentences
    )


def sentences_at_questions(
    asked: Asked | None, answers: Answers | None, tells_missing: bool, hidden: Container[Where] = ()
) -> dict[Where, str]:
    """What is said at each question: of a value that is refused, and, if wanted, of all that is missing."""
    from ..session.answers import invalid_in, missing_in

    if asked is None or answers is None or asked.is_locked:
        return {}
    sentences = {
        where: missing_in(question, given, answers.runs_scripts)
        if tells_missing
        else invalid_in(question, given)
        for where, question, given in _questions(asked, answers)
    }
    return {where: text for where, text in sentences.items() if text and where not in hidden}


def option_texts(
    asked: Asked | None, answers: Answers | None, number: int, hidden: Container[Where] = ()
) -> tuple[Where, list[str]] | None:
    """What a digit answers: the first Radio without an answer, else the only Radio, and the texts that choose
    its option ``number``, from 1. None where there is none."""
    if asked is None or answers is None or asked.is_locked:
        return None
    radios = [
        each for each in _questions(asked, answers) if each[1].facts.is_single and each[0] not in hidden
    ]
    wanted = [each for each in radios if "Y" not in each[2]] or (radios if len(radios) == 1 else [])
    if not wanted or not 1 <= number <= len(wanted[0][1].options):
        return None
    where, question, _given = wanted[0]
    return where, ["Y" if index == number - 1 else "N" for index in range(len(question.options))]


def _questions(asked: Asked, answers: Answers) -> Iterator[tuple[Where, Question, Answer]]:
    for set_number, each in enumerate(asked.question_sets):
        for number, question in enumerate(each.questions):
            yield (set_number, number), question, answers.answer(asked.page, set_number, number)
