"""What is sent to the browser over links of any rate and delay."""

import random

import pytest
from QuizLoaderLib.apps.web.held_pictures import MOST_HELD, MOST_PIXELS, HeldPictures
from QuizLoaderLib.apps.web.link import LEAST_PART_BYTES, WORK_S, NetworkLink
from QuizLoaderLib.apps.web.streaming import SLOW_S
from QuizLoaderLib.apps.web.turns import REST_S, PictureKind, Turns
from simulated_link import (
    BYTES,
    FAST,
    HOME,
    LAME,
    MOBILE,
    NOTCH_S,
    RENDER_S,
    SIZE,
    SLOW,
    WIRED,
    World,
)


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


def looked_at(link):
    """The pointer is on a view, which stands for two seconds."""
    world = World(*link)
    world.turns.pointed_at = "Red"
    for view in ("Red", "Green"):
        world.turns.want(view, 0.0)
    world.run(3.0)
    return world


def sent_ahead(world):
    return [(picture.view, picture.steps) for _at, picture in world.shown if picture.steps]


@pytest.mark.parametrize("link", [HOME, MOBILE, SLOW])
def test_the_slices_beside_the_one_under_the_pointer_go_ahead_once_everything_stands(link):
    world = looked_at(link)
    assert sent_ahead(world) == [("Red", 1), ("Red", -1)]
    at_s = [at_s for at_s, picture in world.shown if picture.steps]
    assert min(at_s) > max(at_s for at_s, picture in world.shown if not picture.steps)
    world.run(9.0)
    assert len(sent_ahead(world)) == 2, "once each"


def test_over_a_short_link_nothing_goes_ahead():
    assert sent_ahead(looked_at(FAST)) == []


@pytest.mark.parametrize("link", [HOME, MOBILE, SLOW])
def test_a_step_waits_for_one_small_part_of_what_goes_ahead_at_most(link):
    def step_s(after_s):
        world = looked_at(link)
        world.turns.want("Red", world.now_s)
        world.run(world.now_s + after_s)
        began = world.now_s
        world.turns.want("Green", began)
        world.at(began, lambda: None)
        world.run(began + 2)
        return next(at_s for at_s, each in world.shown if at_s > began and each.view == "Green") - began

    alone = step_s(3.0)
    part_s = max(0.02, LEAST_PART_BYTES / link[0])
    # What goes ahead begins a fifth of a second after the last change was shown.
    assert max(step_s(0.3 + hundredth / 100) for hundredth in range(0, 90, 3)) <= alone + part_s + 0.001


def test_what_the_browser_holds_is_named_and_not_sent_again_in_whatever_quality_it_would_be():
    turns = Turns(NetworkLink())
    turns.pointed_at = "Red"
    now_s = 0.0

    def send(content, digest, same=None):
        nonlocal now_s
        picture = turns.next_picture(now_s)
        assert picture
        turns.made(picture, content, SIZE, digest, same)
        while True:
            part = turns.next_part(now_s)
            assert part
            now_s += 0.05
            turns.acknowledge(part.number, 0.0, now_s)
            if part.is_last:
                return part

    turns.want("Red", 0.0)
    first = send(bytes(5000), b"first")
    now_s += 1
    ahead = send(bytes(5000), b"beside")
    assert (ahead.picture.steps, ahead.held) == (1, [first.number, ahead.number])
    turns.want("Red", now_s)
    same = turns.held.number_of("Red", b"beside")
    assert same == ahead.number
    assert turns.held.number_of("Green", b"beside") is None
    named = send(b"", b"beside", same)
    assert (named.same, named.total, named.picture.kind) == (same, 0, PictureKind.LOSSLESS)
    assert named.picture.steps == 0
    now_s += 1
    after = turns.next_picture(now_s)
    assert after and after.steps, "nothing better is to come"


def test_what_the_browser_holds_is_bounded():
    held = HeldPictures()
    for number in range(20):
        held.hold(number, "Red", bytes([number]), 1000)
    assert held.numbers == list(range(20 - MOST_HELD, 20))
    assert held.number_of("Red", bytes([20 - MOST_HELD])) == 20 - MOST_HELD
    held.hold(20, "Red", b"", 1000)
    assert 20 - MOST_HELD in held, "the one that was named is not the oldest any more"
    held.hold(21, "Red", b"large", MOST_PIXELS)
    assert held.numbers == [21]


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


def test_a_view_that_waits_has_its_picture_once_the_others_rest_or_the_pointer_is_over_it():
    turns = Turns(NetworkLink())
    turns.want("Red", 0.0)
    turns.want("3D", 0.0, waits=True)
    first = turns.next_picture(0.0)
    assert first and first.view == "Red"
    turns.made(first, b"", SIZE)
    turns.next_part(0.0)
    assert turns.next_picture(REST_S / 2) is None
    assert turns.seconds_to_next(REST_S / 2) == pytest.approx(REST_S / 2)
    turns.pointed_at = "3D"
    at_once = turns.next_picture(REST_S / 2)
    assert at_once and at_once.view == "3D"
    turns.failed(at_once)
    turns.pointed_at = ""
    turns.want("3D", REST_S, waits=True)
    later = turns.next_picture(REST_S)
    assert later and later.view == "3D"


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
