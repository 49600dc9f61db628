"""The client in small and large windows: nothing is cut, covered or out of reach, whatever a quiz has."""

import os

import numpy as np
import pytest
from accessibility import wait_until_at_rest
from panel_stage import VOLUME, image_element, write_image, write_images, write_quiz
from web_stage import served, text, until, wait_for_text, wait_for_views, window

WINDOWS: list[tuple[tuple[int, int], float]] = [((1280, 720), 1), ((1280, 720), 2)]
"""Pixels of the screen, and how far the browser is zoomed; with QUIZLOADER_SOAK=1 also others."""
if os.environ.get("QUIZLOADER_SOAK"):
    WINDOWS += [((1280, 720), 1.5), ((1920, 1080), 1), ((2560, 1440), 1)]
VERY_LONG = "Please read all of this before you answer. " * 120
LONG = "the finding at the upper border of the lesion, as far as it is seen on this slice"
ROIS = "<ROIs ROIVisibilityCode='All'/>"


def question(kind, number, options):
    inner = "".join(f"<Option>{option}</Option>" for option in options)
    return f"<Question Type='{kind}' Descriptor='Question {number}: {LONG}'>{inner}</Question>"


TWELVE = "".join(
    question(("Radio", "CheckBox", "Text")[number % 3], number, ["Yes", "No"]) for number in range(12)
)
THIRTY = question("Radio", 30, [f"Option {number}, {LONG}" for number in range(30)])
PAGES = [
    "Layout='TwoOverTwo' EnableSegmentEditor='Y'|"
    f"{image_element('Volume', VOLUME)}{image_element('Volume', 'other.nrrd', 'Slice4')}"
    f"<QuestionSet>{question('Text', 1, [LONG, 'Size'])}</QuestionSet>",
    f"|{image_element('Volume', VOLUME)}{image_element('LabelMap', 'sixty.nrrd', more=ROIS)}"
    f"<QuestionSet>{TWELVE}</QuestionSet>",
    f"Layout='OneUpRedSlice'|{image_element('Volume', VOLUME)}<QuestionSet>{THIRTY}</QuestionSet>",
    f"Layout='SideBySideRedYellow'|{image_element('Volume', 'broken.nrrd')}"
    f"{image_element('Volume', VOLUME, 'Yellow')}"
    "<QuestionSet><Question Type='InfoBox'><Option>Look</Option></Question></QuestionSet>",
    f"Layout='OneUpRedSlice' Descriptor='{VERY_LONG}'|{image_element('Volume', VOLUME)}<QuestionSet>"
    f"<Question Type='InfoBox' Descriptor='Remarks'><Option>{VERY_LONG}The end.</Option></Question>"
    f"{question('Text', 1, ['Size'])}</QuestionSet>",
    f"Layout='OneUpRedSlice'|{image_element('Volume', VOLUME)}<QuestionSet>"
    f"{question('DropDown', 1, [LONG, 'Other'])}{question('Radio', 2, ['No', 'Perhaps', LONG])}"
    f"{question('CheckBox', 3, ['No', 'Perhaps', LONG])}"
    "<Question Type='Slider' Descriptor='How sure' Max='10' Step='5'>"
    "<Option>not sure at all</Option><Option>quite sure of the finding</Option></Question>"
    "<Question Type='Slider' Descriptor='Percent' Max='100'/>"
    "<Question Type='Matrix' Descriptor='Quality'><Row>Sharpness of the contours</Row><Row>Noise</Row>"
    "<Option>non-diagnostic</Option><Option>poor</Option><Option>acceptable</Option><Option>good</Option>"
    "<Option>excellent</Option></Question></QuestionSet>",
]

OUTSIDE = """([outer, inner]) => {
    const box = document.querySelector(outer).getBoundingClientRect();
    const shown = [...document.querySelectorAll(inner)].map(one => one.getBoundingClientRect());
    return shown.filter(one => one.left < box.left || one.right > box.right + 0.5
        || one.top < box.top || one.bottom > box.bottom + 0.5).length;
}"""
"""How many of the inner elements reach over the outer one."""

