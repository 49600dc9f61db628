"""A reader's way through the panel, in a running Slicer made for tests."""

import re
from collections import Counter

import numpy as np
import pytest
import slicer
import vtk
from panel_stage import (
    LABELS,
    QUESTIONS,
    TUTORIAL,
    VOLUME,
    image_element,
    stage,
    write_quiz,
)
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from slicer_host import VIEW_SIZE

PIXELS_PER_MM = VIEW_SIZE[0] / 40


@pytest.fixture
def story(tmp_path):
    with stage(tmp_path) as on_stage:
        yield on_stage


@pytest.fixture
def three_pages(tmp_path, images):
    """A page with contours, one to draw on, one with a missing file."""
    volume = image_element("Volume", VOLUME)
    rois = "<ROIs ROIVisibilityCode='All'/>"
    return write_quiz(
        tmp_path / "three.quiz.xml",
        [
            f"|{volume}{image_element('Segmentation', LABELS, more=rois)}{QUESTIONS}",
            f"EnableSegmentEditor='Y' ContourToolRadius='3'|{volume}{QUESTIONS}",
            f"|{volume}{image_element('Volume', 'nowhere.nrrd', 'Green')}{QUESTIONS}",
        ],
    )


def bright_box(picture):
    """(first row, last row, first column, last column) of what is bright and grey: the block's image."""
    grey = np.ptp(picture.astype(int), axis=2) < 20
    rows, columns = np.nonzero(grey & (picture[..., 0] > 128))
    return rows.min(), rows.max(), columns.min(), columns.max()


def test_the_tutorial_is_dropped_on_slicer_and_shows_its_three_views(story, images):
    slicer.util.loadNodeFromFile(str(TUTORIAL / "label-maps.xml"))
    assert story.widget("quizPathEdit").property("currentPath") == str(TUTORIAL / "label-maps.xml")

    assert not story.sees("loadingRow")
    story.widget("imageFolderEdit").setProperty("currentPath", str(images))
    story.click("openButton")
    story.wait_for_page(0)

    assert story.text("titleLabel") == "Patient 1"
    assert story.text("positionLabel") == "Page 1 of 1"
    assert not story.sees("messageLabel")
    assert not story.sees("problemsSection")
    assert not story.sees("editorSection")
    # Radiological: the patient's right is on the viewer's left, the front at the top or on the left.
    right, front, top = (round(mm * PIXELS_PER_MM) - 1 for mm in (25, 30, 30))
    expected = {"Red": (front, right), "Green": (top, right), "Yellow": (top, front)}
    for view, (last_row, last_column) in expected.items():
        assert bright_box(story.slicer.picture(view)) == pytest.approx(
            (0, last_row, 0, last_column), abs=4
        ), view


def test_next_previous_the_editor_and_a_missing_file(story, three_pages, images):
    story.open(three_pages, images)
    assert story.widget("problemsList").count() == 1
    assert "nowhere.nrrd" in story.widget("problemsList").item(0).text()
    assert not story.widget("previousButton").isEnabled()
    assert not story.sees("editorSection")

    story.turn_to("nextButton", 1)
    assert story.text("positionLabel") == "Page 2 of 3"
    assert story.sees("editorSection")
    editor = story.widget("editorSection").findChildren(type(story.widget("QuizLoader")))[0]
    assert editor.sourceVolumeNode().GetName() == f"Volume-{VOLUME}"
    assert editor.observes_views
    settings = slicer.mrmlScene.GetSingletonNode("QuizLoader", "vtkMRMLSegmentEditorNode")
    assert settings.GetAttribute("BrushDiameterIsRelative") == "0"
    assert float(settings.GetAttribute("BrushAbsoluteDiameter")) == 6.0

    story.turn_to("nextButton", 2)
    assert not story.sees("editorSection")
    assert not editor.observes_views
    assert editor.sourceVolumeNode() is None
    assert story.text("messageLabel").startswith("Volume-nowhere.nrrd: The file")
    assert "nowhere.nrrd" in story.text("messageLabel")
    assert bright_box(story.slicer.picture("Red"))[1] > 100
    assert story.slicer.picture("Green").max() < 30
    assert not story.widget("nextButton").isEnabled()

    story.turn_to("previousButton", 1)
    assert not story.sees("messageLabel")


