"""What each type of question is: the table that parser, checks, session, tables and every host read."""

import re
from dataclasses import dataclass, replace
from enum import Enum


class QuestionType(str, Enum):
    RADIO = "Radio"
    DROP_DOWN = "DropDown"
    SLIDER = "Slider"
    MATRIX = "Matrix"
    CHECK_BOX = "CheckBox"
    TEXT = "Text"
    INTEGER_VALUE = "IntegerValue"
    FLOAT_VALUE = "FloatValue"
    INFO_BOX = "InfoBox"
    PICTURE = "Picture"
    BUTTON = "Button"


class Takes(Enum):
    """What a reader gives for each field (mostly an Option): a Y or N, the text of an Option, typed text, the
    press of a button, or nothing."""

    CHOICE = "choice"
    OPTION = "option"
    TYPED = "typed"
    PRESS = "press"
    NOTHING = "nothing"


class Widget(str, Enum):
    """What a host shows for a question; each host has one piece of code for each of these."""

    RADIO_BUTTONS = "radio-buttons"
    LIST = "list"
    SLIDER = "slider"
    MATRIX = "matrix"
    CHECK_BOXES = "check-boxes"
    FIELDS = "fields"
    PARAGRAPHS = "paragraphs"
    PICTURES = "pictures"
    BUTTONS = "buttons"


@dataclass(frozen=True)
class NumberForm:
    """``words`` is how a sentence calls such a number, ``pattern`` how it is written."""

    words: str
    pattern: re.Pattern[str]
    is_whole: bool

    def understood(self, text: str) -> str:
        """The text as a number is written: one comma and no point is a decimal comma."""
        text = text.strip()
        return text if self.is_whole or "." in text or text.count(",") != 1 else text.replace(",", ".")


WHOLE_NUMBER = NumberForm("a whole number", re.compile(r"[+-]?[0-9]{1,300}"), is_whole=True)
NUMBER = NumberForm(
    "a number", re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"), is_whole=False
)


@dataclass(frozen=True)
class QuestionTypeFacts:
    """``request`` asks for what is missing, with ``{title}`` for the question.

    ``number`` is the form of its values, which Min and Max limit, None where they are not numbers.
    ``is_single`` is whether one Option at most is chosen. ``attributes`` are those of a quiz that not every
    question has. ``field`` is the element that has an answer of its own: Option, Row, or the Question as a
    whole. ``limits`` are Min and Max where the author writes none. ``file_endings`` are those that its
    Options, files beside the quiz, may have, empty where any will do; None where Options are not files.
    """

    widget: Widget
    takes: Takes
    request: str = ""
    number: NumberForm | None = None
    is_single: bool = False
    attributes: frozenset[str] = frozenset()
    field: str = "Option"
    limits: tuple[float, float] | None = None
    file_endings: tuple[str, ...] | None = None
    keeps_line_breaks: bool = False


_RADIO = QuestionTypeFacts(
    Widget.RADIO_BUTTONS,
    Takes.CHOICE,
    "Please choose an option of {title}.",
    is_single=True,
    attributes=frozenset(("Ordered",)),
)

QUESTION_TYPES: dict[QuestionType, QuestionTypeFacts] = {
    QuestionType.RADIO: _RADIO,
    QuestionType.DROP_DOWN: replace(_RADIO, widget=Widget.LIST),
    QuestionType.SLIDER: QuestionTypeFacts(
        Widget.SLIDER,
        Takes.TYPED,
        number=NUMBER,
        attributes=frozenset(("Step", "Unit")),
        field="Question",
        limits=(0.0, 100.0),
    ),
    QuestionType.MATRIX: QuestionTypeFacts(
        Widget.MATRIX,
        Takes.OPTION,
        "Please choose an option in every row of {title}.",
        attributes=frozenset(("Ordered", "Row")),
        field="Row",
    ),
    QuestionType.CHECK_BOX: QuestionTypeFacts(
        Widget.CHECK_BOXES, Takes.CHOICE, "Please tick at least one box of {title}."
    ),
    QuestionType.TEXT: QuestionTypeFacts(
        Widget.FIELDS,
        Takes.TYPED,
        "Please answer {title}.",
        attributes=frozenset(("Lines", "MaxLength")),
    ),
    QuestionType.INTEGER_VALUE: QuestionTypeFacts(
        Widget.FIELDS, Takes.TYPED, number=WHOLE_NUMBER, attributes=frozenset(("Unit",))
    ),
    QuestionType.FLOAT_VALUE: QuestionTypeFacts(
        Widget.FIELDS, Takes.TYPED, number=NUMBER, attributes=frozenset(("Unit",))
    ),
    QuestionType.INFO_BOX: QuestionTypeFacts(Widget.PARAGRAPHS, Takes.NOTHING, keeps_line_breaks=True),
    QuestionType.PICTURE: QuestionTypeFacts(
        Widget.PICTURES, Takes.NOTHING, file_endings=(".png", ".jpg", ".jpeg", ".bmp", ".gif")
    ),
    QuestionType.BUTTON: QuestionTypeFacts(
        Widget.BUTTONS, Takes.PRESS, "Please press every button of {title}.", file_endings=()
    ),
}
