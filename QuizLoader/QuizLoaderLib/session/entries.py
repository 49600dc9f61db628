"""The entries of a journal: each kind is a class, whose docstring and fields are the format's description.

In JSON an entry is an object: ``do`` is its kind, and each field has the name of its attribute or the one in
``_NAMES``, and the form of its type. A field that is false, empty or null may be left out, where it has a
default. The format's version is in the first entry; kinds and fields may be added within a version. Who reads
a journal refuses a kind or a version that it does not know, and passes over fields that it does not know.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Annotated, ClassVar, NamedTuple, TypeVar, get_type_hints

from .answers import Answer
from .order import PageKey, Position

_Kind = TypeVar("_Kind")

VERSION = 1
TIME_FORMAT = "%Y%m%d_%H:%M:%S.%f"


def timestamp(moment: datetime) -> str:
    """Local time in the form of the original's results: ``20230317_15:58:27.114871``."""
    return moment.strftime(TIME_FORMAT)


def parsed_timestamp(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), TIME_FORMAT)
    except ValueError:
        return None


class Form(NamedTuple):
    """How a value is in JSON; ``load`` raises TypeError and ValueError where it is not that."""

    words: str
    load: Callable[[object], object]
    dump: Callable[..., object] = lambda value: value


class Key(NamedTuple):
    """The name of a field in JSON, its form and what it means."""

    name: str
    form: Form
    meaning: str


def _checked(kind: type[_Kind], value: object) -> _Kind:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(value)
    return value


def _texts_by_name(value: object) -> dict[str, str]:
    return {name: _checked(str, text) for name, text in _checked(dict, value).items()}


def _page_key(value: object) -> PageKey:
    number, repetition = (_checked(int, each) for each in _checked(list, value))
    return PageKey(number, repetition)


_INTEGER = Form("integer", partial(_checked, int))
_NUMBER = Form("number", lambda value: _checked(int if isinstance(value, int) else float, value))
_PAGE = Form("[number, repetition]", _page_key, lambda key: [key.number, key.repetition])
_FORMS: Mapping[object, Form] = {
    str: Form("text", partial(_checked, str)),
    int: _INTEGER,
    int | None: _INTEGER,
    float: _NUMBER,
    float | None: _NUMBER,
    bool: Form("true or false", partial(_checked, bool)),
    bool | None: Form(
        "Y or N", lambda value: ("N", "Y").index(value) == 1, lambda value: "Y" if value else "N"
    ),
    PageKey: _PAGE,
    PageKey | None: _PAGE,
    Answer: Form(
        "list of texts", lambda value: tuple(_checked(str, text) for text in _checked(list, value)), list
    ),
    tuple[int, ...] | None: Form(
        "list of integers, or null",
        lambda value: None if value is None else tuple(_checked(int, each) for each in _checked(list, value)),
        lambda order: None if order is None else list(order),
    ),
    Mapping[str, str]: Form("object of texts", _texts_by_name, dict),
    Mapping[str, Mapping[str, str]]: Form(
        "object of objects of texts",
        lambda value: {name: _texts_by_name(facts) for name, facts in _checked(dict, value).items()},
        lambda facts: {name: dict(each) for name, each in facts.items()},
    ),
    Mapping[int, Mapping[str, str]]: Form(
        "object of objects of texts",
        lambda value: {int(option): _texts_by_name(facts) for option, facts in _checked(dict, value).items()},
        lambda facts: {str(option): dict(each) for option, each in facts.items()},
    ),
}
"""By the type of a field."""

_NAMES = {"number": "n", "question_set": "set", "lost_voxels": "lost", "is_there": "there"}
"""The fields that have another name in JSON."""


KINDS: dict[str, type["Entry"]] = {}
"""By the name in ``do``."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What every entry has. ``number``, ``time`` and ``login`` are given by the store where they are not."""

    kind: ClassVar[str]
    number: Annotated[int, "Counts the entries from 1"] = 0
    time: Annotated[str, "When it happened, local time: YYYYMMDD_HH:MM:SS.ffffff"] = ""
    login: Annotated[str, "The time of the login under which it happened"] = ""

    def __init_subclass__(cls, kind: str = "") -> None:
        cls.kind = kind
        if kind:
            KINDS[kind] = cls


@dataclass(frozen=True, kw_only=True)
class BeginEntry(Entry, kind="begin"):
    """The reader begins the quiz; always the first entry."""

    reader: Annotated[str, "The reader's name"]
    sha256: Annotated[str, "The hash of the stored quiz, master/<quiz>.xml"]
    seed: Annotated[int, "From which an order of page groups is drawn"]
    order: Annotated[
        tuple[int, ...] | None,
        "The page groups in the reader's order, null where the quiz does not randomize",
    ]
    version: Annotated[int, "The version of the journal's format"] = VERSION
    pages: Annotated[
        tuple[int, ...] | None, "The numbers of the pages in the reader's order, where groups do not say it"
    ] = None
    attempt: Annotated[int | None, "The number of the reader's run, from the second on"] = None
    options: Annotated[
        Mapping[str, str],
        "By page/set/question, the places of its options in the quiz, from 1, in the reader's order",
    ] = field(default_factory=dict)
    exchanged: Annotated[
        tuple[int, ...] | None, "The numbers of the pages whose RandomizeSides are exchanged"
    ] = None

    def __post_init__(self) -> None:
        if self.version > VERSION:
            raise ValueError(self.version)


