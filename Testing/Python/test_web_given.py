"""Three contours are judged in the browser: one accepted, one corrected, one rejected by a shortcut."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from accessibility import violations
from drawing_hand import SHAPE, SPACING, go, hand_on, layers
from drawing_stage import RADIUS_MM, choose, disc, quiz_with_regions, results_of, serving
from session_by_hand import page_of, saved
from web_stage import ask_what_is_missing, until, wait_for_text, window

PAGES = (
    '<Page ID="Review" EnableSegmentEditor="Y" AllowMultipleResponse="Y" Layout="OneUpRedSlice" '
    f'ContourToolRadius="{RADIUS_MM}">'
    '<Image ID="CT" Type="Volume" SegmentRequired="Y"><Path>ct.nrrd</Path></Image>'
    '<Image ID="AI" Type="Segmentation" StartFrom="Y"><Path>ai.seg.nrrd</Path>'
    '<ROIs ROIVisibilityCode="All"/></Image></Page>'
    '<Page ID="End" Layout="OneUpRedSlice"><Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image></Page>'
)
COLORS = {"Liver": "0.2 0.8 0.3", "Tumour": "0.9 0.3 0.2", "Node": "0.9 0.8 0.2"}


def given() -> dict[str, np.ndarray]:
    found = {name: np.zeros(SHAPE, bool) for name in COLORS}
    found["Liver"][1:6, 16:32, 12:28] = True
    found["Tumour"][2:5, 36:46, 36:48] = True
    found["Node"][3:5, 12:20, 44:52] = True
    return found


def write_given(path: Path) -> None:
    labels = sum(np.uint8(value) * voxels for value, voxels in enumerate(given().values(), start=1))
    image = sitk.GetImageFromArray(labels.astype(np.uint8))
    image.SetSpacing(SPACING)
    image.SetOrigin([-spacing * (size - 1) / 2 for spacing, size in zip(SPACING, SHAPE[::-1], strict=True)])
    for number, (name, color) in enumerate(COLORS.items()):
        facts = {
            "ID": f"S{number}",
            "Name": name,
            "Color": color,
            "LabelValue": str(number + 1),
            "Layer": "0",
        }
        for key, text in facts.items():
            image.SetMetaData(f"Segment{number}_{key}", text)
    sitk.WriteImage(image, str(path))


def test_three_contours_are_judged_by_clicks_a_brush_and_a_shortcut(browser, tmp_path, ct_folder):
    images = tmp_path / "images"
    images.mkdir()
    (images / "ct.nrrd").write_bytes((ct_folder / "ct.nrrd").read_bytes())
    write_given(images / "ai.seg.nrrd")
    regions, before = given(), (images / "ai.seg.nrrd").read_bytes()
    quiz = quiz_with_regions(tmp_path, PAGES)
    with serving(tmp_path, quiz, images) as command, window(browser, command.address) as page:
        hand = hand_on(page)

        def state(name: str) -> tuple[str, str]:
            (found,) = [each for each in hand.editor()["given"] if each["name"] == name]
            return found["verdict"], found["note"]

        def judged(name: str, verdict: str) -> None:
            until(lambda: state(name)[0] == verdict, f"{name} to be {verdict}")

        ask_what_is_missing(page)
        wait_for_text(page, "missing", "Please accept, correct or reject each of 3 regions")
        page.get_by_test_id("Accept-Liver").click()
        judged("Liver", "accepted")
        # By a shortcut, of the region in hand; and it is undone.
        choose(hand, "Node")
        page.keyboard.press("Alt+Shift+R")
        judged("Node", "rejected")
        page.get_by_test_id("undo").click()
        judged("Node", "")
        page.keyboard.press("Alt+Shift+R")
        judged("Node", "rejected")
        # To correct a region takes it in hand with the brush.
        page.get_by_test_id("Correct-Tumour").click()
        until(lambda: hand.editor()["effect"] == "paint", "the brush in hand")
        judged("Tumour", "to be corrected")
        wait_for_text(page, "given", "(2 of 3 done)")
        more = regions["Tumour"] | disc(hand.click((20, 26)))
        added = int((more & ~regions["Tumour"]).sum())
        dice = 2 * regions["Tumour"].sum() / (more.sum() + regions["Tumour"].sum())
        until(lambda: state("Tumour")[1] == f"+{added} −0 voxels, Dice {dice:.2f}", "the change to be told")
        judged("Tumour", "corrected")
        wait_for_text(page, "given", "(3 of 3 done)")
        page.get_by_test_id("missing").wait_for(state="detached")
        assert not page.get_by_text("is not shown").count()
        assert violations(page) == []
        go(page, "next", "Page 2 of 2")
        go(page, "previous", "Page 1 of 2")
        hand = hand_on(page)
        judged("Tumour", "corrected")
        assert page.faults == []
        assert command.end() == 0
        assert command.errors == ""
    drawn = layers(results_of(tmp_path) / "PgGroup1_Review")
    assert np.array_equal(drawn["Tumour"], more)
    assert np.array_equal(drawn["Liver"], regions["Liver"])
    assert not drawn["Node"].any()
    root = page_of(saved(results_of(tmp_path) / "study.xml"), 1)
    told = {each.get("Region"): dict(each.attrib) for each in root.iter("GivenRegion")}
    assert {name: each["Verdict"] for name, each in told.items()} == {
        "Liver": "Accepted",
        "Tumour": "Corrected",
        "Node": "Rejected",
    }
    assert (told["Tumour"]["VoxelsAdded"], told["Tumour"]["VoxelsRemoved"]) == (str(added), "0")
    assert float(told["Tumour"]["SecondsInHand"]) > 0
    assert (images / "ai.seg.nrrd").read_bytes() == before
