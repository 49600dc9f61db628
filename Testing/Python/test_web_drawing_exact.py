"""What a reader draws in the browser, voxel by voxel and millimetre by millimetre, and that none is lost."""

import json
from functools import partial

import numpy as np
import pytest
from drawing_hand import (
    AIR,
    BONE,
    LIVER,
    MIDDLE,
    Hand,
    covered,
    ct,
    enclosed,
    hand_on,
    label_map,
    turn,
    write_ct,
)
from drawing_stage import (
    CT,
    EDITOR,
    PAGES,
    RADIUS_MM,
    at_the_first_page,
    back_on_the_first_page,
    can_undo,
    choose,
    disc,
    drawn_after_leaving,
    first_page,
    page_folder,
    quiz_with_regions,
    results_of,
    serving,
)
from QuizLoaderLib.apps.web.undo_steps import undo_steps
from session_by_hand import saved, write_quiz
from web_stage import ask_what_is_missing, text, until, wait_for_text, window


def test_a_brush_of_a_radius_in_mm_and_the_page_can_be_left_at_once(hand, folder):
    ask_what_is_missing(hand.page)
    assert text(hand.page, "missing") == "Please draw a contour on at least one image of this page."
    assert hand.editor()["radius"] == RADIUS_MM
    place = hand.click((-20, -15))
    hand.page.get_by_test_id("missing").wait_for(state="detached")

    voxels = drawn_after_leaving(hand, folder)
    assert np.array_equal(voxels, disc(place) * 10)
    assert set(np.nonzero(voxels)[0]) == {MIDDLE}
    (path,) = saved(results_of(folder) / "study.xml").iterfind(f"Page[@ID='{hand.title}']//LabelMapPath")
    assert path.get("Drawn") == "Y"


def test_a_stroke_covers_its_way_and_another_region_takes_its_voxels(hand, folder):
    way = hand.drag((-40, -30), (-10, -30), (-10, 20))
    choose(hand, "Spleen")
    place = hand.click((-10, 0))

    voxels = drawn_after_leaving(hand, folder)
    spleen = disc(place)
    assert np.array_equal(voxels == 20, spleen)
    # The brush is set again and again on the nearest voxel, within half the diagonal of its way.
    within, beyond = covered(way, RADIUS_MM - 2), covered(way, RADIUS_MM + np.sqrt(2))
    assert (voxels > 0)[within].all()
    assert not (voxels > 0)[~(beyond | spleen)].any()


def test_the_client_is_told_of_each_stroke_though_nothing_else_in_the_bar_changes(hand):
    before = hand.editor()
    hand.click((-20, 0))
    until(lambda: hand.editor()["changes"] > before["changes"], "the first stroke")
    before = hand.editor()
    assert before["can_undo"]
    hand.click((20, 0))
    until(lambda: hand.editor()["changes"] > before["changes"], "the second stroke")
    assert hand.editor() == {**before, "changes": hand.editor()["changes"]}


def test_erase_undo_and_redo(hand, folder):
    painted = [hand.click((-20, 0)), hand.click((0, 0)), hand.click((20, 0))]
    hand.take("erase")
    first = hand.click((0, 0))
    hand.click((20, 0))
    hand.page.keyboard.press("z")
    until(lambda: hand.editor()["can_redo"], "redo")
    hand.page.keyboard.press("z")
    hand.page.get_by_test_id("redo").click()
    until(lambda: hand.editor()["can_redo"] and hand.editor()["can_undo"], "one more to redo")

    voxels = drawn_after_leaving(hand, folder)
    assert np.array_equal(voxels, (disc(*painted) & ~disc(first)) * 10)


def test_all_that_was_undone_asks_for_a_contour_again(hand):
    ask_what_is_missing(hand.page)
    hand.click((0, 0))
    hand.page.get_by_test_id("missing").wait_for(state="detached")
    hand.page.keyboard.press("z")
    wait_for_text(hand.page, "missing", "Please draw a contour")
    hand.page.keyboard.press("y")
    hand.page.get_by_test_id("missing").wait_for(state="detached")
    turn(hand.page, "next")


def test_what_was_done_on_a_page_is_not_undone_on_another(hand, folder):
    place = hand.click((-20, -15))
    can_undo(hand)
    turn(hand.page, "next")
    hand_on(hand.page)
    can_undo(hand, False)
    hand.page.keyboard.press("z")
    back_on_the_first_page(hand)
    can_undo(hand, False)
    hand.page.keyboard.press("z")
    assert np.array_equal(drawn_after_leaving(hand, folder), disc(place) * 10)


def set_threshold(hand: Hand, low: float, high: float) -> None:
    for end, value in (("low", low), ("high", high)):
        field = hand.page.get_by_test_id(f"threshold-{end}").locator("input")
        field.fill(str(value))
        field.press("Enter")
        until(partial(has_threshold, hand, value), f"a threshold of {value}")


