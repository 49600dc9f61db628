"""Forms of marks, what is right, and scores, in small and large windows: all fits and is in reach."""

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from accessibility import violations, wait_until_at_rest
from pages_of_marks import LONG_ID, OTHERS, write_learning
from panel_stage import write_images
from PIL import Image as Picture
from test_web_layout import OVERLAPPING
from test_web_marks import place
from web_stage import READER, choose, served, text, until, wait_for_text, wait_for_views, window

WINDOWS: list[tuple[tuple[int, int], float]] = [((1366, 768), 1), ((1280, 720), 1.5)]
"""As of test_web_layout.py."""
if os.environ.get("QUIZLOADER_SOAK"):
    WINDOWS += [((1280, 720), 1), ((1920, 1080), 1), ((2560, 1440), 1)]
MARKS = 2
TEXTS = (
    "legend, .quiz-question .v-selection-control .v-label, .v-field, .quiz-matrix :is(th[scope=row], label)"
)
TEXTS += ", .quiz-scale > *, .quiz-lack, .quiz-told > *, .quiz-line > *, .quiz-row > .v-btn__content"
ORANGE = [255, 183, 77]

WIDER = """([outer, inner]) => {
    const box = document.querySelector(outer).getBoundingClientRect();
    return [...document.querySelectorAll(`${outer} :is(${inner})`)].filter(each => {
        const own = each.getBoundingClientRect();
        return own.left < box.left || own.right > box.right + 0.5 || each.scrollWidth > each.clientWidth + 1
            && getComputedStyle(each).display !== "inline";
    }).map(each => each.outerHTML.slice(0, 80));
}"""
"""Which of the inner elements are wider than the outer one, or than themselves."""

LINES = """all => all.map(each => {
    const range = document.createRange();
    range.selectNodeContents(each);
    return new Set([...range.getClientRects()].map(one => Math.round(one.top))).size;
})"""
"""In how many lines the text of each element stands."""


