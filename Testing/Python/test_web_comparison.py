"""Images compared in the browser, by mouse and keys: two layers, lines of other views, views linked here."""

import re
from functools import partial

import numpy as np
import pytest
from panel_stage import QUESTIONS, VOLUME, image_element, write_images, write_quiz
from web_stage import picture_of, served, until, wait_for_views, window

BLACK, WHITE = 0, 255


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """A bright block on three views; on Red with itself in front, in black."""
    folder = tmp_path_factory.mktemp("comparison")
    below = image_element("Volume", VOLUME)
    above = image_element("Volume", VOLUME, more="<Layer>Foreground</Layer>")
    above = above.replace('ID="', 'Opacity="0.25" WindowLevel="1 5000" ID="dark ')
    others = image_element("Volume", VOLUME, "Green") + image_element("Volume", VOLUME, "Yellow", "Sagittal")
    quiz = write_quiz(folder / "compare.xml", [f"|{below}{above}{others}{QUESTIONS}"])
    with (
        served(folder, quiz, "--images", write_images(folder / "images")) as command,
        window(browser, command.address) as opened,
    ):
        wait_for_views(opened)
        yield opened
        assert opened.faults == []


def tools_of(page):
    return page.evaluate("trame.state.get('tools')")


def offset_mm(page, view):
    side, number, _unit = page.evaluate("view => trame.state.get('corners')[view].offset", view).split()
    return float(number) * (1 if side in "SAR" else -1)


def mm_per_pixel(page, view):
    return page.evaluate("view => trame.state.get('corners')[view].mm_per_pixel", view)


def is_larger(page, before):
    return all(mm_per_pixel(page, view) == pytest.approx(mm / 1.2, rel=1e-3) for view, mm in before.items())


def is_at(page, view, expected_mm):
    return offset_mm(page, view) == expected_mm


def in_block(page):
    """A row of the block's middle half: the image fills the height of its view."""
    picture = picture_of(page, "Red")
    height, width, _ = picture.shape
    left = (width - height) // 2
    columns = np.arange(left + height // 8, left + height // 2)
    return columns / width, picture[height // 2, columns, 0].astype(int)


def is_all(page, grey):
    return bool((abs(in_block(page)[1] - grey) <= 2).all())


def is_divided_at(page, part):
    places, greys = in_block(page)
    # Not at the very border: the browser may have a fraction of a pixel less.
    clear = abs(places - part) > 0.01
    return bool((greys[clear] == np.where(places > part, BLACK, WHITE)[clear]).all())


def is_divided_where_the_curtain_is(page):
    return is_divided_at(page, tools_of(page)["curtain"] / 100)


def test_two_layers_by_menu_and_keys(page):
    mixed = 255 * 0.75
    until(lambda: is_all(page, mixed), "both layers")
    page.get_by_test_id("layers").click()
    page.get_by_role("option", name="curtain").click()
    until(lambda: is_divided_at(page, 0.5), "a curtain in the middle")
    slider = page.get_by_test_id("curtain").bounding_box()
    y = slider["y"] + slider["height"] / 2
    page.mouse.move(slider["x"] + slider["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(slider["x"] + 0.3 * slider["width"], y)
    page.mouse.up()
    # The last that is told of the hand.
    until(lambda: tools_of(page)["curtain"] == pytest.approx(30, abs=2), "the curtain further to the left")
    until(partial(is_divided_where_the_curtain_is, page), "the foreground to the right of it")
    page.set_viewport_size({"width": 1400, "height": 800})
    until(partial(is_divided_where_the_curtain_is, page), "so in a larger window")
    page.keyboard.press("Shift+D")
    until(lambda: set(np.unique(in_block(page)[1])) == {BLACK, WHITE}, "a checkerboard")
    page.keyboard.press("Shift+D")
    until(lambda: is_all(page, mixed), "both layers again")
    page.keyboard.press("Shift+B")
    for grey in (WHITE, BLACK, WHITE):
        until(partial(is_all, page, grey), f"blinking, {grey}")
    page.keyboard.press("Shift+B")
    until(lambda: is_all(page, mixed), "both layers at last")


def yellow_columns(page):
    picture = picture_of(page, "Red").astype(int)
    yellow = (picture[..., 0] - picture[..., 2] > 60) & (picture[..., 1] - picture[..., 2] > 60)
    return yellow.sum(axis=0) > picture.shape[0] // 2


def test_lines_of_the_other_views(page):
    page.get_by_test_id("tool-lines").click()
    columns = until(lambda: yellow_columns(page).nonzero()[0].tolist(), "a line of the yellow view")
    width = picture_of(page, "Red").shape[1]
    # It is 0.5 mm to the left of the middle, the view 40 mm high.
    assert np.mean(columns) == pytest.approx(width / 2, abs=0.03 * width)
    page.keyboard.press("Shift+X")
    until(lambda: not yellow_columns(page).any(), "no line")


def test_views_linked_from_where_they_are(page):
    def over(view):
        box = page.get_by_test_id(f"view-{view}").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    start = offset_mm(page, "Green")
    over("Red")
    for further in (1, 2, 3):
        page.mouse.wheel(0, -100)
        until(partial(is_at, page, "Red", start + further), f"Red {further} slices on")
    page.get_by_test_id("tool-link here").click()
    until(lambda: tools_of(page)["linked_here"], "linked views")
    over("Green")
    page.mouse.wheel(0, -100)
    until(partial(is_at, page, "Red", start + 4), "Red one further")
    until(partial(is_at, page, "Green", start + 1), "Green itself by one")
    sizes = {view: mm_per_pixel(page, view) for view in ("Red", "Green", "Yellow")}
    page.keyboard.press("+")
    until(partial(is_larger, page, sizes), "all views larger")
    page.keyboard.press("k")
    until(lambda: tools_of(page)["linked"] and not tools_of(page)["linked_here"], "one of both")
    page.keyboard.press("Shift+K")
    until(lambda: tools_of(page)["linked_here"] and not tools_of(page)["linked"], "the other one")
    page.keyboard.press("r")
    until(lambda: not tools_of(page)["linked_here"], "the page as it was")


def test_the_new_tools_are_on_the_help_sheet(page):
    page.get_by_test_id("help").click()
    page.get_by_test_id("help-sheet").wait_for()
    sheet = page.get_by_test_id("help-sheet").inner_text()
    for tool in page.get_by_test_id(re.compile("^tool-")).all():
        assert tool.get_attribute("aria-label") in sheet
