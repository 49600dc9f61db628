"""Pages in the panel fill their views, whatever size Slicer's window gives these, and when."""

import csv

import pytest
import slicer
from panel_stage import QUESTIONS, SIDE, VOLUME, image_element, stage, write_quiz
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from slicer_segment_editor import qMRMLSegmentEditorWidget
from slicer_window import PIXELS
from test_panel_session import READER, Reader

LAYOUTS = {
    "FourUp": ("Red", "Green", "Yellow"),
    "OneUpRedSlice": ("Red",),
    "SideBySideRedYellow": ("Red", "Yellow"),
    "TwoOverTwo": ("Red", "Green", "Yellow", "Slice4"),
}
LONG = "A sentence of the author that is much longer than a line of the panel, which must wrap it. " * 3


@pytest.fixture
def story(tmp_path):
    with stage(tmp_path) as on_stage:
        yield on_stage


@pytest.fixture
def layouts(tmp_path):
    """A page for each layout, the image on each of its views."""
    pages = []
    for layout, views in LAYOUTS.items():
        elements = [image_element("Volume", VOLUME, view) for view in views]
        pages.append(f"Layout='{layout}' UserInteractionLog='Y'|{''.join(elements)}{QUESTIONS}")
    return write_quiz(tmp_path / "layouts.xml", pages)


def slice_node(view):
    return slicer.app.applicationLogic().GetSliceLogicByLayoutName(view).GetSliceNode()


def size_on_screen(story, view):
    shown = story.slicer.layout_manager.sliceWidget(view).sliceView()
    return shown.width() * PIXELS, shown.height() * PIXELS


def assert_fits(story, view):
    """The image, a cube, fills the shorter side of its view."""
    width, height = size_on_screen(story, view)
    assert slice_node(view).GetDimensions()[:2] == (width, height), view
    pixel_mm = SIDE / min(width, height)
    expected = (pixel_mm * width, pixel_mm * height)
    assert slice_node(view).GetFieldOfView()[:2] == pytest.approx(expected, rel=1e-3), view


def let_events_run():
    for _ in range(10):
        QApplication.processEvents()


def test_each_page_fills_the_views_of_its_layout_at_once_and_stays_so(story, layouts, images):
    story.open(layouts, images)
    for index, views in enumerate(LAYOUTS.values()):
        if index:
            story.turn_to("nextButton", index)
        offsets = {view: slice_node(view).GetSliceOffset() for view in views}
        for view in views:
            assert_fits(story, view)
        let_events_run()
        for view in views:
            assert_fits(story, view)
            assert slice_node(view).GetSliceOffset() == offsets[view], view


def test_the_panel_does_not_change_its_width(story, tmp_path, images):
    long_path = tmp_path / ("a folder with a long name " * 4) / "quiz.xml"
    long_path.parent.mkdir()
    options = "".join(f"<Option>{LONG[: 40 * n]}</Option>" for n in (1, 2, 5))
    questions = "".join(
        f"<Question Type='{type_}' Descriptor='{LONG}'>{options}</Question>"
        for type_ in ("Radio", "CheckBox", "Text", "InfoBox")
    )
    page = (
        f"Descriptor='{LONG}'|{image_element('Volume', VOLUME)}<QuestionSet ID='q'>{questions}</QuestionSet>"
    )
    quiz = write_quiz(long_path, [page, f"|{image_element('Volume', VOLUME)}{QUESTIONS}"])
    widths = set()

    def look():
        let_events_run()
        widths.add(story.slicer.main_window.dock.width())

    look()
    story.choose(quiz, images)
    look()
    story.click("openButton")
    look()
    story.wait_for_page(0)
    look()
    for button, index in (("nextButton", 1), ("previousButton", 0)):
        story.turn_to(button, index)
        look()
    # All sections, beside the scroll bar.
    for line in story.menu("menuButton")[:5]:
        line.trigger()
    look()
    middle, area = story.widget("middle"), story.widget("middleArea")
    assert middle.layout().minimumSize().width() <= area.viewport().width(), "nothing is cut off"
    story.click("closeButton")
    look()

    assert len(widths) == 1
    assert widths.pop() <= 300
    inside = story.widget("QuizLoader")
    assert inside.layout().minimumSize().width() <= inside.width(), "nothing is cut off"


