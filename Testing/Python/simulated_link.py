"""A server, a browser and a link of any rate and delay between them, simulated: nothing waits here."""

import heapq
import random
from dataclasses import dataclass, field
from itertools import count

from QuizLoaderLib.apps.web.link import LEAST_ON_THE_WAY, NetworkLink
from QuizLoaderLib.apps.web.turns import Picture, PictureKind, PicturePart, Turns

SIZE = (458, 354)
BYTES = {PictureKind.LOSSLESS: 80_000, PictureKind.LOSSY: 20_000, PictureKind.HALF_SIZE: 7_000}
RENDER_S, DRAW_S = 0.015, 0.008
NOTCH_S = 1 / 60
FAST, WIRED, HOME = (1e9, 0.001), (12.5e6, 0.02), (2.5e6, 0.04)
MOBILE, SLOW, LAME = (1.25e6, 0.06), (0.625e6, 0.08), (0.1e6, 0.3)


@dataclass
class World:
    """A server, a browser, and a link of ``rate`` bytes a second between them; its clock runs by events."""

    rate: float
    round_trip_s: float
    now_s: float = 0.0
    late: dict[int, float] = field(default_factory=dict)
    """Seconds by which the parts of these numbers come late; what is behind them waits."""
    busy_s: tuple[float, float] = (0.0, 0.0)
    """Least and most seconds that anything waits, by chance, for the processor of either end."""

    def __post_init__(self):
        self.turns = Turns(NetworkLink())
        self.changes: dict[str, int] = {}
        self.steps: list[float | None] = []
        self.shown: list[tuple[float, Picture]] = []
        self.most_on_the_way = self.most_allowed = 0
        self._events: list = []
        self._order = count()
        self._looks_at_s = 0.0
        self._is_free_at_s = self._last_comes_at_s = self._last_told_at_s = 0.0
        self._chance = random.Random(1)
        self._offset: dict[str, int] = {}
        self._ping()

    def at(self, when_s, action):
        heapq.heappush(self._events, (when_s, next(self._order), action))

    def run(self, until_s):
        while self._events and self._events[0][0] <= until_s:
            self.now_s, _, action = heapq.heappop(self._events)
            action()
            self._serve()
        self.now_s = until_s

    def scroll(self, view, seconds, notch_s=NOTCH_S):
        for notch in range(int(seconds / notch_s)):
            self.at(self.now_s + notch * notch_s, lambda: self._want(view))

    def _want(self, view):
        self.changes[view] = self.changes.get(view, 1) + 1
        self.turns.want(view, self.now_s)

    def _ping(self):
        if self.turns.link.is_idle:
            self._carry(self.turns.link.send(0, self.now_s), 0, None)
        self.at(self.now_s + 1, self._ping)

    def _serve(self):
        while True:
            if part := self.turns.next_part(self.now_s):
                link = self.turns.link
                self.most_on_the_way = max(self.most_on_the_way, link.bytes_on_the_way)
                allowed = max(link.window_bytes, LEAST_ON_THE_WAY * link.part_bytes) + link.part_bytes
                assert link.bytes_on_the_way <= allowed
                self._carry(part.number, len(part.content), part)
            elif picture := self.turns.next_picture(self.now_s):
                content = bytes(BYTES[picture.kind])
                self.at(
                    self.now_s + RENDER_S + self._busy(),
                    lambda picture=picture, content=content: self.turns.made(picture, content, SIZE),
                )
            else:
                break
        seconds = self.turns.seconds_to_next(self.now_s)
        if seconds is not None and not self.now_s < self._looks_at_s <= self.now_s + seconds:
            self._looks_at_s = self.now_s + seconds
            self.at(self._looks_at_s, lambda: None)

    def _carry(self, number, size, part: PicturePart | None):
        self._is_free_at_s = max(self.now_s, self._is_free_at_s) + size / self.rate
        comes = self._is_free_at_s + self.round_trip_s / 2 + self.late.get(number, 0) + self._busy()
        self._last_comes_at_s = comes = max(comes, self._last_comes_at_s)
        self.at(comes, lambda: self._come(number, part))

    def _come(self, number, part):
        spent = 0.0
        if part:
            expected = self._offset.get(part.picture.view, 0)
            assert part.offset in (0, expected), "in order"
            self._offset[part.picture.view] = part.offset + len(part.content)
            if part.is_last:
                spent = DRAW_S
                self.at(self.now_s + spent, lambda: self.shown.append((self.now_s, part.picture)))
        self.at(self.now_s + spent, lambda: self._tell(number, spent))

    def _tell(self, number, spent):
        told_at_s = max(self._last_told_at_s, self.now_s + self.round_trip_s / 2 + self._busy())
        self._last_told_at_s = told_at_s
        self.at(told_at_s, lambda: self.steps.append(self.turns.acknowledge(number, spent, self.now_s)))

    def _busy(self):
        return self._chance.uniform(*self.busy_s)
