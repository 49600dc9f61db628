"""Fingers on a view in the browser of a tablet: what they do to slices, zoom and window, by the numbers."""

import math
import time
from functools import partial

import pytest
from panel_stage import QUESTIONS, VOLUME, image_element, write_images, write_quiz
from web_stage import picture_of, served, text, until, wait_for_views, window

TABLET = (1180, 820)
VIEWS = {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}
RECORD = """() => {
    // What the server is told the fingers do, and the clicks that the browser makes of them.
    window.used = [];
    window.clicks = 0;
    const trigger = trame.trigger;
    trame.trigger = (name, values, ...more) => {
        if (name === "use") used.push(values.slice(1));
        return trigger(name, values, ...more);
    };
    window.addEventListener("click", () => clicks++, true);
}"""
HOLD_ANSWERS = """() => {
    const trigger = trame.trigger;
    window.answers = [];
    window.release = () => { trame.trigger = trigger; };
    trame.trigger = (name, ...more) => trigger(name, ...more).then(answer => name !== "use" ? answer
        : new Promise((resolve, reject) => answers.push({ resolve, reject })));
}"""
NEXT_S, REST_S = 0.02, 0.6
"""How soon fingers go on, and how long they rest."""


class Fingers:
    """On the screen of Chromium, in pixels of the page, each at its place until it is lifted. They say when
    they do something, however long the browser takes for it."""

    now_s = 0.0

    def __init__(self, page):
        self._page, self._devtools = page, page.context.new_cdp_session(page)
        self._places = []
        # Not before the page was there, nor before what fingers did last.
        Fingers.now_s = max(Fingers.now_s + REST_S, time.time())

    def down(self, *pixels):
        """Beside those that are there."""
        self._places = [*self._places, *pixels]
        self._tell("touchStart", self._points(self._places))

    def at(self, *pixels):
        """All of them are there now; where there were more, the last are lifted."""
        while len(self._places) > len(pixels):
            self._tell("touchEnd", self._points(self._places)[-1:])
            self._places.pop()
        self._places = [*pixels]
        self._tell("touchMove", self._points(self._places))

    def lift(self):
        """All of them."""
        self._places = []
        self._tell("touchEnd", ())

    def rest(self):
        """Where they are."""
        Fingers.now_s += REST_S

    def _tell(self, kind, points):
        Fingers.now_s += NEXT_S
        told = {"type": kind, "touchPoints": points, "timestamp": self.now_s}
        self._devtools.send("Input.dispatchTouchEvent", told)
        # A browser that is too busy for a touch drops it.
        self._page.evaluate("() => new Promise(requestAnimationFrame)")

    def _points(self, pixels):
        return [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(pixels)]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("touch")
    images = "".join(image_element("Volume", VOLUME, view, plane) for view, plane in VIEWS.items())
    quiz = write_quiz(folder / "touch.xml", [f"|{images}{QUESTIONS}"])
    with served(folder, quiz, "--images", write_images(folder / "images")) as command:
        yield command.address


@pytest.fixture(scope="module")
def opened(browser, address):
    with window(browser, address, TABLET, has_touch=True) as page:
        wait_for_views(page)
        page.evaluate(RECORD)
        yield page


@pytest.fixture(scope="module")
def as_written(opened):
    """What stands in the corner before any finger came."""
    return corner(opened)


@pytest.fixture
def page(opened, as_written):
    opened.keyboard.press("r")
    # All of it: the story before may have changed the zoom alone, or the slice.
    until(lambda: corner(opened) == as_written, "the page as its author wrote it")
    wait_for_views(opened)
    opened.evaluate("() => { used = []; clicks = 0; }")
    yield opened
    assert opened.faults == []


@pytest.fixture
def fingers(page):
    return Fingers(page)


@pytest.fixture
def middle(page):
    box = page.get_by_test_id("view-Red").bounding_box()
    return box["x"] + box["width"] // 2, box["y"] + box["height"] // 2


def corner(page):
    return page.evaluate("trame.state.get('corners').Red")


def wait_for_corner(page, what, expected):
    until(lambda: corner(page)[what] == pytest.approx(expected), f"{expected}, not {corner(page)[what]}")


def used(page, tool):
    return [values for name, *values in page.evaluate("used") if name == tool]


def both_sides(middle, apart):
    """Two places on a slope, this many pixels from each other."""
    return beside(middle, -0.3 * apart, -0.4 * apart), beside(middle, 0.3 * apart, 0.4 * apart)


def beside(place, right, down):
    return place[0] + right, place[1] + down


def block_end(page):
    """The (column, row) of the last bright pixel in the view, right and below of all others."""
    bright = picture_of(page, "Red").astype(int).min(axis=2) > 100
    return bright.any(axis=0).nonzero()[0].max(), bright.any(axis=1).nonzero()[0].max()


