"""Findings that a reader marks in the browser: placed, filled in, moved to, deleted and brought back."""

import pytest
from cable import cable_to
from panel_stage import VOLUME, image_element
from session_by_hand import page_of, saved
from web_mouse import Mouse
from web_stage import served, text, until, wait_for_text, wait_for_views, window

READER = "Dr. Chen"
SIDE_MM = 40

QUIZ = """<Session>
<Page ID="Case 1" Layout="OneUpRedSlice" AllowMultipleResponse="Y">{red}
<QuestionSet><Question Type="Mark" ID="f" Descriptor="Mark each finding" Tool="Point Ellipse Curve"
  Min="1" Max="3" Color="255 170 0">
<Question Type="Radio" Descriptor="Kind"><Option>solid</Option><Option>soft</Option></Question>
<Question Type="FloatValue" Descriptor="Diameter" Unit="mm"><Option/></Question></Question>
<Question Type="Text" Descriptor="Why so many?" ShowIf="count(f) ge 3" Required="N"><Option/></Question>
</QuestionSet></Page>
<Page ID="Case 2" Layout="OneUpRedSlice">{red}
<QuestionSet><Question Type="InfoBox"><Option>Nothing to mark.</Option></Question></QuestionSet></Page>
</Session>"""


@pytest.fixture
def reading(tmp_path, images):
    quiz = tmp_path / "marks.xml"
    quiz.write_text(QUIZ.format(red=image_element("Volume", VOLUME)), encoding="utf-8")
    arguments = [quiz, "--images", images, "--results", tmp_path / "results", "--reader", READER]
    with served(tmp_path, *arguments) as command:
        yield command


def at(page, right_mm, anterior_mm):
    """The point of the page where the red view, which is axial, shows these mm from the image's middle."""
    box = page.locator("[data-testid=view-Red] .quiz-area").bounding_box()
    scale = min(box["width"], box["height"]) / SIDE_MM
    x = box["x"] + box["width"] / 2 - right_mm * scale
    return x, box["y"] + box["height"] / 2 - anterior_mm * scale


def state(page):
    return page.evaluate("trame.state.get('marks')")["0/0"]


def slice_shown(page):
    return page.get_by_test_id("view-Red").get_by_text("Slice ").inner_text().split("\n")[0]


def measured(page):
    return page.evaluate("trame.state.get('measures')")["0/0"]


def measure(page, tool, *points_mm):
    before = len(measured(page)["marks"])
    page.get_by_test_id(f"measure-{tool}").click()
    until(lambda: measured(page)["placing"] == tool, f"{tool} in hand")
    wait_for_views(page)
    mouse = Mouse(page)
    for point in points_mm:
        mouse.drag(at(page, *point))
        mouse.move(at(page, point[0] - 1, point[1]))
    until(lambda: len(measured(page)["marks"]) == before + 1, f"what {tool} measures")


def place(page, tool, *points_mm):
    before = len(state(page)["marks"])
    page.get_by_test_id(f"take-{tool}-0/0").click()
    until(lambda: state(page)["placing"] == tool, f"{tool} in hand")
    wait_for_views(page)
    mouse = Mouse(page)
    for point in points_mm:
        mouse.drag(at(page, *point))
        mouse.move(at(page, point[0] - 1, point[1]))
    if tool == "Curve":
        # It is still in hand.
        page.get_by_test_id("next").click()
    until(lambda: len(state(page)["marks"]) == before + 1, f"a mark by {tool}")


def marks(tmp_path):
    page = page_of(saved(tmp_path / "results" / READER / "marks" / "marks.xml"), 1)
    return page.findall("QuestionSet/Question/MarkPath")


