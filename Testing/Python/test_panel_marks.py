"""A reader marks findings in the panel, with the mouse on the views, and Slicer's own markups."""

import pytest
import slicer
from panel_stage import VOLUME, image_element, stage, write_quiz
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QRadioButton, QWidget
from session_by_hand import page_of, saved
from test_panel_session import READER, Reader
from test_panel_tools import key

ASKED = """<QuestionSet><Question Type="Mark" ID="f" Descriptor="Findings" Tool="Point Ellipse Curve" Max="2">
<Question Type="Radio" Descriptor="Kind"><Option>solid</Option><Option>soft</Option></Question></Question>
<Question Type="InfoBox" ShowIf="count(f) ge 2"><Option>That are two.</Option></Question></QuestionSet>"""

SEEN = """<QuestionSet><Question Type="InfoBox"><Option>All seen.</Option></Question></QuestionSet>"""
TRIANGLE = ((50, 60), (120, 60), (80, 120))
LIMIT_S = 3


@pytest.fixture
def reader(tmp_path, images):
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, images, tmp_path / "results")


def button(reader, words):
    found = reader.stage.widget("formsContainer").findChildren(QPushButton)
    return next((each for each in found if each.text() == words and not each.isHidden()), None)


def texts(reader):
    labels = reader.stage.widget("formsContainer").findChildren(QLabel)
    return [label.text() for label in labels if not label.isHidden() and not label.parentWidget().isHidden()]


def mark(reader, tool, *pixels):
    button(reader, tool).click()
    for pixel in pixels:
        reader.stage.slicer.mice["Red"].click(pixel)
    reader.stage.slicer.check()


def test_findings_are_marked_with_slicers_markups_deleted_and_brought_back(reader, tmp_path):
    page = f'AllowMultipleResponse="Y"|{image_element("Volume", VOLUME)}{ASKED}'
    reader.sign_in(write_quiz(tmp_path / "marks.xml", [page]))
    wait = reader.stage.slicer.wait_until
    mark(reader, "Point", (50, 100))
    wait(lambda: any(text.startswith("1: Point") for text in texts(reader)))
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == 1
    assert "That are two." not in texts(reader)
    form_of_first, row_of_first = reader.box("Kind"), button(reader, "Go to")
    mark(reader, "Ellipse", (60, 60), (120, 100))
    wait(lambda: any(text.startswith("2: Ellipse") for text in texts(reader)))
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsClosedCurveNode") == 1
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsLineNode") == 0
    assert "That are two." in texts(reader)
    assert "There are 2 marks, as many as this question takes." in texts(reader)
    assert not button(reader, "Point").isEnabled()
    assert "Mark 2: Kind *" in texts(reader)
    # Of hundreds all would be made anew.
    assert form_of_first in reader.stage.widget("formsContainer").findChildren(QWidget)
    assert button(reader, "Go to") is row_of_first

    # The form of the newest mark has the keys.
    wait(lambda: isinstance(reader.stage.widget("formsContainer").window().focusWidget(), QRadioButton))
    kind = reader.stage.widget("formsContainer").window().focusWidget()
    assert (kind.text(), reader.box("Kind") is kind.parentWidget()) == ("solid", True)
    red = slicer.app.applicationLogic().GetSliceLogicByLayoutName("Red")
    here = red.GetSliceOffset()
    red.SetSliceOffset(here + 3 * red.GetLowestVolumeSliceSpacing()[2])
    button(reader, "Go to").click()
    assert red.GetSliceOffset() == pytest.approx(here)

    button(reader, "Delete").click()
    wait(lambda: button(reader, "Undo delete") is not None)
    assert not any(text.startswith("1: Point") for text in texts(reader))
    button(reader, "Undo delete").click()
    wait(lambda: any(text.startswith("1: Point") for text in texts(reader)))


