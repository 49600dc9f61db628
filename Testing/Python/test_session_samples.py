"""The sample quizzes, walked through; what the results files say is worked out by hand."""

from datetime import datetime
from pathlib import Path

import pytest
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.session.session import ScriptRules, Session
from session_by_hand import SAMPLES, events, page_of, responses, saved, ticking_clock, write_quiz


def opened(name: str, results: Path, **options) -> Session:
    return Session.open(SAMPLES / f"{name}.xml", results, "Dr. Chen", now=ticking_clock(), **options)


def file_of(name: str, results: Path) -> Path:
    return results / "Dr. Chen" / name / f"{name}.xml"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.xml")), ids=lambda path: path.stem)
def test_the_samples_have_no_problem(path: Path) -> None:
    quiz, problems = read_quiz(path)

    assert quiz is not None
    assert problems + check_quiz(quiz) == []


def test_questions_of_all_types(tmp_path: Path) -> None:
    """The clock moves on a second a look: 09:00:00 begins, 09:00:01 logs in, then one for each change."""
    session = opened("questions", tmp_path, scripts=ScriptRules(SAMPLES))
    assert session.missing() == [
        "Please choose an option of “Is there a lesion?”.",
        "Please tick at least one box of “Where?”.",
    ]
    session.set_draft(2, ("Y", "N", "N"))  # 09:00:02
    session.set_draft(3, ("N", "Y"))  # 09:00:03
    assert session.next() == []  # 09:00:04
    session.set_draft(0, ("6",))  # 09:00:05
    assert session.next() == ["“Confidence (1 to 5)” needs a whole number from 1 to 5, not “6”."]
    session.previous()  # 09:00:06, keeps the 6
    assert session.answers()[2] == ("Y", "N", "N")
    assert session.next() == []  # 09:00:07, nothing changed
    assert session.answers() == (("6",), ("",), ("",))
    session.set_draft(0, ("5",))  # 09:00:08
    assert session.next() == []  # 09:00:09, the page is complete
    assert session.where().page.descriptor == "Report"
    session.set_draft(0, ("left temporal", "Größe < 1 cm"))
    assert session.missing() == ["Please press every button of “Worksheet”."]
    assert (
        session.buttons.press(1, 0).result
        == "Worksheet of Case 1: ImageVolumes/RECIST-Tutorial-Data/2007-spgr.nrrd"
    )
    assert session.finish() == []
    session.close()

    root = saved(file_of("questions", tmp_path))
    first, second = page_of(root, 1), page_of(root, 2)
    assert responses(first) == [
        [[[""]], [[""]], [["Y"], ["N"], ["N"]], [["N"], ["Y"]]],
        # The 6 is outside the limits: stored as nothing, and what was typed beside it.
        [[["", "5"]], [[""]], [[""]]],
    ]
    assert responses(second) == [[[["left temporal"], ["Größe < 1 cm"]], [["worksheet-Done"]]]]
    assert events(first) == ["NextBtn"] * 7 + ["Previous", "NextBtn", "NextBtn", "NextBtn"]
    assert events(second) == ["Finish"] * 3
    confidence = first.findall("QuestionSet")[1].find("Question/Option")
    assert confidence is not None
    typed, valid = confidence.findall("Response")
    assert typed.attrib == {
        "Event": "Previous",
        "LoginTime": "20300102_09:00:01.000000",
        "ResponseTime": "20300102_09:00:06.000000",
        "Seconds": typed.attrib["Seconds"],
        "Typed": "6",
    }
    assert valid.get("ResponseTime") == "20300102_09:00:09.000000"
    assert [page.get("PageComplete") for page in (first, second)] == ["Y", "Y"]
    assert [page.get("PageGroup") for page in (first, second)] == ["1", "2"]
    (login,) = root.findall("Login")
    assert login.get("LoginTime") == "20300102_09:00:01.000000"
    assert login.get("QuizComplete") == "Y"
    assert root.get("UserName") == "Dr. Chen"
    assert file_of("questions", tmp_path).read_bytes().startswith(b"<?xml version='1.0' encoding='UTF-8'?>")