def test_findings_are_marked_filled_in_deleted_brought_back_and_there_again(browser, reading, tmp_path):
    with window(browser, reading.address) as page:
        wait_for_text(page, "title", "Case 1")
        until(lambda: page.evaluate("trame.state.get('marks')"), "the marks")
        page.get_by_test_id("next").click()
        wait_for_text(page, "missing", "“Mark each finding” needs at least 1 mark (0 so far).")
        place(page, "Point", (5, 5))
        place(page, "Ellipse", (-2, -2), (-10, -8))
        assert page.get_by_text("Why so many?").count() == 0
        # The list and two forms are longer than the window: the reader is led to the newest.
        form = page.get_by_test_id("question-0/0/2/0")
        until(lambda: form.evaluate("it => it.contains(document.activeElement)"), "the form to have the keys")

        def is_seen():
            seen, scrolled = form.bounding_box(), page.locator(".quiz-scroll").bounding_box()
            return scrolled["y"] <= seen["y"] <= scrolled["y"] + scrolled["height"] - seen["height"]

        until(is_seen, "the form to be seen whole")
        place(page, "Curve", (12, 0), (8, 4), (6, -3))
        assert (state(page)["placing"], text(page, "title")) == ("", "Case 1")
        page.get_by_text("Why so many?").first.wait_for()
        wait_for_views(page)
        assert state(page)["hint"] == "There are 3 marks, as many as this question takes."

        here = slice_shown(page)
        page.mouse.move(*at(page, 0, 0))
        page.mouse.wheel(0, -100)
        until(lambda: slice_shown(page) != here, "another slice")
        page.get_by_role("button", name="Go to mark 2").click()
        until(lambda: slice_shown(page) == here, "the slice of the mark")

        page.get_by_test_id("measures").locator("summary").click()
        measure(page, "Ellipse", (10, 1), (8, -1))
        measure(page, "Angle", (8, 8), (2, 8), (2, 2))
        words = page.get_by_test_id("measured").all_inner_texts()
        assert ("mean 1000.0 ± 0.0, 1000.0 to 1000.0" in words[0], "90" in words[1]) == (True, True), words
        page.get_by_role("button", name="Delete measure 1").click()
        until(lambda: [each["number"] for each in measured(page)["marks"]] == [2], "the deletion")
        page.get_by_test_id("measures").get_by_role("button", name="Undo delete").click()
        until(lambda: len(measured(page)["marks"]) == 2, "the measure again")
        page.get_by_test_id("measure-Box").click()
        until(lambda: measured(page)["placing"] == "Box", "a box in hand")
        page.keyboard.press("Escape")
        until(lambda: measured(page)["placing"] == "", "an empty hand")

        measure(page, "Arrow", (-6, 6), (-12, 14))
        # Whoever goes on typing writes its text: no letter is a shortcut, no blank is lost.
        field = page.get_by_label("Text of measure 3")
        until(lambda: field.evaluate("it => it === document.activeElement"), "the field to have the keys")
        page.keyboard.type("left ")
        page.mouse.move(*at(page, 3, 3))
        page.keyboard.type("apex")
        until(lambda: measured(page)["marks"][2]["text"] == "left apex", "the text")
        assert field.input_value() == "left apex"
        wait_for_views(page)
        here = slice_shown(page)
        page.mouse.wheel(0, -100)
        until(lambda: slice_shown(page) != here, "another slice")
        assert field.evaluate("it => it !== document.activeElement"), "keys are for the views again"
        page.get_by_role("button", name="Delete measure 3").click()
        until(lambda: len(measured(page)["marks"]) == 2, "the deletion")
        page.get_by_test_id("measures").get_by_role("button", name="Undo delete").click()
        until(lambda: field.input_value() == "left apex", "the arrow with its text again")

        for number in (1, 2, 3):
            page.get_by_test_id(f"question-0/0/{number}/0").get_by_text("soft").click()
        for number, diameter in ((1, "4,5"), (3, "12")):
            page.get_by_test_id(f"question-0/0/{number}/1").locator("input").fill(diameter)
        lacks = "Mark 2 of “Mark each finding”: “Diameter” needs a number."
        until(lambda: text(page, "missing") == lacks, "the mark without its diameter")

        page.get_by_role("button", name="Delete mark 1").click()
        until(lambda: [mark["number"] for mark in state(page)["marks"]] == [2, 3], "the deletion")
        page.get_by_text("Why so many?").first.wait_for(state="detached")
        page.get_by_role("button", name="Undo delete").click()
        until(lambda: [mark["number"] for mark in state(page)["marks"]] == [1, 2, 3], "the mark again")
        assert page.get_by_test_id("question-0/0/1/1").locator("input").input_value() == "4,5"

        page.get_by_test_id("question-0/0/2/1").locator("input").fill("8")
        page.get_by_test_id("missing").wait_for(state="detached")
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "Case 2")
        assert page.evaluate("trame.state.get('marks')") == {}
        page.get_by_test_id("previous").click()
        wait_for_text(page, "title", "Case 1")
        until(lambda: len(page.evaluate("trame.state.get('marks')")["0/0"]["marks"]) == 3, "the marks again")
        assert page.faults == []
        assert reading.end() == 0

    arrow = page_of(saved(tmp_path / "results" / READER / "marks" / "marks.xml"), 1).findall("MeasurePath")[2]
    assert (arrow.get("Text"), arrow.get("View")) == ("left apex", "Red")
    assert [float(mm) for mm in (arrow.get("Center") or "").split()][:2] == pytest.approx([6, -6], abs=0.2)
    point, ellipse, curve = marks(tmp_path)
    assert [mark.get("Tool") for mark in (point, ellipse, curve)] == ["Point", "Ellipse", "Curve"]
    assert [mark.get("Deleted") for mark in (point, ellipse, curve)] == [None] * 3
    assert [[each.text for each in mark.findall("Response")] for mark in (point, ellipse, curve)] == [
        ["N", "Y", diameter] for diameter in ("4.5", "8", "12")
    ]
    # The middle of the image is at 0 in right and anterior, which are LPS's negative sides.
    near = pytest.approx
    assert [float(mm) for mm in point.get("Center").split()][:2] == near([-5, -5], abs=0.2)
    assert [float(mm) for mm in ellipse.get("Center").split()][:2] == near([6, 5], abs=0.2)
    assert float(ellipse.get("Size")) == near(3.141593 * 4 * 3, rel=0.05)
    assert (curve.get("Unit"), curve.get("View"), curve.get("Mean")) == ("mm2", "Red", "1000")


