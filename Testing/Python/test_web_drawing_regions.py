"""Regions in the browser are removed and hidden; what was drawn comes back, or is saved, all the same."""

import numpy as np
from drawing_hand import Hand, has_colour, label_map, layers
from drawing_stage import (
    back_on_the_first_page,
    can_undo,
    choose,
    disc,
    drawn_after_leaving,
    page_folder,
)
from web_stage import ask_what_is_missing, picture_of, until


def regions(hand: Hand) -> list[str]:
    return [each["title"] for each in hand.editor()["segments"]]


def chosen(hand: Hand) -> str:
    editor = hand.editor()
    (name,) = [each["title"] for each in editor["segments"] if each["value"] == editor["segment"]]
    return name


def shows(hand: Hand, region: str, expected: bool = True) -> None:
    (color,) = [each["color"] for each in hand.editor()["segments"] if each["title"] == region]
    until(lambda: has_colour(picture_of(hand.page, "Red"), color) is expected, f"{region} shown: {expected}")


def test_a_region_of_the_quiz_is_emptied_and_stays_in_the_list(hand, folder):
    liver = hand.click((-20, -15))
    choose(hand, "Spleen")
    spleen = hand.click((20, 15))
    choose(hand, "Liver")
    button = hand.page.get_by_test_id("remove-segment")
    assert button.get_attribute("aria-label") == "Empty the region"
    button.click()
    shows(hand, "Liver", False)
    assert regions(hand) == ["Liver", "Spleen", "Bone"]
    hand.page.keyboard.press("z")
    shows(hand, "Liver")
    assert np.array_equal(drawn_after_leaving(hand, folder), disc(liver) * 10 + disc(spleen) * 20)

    hand = back_on_the_first_page(hand)
    button.click()
    can_undo(hand)
    assert np.array_equal(drawn_after_leaving(hand, folder), disc(spleen) * 20)
    assert regions(back_on_the_first_page(hand)) == ["Liver", "Spleen", "Bone"]


def test_a_region_of_the_reader_s_own_is_removed_and_comes_back_by_undo(hand, folder):
    add = hand.page.get_by_test_id("add-segment")
    add.click()
    until(lambda: chosen(hand) == "Segment 4", "a region more")
    cyst = hand.click((-20, -15))
    add.click()
    until(lambda: chosen(hand) == "Segment 5", "another one")
    hand.click((20, 15))
    hand.page.get_by_test_id("remove-segment").click()
    until(lambda: regions(hand) == ["Liver", "Spleen", "Bone", "Segment 4"], "the last one gone")
    assert chosen(hand) == "Segment 4"
    choose(hand, "Liver")
    hand.page.keyboard.press("z")
    until(lambda: chosen(hand) == "Segment 5", "it is back, and chosen")
    shows(hand, "Segment 5")
    hand.page.keyboard.press("y")
    until(lambda: "Segment 5" not in regions(hand), "gone again")
    # What is drawn now goes into the region that is chosen, with the tool that was in hand.
    place = hand.click((20, -25))
    name = chosen(hand)
    voxels = drawn_after_leaving(hand, folder)
    own = layers(page_folder(hand, folder))
    assert set(own) == {"Liver", "Spleen", "Bone", "Segment 4"}
    assert name == "Segment 4"
    assert np.array_equal(own["Segment 4"], disc(cyst, place))
    assert np.array_equal(voxels > 0, disc(cyst, place))

    hand = back_on_the_first_page(hand)
    choose(hand, "Segment 4")
    hand.page.get_by_test_id("remove-segment").click()
    until(lambda: len(regions(hand)) == 3, "the regions of the quiz alone")
    add.click()
    until(lambda: regions(hand)[3:] == ["Segment 4"], "a new one")
    # Nothing is drawn any more.
    ask_what_is_missing(hand.page)


def test_a_hidden_region_is_kept_and_not_painted_over_unseen(hand, folder):
    liver = hand.click((-20, -15))
    shows(hand, "Liver")
    hand.page.get_by_test_id("toggle-segment").click()
    shows(hand, "Liver", False)
    # Nothing is drawn in a region that is hidden.
    until(lambda: hand.editor()["effect"] == "", "no tool in hand")
    choose(hand, "Spleen")
    hand.take("paint")
    spleen = hand.click((-14, -15))
    can_undo(hand)
    drawn_after_leaving(hand, folder)
    saved = layers(page_folder(hand, folder))
    assert np.array_equal(saved["Liver"], disc(liver))
    assert np.array_equal(saved["Spleen"], disc(spleen))
    later = disc(spleen) * 20 + (disc(liver) & ~disc(spleen)) * 10
    assert np.array_equal(label_map(page_folder(hand, folder)), later)

    hand = back_on_the_first_page(hand)
    shows(hand, "Liver")
    choose(hand, "Liver")
    hand.page.keyboard.press("v")
    shows(hand, "Liver", False)
    hand.take("erase")
    shows(hand, "Liver")
    hand.page.get_by_test_id("segment").click()
    hand.page.get_by_test_id("show-Spleen").click()
    shows(hand, "Spleen", False)
    hand.page.keyboard.press("Escape")
    assert hand.editor()["effect"] == "erase"