def has_threshold(hand: Hand, value: float) -> bool:
    return value in hand.editor()["threshold"]


def test_a_threshold_takes_the_values_from_one_to_the_other(hand, folder):
    hand.take("threshold")
    assert hand.editor()["range"] == [AIR, BONE]
    # As in Slicer, the upper three quarters at first.
    assert hand.editor()["threshold"] == [AIR + (BONE - AIR) / 4, BONE]
    set_threshold(hand, LIVER - 10, LIVER)
    hand.page.get_by_test_id("apply-threshold").click()
    can_undo(hand)
    choose(hand, "Bone")
    hand.take("threshold")
    set_threshold(hand, BONE, BONE + 100)
    hand.page.get_by_test_id("apply-threshold").click()
    until(lambda: hand.editor()["effect"] == "", "no tool in hand")

    voxels = drawn_after_leaving(hand, folder)
    assert np.array_equal(voxels, (ct() == LIVER) * 10 + (ct() == BONE) * 30)
    assert [(voxels == value).sum() for value in (10, 30)] == [5 * 16 * 16, 7 * 8 * 8]


def test_small_islands_go_and_the_one_that_is_clicked_stays(hand, folder):
    long = [hand.click((-40, -30)), hand.click((-26, -30))]
    round_ = hand.click((30, 20))
    size = disc(round_).sum()
    hand.take("islands")
    least = hand.page.get_by_label("Voxels that an island must have")
    # It has so many voxels, so it stays; with one more it goes.
    least.fill(str(size))
    # What is typed stays, whatever else changes on the page.
    hand.mouse.move(hand.pixel((0, 0)))
    hand.page.get_by_test_id("pointed").wait_for()
    assert least.input_value() == str(size)
    hand.page.get_by_test_id("remove-small").click()
    until(lambda: hand.editor()["smallest_island"] == size, "the islands below")
    least.fill(str(size + 1))
    turn(hand.page, "next")
    assert np.array_equal(label_map(page_folder(hand, folder)) > 0, disc(*long, round_))

    hand = back_on_the_first_page(hand)
    hand.take("islands")
    hand.page.get_by_label("Voxels that an island must have").fill(str(size + 1))
    hand.page.get_by_test_id("remove-small").click()
    can_undo(hand)
    assert np.array_equal(drawn_after_leaving(hand, folder) > 0, disc(*long))

    hand = back_on_the_first_page(hand)
    hand.take("paint")
    other = hand.click((30, 20))
    hand.take("islands")
    hand.click((30, 20))
    assert np.array_equal(drawn_after_leaving(hand, folder) > 0, disc(other))


def test_a_contour_takes_the_centres_inside(hand, folder):
    hand.take("draw")
    corners = hand.drag((-40, -30), (11, -34), (20, 15), (-30, 25))
    can_undo(hand)
    voxels = drawn_after_leaving(hand, folder)
    assert np.array_equal(voxels, enclosed(corners) * 10)
    assert set(np.nonzero(voxels)[0]) == {MIDDLE}


def test_a_line_is_as_long_as_between_its_pixels(hand, folder):
    hand.click((0, 0))
    hand.page.get_by_test_id("measure").click()
    until(lambda: hand.page.evaluate("trame.state.get('lines').measuring"), "a line in hand")
    ends = [hand.click((-40, -30)), hand.click((20, 15))]
    length = np.hypot(ends[1][0] - ends[0][0], ends[1][1] - ends[0][1])
    wait_for_text(hand.page, "lines", f"{length:.1f} mm")
    turn(hand.page, "next")

    (path,) = page_folder(hand, folder).glob("*.mrk.json")
    (markup,) = json.loads(path.read_text(encoding="utf-8"))["markups"]
    found = np.array([point["position"] for point in markup["controlPoints"]])
    # In LPS: to the right in the picture is the patient's left, down is behind.
    assert np.allclose(found, [(*end, 0) for end in ends], atol=1e-6)
    assert np.linalg.norm(found[1] - found[0]) == pytest.approx(length, abs=1e-6)
    turn(hand.page, "previous")
    wait_for_text(hand.page, "lines", f"{length:.1f} mm")


def test_the_browser_is_loaded_again_with_the_button_held(hand, folder):
    first = hand.click((30, -30))
    held = hand.drag((-40, -30), (-40, 0), releases=False)
    hand.page.reload()
    again = hand_on(hand.page)
    until(lambda: again.editor()["effect"] == "paint", "the brush in hand still")
    last = again.click((30, 30))

    voxels = drawn_after_leaving(again, folder) > 0
    assert voxels[disc(first, last)].all(), "what was drawn before and after"
    assert voxels[covered(held, RADIUS_MM - 2)].all(), "what the held button had drawn"
    assert not voxels[~(disc(first, last) | covered(held, RADIUS_MM + np.sqrt(2)))].any()


