"""The rules of the eight question types. An answer is a tuple of texts, one for each Option.

The texts are those of the results file: ``Y`` or ``N`` for a Radio and a CheckBox, what was typed for
Text, IntegerValue and FloatValue, the script's name and ``-Done`` for a Button that ran (``-On`` for one
that is switched on), and nothing for an InfoBox and a Picture.
"""

import math
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from ..quiz.model import Question, QuestionSet, QuestionType
from .files import SessionError

Answer = tuple[str, ...]

MAX_LETTERS = 100_000
DONE, ON = "-Done", "-On"

CHOICES = (QuestionType.RADIO, QuestionType.CHECK_BOX)
VALUES = (QuestionType.INTEGER_VALUE, QuestionType.FLOAT_VALUE)
UNASKED = (QuestionType.INFO_BOX, QuestionType.PICTURE)

_INTEGER = re.compile(r"[+-]?[0-9]{1,300}")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def blank(question: Question) -> Answer:
    """The answer of a question that nobody has touched."""
    if question.type in CHOICES:
        return ("N",) * len(question.options)
    if is_toggle(question):
        return tuple(script_label(option) for option in question.options)
    return ("",) * len(question.options)


def is_toggle(question: Question) -> bool:
    """A Button with an off colour is switched on and off, and needs no press."""
    return question.type is QuestionType.BUTTON and question.button_color_off is not None


def script_label(option: str) -> str:
    """What a Button shows and stores: the script's file name without folders and extension."""
    return PurePosixPath(option.replace("\\", "/")).stem


def cleaned(question: Question, texts: Sequence[str]) -> Answer:
    """The texts as they can be stored; raises SessionError where they are no answer to this question.

    Characters that XML does not allow are left out, and a lone carriage return becomes a line feed.
    """
    if len(texts) != len(question.options):
        raise SessionError(
            f"{title(question)} has {len(question.options)} options, but {len(texts)} answers were given."
        )
    answer = tuple(_NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n")) for text in texts)
    if question.type in CHOICES and not set(answer) <= {"Y", "N"}:
        raise SessionError(f"{title(question)} is answered with Y or N for each option.")
    if question.type is QuestionType.RADIO and answer.count("Y") > 1:
        raise SessionError(f"Only one option of {title(question)} can be chosen.")
    if question.type in UNASKED and any(answer):
        raise SessionError(f"{title(question)} takes no answer.")
    if any(len(text) > MAX_LETTERS for text in answer):
        raise SessionError(f"The answer to {title(question)} is longer than {MAX_LETTERS:,} letters.")
    return answer


def as_number(question: Question, text: str) -> float | None:
    """The value of an IntegerValue or FloatValue text, None where it is no number (nan and inf are none)."""
    form = _INTEGER if question.type is QuestionType.INTEGER_VALUE else _FLOAT
    if not form.fullmatch(text.strip()):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def is_valid_value(question: Question, text: str) -> bool:
    """Whether the text is a number of the question's type within its limits."""
    value = as_number(question, text)
    return (
        value is not None
        and (question.minimum is None or value >= question.minimum)
        and (question.maximum is None or value <= question.maximum)
    )


def is_untouched(question: Question, answer: Answer) -> bool:
    if question.type in CHOICES:
        return "Y" not in answer
    if is_toggle(question):
        return not any(text.endswith(ON) for text in answer)
    return not any(text.strip() for text in answer)


def missing_in(question: Question, answer: Answer, scripts_allowed: bool = False) -> str:
    """What the question still needs, as one sentence; empty where it is answered.

    A Button needs its press only where scripts may run: a reader cannot be kept by what cannot be done.
    """
    kind = question.type
    if kind in UNASKED or is_toggle(question) or not question.options:
        return ""
    if kind in VALUES:
        for text in answer:
            if text.strip() and not is_valid_value(question, text):
                # A comma may also stand between thousands, so it is not read as a point.
                point = " with a decimal point" if is_valid_value(question, text.replace(",", ".")) else ""
                return f"{title(question)} needs {_expected(question)}{point}, not “{text.strip()}”."
    if not question.required:
        return ""
    if kind is QuestionType.BUTTON:
        pressed = all(text.endswith(DONE) for text in answer)
        return "" if pressed or not scripts_allowed else f"Please press every button of {title(question)}."
    if kind is QuestionType.RADIO:
        return "" if "Y" in answer else f"Please choose an option of {title(question)}."
    if kind is QuestionType.CHECK_BOX:
        return "" if "Y" in answer else f"Please tick at least one box of {title(question)}."
    if all(text.strip() for text in answer):
        return ""
    each = " in every field" if len(answer) > 1 else ""
    if kind in VALUES:
        return f"{title(question)} needs {_expected(question)}{each}."
    return f"Please answer {title(question)}{each}."


def missing_answers(
    question_set: QuestionSet, answers: Sequence[Answer], scripts_allowed: bool = False
) -> list[str]:
    """A sentence for each question that keeps the set from being complete."""
    sentences = (
        missing_in(question, answer, scripts_allowed)
        for question, answer in zip(question_set.questions, answers, strict=True)
    )
    return [sentence for sentence in sentences if sentence]


def stored_text(question: Question, text: str) -> str:
    """The Response's text: a value that is no valid one is stored as nothing, as analysis expects."""
    if question.type in VALUES and not is_valid_value(question, text):
        return ""
    return text.removesuffix(ON) if is_toggle(question) else text


def title(question: Question) -> str:
    """How a sentence names a question."""
    if question.descriptor:
        return f"“{question.descriptor}”"
    if question.type not in UNASKED and question.type is not QuestionType.BUTTON and question.options:
        return f"the question “{question.options[0]}”"
    return f"the {question.type.value} question"


def _expected(question: Question) -> str:
    number = "a whole number" if question.type is QuestionType.INTEGER_VALUE else "a number"
    low, high = question.minimum, question.maximum
    if low is not None and high is not None:
        return f"{number} from {low:g} to {high:g}"
    if low is not None:
        return f"{number} of at least {low:g}"
    if high is not None:
        return f"{number} of at most {high:g}"
    return number
