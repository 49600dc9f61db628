"""Drawings and lines that a reader makes in the browser: counted in the files that the session saves."""

import json
import re
from functools import partial
from xml.etree import ElementTree

import numpy as np
import pytest
import SimpleITK as sitk
from drawing_hand import has_colour, written
from panel_stage import VOLUME, image_element
from web_mouse import Mouse
from web_stage import (
    ask_what_is_missing,
    picture_of,
    served,
    text,
    until,
    wait_for_text,
    wait_for_views,
    window,
)

READER = "Dr. Chen"
SIDE_MM = 40
RADIUS_MM = 4

QUIZ = """<Session MaskValueMap="map.txt">
<Page ID="Case 1" Layout="SideBySideRedYellow" EnableSegmentEditor="Y" ContourToolRadius="4"
  SegmentRequiredOnAnyImage="Y" MinMarkupLinesRequiredOnAnyImage="1" AllowMultipleResponse="Y">{images}
<QuestionSet><Question Type="InfoBox"><Option>Draw the block.</Option></Question></QuestionSet></Page>
<Page ID="Case 2" Layout="OneUpRedSlice">{red}
<QuestionSet><Question Type="InfoBox"><Option>Nothing to draw.</Option></Question></QuestionSet></Page>
</Session>"""


@pytest.fixture
def reading(tmp_path, images):
    red = image_element("Volume", VOLUME)
    quiz = tmp_path / "draw.xml"
    quiz.write_text(
        QUIZ.format(images=red + image_element("Volume", VOLUME, "Yellow", "Sagittal"), red=red),
        encoding="utf-8",
    )
    (tmp_path / "map.txt").write_text("Block=10\nRest=20\n", encoding="utf-8")
    results = tmp_path / "results"
    arguments = [quiz, "--images", images, "--results", results, "--reader", READER]
    with served(tmp_path, *arguments) as command:
        yield command


def editor_of(page):
    return page.evaluate("trame.state.get('editor')")


def at(page, right_mm, anterior_mm, view="Red"):
    """The point of the page where the red view, which is axial, shows these mm from the image's middle."""
    box = page.locator(f"[data-testid=view-{view}] .quiz-area").bounding_box()
    scale = min(box["width"], box["height"]) / SIDE_MM
    x = box["x"] + box["width"] / 2 - right_mm * scale
    return x, box["y"] + box["height"] / 2 - anterior_mm * scale


def has_radius(page, radius):
    shown = page.get_by_test_id("radius").get_by_label("Radius").input_value()
    return editor_of(page)["radius"] == radius and shown == str(radius)


def take(page, tool):
    page.get_by_test_id(f"draw-{tool}").click()
    until(lambda: editor_of(page)["effect"] == tool, f"{tool} in hand")


def stroke(page, *points_mm):
    wait_for_views(page)
    Mouse(page).drag(*(at(page, *point) for point in points_mm))


def wait_for_undo(page, can_undo=True):
    until(lambda: editor_of(page)["can_undo"] is can_undo, "what was drawn")


def drawn(tmp_path):
    """{value: (k, j, i) of its voxels} of the label map that the session keeps of the page that was left."""
    (folder,) = (tmp_path / "results" / READER / "draw").glob("PgGroup*Case 1*")
    voxels = sitk.GetArrayFromImage(sitk.ReadImage(str(written(folder, "*label.nrrd"))))
    return {int(value): np.argwhere(voxels == value) for value in np.unique(voxels) if value}


def left_the_page(page):
    page.get_by_test_id("next").click()
    wait_for_text(page, "title", "Case 2")
    page.get_by_test_id("previous").click()
    wait_for_text(page, "title", "Case 1")


def place_line(page, first_mm, second_mm, view="Red"):
    page.get_by_test_id("measure").click()
    until(lambda: page.evaluate("trame.state.get('lines').measuring"), "a line in hand")
    wait_for_views(page)
    mouse = Mouse(page)
    for point in (first_mm, second_mm):
        mouse.drag(at(page, point[0], point[1], view))
        mouse.move(at(page, point[0] - 1, point[1], view))


