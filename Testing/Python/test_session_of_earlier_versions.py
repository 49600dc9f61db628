"""Results folders that earlier versions wrote are read to the same answers; see data/README.md.

What they must say is written down here by hand, from what their readers did.
"""

import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.results.progress import progress
from QuizLoaderLib.results.tables import answer_rows
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.session.session import ScriptRules, Session
from reader_at_work import AtWork, box, drawn, write_volume
from session_by_hand import SAMPLES, page_of, responses, saved, ticking_clock

RESULTS = Path(__file__).parent / "data" / "results-0.1"

CASE = {
    ("Case 1", "Task"): [""],
    ("Case 1", "The scale"): [""],
    ("Case 1", "Is there a lesion?"): ["Y", "N", "N"],
    ("Case 1", "Where?"): ["N", "Y"],
    ("Case 1", "Confidence (1 to 5)"): ["5"],
    ("Case 1", "Diameter in mm"): ["12.5"],
    ("Case 1", "Remarks"): ["none"],
}
OUTLINE = "drawings/PgGroup1_Outline_"
PARTS = "drawings/PgGroup2_Part"
LESION = "looping/PgGroup2_Lesion_Each/Lesion_"
MEASURED = "drawings/PgGroup3_Measure_Two diameters/Measure_MR_MarkupsLine"
LAST_ANSWERS = {
    "Dr. Chen/questions": {
        **CASE,
        ("Case 1", "Findings"): ["left temporal", 'Größe < 1 cm,\n"hell"'],
        ("Case 1", "Worksheet"): ["worksheet-Done"],
    },
    "Reader 2/questions": {
        **CASE,
        ("Case 1", "Is there a lesion?"): ["N", "N", "Y"],
        ("Case 1", "Where?"): ["Y", "Y"],
        ("Case 1", "Confidence (1 to 5)"): ["2"],
        ("Case 1", "Diameter in mm"): [""],
        ("Case 1", "Remarks"): [""],
    },
    "Dr. Chen/looping": {
        ("Start", "InfoBox"): [""],
        ("Lesion", "Diameter in mm"): ["12.5"],
        ("Lesion", "LabelMapPath"): [f"{LESION}MR-quizlabel.nrrd"],
        # The first line was deleted; the last one lies on no image.
        ("Lesion", "MarkupLinePath"): [
            f"{LESION}MR_MarkupsLine_1_quizline.mrk.json",
            f"{LESION}MarkupsLine_quizline.mrk.json",
        ],
        ("Lesion, 1", "Diameter in mm"): ["3"],
        ("Lesion, 2", "Diameter in mm"): ["7"],
    },
    "Dr. Chen/bookmarks": {
        ("Calibration", "Your scale"): ["N", "Y"],
        ("Rating", "Rating"): ["4", "9"],
    },
    "Dr. Chen/randomizing": {
        ("Welcome", "InfoBox"): [""],
        ("Patient 2", "Malignancy"): ["N", "N", "N", "Y", "N"],
    },
    "Dr. Chen/buttons": {
        ("Tools", "Measure"): ["measure-Done"],
        ("Tools", "Switch"): ["measure"],
    },
    "Ann/drawings": {
        ("Outline", "InfoBox"): ["", ""],
        ("Outline", "LabelMapPath"): [
            f"{OUTLINE}Draw/Outline_MR-quizlabel.nrrd",
            f"{OUTLINE}Revise/Outline_MR-quizlabel.nrrd",
        ],
        ("Part", "InfoBox"): [""],
        ("Part", "LabelMapPath"): [f"{PARTS}_One by one/Part_MR-quizlabel.nrrd"],
        ("Part, 1", "InfoBox"): [""],
        ("Part, 1", "LabelMapPath"): [f"{PARTS}-Rep1_One by one/Part-Rep1_MR-quizlabel.nrrd"],
        ("Parts", "InfoBox"): [""],
        ("Parts", "LabelMapPath"): [f"{PARTS}s_All together/Parts_MR-quizlabel.nrrd"],
        ("Measure", "InfoBox"): [""],
        # The image is on two views, so the lines are told twice.
        ("Measure", "MarkupLinePath"): [f"{MEASURED}_quizline.mrk.json", f"{MEASURED}_1_quizline.mrk.json"]
        * 2,
    },
}
STATES = {
    "Dr. Chen/questions": ("finished", 1),
    "Reader 2/questions": ("1 of 2 pages done", 1),
    "Dr. Chen/looping": ("3 of 5 pages done", 1),
    "Dr. Chen/bookmarks": ("2 of 3 pages done", 2),
    "Dr. Chen/randomizing": ("2 of 7 pages done", 1),
    "Dr. Chen/buttons": ("0 of 2 pages done", 1),
    "Ann/drawings": ("finished", 1),
}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return shutil.copytree(RESULTS, tmp_path / "results")