@dataclass(frozen=True, kw_only=True)
class LoginEntry(Entry, kind="login"):
    """The quiz is opened; its ``time`` names the login."""

    reader: Annotated[str, "The reader's name as it was given then"]


@dataclass(frozen=True, kw_only=True)
class PageEntry(Entry):
    """Something happens on a page."""

    page: Annotated[PageKey, "The page in the order of the quiz file from 1, and 0 or its repetition"]


@dataclass(frozen=True, kw_only=True)
class PositionEntry(PageEntry):
    """Something happens at one question set of a page."""

    question_set: Annotated[int, "The question set of the page, from 0"]
    seconds: Annotated[float, "Since the question set was shown"] = 0.0

    @property
    def position(self) -> Position:
        return Position(self.page, self.question_set)


@dataclass(frozen=True, kw_only=True)
class DraftEntry(PositionEntry, kind="draft"):
    """A question has this answer now; it becomes Responses when the question set is left."""

    question: Annotated[int, "The question of the set, from 0"]
    texts: Annotated[Answer, "The text of each Option"]
    facts: Annotated[
        Mapping[int, Mapping[str, str]],
        "By option, counted from 0, attributes that its Response gets besides",
    ] = field(default_factory=dict)
    shown: Annotated[float | None, "As in `time`, for when the program ends before any is told"] = None


@dataclass(frozen=True, kw_only=True)
class LeaveEntry(PositionEntry, kind="leave"):
    """The question set is left, and what changed in it becomes Responses."""

    event: Annotated[str, "The Event of the Responses: NextBtn, Previous, Repeat, TimedOut, ..."]
    passed: Annotated[bool, "Whether the set was completed; then all get a Response"]
    recovered: Annotated[bool, "The program had ended without it; written when it began again"] = False
    complete: Annotated[bool | None, "The page is complete now, or is so no longer"] = None
    repeat: Annotated[PageKey | None, "The repetition that is added for this page"] = None
    shown: Annotated[float | None, "As in `time`; without it, what `seconds` says"] = None
    active: Annotated[float | None, "As in `time`"] = None
    timed_out: Annotated[bool, "The time of the page is over: it is complete with what is there"] = False
    tells: Annotated[bool, "The page tells what is right from now on, and is locked for good"] = False


@dataclass(frozen=True, kw_only=True)
class TimeEntry(PageEntry, kind="time"):
    """The page was on the screen of a reader who was there; every 5 seconds, and when it is left."""

    shown: Annotated[float, "Seconds that no entry before has"]
    active: Annotated[float, "Of these, without gaps in which nothing was done; below 0 to take one back"]


@dataclass(frozen=True, kw_only=True)
class PresenceEntry(PageEntry, kind="presence"):
    """The reader can see the page no longer (window closed or hidden, connection lost), or can again."""

    is_there: Annotated[bool, "Whether they can"]


@dataclass(frozen=True, kw_only=True)
class SeenEntry(PageEntry, kind="seen"):
    """The reader was told what is right on the page, and went on."""


@dataclass(frozen=True, kw_only=True)
class RemoveEntry(PageEntry, kind="remove"):
    """The last repetition of a page is empty, and there no longer. Its time is that of the one before it."""


@dataclass(frozen=True, kw_only=True)
class RerunEntry(PageEntry, kind="rerun"):
    """The page is come to again, and its buttons have to be pressed again."""


@dataclass(frozen=True, kw_only=True)
class ReopenEntry(PageEntry, kind="reopen"):
    """The page was complete and is so no longer: an answer on another page or a key asks more of it, or what
    it needs was taken away before the program ended."""


@dataclass(frozen=True, kw_only=True)
class StateEntry(PageEntry, kind="state"):
    """How an image looked when its page was left."""

    image: Annotated[int, "The Image of the page, from 0"]
    attributes: Annotated[Mapping[str, str], "Those of its State element"]


@dataclass(frozen=True, kw_only=True)
class DrawingEntry(PageEntry, kind="contour"):
    """What the reader drew on an image was saved in files."""

    image: Annotated[str, "The ID of the Image"]
    path: Annotated[str, "The label map, relative to the reader's folder"]
    drawn: Annotated[bool, "Whether it is other than empty or an unchanged copy"]
    segments: Annotated[str, "The file of the segments, as ``path``"] = ""
    lost_voxels: Annotated[int | None, "How many voxels the label map lacks, since segments overlap"] = None


