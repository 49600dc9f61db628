"""A stage for what is drawn in the browser: two pages of one CT, with three regions, for one reader."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from drawing_hand import Hand, covered, hand_on, label_map, snapped, turn
from session_by_hand import write_quiz
from web_stage import served, until, wait_for_text, wait_for_views, window

READER = "Ann"
RADIUS_MM = 10.5
"""No voxel's centre is within a tenth of a millimetre of this disc's edge: Slicer's brush has 32 corners."""

CT = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
EDITOR = 'EnableSegmentEditor="Y" AllowMultipleResponse="Y" Layout="OneUpRedSlice"'
PAGES = (
    f'<Page ID="A" {EDITOR} ContourToolRadius="{RADIUS_MM}" SegmentRequiredOnAnyImage="Y">{CT}</Page>'
    f'<Page ID="B" {EDITOR}>{CT}</Page>'
)
FIRST, SECOND = "Page 1 of 2", "Page 2 of 2"
MOST_STORIES = 12


def quiz_with_regions(folder: Path, pages: str = PAGES, attributes: str = "") -> Path:
    (folder / "map.txt").write_text("Liver=10\nSpleen=20\nBone=30\n", encoding="utf-8")
    return write_quiz(folder, pages, f'MaskValueMap="map.txt" {attributes}')


def serving(folder: Path, quiz: Path, images: Path, name: str = "serve", **environment: str):
    results = folder / "results"
    arguments = [quiz, "--images", images, "--results", results, "--reader", READER]
    return served(folder / name, *arguments, **environment)


def results_of(folder: Path) -> Path:
    return folder / "results" / READER / "study"


def first_page(folder: Path) -> Path:
    return results_of(folder) / "PgGroup1_A"


@contextmanager
def at_the_first_page(
    browser: Any, folder: Path, images: Path, pages: str = PAGES, tool: str = "paint"
) -> Iterator[Hand]:
    """Of a quiz with three regions, with a tool in hand; nothing may go wrong meanwhile."""
    with (
        serving(folder, quiz_with_regions(folder, pages), images) as command,
        window(browser, command.address) as page,
    ):
        hand = hand_on(page)
        hand.take(tool)
        yield hand
        assert page.faults == []
        assert command.errors == ""


@contextmanager
def at_one_page_after_the_other(browser: Any, folder: Path, images: Path) -> Iterator[Callable[[str], Hand]]:
    """In one window, for many stories. Each begins with a tool in hand as ``at_the_first_page``, on a page of
    its own, and has another page behind it."""
    pages = "".join(PAGES.replace('Page ID="', f'Page ID="{story}') for story in range(1, MOST_STORIES + 1))
    quiz = quiz_with_regions(folder, pages, 'FreeOrder="Y"')
    begun = count(1, 2)
    with serving(folder, quiz, images) as command, window(browser, command.address) as page:

        def begin(tool: str) -> Hand:
            wait_for_views(page)
            number = next(begun)
            page.evaluate("index => trame.trigger('go_to', [trame.state.get('owner'), index])", number - 1)
            wait_for_text(page, "position", f"Page {number} of")
            hand = hand_on(page)
            # The region of the story before, if it chose another one.
            choose(hand, "Liver")
            hand.take(tool)
            return hand

        yield begin
        assert command.errors == ""


def page_folder(hand: Hand, folder: Path) -> Path:
    """Of the results, for the page that the hand draws on."""
    (found,) = results_of(folder).glob(f"PgGroup*_{hand.title}")
    return found


def drawn_after_leaving(hand: Hand, folder: Path) -> np.ndarray:
    """The label map of the page that the hand draws on, once it is left."""
    turn(hand.page, "next")
    return label_map(page_folder(hand, folder))


def back_on_the_first_page(hand: Hand) -> Hand:
    turn(hand.page, "previous")
    return hand_on(hand.page)


def disc(*places) -> np.ndarray:
    """The voxels of brushes that were set down and lifted again."""
    voxels = [covered([snapped(place)], RADIUS_MM) for place in places]
    return np.any(voxels, axis=0)


def choose(hand: Hand, region: str) -> None:
    (value,) = [each["value"] for each in hand.editor()["segments"] if each["title"] == region]
    if hand.editor()["segment"] == value:
        return
    hand.page.get_by_test_id("segment").click()
    hand.page.get_by_role("option", name=region).click()
    until(lambda: hand.editor()["segment"] == value, f"{region} chosen")


def can_undo(hand: Hand, expected: bool = True) -> None:
    until(lambda: hand.editor()["can_undo"] is expected, f"undo to be possible: {expected}")