def resumed(results: Path, folder: str, quiz: Path | None = None, **options) -> Session:
    """The session of ``reader/quiz`` the day after; the quiz is the one that its reader began."""
    reader, name = folder.split("/")
    clock = ticking_clock(datetime(2030, 1, 4, 9))
    return Session.open(quiz or SAMPLES / f"{name}.xml", results, reader, now=clock, **options)


def last_answers(results: Path) -> dict[str, dict[tuple[str, str], list[str]]]:
    found: dict[str, dict[tuple[str, str], list[str]]] = {}
    for each in read_all_results([results]).results:
        answers = found.setdefault(f"{each.reader}/{each.quiz}", {})
        for row in answer_rows(each):
            if row["last_answer"] == "Y":
                page = f"{row['page_id']}, {row['repetition']}" if row["repetition"] else str(row["page_id"])
                question = str(row.get("question_descriptor") or row["question_type"])
                answers.setdefault((page, question), []).append(str(row["response"]))
    return found


@pytest.mark.parametrize("lost", ["nothing", "the results files"])
def test_the_tables_have_every_answer_with_the_results_files_or_with_the_journals_alone(
    results: Path, lost: str
) -> None:
    if lost == "the results files":
        for folder in STATES:
            name = folder.split("/")[1]
            (results / folder / f"{name}.xml").unlink()

    assert last_answers(results) == LAST_ANSWERS
    found = read_all_results([results])
    assert found.left_out == []
    assert {
        f"{each.reader}/{each.quiz}": (progress(each).state, progress(each).logins) for each in found.results
    } == (STATES)


@pytest.mark.parametrize("folder", ["Dr. Chen/questions", "Ann/drawings"])
def test_a_finished_results_file_is_made_anew_from_its_journal_byte_for_byte(
    results: Path, folder: str
) -> None:
    file = results / folder / f"{folder.split('/')[1]}.xml"
    before = file.read_bytes()
    file.unlink()

    session = resumed(results, folder)

    assert session.in_review
    session.close()
    assert file.read_bytes() == before


def test_a_finished_session_is_looked_at_and_nothing_changes(results: Path) -> None:
    file = results / "Dr. Chen" / "questions" / "questions.xml"
    before = file.read_bytes()
    session = resumed(results, "Dr. Chen/questions")
    assert session.in_review and session.locked()
    assert session.answers() == (("",), ("",), ("Y", "N", "N"), ("N", "Y"))
    assert session.next() == []
    assert session.answers() == (("5",), ("12.5",), ("none",))
    assert session.next() == []
    assert session.answers() == (("left temporal", 'Größe < 1 cm,\n"hell"'), ("worksheet-Done",))
    session.close()
    assert file.read_bytes() == before
    # The 6 that was typed first is outside the limits.
    confidence = page_of(saved(file), 1).findall("QuestionSet")[1].findall("Question/Option/Response")[0]
    assert (confidence.text, confidence.get("Typed"), confidence.get("Event")) == (None, "6", "Previous")


def test_what_a_killed_program_had_acknowledged_is_there(results: Path) -> None:
    session = resumed(results, "Reader 2/questions")

    assert session.notices == (
        "The program was interrupted while it saved; everything it had acknowledged is here.",
        "This quiz has buttons that run scripts; none is allowed to, so they do nothing.",
    )
    assert session.where().page.descriptor == "Report"
    assert session.answers() == (("right", "oval"), ("",))
    assert session.finish() == []
    session.close()
    root = saved(results / "Reader 2" / "questions" / "questions.xml")
    assert responses(page_of(root, 2)) == [[[["right"], ["oval"]], [[""]]]]
    recovered = page_of(root, 2).findall(".//Response")[0]
    assert (recovered.get("Recovered"), recovered.get("ResponseTime")) == ("Y", "20300102_09:00:08.000000")


