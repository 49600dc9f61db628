"""What is sent to the browser over links of any rate and delay, which are simulated: nothing waits here."""

import heapq
import random
from dataclasses import dataclass, field
from itertools import count

import pytest
from QuizLoaderLib.apps.web.link import LEAST_ON_THE_WAY, WORK_S, NetworkLink
from QuizLoaderLib.apps.web.streaming import SLOW_S
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


def scrolled(link, **late):
    """The wheel is turned for four seconds, from the third on; then the view stands."""
    world = World(*link, **late)
    world.turns.want("Red", 0.0)
    world.run(3.0)
    world.scroll("Red", 4.0)
    world.run(12.9)
    return world


def between(world, begin_s, end_s):
    return [picture for at_s, picture in world.shown if begin_s < at_s <= end_s]


def first_of_the_last_change(world):
    return next(at_s for at_s, picture in world.shown if picture.change == world.shown[-1][1].change)


@pytest.mark.parametrize(
    ("link", "images_a_second", "stops_s"),
    [
        (FAST, 37, 0.05),
        (WIRED, 35, 0.15),
        (HOME, 20, 0.25),
        (MOBILE, 15, 0.3),
        (SLOW, 10, 0.5),
        (LAME, 5, 1.0),
    ],
)
def test_images_keep_coming_and_stop_with_the_wheel_and_the_last_is_lossless(link, images_a_second, stops_s):
    world = scrolled(link)
    assert len(between(world, 3, 7)) / 4 >= images_a_second
    assert first_of_the_last_change(world) - 7 <= stops_s
    at_s, last = world.shown[-1]
    assert last.kind is PictureKind.LOSSLESS
    assert at_s - 7 <= 0.4 + link[1] + BYTES[PictureKind.LOSSLESS] / link[0]
    changes = [picture.change for _at, picture in world.shown]
    assert changes == sorted(changes), "none comes after a newer one"


def test_a_fast_link_is_lossless_throughout_and_a_slow_one_as_soon_as_the_view_stands():
    for link in (FAST, WIRED, HOME):
        assert set(world_kinds(scrolled(link))) == {PictureKind.LOSSLESS}
    assert set(between_kinds(scrolled(SLOW), 3.5, 7)) == {PictureKind.LOSSY}
    assert set(between_kinds(scrolled(LAME), 3.5, 7)) == {PictureKind.HALF_SIZE}


@pytest.mark.parametrize("link", [FAST, WIRED, HOME, MOBILE, SLOW, LAME])
def test_parts_that_come_late_lose_nothing_and_a_slow_link_is_not_taken_for_a_fast_one(link):
    chance = random.Random(1)
    late = {number: 0.2 for number in range(100_000) if chance.random() < 0.05}
    world = scrolled(link, late=late)
    assert world.shown[-1][1].kind is PictureKind.LOSSLESS
    assert world.shown[-1][1].change == world.changes["Red"]
    assert world.turns.link.is_idle
    assert world.turns.link.rate == pytest.approx(link[0], rel=0.5)


BUSY_S = (0.0, 0.025)


@pytest.mark.parametrize("link", [FAST, WIRED])
def test_busy_machines_are_no_slow_link(link):
    world = scrolled(link, busy_s=BUSY_S)
    assert len(between(world, 3, 7)) / 4 >= 25
    assert set(between_kinds(world, 3.5, 7)) == {PictureKind.LOSSLESS}


@pytest.mark.parametrize("link", [MOBILE, SLOW, LAME])
def test_a_slow_link_between_busy_machines_is_not_taken_for_a_fast_one(link):
    assert scrolled(link, busy_s=BUSY_S).turns.link.rate == pytest.approx(link[0], rel=0.5)


def test_a_step_that_only_a_busy_machine_holds_up_is_not_told_as_the_links():
    world = scrolled(FAST, busy_s=(0.0, 0.3))
    assert max(seconds for seconds in world.steps if seconds is not None) < SLOW_S
    world = scrolled((0.02e6, 0.3))
    assert max(seconds for seconds in world.steps if seconds is not None) > SLOW_S


def test_what_is_on_the_way_follows_from_rate_and_round_trip():
    """World asserts the bound of each part that is sent."""
    world = scrolled(SLOW)
    assert world.turns.link.rate == pytest.approx(SLOW[0], rel=0.1)
    assert world.turns.link.round_trip_s == pytest.approx(SLOW[1], rel=0.1)
    assert world.most_on_the_way <= SLOW[0] * (SLOW[1] + WORK_S) + world.turns.link.part_bytes


