"""The question sets of a page as forms."""

import pytest
import slicer
from panel_stage import VOLUME, image_element, stage, write_images, write_quiz
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSlider,
    QTextEdit,
    QWidget,
)
from session_by_hand import page_of, saved

ALL_TYPES = """|<QuestionSet ID='first' Descriptor='About the lesion'>
 <Question Type='Radio' Descriptor='Side'><Option>Left</Option><Option>Right</Option></Question>
 <Question Type='CheckBox' Descriptor='Signs' GroupLayout='Horizontal'>
  <Option>Halo</Option><Option>&lt;b&gt;Spiculae</Option><Option>None</Option></Question>
 <Question Type='Text' Descriptor='Why'><Option>Why</Option></Question>
 <Question Type='IntegerValue' Descriptor='How many' Min='1' Max='9'><Option>n</Option></Question>
 <Question Type='FloatValue' Descriptor='How large' Min='0.5'><Option>mm</Option></Question>
 <Question Type='InfoBox' Descriptor='Note'><Option>Look &lt;closely&gt;</Option></Question>
 <Question Type='Picture' Descriptor='Example'><Option>wide.png</Option><Option>gone.png</Option></Question>
 <Question Type='Button' Descriptor='Measure'><Option>script.py</Option></Question>
</QuestionSet>"""


@pytest.fixture
def forms(tmp_path):
    image = QImage(800, 400, QImage.Format_RGB32)
    image.fill(0xFF0000)
    image.save(str(tmp_path / "wide.png"))
    volume = image_element("Volume", VOLUME)
    write_images(tmp_path / "images")
    quiz = write_quiz(tmp_path / "forms.xml", [ALL_TYPES + volume, f"|{volume}"])
    with stage(tmp_path) as on_stage:
        on_stage.open(quiz, tmp_path / "images")
        yield on_stage


def box(forms, title):
    found = forms.widget("formsContainer").findChildren(QWidget)
    return next(each for each in found if each.accessibleName() == title)


def test_every_type_of_question_has_its_form(forms):
    titles = [label.text() for label in forms.widget("formsContainer").findChildren(QLabel)]
    assert "About the lesion" in titles and "first" not in titles
    assert [button.text() for button in box(forms, "Side").findChildren(QRadioButton)] == ["Left", "Right"]
    assert [b.text() for b in box(forms, "Signs").findChildren(QCheckBox)] == ["Halo", "<b>Spiculae", "None"]
    assert box(forms, "How many").findChild(QLineEdit).placeholderText() == "1 to 9"
    assert box(forms, "How large").findChild(QLineEdit).placeholderText() == "at least 0.5"
    title, text, _mark = box(forms, "Note").findChildren(QLabel)
    assert (title.text(), text.text()) == ("Note", "Look <closely>")
    _title, picture, message, _mark = box(forms, "Example").findChildren(QLabel)
    assert (picture.pixmap().width(), picture.pixmap().height()) == (270, 135)
    assert "gone.png" in message.text()
    assert not box(forms, "Measure").findChild(QPushButton).isEnabled()


def test_boxes_stand_beside_each_other_where_all_fit_or_the_quiz_says_so(forms):
    forms.slicer.panel.resize(420, 1200)
    halo, spiculae, _ = box(forms, "Signs").findChildren(QCheckBox)
    left, right = box(forms, "Side").findChildren(QRadioButton)
    forms.slicer.wait_until(lambda: halo.x() < spiculae.x() and left.x() < right.x())

    assert halo.y() == spiculae.y()
    assert left.y() == right.y()


def test_where_a_reader_is_breaks_between_sentences_only(forms):
    label = forms.widget("positionLabel")
    shown = label.text().split("Page ")[-1]
    assert "Page 1 of" in forms.text("positionLabel") and " of" not in shown.replace(". ", "")
    forms.slicer.panel.resize(300, 900)
    forms.slicer.wait_until(lambda: label.width() < 300)
    sentences = label.text().split(". ")
    assert max(label.fontMetrics().horizontalAdvance(each) for each in sentences) <= label.width()


