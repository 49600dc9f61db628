"""The questions of a place that have no answer yet, or one that is refused."""

from collections import defaultdict, deque
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..quiz.model import Question
from .answers import Answer, Answers, Asked, PageState, Where


@dataclass(frozen=True)
class Lack:
    """What keeps the reader at a place. ``question`` is the one that it is about, None where it is not
    answered in a form that is shown; ``page`` is another one, to which the reader may go."""

    sentence: str
    question: Where | None = None
    page: int | None = None


def lacks_of(
    sentences: Sequence[str], at_questions: Mapping[Where, str], asked: Asked | None = None
) -> tuple[Lack, ...]:
    """Questions, or pages of the list, that are called the same have the same sentence: each is taken once,
    in their order."""
    from ..session.requirements import incomplete_pages

    leading = defaultdict[str, deque[Lack]](deque)
    for where, sentence in at_questions.items():
        leading[sentence].append(Lack(sentence, question=where))
    others = [each for each in asked.pages if each.index != asked.page_number - 1] if asked else []
    for page in others:
        if page.state is not PageState.COMPLETE:
            (sentence,) = incomplete_pages([page.title])
            leading[sentence].append(Lack(sentence, page=page.index))
    return tuple(leading[each].popleft() if leading[each] else Lack(each) for each in sentences)


def sentences_at_questions(
    asked: Asked | None, answers: Answers | None, tells_missing: bool, hidden: Container[Where] = ()
) -> dict[Where, str]:
    """What is said at each question: of a value that is refused, and, if wanted, of all that is missing."""
    from ..session.answers import invalid_in, missing_in

    if asked is None or answers is None or asked.is_locked:
        return {}
    sentences: dict[Where, str] = {}
    for where, question in _questions_of_sets(asked):
        if where in hidden:
            continue
        given = answers.answer(asked.page, *where)
        missing = missing_in(question, given, answers.runs_scripts) if tells_missing else ""
        if sentence := missing or invalid_in(question, given):
            sentences[where] = sentence
        for mark in answers.stored_marks(*where) if question.questions else ():
            said = mark.missing if tells_missing else mark.invalid
            sentences |= {(*where, mark.number, index): sentence for index, sentence in said.items()}
    return sentences


def option_texts(
    asked: Asked | None, answers: Answers | None, number: int, hidden: Container[Where] = ()
) -> tuple[Where, list[str]] | None:
    """What a digit answers: the first Radio without an answer, else the only Radio, and the texts that choose
    the option which is shown as ``number``, from 1. None where there is none."""
    if asked is None or answers is None or asked.is_locked:
        return None
    radios = [
        each for each in questions_of(asked, answers) if each[1].facts.is_single and each[0][:2] not in hidden
    ]
    wanted = [each for each in radios if "Y" not in each[2]] or (radios if len(radios) == 1 else [])
    if not wanted or not 1 <= number <= len(wanted[0][1].options):
        return None
    where, question, _given = wanted[0]
    chosen = question.shown_order[number - 1]
    return where, ["Y" if index == chosen else "N" for index in range(len(question.options))]


def questions_of(asked: Asked, answers: Answers) -> Iterator[tuple[Where, Question, Answer]]:
    """All that are asked, each Mark followed by the forms of its marks."""
    for where, question in _questions_of_sets(asked):
        yield where, question, answers.answer(asked.page, *where)
        for mark in answers.stored_marks(*where) if question.questions else ():
            for index, (of_form, given) in enumerate(zip(question.questions, mark.answers, strict=True)):
                yield (*where, mark.number, index), of_form, given


def _questions_of_sets(asked: Asked) -> Iterator[tuple[tuple[int, int], Question]]:
    for set_number, each in enumerate(asked.question_sets):
        for number, question in enumerate(each.questions):
            yield (set_number, number), question