@pytest.fixture(scope="module")
def learning(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The folder of a reader who has placed their marks and filled in nothing, and the address."""
    folder = tmp_path_factory.mktemp("learning")
    quiz = write_learning(folder / "learning.xml")
    images = write_images(folder / "images")
    results = folder / "results"
    with served(folder, quiz, "--images", images, "--results", results, "--reader", READER) as command:
        with window(browser, command.address) as page:
            wait_for_text(page, "title", "Case 1")
            wait_for_views(page)
            place(page, "Point", (5, 5))
            place(page, "Ellipse", (-2, -2), (-10, -8))
            wait_for_text(page, "saving", "saved.")
        yield folder, command.address


@pytest.fixture(scope="module")
def finished(
    browser: Any, learning: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address where the same reader has then finished."""
    folder = tmp_path_factory.mktemp("finished")
    shutil.copytree(learning[0], folder, dirs_exist_ok=True)
    more = ("--images", folder / "images", "--results", folder / "results", "--reader", READER)
    with served(folder, folder / "learning.xml", *more) as command:
        with window(browser, command.address) as page:
            wait_for_text(page, "title", "Case 1")
            wait_for_views(page)
            for mark in range(1, MARKS + 1):
                fill_in(page, f"question-0/0/{mark}/")
            for number in range(2, OTHERS + 2):
                page.get_by_test_id("next").click()
                wait_for_text(page, "position", f"Page {number} of")
            page.get_by_test_id("finish").click()
            page.get_by_test_id("finish-now").click()
            page.get_by_test_id("end-page").wait_for()
        yield command.address


def fill_in(page: Any, form: str) -> None:
    asked = [page.get_by_test_id(f"{form}{number}") for number in range(6)]
    choose(asked[0], "solid")
    asked[2].locator("input").fill("S2")
    page.get_by_role("option", name="S2", exact=True).click()
    asked[3].locator(".v-slider__container").click()
    asked[4].get_by_label("Noise: acceptable").click()
    asked[4].get_by_label("Sharpness of the contours: excellent").click()
    asked[5].get_by_role("textbox").fill("12.5")
    wait_for_text(page, "saving", "saved.")


def is_within(page: Any, *names: str) -> bool:
    """Each whole, and nothing scrolls sideways."""
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    boxes = [page.get_by_test_id(name).bounding_box() for name in names]
    assert page.evaluate("[document.documentElement.scrollWidth, document.body.scrollHeight]") == [
        width,
        height,
    ]
    return all(
        box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= width
        and box["y"] + box["height"] <= height
        for box in boxes
    )


@pytest.mark.parametrize("size", WINDOWS, ids=str)
def test_the_forms_of_marks_are_as_wide_as_the_panel(
    browser: Any, learning: tuple[Path, str], size: tuple[tuple[int, int], float]
) -> None:
    with window(browser, learning[1], *size) as page:
        page.get_by_test_id("next").click()
        page.get_by_test_id("missing").wait_for()
        wait_until_at_rest(page)
        assert page.get_by_test_id("mark").count() == MARKS
        assert page.locator(".quiz-of-mark").count() == 7 * MARKS
        assert page.evaluate(WIDER, [".quiz-scroll", TEXTS]) == []
        assert page.evaluate(OVERLAPPING, [".quiz-question", TEXTS]) == 0
        assert is_within(page, "next", "previous", "saving", "missing")
        # What a mark measures, in however many lines, begins beside its number.
        tops = page.get_by_test_id("mark").evaluate_all(
            "all => all.map(each => [...each.children].slice(0, 2).map(one => one.offsetTop))"
        )
        heights = (
            page.get_by_test_id("mark")
            .locator("> span:nth-child(2)")
            .evaluate_all("all => all.map(each => each.offsetHeight)")
        )
        assert heights[1] >= 2 * heights[0] > 0
        assert all(abs(number - words) < 1 for number, words in tops)
        ends = page.locator(".quiz-scale > :is(:first-child, :last-child)")
        assert max(ends.evaluate_all(LINES)) <= 2
        unit = page.locator(".v-text-field__suffix").first
        assert unit.evaluate("each => [each.innerText, getComputedStyle(each).opacity]") == ["mm", "1"]
        # The bar beside a question that lacks something begins with the first of its title's lines.
        asked = page.get_by_test_id("question-0/0/1/2")
        title = asked.locator("legend")
        title.scroll_into_view_if_needed()
        assert title.evaluate_all(LINES)[0] >= 3
        box, beside = title.bounding_box(), asked.bounding_box()
        clip = {"x": beside["x"] + 1, "y": box["y"] + 1, "width": 1, "height": box["height"] - 2}
        bar = np.asarray(Picture.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB"))
        assert (bar == ORANGE).all(axis=-1).mean() == 1
        assert violations(page) == []
        assert page.faults == []


@pytest.mark.parametrize("size", WINDOWS, ids=str)
def test_scores_and_what_is_right_fit_and_what_leads_on_is_on_the_screen(
    browser: Any, finished: str, size: tuple[tuple[int, int], float]
) -> None:
    with window(browser, finished, *size) as page:
        page.get_by_test_id("end-page").wait_for()
        wait_until_at_rest(page)
        assert is_within(page, "begin-again", "look-back", "saving")
        assert page.locator("h1").bounding_box()["y"] >= 20
        scores = page.get_by_test_id("scores")
        assert scores.locator("tbody tr").count() == OTHERS + 2
        assert set(scores.locator("td, thead th").evaluate_all(LINES)) == {1}
        assert page.evaluate(WIDER, [".quiz-wait", "p, th, td, .v-btn__content"]) == []
        # The names of the columns and the sum stay where the others scroll.
        scores.locator("..").focus()
        page.keyboard.press("End")
        last = scores.locator("tbody tr", has_text=LONG_ID)
        head, total = scores.locator("thead"), scores.locator("tbody tr").last

        def is_last_seen() -> bool:
            here, above, below = (each.bounding_box() for each in (last, head, total))
            return (
                above["y"] + above["height"] <= here["y"] and here["y"] + here["height"] <= below["y"] + 0.5
            )

        until(is_last_seen, "the last page's scores")
        assert total.inner_text().split("\t")[0] == "All pages"
        assert violations(page) == [], "the scores"

        page.get_by_test_id("look-back").click()
        page.get_by_test_id("told-page").wait_for()
        while not (here := text(page, "position")).startswith("Page 1 "):
            page.get_by_test_id("previous").click()
            page.get_by_test_id("position").filter(has_not_text=here).wait_for()
        wait_for_views(page)
        assert page.locator(".quiz-told").count() == 3
        assert text(page, "told-0/0").split("\n")[0] == "✗ Wrong"
        assert page.evaluate(WIDER, [".quiz-scroll", TEXTS]) == []
        assert is_within(page, "next", "previous", "look-at-end")
        assert violations(page) == [], "what is right"
        page.get_by_test_id("look-at-end").click()
        page.get_by_test_id("end-page").wait_for()
        assert page.faults == []
