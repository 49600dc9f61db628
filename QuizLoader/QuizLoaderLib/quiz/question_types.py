"""What each type of question is: the table that parser, checks, session, tables and every host read."""

import re
from dataclasses import dataclass, replace
from enum import Enum


class QuestionType(str, Enum):
    RADIO = "Radio"
    DROP_DOWN = "DropDown"
    SLIDER = "Slider"
    MATRIX = "Matrix"
    RANKING = "Ranking"
    CHECK_BOX = "CheckBox"
    TEXT = "Text"
    INTEGER_VALUE = "IntegerValue"
    FLOAT_VALUE = "FloatValue"
    INFO_BOX = "InfoBox"
    PICTURE = "Picture"
    BUTTON = "Button"
    MARK = "Mark"


class GroupLayout(str, Enum):
    """How the options of a question stand."""

    VERTICAL = "Vertical"
    HORIZONTAL = "Horizontal"


class MarkTool(str, Enum):
    """What a mark is on the images."""

    POINT = "Point"
    LINE = "Line"
    ANGLE = "Angle"
    BOX = "Box"
    ELLIPSE = "Ellipse"
    CURVE = "Curve"
    ARROW = "Arrow"

    @property
    def has_text(self) -> bool:
        """Whether a reader writes something beside it."""
        return self is MarkTool.ARROW

    @property
    def has_area(self) -> bool:
        """Whether image values under it are measured."""
        return self in (MarkTool.BOX, MarkTool.ELLIPSE, MarkTool.CURVE)


class Takes(Enum):
    """What a reader gives for each field (mostly an Option): a Y or N, the text of an Option, its place in an
    order, typed text, the press of a button, marks on the images, or nothing."""

    CHOICE = "choice"
    OPTION = "option"
    RANK = "rank"
    TYPED = "typed"
    PRESS = "press"
    MARKS = "marks"
    NOTHING = "nothing"


class Widget(str, Enum):
    """What a host shows for a question; each host has one piece of code for each of these."""

    RADIO_BUTTONS = "radio-buttons"
    LIST = "list"
    SLIDER = "slider"
    MATRIX = "matrix"
    RANKING = "ranking"
    CHECK_BOXES = "check-boxes"
    FIELDS = "fields"
    PARAGRAPHS = "paragraphs"
    PICTURES = "pictures"
    BUTTONS = "buttons"
    MARKS = "marks"


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

    @property
    def may_be_scored(self) -> bool:
        """Whether an answer can be compared with a right one."""
        return "Points" in self.attributes


PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
_RANDOM = ("RandomizeOptions", "Fixed")
_OF_VALUES = ("Answer", "Tolerance", "Points")

_RADIO = QuestionTypeFacts(
    Widget.RADIO_BUTTONS,
    Takes.CHOICE,
    "Please choose an option of {title}.",
    is_single=True,
    attributes=frozenset((*_RANDOM, "View", "Ordered", "Correct", "Points")),
)

QUESTION_TYPES: dict[QuestionType, QuestionTypeFacts] = {
    QuestionType.RADIO: _RADIO,
    QuestionType.DROP_DOWN: replace(_RADIO, widget=Widget.LIST),
    QuestionType.SLIDER: QuestionTypeFacts(
        Widget.SLIDER,
        Takes.TYPED,
        number=NUMBER,
        attributes=frozenset(("Step", "Unit", *_OF_VALUES)),
        field="Question",
        limits=(0.0, 100.0),
    ),
    QuestionType.MATRIX: QuestionTypeFacts(
        Widget.MATRIX,
        Takes.OPTION,
        "Please choose an option in every row of {title}.",
        attributes=frozenset((*_RANDOM, "Ordered", "Row", "Points")),
        field="Row",
    ),
    QuestionType.RANKING: QuestionTypeFacts(
        Widget.RANKING, Takes.RANK, "Please put the options of {title} in order."
    ),
    QuestionType.CHECK_BOX: QuestionTypeFacts(
        Widget.CHECK_BOXES,
        Takes.CHOICE,
        "Please tick at least one box of {title}.",
        attributes=frozenset((*_RANDOM, "Correct", "Points")),
    ),
    QuestionType.TEXT: QuestionTypeFacts(
        Widget.FIELDS,
        Takes.TYPED,
        "Please answer {title}.",
        attributes=frozenset(("Lines", "MaxLength", "Answer", "Points")),
    ),
    QuestionType.INTEGER_VALUE: QuestionTypeFacts(
        Widget.FIELDS, Takes.TYPED, number=WHOLE_NUMBER, attributes=frozenset(("Unit", *_OF_VALUES))
    ),
    QuestionType.FLOAT_VALUE: QuestionTypeFacts(
        Widget.FIELDS, Takes.TYPED, number=NUMBER, attributes=frozenset(("Unit", *_OF_VALUES))
    ),
    QuestionType.INFO_BOX: QuestionTypeFacts(
        Widget.PARAGRAPHS, Takes.NOTHING, attributes=frozenset(("Format",)), keeps_line_breaks=True
    ),
    QuestionType.PICTURE: QuestionTypeFacts(Widget.PICTURES, Takes.NOTHING, file_endings=PICTURE_ENDINGS),
    QuestionType.BUTTON: QuestionTypeFacts(
        Widget.BUTTONS, Takes.PRESS, "Please press every button of {title}.", file_endings=()
    ),
    QuestionType.MARK: QuestionTypeFacts(
        Widget.MARKS,
        Takes.MARKS,
        attributes=frozenset(("Tool", "Image", "Rating", "Color", "Question", "Key", *_OF_VALUES)),
        field="Question",
    ),
}