def test_answers_are_there_again_on_return_and_after_the_scene_was_closed(forms):
    box(forms, "Side").findChildren(QRadioButton)[1].click()
    for sign in box(forms, "Signs").findChildren(QCheckBox)[:2]:
        sign.click()
    box(forms, "Why").findChild(QLineEdit).setText("café <b>")
    forms.slicer.check()

    def given():
        return (
            [button.isChecked() for button in box(forms, "Side").findChildren(QRadioButton)],
            [sign.isChecked() for sign in box(forms, "Signs").findChildren(QCheckBox)],
            box(forms, "Why").findChild(QLineEdit).text(),
        )

    expected = ([False, True], [True, True, False], "café <b>")
    forms.turn_to("nextButton", 1)
    assert forms.widget("formsContainer").findChildren(QLineEdit) == []
    forms.turn_to("previousButton", 0)
    assert given() == expected

    slicer.mrmlScene.Clear(0)
    forms.click("openButton")
    forms.wait_for_page(0)
    assert given() == expected


LONG = (
    "Is there a lesion in the right upper lobe that you would biopsy &amp; follow up within three months, and"
    " how sure are you of it?"
)


def test_long_texts_are_wrapped_and_an_ampersand_is_an_ampersand(tmp_path):
    """Slicer's module panel never scrolls sideways: what does not wrap makes the whole panel wider."""
    signs = "".join(f"<Option>{place} lobe</Option>" for place in ("first", "second", "third", "fourth"))
    quiz = write_quiz(
        tmp_path / "long.xml",
        [
            f"""Descriptor='{LONG[:60]}'|<QuestionSet Descriptor='{LONG}'>
            <Question Type='Radio' Descriptor='{LONG}'>
            <Option>{LONG}</Option><Option>R &amp; D</Option></Question>
            <Question Type='CheckBox' Descriptor='Where' GroupLayout='Horizontal'>{signs}</Question>
            <Question Type='Text' Descriptor='Why'><Option>{LONG}</Option></Question>
            <Question Type='Button' Descriptor='Run'><Option>{"a/" * 40}script.py</Option></Question>
            </QuestionSet>"""
        ],
    )
    with stage(tmp_path) as forms:
        forms.open(quiz, tmp_path)
        assert forms.slicer.panel.minimumSizeHint().width() < 320
        text = LONG.replace("&amp;", "&")
        assert box(forms, text).findChild(QLabel).text() == f"1. {text} *"
        long, short = box(forms, text).findChildren(QRadioButton)
        assert long.text().replace("&&", "&").split() == text.split()
        assert "\n" in long.text()
        assert short.text() == "R && D"
        assert long.y() < short.y()
        forms.slicer.panel.resize(420, 900)
        forms.slicer.qt.processEvents()
        first, second, third, fourth = box(forms, "Where").findChildren(QCheckBox)
        assert first.y() == second.y() < third.y() == fourth.y()


def test_fields_keep_their_height_beside_a_long_sentence_in_slicers_scroll_area(forms):
    from PySide6.QtWidgets import QScrollArea

    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(forms.slicer.panel)
    area.resize(340, 520)
    area.show()
    label = forms.widget("saveLabel")
    label.setVisible(True)
    label.setText("The last change is not saved yet (the results folder does not exist). " * 6)
    for _ in range(3):
        forms.slicer.qt.processEvents()

    fields = forms.widget("formsContainer").findChildren(QLineEdit)
    assert all(field.height() == field.sizeHint().height() for field in fields)
    assert label.height() >= label.heightForWidth(label.width())
    forms.slicer.panel.setParent(None)