OVERLAPPING = """([outer, inner]) => [...document.querySelectorAll(outer)].map(each => {
    const boxes = [...each.querySelectorAll(inner)].map(one => one.getBoundingClientRect());
    return boxes.filter((one, number) => boxes.slice(0, number).some(other =>
        one.left < other.right - 0.5 && other.left < one.right - 0.5
        && one.top < other.bottom - 0.5 && other.top < one.bottom - 0.5)).length;
}).reduce((all, some) => all + some, 0)"""
"""How many of the inner elements lie over another one."""

CORNERS = [".quiz-view-body", ".quiz-corner:not(:empty)"]

WITH_REDUCED = f"""async where => {{
    const views = [...document.querySelectorAll("[data-view]")];
    views.forEach(view => {{ window.QuizLoaderPictures.client.reduced[view.dataset.view] = true; }});
    await Vue.nextTick();
    const marks = document.querySelectorAll("[data-testid=reduced]").length;
    const overlapping = ({OVERLAPPING})(where);
    views.forEach(view => {{ window.QuizLoaderPictures.client.reduced[view.dataset.view] = false; }});
    return [views.length - marks, overlapping];
}}"""
"""How many views lack their mark of reduced quality while all should have it, and OVERLAPPING then."""

COVERED = """() => [...document.querySelectorAll('.quiz-bar > *:not(.v-spacer, [disabled])')].filter(one => {
    const box = one.getBoundingClientRect();
    return !one.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
}).length"""


