"""What answers a question, by the table of question types: a tuple of texts, one for each Option or Row.

The texts are those of the results file: ``Y`` or ``N`` for a Radio, a DropDown and a CheckBox, what was typed
for Text and numbers, the option that was chosen for each row of a Matrix, the place from 1 of each option of
a Ranking, the script's name and ``-Done`` for a Button that ran (``-On`` for one that is switched on), the
number of marks for a Mark, and nothing for an InfoBox and a Picture.
"""

import math
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from ..quiz.conditions import Values
from ..quiz.model import Question
from ..quiz.question_types import Takes
from .files import SessionError

Answer = tuple[str, ...]

MAX_LETTERS = 100_000
DONE, ON = "-Done", "-On"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def blank(question: Question) -> Answer:
    """The answer of a question that nobody has touched."""
    if question.facts.takes is Takes.CHOICE:
        return ("N",) * len(question.options)
    if is_toggle(question):
        return tuple(script_label(option) for option in question.options)
    if question.facts.takes is Takes.MARKS:
        return ("0",)
    return ("",) * len(question.fields)


def is_toggle(question: Question) -> bool:
    """A Button with an off colour is switched on and off, and needs no press."""
    return question.facts.takes is Takes.PRESS and question.button_color_off is not None


def script_label(option: str) -> str:
    """What a Button shows and stores: the script's file name without folders and extension."""
    return PurePosixPath(option.replace("\\", "/")).stem


def cleaned(question: Question, texts: Sequence[str]) -> Answer:
    """The texts as they can be stored; raises SessionError where they are no answer to this question.

    Characters that XML does not allow are left out, and a lone carriage return becomes a line feed.
    """
    if len(texts) != len(question.fields):
        raise SessionError(
            f"{title(question)} has {len(question.fields)} options, but {len(texts)} answers were given."
        )
    answer = tuple(_NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n")) for text in texts)
    if question.facts.takes is Takes.CHOICE and not set(answer) <= {"Y", "N"}:
        raise SessionError(f"{title(question)} is answered with Y or N for each option.")
    if question.facts.is_single and answer.count("Y") > 1:
        raise SessionError(f"Only one option of {title(question)} can be chosen.")
    if question.facts.takes is Takes.OPTION and not set(answer) <= {"", *question.options}:
        raise SessionError(f"{title(question)} is answered with an option of it in each row.")
    if question.facts.takes is Takes.RANK and any(answer) and {*answer} != {*_places(question)}:
        raise SessionError(f"{title(question)} is answered with the place of each option.")
    if question.facts.takes is Takes.NOTHING and any(answer):
        raise SessionError(f"{title(question)} takes no answer.")
    most = min(question.max_length or MAX_LETTERS, MAX_LETTERS)
    if any(len(text) > most for text in answer):
        raise SessionError(f"The answer to {title(question)} is longer than {most:,} letters.")
    return answer


def is_valid_value(question: Question, text: str) -> bool:
    """Whether the text is a number of the question's type within its limits (nan and inf are none)."""
    number = question.facts.number
    if number is None or not number.pattern.fullmatch(number.understood(text)):
        return False
    value = float(number.understood(text))
    return (
        math.isfinite(value)
        and (question.minimum is None or value >= question.minimum)
        and (question.maximum is None or value <= question.maximum)
    )


def is_untouched(question: Question, answer: Answer) -> bool:
    if question.facts.takes is Takes.CHOICE:
        return "Y" not in answer
    if is_toggle(question):
        return not any(text.endswith(ON) for text in answer)
    if question.facts.takes is Takes.MARKS:
        return answer == blank(question)
    return not any(text.strip() for text in answer)


def values_of(question: Question, answer: Answer) -> Values:
    """What a condition compares; nothing where the question is not answered, or with no valid value."""
    if question.facts.takes is Takes.CHOICE:
        return tuple(value for value, text in zip(question.option_values, answer, strict=True) if text == "Y")
    if question.facts.takes is Takes.OPTION:
        return answer if all(answer) else ()
    if question.facts.takes is Takes.MARKS:
        return ("mark",) * int(answer[0])
    if question.facts.takes is Takes.RANK:
        return (question.options[answer.index("1")],) if "1" in answer else ()
    if question.facts.number:
        number = question.facts.number
        return tuple(float(number.understood(text)) for text in answer if is_valid_value(question, text))
    ends = (DONE, ON) if question.facts.takes is Takes.PRESS else ("",)
    return tuple(text.strip() for text in answer if text.strip() and text.endswith(ends))


def invalid_in(question: Question, answer: Answer) -> str:
    """Which value is no number of the question's type within its limits; empty where none is wrong."""
    for text in answer if question.facts.number else ():
        if text.strip() and not is_valid_value(question, text):
            return f"{title(question)} needs {_expected(question)}, not “{text.strip()}”."
    return ""


def missing_in(question: Question, answer: Answer, scripts_allowed: bool = False) -> str:
    """What the question still needs, as one sentence; empty where it is answered.

    A Button needs its press only where scripts may run: a reader cannot be kept by what cannot be done.
    """
    facts = question.facts
    if facts.takes is Takes.NOTHING or is_toggle(question) or not question.fields:
        return ""
    if sentence := invalid_in(question, answer):
        return sentence
    if facts.takes is Takes.MARKS:
        return _missing_marks(question, int(answer[0]))
    if not question.required:
        return ""
    if facts.takes is Takes.PRESS:
        is_given = not scripts_allowed or all(text.endswith(DONE) for text in answer)
    elif facts.takes is Takes.CHOICE:
        is_given = "Y" in answer
    else:
        is_given = all(text.strip() for text in answer)
    if is_given:
        return ""
    each = " in every field" if facts.takes is Takes.TYPED and len(answer) > 1 else ""
    if facts.number:
        return f"{title(question)} needs {_expected(question)}{each}."
    return facts.request.format(title=title(question) + each)


def _missing_marks(question: Question, count: int) -> str:
    low = int(question.minimum or 0) if question.required else 0
    if count < low:
        return f"{title(question)} needs at least {low} mark{'' if low == 1 else 's'} ({count} so far)."
    if question.maximum is not None and count > question.maximum:
        return f"{title(question)} takes at most {question.maximum:g} marks, and has {count}."
    return ""


def stored_text(question: Question, text: str) -> str:
    """The Response's text: a value that is no valid one is stored as nothing, as analysis expects."""
    if number := question.facts.number:
        is_comma = number.understood(text) != text.strip()
        return "" if not is_valid_value(question, text) else number.understood(text) if is_comma else text
    return text.removesuffix(ON) if is_toggle(question) else text


def title(question: Question) -> str:
    """How a sentence names a question."""
    if question.descriptor:
        return f"“{question.descriptor}”"
    if question.facts.takes in (Takes.CHOICE, Takes.RANK, Takes.TYPED) and question.options:
        return f"the question “{question.options[0]}”"
    return f"the {question.type.value} question"


def _places(question: Question) -> list[str]:
    return [str(place) for place in range(1, len(question.fields) + 1)]


def _expected(question: Question) -> str:
    number = question.facts.number.words if question.facts.number else ""
    low, high = question.minimum, question.maximum
    if low is not None and high is not None:
        return f"{number} from {low:g} to {high:g}"
    if low is not None:
        return f"{number} of at least {low:g}"
    if high is not None:
        return f"{number} of at most {high:g}"
    return number