def test_questions_come_and_go_with_the_answers_and_keep_what_was_answered(tmp_path):
    questions = """<QuestionSet Descriptor='Reading'>
    <Question ID='lesion' Type='Radio' Descriptor='Lesion'><Option>yes</Option><Option>no</Option></Question>
    <Question ID='size' Type='IntegerValue' Descriptor='Size' ShowIf="lesion = 'yes'"><Option/></Question>
    <Question Type='Text' Descriptor='Why' ShowIf='size ge 5'><Option>Why</Option></Question></QuestionSet>"""
    write_images(tmp_path / "images")
    image = image_element("Volume", VOLUME)
    quiz = write_quiz(tmp_path / "forms.xml", ["|" + questions + image])
    with stage(tmp_path) as forms:
        forms.sign_in(tmp_path / "results")
        forms.open(quiz, tmp_path / "images")

        def shown():
            return [title for title in ("Lesion", "Size", "Why") if not box(forms, title).isHidden()]

        yes, no = box(forms, "Lesion").findChildren(QRadioButton)
        assert shown() == ["Lesion"]
        yes.click()
        assert shown() == ["Lesion", "Size"]
        box(forms, "Size").findChild(QLineEdit).setText("7")
        forms.slicer.wait_until(lambda: shown() == ["Lesion", "Size", "Why"])
        no.click()
        assert shown() == ["Lesion"]
        yes.click()
        assert shown() == ["Lesion", "Size", "Why"]
        assert box(forms, "Size").findChild(QLineEdit).text() == "7"
        no.click()
        forms.click("finishButton")
        forms.slicer.wait_until(lambda: forms.sees("finishNowButton"))
        forms.click("finishNowButton")
    asked = page_of(saved(tmp_path / "results" / "Ann" / "forms" / "forms.xml"), 1).iter("Question")
    told = [[(each.text, each.get("NotAsked")) for each in one.iter("Response")] for one in asked]
    assert told == [[("N", None), ("Y", None)], [("7", None), (None, "Y")], [(None, "Y")]]


def test_lists_sliders_matrices_and_long_texts_are_answered(tmp_path):
    questions = """<QuestionSet Descriptor='Reading'>
    <Question Type='DropDown' Descriptor='Side'><Option>Left</Option><Option>Right</Option></Question>
    <Question Type='Slider' Descriptor='Sure' Max='10' Step='2.5' Unit='%'><Option>no</Option></Question>
    <Question Type='Matrix' Descriptor='Good'><Row>Sharp</Row><Row>Noise</Row>
    <Option>bad</Option><Option>good</Option></Question>
    <Question Type='Text' Descriptor='Why' Lines='3'><Option>Why</Option></Question>
    <Question Type='FloatValue' Descriptor='Size' Unit='mm'><Option>Size</Option></Question></QuestionSet>"""
    write_images(tmp_path / "images")
    quiz = write_quiz(tmp_path / "forms.xml", ["|" + questions + image_element("Volume", VOLUME)])
    with stage(tmp_path) as forms:
        forms.open(quiz, tmp_path / "images")
        answers = forms.slicer.logic.console.opened.answers

        def given():
            return [answers.answer(answers.pages[0], 0, number) for number in range(5)]

        slider = box(forms, "Sure").findChild(QSlider)
        words = [label.text() for label in box(forms, "Sure").findChildren(QLabel)]
        assert given() == [("N", "N"), ("",), ("", ""), ("",), ("",)]
        assert (slider.value(), words[1:3]) == (-1, ["no", "not answered yet"])
        box(forms, "Side").findChild(QComboBox).setCurrentIndex(2)
        slider.triggerAction(QSlider.SliderSingleStepAdd)
        assert slider.value() == 0
        slider.triggerAction(QSlider.SliderSingleStepAdd)
        for row, button in (("Sharp", 1), ("Noise", 0)):
            of_row = next(
                each for each in box(forms, "Good").findChildren(QWidget) if each.accessibleName() == row
            )
            of_row.findChildren(QRadioButton)[button].click()
        box(forms, "Why").findChild(QTextEdit).setPlainText("one\ntwo")
        box(forms, "Size").findChild(QLineEdit).setText("2,5")
        forms.slicer.wait_until(lambda: given()[4] == ("2,5",))
        assert given() == [("N", "Y"), ("2.5",), ("good", "bad"), ("one\ntwo",), ("2,5",)]
        assert "2.5 %" in [label.text() for label in box(forms, "Sure").findChildren(QLabel)]
        assert {"mm", "read as 2.5"} <= {label.text() for label in box(forms, "Size").findChildren(QLabel)}
        forms.slicer.check()


def turn_the_wheel_down_over(widget):
    window = widget.window()
    middle = QPointF(widget.mapTo(window, widget.rect().center()))
    QTest.wheelEvent(window.windowHandle(), middle, QPoint(0, -120))
    QApplication.processEvents()


