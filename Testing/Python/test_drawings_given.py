"""Contours that a reader is given: accepted, corrected or rejected, and compared with what was given."""

import csv
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.apps.command_line.main import app
from QuizLoaderLib.masks.drawing_cases import drawing_cases
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.reader.verdicts import go_to_given, judge
from QuizLoaderLib.session.judged_regions import RegionVerdict
from reader_at_work import READER, SHAPE, SPACING, AtWork, at_work, box, drawn, write_volume
from session_by_hand import page_of, saved, write_quiz
from typer.testing import CliRunner

RIGHT = box(slice(1, 4), slice(2, 5), slice(1, 4))
WRONG = box(slice(2, 5), slice(1, 4), slice(5, 9))
FALSE = box(slice(0, 2), slice(5, 8), slice(2, 4))
MORE = box(slice(4, 6), slice(1, 4), slice(5, 9))
LESS = box(slice(2, 3), slice(1, 4), slice(5, 9))
GIVEN = {"Liver": RIGHT, "Tumour": WRONG, "Node": FALSE}
ACCEPTED, CORRECTED, REJECTED, NONE = (
    RegionVerdict.ACCEPTED,
    RegionVerdict.CORRECTED,
    RegionVerdict.REJECTED,
    RegionVerdict.NONE,
)


def write_given(path: Path, regions: dict[str, np.ndarray], shift_mm: float = 0.0) -> Path:
    """A .seg.nrrd with the regions, which do not overlap, on the voxels of the CT."""
    labels = np.zeros(SHAPE, np.uint8)
    for value, voxels in enumerate(regions.values(), start=1):
        labels[voxels] = value
    image = sitk.GetImageFromArray(labels)
    image.SetSpacing(SPACING)
    image.SetOrigin((10.0 + shift_mm, -20.0, 30.0))
    for number, name in enumerate(regions):
        facts = {"ID": f"Segment_{number + 1}", "Name": name, "Color": "0.9 0.3 0.2"}
        facts |= {"LabelValue": str(number + 1), "Layer": "0"}
        for key, text in facts.items():
            image.SetMetaData(f"Segment{number}_{key}", text)
    sitk.WriteImage(image, str(path))
    return path


def page(rois: str = "All", required: str = "SegmentRequired='Y'", extra: str = "") -> str:
    return (
        '<Page ID="Review" EnableSegmentEditor="Y" AllowMultipleResponse="Y" Layout="OneUpRedSlice">'
        f'<Image ID="CT" Type="Volume" {required}><Path>ct.nrrd</Path></Image>'
        '<Image ID="AI" Type="Segmentation" StartFrom="Y"><Path>ai.seg.nrrd</Path>'
        f'<ROIs ROIVisibilityCode="{rois}">{extra}</ROIs></Image></Page>'
        '<Page ID="End"><Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image></Page>'
    )


@pytest.fixture
def images(tmp_path: Path) -> Path:
    write_volume(tmp_path / "images" / "ct.nrrd")
    write_given(tmp_path / "images" / "ai.seg.nrrd", GIVEN)
    return tmp_path / "images"


def seen(reader: AtWork) -> dict[str, np.ndarray]:
    (node,) = reader.drawings.nodes
    return {name: voxels for name, voxels in drawn(node).items() if voxels.any()}


