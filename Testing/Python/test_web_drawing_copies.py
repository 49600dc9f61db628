"""What was drawn on one page of the browser shows on the next: voxel by voxel, and as a start to change."""

import numpy as np
from drawing_hand import MIDDLE, SHAPE, SPACING, Hand, go, hand_on, label_map
from drawing_stage import EDITOR, RADIUS_MM, choose, disc, quiz_with_regions, results_of, serving
from session_by_hand import page_of, saved
from web_stage import ask_what_is_missing, picture_of, until, window


def ct(attributes: str) -> str:
    return f'<Image ID="CT" Type="Volume" {attributes}><Path>ct.nrrd</Path></Image>'


PAGES = (
    f'<Page ID="Draw" {EDITOR} ContourToolRadius="{RADIUS_MM}">'
    + ct('LabelMapID="gtv"')
    + f'</Page><Page ID="Revise" {EDITOR} ContourToolRadius="{RADIUS_MM}">'
    + ct('DisplayLabelMapID="gtv" SegmentRequired="Y"')
    + '</Page><Page ID="Look" AllowMultipleResponse="Y" Layout="OneUpRedSlice">'
    + ct('DisplayLabelMapID="gtv"')
    + "</Page>"
)
DRAW, REVISE, LOOK = (f"Page {number} of 3" for number in (1, 2, 3))


def at_centers(hand: Hand) -> np.ndarray:
    """The colours in the picture at the centres of the slice's voxels: (rows, columns, 3)."""
    picture = picture_of(hand.page, "Red")
    left, top = hand.pixel((0, 0))
    across, down = ((np.arange(size) - (size - 1) / 2) for size in (SHAPE[2], SHAPE[1]))
    area = hand.page.locator("[data-testid=view-Red] .quiz-area").bounding_box()
    columns = np.rint(left - area["x"] + across * SPACING[0] / hand.mm_per_pixel).astype(int)
    rows = np.rint(top - area["y"] + down * SPACING[1] / hand.mm_per_pixel).astype(int)
    return picture[np.ix_(rows, columns)].astype(int)


def shows(hand: Hand, *expected: tuple[np.ndarray, str]) -> None:
    """At the voxels of each region the slice has its colour, and is grey at all others."""
    # The ring of the brush goes with the pointer.
    hand.page.mouse.move(1, 1)
    until(lambda: _is_as(hand, expected), "the regions on the slice")


def _is_as(hand: Hand, expected) -> bool:
    colors = at_centers(hand)
    hue = colors - colors.min(axis=2, keepdims=True)
    seen = np.where(hue.max(axis=2) > 12, hue.argmin(axis=2) + 1, 0)
    wanted = np.zeros(SHAPE[1:], int)
    for voxels, color in expected:
        wanted[voxels[MIDDLE]] = np.argmin([int(part) for part in color[4:-1].split(",")]) + 1
    return np.array_equal(seen, wanted)


def test_a_copy_shows_is_no_contour_yet_and_stays_as_it_was_changed(browser, tmp_path, ct_folder):
    quiz = quiz_with_regions(tmp_path, PAGES, 'ContourVisibility="Fill"')
    folders = [results_of(tmp_path) / f"PgGroup{page}" for page in ("1_Draw", "2_Revise", "3_Look")]
    with serving(tmp_path, quiz, ct_folder) as command, window(browser, command.address) as page:
        hand = hand_on(page)
        colors = {each["title"]: each["color"] for each in hand.editor()["segments"]}
        hand.take("paint")
        liver = disc(hand.click((-20, -15)))
        choose(hand, "Bone")
        bone = disc(hand.click((20, 15)))
        shows(hand, (liver, colors["Liver"]), (bone, colors["Bone"]))

        go(page, "next", REVISE)
        hand = hand_on(page)
        shows(hand, (liver, colors["Liver"]), (bone, colors["Bone"]))
        assert [each["title"] for each in hand.editor()["segments"]] == ["Liver", "Spleen", "Bone"]
        # A copy is no contour yet.
        ask_what_is_missing(page)

        # The first page is corrected, and the copy with it.
        go(page, "previous", DRAW)
        hand = hand_on(page)
        hand.take("erase")
        choose(hand, "Bone")
        bone = bone & ~disc(hand.click((26, 15)))
        go(page, "next", REVISE)
        hand = hand_on(page)
        shows(hand, (liver, colors["Liver"]), (bone, colors["Bone"]))

        # The copy is changed: now it is the reader's, and the first one stays as it is.
        choose(hand, "Liver")
        hand.take("paint")
        more = liver | disc(hand.click((-20, 20)))
        page.get_by_test_id("missing").wait_for(state="detached")
        go(page, "next", LOOK)
        hand = hand_on(page, may_draw=False)
        shows(hand, (liver, colors["Liver"]), (bone, colors["Bone"]))
        go(page, "previous", REVISE)
        shows(hand_on(page), (more, colors["Liver"]), (bone, colors["Bone"]))
        assert page.faults == []
        assert command.end() == 0
        assert command.errors == ""
    expected = [np.where(bone, 30, voxels * 10) for voxels in (liver, more, liver)]
    for folder, voxels in zip(folders, expected, strict=True):
        assert np.array_equal(label_map(folder), voxels)
    root = saved(results_of(tmp_path) / "study.xml")
    found = [path.get("Drawn") for number in (1, 2, 3) for path in page_of(root, number).iter("LabelMapPath")]
    assert found == ["Y", "Y", "N"]