def test_the_text_of_an_arrow_that_was_typed_while_the_line_was_cut_is_sent_on_return(browser, reading):
    with cable_to(reading.address) as cable, window(browser, cable.address) as page:
        wait_for_text(page, "title", "Case 1")
        until(lambda: page.evaluate("trame.state.get('marks')"), "the marks")
        page.get_by_test_id("measures").locator("summary").click()
        measure(page, "Arrow", (-6, 6), (-12, 14))
        field = page.get_by_label("Text of measure 1")
        until(lambda: field.evaluate("it => it === document.activeElement"), "the field to have the keys")
        cable.squeeze()
        page.keyboard.type("left apex")
        cable.cut()
        page.get_by_test_id("lost").wait_for()
        cable.mend()
        page.get_by_test_id("lost").wait_for(state="detached")
        # The window loads itself again.
        wait_for_text(page, "title", "Case 1")
        until(lambda: [each["text"] for each in measured(page)["marks"]] == ["left apex"], "the text")


def test_the_text_of_an_arrow_that_comes_when_another_window_has_the_quiz_is_told(browser, reading):
    with cable_to(reading.address) as cable, window(browser, cable.address) as page:
        wait_for_text(page, "title", "Case 1")
        until(lambda: page.evaluate("trame.state.get('marks')"), "the marks")
        page.get_by_test_id("measures").locator("summary").click()
        measure(page, "Arrow", (-6, 6), (-12, 14))
        field = page.get_by_label("Text of measure 1")
        until(lambda: field.evaluate("it => it === document.activeElement"), "the field to have the keys")
        cable.squeeze()
        page.keyboard.type("left apex")
        with window(browser, reading.address) as other:
            other.get_by_test_id("take-over").click()
            other.get_by_test_id("title").wait_for()
            cable.release()
            told = "The quiz went on in another window, so this answer was not saved: left apex"
            wait_for_text(page, "refused", told)
            assert page.get_by_test_id("refused").count() == 1