def test_an_arrow_is_drawn_and_its_text_typed_and_it_is_there_again(reader, tmp_path):
    pages = [f"AllowMultipleResponse='Y'|{image_element('Volume', VOLUME)}{SEEN}", f"|{SEEN}"]
    reader.sign_in(write_quiz(tmp_path / "arrow.xml", pages))
    wait = reader.stage.slicer.wait_until
    section = reader.stage.widget("measuresSection")

    def field():
        return next(iter(section.findChildren(QLineEdit)), None)

    next(each for each in section.findChildren(QPushButton) if each.text() == "Arrow").click()
    for pixel in ((50, 60), (120, 100)):
        reader.stage.slicer.mice["Red"].click(pixel)
    wait(lambda: field() is not None and field().window().focusWidget() is field())
    assert not section.collapsed
    QTest.keyClicks(field(), "left apex ")
    assert field().text() == "left apex "
    assert [node.GetNthControlPointLabel(0) for node in curves("vtkMRMLMarkupsCurveNode")] == ["left apex"]
    reader.go()
    assert field() is None
    reader.go("previousButton")
    wait(lambda: field() is not None)
    assert field().text() == "left apex"
    (arrow,) = page_of(saved(reader.results / READER / "arrow" / "arrow.xml"), 1).findall("MeasurePath")
    assert arrow.get("Text") == "left apex"


def curves(kind="vtkMRMLMarkupsClosedCurveNode"):
    nodes = slicer.mrmlScene.GetNodesByClass(kind)
    nodes.UnRegister(None)
    return [nodes.GetItemAsObject(index) for index in range(nodes.GetNumberOfItems())]


def missing_after(reader, button_name):
    reader.click(button_name)
    return reader.missing()


def test_a_curve_in_hand_is_a_mark_when_the_reader_goes_on_and_is_on_no_other_modules_views(reader, tmp_path):
    ct = image_element("Volume", VOLUME)
    pages = [f"|{ct}{ASKED}{SEEN}", f'TimeLimit="{LIMIT_S}"|{ct}{ASKED}', f"|{ct}{ASKED}"]
    reader.sign_in(write_quiz(tmp_path / "marks.xml", pages))
    wait = reader.stage.slicer.wait_until
    kind = "Mark 1 of “Findings”: please choose an option of “Kind”."
    mark(reader, "Curve", *TRIANGLE[:2])
    assert not curves()[0].GetSaveWithScene()
    key(reader.stage, "Alt+R")
    reader.wait()
    assert curves() == [], "two points are no curve"

    mark(reader, "Curve", *TRIANGLE)
    reader.stage.slicer.enter("Data")
    assert [node.GetDisplayNode().GetVisibility() for node in curves()] == [0]
    reader.stage.slicer.enter()
    reader.wait()
    assert [node.GetDisplayNode().GetVisibility() for node in curves()] == [1]
    assert any(text.startswith("1: Curve") for text in texts(reader))
    button(reader, "Delete").click()

    mark(reader, "Curve", *TRIANGLE)
    assert missing_after(reader, "nextButton") == [kind.replace("1", "2")]
    reader.choose("Kind", "soft")
    mark(reader, "Curve", *TRIANGLE[:2])
    reader.go()
    assert "All seen." in texts(reader)
    assert [node.GetName() for node in curves() if node.GetDisplayNode().GetVisibility()] == ["2"]

    opened = reader.stage.slicer.logic.console.opened
    reader.go()
    mark(reader, "Curve", *TRIANGLE)
    wait(lambda: opened.answers.index == 2)
    reader.wait()
    mark(reader, "Curve", *TRIANGLE[:2])
    red = slicer.app.applicationLogic().GetSliceLogicByLayoutName("Red")
    red.SetSliceOffset(red.GetSliceOffset() + 2 * red.GetLowestVolumeSliceSpacing()[2])
    reader.stage.slicer.mice["Red"].click(TRIANGLE[2])
    assert missing_after(reader, "finishButton") == [kind]
    reader.choose("Kind", "soft")
    reader.click("finishButton")
    reader.stage.slicer.wait_until(lambda: reader.sees("finishNowButton"))
    reader.click("finishNowButton")
    is_usable = {words: button(reader, words).isEnabled() for words in ("Curve", "Go to", "Delete")}
    assert is_usable == {"Curve": False, "Go to": True, "Delete": False}
    reader.click("closeButton")

    root = saved(tmp_path / "results" / READER / "marks" / "marks.xml")
    found = [page_of(root, number).findall("QuestionSet/Question/MarkPath") for number in (1, 2, 3)]
    assert [[each.get("Deleted") for each in marks] for marks in found] == [["Y", None], [None], [None]]
    facts = ("View", "Slice", "Size", "Center")
    ((view, *_others),) = {tuple(map(each.get, facts)) for marks in found for each in marks}
    assert view == "Red"


