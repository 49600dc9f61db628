"""Level tracing in the browser: the outline of equal value follows the pointer, a click fills it."""

import numpy as np
from drawing_hand import MIDDLE, SHAPE, has_colour
from drawing_stage import drawn_after_leaving
from web_stage import picture_of, until

YELLOW = "rgb(255, 255, 0)"
LIVER, BESIDE = (-24.0, -16.0), (80.0, 0.0)
"""In the middle of the liver, and beside the image."""


def test_the_liver_is_outlined_under_the_pointer_and_filled_by_a_click(begin, folder):
    hand = begin("level")
    hand.mouse.move(hand.pixel(LIVER))
    until(lambda: has_colour(picture_of(hand.page, "Red"), YELLOW), "the outline of the liver")
    hand.mouse.move(hand.pixel(BESIDE))
    until(lambda: not has_colour(picture_of(hand.page, "Red"), YELLOW), "no outline beside the image")
    assert not hand.editor()["can_undo"]
    hand.click(LIVER)
    until(lambda: hand.editor()["can_undo"], "the region")
    hand.page.keyboard.press("z")
    until(lambda: hand.editor()["can_redo"], "one step back")
    assert not hand.editor()["can_undo"], "a click is one step"
    hand.page.keyboard.press("y")
    until(lambda: hand.editor()["can_undo"], "the region again")
    hand.page.keyboard.press("Escape")
    until(lambda: hand.editor()["effect"] == "", "no tool in hand")
    until(lambda: not has_colour(picture_of(hand.page, "Red"), YELLOW), "no outline without the tool")
    expected = np.zeros(SHAPE, np.uint8)
    expected[MIDDLE, 16:32, 12:28] = 10
    assert np.array_equal(drawn_after_leaving(hand, folder), expected)
    assert hand.page.faults == []
