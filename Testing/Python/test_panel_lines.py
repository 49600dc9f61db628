"""A reader measures lines in the panel, with the mouse on the views."""

import json

import numpy as np
import pytest
import slicer
import vtk
from panel_stage import QUESTIONS, VOLUME, image_element, stage, write_quiz
from PIL import Image as Picture
from PySide6.QtGui import QShortcut
from test_panel_session import READER, Reader
from test_panel_tools import key

CT = f"Volume-{VOLUME}"


@pytest.fixture
def reader(tmp_path, images):
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, images, tmp_path / "results")


@pytest.fixture
def quiz(tmp_path):
    """Two lines are asked for on the first page, which shows its image on two views; the second has none."""
    red = image_element("Volume", VOLUME).replace("<Image ", "<Image MinMarkupLinesRequired='2' ")
    green = image_element("Volume", VOLUME, "Green", "Coronal").replace(
        "<Image ", "<Image MinMarkupLinesRequired='2' "
    )
    return write_quiz(
        tmp_path / "lines.xml",
        [
            f"AllowMultipleResponse='Y'|{red}{green}{QUESTIONS}",
            f"|{image_element('Volume', VOLUME)}{QUESTIONS}",
        ],
    )


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


def files(reader):
    """The first line's first: its file has no number."""
    found = (reader.results / READER / "lines").rglob("*.mrk.json")
    return sorted(found, key=lambda path: len(path.name))


def test_a_page_is_passed_when_two_lines_were_measured(reader, quiz):
    reader.sign_in(quiz)
    assert reader.missing() == [f"Please measure at least 2 lines on the image “{CT}” (0 so far)."]

    measure(reader, (50, 100), (150, 100))
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}"])
    assert reader.missing() == [f"Please measure at least 2 lines on the image “{CT}” (1 so far)."]
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    measure(reader, (100, 40), (100, 100))
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}", f"Line 2: 12.0 mm, {CT}"])
    assert reader.missing() == []
    reader.go()

    assert reader.text("titleLabel") == "Case 2"
    assert line_nodes() == []
    # In mm, LPS: 10 mm to either side of the middle, and up from it.
    points = [
        [
            point["position"][:2]
            for point in json.loads(path.read_text(encoding="utf-8"))["markups"][0]["controlPoints"]
        ]
        for path in files(reader)
    ]
    assert points[0] == [pytest.approx((-10, 0), abs=0.2), pytest.approx((10, 0), abs=0.2)]
    assert points[1] == [pytest.approx((0, -12), abs=0.2), pytest.approx((0, 0), abs=0.2)]


def test_lines_come_back_and_one_that_is_deleted_does_not(reader, quiz):
    reader.sign_in(quiz)
    measure(reader, (50, 100), (150, 100))
    measure(reader, (100, 40), (100, 100))
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}", f"Line 2: 12.0 mm, {CT}"])
    reader.go()
    reader.go("previousButton")
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}", f"Line 2: 12.0 mm, {CT}"])
    assert len(files(reader)) == 2

    reader.stage.widget("linesList").setCurrentRow(0)
    reader.stage.widget("linesList").itemClicked.emit(reader.stage.widget("linesList").item(0))
    reader.click("deleteLineButton")

    wait_for(reader, [f"Line 2: 12.0 mm, {CT}"])
    assert len(files(reader)) == 1
    assert reader.missing() == [f"Please measure at least 2 lines on the image “{CT}” (1 so far)."]
    reader.click("nextButton")
    assert reader.text("titleLabel") == "Case 1"


def test_the_length_follows_an_end_that_is_dragged(reader, quiz):
    reader.sign_in(quiz)
    measure(reader, (50, 100), (150, 100))
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}"])
    reader.stage.slicer.mice["Red"].drag((150, 100), (170, 100))
    wait_for(reader, [f"Line 1: 24.0 mm, {CT}"])


def test_a_line_shows_where_its_image_is_or_in_all_views(reader, quiz):
    reader.sign_in(quiz)
    measure(reader, (50, 100), (150, 100))
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}"])
    (node,) = line_nodes()
    logics = slicer.app.applicationLogic().GetSliceLogicByLayoutName
    red, green, yellow = (logics(view).GetSliceNode().GetID() for view in ("Red", "Green", "Yellow"))
    reader.stage.click("resetViewButton")
    display = node.GetDisplayNode()
    assert [display.IsDisplayableInView(view) for view in (red, green, yellow)] == [True, True, False]

    reader.click("linesEverywhereBox")
    assert [display.IsDisplayableInView(view) for view in (red, green, yellow)] == [True, True, True]
    reader.click("linesEverywhereBox")
    assert [display.IsDisplayableInView(view) for view in (red, green, yellow)] == [True, True, False]


def test_measuring_is_given_up_by_the_button_the_page_and_the_module(reader, quiz):
    interaction = slicer.app.applicationLogic().GetInteractionNode()

    def is_placing():
        return interaction.GetCurrentInteractionMode() == interaction.Place

    reader.sign_in(quiz)
    reader.click("measureButton")
    assert is_placing()
    assert reader.text("measureButton") == "Do not measure"
    reader.stage.slicer.mice["Red"].click((50, 50))
    reader.click("measureButton")
    assert not is_placing()
    assert line_nodes() == []

    reader.click("measureButton")
    reader.stage.slicer.mice["Red"].click((50, 50))
    reader.stage.slicer.enter("Data")
    assert not is_placing()
    assert line_nodes() == []

    reader.stage.slicer.enter()
    reader.wait()
    # The tool is put away in Slicer's own tool bar.
    reader.click("measureButton")
    interaction.SetCurrentInteractionMode(interaction.ViewTransform)
    reader.stage.slicer.wait_until(lambda: line_nodes() == [])
    assert reader.text("measureButton") == "Measure a line"
    assert listed(reader) == []
    assert files(reader) == []


def test_an_author_measures_and_nothing_is_stored(reader, quiz):
    reader.stage.open(quiz, reader.images)
    measure(reader, (50, 100), (150, 100))
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}"])
    reader.stage.turn_to("nextButton", 1)
    assert listed(reader) == []
    reader.stage.turn_to("previousButton", 0)
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}"])
    assert not reader.results.exists()
    reader.click("closeButton")
    assert len(line_nodes()) == 1


def test_a_locked_page_shows_its_lines_and_lets_them_be(reader, tmp_path):
    one = image_element("Volume", VOLUME)
    quiz = write_quiz(tmp_path / "lines.xml", [f"|{one}{QUESTIONS}", f"|{one}{QUESTIONS}"])
    reader.sign_in(quiz)
    measure(reader, (50, 100), (150, 100))
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}"])
    reader.go()
    reader.go("previousButton")
    wait_for(reader, [f"Line 1: 20.0 mm, {CT}"])
    reader.stage.widget("linesList").setCurrentRow(0)
    reader.stage.widget("linesList").itemClicked.emit(reader.stage.widget("linesList").item(0))
    assert not reader.enabled("measureButton")
    assert not reader.enabled("deleteLineButton")
    key(reader.stage, "Alt+L")
    reader.stage.slicer.mice["Red"].drag((150, 100), (170, 100))
    assert line_nodes()[0].GetLineLengthWorld() == pytest.approx(20, abs=0.1)


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
