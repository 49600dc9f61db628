"""Tab goes through the panel as it is seen, whatever came and went meanwhile."""

import pytest
from panel_stage import LABELS, VOLUME, image_element, stage, write_quiz
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from test_panel_marks import button, mark, texts
from test_panel_session import Reader

ASKED = """<QuestionSet Descriptor="Reading">
<Question Type="CheckBox" Descriptor="Signs"><Option>Halo</Option><Option>Rim</Option></Question>
<Question Type="Mark" Descriptor="Findings" Tool="Point" Min="0">
<Question Type="DropDown" Descriptor="Kind"><Option>solid</Option></Question></Question>
<Question Type="Text" Descriptor="Why"><Option>Why</Option></Question></QuestionSet>"""
ROIS = "<ROIs ROIVisibilityCode='All'/>"


@pytest.fixture
def reader(tmp_path, images):
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, images, tmp_path / "results")


def name_of(widget):
    """Its name in the module, else what is seen of it."""
    text = "" if isinstance(widget, QLineEdit) else getattr(widget, "text", lambda: "")()
    return widget.objectName() or text or type(widget).__name__


def all_stops(reader):
    """The widgets that have the keys, by Tab alone, until the first has them again."""
    first = reader.stage.widget("resetViewButton")
    found = [first]
    first.setFocus(Qt.TabFocusReason)
    while len(found) < 100:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key_Tab)
        if QApplication.focusWidget() is first:
            return found
        found.append(QApplication.focusWidget())
    raise AssertionError("Tab never comes back")


def test_tab_goes_from_the_head_over_the_questions_and_regions_to_the_foot(reader, tmp_path):
    shown = image_element("Volume", VOLUME) + image_element("LabelMap", LABELS, more=ROIS)
    reader.sign_in(write_quiz(tmp_path / "tab.xml", [f"|{shown}{ASKED}"]))
    reader.stage.slicer.main_window.activateWindow()
    wait = reader.stage.slicer.wait_until
    wait(reader.stage.slicer.main_window.isActiveWindow)
    for count, pixel in enumerate(((50, 100), (60, 60)), start=1):
        mark(reader, "Point", pixel)
        wait(lambda count=count: any(text.startswith(f"{count}: Point") for text in texts(reader)))
    # The first mark comes back after the second, and its form with it.
    button(reader, "Delete").click()
    wait(lambda: button(reader, "Undo delete") is not None)
    button(reader, "Undo delete").click()
    wait(lambda: any(text.startswith("1: Point") for text in texts(reader)))
    stops = all_stops(reader)
    names = [name_of(each) for each in stops]
    as_seen = ("measureButton", "Halo", "Point", "legendFilterEdit", "finishButton", "menuButton")
    at = [names.index(name) for name in as_seen]
    assert at == sorted(at)
    questions = [each for each in stops if reader.stage.widget("formsContainer").isAncestorOf(each)]
    assert [name_of(each) for each in questions] == [
        *("Halo", "Rim", "Point", "Go to", "Delete", "Go to", "Delete", "QComboBox", "QComboBox"),
        "QLineEdit",
    ]
    heights = [each.mapTo(each.window(), QPoint(0, 0)).y() for each in questions]
    assert heights == sorted(heights)
