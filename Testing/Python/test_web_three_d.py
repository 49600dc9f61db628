"""The fourth cell in the browser: surfaces turned by mouse and keys; without regions the slices have it."""

import numpy as np
import pytest
from panel_stage import LABELS, QUESTIONS, VOLUME, image_element, write_images, write_quiz
from web_mouse import Mouse
from web_stage import picture_of, served, until, wait_for_text, wait_for_views, window

THREE_VIEWS = "".join(
    image_element("Volume", VOLUME, view, orientation)
    for view, orientation in (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
)
REGION = image_element("Segmentation", LABELS, more="<ROIs ROIVisibilityCode='All'/>")


@pytest.fixture
def page(browser, tmp_path):
    """A page with a region, and one without."""
    write_images(tmp_path / "images")
    pages = [f"|{THREE_VIEWS}{REGION}{QUESTIONS}", f"|{THREE_VIEWS}{QUESTIONS}"]
    quiz = write_quiz(tmp_path / "three_d.xml", pages)
    with served(tmp_path, quiz, "--images", tmp_path / "images") as command:
        with window(browser, command.address) as opened:
            opened.get_by_test_id("title").wait_for()
            wait_for_views(opened)
            yield opened
            assert opened.faults == []
        assert command.errors == ""


def seen(page):
    """Where the block is seen: from the middle to the right and upwards, as parts of the 3D view's height;
    None where it is not."""
    pixels = picture_of(page, "3D").astype(int)
    # The lines of the box have the same red and blue.
    is_block = (np.ptp(pixels, axis=2) > 40) & (np.abs(pixels[:, :, 0] - pixels[:, :, 2]) > 15)
    rows, columns = is_block.nonzero()
    if len(rows) < 100:
        return None
    height, width = is_block.shape
    return (columns.mean() - width / 2) / height, (height / 2 - rows.mean()) / height


def wait_to_see(page, holds, what):
    return until(lambda: (at := seen(page)) is not None and holds(at) and at, what)


def test_a_reader_turns_the_regions_hides_them_and_sees_them_large(page):
    # The block's middle is 7.5 mm to the right, 5 anterior and 5 superior of the image's.
    wait_to_see(page, lambda at: at[0] < -0.02 and at[1] > 0.02, "the block from anterior")
    wait_for_views(page)
    right, up = seen(page)
    assert right == pytest.approx(-1.5 * up, abs=0.04)

    page.get_by_test_id("view-3D").hover()
    for _ninety_degrees in range(10):
        page.keyboard.press("Shift+ArrowRight")
    wait_to_see(page, lambda at: at[0] > 0.02 and at[1] > 0.02, "its front at the right")
    page.keyboard.press("r")
    wait_to_see(page, lambda at: at == pytest.approx((right, up), abs=0.01), "it from anterior again")
    box = page.get_by_test_id("view-3D").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    Mouse(page).drag((x, y), (x + 40, y), (x + 80, y))
    wait_to_see(page, lambda at: at[0] > right + 0.02, "it turned by the mouse")

    legend = page.get_by_test_id("legend")
    legend.get_by_role("checkbox").uncheck()
    until(lambda: seen(page) is None, "the region hidden")
    legend.get_by_role("checkbox").check()
    wait_to_see(page, lambda at: True, "it again")
    page.mouse.dblclick(x, y)
    until(lambda: page.evaluate("trame.state.get('rows')") == [["3D"]], "the 3D view alone")
    wait_for_views(page)
    wait_to_see(page, lambda at: True, "it large")
    page.mouse.dblclick(x, y)
    until(lambda: page.locator("[data-view]").count() == 4, "all views")

    page.get_by_test_id("next").click()
    wait_for_text(page, "position", "Page 2 of 2")
    until(lambda: page.locator("[data-view]").count() == 3, "three views")
    wait_for_views(page)
    red, grid = (page.locator(which).bounding_box() for which in ("[data-testid=view-Red]", ".quiz-grid"))
    assert red["width"] > 0.95 * grid["width"], "the red view has the place"
