"""What is sent to the browser next: which view's picture, which kind of it, which part."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from .held_pictures import HeldPictures
from .link import HEAD_BYTES, LEAST_PART_BYTES, NetworkLink

FRAMES_A_SECOND = 40
"""Of a view, at most."""

MOVING_S = 1 / 20
"""How long pictures may take on the way while views move: one of each."""

STANDS_S = 0.1
"""A view that was not changed for so long stands, and its picture is lossless."""

REST_S = 0.2
"""Once nothing was changed for so long, the slices beside the one under the pointer are sent ahead."""

BESIDE = (1, -1)

_LONG_S = 0.02
"""A picture that is there as soon is not sent ahead."""

_AHEAD_PART_S = 0.02
"""What is sent ahead goes in parts that take so long, one after the other: a step waits for no more."""

_SURELY = 0.7
"""Of MOVING_S, for another kind than before: kinds do not come and go with each measurement."""


class PictureKind(Enum):
    """In the order in which a slower link asks for them; the value is a guess at its bytes, those of the
    lossless picture being 1, for a view that had none yet."""

    LOSSLESS = 1.0
    LOSSY = 0.25
    HALF_SIZE = 0.08


_BYTES_A_PIXEL = 0.6
"""A guess at those of a lossless picture."""


@dataclass(frozen=True)
class Picture:
    """Of a view, as it was after so many changes; ``wanted_at_s`` is when the first of them that no other
    picture shows was made, None where another one shows them all. With ``steps`` it is that of the slice so
    many steps beside the one that is shown."""

    view: str
    kind: PictureKind
    change: int
    wanted_at_s: float | None
    steps: int = 0


@dataclass(frozen=True)
class PicturePart:
    """``number`` is what the browser acknowledges; ``size`` is columns and rows of the view;
    ``offset`` and ``total`` are bytes of the whole picture, none where the browser holds it already as
    ``same``. ``held`` is what it goes on holding, None where that is as before."""

    number: int
    picture: Picture
    size: tuple[int, int]
    offset: int
    total: int
    content: bytes
    same: int | None = None
    held: list[int] | None = None

    @property
    def is_last(self) -> bool:
        return self.offset + len(self.content) == self.total


@dataclass
class _Outgoing:
    picture: Picture
    content: bytes
    digest: bytes
    same: int | None
    sent_bytes: int = 0

    @property
    def bytes_left(self) -> int:
        return len(self.content) - self.sent_bytes


@dataclass
class _ViewTurn:
    """``wanted`` counts the changes, ``begun`` is the one whose picture was begun last."""

    size: tuple[int, int] = (0, 0)
    wanted: int = 0
    begun: int = 0
    changed_at_s: float = 0.0
    wanted_at_s: float = 0.0
    begun_at_s: float = -1.0
    moving_kind: PictureKind = PictureKind.LOSSLESS
    last_sent: PictureKind = PictureKind.LOSSLESS
    was_drawn: bool = False
    waits: bool = False
    making: Picture | None = None
    outgoing: _Outgoing | None = None
    bytes_of: dict[PictureKind, int] = field(default_factory=dict)
    beside_of: dict[int, int] = field(default_factory=dict)
    """By steps: the change whose slice beside was sent ahead, or cannot be."""

    @property
    def is_new(self) -> bool:
        return self.wanted != self.begun

    @property
    def is_busy(self) -> bool:
        return bool(self.making or self.outgoing)

    @property
    def is_ahead(self) -> bool:
        """Whether what is made or sent of it now is a slice beside."""
        return bool(self._under_way and self._under_way.steps)

    @property
    def _under_way(self) -> Picture | None:
        return self.making or (self.outgoing.picture if self.outgoing else None)

    def drop_ahead(self) -> None:
        """Something else is wanted first."""
        if self._under_way and self._under_way.steps:
            self.beside_of.pop(self._under_way.steps, None)
            self.making = self.outgoing = None

    @property
    def steps_ahead(self) -> int | None:
        """To the slice beside that was not sent ahead yet."""
        return next((steps for steps in BESIDE if self.beside_of.get(steps) != self.wanted), None)

    @property
    def is_due_at_s(self) -> float | None:
        """When its next picture is; None where none is wanted."""
        if self.is_busy:
            return None
        if self.is_new:
            return self.begun_at_s + 1 / FRAMES_A_SECOND
        return None if self.last_sent is PictureKind.LOSSLESS else self.changed_at_s + STANDS_S

    def expected_bytes(self, kind: PictureKind) -> int:
        lossless = self.bytes_of.get(PictureKind.LOSSLESS) or int(
            self.size[0] * self.size[1] * _BYTES_A_PIXEL
        )
        return self.bytes_of.get(kind) or max(1, int(lossless * kind.value))


class Turns:
    """Views are known by their names; times are seconds of one clock.

    Told when a view is changed (``want``), when a picture is made, and what the browser acknowledges; gives
    the picture that is to be made now, and the part that is to be sent now.
    """

    def __init__(self, link: NetworkLink) -> None:
        self.link, self.held = link, HeldPictures()
        self.pointed_at = ""
        self._views: dict[str, _ViewTurn] = {}
        self._drawn_by: dict[int, Picture] = {}

    def want(self, name: str, now_s: float, waits: bool = False) -> None:
        """A view that ``waits`` gives way to the others until they rest, but for one under the pointer."""
        view = self._views.setdefault(name, _ViewTurn(waits=waits))
        if not view.is_new:
            view.wanted_at_s = now_s
        view.wanted += 1
        view.changed_at_s = now_s
        for each in self._views.values():
            each.drop_ahead()

    def keep(self, names: Sequence[str]) -> None:
        """Of the other views nothing is sent any more."""
        self._views = {name: view for name, view in self._views.items() if name in names}

    def next_picture(self, now_s: float) -> Picture | None:
        """Of a view that was changed, else of one that stands and has no lossless picture yet; the view under
        the pointer before others, then the one that waits longest. When all is done, of a slice beside."""
        making = [view.expected_bytes(view.making.kind) for view in self._views.values() if view.making]
        if not self.link.has_room(len(making), sum(making)):
            return None
        due = [name for name in self._views if self._is_due(name, now_s)]
        if not due:
            return self._next_ahead(now_s)
        name = min(due, key=lambda name: (not self._views[name].is_new, *self._order(name)))
        view = self._views[name]
        kind = PictureKind.LOSSLESS
        if view.is_new:
            kind = view.moving_kind = self._kind_that_fits(view, now_s)
        picture = Picture(name, kind, view.wanted, view.wanted_at_s if view.is_new else None)
        view.begun, view.begun_at_s, view.making = view.wanted, now_s, picture
        return picture

    def made(
        self,
        picture: Picture,
        content: bytes,
        size: tuple[int, int],
        digest: bytes = b"",
        same: int | None = None,
    ) -> None:
        """``size`` is columns and rows of the view, ``digest`` that of the pixels where the browser is to
        hold it. Without content it is the ``same`` that the browser holds, which is lossless."""
        view = self._views.get(picture.view)
        if view and view.making is picture:
            view.making, view.size = None, size
            if same is None:
                view.bytes_of[picture.kind] = len(content)
            else:
                picture = replace(picture, kind=PictureKind.LOSSLESS)
            view.outgoing = _Outgoing(picture, content, digest, same)

    @property
    def holds(self) -> bool:
        """Whether the link is so long that the browser holds pictures."""
        return self.link.round_trip_s + self.link.seconds(self._typical_bytes) > _LONG_S

    def failed(self, picture: Picture, number: int | None = None) -> None:
        """It could not be made, or its part of this number not be sent: its view has the next one when it is
        changed again."""
        if number is not None:
            self.link.forget(number)
            self._drawn_by.pop(number, None)
        view = self._views.get(picture.view)
        if view and (view.making is picture or (view.outgoing and view.outgoing.picture is picture)):
            view.making = view.outgoing = None
            view.last_sent = PictureKind.LOSSLESS

    def next_part(self, now_s: float) -> PicturePart | None:
        for name, view in self._views.items():
            if view.outgoing and self._is_outdated(view, view.outgoing):
                view.outgoing = None
            elif view.outgoing and view.outgoing.same is not None and view.outgoing.same not in self.held:
                view.outgoing = None
                self.want(name, now_s)
        if not self.link.has_room():
            return None
        going = [
            (name, view.outgoing)
            for name, view in self._views.items()
            if view.outgoing and (self.link.is_idle or not view.is_ahead)
        ]
        if not going:
            return None
        # What shows a change before what only shows it better.
        name, outgoing = min(going, key=lambda each: (self._refines(*each), *self._order(each[0])))
        view = self._views[name]
        begin, total = outgoing.sent_bytes, len(outgoing.content)
        content = outgoing.content[begin : begin + self._part_bytes(outgoing)]
        number = self.link.send(len(content), now_s)
        outgoing.sent_bytes += len(content)
        held = None
        if outgoing.sent_bytes == total:
            view.outgoing = None
            if not outgoing.picture.steps:
                self._drawn_by[number] = outgoing.picture
                view.last_sent = outgoing.picture.kind
            if outgoing.digest and outgoing.picture.kind is PictureKind.LOSSLESS and outgoing.same is None:
                columns, rows = view.size
                self.held.hold(number, name, outgoing.digest, columns * rows)
                held = self.held.numbers
        return PicturePart(number, outgoing.picture, view.size, begin, total, content, outgoing.same, held)

    def acknowledge(self, number: int, spent_s: float, now_s: float) -> float | None:
        """As NetworkLink.acknowledge. Gives how long the link let a step wait until it showed; None for what
        is no step, as the first picture of a view."""
        self.link.acknowledge(number, spent_s, now_s)
        picture = self._drawn_by.pop(number, None)
        view = self._views.get(picture.view) if picture else None
        if picture is None or view is None or picture.wanted_at_s is None:
            return None
        is_step, view.was_drawn = view.was_drawn and not view.waits, True
        if not is_step:
            return None
        # It waits for what is on the way, then it goes itself; all else is spent by a busy machine.
        longest_s = 2 * self.link.busy_s + self.link.seconds(view.expected_bytes(picture.kind))
        return min(max(0.0, now_s - picture.wanted_at_s - spent_s), longest_s)

    def seconds_to_next(self, now_s: float) -> float | None:
        """Until time alone makes a picture due. One that is due already waits for the link, which is told."""
        times = [*map(self._due_at_s, self._views), self._ahead_is_due_at_s]
        later = [at_s for at_s in times if at_s is not None and at_s > now_s]
        return max(0.001, min(later) - now_s) if later else None

    def _is_due(self, name: str, now_s: float) -> bool:
        """And as many of its pictures as are made meanwhile are on the way at most."""
        at_s = self._due_at_s(name)
        undrawn = sum(picture.view == name for picture in self._drawn_by.values())
        return at_s is not None and at_s <= now_s and undrawn < 1 + FRAMES_A_SECOND * self.link.busy_s

    def _due_at_s(self, name: str) -> float | None:
        view = self._views[name]
        at_s = view.is_due_at_s
        if at_s is None or not view.waits or name == self.pointed_at:
            return at_s
        return max([at_s, *(each.changed_at_s + REST_S for each in self._views.values() if not each.waits)])

    @property
    def _typical_bytes(self) -> int:
        view = self._views.get(self.pointed_at)
        return view.expected_bytes(PictureKind.LOSSLESS) if view else 0

    @property
    def _ahead_is_due_at_s(self) -> float | None:
        """When a slice beside is sent ahead, if the link is idle then; None where none is."""
        view = self._views.get(self.pointed_at)
        is_done = all(not each.is_busy and each.is_due_at_s is None for each in self._views.values())
        if view is None or not is_done or not view.size[0] or view.steps_ahead is None or not self.holds:
            return None
        return max(each.changed_at_s for each in self._views.values()) + REST_S

    def _next_ahead(self, now_s: float) -> Picture | None:
        due_at_s = self._ahead_is_due_at_s
        if due_at_s is None or due_at_s > now_s or not self.link.is_idle:
            return None
        view = self._views[self.pointed_at]
        steps = view.steps_ahead
        assert steps is not None
        view.beside_of[steps] = view.wanted
        view.making = Picture(self.pointed_at, PictureKind.LOSSLESS, view.wanted, None, steps)
        return view.making

    def _part_bytes(self, outgoing: _Outgoing) -> int:
        if not outgoing.sent_bytes:
            return HEAD_BYTES
        if outgoing.picture.steps:
            return max(LEAST_PART_BYTES, int((self.link.rate or 0) * _AHEAD_PART_S))
        return self.link.part_bytes

    def _order(self, name: str) -> tuple[bool, float]:
        return name != self.pointed_at, self._views[name].wanted_at_s

    def _refines(self, name: str, outgoing: _Outgoing) -> bool:
        moving_kind = self._views[name].moving_kind
        return moving_kind is not PictureKind.LOSSLESS and outgoing.picture.kind is PictureKind.LOSSLESS

    def _is_outdated(self, view: _ViewTurn, outgoing: _Outgoing) -> bool:
        """Its view was changed meanwhile, and a picture of now would be there before the rest of it."""
        is_long = self.link.seconds(outgoing.bytes_left) > MOVING_S
        return outgoing.picture.kind is PictureKind.LOSSLESS and view.is_new and is_long

    def _kind_that_fits(self, view: _ViewTurn, now_s: float) -> PictureKind:
        moving = [
            each for each in self._views.values() if each.is_new or now_s < each.changed_at_s + STANDS_S
        ]
        for kind in PictureKind:
            limit_s = MOVING_S * (1 if kind is view.moving_kind else _SURELY)
            if self.link.seconds(sum(each.expected_bytes(kind) for each in moving)) <= limit_s:
                return kind
        return PictureKind.HALF_SIZE