def test_without_allowed_scripts_a_button_does_nothing_and_keeps_nobody(tmp_path: Path) -> None:
    session = opened("questions", tmp_path)
    assert session.notices == (
        "This quiz has buttons that run scripts; none is allowed to, so they do nothing.",
    )
    session.set_draft(2, ("N", "Y", "N"))
    session.set_draft(3, ("Y", "N"))
    session.next()
    session.set_draft(0, ("1",))
    session.next()
    session.set_draft(0, ("a", "b"))

    assert session.buttons.press(1, 0).sentence == (
        "The script “worksheet” is not run: no folder of scripts is allowed."
    )
    assert session.missing() == []
    session.close()


def test_looping_makes_a_page_for_each_lesion(tmp_path: Path) -> None:
    session = opened("looping", tmp_path)
    assert not session.where().can_repeat
    session.next()
    assert session.where().can_repeat
    assert session.repeat() == ["“Diameter in mm” needs a number of at least 0."]
    session.set_draft(0, ("12.5",))
    assert session.repeat() == []
    assert (session.where().page.id, session.where().number, session.where().total) == ("Lesion-Rep1", 3, 4)
    assert session.answers() == (("",),)
    session.set_draft(0, ("3",))
    assert session.repeat() == []
    session.set_draft(0, ("1e1",))
    assert session.next() == []
    session.previous()
    session.previous()
    assert (session.where().page.id, session.locked(), session.where().can_repeat) == (
        "Lesion-Rep1",
        True,
        False,
    )
    session.close()

    root = saved(file_of("looping", tmp_path))
    pages = root.findall("Page")
    assert [page.get("ID") for page in pages] == ["Start", "Lesion", "Lesion-Rep1", "Lesion-Rep2", "End"]
    assert [page.get("Rep") for page in pages] == ["0", "0", "1", "2", "0"]
    assert [page.get("PageGroup") for page in pages] == ["1", "2", "2", "2", "3"]
    assert [page.get("PageComplete") for page in pages] == ["Y", "Y", "Y", "Y", None]
    assert [responses(page)[0][0][0] for page in pages[1:4]] == [["12.5"], ["3"], ["1e1"]]
    assert [events(page) for page in pages[1:4]] == [["Repeat"], ["Repeat"], ["NextBtn"]]


def test_a_repetition_takes_neither_states_nor_drawings_along(tmp_path: Path) -> None:
    session = opened("looping", tmp_path)
    session.next()
    session.record_states([(0, {"Window": "100.0", "Level": "50.0", "Orientation": "Axial"})])
    contour = session.drawings.drawing_file("MR")
    contour.parent.mkdir()
    contour.write_bytes(b"NRRD0004\n")
    session.drawings.set_drawing("MR", contour, drawn=True)
    session.set_draft(0, ("1",))
    session.repeat()
    assert session.last_state(0) is None
    assert session.drawings.label_maps("MR") == []
    assert session.drawings.folder().name == "PgGroup2_Lesion-Rep1_Each"
    session.previous()
    assert session.drawings.label_maps("MR") == [contour]
    session.close()

    root = saved(file_of("looping", tmp_path))
    original, copy = page_of(root, 2), page_of(root, 3)
    (state,) = original.findall("Image/State")
    assert (state.get("Window"), state.get("LoginTime")) == ("100.0", "20300102_09:00:01.000000")
    (path,) = original.findall("Image/LabelMapPath")
    assert path.text == "looping/PgGroup2_Lesion_Each/Lesion_MR-quizlabel.nrrd"
    assert [copy.findall(f"Image/{name}") for name in ("State", "LabelMapPath")] == [[], []]


def test_randomizing_draws_an_order_once_and_keeps_patients_together(tmp_path: Path) -> None:
    orders = set()
    for seed in range(30):
        results = tmp_path / str(seed)
        session = opened("randomizing", results, seed=seed)
        seen = [page.title for _, page in session.pages]
        orders.add(tuple(seen))
        assert seen[0] == "Welcome"
        patients = [title.split(" - ")[0] for title in seen[1::2]]
        assert sorted(patients) == ["Patient 1", "Patient 2", "Patient 3"]
        assert seen[1:] == [f"{patient} - {how}" for patient in patients for how in ("Without AI", "With AI")]
        session.close()
        indices = saved(file_of("randomizing", results)).find("RandomizedPageGroupIndices")
        assert indices is not None
        assert indices.text == ",".join(["0", *(patient[-1] for patient in patients)])
        assert indices.get("Seed") == str(seed)
        # Another seed at a later start changes nothing.
        again = opened("randomizing", results, seed=seed + 1)
        assert [page.title for _, page in again.pages] == seen
        again.close()
    assert len(orders) == 6