def test_a_wheel_over_an_answer_scrolls_the_form_and_answers_nothing(tmp_path):
    more = "".join(
        f"<Question Type='Text' Descriptor='Why {number}'><Option>Why</Option></Question>"
        for number in range(40)
    )
    questions = f"""<QuestionSet Descriptor='Reading'>
    <Question Type='DropDown' Descriptor='Side'><Option>Left</Option><Option>Right</Option></Question>
    <Question Type='Slider' Descriptor='Sure' Max='10'/>{more}</QuestionSet>"""
    write_images(tmp_path / "images")
    quiz = write_quiz(tmp_path / "forms.xml", ["|" + questions + image_element("Volume", VOLUME)])
    with stage(tmp_path) as forms:
        forms.open(quiz, tmp_path / "images")
        answers = forms.slicer.logic.console.opened.answers
        side, sure = box(forms, "Side").findChild(QComboBox), box(forms, "Sure").findChild(QSlider)
        side.setCurrentIndex(1)
        bar = forms.widget("middleArea").verticalScrollBar()
        forms.slicer.wait_until(lambda: bar.maximum() > 0)

        for widget in (side, sure):
            bar.setValue(0)
            turn_the_wheel_down_over(widget)
            assert bar.value() > 0
            assert not widget.hasFocus()
        forms.slicer.check()
        assert (side.currentIndex(), sure.value()) == (1, -1)
        assert [answers.answer(answers.pages[0], 0, number) for number in (0, 1)] == [("Y", "N"), ("",)]
        assert "0 ‒ 10" in [label.text() for label in box(forms, "Sure").findChildren(QLabel)]


def test_a_wheel_over_the_fields_of_the_quiz_chooses_no_other_one(tmp_path):
    with stage(tmp_path) as forms:
        field = forms.widget("quizPathEdit").findChild(QComboBox)
        field.addItems(["first.xml", "second.xml"])
        field.setCurrentIndex(0)
        forms.slicer.qt.processEvents()
        turn_the_wheel_down_over(field)
        assert field.currentText() == "first.xml"


def test_a_digit_in_the_panel_answers_the_first_open_question_and_typed_ones_are_text(tmp_path):
    questions = """<QuestionSet Descriptor='Reading'>
    <Question Type='Radio' Descriptor='Side'><Option>Left</Option><Option>Right</Option></Question>
    <Question Type='DropDown' Descriptor='Grade'><Option>I</Option><Option>II</Option></Question>
    <Question Type='Text' Descriptor='Why'><Option>Why</Option></Question></QuestionSet>"""
    write_images(tmp_path / "images")
    page = f"EnableSegmentEditor='Y'|{questions}{image_element('Volume', VOLUME)}"
    quiz = write_quiz(tmp_path / "forms.xml", [page, "|" + questions])
    with stage(tmp_path) as forms:
        forms.open(quiz, tmp_path / "images")
        forms.slicer.main_window.activateWindow()
        forms.slicer.wait_until(forms.slicer.main_window.isActiveWindow)
        answers = forms.slicer.logic.console.opened.answers

        def answered():
            return [answers.answer(answers.pages[0], 0, number) for number in (0, 1, 2)]

        def press(widget, key, modifiers=Qt.NoModifier):
            widget.setFocus()
            QTest.keyClick(widget, key, modifiers)
            forms.slicer.check()

        left, right = box(forms, "Side").findChildren(QRadioButton)
        used = [
            each for each in forms.slicer.main_window.findChildren(QShortcut) if each.key().toString() == "2"
        ]
        taken = []
        used[0].activated.connect(lambda: taken.append("2"))
        press(forms.widget("nextButton"), Qt.Key_2)
        assert taken == ["2"], "the segment editor has the digits"
        assert answered() == [("N", "N"), ("N", "N"), ("",)]

        press(left, Qt.Key_2, Qt.AltModifier)
        press(left, Qt.Key_3)
        assert answered()[0] == ("N", "N")
        press(left, Qt.Key_2)
        assert (right.isChecked(), answered()[0]) == (True, ("N", "Y"))
        press(left, Qt.Key_1)
        assert box(forms, "Grade").findChild(QComboBox).currentText() == "I"
        line = box(forms, "Why").findChild(QLineEdit)
        press(line, Qt.Key_2)
        assert (line.text(), taken) == ("2", ["2"])
        assert answered()[:2] == [("N", "Y"), ("Y", "N")]

        forms.turn_to("nextButton", 1)
        press(forms.widget("nextButton"), Qt.Key_1)
        assert answers.answer(answers.pages[1], 0, 0) == ("Y", "N")
