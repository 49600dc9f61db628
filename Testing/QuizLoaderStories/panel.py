"""The panel in three zones, of which the middle scrolls; and only the quiz, without what else Slicer has."""

import numpy as np
import slicer

from .desk import Desk, inside
from .made import QUESTIONS, SIDE, VOLUME, image_element, write_image, write_images, write_quiz
from .reader import Reader
from .telling import Need, story

REGIONS = 41


def many_questions(count: int) -> str:
    sides = "<Option>Left</Option><Option>Right</Option><Option>Both</Option>"
    questions = (
        f"<Question Type='Radio' Descriptor='Side {number}'>{sides}</Question>" for number in range(count)
    )
    return f"<QuestionSet ID='q'>{''.join(questions)}</QuestionSet>"


def a_page_of(desk: Desk, inside: str) -> None:
    quiz = write_quiz(desk.folder / "page.xml", [f"Descriptor='the liver'|{inside}", f"|{QUESTIONS}"])
    desk.open(quiz, write_images(desk.folder / "images"))


def with_regions(desk: Desk) -> None:
    """Each is a bar of one voxel's width through the whole image."""
    voxels = np.zeros((SIDE, SIDE, SIDE), np.uint8)
    for region in range(REGIONS):
        voxels[:, (region // 10) * 4, (region % 10) * 4] = region + 1
    write_image(desk.folder / "images" / "regions.nrrd", voxels)
    rois = "<ROIs ROIVisibilityCode='All'/>"
    a_page_of(
        desk, image_element("Volume", VOLUME) + image_element("Segmentation", "regions.nrrd", more=rois)
    )


def shown_segments(desk: Desk) -> int:
    node = desk.logic.nodes(0)[1]
    display, segmentation = node.GetDisplayNode(), node.GetSegmentation()
    ids = [segmentation.GetNthSegmentID(number) for number in range(REGIONS)]
    return sum(display.GetSegmentVisibility(segment_id) for segment_id in ids)


@story(Need.WINDOW)
def without_a_quiz_the_panel_is_its_start_form(desk: Desk) -> None:
    sections = (
        *("pageSection", "footSection", "editorSection", "legendSection", "doseSection", "linesSection"),
        "maskSection",
        *("pagesSection", "shortcutsSection", "problemsSection", "leaveReadersModeButton"),
    )
    assert desk.sees("quizSection")
    assert [name for name in sections if desk.sees(name)] == []
    a_page_of(desk, image_element("Volume", VOLUME) + QUESTIONS)
    assert desk.sees("pageSection")
    assert desk.sees("footSection")
    assert not desk.sees("quizSection")
    assert desk.offered()[:4] == ["Quiz", "Pages", "Mask values", "Shortcuts"]
    desk.choose("menuButton", 0)
    assert desk.sees("quizSection")
    desk.click("closeButton")
    assert desk.sees("quizSection")
    assert [name for name in sections if desk.sees(name)] == []


@story(Need.WINDOW)
def the_list_of_pages_says_how_far_each_is(desk: Desk) -> None:
    quiz = write_quiz(desk.folder / "pages.xml", [f"|{many_questions(2)}", f"|{QUESTIONS}"])
    desk.open(quiz, desk.folder)
    desk.choose("menuButton", desk.items("menuButton").index("Pages"))
    assert desk.sees("pagesList")
    reader = Reader(desk)
    said = []
    for number in (0, 1):
        said.append(desk.items("pagesList")[0])
        reader.choose(f"Side {number}", "Left")
        desk.settle()
    assert said == ["1. Case 1 (not begun)", "1. Case 1 (not complete)"]
    assert desk.items("pagesList")[0] == "1. Case 1 (complete)"


@story(Need.WINDOW)
def next_stays_where_it_is_below_sixty_questions(desk: Desk) -> None:
    ui = desk.ui
    a_page_of(desk, many_questions(60))
    desk.settle()

    assert ui.formsContainer.height > ui.middleArea.height
    bottom = ui.footSection.y + ui.nextButton.y + ui.nextButton.height
    assert ui.middleArea.y + ui.middleArea.height <= ui.footSection.y
    assert bottom <= ui.QuizLoader.height
    # A third and two thirds.
    assert abs(ui.nextButton.width - 2 * ui.previousButton.width) <= 4
    width = ui.QuizLoader.width
    desk.turn_to("nextButton", 1)
    desk.settle()
    assert ui.QuizLoader.width == width


@story(Need.WINDOW)
def what_is_missing_leads_to_its_question(desk: Desk) -> None:
    import qt

    quiz = write_quiz(desk.folder / "page.xml", [f"|{many_questions(60)}", f"|{QUESTIONS}"])
    reader = Reader(desk)
    reader.sign_in(quiz, desk.folder)
    for number in range(58):
        reader.choose(f"Side {number}", "Left")
    assert len(reader.missing()) == 2
    assert not desk.sees("missingRow")
    reader.go()
    assert desk.text("goThereButton") == "2 questions need an answer"
    assert not desk.sees("missingLabel"), "it is said at its question"

    box = reader.boxes()["Side 58"]

    def is_seen() -> bool:
        top = qt.QPoint(0, 0)
        below = box.mapToGlobal(top).y() - desk.ui.middleArea.mapToGlobal(top).y()
        return 0 <= below <= desk.ui.middleArea.height - box.height

    assert is_seen()
    said = [label.text for label in inside(box, "QLabel")][-1]
    assert said.endswith("“Side 58”.")
    desk.ui.middleArea.ensureWidgetVisible(reader.boxes()["Side 0"])
    desk.settle()
    assert not is_seen()
    desk.click("goThereButton")
    assert is_seen()
    for number in (58, 59):
        reader.choose(f"Side {number}", "Both")
    assert not desk.sees("missingRow")


@story(Need.WINDOW)
def what_is_drawn_of_each_region_is_said_in_ml(desk: Desk) -> None:
    (desk.folder / "map.txt").write_text("Tumour=1\nOedema=2\n", encoding="utf-8")
    volume = image_element("Volume", VOLUME).replace(f"Volume-{VOLUME}", "CT")
    page = f"<Page ID='Outline' EnableSegmentEditor='Y'>{volume}{QUESTIONS}</Page>"
    quiz = desk.folder / "draw.xml"
    quiz.write_text(f"<Session MaskValueMap='map.txt'>{page}</Session>", encoding="utf-8")
    desk.open(quiz, write_images(desk.folder / "images"))
    assert desk.ui.editorSection.text == "Draw: CT (0 of 2 regions drawn)"
    assert desk.sees("drawnList")
    assert desk.items("drawnList") == ["Tumour: not drawn", "Oedema: not drawn"]

    node = desk.opened.drawings.segmentation("CT")
    voxels = np.zeros((SIDE, SIDE, SIDE), np.uint8)
    voxels[10:20, 10:20, 10:35] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        voxels, node, node.GetSegmentation().GetNthSegmentID(1), desk.logic.nodes(0)[0]
    )

    desk.wait_until(lambda: desk.items("drawnList")[1] == "Oedema: 2.5 ml")
    assert desk.ui.editorSection.text == "Draw: CT (1 of 2 regions drawn)"


@story(Need.WINDOW)
def forty_one_regions_are_found_and_shown_all_none_or_one(desk: Desk) -> None:
    ui = desk.ui
    with_regions(desk)
    desk.settle()

    assert ui.legendSection.text == f"Regions of the quiz ({REGIONS})"
    row = ui.legendList.sizeHintForRow(0)
    assert ui.legendList.height >= 15 * row
    lowest = ui.measuresSection if ui.measuresSection.visible else ui.legendSection
    free = ui.middle.height - lowest.y - lowest.height
    assert free <= row or ui.legendList.height >= REGIONS * row
    desk.click("showNoneButton")
    assert shown_segments(desk) == 0
    ui.legendList.currentRow = 6
    desk.click("showOneButton")
    assert shown_segments(desk) == 1
    desk.click("showAllButton")
    assert shown_segments(desk) == REGIONS
    ui.legendFilterEdit.text = "_1"
    rows = range(ui.legendList.count)
    found = [ui.legendList.item(row).text() for row in rows if not ui.legendList.item(row).isHidden()]
    assert found == ["Segment_1", *(f"Segment_{number}" for number in range(10, 20))]
    desk.turn_to("nextButton", 1)
    desk.turn_to("previousButton", 0)
    assert ui.legendFilterEdit.text == ""


@story(Need.WINDOW)
def tools_that_are_a_state_show_it(desk: Desk) -> None:
    with_regions(desk)
    for name, keys in (
        ("contoursButton", "Alt+C"),
        ("outlineButton", "Alt+O"),
        ("mouseWindowButton", "Alt+W"),
        ("crosshairButton", "Alt+X"),
        ("linkButton", "Alt+K"),
    ):
        button = getattr(desk.ui, name)
        before = button.checked
        desk.key(keys)
        assert button.checked is not before, name
        desk.click(name)
        assert button.checked is before, name
        assert keys in button.toolTip, name


@story(Need.WINDOW)
def only_the_quiz_is_seen_and_all_of_slicer_comes_back(desk: Desk) -> None:
    window = slicer.util.mainWindow()
    bars = [*slicer.util.findChildren(window, className="*ToolBar"), window.statusBar()]
    bars += slicer.util.findChildren(window, className="QMenuBar")
    bars += slicer.util.findChildren(window, "DataProbeCollapsibleWidget")

    def seen() -> list[bool]:
        return [each.visible for each in bars]

    before = seen()
    assert any(before)
    a_page_of(desk, image_element("Volume", VOLUME) + QUESTIONS)
    words = "Only the quiz, without Slicer's tools"
    for way_out in ("leaveReadersModeButton", "closeButton", ""):
        desk.choose("menuButton", desk.items("menuButton").index(words))
        assert not any(seen())
        assert words not in desk.offered()
        if way_out:
            desk.click(way_out)
        else:
            desk.enter("Data")
        assert seen() == before, way_out
        assert not desk.sees("leaveReadersModeButton")
        if way_out == "closeButton":
            desk.click("openButton")
            desk.wait_for_page(0)
