"""The entries of a journal: each kind is a class, whose docstring and fields are the format's description.

In JSON an entry is an object: ``do`` is its kind, and each field has the name and the form that stand beside
it here. A field that is false, empty or null may be left out, where it has a default. The format's version is
in the first entry; kinds and fields may be added within a version. Who reads a journal refuses a kind or a
version that it does not know, and passes over fields that it does not know.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, NamedTuple, get_type_hints

from .answers import Answer
from .order import PageKey, Position

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


def _of(*kinds: type) -> Callable[[object], object]:
    def load(value: object) -> object:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(value)
        return value

    return load


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _pairs(value: object) -> Iterator[tuple[str, object]]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return iter(value.items())


_TEXT = Form("text", _of(str))
_INTEGER = Form("integer", _of(int))
_SECONDS = Form("number", _of(int, float))
_YES = Form("true or false", _of(bool))
_TEXTS = Form("list of texts", lambda value: tuple(map(_of(str), _items(value))), list)
_ATTRIBUTES = Form(
    "object of texts", lambda value: {name: _TEXT.load(text) for name, text in _pairs(value)}, dict
)
_FACTS = Form(
    "object of objects of texts",
    lambda value: {int(option): _ATTRIBUTES.load(facts) for option, facts in _pairs(value)},
    lambda value: {str(option): dict(facts) for option, facts in value.items()},
)
_ORDER = Form(
    "list of integers, or null",
    lambda value: None if value is None else tuple(map(_of(int), _items(value))),
    lambda value: None if value is None else list(value),
)


def _version(value: object) -> object:
    if not isinstance(value, int) or value > VERSION:
        raise ValueError(value)
    return value


def _page_key(value: object) -> PageKey:
    number, repetition = map(_of(int), _items(value))
    assert isinstance(number, int) and isinstance(repetition, int)
    return PageKey(number, repetition)


_PAGE = Form("[number, repetition]", _page_key, lambda key: [key.number, key.repetition])
_COMPLETE = Form("Y or N", lambda value: ("N", "Y").index(value) == 1, lambda value: "Y" if value else "N")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What every entry has. ``number``, ``time`` and ``login`` are given by the store where they are not."""

    kind: ClassVar[str] = ""
    number: Annotated[int, Key("n", _INTEGER, "Counts the entries from 1")] = 0
    time: Annotated[str, Key("time", _TEXT, "When it happened, local time: YYYYMMDD_HH:MM:SS.ffffff")] = ""
    login: Annotated[str, Key("login", _TEXT, "The time of the login under which it happened")] = ""


@dataclass(frozen=True, kw_only=True)
class BeginEntry(Entry):
    """The reader begins the quiz; always the first entry."""

    kind: ClassVar[str] = "begin"
    reader: Annotated[str, Key("reader", _TEXT, "The reader's name")]
    sha256: Annotated[str, Key("sha256", _TEXT, "The hash of the stored quiz, master/<quiz>.xml")]
    seed: Annotated[int, Key("seed", _INTEGER, "From which an order of page groups is drawn")]
    order: Annotated[
        tuple[int, ...] | None,
        Key("order", _ORDER, "The page groups in the reader's order, null where the quiz does not randomize"),
    ]
    version: Annotated[
        int, Key("version", Form("integer", _version), "The version of the journal's format")
    ] = VERSION


@dataclass(frozen=True, kw_only=True)
class LoginEntry(Entry):
    """The quiz is opened; its ``time`` names the login."""

    kind: ClassVar[str] = "login"
    reader: Annotated[str, Key("reader", _TEXT, "The reader's name as it was given then")]


@dataclass(frozen=True, kw_only=True)
class PageEntry(Entry):
    """Something happens on a page."""

    page: Annotated[
        PageKey, Key("page", _PAGE, "The page in the order of the quiz file from 1, and 0 or its repetition")
    ]


@dataclass(frozen=True, kw_only=True)
class PositionEntry(PageEntry):
    """Something happens at one question set of a page."""

    question_set: Annotated[int, Key("set", _INTEGER, "The question set of the page, from 0")]
    seconds: Annotated[float, Key("seconds", _SECONDS, "Since the question set was shown")] = 0.0

    @property
    def position(self) -> Position:
        return Position(self.page, self.question_set)


@dataclass(frozen=True, kw_only=True)
class DraftEntry(PositionEntry):
    """A question has this answer now; it becomes Responses when the question set is left."""

    kind: ClassVar[str] = "draft"
    question: Annotated[int, Key("question", _INTEGER, "The question of the set, from 0")]
    texts: Annotated[Answer, Key("texts", _TEXTS, "The text of each Option")]
    facts: Annotated[
        Mapping[int, Mapping[str, str]],
        Key("facts", _FACTS, "By option, counted from 0, attributes that its Response gets besides"),
    ] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LeaveEntry(PositionEntry):
    """The question set is left, and what changed in it becomes Responses."""

    kind: ClassVar[str] = "leave"
    event: Annotated[str, Key("event", _TEXT, "The Event of the Responses: NextBtn, Previous, Repeat, ...")]
    passed: Annotated[bool, Key("passed", _YES, "Whether the set was completed; then all get a Response")]
    recovered: Annotated[
        bool, Key("recovered", _YES, "The program had ended without it; written when it began again")
    ] = False
    complete: Annotated[
        bool | None, Key("complete", _COMPLETE, "The page is complete now, or is so no longer")
    ] = None
    repeat: Annotated[PageKey | None, Key("repeat", _PAGE, "The repetition that is added for this page")] = (
        None
    )