def test_double_click_on_a_problem_copies_file_and_line(story, three_pages, images):
    story.open(three_pages, images)
    problems = story.widget("problemsList")

    problems.setCurrentRow(0)
    problems.itemDoubleClicked.emit(problems.item(0))

    line = next(
        n
        for n, text in enumerate(three_pages.read_text(encoding="utf-8").splitlines(), 1)
        if "nowhere.nrrd" in text
    )
    assert story.slicer.qt.clipboard().text() == f"{three_pages}:{line}"


def test_regions_are_listed_hidden_filled_and_reset(story, three_pages, images):
    story.open(three_pages, images)
    legend = story.widget("legendList")
    assert [legend.item(row).text() for row in range(legend.count())] == ["Segment_1"]
    inside = (40, 40)
    outlined = story.slicer.picture("Red")
    assert np.ptp(outlined[inside].astype(int)) < 10
    colored = np.ptp(outlined.astype(int), axis=2) > 40
    assert colored.any()

    story.click("outlineButton")
    assert np.ptp(story.slicer.picture("Red")[inside].astype(int)) > 40

    story.click("contoursButton")
    assert np.ptp(story.slicer.picture("Red").astype(int), axis=2).max() < 10

    story.click("resetViewButton")
    assert np.array_equal(story.slicer.picture("Red"), outlined)

    legend.item(0).setCheckState(legend.item(0).checkState().Unchecked)
    assert np.ptp(story.slicer.picture("Red").astype(int), axis=2).max() < 10


def test_a_label_that_was_hidden_shows_again_on_the_next_page(story, tmp_path, images):
    page = image_element("Volume", VOLUME) + image_element("LabelMap", LABELS) + QUESTIONS
    story.open(write_quiz(tmp_path / "two.xml", [f"|{page}", f"|{page}"]), images)
    with_outline = story.slicer.picture("Red")
    legend = story.widget("legendList")

    legend.item(0).setCheckState(legend.item(0).checkState().Unchecked)
    assert np.ptp(story.slicer.picture("Red").astype(int), axis=2).max() < 10
    story.turn_to("nextButton", 1)

    assert np.array_equal(story.slicer.picture("Red"), with_outline)
    story.click("outlineButton")
    assert np.ptp(story.slicer.picture("Red")[40, 40].astype(int)) > 40


def test_fifty_pages_leave_nothing_behind(story, three_pages, images):
    def counts():
        # A region has a node in the 3D view once its surface is made.
        three_d = story.slicer.logic.console.opened.placed.three_d
        story.slicer.wait_until(lambda: not three_d.is_making)
        scene = slicer.mrmlScene
        nodes = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
        observers = sum(node.HasObserver("ModifiedEvent") for node in nodes)
        return scene.GetNumberOfNodes(), observers, len(story.slicer.panel.findChildren(object))

    story.open(three_pages, images)
    story.click("closeButton")
    story.slicer.qt.processEvents()
    before = slicer.mrmlScene.GetNumberOfNodes()
    story.open(three_pages, images)
    pages = [*[1, 2, 1, 0] * 13]
    at_first: dict[int, tuple[int, ...]] = {}
    for turn, index in enumerate(pages):
        story.turn_to(
            "nextButton" if index > story.slicer.logic.console.opened.index else "previousButton", index
        )
        story.slicer.qt.sendPostedEvents(None, QEvent.DeferredDelete)
        # The editor is made when the first page asks for it, and kept.
        if turn >= 4:
            assert at_first.setdefault(index, counts()) == counts(), f"page {index + 1} after {turn} turns"
    story.click("closeButton")

    assert slicer.mrmlScene.GetNumberOfNodes() == before


def press(story, key, modifiers=Qt.AltModifier):
    QTest.keyClick(story.slicer.main_window, key, modifiers)
    story.slicer.check()