def test_one_plane_and_three_planes_fill_their_views(story, layouts, images):
    story.open(layouts, images)
    for row, views in ((2, ("Red",)), (1, ("Red", "Green", "Yellow")), (0, ("Red", "Green", "Yellow"))):
        story.choose_in_menu("planesButton", row)
        for view in views:
            assert_fits(story, view)
        let_events_run()
        for view in views:
            assert_fits(story, view)


def test_a_window_that_is_resized_keeps_its_pages_filled_but_not_a_view_that_the_reader_zoomed(
    story, layouts, images
):
    story.choose(layouts, images)
    story.click("openButton")
    story.slicer.main_window.resize(900, 420)
    story.wait_for_page(0)
    let_events_run()
    for view in LAYOUTS["FourUp"]:
        assert_fits(story, view)

    across, up, through = slice_node("Green").GetFieldOfView()
    slice_node("Green").SetFieldOfView(across / 2, up / 2, through)
    slice_node("Red").SetSliceOffset(7.5)
    story.slicer.main_window.resize(700, 500)
    let_events_run()

    for view in ("Red", "Yellow"):
        assert_fits(story, view)
    assert slice_node("Red").GetSliceOffset() == 7.5
    assert slice_node("Green").GetFieldOfView()[1] == pytest.approx(up / 2)

    story.slicer.enter("Data")
    slice_node("Red").SetFieldOfView(70, 70, 1)
    story.slicer.main_window.resize(900, 420)
    let_events_run()
    assert slice_node("Red").GetFieldOfView()[1] == pytest.approx(70), "the views are not the quiz's any more"


@pytest.fixture
def wide_editor(monkeypatch):
    """The Segment Editor asks for more than the panel has, as it may in Slicer."""
    for name in ("sizeHint", "minimumSizeHint"):
        monkeypatch.setattr(qMRMLSegmentEditorWidget, name, lambda _self: QSize(500, 60))


def test_pages_with_an_editor_that_is_wider_than_the_panel_are_placed_beside_it(
    tmp_path, images, wide_editor
):
    image = image_element("Volume", VOLUME)
    draw = f"UserInteractionLog='Y' EnableSegmentEditor='Y'|{image}{QUESTIONS}"
    look = f"UserInteractionLog='Y'|{image}{QUESTIONS}"
    quiz = write_quiz(tmp_path / "draw.xml", [look, draw, draw, look])
    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, tmp_path / "results")
        reader.sign_in(quiz)
        widths = []
        for index in range(4):
            if index:
                reader.go()
            assert reader.sees("editorSection") == (index in (1, 2))
            let_events_run()
            assert_fits(on_stage, "Red")
            widths.append(size_on_screen(on_stage, "Red")[0])
        reader.click("closeButton")
    assert len(set(widths)) == 1
    for number, width in enumerate(widths, start=1):
        assert {size[0] for view, size in sizes_in_log(tmp_path, number) if view == "Red"} == {width}


def sizes_in_log(tmp_path, number):
    """(view, (width, height)) of each row of a page's log that has them, in their order."""
    (path,) = (tmp_path / "results" / READER).rglob(f"*Case {number}/UserInteractionLog.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Location"] == "TopLeft"]
    return [(row["ViewName"], (int(row["Width"]), int(row["Height"]))) for row in rows]


def test_the_views_are_given_back_with_the_zoom_that_they_had(story, layouts, images):
    let_events_run()
    width, height = size_on_screen(story, "Red")
    slice_node("Red").SetFieldOfView(90, 90 * height / width, 1)
    slice_node("Red").SetXYZOrigin(5, -3, 0)
    story.open(layouts, images)
    story.turn_to("nextButton", 1)
    let_events_run()

    story.slicer.enter("Data")
    let_events_run()

    assert size_on_screen(story, "Red") == (width, height)
    assert slice_node("Red").GetFieldOfView()[:2] == pytest.approx((90, 90 * height / width))
    assert slice_node("Red").GetXYZOrigin() == (5, -3, 0)


def test_the_log_begins_with_the_sizes_that_the_views_have(tmp_path, layouts, images):
    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, tmp_path / "results")
        reader.sign_in(layouts)
        sizes = []
        for index, views in enumerate(LAYOUTS.values()):
            if index:
                reader.go()
            let_events_run()
            sizes.append({view: size_on_screen(on_stage, view) for view in views})
        reader.click("closeButton")
    for number, expected in enumerate(sizes, start=1):
        assert dict(reversed(sizes_in_log(tmp_path, number))) == expected
