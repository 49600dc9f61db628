"""A polygon in the browser, point by point: filled by exact voxels, and not lost while it is open."""

import numpy as np
import pytest
from drawing_hand import MIDDLE, SHAPE, Hand, enclosed, hand_on, has_colour, label_map, turn
from drawing_stage import (
    back_on_the_first_page,
    choose,
    drawn_after_leaving,
    first_page,
    page_folder,
    quiz_with_regions,
    serving,
)
from web_stage import ask_what_is_missing, picture_of, text, until, window

AREA = [(-40, -30), (11, -34), (20, 15), (-30, 25)]
YELLOW = "rgb(255, 255, 0)"


@pytest.fixture
def hand(begin):
    found = begin("draw")
    yield found
    assert found.page.faults == []


def click_all(hand: Hand, places=AREA):
    clicked = [hand.click(place) for place in places]
    is_open(hand)
    return clicked


def is_open(hand: Hand, expected: bool = True) -> None:
    until(lambda: bool(hand.editor()["polygon"]) is expected, f"the polygon to be open: {expected}")


def can_redo(hand: Hand) -> None:
    until(lambda: hand.editor()["can_redo"], "redo to be possible")


def test_a_polygon_of_clicks_shows_while_it_is_open_and_is_closed_by_enter(hand, folder):
    corners = click_all(hand)
    until(lambda: has_colour(picture_of(hand.page, "Red"), YELLOW), "the open polygon")
    assert text(hand.page, "polygon-hint").startswith("Enter or double click closes")
    hand.page.keyboard.press("Enter")
    is_open(hand, False)
    until(lambda: not has_colour(picture_of(hand.page, "Red"), YELLOW), "the polygon gone")
    assert hand.editor()["effect"] == "draw"
    assert np.array_equal(drawn_after_leaving(hand, folder), enclosed(corners) * 10)


def test_points_are_taken_back_and_a_double_click_closes(hand, folder):
    corners = click_all(hand, AREA[:3])
    click_all(hand, [(0, 0), (30, 0)])
    hand.page.keyboard.press("Backspace")
    hand.page.keyboard.press("z")
    corners.append(hand.click(AREA[3], times=2))
    is_open(hand, False)
    voxels = drawn_after_leaving(hand, folder)
    assert np.array_equal(voxels, enclosed(corners) * 10)


def test_escape_drops_the_polygon_and_then_the_tool(hand):
    click_all(hand)
    hand.page.keyboard.press("Escape")
    is_open(hand, False)
    assert hand.editor()["effect"] == "draw"
    assert not hand.editor()["can_undo"]
    hand.page.keyboard.press("Escape")
    until(lambda: hand.editor()["effect"] == "", "no tool in hand")
    ask_what_is_missing(hand.page)


def test_a_right_click_closes_and_does_not_zoom(hand, folder):
    corners = click_all(hand)
    hand.click((0, 0), button="right")
    is_open(hand, False)
    # One polygon is one step, there and back.
    hand.page.keyboard.press("z")
    can_redo(hand)
    assert not hand.editor()["can_undo"]
    hand.page.keyboard.press("y")
    until(lambda: hand.editor()["can_undo"], "the polygon again")
    assert hand_on(hand.page).mm_per_pixel == hand.mm_per_pixel
    assert np.array_equal(drawn_after_leaving(hand, folder), enclosed(corners) * 10)


def test_the_view_is_zoomed_moved_and_scrolled_while_a_polygon_is_open(hand, folder):
    corners = click_all(hand, AREA[:2])
    hand.page.keyboard.press("+")
    known = lambda: hand.page.evaluate("trame.state.get('corners').Red")  # noqa: E731
    until(lambda: known()["mm_per_pixel"] < hand.mm_per_pixel * 0.9, "a larger image")
    hand.page.keyboard.press("ArrowUp")
    until(lambda: known()["offset"] == "S 5.0 mm", "the slice above")
    hand.click((10, 10))
    hand.page.keyboard.press("ArrowDown")
    until(lambda: known()["offset"] == "S 0.0 mm", "the slice below again")
    hand.mm_per_pixel = known()["mm_per_pixel"]
    corners += [hand.click(place) for place in AREA[2:]]
    hand.page.keyboard.press("ArrowUp")
    until(lambda: known()["offset"] == "S 5.0 mm", "the slice above once more")
    hand.page.keyboard.press("Enter")
    is_open(hand, False)
    voxels = drawn_after_leaving(hand, folder)
    assert set(np.nonzero(voxels)[0]) == {MIDDLE}, "the slice that it was drawn on"
    assert np.array_equal(voxels, enclosed(corners) * 10)


def test_an_open_polygon_is_not_lost_by_another_region_nor_by_reload_nor_by_leaving(hand, folder):
    of_liver = click_all(hand, [(-40, -40), (-10, -40), (-10, -10), (-40, -10)])
    choose(hand, "Spleen")
    is_open(hand, False)
    of_spleen = click_all(hand, [(10, 10), (40, 10), (40, 40)])
    hand.page.reload()
    again = hand_on(hand.page)
    is_open(again)
    of_spleen.append(again.click((10, 40)))
    voxels = drawn_after_leaving(again, folder)
    assert np.array_equal(voxels, enclosed(of_liver) * 10 + enclosed(of_spleen) * 20)

    # Freehand goes on as before, and two points go round nothing.
    hand = back_on_the_first_page(again)
    hand.take("draw")
    freehand = hand.drag((-40, 10), (-10, 10), (-10, 40), (-40, 40))
    is_open(hand, False)
    click_all(hand, [(0, 0), (5, 5)])
    hand.page.keyboard.press("Enter")
    turn(hand.page, "next")
    voxels = voxels + enclosed(freehand) * 20
    assert np.array_equal(label_map(page_folder(hand, folder)), voxels)


def test_the_command_ends_with_an_open_contour(browser, tmp_path, ct_folder):
    with serving(tmp_path, quiz_with_regions(tmp_path), ct_folder) as command:
        with window(browser, command.address) as page:
            hand = hand_on(page)
            hand.take("draw")
            corners = click_all(hand)
        assert command.end() == 0
        assert command.errors == ""
    assert np.array_equal(label_map(first_page(tmp_path)), enclosed(corners) * 10)
    assert enclosed(corners).shape == SHAPE