def test_the_view_under_the_pointer_comes_first_and_the_others_follow():
    world = World(*SLOW)
    world.run(1.5)
    for view in ("Red", "Green", "Yellow"):
        world.turns.want(view, world.now_s)
    world.turns.pointed_at = "Yellow"
    world.at(world.now_s, lambda: None)
    world.run(5.0)
    assert world.shown[0][1].view == "Yellow"
    assert {picture.view for _at, picture in world.shown} == {"Red", "Green", "Yellow"}


def test_a_lossless_picture_is_given_up_for_a_step_that_would_wait_for_it():
    """On a link where it takes four seconds."""
    world = World(20e3, 0.1)
    world.turns.want("Red", 0.0)
    world.run(6.0)
    world.turns.want("Red", world.now_s)
    world.at(world.now_s, lambda: None)
    world.run(7.2)
    began = world.now_s
    assert world.shown[-1][1].kind is PictureKind.HALF_SIZE
    # Its lossless picture is on the way now.
    world.turns.want("Red", began)
    world.at(began, lambda: None)
    world.run(began + 3.0)
    at_s, quick = next((at_s, each) for at_s, each in world.shown if at_s > began)
    assert quick.kind is PictureKind.HALF_SIZE
    assert at_s - began < 2.0
    world.run(30.0)
    assert world.shown[-1][1].kind is PictureKind.LOSSLESS


def test_a_step_is_as_long_as_the_link_makes_it_and_neither_the_first_picture_nor_a_better_one_is_a_step():
    for link, longest in ((FAST, 0.02), (HOME, 0.1), (SLOW, 0.2)):
        world = World(*link)
        world.turns.want("Red", 0.0)
        world.run(3.0)
        assert set(world.steps) == {None}
        for second in (3, 4, 5):
            world.scroll("Red", NOTCH_S)
            world.run(second + 1.0)
        steps = [seconds for seconds in world.steps if seconds is not None]
        assert len(steps) == 3
        assert link[1] + RENDER_S <= max(steps) <= longest


def test_a_view_that_left_the_page_takes_no_more_of_the_link():
    world = World(*SLOW)
    for view in ("Red", "Green"):
        world.turns.want(view, 0.0)
    world.run(0.01)
    world.turns.keep(["Green"])
    world.run(5.0)
    assert {picture.view for _at, picture in world.shown} == {"Green"}
    assert world.shown[-1][1].kind is PictureKind.LOSSLESS


def test_while_the_link_is_full_nothing_is_looked_for_until_it_is_told_of():
    turns = Turns(NetworkLink())
    for view in ("Red", "Green"):
        turns.want(view, 0.0)
    picture = turns.next_picture(0.0)
    assert picture
    turns.made(picture, bytes(10 * BYTES[PictureKind.LOSSLESS]), SIZE)
    while turns.next_part(0.0):
        pass
    turns.want("Red", 0.1)
    turns.want("Red", 0.2)
    assert turns.next_picture(0.3) is None, "there is no room"
    assert turns.seconds_to_next(0.3) is None


def test_a_view_that_comes_back_shows_what_was_made_for_it_since():
    turns = Turns(NetworkLink())
    turns.want("Red", 0.0)
    before = turns.next_picture(0.0)
    turns.keep([])
    turns.want("Red", 1.0)
    since = turns.next_picture(1.0)
    assert before and since
    turns.made(before, b"before", SIZE)
    turns.made(since, b"since", SIZE)
    part = turns.next_part(1.0)
    assert part and part.content == b"since"


def test_an_acknowledgement_that_is_made_up_or_repeated_changes_nothing():
    link = NetworkLink()
    number = link.send(5000, 0.0)
    link.acknowledge(number + 1, 0.0, 0.1)
    assert link.bytes_on_the_way == 5000
    link.acknowledge(number, 1e9, 0.1)
    rate = link.rate
    link.acknowledge(number, 0.0, 5.0)
    assert link.bytes_on_the_way == 0
    assert link.rate == rate


def world_kinds(world):
    return [picture.kind for _at, picture in world.shown]


def between_kinds(world, begin_s, end_s):
    return [picture.kind for picture in between(world, begin_s, end_s)]