def test_a_disc_is_painted_and_a_line_measured_then_the_page_lets_the_reader_go_on(
    browser, reading, tmp_path
):
    with window(browser, reading.address) as page:
        wait_for_text(page, "title", "Case 1")
        ask_what_is_missing(page)
        assert len(text(page, "missing").splitlines()) == 2
        segments = until(lambda: editor_of(page), "the editor")["segments"]
        assert [segment["title"] for segment in segments] == ["Block", "Rest"]
        take(page, "paint")
        assert editor_of(page)["radius"] == RADIUS_MM
        # A brush is set on the nearest voxel, as in Slicer; this is the middle of one.
        stroke(page, (5.5, 4.5), (5.5, 4.5))
        until(lambda: len(text(page, "missing").splitlines()) == 1, "the line that is missing still")
        place_line(page, (-10, 0), (-10, 10))
        wait_for_text(page, "lines", "mm")
        page.get_by_test_id("missing").wait_for(state="detached")
        length = float(text(page, "lines").split("Line 1")[1].split("mm")[0])
        assert length == pytest.approx(10, abs=0.3)
        left_the_page(page)

        ((value, voxels),) = drawn(tmp_path).items()
        assert value == 10, "as the map has it"
        # The voxels of one slice whose middles are within 4 mm, or on the edge.
        assert 45 <= len(voxels) <= 49
        assert len(set(voxels[:, 0])) == 1
        middle_lps = voxels.mean(axis=0)[::-1] + (1 - SIDE_MM) / 2
        assert middle_lps[:2] == pytest.approx([-5.5, -4.5], abs=0.01)

        assert text(page, "lines").count("Line 1") == 1, "it shows again"
        until(lambda: editor_of(page) is not None, "the editor on return")
        # What is on its way to a window that goes would be a fault in its console.
        wait_for_views(page)
        page.reload()
        wait_for_text(page, "lines", "Line 1")
        colour = editor_of(page)["segments"][0]["color"]
        until(lambda: has_colour(picture_of(page, "Red"), colour), "the outline after loading again")
        assert page.faults == []
    assert reading.end() == 0
    (names,) = (tmp_path / "results" / READER / "draw").rglob("*.seg.nrrd")
    header = sitk.ImageFileReader()
    header.SetFileName(str(names))
    header.ReadImageInformation()
    saved = {header.GetMetaData(key) for key in header.GetMetaDataKeys() if key.endswith("_Name")}
    assert saved == {"Block", "Rest"}


PAIR = """<Session><Page ID="Case 1" Layout="SideBySideRedYellow">{images}
<QuestionSet><Question Type="InfoBox"><Option>Measure the lesion before and after.</Option></Question>
</QuestionSet></Page></Session>"""

LESIONS = {"before": (4.0, 12.0, (3.0, -2.0)), "after": (2.5, 8.0, (-4.0, 1.0))}
"""Half axes across and along the longest diameter, which goes from front to back, and where the middle is,
right and anterior of that of the image, in mm."""


def test_a_lesion_is_measured_before_and_after_treatment_as_recist_has_it(browser, tmp_path):
    """The longest diameters are 24 and 16 mm: one third less, a partial response."""
    places_mm = np.moveaxis(np.indices((SIDE_MM,) * 3), 0, -1)[..., ::-1] + (1 - SIDE_MM) / 2
    for name, (across, along, (right, anterior)) in LESIONS.items():
        away = (places_mm - [-right, -anterior, 0.5]) / [across, along, across]
        image = sitk.GetImageFromArray(1000 * ((away**2).sum(axis=-1) <= 1).astype(np.int16))
        image.SetOrigin([(1 - SIDE_MM) / 2] * 3)
        sitk.WriteImage(image, str(tmp_path / f"{name}.nrrd"))
    images = image_element("Volume", "before.nrrd") + image_element("Volume", "after.nrrd", "Yellow", "Axial")
    quiz = tmp_path / "pair.xml"
    quiz.write_text(PAIR.format(images=images), encoding="utf-8")
    results = tmp_path / "results"
    arguments = (quiz, "--images", tmp_path, "--results", results, "--reader", READER)
    with served(tmp_path, *arguments) as command, window(browser, command.address) as page:
        wait_for_text(page, "title", "Case 1")
        for number, (view, name) in enumerate((("Red", "before"), ("Yellow", "after")), start=1):
            _across, along, (right, anterior) = LESIONS[name]
            place_line(page, (right, anterior - along), (right, anterior + along), view)
            wait_for_text(page, "lines", f"Line {number}")
        told = text(page, "lines").split("Line ")[1:]
        lengths = [float(re.findall(r"([\d.]+)\s*mm", each)[0]) for each in told]
        assert lengths == pytest.approx([24, 16], abs=0.3)
        assert lengths[1] / lengths[0] - 1 <= -0.3, "a partial response"
        page.get_by_test_id("finish").click()
        page.get_by_test_id("finish-now").click()
        page.get_by_test_id("end-page").wait_for()
    tree = ElementTree.parse(results / READER / "pair" / "pair.xml")
    for element, (_across, along, (right, anterior)) in zip(
        tree.iter("Image"), LESIONS.values(), strict=True
    ):
        (path,) = (each.text for each in element.iter("MarkupLinePath"))
        (line,) = json.loads((results / READER / path).read_text(encoding="utf-8"))["markups"]
        assert line["coordinateSystem"] == "LPS"
        ends = np.array([each["position"] for each in line["controlPoints"]])
        true = np.array([[-right, -anterior + along, 0.5], [-right, -anterior - along, 0.5]])
        assert np.allclose(ends, true, atol=0.3)