@dataclass(frozen=True, kw_only=True)
class RerunEntry(PageEntry):
    """The page is come to again, and its buttons have to be pressed again."""

    kind: ClassVar[str] = "rerun"


@dataclass(frozen=True, kw_only=True)
class StateEntry(PageEntry):
    """How an image looked when its page was left."""

    kind: ClassVar[str] = "state"
    image: Annotated[int, Key("image", _INTEGER, "The Image of the page, from 0")]
    attributes: Annotated[Mapping[str, str], Key("attributes", _ATTRIBUTES, "Those of its State element")]


@dataclass(frozen=True, kw_only=True)
class DrawingEntry(PageEntry):
    """What the reader drew on an image was saved in files."""

    kind: ClassVar[str] = "contour"
    image: Annotated[str, Key("image", _TEXT, "The ID of the Image")]
    path: Annotated[str, Key("path", _TEXT, "The label map, relative to the reader's folder")]
    drawn: Annotated[bool, Key("drawn", _YES, "Whether it is other than empty or an unchanged copy")]
    segments: Annotated[str, Key("segments", _TEXT, "The file of the segments, as ``path``")] = ""
    lost_voxels: Annotated[
        int | None, Key("lost", _INTEGER, "How many voxels the label map lacks, since segments overlap")
    ] = None


@dataclass(frozen=True, kw_only=True)
class LinesEntry(PageEntry):
    """The image, or the page, has these measured lines and no others."""

    kind: ClassVar[str] = "lines"
    image: Annotated[str, Key("image", _TEXT, "The ID of the Image; empty for lines that lie on none")]
    paths: Annotated[tuple[str, ...], Key("paths", _TEXTS, "Their files, relative to the reader's folder")]


@dataclass(frozen=True, kw_only=True)
class FinishEntry(Entry):
    """The reader finishes the quiz: nothing changes any more."""

    kind: ClassVar[str] = "finish"


@dataclass(frozen=True, kw_only=True)
class LogoutEntry(Entry):
    """The quiz is closed."""

    kind: ClassVar[str] = "logout"


@dataclass(frozen=True, kw_only=True)
class SavedEntry(Entry):
    """The results file was written; ``n`` is the last entry that it has, and not a number of its own."""

    kind: ClassVar[str] = "saved"
    sha256: Annotated[str, Key("sha256", _TEXT, "The hash of the results file")]


@dataclass(frozen=True, kw_only=True)
class UnknownEntry(Entry):
    """An entry of a newer version of this program."""


KINDS: Mapping[str, type[Entry]] = {
    each.kind: each
    for each in (
        BeginEntry,
        LoginEntry,
        DraftEntry,
        LeaveEntry,
        RerunEntry,
        StateEntry,
        DrawingEntry,
        LinesEntry,
        FinishEntry,
        LogoutEntry,
        SavedEntry,
    )
}


def keys_of(kind: type[Entry]) -> dict[str, Key]:
    """The fields of a kind of entry as they are in JSON, by the names of the attributes."""
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: hints[each.name].__metadata__[0] for each in dataclasses.fields(kind)}


_KEYS = {kind: keys_of(kind) for kind in (*KINDS.values(), UnknownEntry)}


def to_json(entry: Entry) -> dict[str, object]:
    found: dict[str, object] = {"n": entry.number, "do": entry.kind}
    for each in dataclasses.fields(entry):
        key, value = _KEYS[type(entry)][each.name], getattr(entry, each.name)
        is_optional = (
            each.default is not dataclasses.MISSING or each.default_factory is not dataclasses.MISSING
        )
        if not (is_optional and (value in (None, "", {}) or value is each.default is False)):
            found[key.name] = key.form.dump(value)
    return found


def from_json(found: Mapping[str, object]) -> Entry:
    """The entry; an UnknownEntry where it is of no kind or form that this version knows.

    Raises ValueError where it is no entry at all.
    """
    number = found.get("n")
    if not isinstance(number, int):
        raise ValueError("no number")
    kind = KINDS.get(str(found.get("do")), UnknownEntry)
    make: Callable[..., Entry] = kind
    try:
        return make(
            **{name: key.form.load(found[key.name]) for name, key in _KEYS[kind].items() if key.name in found}
        )
    except (TypeError, ValueError, LookupError):
        return UnknownEntry(number=number)
