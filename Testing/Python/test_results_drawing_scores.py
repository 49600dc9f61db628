"""Readers draw, and their drawings are scored by an expert's regions."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from dicom_made import MadeRoi, Placement, write_series, write_structure_set
from masks_made import Ball, quizloader, read_image
from quiz_text import codes_of, image, page, session
from QuizLoaderLib.quiz.drawing_keys import DrawingKey, Measure
from session_by_hand import write_quiz
from test_report_bad_input import drawn, files_of
from test_session_tables import table

KEYS = """<Key Region="Liver" Path="expert/a.seg.nrrd" Full="0.95" Zero="0.45"/>
<Key Region="Spleen" Path="expert/a.seg.nrrd" ROI="Milz" Measure="HD95" Full="1" Zero="21"/>
<Key Region="Kidney" Path="expert/a.seg.nrrd" Measure="SurfaceDice" Tolerance="3"/>"""
PAGE = f"""<Page ID="P1" Descriptor="CT" EnableSegmentEditor="Y"><Image ID="CT" Type="Volume">
<Path>ct.nrrd</Path>{KEYS}</Image></Page>"""
EXPERT = [Ball("Liver", (0, 0, 21), 12), Ball("Milz", (30, 0, 21), 8), Ball("Kidney", (-30, 0, 21), 8)]
ANN = [Ball("Liver", (4, 0, 21), 12), Ball("Spleen", (30, 6, 21), 8), Ball("Kidney", (-30, 0, 21), 8)]
BOB = [Ball("Liver", (0, 0, 21), 12)]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A key, and two readers; the second one drew one region of three, the third nothing."""
    files_of(tmp_path / "expert", EXPERT)
    whole = write_quiz(tmp_path, PAGE, name="whole.xml")
    told = quizloader("key", "split", whole, "--out", tmp_path / "study.xml", "--key", tmp_path / "key.xml")
    assert told.code == 0
    for reader, balls in (("Ann", ANN), ("Bob", BOB)):
        drawn(tmp_path / "results", reader, *files_of(tmp_path / reader, balls))
    drawn(tmp_path / "results", "Cem", None, tmp_path / "Ann" / "a.nrrd")
    for file in (tmp_path / "results").rglob("*.xml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('Rep="0"', 'Rep="0" EnableSegmentEditor="Y"'), encoding="utf-8")
    return tmp_path


def score(study: Path, *more: object) -> tuple[int, str]:
    arguments = ("--key", study / "key.xml", "--out", study / "scores.csv", *more)
    told = quizloader("score", study / "results", *arguments)
    return told.code, told.err


def test_regions_score_what_their_measures_are_worth(study: Path) -> None:
    assert score(study, "--images", study) == (0, "")
    rows = {(row["reader"], row["region_or_mark"]): row for row in table(study / "scores.csv")}
    assert len(rows) == 9 and {row["question"] for row in rows.values()} == {"CT"}
    voxels, matrix = read_image(study / "Ann" / "a.nrrd")
    expert, _ = read_image(study / "expert" / "a.nrrd")
    measures = sitk.LabelOverlapMeasuresImageFilter()
    measures.Execute(*(sitk.GetImageFromArray((each == 1).astype(np.uint8)) for each in (voxels, expert)))
    row = rows["Ann", "Liver"]
    assert row["measure"] == "Dice" and float(row["value"]) == pytest.approx(measures.GetDiceCoefficient())
    assert float(row["score"]) == pytest.approx((float(row["value"]) - 0.45) / 0.5)
    row = rows["Ann", "Spleen"]
    # Half a voxel's diagonal around the shift.
    assert float(row["value"]) == pytest.approx(6, abs=np.linalg.norm(matrix[:3, :3].sum(axis=1)) / 2)
    assert float(row["score"]) == pytest.approx((21 - float(row["value"])) / 20)
    row = rows["Ann", "Kidney"]
    assert (row["measure"], row["value"], row["score"], row["of"]) == ("SurfaceDice", "1", "1", "1")
    found = [rows["Bob", region] for region in ("Liver", "Spleen", "Kidney")]
    assert [row["score"] for row in found] == ["1", "0", "0"]
    assert [(row["value"], row["score"]) for (who, _), row in rows.items() if who == "Cem"] == [
        ("0", "0"), ("inf", "0"), ("0", "0"),
    ]  # fmt: skip
    totals = {row["reader"]: row for row in table(study / "scores-by-reader.csv")}
    assert (totals["Bob"]["score"], totals["Bob"]["of"]) == ("1", "3")


def test_without_the_images_nothing_is_scored_and_that_is_said(study: Path) -> None:
    code, told = score(study)
    assert code == 1 and "Ann, study: drawings are not scored without the image folder." in told


def test_who_drew_nothing_scores_nothing_by_contours_that_lie_far_from_their_image(tmp_path: Path) -> None:
    square = np.array([(2, 2, 3), (12, 2, 3), (12, 12, 3), (2, 12, 3)], float)
    write_series(tmp_path / "ct", np.zeros((4, 16, 16), np.int16), Placement([0, 3, 6, 9]))
    (tmp_path / "far" / "away").mkdir(parents=True)
    write_structure_set(tmp_path / "far" / "away" / "rs.dcm", [MadeRoi("Liver", [square])], series=None)
    path, named = "<Path>ct.nrrd</Path>", "<Path>ct/I00001</Path>"
    keys = '<Key Region="Liver" Path="far/away/rs.dcm"/>'
    text = PAGE.replace(KEYS, keys).replace(path, named).replace('"Volume"', '"Volume" DicomRead="Y"')
    quiz = write_quiz(tmp_path, text, name="whole.xml")
    assert quizloader("check", quiz, "--images", tmp_path).code == 0
    drawn(tmp_path / "results", "Cem", None, tmp_path)
    (file,) = (tmp_path / "results").rglob("*.xml")
    text = file.read_text(encoding="utf-8").replace(path, named)
    file.write_text(text.replace('Rep="0"', 'Rep="0" EnableSegmentEditor="Y"'), encoding="utf-8")
    out = tmp_path / "s.csv"
    told = quizloader("score", tmp_path / "results", "--key", quiz, "--images", tmp_path, "--out", out)
    assert (told.code, told.err) == (0, "")
    assert [(row["value"], row["score"], row["of"]) for row in table(out)] == [("0", "0", "1")]


def test_an_expert_with_values_alone_scores_as_with_names(study: Path) -> None:
    assert score(study, "--images", study) == (0, "")
    named = table(study / "scores.csv")
    key = study / "key.xml"
    text = key.read_text(encoding="utf-8").replace("a.seg.nrrd", "a.nrrd").replace(' ROI="Milz"', "")
    for value, region in enumerate(("Liver", "Spleen", "Kidney"), start=1):
        text = text.replace(f'Region="{region}"', f'Region="{region}" ROI="Label_{value}"')
    key.write_text(text, encoding="utf-8")
    assert "Q850" not in quizloader("check", study / "study.xml", "--key", key, "--images", study).out
    assert score(study, "--images", study) == (0, "")
    assert table(study / "scores.csv") == named


def test_a_key_that_has_no_such_region_is_refused(study: Path) -> None:
    key = study / "key.xml"
    key.write_text(key.read_text(encoding="utf-8").replace("Milz", "Mils"), encoding="utf-8")
    code, told = score(study, "--images", study)
    assert code == 1 and "The expert's region “Mils” cannot be compared with" in told
    assert "the regions of “expert/a.seg.nrrd” are “Liver”, “Milz”, “Kidney”; the drawings are not" in told
    assert "has no right answer" not in told


def test_the_expert_is_what_cannot_be_read(study: Path) -> None:
    (study / "expert" / "a.seg.nrrd").write_bytes(b"NRRD0004\n")
    code, told = score(study, "--images", study)
    assert code == 1 and "The expert's region “Liver” cannot be compared with: " in told
    assert "the drawing cannot be read" not in told and "None of these results could be scored." in told


def test_a_key_is_split_and_joined_with_its_regions(study: Path) -> None:
    assert b"Key" not in (study / "study.xml").read_bytes()
    joined = study / "joined.xml"
    told = quizloader("key", "join", study / "study.xml", "--key", study / "key.xml", "--out", joined)
    assert told.code == 0
    again = study / "again.xml"
    told = quizloader("key", "split", joined, "--out", study / "plain.xml", "--key", again)
    assert told.code == 0 and again.read_bytes() == (study / "key.xml").read_bytes()
    assert quizloader("check", study / "study.xml", "--key", study / "key.xml").code == 0


def test_points_are_linear_between_the_two_limits() -> None:
    key = DrawingKey("A", "a", 1)
    assert [key.share(value) for value in (0.4, 0.5, 0.7, 0.9, 1.0)] == pytest.approx([0, 0, 0.5, 1, 1])
    key = DrawingKey("A", "a", 1, measure=Measure.HD95)
    assert [key.share(value) for value in (0.0, 2.0, 8.5, 15.0, np.inf)] == pytest.approx([1, 1, 0.5, 0, 0])


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        ("", []),
        ('Full="0.5" Zero="0.9"', ["Q838"]),
        ('Measure="HD95" Full="15" Zero="2"', ["Q838"]),
        ('Full="1"/><Key Region="A" Path="a.nrrd"', ["Q838"]),
    ],
)
def test_what_is_wrong_with_a_key_is_told(tmp_path: Path, key: str, codes: list[str]) -> None:
    text = page('EnableSegmentEditor="Y"', image("", f'<Key Region="A" Path="a.nrrd" {key}/>'))
    assert [code for code in codes_of(tmp_path, session(text)) if code != "Q208"] == codes
    text = page("", image("", '<Key Region="A" Path="a.nrrd"/>'))
    assert codes_of(tmp_path, session(text)) == ["Q837"]
