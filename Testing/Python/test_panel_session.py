"""A reader's session in the panel: sign in, answer, leave, come back, finish, look back."""

import os
from pathlib import Path

import pytest
from panel_stage import QUESTIONS, REPOSITORY, VOLUME, Stage, image_element, stage, write_quiz
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QWidget
from QuizLoaderLib.reader.session_answers import DRAWING_NOT_SAVED
from QuizLoaderLib.session.session import Session
from QuizLoaderStories.reader import READER, hashes

SAMPLES = REPOSITORY / "Resources" / "Quizzes" / "Session"


__all__ = ["READER", "SAMPLES", "Reader", "hashes"]


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
            lambda: (
                not self.sees("loadingRow")
                and self.text("saveLabel") != DRAWING_NOT_SAVED
                and opened.index == opened.answers.index
            )
        )

    def boxes(self) -> dict[str, QWidget]:
        found = self.stage.widget("formsContainer").findChildren(QWidget)
        return {box.accessibleName(): box for box in found if box.accessibleName()}

    def box(self, title: str) -> QWidget:
        return self.boxes()[title]

    def titles(self) -> list[str]:
        return list(self.boxes())

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
        """Said where the pointer rests on the button that leads on."""
        button = "finishButton" if self.sees("finishButton") else "nextButton"
        return self.stage.widget(button).toolTip().splitlines()


@pytest.fixture
def reader(tmp_path, images):
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, images, tmp_path / "results")


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


def test_a_repeat_by_mistake_is_removed_and_the_page_before_is_shown(reader, tmp_path):
    """It was the last page: where it was there is none any more."""
    text = '<QuestionSet><Question Type="Text" Descriptor="Note"><Option>n</Option></Question></QuestionSet>'
    reader.sign_in(write_quiz(tmp_path / "loop.xml", [f'Loop="Y"|{image_element("Volume", VOLUME)}{text}']))
    reader.type("Note", "seen")
    assert not reader.sees("removeRepeatButton")
    reader.go("repeatButton")
    assert reader.text("titleLabel") == "Case 1-Rep1"
    reader.type("Note", "x")
    reader.click("finishButton")
    assert not reader.sees("removeRepeatButton"), "it is answered"
    reader.click("notYetButton")
    reader.type("Note", "")
    reader.click("finishButton")
    reader.go("removeRepeatButton")
    assert reader.text("titleLabel") == "Case 1"
    assert reader.stage.slicer.logic.nodes(0)[0] is not None
    assert reader.sees("finishButton")


def test_a_repeat_removed_in_the_middle_leads_on(reader, tmp_path):
    text = '<QuestionSet><Question Type="Text" Descriptor="Note"><Option>n</Option></Question></QuestionSet>'
    image = image_element("Volume", VOLUME)
    reader.sign_in(write_quiz(tmp_path / "loop.xml", [f'Loop="Y"|{image}{text}', f"|{image}{text}"]))
    reader.type("Note", "seen")
    reader.go("repeatButton")
    before = reader.stage.slicer.logic.console.opened.page
    reader.go("removeRepeatButton")
    opened = reader.stage.slicer.logic.console.opened
    reader.stage.slicer.wait_until(lambda: opened.page is not before)
    assert reader.text("titleLabel") == "Case 2"
    assert (opened.index, opened.page.id) == (1, "Case 2")


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
    assert not reader.sees("messageLabel"), "closing is refused no longer"
    # And it would be again.
    os.rename(reader.results, away)
    reader.type("Rating", "5")
    reader.click("closeButton")
    assert "Closing once more" in reader.text("messageLabel")
    os.rename(away, reader.results)
    reader.type("Rating", "4")
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


ASKED = """|<QuestionSet><Question Type="Radio" Descriptor="Side"><Option Correct="Y">Left</Option>
<Option>Right</Option><Explanation Picture="side.png" Format="Markdown">It is *bright*.</Explanation>
</Question></QuestionSet>"""


