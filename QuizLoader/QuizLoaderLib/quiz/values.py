"""The kinds of value that attributes and elements take: from text to value, and in words for a hint."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .bookmarks import GoToBookmark
from .conditions import read_condition
from .model import Orientation, SliceView
from .question_types import MarkTool
from .windows import WindowLevel

# Python's float() and int() also take nan, inf, 1_000 and digits of other scripts.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_WHOLE_NUMBER = re.compile(r"\+?[0-9]{1,9}", re.ASCII)
_LONGEST_SHOWN = 80


@dataclass(frozen=True)
class Kind:
    """``read`` gives the value or raises ValueError or LookupError; ``allowed`` says what it takes."""

    read: Callable[[str], Any]
    allowed: str
    names: tuple[str, ...] = ()


def shown(value: str) -> str:
    """A value as a sentence quotes it: in quotes, never longer than a line."""
    text = " ".join(value.split())
    return f"“{text}”" if len(text) <= _LONGEST_SHOWN else f"“{text[:_LONGEST_SHOWN]}...”"


def said(name: str) -> str:
    """A name inside a sentence, its control characters made visible."""
    return "“" + "".join(one if one.isprintable() else repr(one)[1:-1] for one in name) + "”"


def number(text: str) -> float:
    """A finite decimal number."""
    if len(text) > _LONGEST_SHOWN or not _NUMBER.fullmatch(text):
        raise ValueError(text)
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def whole_number(text: str) -> int:
    """A whole number from 0 to 999999999."""
    if not _WHOLE_NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def one_of(values: type[Enum]) -> Kind:
    by_name = {str(member.value): member for member in values}
    return Kind(by_name.__getitem__, ", ".join(by_name), tuple(by_name))


def _within(read: Callable[[str], float], lies_within: Callable[[float], bool]) -> Callable[[str], float]:
    def read_within(text: str) -> float:
        value = read(text)
        if not lies_within(value):
            raise ValueError(text)
        return value

    return read_within


_positive = _within(number, lambda value: value > 0)


def _window_level(text: str) -> WindowLevel:
    window, level = text.split()
    return WindowLevel(_positive(window), number(level))


def _three_numbers(text: str) -> tuple[float, float, float]:
    x, y, z = text.split()
    return number(x), number(y), number(z)


def _color(text: str) -> tuple[int, int, int]:
    red, green, blue = (whole_number(word) for word in text.split())
    if max(red, green, blue) > 255:
        raise ValueError(text)
    return red, green, blue


_TOOLS_OF_QUESTIONS = {tool.value: tool for tool in MarkTool if not tool.has_text}
"""An arrow has no form: what it says is its text."""


def _mark_tools(text: str) -> tuple[MarkTool, ...]:
    return tuple(dict.fromkeys(_TOOLS_OF_QUESTIONS[word] for word in text.split()))


def _go_to_bookmark(text: str) -> GoToBookmark:
    bookmark, _, label = text.partition(" ")
    return GoToBookmark(bookmark, label.strip())


def _two_views(text: str) -> tuple[SliceView, SliceView]:
    one, other = map(SliceView, text.split())
    if one is other:
        raise ValueError(text)
    return one, other


def _planes(text: str) -> tuple[Orientation, ...]:
    planes = tuple(map(Orientation, text.split()))
    if len(planes) != 3 or len({*planes}) != 3:
        raise ValueError(text)
    return planes


def _whole_numbers(text: str) -> tuple[int, ...]:
    return tuple(whole_number(word.strip()) for word in text.split(","))


TEXT = Kind(str, "text")
YES_NO = Kind({"Y": True, "N": False}.__getitem__, "Y, N", ("Y", "N"))
NUMBER = Kind(number, "a number")
POSITIVE = Kind(_positive, "a number above 0")
NOT_NEGATIVE = Kind(_within(number, lambda value: value >= 0), "a number, 0 or more")
SECONDS = Kind(_within(number, lambda value: 0 < value <= 86400), "seconds above 0, 86400 (a day) at most")
FRACTION = Kind(_within(number, lambda value: 0 <= value <= 1), "a number from 0 to 1")
PERCENT = Kind(_within(number, lambda value: 0 <= value <= 100), "a number from 0 to 100")
GROUP = Kind(whole_number, "a whole number, 0 or more")
COUNT = Kind(_within(whole_number, lambda value: value >= 1), "a whole number, 1 or more")
WINDOW_LEVEL = Kind(_window_level, "two numbers, window and level, the window above 0, as “400 40”")
THREE_NUMBERS = Kind(_three_numbers, "three numbers in mm, as “10 -20 0”")
COLOR = Kind(_color, "three whole numbers from 0 to 255, as “173 220 237”")
GO_TO_BOOKMARK = Kind(_go_to_bookmark, "the BookmarkID of an earlier page, a space, the button's label")
MARK_TOOLS = Kind(
    _mark_tools,
    "one or several of Point, Line, Angle, Box, Ellipse, Curve, with blanks between them",
    tuple(_TOOLS_OF_QUESTIONS),
)
CONDITION = Kind(read_condition, "a condition, as “lesion = 'yes' and size ge 5”")
TWO_VIEWS = Kind(_two_views, "two different views, as “Red Yellow”")
PLANES = Kind(_planes, "the three planes of Red, Green and Yellow, as “Axial Coronal Sagittal”")
GROUP_ORDER = Kind(_whole_numbers, "page groups with commas between them, as “0,4,2,3,1”")
