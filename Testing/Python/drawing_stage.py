"""A stage for what is drawn in the browser: two pages of one CT, with three regions, for one reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from drawing_hand import Hand, covered, go, hand_on, label_map, snapped
from session_by_hand import write_quiz
from web_stage import served, until, window

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


def quiz_with_regions(folder: Path, pages: str = PAGES, attributes: str = "") -> Path:
    (folder / "map.txt").write_text("Liver=10\nSpleen=20\nBone=30\n", encoding="utf-8")
    return write_quiz(folder, pages, f'MaskValueMap="map.txt" {attributes}')


def serving(folder: Path, quiz: Path, images: Path, name: str = "serve"):
    results = folder / "results"
    return served(folder / name, quiz, "--images", images, "--results", results, "--reader", READER)


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


def drawn_after_leaving(hand: Hand, folder: Path) -> np.ndarray:
    """The label map of the first page, once it is left."""
    go(hand.page, "next", SECOND)
    return label_map(first_page(folder))


def back_on_the_first_page(hand: Hand) -> Hand:
    go(hand.page, "previous", FIRST)
    return hand_on(hand.page)


def disc(*places) -> np.ndarray:
    """The voxels of brushes that were set down and lifted again."""
    voxels = [covered([snapped(place)], RADIUS_MM) for place in places]
    return np.any(voxels, axis=0)


def choose(hand: Hand, region: str) -> None:
    hand.page.get_by_test_id("segment").click()
    hand.page.get_by_role("option", name=region).click()
    (value,) = [each["value"] for each in hand.editor()["segments"] if each["title"] == region]
    until(lambda: hand.editor()["segment"] == value, f"{region} chosen")


def can_undo(hand: Hand, expected: bool = True) -> None:
    until(lambda: hand.editor()["can_undo"] is expected, f"undo to be possible: {expected}")
