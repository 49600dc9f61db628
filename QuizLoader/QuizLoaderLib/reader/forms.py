"""The questions of a place as plain values, which every host shows as forms."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..quiz.model import Question
from ..quiz.question_types import Takes, Widget
from ..session.answers import DONE, ON, is_valid_value, script_label
from .answers import Answer, Answers, Asked, Where
from .open_questions import questions_of


@dataclass(frozen=True)
class ButtonForm:
    """``note`` is what its script has come to: ``done``, ``on`` or nothing."""

    label: str
    note: str


@dataclass(frozen=True)
class QuestionForm:
    """``where`` it is asked. ``title`` has its number, where several are asked. ``limits`` are those of a
    number, in words; ``pictures`` the files of a Picture, there or not."""

    where: Where
    question: Question
    title: str
    given: Answer
    limits: str
    buttons: tuple[ButtonForm, ...] = ()
    pictures: tuple[Path, ...] = ()

    @property
    def is_required(self) -> bool:
        """Whether the page is not complete without an answer; that no mark is needed is one, too."""
        question = self.question
        is_answered = {Takes.NOTHING: False, Takes.MARKS: bool(question.minimum)}
        return question.required and is_answered.get(question.facts.takes, True)


@dataclass(frozen=True)
class QuestionSetForm:
    title: str
    questions: tuple[QuestionForm, ...]


def forms_of(
    asked: Asked, answers: Answers, folder: Path, known: Mapping[Where, QuestionForm] | None = None
) -> tuple[QuestionSetForm, ...]:
    """The question sets that are shown together, with their answers; ``folder`` is the quiz's own, where its
    pictures are. Of those that are ``known`` the forms of marks that are as before are taken as they are."""
    titles = _titles(asked)
    forms = defaultdict[int, list[QuestionForm]](list)
    for where, question, given in questions_of(asked, answers):
        form = known.get(where) if known and len(where) > 2 else None
        if form is None or form.question is not question or form.given != given:
            title = titles[where] if len(where) == 2 else title_in_form(question, where[2])
            form = _form(where, question, title, given, folder)
        forms[where[0]].append(form)
    return tuple(
        QuestionSetForm(each.title, tuple(forms[number])) for number, each in enumerate(asked.question_sets)
    )


def title_in_form(question: Question, number: int | str) -> str:
    """Of a question in the form of the mark of this number."""
    return f"Mark {number}: {question.descriptor}"


def _titles(asked: Asked) -> dict[Where, str]:
    """Those that take an answer are numbered, where there are several."""
    questions: dict[Where, Question] = {
        (set_number, number): question
        for set_number, each in enumerate(asked.question_sets)
        for number, question in enumerate(each.questions)
    }
    titles = {where: question.descriptor for where, question in questions.items()}
    answered = [where for where, question in questions.items() if question.facts.takes is not Takes.NOTHING]
    for count, where in enumerate(answered if len(answered) > 1 else (), start=1):
        titles[where] = f"{count}. {titles[where]}".rstrip()
    return titles


def ranked(question: Question, given: Answer) -> list[int]:
    """The options of a Ranking, from 0, as they stand: as the reader put them, else as they were drawn."""
    if not any(given):
        return list(question.shown_order)
    return sorted(range(len(given)), key=lambda option: int(given[option]))


def places_of(order: Sequence[int]) -> Answer:
    """The answer of a Ranking whose options stand in this order."""
    return tuple(str(order.index(option) + 1) for option in range(len(order)))


def limits_in_words(question: Question) -> str:
    """``0 to 10``, ``at least 0 mm``, ``at most 10`` or nothing."""
    low, high, unit = question.minimum, question.maximum, f" {question.unit}" if question.unit else ""
    if low is not None and high is not None:
        return f"{low:g} to {high:g}{unit}"
    if low is not None:
        return f"at least {low:g}{unit}"
    return f"at most {high:g}{unit}" if high is not None else ""


def said_below(question: Question, text: str) -> str:
    """What stands below a field: how many letters it still takes, or the number that a text with a decimal
    comma is taken for, else nothing."""
    if question.max_length:
        left = letters_left(question, text)
        return f"{left or 'no'} letter{'' if left == 1 else 's'} left"
    number = question.facts.number
    if number is None or not is_valid_value(question, text) or number.understood(text) == text.strip():
        return ""
    return f"read as {number.understood(text)}"


def letters_left(question: Question, text: str) -> int:
    """Of a field with a MaxLength, counted as fields count: a rare letter, as of an emoji, is two."""
    return max(0, (question.max_length or 0) - field_length(text))


def field_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _form(where: Where, question: Question, title: str, given: Answer, folder: Path) -> QuestionForm:
    buttons: tuple[ButtonForm, ...] = ()
    pictures: tuple[Path, ...] = ()
    if question.facts.widget is Widget.BUTTONS:
        buttons = tuple(
            ButtonForm(script_label(option), _note(text))
            for option, text in zip(question.options, given, strict=True)
        )
    elif question.facts.widget is Widget.PICTURES:
        pictures = tuple(folder / name.replace("\\", "/") for name in question.options)
    return QuestionForm(where, question, title, given, limits_in_words(question), buttons, pictures)


def _note(text: str) -> str:
    return "done" if text.endswith(DONE) else "on" if text.endswith(ON) else ""