def test_one_finger_moves_the_image(page, fingers, middle):
    column, row = block_end(page)
    fingers.down(middle)
    for part in range(1, 6):
        fingers.at(beside(middle, 6 * part, 8 * part))
    fingers.lift()
    until(
        lambda: block_end(page) == pytest.approx((column + 30, row + 40), abs=1), "the image under the finger"
    )


def test_two_fingers_go_through_the_slices(page, fingers, middle):
    assert corner(page)["offset"] == "S 0.5 mm"
    start = both_sides(middle, 60)
    fingers.down(*start)
    for up in (10, 20, 30, 43, 60):
        fingers.at(*(beside(place, 0, -up) for place in start))
    wait_for_corner(page, "offset", "S 4.5 mm")
    # And back again, further than they came.
    fingers.at(*(beside(place, 0, 30) for place in start))
    fingers.lift()
    wait_for_corner(page, "offset", "I 1.5 mm")
    assert sum(steps for _view, steps in used(page, "slice")) == -2
    assert not used(page, "zoom")


def test_two_fingers_zoom_as_far_as_they_go_apart(page, fingers, middle):
    before = corner(page)["mm_per_pixel"]
    fingers.down(*both_sides(middle, 100))
    for apart in (105, 130, 160, 200):
        fingers.at(*both_sides(middle, apart))
    wait_for_corner(page, "mm_per_pixel", before / 2)
    fingers.at(*both_sides(middle, 80))
    fingers.lift()
    wait_for_corner(page, "mm_per_pixel", before * 100 / 80)
    assert not used(page, "slice")


def test_a_finger_that_rests_first_changes_window_and_level(page, fingers, middle):
    fingers.down(middle)
    fingers.rest()
    fingers.at(beside(middle, 60, 0))
    wait_for_corner(page, "window", f"W {1000 * 1.1**2:.0f} L 500")
    fingers.at(beside(middle, 60, 20))
    fingers.lift()
    wait_for_corner(page, "window", f"W 1210 L {500 + 0.1 * 1210:.0f}")
    assert not used(page, "pan")


def test_a_third_finger_does_no_harm(page, fingers, middle):
    before = corner(page)["mm_per_pixel"]
    third = beside(middle, 90, -60)
    fingers.down(*both_sides(middle, 100), third)
    fingers.at(*both_sides(middle, 125), beside(third, 10, 70))
    fingers.at(*both_sides(middle, 150), third)
    wait_for_corner(page, "mm_per_pixel", before / 1.5)
    # One after the other is lifted while the others move.
    fingers.at(*both_sides(middle, 50))
    fingers.at(beside(middle, 50, 50))
    fingers.lift()
    assert all(math.isfinite(by) for _view, by in used(page, "zoom"))
    assert not used(page, "pan")
    assert not used(page, "slice")


def test_a_finger_left_after_a_pinch_does_nothing_until_another_joins_it(page, fingers, middle):
    before = corner(page)["mm_per_pixel"]
    one, other = both_sides(middle, 100)
    fingers.down(one, other)
    fingers.at(*both_sides(middle, 150))
    wait_for_corner(page, "mm_per_pixel", before / 1.5)
    told = page.evaluate("used.length")
    for moved in (10, 40, 80):
        fingers.at(beside(one, moved, 0))
    assert page.evaluate("used.length") == told
    fingers.at(one)
    fingers.down(other)
    fingers.at(*both_sides(middle, 150))
    wait_for_corner(page, "mm_per_pixel", before / 1.5 / 1.5)
    fingers.lift()


def has_views(page, count):
    return page.locator("[data-view]").count() == count


def test_two_taps_make_a_view_large_and_two_more_show_all(page, fingers, middle):
    for taps, views in ((2, 1), (4, len(VIEWS))):
        for _tap in range(2):
            fingers.down(middle)
            fingers.lift()
        # The browser makes clicks of them, and of the second a double click.
        page.wait_for_function("taps => clicks === taps", arg=taps)
        assert used(page, "enlarge") == [["Red"]] * (taps // 2)
        until(partial(has_views, page, views), f"{views} views")
        wait_for_views(page)


def test_what_is_moved_while_the_server_is_busy_is_told_at_once_afterwards(page, fingers, middle):
    page.evaluate(HOLD_ANSWERS)
    body = page.get_by_test_id("view-Red").bounding_box()
    fingers.down(middle)
    for right in range(20, 81, 10):
        fingers.at(beside(middle, right, 0))
    page.wait_for_function("answers.length === 1")
    assert len(used(page, "pan")) == 1
    # An answer that does not come at all ends nothing.
    page.evaluate("answers[0].reject(new Error('The connection is lost.'))")
    page.wait_for_function("answers.length === 2")
    fingers.lift()
    page.evaluate("release()")
    moved = used(page, "pan")
    assert len(moved) == 2
    assert sum(right for _view, right, _up in moved) == pytest.approx(20 * 80 / body["width"])
    assert text(page, "position") == "Page 1 of 1"
