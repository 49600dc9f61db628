"""A reader who is faster than the client: a click on a view is where it was made, or seen to do nothing."""

import numpy as np
import pytest
from drawing_hand import SIDE_MM, enclosed, hand_on
from drawing_stage import at_the_first_page, can_undo, disc, drawn_after_leaving
from web_stage import WINDOW, until

MEASURES_LATE = """() => {
    const later = window.setTimeout, waiting = [];
    window.setTimeout = (action, ms, ...values) =>
        ms === 100 ? waiting.push(() => action(...values)) : later(action, ms, ...values);
    window.measure = () => waiting.splice(0).forEach(action => action());
}"""
"""The page measures a view 100 ms after it came or changed its size, on a busy machine later: here when it is
told to."""

CORNERS = [(10, 10), (40, 10), (40, 40), (10, 40)]


@pytest.fixture
def hand(browser, tmp_path, ct_folder):
    """In a window of its own, whose clocks may be changed."""
    with at_the_first_page(browser, tmp_path, ct_folder) as found:
        yield found


def is_busy(page, expected: bool = True) -> None:
    """To the eye: the pointer says so."""
    cursor = "getComputedStyle(document.querySelector('[data-testid=view-Red] .quiz-area')).cursor"
    until(lambda: (page.evaluate(cursor) == "progress") is expected, f"the pointer to wait: {expected}")


def test_a_click_in_a_client_that_was_just_loaded_again_is_no_point_of_the_polygon(hand, tmp_path):
    page = hand.page
    hand.take("draw")
    corners = [hand.click(corner) for corner in CORNERS[:3]]
    page.add_init_script(f"({MEASURES_LATE})()")
    page.reload()
    # A picture of the right size comes for another reason than the size.
    page.get_by_test_id("polygon-hint").wait_for()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    width = "document.querySelector('[data-testid=view-Red] img')?.naturalWidth"
    until(lambda: page.evaluate(width), "the picture")
    is_busy(page)
    page.mouse.click(*hand.pixel((0, 0)))
    page.evaluate("window.measure()")
    again = hand_on(page)
    is_busy(page, False)
    corners.append(again.click(CORNERS[3]))
    assert np.array_equal(drawn_after_leaving(again, tmp_path), enclosed(corners) * 10)


def test_a_view_without_its_picture_takes_no_click_and_a_waiting_pointer_says_so(hand, tmp_path):
    page = hand.page
    first = hand.click((30, -30))
    can_undo(hand)
    page.evaluate(MEASURES_LATE)
    page.set_viewport_size({"width": WINDOW[0] - 100, "height": WINDOW[1] - 100})
    is_busy(page)
    assert not page.locator("[data-testid=view-Red] .quiz-brush").is_visible()
    x, y = hand.pixel((-30, -30))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 50, y)
    # The picture is there while the button is held still: no stroke begins in the middle.
    page.set_viewport_size({"width": WINDOW[0], "height": WINDOW[1]})
    is_busy(page, False)
    page.mouse.move(x + 100, y)
    page.mouse.up()
    hand = hand_on(page)
    last = hand.click((30, 30))
    assert np.array_equal(drawn_after_leaving(hand, tmp_path), disc(first, last) * 10)


def test_a_double_click_on_a_view_without_its_picture_closes_no_polygon(hand, tmp_path):
    page = hand.page
    hand.take("draw")
    corners = [hand.click(corner) for corner in CORNERS[:3]]
    page.evaluate(MEASURES_LATE)
    page.set_viewport_size({"width": WINDOW[0] - 100, "height": WINDOW[1] - 100})
    is_busy(page)
    page.mouse.dblclick(*hand.pixel((-SIDE_MM / 4, 0)))
    page.set_viewport_size({"width": WINDOW[0], "height": WINDOW[1]})
    hand = hand_on(page)
    assert hand.editor()["polygon"] == "Red"
    corners.append(hand.click(CORNERS[3], times=2))
    until(lambda: not hand.editor()["polygon"], "the polygon to be closed")
    assert np.array_equal(drawn_after_leaving(hand, tmp_path), enclosed(corners) * 10)


ANOTHER_PICTURE = """() => {
    const picture = document.querySelector("[data-testid=view-Red] img");
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    const another = Object.assign(new Image(), { className: picture.className, size: picture.size });
    another.src = canvas.toDataURL();
    picture.replaceWith(another);
}"""


def test_a_double_click_during_which_another_picture_comes_closes_the_polygon(hand):
    """A browser makes no click of a press on an element that has gone before the release."""
    hand.take("draw")
    for corner in CORNERS[:3]:
        hand.click(corner)
    hand.mouse.move(hand.pixel(CORNERS[3]))
    for count in (1, 2):
        hand.mouse.press("left", count)
        hand.page.evaluate(ANOTHER_PICTURE)
        hand.mouse.release("left", count)
    until(lambda: not hand.editor()["polygon"], "the polygon to be closed")