def test_an_order_that_the_author_forces_is_stored_as_it_was_used(tmp_path: Path) -> None:
    pages = "".join(f'<Page ID="{number}" PageGroup="{number}"/>' for number in (1, 0, 2, 3))
    forced = "<RandomizedPageGroupIndices>3,2</RandomizedPageGroupIndices>"
    quiz = write_quiz(tmp_path, pages + forced, 'RandomizePageGroups="Y"')

    session = Session.open(quiz, tmp_path / "results", "Ann", seed=1)

    assert [page.id for _, page in session.pages] == ["0", "3", "2", "1"]
    session.close()
    (indices,) = saved(tmp_path / "results" / "Ann" / "study" / "study.xml").iter(
        "RandomizedPageGroupIndices"
    )
    assert (indices.text, indices.attrib) == ("0,3,2,1", {})


def test_bookmarks_lead_back_and_forth(tmp_path: Path) -> None:
    session = opened("bookmarks", tmp_path)
    session.set_draft(0, ("Y", "N"))
    session.next()
    session.set_draft(0, ("4",))
    session.next()
    assert session.where().bookmark_label == "Back to your scale"
    session.set_draft(0, ("9",))
    session.go_to_bookmark()
    assert session.where().page.id == "Calibration"
    assert not session.locked()
    session.set_draft(0, ("N", "Y"))
    session.next()
    assert session.locked()
    assert session.where().page.descriptor == "First"
    session.next()
    assert session.answers() == (("9",),)
    assert session.finish() == []
    session.close()

    root = saved(file_of("bookmarks", tmp_path))
    assert responses(page_of(root, 1)) == [[[["Y", "N"], ["N", "Y"]]]]
    assert responses(page_of(root, 2)) == [[[["4"]]]]
    # Kept on leaving for the bookmark, unchanged at the end: no second Response.
    assert responses(page_of(root, 3)) == [[[["9"]]]]
    assert events(page_of(root, 3)) == ["GoToBookmark"]


def test_a_reader_who_stops_is_back_at_the_first_incomplete_page(tmp_path: Path) -> None:
    session = opened("bookmarks", tmp_path)
    session.set_draft(0, ("Y", "N"))
    session.next()
    session.set_draft(0, ("7",))
    session.close()

    again = Session.open(
        SAMPLES / "bookmarks.xml", tmp_path, "Dr. Chen", now=ticking_clock(datetime(2030, 1, 3))
    )

    assert again.where().page.descriptor == "First"
    assert again.answers() == (("7",),)
    again.close()
    root = saved(file_of("bookmarks", tmp_path))
    assert [login.get("LoginTime") for login in root.findall("Login")][1] == "20300103_00:00:00.000000"
    assert events(page_of(root, 2)) == ["ExitBtn"]
    copies = sorted(path.name for path in file_of("bookmarks", tmp_path).parent.glob("*.xml"))
    assert copies == ["bookmarks.xml", "bookmarks_Jan-03-2030-00-00-00.xml"]


def test_a_finished_quiz_is_only_looked_at(tmp_path: Path) -> None:
    session = opened("looping", tmp_path)
    session.next()
    session.set_draft(0, ("1",))
    session.next()
    session.set_draft(0, ("Y", "N"))
    assert session.finish() == []
    session.close()
    before = file_of("looping", tmp_path).read_bytes()

    review = opened("looping", tmp_path)

    assert review.in_review
    assert review.where().number == 1
    assert [review.next(), review.next()] == [[], []]
    assert review.locked()
    assert review.answers() == (("Y", "N"),)
    review.close()
    assert file_of("looping", tmp_path).read_bytes() == before