@pytest.fixture(scope="module")
def served_quiz(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layout")
    images = write_images(folder / "images")
    write_image(images / "other.nrrd", np.full((8, 8, 8), 70, np.int16))
    sixty = np.arange(512, dtype=np.uint8).reshape(8, 8, 8) % 61
    write_image(images / "sixty.nrrd", sixty)
    (images / "broken.nrrd").write_text("no image", encoding="utf-8")
    quiz = write_quiz(folder / "layout.xml", PAGES)
    with served(folder, quiz, "--images", images) as command:
        yield command.address


@pytest.fixture(scope="module", params=WINDOWS, ids=str)
def page(request, browser, served_quiz):
    with window(browser, served_quiz, *request.param) as opened:
        opened.get_by_test_id("title").wait_for()
        yield opened
        assert opened.faults == []


def go_to(page, number):
    page.get_by_test_id("position").wait_for()
    while not text(page, "position").startswith(f"Page {number} "):
        here = int(text(page, "position").split()[1])
        page.get_by_test_id("next" if here < number else "previous").click()
        wait_for_text(page, "position", f"Page {here + (1 if here < number else -1)} ")
    # In the sizes that they keep.
    wait_for_views(page)


# Only the middle of the panel scrolls, also for what is far down and for screen readers alone.
HEIGHT_WITH_LONG_FORM = """() => {
  const [gap, unseen] = [document.createElement("div"), document.createElement("span")];
  gap.style.height = "3000px";
  unseen.className = "quiz-unseen";
  document.querySelector(".quiz-scroll").append(gap, unseen);
  const height = document.body.scrollHeight;
  gap.remove();
  unseen.remove();
  return height;
}"""


def all_in_reach(page):
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    for name in ("next", "previous", "not-stored"):
        box = page.get_by_test_id(name).bounding_box()
        assert box["y"] + box["height"] <= height
        assert box["x"] + box["width"] <= 360 < width
    assert page.evaluate(HEIGHT_WITH_LONG_FORM) <= height


def is_zoomed(page):
    return page.viewport_size["width"] < 1280


def test_every_tool_of_a_page_to_draw_on_with_two_images_can_be_reached(page):
    go_to(page, 1)
    page.get_by_test_id("draw-paint").click()
    page.get_by_test_id("radius").wait_for()
    wait_for_views(page)
    assert page.evaluate(OUTSIDE, [".quiz-views", ".quiz-bar > *"]) == 0
    assert page.evaluate(COVERED) == 0
    assert page.evaluate(OVERLAPPING, [".quiz-views", ".quiz-bar > :not(.v-spacer)"]) == 0
    assert page.get_by_test_id("opacity").bounding_box()["width"] == 80
    for name in ("preset", "mode"):
        chosen = page.locator(f"[data-testid={name}] .v-select__selection-text")
        assert chosen.evaluate("one => one.scrollWidth <= one.clientWidth"), f"{name} is cut"
    all_in_reach(page)
    page.get_by_test_id("draw-paint").click()
    page.get_by_test_id("radius").wait_for(state="detached")


@pytest.mark.parametrize("number", [1, 2, 4])
def test_every_view_has_room_and_its_texts_do_not_meet(page, number):
    go_to(page, number)
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    dots = page.evaluate("devicePixelRatio")
    for view in page.locator(".quiz-view-body").all():
        view.scroll_into_view_if_needed()
        box = view.bounding_box()
        assert box["width"] >= 200
        assert box["height"] >= 140
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
        assert box["x"] + box["width"] <= width
        # On whole pixels of the screen, so that the browser does not smear the picture.
        edges = [dots * box[side] for side in ("x", "y", "width", "height")]
        assert edges == pytest.approx([round(edge) for edge in edges], abs=0.01)
    assert page.evaluate(OVERLAPPING, CORNERS) == 0
    assert page.evaluate(WITH_REDUCED, CORNERS) == [0, 0]
    page.locator(".quiz-view-body").first.hover()
    page.get_by_test_id("pointed").wait_for()
    assert page.evaluate(WITH_REDUCED, CORNERS) == [0, 0]
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_hint_of_a_polygon_meets_no_other_text(page):
    go_to(page, 1)
    page.get_by_test_id("draw-draw").click()
    # The tool brings more rows over the views, which are smaller then.
    page.locator("[data-testid=draw-draw][aria-pressed=true]").wait_for()
    wait_for_views(page)
    page.get_by_test_id("view-Red").click()
    page.get_by_test_id("polygon-hint").wait_for()
    assert page.evaluate(WITH_REDUCED, CORNERS) == [0, 0]
    page.get_by_test_id("polygon-hint").wait_for()
    assert page.evaluate(OVERLAPPING, CORNERS) == 0
    page.keyboard.press("Escape")
    page.get_by_test_id("polygon-hint").wait_for(state="detached")
    page.get_by_test_id("draw-draw").click()


def test_lists_sliders_and_matrices_are_as_wide_as_the_panel(page):
    go_to(page, 6)
    last = page.get_by_label("Noise: excellent")
    last.scroll_into_view_if_needed()
    assert page.locator(".quiz-scroll").first.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.evaluate(OVERLAPPING, [".quiz-matrix", "th, label"]) == 0
    assert page.evaluate(OVERLAPPING, [".quiz-scale", "*"]) == 0
    assert page.locator(".quiz-scale").last.inner_text().split("\n") == ["0", "not answered yet", "100"]
    last.click()
    assert last.is_checked()
    all_in_reach(page)


def test_an_option_is_as_high_as_its_text_whether_one_or_several_may_be_chosen(page):
    go_to(page, 6)
    assert page.evaluate(OVERLAPPING, [".quiz-panel", ".quiz-question :is(legend, .v-label)"]) == 0
    for widget in (".v-radio", ".v-checkbox"):
        heights = page.locator(widget).evaluate_all("all => all.map(one => one.offsetHeight)")
        assert heights[:2] == [28, 28]
        assert heights[2] > 40


def test_a_very_long_title_and_remark_leave_the_question_and_next_in_reach(page):
    go_to(page, 5)
    field = page.get_by_label("Size", exact=True)
    foot = page.locator(".quiz-foot").bounding_box()
    top = field.bounding_box()["y"]
    # Zoomed, one turn of the wheel away.
    assert top < (2 * foot["y"] if is_zoomed(page) else foot["y"] - 40)
    field.fill(VERY_LONG)
    until(lambda: field.bounding_box()["height"] > 100, "room for the text")
    assert field.bounding_box()["height"] <= 240
    all_in_reach(page)
    remark = page.get_by_test_id("info").locator(".quiz-long")
    remark.focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "() => { const one = document.querySelector('.quiz-long');"
        "return one.scrollTop + one.clientHeight >= one.scrollHeight - 1; }"
    )


