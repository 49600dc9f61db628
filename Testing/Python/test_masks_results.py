"""``quizloader masks`` on a results folder: every reader's contours become masks by a map."""

import csv
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.apps.command_line.main import app
from QuizLoaderLib.reader.opened_quiz import OpenedQuiz
from QuizLoaderLib.reader.session_answers import SignIn
from QuizLoaderLib.results.results_folder import read_results_folder
from reader_at_work import AtWork, at_work, box, write_volume
from session_by_hand import saved, write_quiz
from typer.testing import CliRunner

pytestmark = pytest.mark.usefixtures("masks_made_here")

LIVER = box(slice(1, 4), slice(2, 5), slice(3, 9))
SPLEEN = box(slice(3, 5), slice(2, 5), slice(3, 5))
CT = '<Image ID="CT" Type="Volume" {}><Path>ct.nrrd</Path></Image>'
EDITOR = 'EnableSegmentEditor="Y" AllowMultipleResponse="Y"'


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two readers of a quiz with two pages of one name, a loop, and a page that shows a contour again."""
    write_volume(tmp_path / "images" / "ct.nrrd")
    (tmp_path / "drawn.txt").write_text("Liver=1\nSpleen=2\n", encoding="utf-8")
    tagged, again = CT.format('LabelMapID="x"'), CT.format('DisplayLabelMapID="x"')
    pages = (
        f'<Page ID="Case" {EDITOR}>{CT.format("")}</Page>' * 2
        + f'<Page ID="Loop" Loop="Y" {EDITOR}>{tagged}</Page><Page ID="Again" {EDITOR}>{again}</Page>'
    )
    quiz = write_quiz(tmp_path, pages, 'MaskValueMap="drawn.txt"')
    with at_work(quiz, tmp_path / "images", tmp_path / "results") as ann:
        work_through(ann)
        ben = SignIn("Ben", tmp_path / "results").begin(quiz, tmp_path / "images")
        opened = OpenedQuiz(quiz, tmp_path / "images", ann.host, session_answers=ben)
        opened.show(0)
        ann.opened, ann.drawings = opened, opened.drawings
        ann.draw("Spleen", SPLEEN)
        ben.close_for_good()
        opened.close()
    return tmp_path / "results"


def work_through(reader: AtWork) -> None:
    """Case: liver; Case: both; Loop: spleen; its repetition: liver; Again: left as it is shown."""
    reader.show()
    reader.draw("Liver", LIVER)
    reader.go()
    reader.draw("Liver", LIVER)
    reader.draw("Spleen", SPLEEN)
    reader.go()
    reader.draw("Spleen", SPLEEN)
    reader.go("repeat")
    reader.draw("Liver", LIVER)
    reader.go()
    reader.answers.close_for_good()


def masks(folder: Path) -> dict[str, np.ndarray]:
    return {
        path.name.removesuffix(".nii.gz"): sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
        for path in folder.glob("*.nii.gz")
    }


def test_one_command_makes_every_contour_a_mask_by_another_map(tmp_path: Path, results: Path) -> None:
    (tmp_path / "study.txt").write_text("Spleen=30\nLiver=40\n", encoding="utf-8")
    arguments = ["masks", str(results), "--map", str(tmp_path / "study.txt"), "--out", str(tmp_path / "out")]

    done = CliRunner().invoke(app, arguments)

    assert done.exit_code == 0, done.output
    assert "Left out, as empty or an unchanged copy of an earlier drawing: 1" in done.output
    assert "5 of 5 masks are done" in done.output
    # Of the study's map the liver comes last, so it has what both have.
    both = np.where(LIVER, 40, SPLEEN * 30)
    expected = {
        "Ann_study_Case_CT_Page1": LIVER * 40,
        "Ann_study_Case_CT_Page2": both,
        "Ann_study_Loop_CT": SPLEEN * 30,
        "Ann_study_Loop-Rep1_CT": LIVER * 40,
        "Ben_study_Case_CT": SPLEEN * 30,
    }
    made = masks(tmp_path / "out")
    assert made.keys() == expected.keys()
    for name, voxels in expected.items():
        assert (made[name] == voxels).all(), name
    with (tmp_path / "out" / "report.csv").open(encoding="utf-8", newline="") as file:
        report = list(csv.DictReader(file))
    spleens = [
        row for row in report if row["name"] == "Ann_study_Case_CT_Page2" and row["region"] == "Spleen"
    ]
    assert [(row["voxels"], row["lost"]) for row in spleens] == [("6", "6 under Liver")]
    assert report[0]["source"] == "Ann/study/PgGroup1_Case/Case_CT-quizlabel.seg.nrrd"


def test_pages_for_training_become_masks_when_they_are_asked_for(tmp_path: Path, results: Path) -> None:
    written = results / "Ann" / "study" / "study.xml"
    text = written.read_text(encoding="utf-8")
    written.write_text(text.replace('<Page ID="Loop"', '<Page ID="Loop" Training="Y"'), encoding="utf-8")
    arguments = ["masks", str(results), "--map", str(tmp_path / "drawn.txt"), "--out"]

    without = CliRunner().invoke(app, [*arguments, str(tmp_path / "without")])
    together = CliRunner().invoke(app, [*arguments, str(tmp_path / "with"), "--training"])

    assert "Left out, as drawn on a page for training; --training takes them: 1" in without.output
    assert masks(tmp_path / "with").keys() - masks(tmp_path / "without").keys() == {"Ann_study_Loop_CT"}
    assert "for training" not in together.output


def test_results_with_label_maps_only_are_read_by_the_map_and_a_file_that_is_gone_fails_alone(
    tmp_path: Path, results: Path
) -> None:
    for segments in results.rglob("*.seg.nrrd"):
        segments.unlink()
    next(results.rglob("Loop-Rep1_CT-quizlabel.nrrd")).unlink()
    arguments = ["masks", str(results), "--map", str(tmp_path / "drawn.txt"), "--out", str(tmp_path / "out")]

    done = CliRunner().invoke(app, arguments)

    assert done.exit_code == 1
    assert "4 of 5 masks are done" in done.output and "Ann_study_Loop-Rep1_CT" in done.output
    made = masks(tmp_path / "out")
    assert (made["Ann_study_Case_CT_Page2"] == np.where(SPLEEN, 2, LIVER)).all()


def test_a_drawing_whose_journal_is_ahead_of_its_files_is_told(tmp_path: Path, results: Path) -> None:
    label_map = next(results.rglob("Loop-Rep1_CT-quizlabel.nrrd"))
    label_map.with_suffix(".strokes").write_bytes(b"")
    arguments = ["masks", str(results), "--map", str(tmp_path / "study.txt"), "--out", str(tmp_path / "out")]
    (tmp_path / "study.txt").write_text("Spleen=2\nLiver=1\n", encoding="utf-8")
    done = CliRunner().invoke(app, arguments)
    said = " ".join(done.output.split())
    assert said.count("is in its files yet; they are written while the quiz is open.") == 1
    assert "Not all that Ann drew on “CT” in “" in said
    assert [each for each in read_results_folder([results]).remarks if each.startswith("Not all that Ann")]


def test_a_folder_without_contours_is_told(tmp_path: Path) -> None:
    (tmp_path / "map.txt").write_text("Liver=1\n", encoding="utf-8")
    arguments = ["masks", str(tmp_path), "--map", str(tmp_path / "map.txt"), "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(app, arguments).exit_code != 0


def test_paths_that_lead_out_of_a_session_become_no_mask(tmp_path: Path, results: Path) -> None:
    """Whoever changes a results file gets no other file of the coordinator's into the masks."""
    (tmp_path / "study.txt").write_text("Spleen=2\nLiver=1\n", encoding="utf-8")
    ben = results / "Ben" / "study" / "study.xml"
    drawn = next((results / "Ann").rglob("*-quizlabel.nrrd"))
    ours = drawn.relative_to(results).as_posix()
    for text in (f"../{ours}", drawn.as_posix(), "a\\..\\..\\b"):
        root = saved(ben)
        (path,) = root.iter("LabelMapPath")
        path.text = text
        path.attrib.pop("Segments", None)
        ben.write_bytes(ElementTree.tostring(root))
        out = str(tmp_path / "out")
        arguments = ["masks", str(results), "--map", str(tmp_path / "study.txt"), "--out", out]
        ended = CliRunner().invoke(app, arguments)
        assert ended.exit_code == 1
        assert f"“{ben}” names a drawing outside of its folder, “{text[:80]}" in ended.stderr
        assert {path.name[:4] for path in (tmp_path / "out").glob("*.nii.gz")} == {"Ann_"}


