"""The question sets of a page as forms."""

import pytest
import slicer
from panel_stage import VOLUME, image_element, stage, write_images, write_quiz
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QGroupBox, QLabel, QLineEdit, QPushButton, QRadioButton

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
    return next(b for b in forms.widget("formsContainer").findChildren(QGroupBox) if b.title() == title)


def test_every_type_of_question_has_its_form(forms):
    assert [button.text() for button in box(forms, "Side").findChildren(QRadioButton)] == ["Left", "Right"]
    assert [b.text() for b in box(forms, "Signs").findChildren(QCheckBox)] == ["Halo", "<b>Spiculae", "None"]
    assert box(forms, "How many").findChild(QLineEdit).placeholderText() == "1 to 9"
    assert box(forms, "How large").findChild(QLineEdit).placeholderText() == "at least 0.5"
    assert box(forms, "Note").findChild(QLabel).text() == "Look <closely>"
    picture, message = box(forms, "Example").findChildren(QLabel)
    assert (picture.pixmap().width(), picture.pixmap().height()) == (320, 160)
    assert "gone.png" in message.text()
    assert not box(forms, "Measure").findChild(QPushButton).isEnabled()


def test_boxes_stand_beside_or_below_each_other_as_the_quiz_says(forms):
    forms.slicer.panel.resize(420, 1200)
    forms.slicer.qt.processEvents()
    halo, spiculae, _ = box(forms, "Signs").findChildren(QCheckBox)
    left, right = box(forms, "Side").findChildren(QRadioButton)

    assert halo.y() == spiculae.y()
    assert halo.x() < spiculae.x()
    assert left.x() == right.x()
    assert left.y() < right.y()


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
    assert forms.widget("formsContainer").findChildren(QGroupBox) == []
    forms.turn_to("previousButton", 0)
    assert given() == expected

    slicer.mrmlScene.Clear(0)
    forms.click("openButton")
    forms.wait_for_page(0)
    assert given() == expected
