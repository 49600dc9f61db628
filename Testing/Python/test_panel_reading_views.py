"""A reader in the panel and the slice views: where they are, how he left them, and when they do not load."""

import csv
import re

import pytest
import slicer
from panel_stage import QUESTIONS, VOLUME, image_element, stage, write_quiz
from PySide6.QtCore import QPoint
from slicer_window import PIXELS
from test_panel_session import READER, SAMPLES, Reader


@pytest.fixture
def reader(tmp_path, images):
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, images, tmp_path / "results")


def test_the_log_of_a_page_knows_where_its_views_are_on_the_screen(reader, tmp_path):
    log = f"UserInteractionLog='Y'|{image_element('Volume', VOLUME)}{QUESTIONS}"
    quiz = write_quiz(tmp_path / "log.xml", [log, f"|{QUESTIONS}"])
    reader.sign_in(quiz)
    reader.go()

    path = reader.results / READER / "log" / "PgGroup1_Case 1" / "UserInteractionLog.csv"
    with path.open(encoding="utf-8", newline="") as file:
        corners = {row["Location"]: row for row in csv.DictReader(file) if row["ViewName"] == "Red"}
    # In Qt's pixels, of which each is two of the screen's.
    shown = reader.stage.slicer.layout_manager.sliceWidget("Red").sliceView()
    corner = shown.mapToGlobal(QPoint(0, 0))
    left, top = corner.x() * PIXELS, corner.y() * PIXELS
    assert left > 0
    assert top > 0
    right, bottom = left + shown.width() * PIXELS - 1, top + shown.height() * PIXELS - 1
    for name, x, y in (("TopLeft", left, top), ("BottomRight", right, bottom)):
        assert (float(corners[name]["X"]), float(corners[name]["Y"])) == (x, y)


def test_the_views_are_as_the_reader_left_them_after_another_module_and_in_the_next_session(tmp_path, images):
    quiz = write_quiz(tmp_path / "scroll.xml", [f"|{image_element('Volume', VOLUME)}{QUESTIONS}"])

    def red():
        return slicer.app.applicationLogic().GetSliceLogicByLayoutName("Red").GetSliceNode()

    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, tmp_path / "results")
        reader.sign_in(quiz)
        red().SetSliceOffset(7.5)
        display = on_stage.slicer.logic.nodes(0)[0].GetDisplayNode()
        display.SetWindowLevel(321, 123)
        on_stage.slicer.enter("Data")
        red().SetSliceOffset(-3)
        on_stage.slicer.enter()
        reader.wait()
        assert red().GetSliceOffset() == 7.5
        assert (display.GetWindow(), display.GetLevel()) == (321, 123)
        on_stage.slicer.enter("Data")
        red().SetSliceOffset(-3)
        # Slicer is left from the other module.
    text = (tmp_path / "results" / READER / "scroll" / "scroll.xml").read_text(encoding="utf-8")
    (state,) = re.findall(r"<State [^>]*>", text)
    assert 'SliceOffset="7.5"' in state
    assert 'Window="321.0"' in state
    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, tmp_path / "results")
        reader.open()
        assert red().GetSliceOffset() == 7.5


def test_a_reader_who_cancels_loading_sees_nothing_to_answer_and_loads_the_page_again(reader):
    reader.stage.choose(SAMPLES / "bookmarks.xml", reader.images)
    reader.stage.widget("readerEdit").setText(READER)
    reader.stage.widget("resultsFolderEdit").setProperty("currentPath", str(reader.results))
    reader.click("openButton")
    reader.click("cancelButton")
    # The very first page: there is nothing to see yet, and a way on.
    assert reader.text("messageLabel") == "Loading was cancelled."
    assert not reader.sees("pageSection")
    reader.click("loadAgainButton")
    reader.wait()
    assert not reader.sees("loadAgainButton")
    assert not reader.sees("messageLabel")
    reader.choose("Your scale", "Strict")

    reader.click("nextButton")
    reader.click("cancelButton")

    assert reader.titles() == []
    assert not reader.enabled("nextButton")
    assert not reader.enabled("previousButton")
    reader.click("loadAgainButton")
    reader.wait()
    assert reader.titles() == ["Rating"]
    reader.go("bookmarkButton")
    assert reader.chosen("Your scale") == ["Strict"]


def test_an_author_who_cancels_the_first_page_loads_it_again(reader):
    reader.stage.choose(SAMPLES / "bookmarks.xml", reader.images)
    reader.click("openButton")
    reader.click("cancelButton")
    assert reader.sees("loadAgainButton")
    reader.click("loadAgainButton")
    reader.wait()
    assert reader.text("titleLabel") == "Calibration"