def test_the_browser_is_closed_with_the_button_held_and_the_command_ended(browser, tmp_path, ct_folder):
    quiz = quiz_with_regions(tmp_path)
    with serving(tmp_path, quiz, ct_folder) as command:
        with window(browser, command.address) as page:
            hand = hand_on(page)
            hand.take("paint")
            held = hand.drag((-40, -30), (-40, 0), releases=False)
        assert command.end() == 0
        assert command.errors == ""
    voxels = label_map(first_page(tmp_path)) > 0
    assert voxels[covered(held, RADIUS_MM - 2)].all()
    before = voxels.sum()

    with serving(tmp_path, quiz, ct_folder, "again") as command, window(browser, command.address) as page:
        hand = hand_on(page)
        can_undo(hand, False)
        hand.take("erase")
        place = hand.click((-40, 0))
        assert np.array_equal(drawn_after_leaving(hand, tmp_path) > 0, voxels & ~disc(place))
        assert label_map(first_page(tmp_path)).astype(bool).sum() < before


def test_without_regions_the_reader_names_what_he_draws(browser, tmp_path, ct_folder):
    quiz = write_quiz(tmp_path, PAGES)
    with serving(tmp_path, quiz, ct_folder) as command, window(browser, command.address) as page:
        hand = hand_on(page)
        hand.take("paint")
        lesion = hand.click((-30, 0))
        assert [each["title"] for each in hand.editor()["segments"]] == ["Segment 1"]
        page.get_by_test_id("rename").click()
        page.get_by_label("Name of the region").fill("Lesion")
        page.keyboard.press("Enter")
        until(lambda: hand.editor()["segments"][0]["title"] == "Lesion", "its name")
        page.get_by_test_id("add-segment").click()
        until(lambda: len(hand.editor()["segments"]) == 2, "another one")
        page.get_by_test_id("rename").click()
        page.get_by_label("Name of the region").fill("Lesion")
        page.keyboard.press("Enter")
        cyst = hand.click((30, 0))
        assert np.array_equal(drawn_after_leaving(hand, tmp_path), disc(lesion) + disc(cyst) * 2)
        hand = back_on_the_first_page(hand)
        assert [each["title"] for each in hand.editor()["segments"]] == ["Lesion", "Segment 2"]
        assert page.faults == []


def test_few_changes_of_large_segments_can_be_taken_back() -> None:
    """All steps together keep half a gigabyte at most, each one the segments before and after."""
    assert [undo_steps(size) for size in (0, 64**3, 512 * 512 * 300)] == [20, 20, 3]
    assert undo_steps(1 << 40) == 2


def test_a_finished_quiz_is_not_drawn_on(browser, tmp_path, ct_folder):
    page_ = f'<Page ID="A" {EDITOR} SegmentRequiredOnAnyImage="Y">{CT}</Page>'
    quiz = quiz_with_regions(tmp_path, page_)
    with serving(tmp_path, quiz, ct_folder) as command, window(browser, command.address) as page:
        hand = hand_on(page)
        hand.take("paint")
        hand.click((0, 0))
        page.get_by_test_id("missing").wait_for(state="detached")
        page.get_by_test_id("finish").click()
        page.get_by_test_id("finish-now").click()
        wait_for_text(page, "saving", "This quiz is finished")
        page.get_by_test_id("editor").wait_for(state="detached")
        until(lambda: not page.evaluate("trame.state.get('lines').may_measure"), "no line to be measured")


@pytest.mark.parametrize("is_flipped", [False, True])
def test_a_ball_takes_the_voxels_with_their_centres_in_it(browser, tmp_path, is_flipped):
    ct_folder = write_ct(tmp_path / "images", is_flipped=is_flipped)
    with at_the_first_page(browser, tmp_path, ct_folder) as hand:
        hand.page.keyboard.press("u")
        until(lambda: hand.editor()["ball"], "a ball")
        place = hand.click((-20.3, -14.6))
        way = hand.drag((10, -20), (25, -20), (28, 25))
        hand.take("erase")
        hole = hand.click((25, -12))
        voxels = drawn_after_leaving(hand, tmp_path)
    voxels = voxels[::-1, ::-1, ::-1] if is_flipped else voxels
    balls = [covered(path, RADIUS_MM, is_ball=True) for path in ([place], way, [hole])]
    assert np.array_equal(voxels > 0, (balls[0] | balls[1]) & ~balls[2])
    assert set(np.nonzero(voxels)[0]) == {1, 2, 3, 4, 5}
