"""The way to the browser: how fast it is, and how much may be on it at once.

Everything that is sent has a number, and the browser acknowledges each; from when it does, round trip and
rate follow. What is on the way is never more than the way itself holds, so that what is newest does not wait.
"""

from collections import deque
from dataclasses import dataclass

FIRST_BYTES = 64 * 1024
"""On the way at most until the rate is known."""

LEAST_ON_THE_WAY = 2

WORK_S = 0.03
"""What both ends need for a picture: to render and pack it here, to unpack and draw it there."""

LEAST_PART_BYTES, PART_S = 16 * 1024, 0.05
"""Pictures are sent in parts that take so long: what a reader does meanwhile waits for one part at most."""

HEAD_BYTES = 1024
"""Of a picture these go ahead. Both ends may be busy, and see them as late as the rest: what the rest takes
longer is the link's."""

_FEWEST_BYTES = 2048
"""Less says nothing about the rate, and takes no room."""

_BURSTS, _OUTERMOST = 32, 4
"""The rate is that of the last bursts without the quickest and the slowest, one of four each: those were
late on their way, or a busy processor looked at them together with others."""

_BURST_S = 0.005
"""What is acknowledged so soon after another was held up together with it."""

_ROUND_TRIP_S = 60.0
"""The round trip is the shortest one of these last seconds."""


@dataclass(frozen=True)
class _Sent:
    bytes: int
    at_s: float


@dataclass
class _Burst:
    bytes: int
    seconds: float
    until_s: float

    @property
    def seconds_a_byte(self) -> float:
        return self.seconds / self.bytes


class NetworkLink:
    """Times are seconds of one clock; the rate is in bytes a second and None while it is not known."""

    def __init__(self) -> None:
        self._on_the_way: dict[int, _Sent] = {}
        self._number = 0
        self._left_at_s: dict[int, float] = {}
        self._round_trips: deque[tuple[float, float]] = deque()
        self._bursts: deque[_Burst] = deque(maxlen=_BURSTS)

    @property
    def round_trip_s(self) -> float:
        """Without what the browser spent on a picture."""
        return min((seconds for _at, seconds in self._round_trips), default=0.05)

    @property
    def rate(self) -> float | None:
        if not self._bursts:
            return None
        bursts = sorted(self._bursts, key=lambda burst: burst.seconds_a_byte)
        outermost = len(bursts) // _OUTERMOST
        middle = bursts[outermost : len(bursts) - outermost]
        return sum(burst.bytes for burst in middle) / max(1e-4, sum(burst.seconds for burst in middle))

    @property
    def window_bytes(self) -> int:
        """What goes through until the first of it is acknowledged."""
        return FIRST_BYTES if self.rate is None else int(self.rate * self.busy_s)

    @property
    def busy_s(self) -> float:
        return self.round_trip_s + WORK_S

    @property
    def part_bytes(self) -> int:
        return max(LEAST_PART_BYTES, int((self.rate or 0) * PART_S))

    @property
    def bytes_on_the_way(self) -> int:
        return sum(sent.bytes for sent in self._on_the_way.values())

    @property
    def is_idle(self) -> bool:
        return not self._on_the_way

    def has_room(self, count: int = 0, size: int = 0) -> bool:
        """Beside so many more, of so many bytes, that are about to be sent. There is always room for a second
        one: it comes while the browser draws the first."""
        is_within = self.bytes_on_the_way + size < self.window_bytes
        whole = sum(sent.bytes >= _FEWEST_BYTES for sent in self._on_the_way.values())
        return is_within or whole + count < LEAST_ON_THE_WAY

    def seconds(self, size: int) -> float:
        """How long so many bytes take, as far as that is known."""
        return size / self.rate if self.rate else 0.0

    def send(self, size: int, now_s: float) -> int:
        """Gives the number of what is sent now."""
        self._number += 1
        self._on_the_way[self._number] = _Sent(size, now_s)
        return self._number

    def forget(self, number: int) -> None:
        """It was not sent after all."""
        self._on_the_way.pop(number, None)

    def acknowledge(self, number: int, spent_s: float, now_s: float) -> None:
        """The browser has it, and has spent some time of its own on it. What it says twice, or of what was
        never sent, is nothing."""
        sent = self._on_the_way.pop(number, None)
        if sent is None:
            return
        spent_s = min(max(0.0, spent_s), now_s - sent.at_s)
        self._note_round_trip(now_s - sent.at_s - spent_s, sent.bytes == 0, now_s)
        # When its last byte had left, as if the whole round trip came after that.
        left_at_s = now_s - spent_s - self.round_trip_s
        if sent.bytes >= _FEWEST_BYTES:
            free_at_s = max(sent.at_s, self._left_at_s.get(number - 1, 0.0))
            self._note_burst(sent.bytes, max(0.0, left_at_s - free_at_s), now_s)
        self._left_at_s[number] = left_at_s
        self._left_at_s.pop(number - _BURSTS, None)

    def _note_round_trip(self, seconds: float, is_bare: bool, now_s: float) -> None:
        """That of a picture is longer than the bare one, which nothing had to be waited for."""
        if is_bare or seconds < self.round_trip_s:
            self._round_trips.append((now_s, seconds))
            while self._round_trips[0][0] < now_s - _ROUND_TRIP_S:
                self._round_trips.popleft()

    def _note_burst(self, size: int, seconds: float, now_s: float) -> None:
        last = self._bursts[-1] if self._bursts else None
        if last and now_s < last.until_s + _BURST_S:
            last.bytes, last.seconds, last.until_s = last.bytes + size, last.seconds + seconds, now_s
        else:
            self._bursts.append(_Burst(size, seconds, now_s))