def test_a_later_attempt_is_left_out_or_gets_masks_of_its_own(tmp_path: Path) -> None:
    """The liver was drawn in the first attempt, the spleen in the second."""
    write_volume(tmp_path / "images" / "ct.nrrd")
    (tmp_path / "map.txt").write_text("Liver=1\nSpleen=2\n", encoding="utf-8")
    page = f'<Page ID="Case" {EDITOR}>{CT.format("")}</Page>'
    quiz = write_quiz(tmp_path, page, 'MaskValueMap="map.txt" Attempts="2"')
    with at_work(quiz, tmp_path / "images", tmp_path / "results") as ann:
        ann.show()
        ann.draw("Liver", LIVER)
        ann.go("finish")
        ann.answers.close_for_good()
        again = SignIn("Ann", tmp_path / "results", again=True).begin(quiz, tmp_path / "images")
        opened = OpenedQuiz(quiz, tmp_path / "images", ann.host, session_answers=again)
        opened.show(0)
        ann.opened, ann.drawings = opened, opened.drawings
        ann.draw("Spleen", SPLEEN)
        ann.go("finish")
        again.close_for_good()

    arguments = ["masks", str(tmp_path / "results"), "--map", str(tmp_path / "map.txt"), "--out"]

    first = CliRunner().invoke(app, [*arguments, str(tmp_path / "first")])
    both = CliRunner().invoke(app, [*arguments, str(tmp_path / "both"), "--all-attempts"])

    assert (first.exit_code, both.exit_code) == (0, 0), first.output + both.output
    assert "Left out, as results of a later attempt; --all-attempts takes them: 1" in first.output
    expected = {"Ann_study_Case_CT": LIVER * 1}
    for folder, made in (
        ("first", expected),
        ("both", {**expected, "Ann_study_Attempt2_Case_CT": SPLEEN * 2}),
    ):
        found = masks(tmp_path / folder)
        assert found.keys() == made.keys()
        assert all((found[name] == made[name]).all() for name in made), folder