def test_keys_turn_pages_and_draw_contours(story, three_pages, images):
    story.open(three_pages, images)
    # Qt does nothing where two of a window have the same keys, and Slicer's window has its own.
    story.slicer.main_window.activateWindow()
    story.slicer.wait_until(story.slicer.main_window.isActiveWindow)
    press(story, Qt.Key_PageDown)
    story.wait_for_page(1)
    press(story, Qt.Key_PageUp)
    story.wait_for_page(0)
    press(story, Qt.Key_C)
    assert np.ptp(story.slicer.picture("Red").astype(int), axis=2).max() < 10

    story.slicer.enter("Data")
    press(story, Qt.Key_PageDown)
    story.slicer.enter()
    story.wait_for_page(0)


def test_no_key_of_the_module_is_one_of_slicers(story, three_pages, images):
    window = story.slicer.main_window
    story.slicer.enter("Data")
    of_slicer = window.keys()
    story.slicer.enter()
    ours = Counter(window.keys()) - Counter(of_slicer)
    assert ours
    assert set(ours.values()) == {1}
    assert not set(ours) & set(of_slicer)
    assert all(keys in story.text("shortcutsLabel") for keys in ours)


def test_the_last_quiz_and_folder_are_remembered(tmp_path, three_pages, images):
    with stage(tmp_path) as first:
        first.open(three_pages, images)
    with stage(tmp_path) as second:
        assert second.widget("quizPathEdit").property("currentPath") == str(three_pages)
        assert second.widget("imageFolderEdit").property("currentPath") == str(images)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("<Session><Page", "XML"), ("<Report/>", "Session"), (None, "does not exist|no such|cannot")],
)
def test_a_file_that_cannot_be_a_quiz_is_said_in_the_panel(story, tmp_path, images, content, sentence):
    path = tmp_path / "bad.xml"
    if content:
        path.write_text(content, encoding="utf-8")
    story.choose(path, images)
    story.click("openButton")

    assert re.search(sentence, story.text("messageLabel"), re.IGNORECASE)
    assert story.widget("problemsList").count() >= 1
    assert not story.sees("pageSection")


def test_an_image_folder_that_is_gone_is_said(story, three_pages, tmp_path):
    story.choose(three_pages, tmp_path / "gone")
    story.click("openButton")
    story.wait_for_page(0)

    assert story.sees("problemsSection")
    assert story.text("messageLabel")


def test_a_value_map_gives_named_segments_that_nobody_draws_in_vain(story, tmp_path, images):
    (tmp_path / "map.txt").write_text("Liver=10\nSpleen=20\n", encoding="utf-8")
    (tmp_path / "colors.txt").write_text("20 Spleen 255 0 51 255\n", encoding="utf-8")
    volume = image_element("Volume", VOLUME)
    quiz = write_quiz(
        tmp_path / "draw.xml",
        [f"EnableSegmentEditor='Y'|{volume}{QUESTIONS}", f"|{volume}{QUESTIONS}"],
        "MaskValueMap='map.txt' ROIColorFile='colors.txt'",
    )
    story.open(quiz, images)

    def segmentations():
        nodes = slicer.mrmlScene.GetNodesByClass("vtkMRMLSegmentationNode")
        nodes.UnRegister(None)
        return [nodes.GetItemAsObject(index) for index in range(nodes.GetNumberOfItems())]

    (drawing,) = segmentations()
    segments = [drawing.GetSegmentation().GetNthSegment(index) for index in range(2)]
    assert [segment.GetName() for segment in segments] == ["Liver", "Spleen"]
    assert segments[1].GetColor() == pytest.approx((1, 0, 0.2))

    story.turn_to("nextButton", 1)
    assert segmentations() == []
    story.turn_to("previousButton", 0)
    (drawing,) = segmentations()
    image = vtk.vtkImageData()
    image.SetDimensions(4, 4, 4)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    image.GetPointData().GetScalars().Fill(1)
    labels = slicer.vtkOrientedImageData()
    labels.ShallowCopy(image)
    segment_id = drawing.GetSegmentation().GetNthSegmentID(1)
    assert slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(labels, drawing, segment_id)

    story.turn_to("nextButton", 1)
    assert segmentations() == [drawing]
    assert not drawing.GetDisplayVisibility()
    story.turn_to("previousButton", 0)
    assert segmentations() == [drawing]
    assert drawing.GetDisplayVisibility()
    story.click("closeButton")
    assert segmentations() == [drawing], "what was drawn is never thrown away"
    assert drawing.GetDisplayVisibility()