def are_equal(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> bool:
    return found.keys() == expected.keys() and all((found[name] == expected[name]).all() for name in found)


def verdicts(reader: AtWork) -> dict[str, RegionVerdict]:
    return {name: each.verdict for name, each in reader.drawings.judging.regions("CT").items()}


def told(results: Path) -> dict[str, tuple[str, ...]]:
    """What the results have of each region."""
    element = page_of(saved(results / READER / "study" / "study.xml"), 1)
    names = ("Verdict", "GivenVoxels", "VoxelsAdded", "VoxelsRemoved", "Dice")
    return {
        each.get("Region") or "": tuple(each.get(name) or "" for name in names)
        for each in element.findall("Image[@ID='CT']/GivenRegion")
    }


def test_an_author_without_a_readers_name_sees_the_contours_that_readers_will_judge(
    tmp_path: Path, images: Path
) -> None:
    quiz = write_quiz(tmp_path, page())
    visible = []
    for results in (None, tmp_path / "r"):
        with at_work(quiz, images, results) as reader:
            reader.show()
            given = reader.opened.nodes(0)[1]
            visible.append(bool(given.GetDisplayNode() and given.GetDisplayNode().GetVisibility()))

    # A reader sees the drawing that began as them.
    assert visible == [True, False]


def test_three_contours_are_accepted_corrected_and_rejected(tmp_path: Path, images: Path) -> None:
    quiz, given = write_quiz(tmp_path, page()), images / "ai.seg.nrrd"
    before = hashlib.sha256(given.read_bytes()).hexdigest()
    with at_work(quiz, images, tmp_path / "r") as reader:
        assert reader.show() == []
        assert are_equal(seen(reader), GIVEN)
        judging = reader.drawings.judging
        assert verdicts(reader) == {"Liver": NONE, "Tumour": NONE, "Node": NONE}
        assert reader.answers.missing() == [
            "Please accept, correct or reject each of 3 regions on the image “CT”: “Liver”, “Tumour”, “Node”."
        ]
        judging.judge("CT", "Liver", ACCEPTED)
        judging.judge("CT", "Node", REJECTED)
        assert are_equal(seen(reader), {"Liver": RIGHT, "Tumour": WRONG})
        assert reader.answers.missing() == [
            "Please accept, correct or reject the region on the image “CT”: “Tumour”."
        ]
        judging.judge("CT", "Tumour", CORRECTED)
        assert reader.answers.missing() == [
            "Please change the region “Tumour” on the image “CT”, or accept or reject it: it is to be "
            "corrected, and is as it was given."
        ]
        reader.draw("Tumour", (WRONG | MORE) & ~LESS)
        assert reader.answers.missing() == []
        assert verdicts(reader) == {"Liver": ACCEPTED, "Tumour": CORRECTED, "Node": REJECTED}
        reader.go()
        reader.go("previous")
        # It is there again as it was left.
        assert are_equal(seen(reader), {"Liver": RIGHT, "Tumour": (WRONG | MORE) & ~LESS})
        assert verdicts(reader) == {"Liver": ACCEPTED, "Tumour": CORRECTED, "Node": REJECTED}
    now, added, removed = (WRONG | MORE) & ~LESS, MORE & ~WRONG, LESS & WRONG
    dice = 2 * (now & WRONG).sum() / (now.sum() + WRONG.sum())
    assert told(tmp_path / "r") == {
        "Liver": ("Accepted", str(RIGHT.sum()), "0", "0", "1.0000"),
        "Tumour": ("Corrected", str(WRONG.sum()), str(added.sum()), str(removed.sum()), f"{dice:.4f}"),
        "Node": ("Rejected", str(FALSE.sum()), "0", str(FALSE.sum()), "0.0000"),
    }
    assert hashlib.sha256(given.read_bytes()).hexdigest() == before


def test_what_is_drawn_on_is_corrected_and_what_is_undone_has_no_verdict(
    tmp_path: Path, images: Path
) -> None:
    quiz = write_quiz(tmp_path, page())
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        judging = reader.drawings.judging
        judging.judge("CT", "Liver", ACCEPTED)
        reader.draw("Liver", RIGHT & ~box(slice(1, 2), slice(2, 5), slice(1, 4)))
        judging.save()
        assert verdicts(reader)["Liver"] is CORRECTED
        reader.draw("Liver", RIGHT)
        judging.save()
        assert verdicts(reader)["Liver"] is NONE
        # Accepted, a region is as it was given, and to be corrected, a rejected one is there again.
        reader.draw("Tumour", MORE)
        judging.judge("CT", "Tumour", ACCEPTED)
        judging.judge("CT", "Node", REJECTED)
        assert are_equal(seen(reader), {"Liver": RIGHT, "Tumour": WRONG})
        judging.judge("CT", "Node", CORRECTED)
        assert are_equal(seen(reader), GIVEN)
        # Drawn where it was rejected, it is the reader's own.
        judging.judge("CT", "Node", REJECTED)
        reader.draw("Node", FALSE & ~MORE)
        judging.save()
        assert verdicts(reader) == {"Liver": NONE, "Tumour": ACCEPTED, "Node": NONE}
        reader.draw("Node", MORE & ~WRONG)
        judging.save()
        assert verdicts(reader)["Node"] is CORRECTED
        found = judging.regions("CT")["Node"]
        assert (found.added, found.removed) == ((MORE & ~WRONG).sum(), FALSE.sum())


def test_only_the_regions_that_the_rois_show_are_given(tmp_path: Path, images: Path) -> None:
    quiz = write_quiz(tmp_path, page("Ignore", extra="<ROI>Node</ROI>"))
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        assert are_equal(seen(reader), {"Liver": RIGHT, "Tumour": WRONG})
        assert list(verdicts(reader)) == ["Liver", "Tumour"]


def test_contours_on_other_voxels_are_resampled_and_it_is_said(tmp_path: Path, images: Path) -> None:
    # A voxel to the right in the file: its column 0 lies at the image's column 1, the last one outside.
    edge = box(slice(0, 3), slice(0, 3), slice(7, 10))
    write_given(images / "ai.seg.nrrd", {"Liver": RIGHT, "Edge": edge}, shift_mm=SPACING[0])
    quiz = write_quiz(tmp_path, page())
    with at_work(quiz, images, tmp_path / "r") as reader:
        assert reader.show()[-1] == (
            "The given contours “AI” have other voxels than the image “CT”; they are shown, judged and "
            "corrected on its voxels, and end where it ends."
        )
        cut = np.roll(edge, 1, axis=2) & box(slice(0, 6), slice(0, 8), slice(8, 10))
        assert are_equal(seen(reader), {"Liver": np.roll(RIGHT, 1, axis=2), "Edge": cut})
        reader.drawings.judging.judge("CT", "Liver", ACCEPTED)
        assert reader.drawings.judging.regions("CT")["Edge"].given == cut.sum()


def test_empty_and_repeated_regions_are_said_and_a_missing_file_leaves_a_page_to_draw_on(
    tmp_path: Path, images: Path
) -> None:
    quiz = write_quiz(tmp_path, page())
    write_given(images / "ai.seg.nrrd", {"Liver": RIGHT, "Gone": RIGHT & False})
    with at_work(quiz, images, tmp_path / "empty") as reader:
        assert reader.show() == ["The given contour “Gone” is empty."]
        assert list(verdicts(reader)) == ["Liver", "Gone"]
        reader.drawings.judging.judge("CT", "Gone", ACCEPTED)
        reader.drawings.judging.judge("CT", "Liver", REJECTED)
        assert reader.answers.missing() == []
    assert told(tmp_path / "empty")["Gone"] == ("Accepted", "0", "0", "0", "1.0000")

    image = sitk.ReadImage(str(write_given(images / "ai.seg.nrrd", {"Liver": RIGHT, "Node": FALSE})))
    image.SetMetaData("Segment1_Name", "Liver")
    sitk.WriteImage(image, str(images / "ai.seg.nrrd"))
    with at_work(quiz, images, tmp_path / "repeated") as reader:
        assert reader.show() == ["Several given contours are named “Liver”; they are judged as one."]
        assert are_equal(seen(reader), {"Liver": RIGHT | FALSE})
    checked = CliRunner().invoke(app, ["check", str(quiz), "--images", str(images)])
    assert "Q431" in checked.output and "has 2 regions “Liver”, judged as one." in checked.output

    (images / "ai.seg.nrrd").unlink()
    with at_work(quiz, images, tmp_path / "missing", clock=lambda: 0.0) as reader:
        assert any("ai.seg.nrrd" in sentence for sentence in reader.show())
        assert reader.answers.missing() == ["Please draw a contour on the image “CT”."]
        reader.draw("Own", RIGHT)
        assert reader.answers.missing() == []


def test_a_stroke_is_compared_a_part_at_a_time_while_what_is_missing_is_told(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("QuizLoaderLib.reader.drawing.judging.STEP_S", 0.0)
    write_given(images / "ai.seg.nrrd", {"Tumour": WRONG})
    with at_work(write_quiz(tmp_path, page()), images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Tumour", WRONG | MORE)
        missing = ["Please accept, correct or reject the region on the image “CT”: “Tumour”."]
        assert [reader.answers.missing() for _look in range(2)] == [missing] * 2
        assert not reader.answers.prepare("next")
        while not reader.answers.prepare("next"):
            pass
        assert reader.answers.missing() == []
        reader.draw("Tumour", WRONG)
        # A step waits for all of it.
        assert reader.answers.step("next") == missing


def test_seconds_are_those_of_the_region_in_hand(tmp_path: Path, images: Path) -> None:
    now = [1000.0]
    with at_work(write_quiz(tmp_path, page()), images, tmp_path / "r", clock=lambda: now[0]) as reader:
        reader.show()
        judging, chosen = reader.drawings.judging, ["Liver"]
        judging.in_hand = lambda: ("CT", chosen[0])
        judging.look()
        now[0] += 3
        judging.look()
        chosen[0] = "Node"
        now[0] += 4
        judging.look()
        reader.answers.be_there(False)
        now[0] += 100
        reader.answers.be_there(True)
        now[0] += 1
        judging.save()
        assert {name: each.seconds for name, each in judging.regions("CT").items()} == {
            "Liver": pytest.approx(3),
            "Tumour": 0,
            "Node": pytest.approx(5),
        }


KILLED = """
import sys, time
from pathlib import Path
import test_drawings_given as given
from reader_at_work import at_work
quiz, images, results = map(Path, sys.argv[1:])
with at_work(quiz, images, results) as reader:
    reader.show()
    reader.drawings.judging.judge("CT", "Liver", given.ACCEPTED)
    reader.drawings.judging.judge("CT", "Node", given.REJECTED)
    reader.draw("Tumour", given.WRONG | given.MORE)
    reader.drawings.save()
    print("saved", flush=True)
    time.sleep(600)
"""


def test_a_killed_process_loses_no_verdict(tmp_path: Path, images: Path) -> None:
    quiz, here = write_quiz(tmp_path, page()), Path(__file__).parent
    program = f"import sys; sys.path[:0] = {[str(here), str(here.parents[1] / 'QuizLoader')]!r}\n{KILLED}"
    arguments = [sys.executable, "-c", program, str(quiz), str(images), str(tmp_path / "r")]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline().strip() == b"saved"
    child.kill()
    child.wait()
    child.stdout.close()
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        assert are_equal(seen(reader), {"Liver": RIGHT, "Tumour": WRONG | MORE})
        assert verdicts(reader) == {"Liver": ACCEPTED, "Tumour": CORRECTED, "Node": REJECTED}
        assert reader.answers.missing() == []


@pytest.mark.usefixtures("masks_made_here")
def test_answers_and_masks_say_what_was_given_and_what_was_changed(tmp_path: Path, images: Path) -> None:
    quiz = write_quiz(tmp_path, page())
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.drawings.judging.judge("CT", "Liver", ACCEPTED)
        reader.drawings.judging.judge("CT", "Node", REJECTED)
        reader.draw("Tumour", WRONG | MORE)
        reader.go()
    added = int((MORE & ~WRONG).sum())
    arguments = ["answers", str(tmp_path / "r"), "--out", str(tmp_path / "answers.csv")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    with (tmp_path / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["question_type"] == "GivenRegion"]
    columns = ("option_label", "region", "response", "given_voxels", "added_voxels", "removed_voxels")
    assert [tuple(row[column] for column in columns) for row in rows] == [
        ("CT", "Liver", "Accepted", str(RIGHT.sum()), "0", "0"),
        ("CT", "Tumour", "Corrected", str(WRONG.sum()), str(added), "0"),
        ("CT", "Node", "Rejected", str(FALSE.sum()), "0", str(FALSE.sum())),
    ]
    (tmp_path / "map.txt").write_text("Liver=1\nTumour=2\nNode=3\n", encoding="utf-8")
    made = ["masks", str(tmp_path / "r"), "--map", str(tmp_path / "map.txt"), "--out", str(tmp_path / "m")]
    assert CliRunner().invoke(app, made).exit_code == 0
    with (tmp_path / "m" / "report.csv").open(encoding="utf-8", newline="") as file:
        report = {row["region"]: row["given"] for row in csv.DictReader(file)}
    assert report == {
        "Liver": "accepted",
        "Tumour": f"corrected, {added} voxels added, 0 removed of {WRONG.sum()}",
        "Node": f"rejected, 0 voxels added, {FALSE.sum()} removed of {FALSE.sum()}",
    }
    (mask,) = (tmp_path / "m").glob("*.nii.gz")
    expected = np.where(WRONG | MORE, 2, RIGHT * 1)
    assert np.array_equal(sitk.GetArrayFromImage(sitk.ReadImage(str(mask))), expected)


def test_all_that_is_accepted_unchanged_is_a_mask_too(tmp_path: Path, images: Path) -> None:
    with at_work(write_quiz(tmp_path, page()), images, tmp_path / "r") as reader:
        reader.show()
        for name in GIVEN:
            reader.drawings.judging.judge("CT", name, ACCEPTED)
        reader.go()
    (case,) = drawing_cases(tmp_path / "r").cases
    assert dict(case.given) == dict.fromkeys(GIVEN, "accepted")
    assert case.source.is_file()


def test_the_given_outline_is_dashed_where_a_region_was_changed(tmp_path: Path, images: Path) -> None:
    write_given(images / "ai.seg.nrrd", {"Tumour": WRONG})
    with at_work(write_quiz(tmp_path, page()), images, tmp_path / "r") as reader:
        reader.show()
        go_to_given(reader.opened, "CT", "Tumour")

        def outline() -> int:
            """The pixels that are reddish; the CT is grey."""
            picture = reader.host.picture(SliceView.RED).astype(int)
            return int((picture[..., 0] - picture[..., 2] > 60).sum())

        solid = outline()
        assert judge(reader.opened, "CT", "Tumour", "Reject") is REJECTED
        node = reader.opened.slice_logics()[SliceView.RED].GetSliceNode()
        mm_per_pixel = node.GetFieldOfView()[0] / node.GetDimensions()[0]
        # On the slice 3 x 4 voxels, of which all but 2 are the outline.
        voxels = outline() * mm_per_pixel**2 / (SPACING[0] * SPACING[1])
        assert 0.3 * 10 < voxels < 0.7 * 10
        assert judge(reader.opened, "CT", "Tumour", "Accept") is ACCEPTED
        assert outline() == solid
        reader.go()
        assert outline() == 0