def test_repetitions_states_and_drawings_are_taken_up(results: Path) -> None:
    session = resumed(results, "Dr. Chen/looping")
    folder = results / "Dr. Chen"

    assert (session.where().page.id, session.where().can_repeat) == ("Lesion-Rep2", True)
    assert session.answers() == (("7",),)
    assert session.repeat() == []
    for _ in range(3):
        session.previous()
    assert (session.where().page.id, session.locked(), session.answers()) == ("Lesion", True, (("12.5",),))
    state = session.last_state(0)
    assert state is not None
    assert (state["Window"], state["SliceOffset"]) == ("100.0", "-12.5")
    assert session.drawings.label_maps("MR") == [folder / f"{LESION}MR-quizlabel.nrrd"]
    assert session.drawings.lines("MR") == [folder / f"{LESION}MR_MarkupsLine_1_quizline.mrk.json"]
    assert session.drawings.lines("") == [folder / f"{LESION}MarkupsLine_quizline.mrk.json"]
    session.close()
    (contour,) = page_of(saved(folder / "looping" / "looping.xml"), 2).iter("LabelMapPath")
    assert (contour.get("Drawn"), contour.get("LostVoxels")) == ("Y", "7")


def test_an_order_that_was_drawn_and_the_draft_in_it_are_the_same(results: Path) -> None:
    session = resumed(results, "Dr. Chen/randomizing", seed=4)

    assert [page.page_group for _, page in session.pages] == [0, 2, 2, 3, 3, 1, 1]
    assert session.where().page.title == "Patient 2 - With AI"
    assert session.answers() == (("Y", "N", "N", "N", "N"),)
    session.close()


def test_a_button_that_was_pressed_again_has_its_result(results: Path, tmp_path: Path) -> None:
    (tmp_path / "measure.py").write_text("print('13 ml')", encoding="utf-8")
    quiz = shutil.copy(results / "Dr. Chen" / "buttons" / "master" / "buttons.xml", tmp_path)

    session = resumed(results, "Dr. Chen/buttons", Path(quiz), scripts=ScriptRules(tmp_path))

    # The page is come to anew, so the button, which was pressed, has to be pressed once more.
    assert session.answers() == (("",), ("measure",))
    session.close()
    page = page_of(saved(results / "Dr. Chen" / "buttons" / "buttons.xml"), 1)
    pressed, switched = page.findall("QuestionSet/Question")
    assert [(each.text, each.get("Result")) for each in pressed.iter("Response")] == [
        ("measure-Done", "12 ml"),
        ("measure-Done", "12 ml"),
        (None, None),
    ]
    assert [(each.text, each.get("Toggle")) for each in switched.iter("Response")] == [
        ("measure", "On"),
        ("measure", "Off"),
    ]


def test_what_was_drawn_is_shown_voxel_for_voxel(results: Path, tmp_path: Path) -> None:
    write_volume(tmp_path / "images" / "ImageVolumes" / "RECIST-Tutorial-Data" / "2007-spgr.nrrd")
    tumour = box(slice(1, 4), slice(2, 5), slice(3, 9))
    oedema = box(slice(3, 5), slice(2, 5), slice(3, 5))
    with HeadlessHost((64, 64)) as host:
        work = AtWork(host, SAMPLES / "drawings.xml", tmp_path / "images", results)
        assert work.show() == []
        (node,) = work.drawings.nodes
        shown = drawn(node)
        assert np.array_equal(shown["Tumour"], tumour) and np.array_equal(shown["Oedema"], oedema)
        work.go()
        work.go()
        (node,) = work.drawings.nodes
        assert np.array_equal(drawn(node)["Tumour"], oedema)
        work.go()
        (node,) = work.drawings.nodes
        assert np.array_equal(drawn(node)["Tumour"], tumour)
        work.answers.close_for_good()
        work.opened.close()