def test_an_area_is_drawn_around_and_the_largest_island_kept(browser, reading, tmp_path):
    with window(browser, reading.address) as page:
        wait_for_text(page, "title", "Case 1")
        page.get_by_test_id("segment").click()
        page.get_by_role("option", name="Rest").click()
        until(lambda: editor_of(page)["segments"][1]["value"] == editor_of(page)["segment"], "Rest")
        take(page, "draw")
        corners = [(2, 2), (12, 2), (12, 10), (2, 10), (2, 2)]
        stroke(page, *corners)
        wait_for_undo(page)
        take(page, "paint")
        stroke(page, (-10, -10), (-10, -10))
        until(lambda: page.get_by_test_id("redo").is_disabled(), "the disc")
        place_line(page, (-10, 0), (-10, 10))
        wait_for_text(page, "lines", "mm")
        left_the_page(page)
        both = drawn(tmp_path)
        assert set(both) == {20}
        disc = np.pi * RADIUS_MM**2
        assert len(both[20]) == pytest.approx(80 + disc, abs=12)

        take(page, "islands")
        page.get_by_test_id("keep-largest").click()
        wait_for_undo(page)
        left_the_page(page)
        assert len(drawn(tmp_path)[20]) == pytest.approx(80, abs=10)


def test_a_brush_of_another_size_a_region_more_and_a_line_less(browser, reading):
    with window(browser, reading.address) as page:
        wait_for_text(page, "title", "Case 1")
        page.keyboard.press("a")
        until(lambda: editor_of(page)["effect"] == "paint", "the brush by its key")
        page.get_by_test_id("radius").get_by_label("Radius").fill("2.5")
        page.keyboard.press("Enter")
        until(lambda: editor_of(page)["radius"] == 2.5, "a smaller brush")
        for typed, radius in (("abc", 2.5), ("nan", 2.5), ("", 2.5), ("3,5", 3.5), ("2.5", 2.5)):
            refused = editor_of(page)["refused"]
            page.get_by_test_id("radius").get_by_label("Radius").fill(typed)
            page.keyboard.press("Enter")
            until(partial(has_radius, page, radius), f"a radius of {radius} mm")
            assert editor_of(page)["refused"] - refused == (typed in ("abc", "nan", ""))
        wait_for_views(page)
        page.mouse.move(*at(page, 0, 0))
        ring = page.locator("[data-testid=view-Red] .quiz-brush circle")
        box = page.locator("[data-testid=view-Red] .quiz-area").bounding_box()
        scale = min(box["width"], box["height"]) / SIDE_MM
        assert float(ring.get_attribute("r")) == pytest.approx(2.5 * scale, rel=0.01)
        page.get_by_test_id("add-segment").click()
        until(lambda: len(editor_of(page)["segments"]) == 3, "a third region")
        page.get_by_test_id("rename").click()
        page.get_by_label("Name of the region").fill("Cyst")
        page.keyboard.press("Enter")
        until(lambda: editor_of(page)["segments"][2]["title"] == "Cyst", "a name of its own")
        place_line(page, (0, 0), (0, 5))
        wait_for_text(page, "lines", "Line 1")
        page.get_by_role("button", name="Delete Line 1").click()
        page.get_by_test_id("lines").get_by_role("button", name="Undo delete").click()
        wait_for_text(page, "lines", "Line 1")
        assert page.get_by_role("button", name="Undo delete").count() == 0
        page.get_by_role("button", name="Delete Line 1").click()
        page.get_by_test_id("lines").get_by_text("Line 1").wait_for(state="detached")
        page.get_by_test_id("measure").click()
        until(lambda: page.evaluate("trame.state.get('lines').measuring"), "a line in hand")
        take(page, "erase")
        until(lambda: not page.evaluate("trame.state.get('lines').measuring"), "no line in hand")
        page.keyboard.press("Escape")
        until(lambda: editor_of(page)["effect"] == "", "no tool in hand")
        until(lambda: page.evaluate("trame.state.get('tools').mouse"), "the mouse for window and level")