@dataclass(frozen=True, kw_only=True)
class LinesEntry(PageEntry, kind="lines"):
    """The image, or the page, has these measured lines and no others."""

    image: Annotated[str, "The ID of the Image; empty for lines that lie on none"]
    paths: Annotated[tuple[str, ...], "Their files, relative to the reader's folder"]


@dataclass(frozen=True, kw_only=True)
class GivenEntry(PageEntry, kind="given"):
    """Regions that were given on an image to be judged, and what the reader said of them."""

    image: Annotated[str, "The ID of the Image that is drawn on"]
    regions: Annotated[
        Mapping[str, Mapping[str, str]],
        "By the name of a region the attributes of its GivenRegion; none where it is not given any more",
    ]


class MarkEvent(str, Enum):
    """What happened to a mark."""

    PLACED = "placed"
    MOVED = "moved"
    DELETED = "deleted"
    BROUGHT_BACK = "brought back"
    WRITTEN = "written"


@dataclass(frozen=True, kw_only=True)
class MarkEntry(PositionEntry, kind="mark"):
    """A mark on the images was placed, moved, deleted or brought back."""

    question: Annotated[int, "The Mark question of the set, from 0"]
    mark: Annotated[int, "The number of the mark, from 1; never used again for another"]
    event: Annotated[str, "`placed`, `moved`, `deleted` or `brought back`"]
    path: Annotated[str, "Its file, relative to the reader's folder"] = ""
    facts: Annotated[Mapping[str, str], "The attributes that its MarkPath gets"] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MarkAnswerEntry(PositionEntry, kind="mark-answer"):
    """A question in the form of a mark has this answer now."""

    question: Annotated[int, "The Mark question of the set, from 0"]
    mark: Annotated[int, "The number of the mark"]
    form_question: Annotated[int, "The question of its form, from 0"]
    texts: Annotated[Answer, "The text of each Option"]


@dataclass(frozen=True, kw_only=True)
class MeasureEntry(PageEntry, kind="measure"):
    """An angle, a box or an ellipse that is measured, or an arrow with its text, was placed, moved, deleted
    or brought back."""

    measure: Annotated[int, "Its number on the page, from 1; never used again for another"]
    event: Annotated[str, "As of a mark; `written` where it is the text of an arrow that changed"]
    path: Annotated[str, "Its file, relative to the reader's folder"] = ""
    facts: Annotated[Mapping[str, str], "The attributes its MeasurePath gets"] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FinishEntry(Entry, kind="finish"):
    """The reader finishes the quiz: nothing changes any more."""

    timed_out: Annotated[bool, "Its time was over; pages may be incomplete"] = False


@dataclass(frozen=True, kw_only=True)
class LogoutEntry(Entry, kind="logout"):
    """The quiz is closed."""


@dataclass(frozen=True, kw_only=True)
class SavedEntry(Entry, kind="saved"):
    """The results file was written; ``n`` is the last entry that it has, and not a number of its own."""

    sha256: Annotated[str, "The hash of the results file"]


@dataclass(frozen=True, kw_only=True)
class UnknownEntry(Entry):
    """An entry of a newer version of this program."""


def keys_of(kind: type[Entry]) -> dict[str, Key]:
    """The fields of a kind of entry as they are in JSON, by the names of the attributes."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: Key(_NAMES.get(name, name), _FORMS[hints[name].__origin__], hints[name].__metadata__[0])
        for name in (each.name for each in dataclasses.fields(kind))
    }


_KEYS = {kind: keys_of(kind) for kind in (*KINDS.values(), UnknownEntry)}


def _needed(kind: type[Entry]) -> set[str]:
    """The keys in JSON that have no default."""
    no_default = dataclasses.MISSING
    fields = [each for each in dataclasses.fields(kind) if each.default is each.default_factory is no_default]
    return {_KEYS[kind][each.name].name for each in fields}


def to_json(entry: Entry) -> dict[str, object]:
    found: dict[str, object] = {"n": entry.number, "do": entry.kind}
    for each in dataclasses.fields(entry):
        key, value = _KEYS[type(entry)][each.name], getattr(entry, each.name)
        is_optional = not (each.default is each.default_factory is dataclasses.MISSING)
        if not (is_optional and (value in (None, "", {}) or value is each.default is False)):
            found[key.name] = key.form.dump(value)
    return found


def from_json(found: Mapping[str, object]) -> Entry:
    """The entry; an UnknownEntry where it is of no kind or form that this version knows.

    Raises ValueError where it is no entry at all, or lacks a part.
    """
    number = found.get("n")
    if not isinstance(number, int):
        raise ValueError("no number")
    kind = KINDS.get(str(found.get("do")), UnknownEntry)
    if absent := _needed(kind) - found.keys():
        raise ValueError(f"without {sorted(absent)}")
    make: Callable[..., Entry] = kind
    try:
        return make(
            **{name: key.form.load(found[key.name]) for name, key in _KEYS[kind].items() if key.name in found}
        )
    except (TypeError, ValueError, LookupError):
        return UnknownEntry(number=number)
