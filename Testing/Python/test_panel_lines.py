"""A reader measures lines in the panel, with the mouse on the views."""

import numpy as np
import pytest
import slicer
import vtk
from panel_stage import QUESTIONS, VOLUME, image_element, stage, write_quiz
from PIL import Image as Picture
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from QuizLoaderLib.session import storage
from test_panel_session import Reader
from test_panel_tools import key

CT = f"Volume-{VOLUME}"


@pytest.fixture
def reader(tmp_path, images):
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, images, tmp_path / "results")


def measure(reader, start, end, view="Red"):
    key(reader.stage, "Alt+L")
    mouse = reader.stage.slicer.mice[view]
    mouse.click(start)
    mouse.click(end)
    reader.stage.slicer.check()


def listed(reader):
    lines = reader.stage.widget("linesList")
    return [lines.item(row).text() for row in range(lines.count())]


def wait_for(reader, texts):
    reader.stage.slicer.wait_until(lambda: listed(reader) == texts)


def line_nodes():
    nodes = slicer.mrmlScene.GetNodesByClass("vtkMRMLMarkupsLineNode")
    nodes.UnRegister(None)
    return [nodes.GetItemAsObject(index) for index in range(nodes.GetNumberOfItems())]


def test_on_a_picture_lines_are_in_pixels_and_the_view_says_that_it_is_not_calibrated(reader, tmp_path):
    Picture.fromarray(np.zeros((100, 100), np.uint8)).save(reader.images / "photo.png")
    quiz = write_quiz(
        tmp_path / "photo.xml", [f"|{image_element('Vector', 'photo.png')}{QUESTIONS}", f"|{QUESTIONS}"]
    )
    reader.sign_in(quiz)
    edge = vtk.vtkCornerAnnotation.UpperEdge
    red = reader.stage.slicer.layout_manager.sliceWidget("Red").sliceView()
    assert red.cornerAnnotation().GetText(edge) == "not calibrated"
    measure(reader, (50, 100), (150, 100))
    # The picture fills the view, two of its pixels for one of its own.
    wait_for(reader, ["Line 1: 50.0 px, Vector-photo.png"])
    reader.go()
    assert red.cornerAnnotation().GetText(edge) == ""


def test_escape_ends_a_measurement_also_where_the_segment_editor_has_that_key(reader, tmp_path):
    quiz = write_quiz(
        tmp_path / "draw.xml",
        [f"EnableSegmentEditor='Y'|{image_element('Volume', VOLUME)}{QUESTIONS}"],
    )
    reader.sign_in(quiz)
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    key(reader.stage, "Alt+L")
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    key(reader.stage, "Esc")
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    assert line_nodes() == []
    assert listed(reader) == []
    # It is the editor's again.
    assert [each.key().toString() for each in enabled_shortcuts(reader)].count("Esc") == 1
    measure(reader, (50, 100), (150, 100))
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}"])
    assert [each.key().toString() for each in enabled_shortcuts(reader)].count("Esc") == 1


def enabled_shortcuts(reader):
    window = reader.stage.slicer.main_window
    return [each for each in window.findChildren(QShortcut) if each.isEnabled()]


def test_an_answer_lets_go_of_the_keys_when_the_pointer_is_over_a_view(reader, tmp_path):
    text = "<QuestionSet><Question Type='Text'><Option>Remark</Option></Question></QuestionSet>"
    quiz = write_quiz(tmp_path / "text.xml", [f"|{image_element('Volume', VOLUME)}{text}"])
    reader.sign_in(quiz)
    slicer_window = reader.stage.slicer.main_window
    slicer_window.activateWindow()
    reader.stage.slicer.panel.activateWindow()
    field = reader.stage.widget("formsContainer").findChildren(QLineEdit)[0]
    reader.stage.slicer.wait_until(field.window().isActiveWindow)
    field.setFocus()
    QTest.keyClicks(QApplication.focusWidget(), "round")
    assert field.text() == "round"
    reader.stage.slicer.mice["Red"].move((60, 60))
    reader.stage.slicer.check()
    assert not field.hasFocus()
    field.setFocus()
    assert field.hasFocus(), "whoever clicks it goes on there"


def test_where_the_journal_is_full_a_line_stays_and_it_is_said_why(reader, tmp_path, monkeypatch):
    reader.sign_in(write_quiz(tmp_path / "ct.xml", [f"|{image_element('Volume', VOLUME)}{QUESTIONS}"]))
    measure(reader, (50, 100), (150, 100))
    reader.stage.slicer.wait_until(lambda: list((tmp_path / "results").rglob("*_quizline.mrk.json")))
    (before,) = listed(reader)
    assert not reader.sees("linesNoteLabel")
    monkeypatch.setattr(storage, "MOST_BYTES", 1)
    reader.stage.widget("linesList").setCurrentRow(0)
    reader.stage.slicer.wait_until(reader.stage.widget("deleteLineButton").isEnabled)
    reader.click("deleteLineButton")
    assert reader.text("linesNoteLabel").startswith(
        "This is not saved, since the journal of this quiz is full"
    )
    assert listed(reader) == [before] and len(line_nodes()) == 1
