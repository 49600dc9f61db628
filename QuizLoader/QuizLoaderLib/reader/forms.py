"""The questions of a place as plain values, which every host shows as forms."""

from dataclasses import dataclass
from pathlib import Path

from ..quiz.model import Question
from ..quiz.question_types import Takes, Widget
from ..session.answers import DONE, ON, is_valid_value, script_label
from .answers import Answer, Answers, Asked


@dataclass(frozen=True)
class ButtonForm:
    """``note`` is what its script has come to: ``done``, ``on`` or nothing."""

    label: str
    note: str


@dataclass(frozen=True)
class QuestionForm:
    """``title`` has its number, where several are asked. ``limits`` are those of a number, in words;
    ``pictures`` the files of a Picture, there or not."""

    question_set: int
    number: int
    question: Question
    title: str
    given: Answer
    limits: str
    buttons: tuple[ButtonForm, ...] = ()
    pictures: tuple[Path, ...] = ()


@dataclass(frozen=True)
class QuestionSetForm:
    title: str
    questions: tuple[QuestionForm, ...]


def forms_of(asked: Asked, answers: Answers, folder: Path) -> tuple[QuestionSetForm, ...]:
    """The question sets that are shown together, with their answers; ``folder`` is the quiz's own, where its
    pictures are."""
    titles = _titles(asked)
    return tuple(
        QuestionSetForm(
            each.title,
            tuple(
                _form(
                    (set_number, number),
                    question,
                    titles[set_number, number],
                    answers.answer(asked.page, set_number, number),
                    folder,
                )
                for number, question in enumerate(each.questions)
            ),
        )
        for set_number, each in enumerate(asked.question_sets)
    )


def _titles(asked: Asked) -> dict[tuple[int, int], str]:
    """Those that take an answer are numbered, where there are several."""
    questions = {
        (set_number, number): question
        for set_number, each in enumerate(asked.question_sets)
        for number, question in enumerate(each.questions)
    }
    titles = {where: question.descriptor for where, question in questions.items()}
    answered = [where for where, question in questions.items() if question.facts.takes is not Takes.NOTHING]
    for count, where in enumerate(answered if len(answered) > 1 else (), start=1):
        titles[where] = f"{count}. {titles[where]}".rstrip()
    return titles


def limits_in_words(question: Question) -> str:
    """``0 to 10``, ``at least 0 mm``, ``at most 10`` or nothing."""
    low, high, unit = question.minimum, question.maximum, f" {question.unit}" if question.unit else ""
    if low is not None and high is not None:
        return f"{low:g} to {high:g}{unit}"
    if low is not None:
        return f"at least {low:g}{unit}"
    return f"at most {high:g}{unit}" if high is not None else ""


def understood_in_words(question: Question, text: str) -> str:
    """The number that a text with a decimal comma is taken for, else nothing."""
    number = question.facts.number
    if number is None or not is_valid_value(question, text) or number.understood(text) == text.strip():
        return ""
    return f"read as {number.understood(text)}"


def _form(
    where: tuple[int, int], question: Question, title: str, given: Answer, folder: Path
) -> QuestionForm:
    buttons: tuple[ButtonForm, ...] = ()
    pictures: tuple[Path, ...] = ()
    if question.facts.widget is Widget.BUTTONS:
        buttons = tuple(
            ButtonForm(script_label(option), _note(text))
            for option, text in zip(question.options, given, strict=True)
        )
    elif question.facts.widget is Widget.PICTURES:
        pictures = tuple(folder / name.replace("\\", "/") for name in question.options)
    return QuestionForm(*where, question, title, given, limits_in_words(question), buttons, pictures)


def _note(text: str) -> str:
    return "done" if text.endswith(DONE) else "on" if text.endswith(ON) else ""
