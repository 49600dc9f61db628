"""A reader's session: sign in, answer, leave, come back, finish, look back."""

import re
from pathlib import Path

import slicer

from .desk import Desk, fault_of, inside
from .made import QUESTIONS, write_images, write_quiz
from .reader import READER, Reader, hashes
from .telling import Need, story


def sample(name: str) -> Path:
    """A sample quiz of a session, where it was installed."""
    from QuizLoaderLib.apps.demo.samples import sample_quizzes_folder

    return sample_quizzes_folder() / "Session" / f"{name}.xml"


def results_xml(results: Path, quiz: str) -> str:
    """The results file without its times, and without the look of the views, which only a host knows."""
    text = (results / READER / quiz / f"{quiz}.xml").read_text(encoding="utf-8")
    text = re.sub(r"\s*<State [^>]*/>\s*", "", text)
    text = re.sub(r"\d{8}_\d\d:\d\d:\d\d\.\d{6}", "TIME", text)
    return re.sub(r'(Seconds\w*|Seed|Number|Saved|Journal\w*)="[^"]*"', r'\1="N"', text)


@story(Need.WINDOW)
def a_reader_answers_stops_comes_back_finishes_and_looks_back(desk: Desk) -> None:
    images, quiz = write_images(desk.folder / "images"), sample("questions")
    reader = Reader(desk)
    reader.sign_in(quiz, images, str(quiz.parent))
    assert reader.text("positionLabel") == "Page 1 of 2. Questions 1 of 2. Pages complete: 0 of 2"
    assert reader.titles() == ["Task", "The scale", "Is there a lesion?", "Where?"]
    assert [label.text for label in inside(reader.boxes()["The scale"], "QLabel")][:2] == ["The scale", ""]
    assert "Pages" not in desk.offered()
    assert not reader.sees("finishButton")
    assert reader.missing() == [
        "Please choose an option of “Is there a lesion?”.",
        "Please tick at least one box of “Where?”.",
    ]
    reader.choose("Is there a lesion?", "No")
    reader.choose("Is there a lesion?", "Yes")
    reader.click("nextButton")
    assert reader.missing() == ["Please tick at least one box of “Where?”."]
    reader.choose("Where?", "Right")
    assert reader.missing() == []
    reader.go()
    assert reader.titles() == ["Confidence (1 to 5)", "Diameter in mm", "Remarks"]
    reader.type("Confidence (1 to 5)", "6")
    refused = "A value that is not accepted is no answer yet. All other answers are saved."
    desk.wait_until(lambda: reader.text("saveLabel") == refused)
    assert reader.missing() == ["“Confidence (1 to 5)” needs a whole number from 1 to 5, not “6”."]
    reader.click("nextButton")
    assert reader.titles()[0] == "Confidence (1 to 5)"
    # In the middle of a word.
    reader.type("Remarks", "half a thou")
    reader.come_back()
    assert reader.chosen("Is there a lesion?") == ["Yes"]
    assert reader.chosen("Where?") == ["Right"]
    reader.go()
    assert reader.typed("Confidence (1 to 5)") == ["6"]
    assert reader.typed("Remarks") == ["half a thou"]
    reader.type("Confidence (1 to 5)", "5")
    reader.go()
    assert reader.text("titleLabel") == "Case 1 - Report"
    reader.type("Findings", "left temporal", "Größe < 1 cm")
    reader.click("finishButton")
    assert not reader.sees("finishRow")
    assert reader.missing() == ["Please press every button of “Worksheet”."]
    reader.choose("Worksheet", "worksheet")
    desk.wait_until(lambda: not reader.sees("scriptRow"))
    assert [button.text for button in reader.buttons("Worksheet")] == ["worksheet: done"]
    assert reader.typed("Findings") == ["left temporal", "Größe < 1 cm"]
    reader.click("finishButton")
    reader.click("notYetButton")
    assert not reader.sees("finishRow")
    reader.click("finishButton")
    desk.wait_until(lambda: reader.sees("finishNowButton"))
    reader.click("finishNowButton")
    assert reader.text("saveLabel").startswith("This quiz is finished")
    assert not reader.sees("finishButton")
    assert not reader.boxes()["Findings"].enabled
    reader.click("closeButton")
    _compare_with_a_session_without_a_panel(reader, quiz, images)

    before = hashes(reader.results)
    reader.come_back()
    assert reader.text("titleLabel") == "Case 1 - Reading"
    assert reader.chosen("Is there a lesion?") == ["Yes"]
    assert not reader.boxes()["Is there a lesion?"].enabled
    reader.go()
    reader.go()
    assert reader.typed("Findings") == ["left temporal", "Größe < 1 cm"]
    assert not desk.ui.nextButton.enabled
    reader.go("previousButton")
    reader.click("closeButton")
    assert hashes(reader.results) == before


def _compare_with_a_session_without_a_panel(reader: Reader, quiz: Path, images: Path) -> None:
    from QuizLoaderLib.session.session import ScriptRules, Session

    same = reader.desk.folder / "same"
    rules = ScriptRules(quiz.parent, images)
    session = Session.open(quiz, same, READER, scripts=rules)
    session.set_draft(2, ("N", "Y", "N"))
    session.set_draft(2, ("Y", "N", "N"))
    session.set_draft(3, ("N", "Y"))
    session.next()
    session.set_draft(0, ("6",))
    session.set_draft(2, ("half a thou",))
    session.close()
    session = Session.open(quiz, same, READER, scripts=rules)
    session.next()
    session.set_draft(0, ("5",))
    session.next()
    session.set_draft(0, ("left temporal", "Größe < 1 cm"))
    session.buttons.press(1, 0)
    assert session.finish() == []
    session.close()
    assert results_xml(reader.results, "questions") == results_xml(same, "questions")


@story(Need.WINDOW)
def an_author_without_a_name_looks_and_nothing_is_stored(desk: Desk) -> None:
    reader = Reader(desk)
    desk.ui.resultsFolderEdit.currentPath = str(reader.results)
    desk.open(sample("questions"), write_images(desk.folder / "images"))
    assert "Pages" in desk.offered()
    assert len(reader.titles()) == 7
    assert not reader.sees("saveLabel")
    reader.go()
    assert not any(button.enabled for button in reader.buttons("Worksheet"))
    assert reader.typed("Findings") == ["", ""]
    assert not reader.results.exists()


@story(Need.WINDOW)
def a_looping_page_is_repeated_and_an_earlier_one_is_locked(desk: Desk) -> None:
    reader = Reader(desk)
    reader.sign_in(sample("looping"), write_images(desk.folder / "images"))
    assert not reader.sees("repeatButton")
    reader.go()
    reader.click("repeatButton")
    assert reader.missing() == ["“Diameter in mm” needs a number of at least 0."]
    reader.type("Diameter in mm", "12.5")
    reader.go("repeatButton")
    assert reader.text("titleLabel").startswith("Lesion-Rep1")
    assert reader.text("positionLabel") == "Page 3 of 4. Pages complete: 2 of 4"
    assert reader.typed("Diameter in mm") == [""]

    reader.go("previousButton")

    assert reader.typed("Diameter in mm") == ["12.5"]
    assert not reader.boxes()["Diameter in mm"].enabled
    assert "cannot be changed any more" in reader.text("saveLabel")
    assert not reader.sees("repeatButton")
    assert "page by page" in fault_of(lambda: desk.logic.showPage(0))


@story(Need.WINDOW)
def a_bookmark_leads_back(desk: Desk) -> None:
    reader = Reader(desk)
    reader.sign_in(sample("bookmarks"), write_images(desk.folder / "images"))
    reader.choose("Your scale", "Strict")
    reader.go()
    assert reader.text("bookmarkButton") == "Back to your scale"
    reader.type("Rating", "4")
    reader.go("bookmarkButton")
    assert reader.text("titleLabel") == "Calibration"
    assert reader.chosen("Your scale") == ["Strict"]
    assert not reader.sees("bookmarkButton")
    assert reader.text("returnButton") == "Return to page 2"
    reader.go("returnButton")
    assert reader.typed("Rating") == ["4"]
    assert not reader.sees("returnButton")


@story(Need.WINDOW)
def typed_text_is_saved_on_leaving_the_module_and_with_the_scene(desk: Desk) -> None:
    reader = Reader(desk)
    reader.sign_in(sample("bookmarks"), write_images(desk.folder / "images"))
    reader.choose("Your scale", "Strict")
    reader.go()
    reader.type("Rating", "7")
    desk.enter("Data")
    journal = reader.results / READER / "bookmarks" / "bookmarks.journal"
    assert '"texts":["7"]' in journal.read_text(encoding="utf-8")
    desk.enter()
    reader.wait()
    assert reader.typed("Rating") == ["7"]
    reader.type("Rating", "8")
    slicer.mrmlScene.Clear(0)
    desk.check()
    assert "Open it again" in reader.text("messageLabel")
    reader.open()
    assert reader.typed("Rating") == ["8"]


@story(Need.WINDOW)
def a_changed_quiz_is_said_and_the_stored_one_goes_on(desk: Desk) -> None:
    reader = Reader(desk)
    quiz = write_quiz(desk.folder / "study.xml", [f"|{QUESTIONS}", f"|{QUESTIONS}"])
    reader.sign_in(quiz, write_images(desk.folder / "images"))
    reader.go()
    reader.click("closeButton")
    write_quiz(quiz, [f"|{QUESTIONS}", f"|{QUESTIONS}", f"|{QUESTIONS}"])
    reader.open()
    assert reader.text("noticeLabel").startswith("The quiz was changed since you began")
    assert reader.text("positionLabel").startswith("Page 2 of 2")