def test_escape_puts_the_tool_of_a_mark_down(reader, tmp_path):
    reader.sign_in(write_quiz(tmp_path / "marks.xml", [f"|{image_element('Volume', VOLUME)}{ASKED}"]))
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    button(reader, "Point").click()
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    assert "Click on the finding." in texts(reader)
    key(reader.stage, "Esc")
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == 0
    assert button(reader, "Stop") is None

    # One tool at a time, and one that Escape puts down.
    mark(reader, "Curve", *TRIANGLE[:2])
    reader.click("measureButton")
    assert curves() == []
    assert "Click on points around it; then press “Done”." not in texts(reader)
    key(reader.stage, "Esc")
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    reader.click("measureButton")
    button(reader, "Point").click()
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    key(reader.stage, "Esc")
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform

    # What is measured besides lines is placed in the same way, and is no mark.
    section = reader.stage.widget("measuresSection")
    tools = {each.text(): each for each in section.findChildren(QPushButton)}
    assert not section.isHidden()
    tools["Box"].click()
    assert not button(reader, "Stop")
    for pixel in ((60, 60), (120, 100)):
        reader.stage.slicer.mice["Red"].click(pixel)
    reader.stage.slicer.wait_until(lambda: section.text() == "Measures (1)")
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsROINode") == 1
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    (told,) = [label.text() for label in section.findChildren(QLabel) if "mean 1000.0" in label.text()]
    assert told.startswith("1: Box 96.0 mm²") and ", Axial slice " in told
    deletes = [each for each in section.findChildren(QPushButton) if each.text() == "Delete"]
    deletes[0].click()
    assert section.text() == "Measures" and not tools["Undo delete"].isHidden()
    tools["Undo delete"].click()
    assert section.text() == "Measures (1)"
    assert not any(text.startswith("1: ") for text in texts(reader)), "no question has a mark"


def test_a_repetition_can_be_removed_again_once_all_that_was_marked_and_measured_is_deleted(reader, tmp_path):
    page = f'Loop="Y"|{image_element("Volume", VOLUME)}{ASKED}'
    reader.sign_in(write_quiz(tmp_path / "marks.xml", [page]))
    reader.go("repeatButton")
    assert reader.sees("removeRepeatButton")
    wait, section = reader.stage.slicer.wait_until, reader.stage.widget("measuresSection")
    mark(reader, "Point", (50, 100))
    wait(lambda: not reader.sees("removeRepeatButton"))
    next(each for each in section.findChildren(QPushButton) if each.text() == "Box").click()
    for pixel in ((60, 60), (120, 100)):
        reader.stage.slicer.mice["Red"].click(pixel)
    wait(lambda: section.text() == "Measures (1)")
    button(reader, "Delete").click()
    assert not reader.sees("removeRepeatButton")
    next(each for each in section.findChildren(QPushButton) if each.text() == "Delete").click()
    assert reader.sees("removeRepeatButton")
    reader.go("removeRepeatButton")
    assert not reader.text("titleLabel").endswith("-Rep1")


def test_all_tools_and_the_buttons_of_marks_are_within_a_panel_of_300_pixels(reader, tmp_path):
    asked = ASKED.replace('"Point Ellipse Curve"', '"Point Line Angle Box Ellipse Curve"')
    page = f'AllowMultipleResponse="Y"|{image_element("Volume", VOLUME)}{asked}'
    reader.sign_in(write_quiz(tmp_path / "marks.xml", [page]))
    mark(reader, "Ellipse", (60, 60), (120, 100))
    reader.stage.slicer.wait_until(lambda: any("mean" in text for text in texts(reader)))
    measures = reader.stage.widget("measuresSection")
    measures.setProperty("collapsed", False)
    next(each for each in measures.findChildren(QPushButton) if each.text() == "Ellipse").click()
    for pixel in ((70, 70), (110, 110)):
        reader.stage.slicer.mice["Red"].click(pixel)
    reader.stage.slicer.wait_until(
        lambda: any("mean" in each.text() for each in measures.findChildren(QLabel))
    )
    assert reader.stage.sees("measuresBox")
    assert reader.stage.widget("middle").minimumSizeHint().width() <= 300
