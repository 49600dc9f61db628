"""Readers mark findings, and their marks are scored by an expert's lesions."""

import re
from pathlib import Path

import numpy as np
import pytest
from dicom_made import FRAME_OF_REFERENCE, MadeRoi, Placement, write_series, write_structure_set
from marked_study import EXPERT, NOTHING, PAGE, Marks, ras, read_quiz_by, write_lesions
from masks_made import quizloader
from quiz_text import codes_of, image, page, question, session
from session_by_hand import write_quiz
from test_session_tables import table

BOTH = EXPERT.format("A", 3) + EXPERT.format("B", 0)
PAGES = PAGE.format(1, 1, "CT", BOTH, 'Points="4"') + PAGE.format(2, 2, "CT", NOTHING, "")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A quiz for readers and its key; in RAS A is from x -1 to 9 mm, B from 15 to 25, both from z 6 to 18."""
    write_lesions(tmp_path)
    whole = write_quiz(tmp_path, PAGES, name="whole.xml")
    told = quizloader("key", "split", whole, "--out", tmp_path / "study.xml", "--key", tmp_path / "key.xml")
    assert told.code == 0, told.err
    return tmp_path


def scored(study: Path, *more: object) -> list[tuple[str, ...]]:
    arguments = ("--key", study / "key.xml", "--out", study / "scores.csv", *more)
    told = quizloader("score", study / "results", *arguments)
    assert told.code == 0, told.err
    names = ("page", "region_or_mark", "answer", "measure", "value", "score", "of")
    return [tuple(row[name] for name in names) for row in table(study / "scores.csv")]


def test_each_lesion_is_hit_or_missed_and_false_marks_take_away(study: Path) -> None:
    # 3 mm beside A, which is its tolerance; within A as well; and nothing.
    read_quiz_by(
        "Ann", study / "study.xml", {1: [(ras(4, 4, 12), 10), (ras(4, -4, 12), 90)]}, study / "results"
    )
    # In B, just beside B, and on nothing in the case without lesions.
    marks: dict[int, Marks] = {
        1: [(ras(24.9, 4, 17.9), 50), (ras(25.1, 4, 12), 60)],
        2: [(ras(0, 0, 0), None)],
    }
    read_quiz_by("Bob", study / "study.xml", marks, study / "results")
    assert scored(study, "--images", study) == [
        ("P1", "A", "mark 1", "Hit", "1", "2", "2"),
        ("P1", "B", "", "Hit", "0", "0", "2"),
        ("P1", "mark 2", "", "FalseMark", "1", "-2", "0"),
        ("P2", "", "no marks", "Right", "1", "1", "1"),
        ("P1", "A", "", "Hit", "0", "0", "2"),
        ("P1", "B", "mark 1", "Hit", "1", "2", "2"),
        ("P1", "mark 2", "", "FalseMark", "1", "-2", "0"),
        ("P2", "", "1 mark", "Right", "0", "0", "1"),
    ]  # fmt: skip
    totals = {row["reader"]: (row["score"], row["of"]) for row in table(study / "scores-by-reader.csv")}
    assert totals == {"Ann": ("1", "5"), "Bob": ("0", "5")}


def test_a_question_scores_never_less_than_nothing(study: Path) -> None:
    nowhere = [(ras(-30, 0, 0), 5), (ras(-30, 9, 0), 5), (ras(20, 4, 12), 5)]
    read_quiz_by("Ann", study / "study.xml", {1: nowhere}, study / "results")
    rows = scored(study, "--images", study)
    assert [row[-2] for row in rows] == ["0", "2", "-2", "0", "1"]


def test_without_the_images_only_what_needs_none_is_scored(study: Path) -> None:
    read_quiz_by("Ann", study / "study.xml", {}, study / "results")
    assert [row[0] for row in scored(study)] == ["P2"]
    told = quizloader("score", study / "results", "--key", study / "key.xml", "--out", study / "s.csv")
    assert "Ann, study: marks are not scored without the image folder." in told.err


@pytest.mark.usefixtures("blank_charts")
def test_a_lesion_that_is_gone_keeps_no_other_page_from_its_score(study: Path) -> None:
    for reader in ("Ann", "Bob"):
        read_quiz_by(reader, study / "study.xml", {}, study / "results")
    (study / "expert.seg.nrrd").unlink()
    by = ("--key", study / "key.xml", "--images", study)
    told = quizloader("score", study / "results", *by, "--out", study / "scores.csv")
    assert told.code == 1 and "Ann, study, page “P1”: The lesion “A” cannot be compared with" in told.err
    rows = table(study / "scores.csv")
    assert [(row["reader"], row["page"]) for row in rows] == [("Ann", "P2"), ("Bob", "P2")]
    pytest.importorskip("matplotlib")
    told = quizloader("report", study / "results", *by, "--out", study / "report")
    assert told.err.count("Ann, study, page “P1”: The lesion “A” cannot be compared with") == 1
    assert table(study / "report" / "scores.csv") == rows


@pytest.mark.parametrize(("size", "score"), [("12.5", "3"), ("13", "3"), ("13.000001", "0"), ("", "0")])
def test_a_line_is_as_long_as_the_answer_says(tmp_path: Path, size: str, score: str) -> None:
    measured = 'Tool="Line" Max="1" Answer="12" Tolerance="1" Points="3"'
    quiz = write_quiz(tmp_path, PAGE.format(1, 1, "CT", "", measured))
    marks = {1: [(ras(0, 0, 0), 5)]} if size else {}
    read_quiz_by("Ann", quiz, marks, tmp_path / "results", Tool="Line", Size=size, Unit="mm")
    told = quizloader("score", tmp_path / "results", "--out", tmp_path / "s.csv")
    assert told.code == 0, told.err
    (row,) = table(tmp_path / "s.csv")
    assert (row["score"], row["of"], row["measure"]) == (score, "3", "Right")


def test_the_length_of_the_one_line_that_is_asked_for_is_a_number_to_compare(tmp_path: Path) -> None:
    """Of several lines nobody knows which is which."""
    for name, most, sizes in (("one", 'Max="1"', ("12.5",)), ("several", 'Max="3"', ("12.5", "7"))):
        quiz = write_quiz(tmp_path / name, PAGE.format(1, 1, "CT", "", f'Tool="Line" {most}'))
        for size in sizes:
            lines = {1: [(ras(0, 0, 0), 5)]}
            read_quiz_by(
                f"Ann {size}", quiz, lines, tmp_path / name / "all", Tool="Line", Size=size, Unit="mm"
            )
        told = quizloader("answers", tmp_path / name / "all", "--mrmc", "--out", tmp_path / f"{name}.csv")
        assert told.code == 0, told.err
    (row,) = table(tmp_path / "one.csv")
    assert (row["question"], row["score"], row["scale"]) == ("Findings (mm)", "12.5", "interval")
    assert table(tmp_path / "several.csv") == []


def test_a_key_is_split_and_joined_with_its_lesions(study: Path) -> None:
    assert b"Key" not in (study / "study.xml").read_bytes()
    joined, again = study / "joined.xml", study / "again.xml"
    told = quizloader("key", "join", study / "study.xml", "--key", study / "key.xml", "--out", joined)
    assert told.code == 0, told.err
    assert quizloader("key", "split", joined, "--out", study / "plain.xml", "--key", again).code == 0
    assert again.read_bytes() == (study / "key.xml").read_bytes()
    told = quizloader("check", study / "study.xml", "--key", study / "key.xml", "--images", study)
    assert (told.code, told.out) == (0, "")


def test_a_key_is_joined_into_questions_that_have_nothing_in_them(tmp_path: Path) -> None:
    slider = '<QuestionSet><Question Type="Slider" Descriptor="Sure" Answer="3">{}</Question></QuestionSet>'
    explained = "<Explanation>It is bright.</Explanation>"
    marks = f'<QuestionSet><Question Type="Mark" Descriptor="All"> {NOTHING} </Question></QuestionSet>'
    whole = write_quiz(tmp_path, page("", image(), slider.format(explained), marks), name="whole.xml")
    key, plain, joined, again = (
        tmp_path / name for name in ("key.xml", "plain.xml", "joined.xml", "again.xml")
    )
    assert quizloader("key", "split", whole, "--out", plain, "--key", key).code == 0
    plain.write_text(plain.read_text(encoding="utf-8").replace('"></Question>', '"/>'), encoding="utf-8")
    assert quizloader("key", "join", plain, "--key", key, "--out", joined).code == 0
    text = joined.read_text(encoding="utf-8")
    assert explained in text and '<Key None="Y" />' in text
    assert quizloader("key", "split", joined, "--out", tmp_path / "b.xml", "--key", again).code == 0
    assert again.read_bytes() == key.read_bytes()


def of_marks(attributes: str, keys: str) -> str:
    form = '<Question Type="Slider" ID="sure" Descriptor="Certainty"/>'
    marks = f'<Question Type="Mark" Descriptor="Findings" {attributes}>{form}{keys}</Question>'
    return session(page("", image(), f"<QuestionSet>{marks}</QuestionSet>"))


@pytest.mark.parametrize(
    ("attributes", "keys", "codes"),
    [
        ('Rating="sure"', BOTH, []),
        ('Rating="sure"', NOTHING, []),
        ("", BOTH, ["Q849"]),
        ('Rating="sure"', NOTHING + EXPERT.format("A", 0), ["Q847"]),
        ('Rating="sure"', EXPERT.format("A", 0) + EXPERT.format("A", 3), ["Q847"]),
        ('Rating="sure"', '<Key None="Y" Path="expert.seg.nrrd"/>', ["Q847"]),
        ('Rating="sure"', "<Key/>", ["Q114"]),
        ('Rating="sure"', '<Key Path="/a.nrrd"/>', ["Q502"]),
        ('Rating="sure"', '<Key Path="a.nrrd" Region="A"/>', ["Q111"]),
        ('Rating="sure" Max="1"', BOTH, ["Q830"]),
        ('Rating="sure" Min="1"', NOTHING, ["Q830"]),
        ('Rating="sure" Min="1" Required="N"', NOTHING, []),
        ('Tool="Line" Max="1" Answer="12" Tolerance="1"', "", []),
        ('Tool="Angle" Max="1" Answer="12,5"', "", []),
        ('Tool="Line" Answer="12"', "", ["Q848"]),
        ('Tool="Line Angle" Max="1" Answer="12"', "", ["Q848"]),
        ('Max="1" Answer="12"', "", ["Q848"]),
        ('Tool="Line" Max="1" Answer="long"', "", ["Q830"]),
        ('Tool="Line" Max="1" Answer="12" Rating="sure"', EXPERT.format("A", 0), ["Q847"]),
        ('Points="2"', "", ["Q832"]),
        ('Tolerance="2"', "", ["Q832"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_what_marks_should_be_is_told(
    tmp_path: Path, attributes: str, keys: str, codes: list[str]
) -> None:
    assert [each for each in codes_of(tmp_path, of_marks(attributes, keys)) if each != "Q208"] == codes


def test_a_key_belongs_to_a_mark_question(tmp_path: Path) -> None:
    text = question('Type="Text" Descriptor="Why"', "Why").replace("</Question>", f"{NOTHING}</Question>")
    assert "Q820" in codes_of(tmp_path, session(page("", text)))
    text = page('EnableSegmentEditor="Y"', image("", '<Key Region="A" Path="a.nrrd" None="Y"/>'))
    assert "Q111" in codes_of(tmp_path, session(text))
    text = page('EnableSegmentEditor="Y"', image("", '<Key Region="A"/>'))
    assert "Q114" in codes_of(tmp_path, session(text))


def told_of(study: Path, quiz: str, *more: object) -> str:
    path = study / "checked.xml"
    path.write_text(quiz, encoding="utf-8")
    return quizloader("check", path, "--images", study, *more).out


def test_a_region_that_is_not_in_its_file_is_told_with_the_files(study: Path) -> None:
    told = told_of(study, of_marks('Rating="sure"', EXPERT.format("Liver", 0)))
    assert "error Q850: Key: The ROI “Liver” is not in “expert.seg.nrrd”. (in the file: A, B)" in told
    drawn = image("", '<Key Region="Liver" Path="expert.seg.nrrd"/>')
    assert "The ROI “Liver” is not in" in told_of(study, session(page('EnableSegmentEditor="Y"', drawn)))
    key = study / "key.xml"
    key.write_text(key.read_text(encoding="utf-8").replace('ROI="B"', 'ROI="C"'), encoding="utf-8")
    told = quizloader("check", study / "study.xml", "--key", key, "--images", study).out
    assert "key.xml:" in told and "The ROI “C” is not in “expert.seg.nrrd”." in told


def test_a_structure_set_of_another_frame_of_reference_is_told_and_not_scored(tmp_path: Path) -> None:
    square = np.array([(2, 2, 3), (12, 2, 3), (12, 12, 3), (2, 12, 3)], float)
    placement = Placement([0, 3, 6, 9])
    write_series(tmp_path / "ct", np.zeros((4, 16, 16), np.int16), placement)
    for name, frame in (("same", FRAME_OF_REFERENCE), ("other", "1.7")):
        rois = [MadeRoi("A", [square], frame_of_reference=frame)]
        (tmp_path / name).mkdir()
        write_structure_set(tmp_path / name / "rs.dcm", rois, frame_of_reference=frame, series=None)
    quiz = PAGE.replace('Type="Volume"', 'Type="Volume" DicomRead="Y"').replace("ct.nrrd", "ct/I00001")
    for name, codes in (("same", ["Q208"]), ("other", ["Q208", "Q642"])):
        pages = quiz.format(1, 1, "CT", f'<Key Path="{name}/rs.dcm" ROI="A"/>', "")
        path = write_quiz(tmp_path, pages, name=f"{name}.xml")
        told = quizloader("check", path, "--images", tmp_path).out
        assert re.findall(r" (Q[0-9]+):", told) == codes, told
        # The box of the last voxel inside ends half a mm beyond its centre.
        read_quiz_by("Ann", path, {1: [((12.4, 7, 3), 5)]}, tmp_path / f"{name}-results")
        results = tmp_path / f"{name}-results"
        ended = quizloader("score", results, "--images", tmp_path, "--out", tmp_path / "s.csv")
        if name == "same":
            assert [row["score"] for row in table(tmp_path / "s.csv")] == ["1"], ended.err
        else:
            assert ended.code == 1
            assert "The lesion “A” cannot be compared with: The structure set" in ended.err
