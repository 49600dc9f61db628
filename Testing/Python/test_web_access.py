"""The client for those who use the keys alone, a screen reader, or eyes that need contrast."""

import pytest
from accessibility import wait_until_at_rest
from panel_stage import LABELS, VOLUME, image_element, write_images, write_quiz
from session_by_hand import SAMPLES
from web_stage import choose, served, wait_for_text, window

VIEWS = ("Red", "Green", "Yellow")
OPTIONS = "<Option>One</Option><Option>Two</Option>"
QUESTIONS = "".join(
    f"<Question Type='{kind}' Descriptor='{kind} question'>{OPTIONS}</Question>"
    for kind in ("Radio", "CheckBox", "Text", "FloatValue")
)
PAGE = (
    "EnableSegmentEditor='Y'|"
    + "".join(image_element("Volume", VOLUME, view) for view in VIEWS)
    + image_element("LabelMap", LABELS, more="<ROIs ROIVisibilityCode='All'/>")
    + f"<QuestionSet>{QUESTIONS}</QuestionSet>"
)

FOCUSED = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    if (one === document.body) return null;
    const field = one.closest(".v-field--focused .v-field__outline, .v-field--focused");
    const edge = field?.querySelector(".v-field__outline__end");
    const outline = getComputedStyle(one);
    return {
        name: one.getAttribute("aria-label") || one.labels?.[0]?.innerText.trim() || one.innerText.trim(),
        place: one.closest("[data-testid]").dataset.testid,
        ring: edge ? parseFloat(getComputedStyle(edge).borderRightWidth)
            : outline.outlineStyle === "solid" ? parseFloat(outline.outlineWidth) : 0,
        isInside: box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight,
    };
}"""

FAINT = """() => {
    const parts = color => color.match(/[0-9.]+/g).map(Number);
    const over = (above, below) => {
        const share = above[3] ?? 1;
        return [0, 1, 2].map(part => above[part] * share + below[part] * (1 - share));
    };
    const luminance = color => {
        const linear = color.map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const contrast = one => {
        const around = [];
        for (let each = one; each; each = each.parentElement) around.unshift(getComputedStyle(each));
        const below = around.reduce((color, style) => over(parts(style.backgroundColor), color), [0, 0, 0]);
        const [red, green, blue, share = 1] = parts(getComputedStyle(one).color);
        const opacity = around.reduce((all, style) => all * Number(style.opacity), share);
        const both = [luminance(over([red, green, blue, opacity], below)), luminance(below)];
        return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    };
    const isText = node => node.nodeType === Node.TEXT_NODE && node.data.trim();
    const hasText = one => one.value || [...one.childNodes].some(isText);
    return [...document.querySelectorAll("body *:not(script, style, noscript, option)")]
        .filter(one => hasText(one) && one.checkVisibility() && !one.matches("[type=checkbox], [type=radio]"))
        // The field of a list holds its value a second time, for screen readers.
        .filter(one => one.getAttribute("role") !== "combobox" && one.getBoundingClientRect().width > 0)
        .filter(one => contrast(one) < 4.5)
        .map(one => `${(one.value || one.textContent).trim()}: ${contrast(one).toFixed(2)}`);
}"""
"""Texts with a contrast below 4.5, which WCAG 2 asks for."""


def faint_texts(page):
    wait_until_at_rest(page)
    return page.evaluate(FAINT)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("access")
    images = write_images(folder / "images")
    quiz = write_quiz(folder / "access.xml", [PAGE])
    with served(folder, quiz, "--images", images) as command:
        yield command.address


def test_the_tab_key_reaches_every_control_by_its_name_with_a_ring_around_it(browser, address):
    with window(browser, address) as page:
        page.get_by_test_id("legend").wait_for()
        page.get_by_test_id("draw-paint").click()
        page.get_by_test_id("radius").wait_for()
        page.get_by_test_id("title").focus()
        reached = []
        for _ in range(80):
            page.keyboard.press("Tab")
            wait_until_at_rest(page)
            focused = page.evaluate(FOCUSED)
            if focused is None:
                break
            assert focused["name"], focused
            assert focused["ring"] >= 2, focused
            assert focused["isInside"], focused
            if focused["place"] not in reached:
                reached.append(focused["place"])
        looking = ["reset", "contours", "fill"]
        before = [
            *[f"question-0/{number}" for number in range(4)],
            *["measures", "legend", "hints-seen"],
            *[f"tool-{name}" for name in looking],
            *["opacity", "tool-mouse", "preset", "tool-invert", "tool-crosshair", "tool-link"],
            *["mode", "slab", "tool-link here", "tool-lines", "measure", "help"],
        ]
        views = ["view-Red", "slices-Red", "view-3D"]
        views += [f"{what}-{view}" for view in ("Green", "Yellow") for what in ("view", "slices")]
        drawing = reached[len(before) : -len(views)]
        assert reached == [*before, *drawing, *views]
        assert {"draw-paint", "draw-islands", "segment", "radius"} <= set(drawing)

        page.get_by_test_id("draw-erase").focus()
        page.keyboard.press("?")
        sheet = page.get_by_role("dialog", name="Mouse and keys")
        sheet.wait_for()
        assert faint_texts(page) == []
        page.keyboard.press("Escape")
        sheet.wait_for(state="detached")
        page.wait_for_function("document.activeElement.dataset.testid === 'draw-erase'")
        assert page.faults == []


def test_every_text_has_contrast_also_where_nothing_can_be_changed(browser, images, tmp_path):
    arguments = [SAMPLES / "questions.xml", "--images", images, "--results", tmp_path / "results"]
    with served(tmp_path, *arguments) as command, window(browser, command.address) as page:
        page.get_by_label("Your name").fill("Dr. Chen")
        assert faint_texts(page) == []
        page.get_by_test_id("sign-in").click()
        choose(page, "Not sure")
        choose(page, "Left")
        page.get_by_test_id("next").click()
        page.get_by_label("Confidence", exact=True).fill("9")
        wait_for_text(page, "lack-0/0", "not “9”")
        assert faint_texts(page) == []
        page.get_by_label("Confidence", exact=True).fill("4")
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "Case 1 - Report")
        page.get_by_test_id("previous").click()
        wait_for_text(page, "title", "Case 1 - Reading")
        assert page.get_by_label("Confidence", exact=True).is_disabled()
        page.mouse.move(0, 0)
        assert faint_texts(page) == []
        assert page.faults == []