def test_a_page_tells_what_is_right_and_the_end_what_was_scored(reader, tmp_path):
    page = image_element("Volume", VOLUME) + ASKED[1:]
    quiz = write_quiz(
        tmp_path / "learn.xml", [f"|{page}", ASKED], 'Feedback="Page" PassMark="60" Attempts="2"'
    )
    QPixmap(20, 10).save(str(tmp_path / "side.png"))
    reader.stage.open(quiz, reader.images)
    assert reader.text("noticeLabel").startswith("The quiz has its answer key in it")
    reader.click("closeButton")
    reader.sign_in(quiz)
    assert not reader.sees("noticeLabel") and not reader.sees("finishButton")
    reader.choose("Side", "Right")
    assert "shows what is right" in reader.text("lockLabel")
    reader.go()
    wrong = [
        "This page: 0 of 1 point.",
        "✗ Wrong",
        "0 of 1 point.",
        "The right answer: Left",
        "<p>It is <em>bright</em>.</p>",
    ]
    assert told(reader) == wrong
    assert not reader.box("Side").isEnabled()
    # Grey would be too pale to read what was answered.
    reader.stage.slicer.panel.resize(420, 1200)
    reader.stage.slicer.qt.processEvents()
    assert darkest(reader.box("Side").findChild(QLabel)) == 0
    reader.click("closeButton")
    reader.open()
    assert told(reader) == wrong
    reader.go()
    assert told(reader) == []
    reader.choose("Side", "Left")
    reader.go()
    assert told(reader)[1:3] == ["✓ Right", "1 of 1 point."] and reader.sees("finishButton")
    reader.click("finishButton")
    reader.stage.slicer.wait_until(lambda: reader.sees("finishNowButton"))
    reader.click("finishNowButton")
    said = reader.text("noticeLabel").splitlines()
    assert said[1] == "1 of 2 points (50%). Not passed: 60% is needed."
    assert said[3] == "“Close” takes the quiz off the views."
    assert reader.text("scoresLabel").splitlines()[-1] == "All pages: 1 of 2"
    assert not any("window" in line for line in said)
    reader.go("tryAgainButton")
    assert not reader.sees("tryAgainButton") and not reader.sees("noticeLabel")
    assert told(reader) == [] and reader.chosen("Side") == []
    for _ in range(2):
        reader.choose("Side", "Left")
        reader.go()
        assert told(reader)[1] == "✓ Right"
        if not reader.sees("finishButton"):
            reader.go()
    reader.click("finishButton")
    reader.stage.slicer.wait_until(lambda: reader.sees("finishNowButton"))
    reader.click("finishNowButton")
    assert reader.text("noticeLabel").splitlines()[1] == "2 of 2 points (100%). Passed: 60% is needed."
    assert not reader.sees("tryAgainButton")
    reader.go("previousButton")
    assert told(reader)[1] == "✓ Right" and not reader.box("Side").isEnabled()


def darkest(widget: QWidget) -> int:
    """Of 255 grey values, of what is written in it."""
    text = widget.grab().toImage()
    return min(QColor(text.pixel(x, y)).value() for x in range(text.width()) for y in range(text.height()))


def told(reader) -> list[str]:
    """What stands beside the greyed questions."""
    labels = [label for label in reader.stage.widget("formsContainer").findChildren(QLabel) if label.text()]
    own = {label for box in reader.boxes().values() for label in box.findChildren(QLabel)}
    return [label.text() for label in labels if label not in own]


def test_a_reader_is_not_told_what_is_for_the_author(reader, tmp_path):
    volume = image_element("Volume", VOLUME, more="<ColorTable>Nowhere</ColorTable>")
    page = f"{volume}<ROIs ROIVisibilityCode='All'/>{QUESTIONS}"
    quiz = write_quiz(tmp_path / "odd.xml", [f"|{page}"])
    reader.stage.open(quiz, reader.images)
    assert reader.sees("problemsSection")
    reader.click("closeButton")
    reader.sign_in(quiz)
    assert not reader.sees("problemsSection")
    assert not reader.sees("messageLabel"), reader.text("messageLabel")
