"""Whole organs in the browser: drawn on every third slice, filled between, smoothed, grown, combined."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import SimpleITK as sitk
from drawing_hand import LIVER, MIDDLE, SHAPE, SPACING, Hand, ct, hand_on, layers, turn
from drawing_stage import (
    at_the_first_page,
    back_on_the_first_page,
    choose,
    disc,
    drawn_after_leaving,
    page_folder,
)
from scipy.ndimage import distance_transform_edt
from web_stage import until, wait_for_text, wait_for_views

SLICES = 17
ORGAN = slice(2, 15)
"""The slices that the organ is on."""


def organ(k: int) -> list[tuple[float, float]]:
    """Its outline on a slice, in mm to the right and down: a large lobe that becomes smaller to the left, and
    goes to the right from slice to slice."""
    size = np.sqrt(1 - ((k - 8) / 7.5) ** 2)
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return [
        (size * (34 + 12 * np.cos(angle)) * np.cos(angle) + k - 8, size * 26 * np.sin(angle) + 2)
        for angle in angles
    ]


def organ_voxels() -> np.ndarray:
    from matplotlib.path import Path

    rows, columns = np.indices(SHAPE[1:])
    centers = np.stack([(columns - 31.5) * SPACING[0], (rows - 31.5) * SPACING[1]], axis=-1).reshape(-1, 2)
    voxels = np.zeros((SLICES, *SHAPE[1:]), bool)
    for k in range(ORGAN.start, ORGAN.stop):
        voxels[k] = Path(organ(k)).contains_points(centers).reshape(SHAPE[1:])
    return voxels


def step(hand: Hand, slices: int) -> None:
    """To another slice, by the keys of the view."""
    wanted = hand.page.evaluate("trame.state.get('corners').Red.slice") + slices
    hand.page.locator("[data-view=Red] [tabindex='0']").first.focus()
    for _one in range(abs(slices)):
        hand.page.keyboard.press("ArrowUp" if slices > 0 else "ArrowDown")
    until(lambda: hand.page.evaluate("trame.state.get('corners').Red.slice") == wanted, f"slice {wanted}")
    wait_for_views(hand.page)


def has_threshold(hand: Hand, value: float) -> bool:
    return value in hand.editor()["threshold"]


@contextmanager
def region_tool(hand: Hand) -> Iterator[None]:
    """A tool of the whole region is used, and waited for."""
    done = hand.editor()["done"] + 1
    yield
    until(lambda: hand.editor()["done"] == done, "the whole region to be changed")


def test_an_organ_in_few_strokes_filled_and_smoothed(browser, tmp_path):
    truth = organ_voxels()
    image = sitk.GetImageFromArray(np.where(truth, LIVER, -100).astype(np.int16))
    image.SetSpacing(SPACING)
    middle = [-spacing * (size - 1) / 2 for spacing, size in zip(SPACING, truth.shape[::-1], strict=True)]
    image.SetOrigin(middle)
    images = tmp_path / "images"
    images.mkdir()
    sitk.WriteImage(image, str(images / "ct.nrrd"))

    with at_the_first_page(browser, tmp_path, images, tool="draw") as hand:
        page, strokes = hand.page, 0
        step(hand, ORGAN.start - SLICES // 2)
        for k in range(ORGAN.start, ORGAN.stop, 3):
            if strokes:
                step(hand, 3)
            corners = organ(k)
            hand.drag(*corners, corners[0])
            strokes += 1
        assert strokes < 25
        # The page waits for it, whoever is in a hurry.
        page.keyboard.press("Shift+F")
        filled = drawn_after_leaving(hand, tmp_path) > 0
        assert dice(filled, truth) > 0.92
        hand = back_on_the_first_page(hand)
        page.keyboard.press("Shift+O")
        until(lambda: hand.editor()["effect"] == "smoothing", "smoothing in hand")
        page.get_by_test_id("smoothing-mm").locator("input").fill("6")
        page.keyboard.press("Enter")
        until(lambda: hand.editor()["smoothing_mm"] == 6, "a width of 6 mm")
        with region_tool(hand):
            page.get_by_test_id("apply-smoothing").click()
        voxels = drawn_after_leaving(hand, tmp_path) > 0
    assert dice(voxels, truth) > 0.95


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_each_tool_of_a_whole_region_is_one_step_and_does_what_numpy_does(hand, folder):
    page = hand.page
    # Painted within a range of grey values.
    page.keyboard.press("Shift+V")
    until(lambda: hand.editor()["within_range"], "the range to hold")
    for end, value in (("low", LIVER - 10), ("high", LIVER + 10)):
        page.get_by_test_id(f"threshold-{end}").locator("input").fill(str(value))
        page.keyboard.press("Enter")
        until(partial(has_threshold, hand, value), f"{value}")
    hand = hand_on(page)
    hand.click((28, -30))
    wait_for_text(page, "drawing-told", "No voxel there has a value from 50 to 70.")
    liver = disc(hand.click((-24, -24))) & (ct() == LIVER)
    until(lambda: hand.editor()["can_undo"], "the stroke")
    page.keyboard.press("Shift+V")
    until(lambda: not hand.editor()["within_range"], "the range to be off")

    # To the slice above, from that below it.
    step(hand, 1)
    with region_tool(hand):
        page.keyboard.press("Shift+W")
    step(hand, -1)
    copied = liver.copy()
    copied[MIDDLE + 1] = liver[MIDDLE]

    # Grown by millimetres, taken back, and grown again.
    choose(hand, "Spleen")
    hand = hand_on(page)
    small = disc(hand.click((28, -30)))
    page.keyboard.press("Shift+G")
    until(lambda: hand.editor()["effect"] == "margin", "the margin in hand")
    page.get_by_test_id("margin-mm").locator("input").fill("5,5")
    page.keyboard.press("Enter")
    until(lambda: hand.editor()["margin_mm"] == 5.5, "5.5 mm")
    with region_tool(hand):
        page.get_by_test_id("grow").click()
    page.keyboard.press("z")
    until(lambda: hand.editor()["can_redo"], "one step back")
    page.keyboard.press("y")
    until(lambda: not hand.editor()["can_redo"], "and on")
    away = distance_transform_edt(~small, sampling=SPACING[::-1])

    # Two islands, of which the one that is clicked goes; then the other region is added.
    choose(hand, "Bone")
    hand.take("paint")
    hand = hand_on(page)
    stays = disc(hand.click((28, 30)))
    goes = hand.click((-28, 30))
    hand.take("islands")
    page.get_by_test_id("toggle-island").click()
    until(lambda: hand.editor()["removes_island"], "a click to remove")
    hand = hand_on(page)
    before = hand.editor()["changes"]
    hand.click(goes)
    until(lambda: hand.editor()["changes"] > before, "the island to go")
    page.keyboard.press("Shift+P")
    until(lambda: hand.editor()["effect"] == "combine", "the other regions")
    page.get_by_test_id("other").click()
    page.get_by_role("option", name="Spleen").click()
    with region_tool(hand):
        page.get_by_test_id("combine-add").click()
    with region_tool(hand):
        page.keyboard.press("Shift+F")
    wait_for_text(page, "drawing-told", "no empty slice")

    turn(page, "next")
    found = layers(page_folder(hand, folder))
    assert np.array_equal(found["Liver"], copied)
    assert found["Spleen"][away <= 5.5 - 2].all()
    assert not found["Spleen"][away > 5.5 + 2].any()
    assert set(np.nonzero(found["Spleen"])[0]) == {MIDDLE - 1, MIDDLE, MIDDLE + 1}
    assert np.array_equal(found["Bone"], stays | found["Spleen"])