def test_the_help_sheet_shows_all_its_keys_at_once_or_scrolls(page):
    go_to(page, 1)
    page.get_by_test_id("help").click()
    sheet = page.get_by_test_id("help-sheet")
    sheet.wait_for()
    wait_until_at_rest(page)
    if is_zoomed(page):
        sheet.get_by_role("button", name="Close").scroll_into_view_if_needed()
        assert page.evaluate(OUTSIDE, ["#app", ".quiz-help .v-btn"]) == 0
        assert sheet.evaluate("one => one.scrollWidth <= one.clientWidth")
    else:
        assert sheet.evaluate("one => one.scrollHeight <= one.clientHeight")
        assert page.evaluate(OUTSIDE, [".quiz-help", ".quiz-help dd, .quiz-help button"]) == 0
    assert page.evaluate(OVERLAPPING, [".quiz-help", ".quiz-help :is(dt, dd)"]) == 0
    sheet.get_by_role("button", name="Close").click()
    sheet.wait_for(state="detached")


def test_the_help_sheet_lists_the_keys_that_the_page_has_use_for(page):
    listed = {}
    for number in (1, 4):
        go_to(page, number)
        page.get_by_test_id("help").click()
        page.get_by_test_id("help-sheet").wait_for()
        listed[number] = page.locator(".quiz-help h2").all_inner_texts()
        assert "frames" not in page.get_by_test_id("help-sheet").inner_text().lower()
        page.keyboard.press("Escape")
        page.get_by_test_id("help-sheet").wait_for(state="detached")
    assert listed[1] == [*listed[4], "Drawing", "The whole region that is drawn"]
    assert listed[4][:3] == ["Mouse on a view", "Pages and answers", "Keys on a view"]


def test_the_long_name_of_a_field_can_be_read_and_is_no_answer(page):
    go_to(page, 1)
    named = page.locator(".quiz-question").get_by_text(LONG, exact=True).last
    assert named.evaluate("one => one.scrollWidth <= one.clientWidth")
    page.get_by_label(LONG, exact=True).fill("A text")
    assert page.get_by_label(LONG, exact=True).input_value() == "A text"
    empty = page.locator(".v-field:not(.v-field--active) .v-label", has_text="Size").first
    assert empty.evaluate("one => getComputedStyle(one).color") == "rgb(176, 176, 176)"


@pytest.mark.parametrize(("number", "last"), [(2, "Question 11"), (3, "Option 29")])
def test_the_last_of_many_questions_and_options_is_reached_by_scrolling_and_next_stays(page, number, last):
    go_to(page, number)
    found = page.locator(".quiz-scroll").get_by_text(last).first
    found.scroll_into_view_if_needed()
    box, foot = found.bounding_box(), page.locator(".quiz-foot").bounding_box()
    assert box["y"] + box["height"] <= foot["y"]
    all_in_reach(page)


def test_sixty_regions_scroll_in_the_legend_and_say_their_views_in_whole_words(page):
    go_to(page, 2)
    regions = page.get_by_test_id("legend").locator(".quiz-region")
    assert regions.count() == 60
    regions.last.scroll_into_view_if_needed()
    panel = page.locator(".quiz-scroll", has=page.get_by_test_id("legend")).bounding_box()
    box = regions.last.bounding_box()
    assert panel["y"] <= box["y"]
    assert box["y"] + box["height"] <= panel["y"] + panel["height"]
    all_in_reach(page)


def test_what_is_wrong_with_an_image_stands_in_its_place(page):
    go_to(page, 4)
    message = page.get_by_test_id("in-view")
    message.first.wait_for()
    assert message.count() == 1
    assert "“broken.nrrd” is not an image" in message.inner_text()
    assert page.evaluate(OUTSIDE, ["[data-testid=view-Red]", "[data-testid=in-view] p"]) == 0
    assert page.evaluate(OVERLAPPING, [CORNERS[0], f"{CORNERS[1]}, .quiz-in-view p"]) == 0
    page.keyboard.press("Alt+3")
    message.wait_for(state="detached")
    page.keyboard.press("Alt+0")
    message.wait_for()
