"""Fields for texts in the panel: how many letters they take, and how much room."""

from itertools import pairwise

from panel_stage import VOLUME, image_element, stage, write_images, write_quiz
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QPushButton, QTextEdit
from test_panel_forms import box


def test_a_field_takes_as_many_letters_as_the_quiz_allows_and_says_how_many_are_left(tmp_path):
    questions = """<QuestionSet Descriptor='Reading'>
    <Question Type='Text' Descriptor='Why' MaxLength='6'><Option>Why</Option></Question>
    <Question Type='Text' Descriptor='More' MaxLength='6' Lines='3'><Option>More</Option></Question>
    </QuestionSet>"""
    write_images(tmp_path / "images")
    quiz = write_quiz(tmp_path / "forms.xml", ["|" + questions + image_element("Volume", VOLUME)])
    with stage(tmp_path) as forms:
        forms.open(quiz, tmp_path / "images")
        answers = forms.slicer.logic.console.opened.answers
        line, lines = box(forms, "Why").findChild(QLineEdit), box(forms, "More").findChild(QTextEdit)

        def left(title):
            return next(
                label.text() for label in box(forms, title).findChildren(QLabel) if "left" in label.text()
            )

        assert (left("Why"), left("More")) == ("6 letters left", "6 letters left")
        for field in (line, lines):
            QTest.keyClicks(field, "so it")
        assert (left("Why"), left("More")) == ("1 letter left", "1 letter left")
        for field in (line, lines):
            QTest.keyClicks(field, " is")
        assert (left("Why"), left("More")) == ("no letters left", "no letters left")
        # What finds no room is the end of what was pasted, not of what was there.
        for field in (line, lines):
            QTest.keyClick(field, Qt.Key_Home)
            QTest.keyClick(field, Qt.Key_Delete)
            QApplication.clipboard().setText("Yes, s")
            field.paste()
        assert (line.text(), lines.toPlainText()) == ("Yo it ", "Yo it ")
        forms.slicer.check()
        forms.slicer.wait_until(lambda: answers.answer(answers.pages[0], 0, 1) == ("Yo it ",))
        assert answers.answer(answers.pages[0], 0, 0) == ("Yo it ",)


def test_a_text_that_is_longer_than_the_quiz_allows_now_is_shown_whole(tmp_path):
    write_images(tmp_path / "images")
    question = "<Question Type='Text' Descriptor='Why'{}><Option>Why</Option></Question>"
    asked = f"|<QuestionSet Descriptor='Reading'>{question}</QuestionSet>{image_element('Volume', VOLUME)}"
    quiz = write_quiz(tmp_path / "forms.xml", [asked.format("")])
    with stage(tmp_path) as forms:
        forms.sign_in(tmp_path / "results")
        forms.open(quiz, tmp_path / "images")
        box(forms, "Why").findChild(QLineEdit).setText("because it is")
        forms.click("closeButton")
        write_quiz(quiz, [asked.format(" MaxLength='6'")])
        forms.open(quiz, tmp_path / "images")
        assert box(forms, "Why").findChild(QLineEdit).text() == "because it is"


def test_what_has_its_height_leaves_no_gap_in_a_panel_with_room(tmp_path):
    questions = """<QuestionSet>
    <Question Type='Text' Descriptor='Why' Lines='3'><Option>Why</Option></Question>
    <Question Type='Ranking' Descriptor='Worst'><Option>a</Option><Option>b</Option></Question>
    </QuestionSet>"""
    write_images(tmp_path / "images")
    quiz = write_quiz(tmp_path / "forms.xml", ["|" + questions + image_element("Volume", VOLUME)])
    with stage(tmp_path) as forms:
        forms.open(quiz, tmp_path / "images")
        forms.slicer.panel.resize(420, 1200)
        forms.slicer.qt.processEvents()
        why, worst = box(forms, "Why"), box(forms, "Worst")
        parts = [why.findChild(QLabel), why.findChild(QTextEdit), worst.findChild(QLabel)]
        parts += [worst.findChild(QListWidget), worst.findChild(QPushButton)]
        boxes = [QRect(part.mapTo(forms.slicer.panel, QPoint(0, 0)), part.size()) for part in parts]
        gaps = [below.top() - above.bottom() for above, below in pairwise(boxes)]
        assert max(gaps) < 30
