"""The reader's tools in the browser, by mouse and by keys: what the views show then, in pixels and in mm."""

import re
from functools import partial

import numpy as np
import pytest
import SimpleITK as sitk
from accessibility import wait_until_at_rest
from panel_stage import LABELS, QUESTIONS, VOLUME, image_element, write_images, write_quiz
from web_mouse import Mouse
from web_stage import picture_of, served, text, until, wait_for_text, wait_for_views, window

SIDE_MM = 40
"""Of the cube that the images are; the block reaches 25 mm from the right, 30 from the front and the top."""

ROIS = "<ROIs ROIVisibilityCode='All'/>"
THREE_VIEWS = "".join(
    image_element("Volume", VOLUME, view, orientation)
    for view, orientation in (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
)
PAGES = [
    f"|{THREE_VIEWS}{image_element('Segmentation', LABELS, more=ROIS)}{QUESTIONS}",
    "Layout='TwoOverTwo'|"
    f"{image_element('Volume', VOLUME, 'Red')}{image_element('Volume', VOLUME, 'Slice4')}{QUESTIONS}",
    f"Layout='OneUpRedSlice'|{image_element('VolumeSequence', 'frames.nii')}{QUESTIONS}",
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tools")
    write_images(folder / "images")
    frames = [sitk.GetImageFromArray(np.full((8, 8, 8), 100 * n, np.int16)) for n in range(1, 6)]
    sitk.WriteImage(sitk.JoinSeries(frames), str(folder / "images" / "frames.nii"))
    quiz = write_quiz(folder / "tools.xml", PAGES)
    with served(folder, quiz, "--images", folder / "images") as command:
        yield command.address


@pytest.fixture(scope="module")
def opened(browser, address):
    with window(browser, address) as page:
        page.get_by_test_id("title").wait_for()
        yield page


@pytest.fixture
def page(opened):
    """The quiz at its first page, with its views as the author wrote them."""
    opened.mouse.move(0, 0)
    while text(opened, "position") != "Page 1 of 3":
        before = text(opened, "position")
        opened.get_by_test_id("previous").click()
        until(partial(is_other_than, before, opened), "the page before")
    wait_for_views(opened)
    opened.keyboard.press("r")
    for view in ("Red", "Green", "Yellow"):
        wait_for_corner(opened, view, "window", "W 1000 L 500")
    wait_for_block(opened, [0, 30, 0, 25])
    yield opened
    assert opened.faults == []


def is_other_than(position, page):
    return text(page, "position") != position


def tools_of(page):
    return page.evaluate("trame.state.get('tools')")


def corner(page, view):
    return page.evaluate("view => trame.state.get('corners')[view]", view)


def to_page(page, number):
    for following in range(2, number + 1):
        page.get_by_test_id("next").click()
        wait_for_text(page, "position", f"Page {following} of 3")


def block_mm(page, view="Red"):
    """(top, bottom, left, right) of the bright block, in mm from the edges of the fitted image."""
    bright = picture_of(page, view).astype(int).min(axis=2) > 100
    if not bright.any():
        return None
    rows, columns = bright.any(axis=1).nonzero()[0], bright.any(axis=0).nonzero()[0]
    side = min(bright.shape)
    top, left = (bright.shape[0] - side) / 2, (bright.shape[1] - side) / 2
    edges = (rows[0] - top, rows[-1] + 1 - top, columns[0] - left, columns[-1] + 1 - left)
    return [float(edge) * SIDE_MM / side for edge in edges]


def wait_for_block(page, expected, view="Red"):
    found = pytest.approx(expected, abs=0.4)
    until(lambda: block_mm(page, view) == found, f"the block of {view} at {expected}")


def wait_for_corner(page, view, what, expected):
    until(lambda: corner(page, view)[what] == expected, f"{expected}, not {corner(page, view)[what]}")


def middle_of(page, view):
    box = page.get_by_test_id(f"view-{view}").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, view, right, down, button="left"):
    x, y = middle_of(page, view)
    Mouse(page).drag((x, y), (x + right / 2, y + down / 2), (x + right, y + down), button=button)


def test_the_wheel_and_the_arrows_go_from_slice_to_slice(page):
    wait_for_corner(page, "Red", "offset", "S 0.5 mm")
    page.mouse.move(*middle_of(page, "Red"))
    page.mouse.wheel(0, -100)
    wait_for_corner(page, "Red", "offset", "S 1.5 mm")
    page.keyboard.press("ArrowDown")
    wait_for_corner(page, "Red", "offset", "S 0.5 mm")
    page.keyboard.press("PageDown")
    wait_for_corner(page, "Red", "offset", "I 9.5 mm")
    wait_for_block(page, [0, 30, 0, 25])
    page.keyboard.press("ArrowDown")
    wait_for_corner(page, "Red", "offset", "I 10.5 mm")
    until(lambda: block_mm(page) is None, "a slice below the block")
    for _ten_slices in range(5):
        page.keyboard.press("PageUp")
    wait_for_corner(page, "Red", "offset", "S 19.5 mm")
    assert corner(page, "Green")["offset"] == "A 0.5 mm", "the other views stay"


def test_zoom_pan_and_reset(page):
    wait_for_block(page, [0, 30, 0, 25])
    page.mouse.move(*middle_of(page, "Red"))
    page.keyboard.press("-")
    page.keyboard.press("-")
    shrunk = [20 + (edge - 20) / 1.2**2 for edge in (0, 30, 0, 25)]
    wait_for_block(page, shrunk)
    height_mm = 1.2**2 * SIDE_MM
    page.keyboard.press("Shift+ArrowDown")
    moved = 0.05 * height_mm / 1.2**2
    wait_for_block(page, [shrunk[0] + moved, shrunk[1] + moved, shrunk[2], shrunk[3]])
    page.get_by_test_id("tool-reset").click()
    wait_for_block(page, [0, 30, 0, 25])

    side = min(picture_of(page, "Red").shape[:2])
    drag(page, "Red", 0, 4 * side / SIDE_MM, button="middle")
    wait_for_block(page, [4, 34, 0, 25])
    page.keyboard.press("r")
    wait_for_block(page, [0, 30, 0, 25])
    drag(page, "Red", 0, -side / 4, button="right")
    is_other = lambda block: block is not None and block[1] != pytest.approx(30, abs=1)  # noqa: E731
    until(lambda: is_other(block_mm(page)), "another zoom by the right button")


def test_window_and_level_by_mouse_keys_and_presets(page):
    wait_for_corner(page, "Red", "window", "W 1000 L 500")
    drag(page, "Red", 30, 0)
    until(lambda: corner(page, "Red")["window"] != "W 1000 L 500", "another window by the mouse")
    page.keyboard.press("r")
    wait_for_corner(page, "Red", "window", "W 1000 L 500")
    page.keyboard.press("s")
    wait_for_corner(page, "Red", "window", "W 1100 L 500")
    page.keyboard.press("b")
    wait_for_corner(page, "Red", "window", "W 1100 L 445")
    page.keyboard.press("h")
    page.keyboard.press("d")
    wait_for_corner(page, "Red", "window", "W 1000 L 495")

    page.get_by_test_id("preset").click()
    page.get_by_role("option", name="CT bone").click()
    wait_for_corner(page, "Red", "window", "W 1800 L 400")
    page.get_by_test_id("tool-mouse").click()
    until(lambda: not tools_of(page)["mouse"], "the mouse without window/level")
    drag(page, "Red", 30, 0)
    page.keyboard.press("w")
    until(lambda: tools_of(page)["mouse"], "the mouse with window/level")
    assert corner(page, "Red")["window"] == "W 1800 L 400"


def test_a_slab_shows_what_lies_behind_and_before_the_slice(page):
    page.mouse.move(*middle_of(page, "Red"))
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    wait_for_corner(page, "Red", "offset", "I 10.5 mm")
    until(lambda: block_mm(page) is None, "a slice below the block")
    page.keyboard.press("Shift+S")
    # Of whole slices, as many on both sides.
    wait_for_corner(page, "Red", "orientation", "Axial, MIP 11 mm")
    wait_for_block(page, [0, 30, 0, 25])
    wait_for_corner(page, "Green", "orientation", "Coronal, MIP 11 mm")
    page.get_by_test_id("slab").click()
    page.get_by_role("option", name="mean 20 mm").click()
    wait_for_corner(page, "Red", "orientation", "Axial, mean 21 mm")
    # One of its slices would lie below the image; ten of the others are in the block, ten are not.
    until(lambda: abs(int(picture_of(page, "Red").max()) - 127) <= 1, "half of white")
    page.keyboard.press("Shift+Digit1")
    wait_for_corner(page, "Red", "orientation", "Axial, mean 21 mm")
    page.keyboard.press("Shift+Digit0")
    page.keyboard.press("r")
    wait_for_corner(page, "Red", "orientation", "Axial")
    wait_for_block(page, [0, 30, 0, 25])


def is_at(page, view, letter, millimetres):
    side, offset, _unit = corner(page, view)["offset"].split()
    return side == letter and float(offset) == pytest.approx(millimetres, abs=0.3)


def test_the_crosshair_takes_the_other_views_along(page):
    page.get_by_test_id("tool-crosshair").click()
    wait_for_block(page, [0, 30, 0, 25])
    x, y = middle_of(page, "Red")
    side = min(picture_of(page, "Red").shape[:2])
    # Also after the image was moved.
    drag(page, "Red", 0, 30, button="middle")
    drag(page, "Red", 0, -30, button="middle")
    page.keyboard.down("Shift")
    page.mouse.move(x, y)
    page.mouse.move(x - 10 * side / SIDE_MM, y - 5 * side / SIDE_MM)
    page.keyboard.up("Shift")
    # To the left of the view is the patient's right, up is anterior.
    for view, letter, millimetres in (("Yellow", "R", 10), ("Green", "A", 5)):
        until(partial(is_at, page, view, letter, millimetres), f"{view} at {letter} {millimetres}")
    page.keyboard.press("x")
    until(lambda: not tools_of(page)["crosshair"], "no crosshair")


def test_linked_views_of_one_orientation_go_together(page):
    to_page(page, 2)
    wait_for_corner(page, "Slice4", "offset", "S 0.5 mm")
    page.mouse.move(*middle_of(page, "Red"))
    page.keyboard.press("ArrowUp")
    wait_for_corner(page, "Red", "offset", "S 1.5 mm")
    assert corner(page, "Slice4")["offset"] == "S 0.5 mm"
    page.keyboard.press("k")
    until(lambda: tools_of(page)["linked"], "linked views")
    page.keyboard.press("ArrowUp")
    wait_for_corner(page, "Slice4", "offset", "S 2.5 mm")
    page.mouse.wheel(0, -100)
    wait_for_corner(page, "Slice4", "offset", "S 3.5 mm")
    page.keyboard.press("-")
    wait_for_block(page, [20 + (edge - 20) / 1.2 for edge in (0, 30, 0, 25)], "Slice4")


def coloured(page, view="Red"):
    """How many pixels of a view are in a colour of a region."""
    return int((np.ptp(picture_of(page, view).astype(int), axis=2) > 30).sum())


def test_contours_are_hidden_filled_made_fainter_and_shown_one_by_one(page):
    until(lambda: coloured(page), "an outline on the red view")
    wait_for_views(page)
    outline = coloured(page)
    assert coloured(page, "Green") == 0
    page.keyboard.press("o")
    side = min(picture_of(page, "Red").shape[:2])
    block = 30 * 25 * (side / SIDE_MM) ** 2
    until(lambda: coloured(page) == pytest.approx(block, rel=0.05), "a filled block")
    page.keyboard.press("t")
    until(lambda: tools_of(page)["opacity"] == 90, "a fainter contour")
    page.keyboard.press("Shift+T")
    page.get_by_test_id("tool-fill").click()
    until(lambda: coloured(page) == outline, "the outline again")

    legend = page.get_by_test_id("legend")
    assert [name for name in legend.inner_text().split("\n") if name][-1:] == ["Segment_1"]
    legend.get_by_role("checkbox").uncheck()
    until(lambda: coloured(page) == 0, "a region that is hidden")
    page.keyboard.press("Shift+Digit3")
    wait_for_block(page, [0, 30, 0, 25])
    until(lambda: coloured(page) == 0, "it stays hidden in three planes")
    page.keyboard.press("Shift+Digit0")
    legend.get_by_role("button", name="all").click()
    until(lambda: coloured(page) == outline, "all regions")
    page.keyboard.press("c")
    until(lambda: coloured(page) == 0, "no contours")
    page.keyboard.press("r")
    until(lambda: coloured(page) == outline, "the page as its author wrote it")


def test_one_image_fills_the_views_in_one_plane_after_the_other(page):
    for plane, bottom_right in (("Axial", (30, 25)), ("Coronal", (30, 25)), ("Sagittal", (30, 30))):
        page.keyboard.press("Shift+Digit1")
        wait_for_corner(page, "Red", "orientation", plane)
        until(lambda: page.locator("[data-view]").count() == 1, "one view alone")
        wait_for_block(page, [0, bottom_right[0], 0, bottom_right[1]])
    page.keyboard.press("Shift+Digit0")
    page.get_by_test_id("view-Yellow").wait_for()


def test_the_frames_of_a_sequence(page):
    to_page(page, 3)
    wait_for_text(page, "frame", "1 of 5")
    page.get_by_test_id("next-frame").click()
    wait_for_text(page, "frame", "2 of 5")
    page.keyboard.press("Alt+ArrowUp")
    wait_for_text(page, "frame", "3 of 5")
    # As in the panel.
    page.keyboard.press("Alt+.")
    wait_for_text(page, "frame", "4 of 5")
    page.keyboard.press("Alt+,")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowDown")
    wait_for_text(page, "frame", "1 of 5")
    wait_for_corner(page, "Red", "frame", "Frame 1 of 5")
    page.keyboard.press("p")
    wait_for_text(page, "frame", "4 of 5")
    page.get_by_test_id("play").click()
    until(lambda: not tools_of(page)["playing"], "the end of playing")


def test_keys_for_everything_are_on_the_help_sheet(page):
    page.get_by_test_id("help").click()
    page.get_by_test_id("help-sheet").wait_for()
    sheet = page.get_by_test_id("help-sheet").inner_text()
    for tool in page.get_by_test_id(re.compile("^tool-")).all():
        assert tool.get_attribute("aria-label") in sheet
    page.keyboard.press("Escape")
    page.get_by_test_id("help-sheet").wait_for(state="hidden")
    page.keyboard.press("?")
    page.get_by_test_id("help-sheet").wait_for()
    page.keyboard.press("Escape")
    page.get_by_test_id("help-sheet").wait_for(state="hidden")


NAMELESS = """() => {
    const isSeen = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const name = element => element.ariaLabel || element.innerText || element.title
        || [...(element.labels || [])].map(label => label.innerText).join("")
        || document.getElementById(element.getAttribute("aria-labelledby") || "")?.innerText
        || element.closest("[aria-label]")?.ariaLabel;
    const controls = document.querySelectorAll("button, input, textarea, [role=slider]");
    return [...controls].filter(isSeen).filter(element => !name(element)).map(element => element.outerHTML);
}"""

FAINT = """() => {
    const isSeen = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const hasText = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const numbers = color => color.match(/[\\d.]+/g).map(Number);
    const linear = value => value <= 10 ? value / 3295 : ((value / 255 + .055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
    const ground = element => {
        for (let each = element; each; each = each.parentElement) {
            const color = numbers(getComputedStyle(each).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [0, 0, 0];
    };
    const ratio = element => {
        const [ink, paper] = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
        return (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
    };
    const texts = [...document.querySelectorAll("body *")].filter(isSeen).filter(hasText);
    return texts.filter(element => ratio(element) < 4.5).map(element => [element.innerText, ratio(element)]);
}"""


def test_all_text_is_readable_and_all_controls_have_names(page):
    """WCAG 2 AA: a contrast of at least 4.5; a name for whatever can be pressed or set."""
    to_page(page, 3)
    wait_for_text(page, "frame", "1 of 5")
    wait_until_at_rest(page)
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(FAINT) == []


def test_everything_is_on_a_small_screen_and_from_this_machine(page, address):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.get_by_test_id("tool-contours").wait_for()
    wait_for_views(page)
    sizes = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert sizes == [1280, 720]
    for test_id in ("next", "help", "view-Red"):
        box = page.get_by_test_id(test_id).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
        assert box["y"] + box["height"] <= 720
    assert address in asked
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []
