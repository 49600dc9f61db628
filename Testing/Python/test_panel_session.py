"""A reader's session in the panel: sign in, answer, leave, come back, finish, look back."""

import hashlib
import os
import re
from pathlib import Path

import pytest
import slicer
from panel_stage import QUESTIONS, REPOSITORY, Stage, stage, write_quiz
from PySide6.QtWidgets import QAbstractButton, QGroupBox, QLabel, QLineEdit, QPushButton
from QuizLoaderLib.session.session import ScriptRules, Session

SAMPLES = REPOSITORY / "Resources" / "Quizzes" / "Session"
READER = "Dr. Chen"


class Reader:
    """Sits at the panel, answers by the titles of the questions."""

    def __init__(self, on_stage: Stage, images: Path, results: Path) -> None:
        self.stage, self.images, self.results = on_stage, images, results
        self.click, self.text, self.sees = on_stage.click, on_stage.text, on_stage.sees

    def sign_in(self, quiz: Path, scripts: str = "") -> None:
        self.stage.choose(quiz, self.images)
        self.stage.widget("readerEdit").setText(READER)
        self.stage.widget("resultsFolderEdit").setProperty("currentPath", str(self.results))
        self.stage.widget("scriptsFolderEdit").setProperty("currentPath", scripts)
        self.open()

    def open(self) -> None:
        self.click("openButton")
        self.wait()

    def go(self, button: str = "nextButton") -> None:
        self.click(button)
        self.wait()

    def wait(self) -> None:
        opened = self.stage.slicer.logic.console.opened
        assert opened is not None, self.text("messageLabel")
        self.stage.slicer.wait_until(
            lambda: not self.sees("loadingRow") and opened.index == opened.answers.index
        )

    def box(self, title: str) -> QGroupBox:
        return next(
            b
            for b in self.stage.widget("formsContainer").findChildren(QGroupBox)
            if b.accessibleName() == title
        )

    def titles(self) -> list[str]:
        return [box.accessibleName() for box in self.stage.widget("formsContainer").findChildren(QGroupBox)]

    def choose(self, title: str, option: str) -> None:
        next(b for b in self.box(title).findChildren(QAbstractButton) if b.text() == option).click()
        self.stage.slicer.check()

    def chosen(self, title: str) -> list[str]:
        return [b.text() for b in self.box(title).findChildren(QAbstractButton) if b.isChecked()]

    def type(self, title: str, *texts: str) -> None:
        for line, text in zip(self.box(title).findChildren(QLineEdit), texts, strict=True):
            line.setText(text)
        self.stage.slicer.check()

    def typed(self, title: str) -> list[str]:
        return [line.text() for line in self.box(title).findChildren(QLineEdit)]

    def enabled(self, name: str) -> bool:
        return self.stage.widget(name).isEnabled()

    def missing(self) -> list[str]:
        return self.text("missingLabel").splitlines() if self.sees("missingLabel") else []


@pytest.fixture
def reader(tmp_path, images):
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, images, tmp_path / "results")


def results_xml(results: Path, quiz: str) -> str:
    """The results file without its times, and without the look of the views, which only a host knows."""
    text = (results / READER / quiz / f"{quiz}.xml").read_text(encoding="utf-8")
    text = re.sub(r"\s*<State [^>]*/>\s*", "", text)
    text = re.sub(r"\d{8}_\d\d:\d\d:\d\d\.\d{6}", "TIME", text)
    return re.sub(r'(Seconds(Shown)?|Seed|Number|Saved|Journal\w*)="[^"]*"', r'\1="N"', text)


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_reader_answers_stops_comes_back_finishes_and_looks_back(tmp_path, images):
    results, quiz = tmp_path / "results", SAMPLES / "questions.xml"
    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, results)
        reader.sign_in(quiz, str(SAMPLES))
        assert reader.text("positionLabel") == "Page 1 of 2. Questions 1 of 2. Pages complete: 0 of 2"
        assert reader.titles() == ["Task", "The scale", "Is there a lesion?", "Where?"]
        assert reader.box("The scale").findChild(QLabel).pixmap().width() > 0
        assert not reader.sees("pagesSection")
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
        assert reader.text("saveLabel") != "All answers are saved."
        on_stage.slicer.wait_until(lambda: reader.text("saveLabel") == "All answers are saved.")
        assert reader.missing() == ["“Confidence (1 to 5)” needs a whole number from 1 to 5, not “6”."]
        reader.click("nextButton")
        assert reader.titles()[0] == "Confidence (1 to 5)"
        reader.type("Remarks", "half a thou")
        # Slicer is left in the middle of a word.
    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, results)
        assert on_stage.widget("readerEdit").text() == READER
        reader.open()
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
        on_stage.slicer.wait_until(lambda: not reader.sees("scriptRow"))
        assert [b.text() for b in reader.box("Worksheet").findChildren(QPushButton)] == ["worksheet: done"]
        assert reader.typed("Findings") == ["left temporal", "Größe < 1 cm"]
        reader.click("finishButton")
        reader.click("notYetButton")
        assert not reader.sees("finishRow")
        reader.click("finishButton")
        reader.click("finishNowButton")
        assert reader.text("saveLabel").startswith("This quiz is finished")
        assert not reader.sees("finishButton")
        assert not reader.box("Findings").isEnabled()
        reader.click("closeButton")

    before = hashes(results)
    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, results)
        reader.open()
        assert reader.text("titleLabel") == "Case 1 - Reading"
        assert reader.chosen("Is there a lesion?") == ["Yes"]
        assert not reader.box("Is there a lesion?").isEnabled()
        reader.go()
        reader.go()
        assert reader.typed("Findings") == ["left temporal", "Größe < 1 cm"]
        assert not reader.enabled("nextButton")
        reader.go("previousButton")
        reader.click("closeButton")
    assert hashes(results) == before

    same = tmp_path / "same"
    rules = ScriptRules(SAMPLES, images)
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
    assert results_xml(results, "questions") == results_xml(same, "questions")


def test_an_author_without_a_name_looks_and_nothing_is_stored(reader):
    reader.stage.widget("resultsFolderEdit").setProperty("currentPath", str(reader.results))
    reader.stage.open(SAMPLES / "questions.xml", reader.images)
    assert reader.sees("pagesSection")
    assert len(reader.titles()) == 7
    assert not reader.sees("saveLabel")
    reader.go()
    assert not any(b.isEnabled() for b in reader.box("Worksheet").findChildren(QPushButton))
    assert reader.typed("Findings") == ["", ""]
    assert not reader.results.exists()


def test_scripts_run_only_where_a_folder_was_allowed(reader):
    reader.sign_in(SAMPLES / "questions.xml")
    assert "none is allowed to" in reader.text("noticeLabel")
    reader.choose("Is there a lesion?", "No")
    reader.choose("Where?", "Left")
    reader.go()
    assert not reader.sees("noticeLabel")
    reader.type("Confidence (1 to 5)", "3")
    reader.go()
    (button,) = reader.box("Worksheet").findChildren(QPushButton)
    assert not button.isEnabled()
    reader.type("Findings", "a", "b")
    reader.stage.slicer.wait_until(lambda: reader.missing() == [])


def test_the_window_lives_while_a_script_runs_and_can_stop_it(reader, tmp_path):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "slow.py").write_text("import time\ntime.sleep(600)\n", encoding="utf-8")
    button = "<Question Type='Button' Descriptor='Tool'><Option>slow.py</Option></Question>"
    buttons = f"<QuestionSet>{button}</QuestionSet>"
    reader.sign_in(write_quiz(tmp_path / "slow.xml", [f"|{buttons}", f"|{QUESTIONS}"]), str(scripts))
    reader.choose("Tool", "slow")
    assert reader.sees("scriptRow")
    assert not reader.enabled("nextButton")
    assert not reader.box("Tool").isEnabled()
    reader.stage.slicer.enter("Data")
    reader.stage.slicer.enter()
    reader.wait()
    assert reader.sees("scriptRow")
    assert not reader.enabled("nextButton")

    reader.click("stopScriptButton")

    assert not reader.sees("scriptRow")
    assert reader.missing() == ["The script “slow.py” was stopped."]
    assert reader.box("Tool").isEnabled()
    reader.choose("Tool", "slow")
    reader.click("closeButton")
    assert not reader.sees("pageSection")
    assert not reader.sees("scriptRow")


def test_a_looping_page_is_repeated_and_an_earlier_one_is_locked(reader):
    reader.sign_in(SAMPLES / "looping.xml")
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
    assert not reader.box("Diameter in mm").isEnabled()
    assert "cannot be changed any more" in reader.text("saveLabel")
    assert not reader.sees("repeatButton")
    with pytest.raises(Exception, match="page by page"):
        reader.stage.slicer.logic.showPage(0)


def test_a_bookmark_leads_back(reader):
    reader.sign_in(SAMPLES / "bookmarks.xml")
    reader.choose("Your scale", "Strict")
    reader.go()
    assert reader.text("bookmarkButton") == "Back to your scale"
    reader.type("Rating", "4")
    reader.go("bookmarkButton")
    assert reader.text("titleLabel") == "Calibration"
    assert reader.chosen("Your scale") == ["Strict"]
    assert not reader.sees("bookmarkButton")
    reader.go()
    assert reader.typed("Rating") == ["4"]


def test_typed_text_is_kept_on_leaving_the_module_and_with_the_scene(reader):
    quiz = SAMPLES / "bookmarks.xml"
    reader.sign_in(quiz)
    reader.choose("Your scale", "Strict")
    reader.go()
    reader.type("Rating", "7")
    reader.stage.slicer.enter("Data")
    journal = reader.results / READER / "bookmarks" / "bookmarks.journal"
    assert '"texts":["7"]' in journal.read_text(encoding="utf-8")
    reader.stage.slicer.enter()
    reader.wait()
    assert reader.typed("Rating") == ["7"]
    reader.type("Rating", "8")
    slicer.mrmlScene.Clear(0)
    reader.stage.slicer.check()
    assert "Open it again" in reader.text("messageLabel")
    reader.open()
    assert reader.typed("Rating") == ["8"]


def test_a_second_window_is_told_and_the_first_goes_on(reader):
    other = Session.open(SAMPLES / "looping.xml", reader.results, READER)
    reader.stage.choose(SAMPLES / "looping.xml", reader.images)
    reader.stage.widget("readerEdit").setText(READER)
    reader.click("openButton")
    assert reader.text("messageLabel").startswith("Choose the folder")
    reader.stage.widget("resultsFolderEdit").setProperty("currentPath", str(reader.results))
    reader.click("openButton")
    assert "open for the reader “Dr. Chen” in another window" in reader.text("messageLabel")
    assert not reader.sees("pageSection")
    other.close()
    reader.open()
    assert reader.sees("pageSection")


def test_a_changed_quiz_is_said_and_the_stored_one_goes_on(reader, tmp_path):
    quiz = write_quiz(tmp_path / "study.xml", [f"|{QUESTIONS}", f"|{QUESTIONS}"])
    reader.sign_in(quiz)
    reader.go()
    reader.click("closeButton")
    write_quiz(quiz, [f"|{QUESTIONS}", f"|{QUESTIONS}", f"|{QUESTIONS}"])
    reader.open()
    assert reader.text("noticeLabel").startswith("The quiz was changed since you began")
    assert reader.text("positionLabel").startswith("Page 2 of 2")


@pytest.fixture
def away(tmp_path, monkeypatch):
    """Moves a folder away and back, as a network folder goes and comes."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    return tmp_path / "away"


def test_answers_wait_while_the_results_folder_is_away_and_are_saved_when_it_is_back(reader, away):
    reader.sign_in(SAMPLES / "bookmarks.xml")
    os.rename(reader.results, away)
    reader.choose("Your scale", "Strict")
    assert "not saved yet" in reader.text("saveLabel")
    assert "keep the program open" in reader.text("saveLabel")
    reader.click("closeButton")
    assert "Closing once more" in reader.text("messageLabel")
    reader.choose("Your scale", "Lenient")
    reader.go()
    reader.type("Rating", "4")

    os.rename(away, reader.results)
    reader.stage.slicer.wait_until(lambda: reader.text("saveLabel") == "All answers are saved.")

    reader.click("closeButton")
    reader.open()
    assert reader.typed("Rating") == ["4"]
    reader.go("previousButton")
    assert reader.chosen("Your scale") == ["Lenient"]


def test_answers_that_can_never_be_saved_there_go_to_the_home_folder(reader, away, tmp_path):
    reader.sign_in(SAMPLES / "bookmarks.xml")
    os.rename(reader.results, away)
    reader.choose("Your scale", "Strict")
    reader.click("closeButton")
    reader.click("closeButton")
    (copy,) = (tmp_path / "home").rglob("bookmarks/bookmarks.xml")
    assert str(copy) in reader.text("messageLabel")
    assert ">Y</Response>" in copy.read_text(encoding="utf-8")
    assert not reader.sees("pageSection")
