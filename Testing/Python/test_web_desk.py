"""The reader's desk in the browser: what is at hand while looking, forms, regions, and what axe-core says."""

import re
from functools import partial

import numpy as np
import pytest
import SimpleITK as sitk
from accessibility import violations
from PIL import Image as Picture
from web_mouse import Mouse
from web_stage import choose, picture_of, served, text, until, wait_for_text, wait_for_views, window

SIDE = 24
READER = "Dr. Chen"


def image(type_, path, view="Red", plane="", layer="Background", more=""):
    plane = f"<DefaultOrientation>{plane}</DefaultOrientation>" if plane else ""
    name = path.split(".")[0].upper()
    return (
        f"<Image ID='{name}' Type='{type_}'>{plane}<DefaultDestination>{view}</DefaultDestination>"
        f"<Layer>{layer}</Layer><Path>{path}</Path>{more}</Image>"
    )


OPTIONS = "".join(f"<Option>{option}</Option>" for option in ("No", "Perhaps", "Yes"))
RADIO = f"<Question Type='Radio' Descriptor='{{}}'>{OPTIONS}</Question>"
NUMBER = "<Question Type='IntegerValue' Descriptor='Confidence' Min='1' Max='5'><Option/></Question>"
REMARK = "<Question Type='Text' Descriptor='Remark' Required='N'><Option/></Question>"
MATRIX = (
    "<Question Type='Matrix' Descriptor='Quality' Required='N'><Row>Noise</Row><Row>Contrast</Row>"
    "<Option>Good</Option><Option>Poor</Option></Question>"
)
CT = "".join(
    image("Volume", "ct.nrrd", view, plane)
    for view, plane in (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
)
LABELS = image("LabelMap", "labels.nrrd", layer="Label")
PAGES = (
    "<Page ID='Welcome' Layout='OneUpRedSlice' BookmarkID='start'><QuestionSet>"
    "<Question Type='InfoBox'><Option>Three cases.</Option></Question></QuestionSet></Page>",
    f"<Page ID='Case 1' Layout='FourUp'>{CT}{LABELS}<QuestionSet>{RADIO.format('Lesion?')}"
    f"{RADIO.format('Calcified?')}{NUMBER}{REMARK}</QuestionSet></Page>",
    f"<Page ID='Case 2' Layout='OneUpRedSlice' GoToBookmark='start Instructions' EnableSegmentEditor='Y'>"
    f"{image('Volume', 'ct.nrrd')}<QuestionSet>{RADIO.format('Lesion?')}</QuestionSet></Page>",
    f"<Page ID='Case 3' Layout='OneUpRedSlice'>{image('Vector', 'slide.png')}"
    f"<QuestionSet>{RADIO.format('Lesion?')}{MATRIX}</QuestionSet></Page>",
)
VOXELS = np.arange(SIDE**3, dtype=np.int16).reshape(SIDE, SIDE, SIDE)
BLOCK = np.zeros((SIDE, SIDE, SIDE), np.uint8)
BLOCK[8:16, 4:12, 2:10] = 1
BLOCK[18:22, 16:20, 16:22] = 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    for name, voxels in (("ct", VOXELS), ("labels", BLOCK)):
        sitk.WriteImage(sitk.GetImageFromArray(voxels), str(folder / f"{name}.nrrd"))
    colors = np.zeros((40, 60, 3), np.uint8)
    colors[:, :20] = (200, 120, 90)
    Picture.fromarray(colors).save(folder / "slide.png")
    (folder / "desk.xml").write_text(f"<Session>{''.join(PAGES)}</Session>", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def opened(browser, folder, tmp_path_factory):
    with served(tmp_path_factory.mktemp("look"), folder / "desk.xml", "--images", folder) as command:
        with window(browser, command.address) as page:
            wait_for_text(page, "title", "Welcome")
            next_page(page, "Case 1")
            yield page
        # But for what a test makes the browser itself refuse.
        assert command.errors.replace("JS Error => Error: refused\n", "") == ""


@pytest.fixture
def page(opened):
    """Case 1 as its author wrote it, for who looks at it and answers nothing."""
    opened.mouse.move(0, 0)
    opened.keyboard.press("r")
    until(lambda: "Slice 13/24" in opened.get_by_test_id("view-Red").inner_text(), "the middle slice")
    until(lambda: all(each["visible"] for each in state(opened, "tools")["regions"]), "all regions")
    wait_for_views(opened)
    yield opened
    assert opened.faults == []


@pytest.fixture
def first_page(browser, folder, tmp_path):
    """Of a reader who answers."""
    arguments = [folder / "desk.xml", "--images", folder, "--results", tmp_path / "results"]
    with (
        served(tmp_path, *arguments, "--reader", READER) as command,
        window(browser, command.address) as opened,
    ):
        opened.get_by_test_id("title").wait_for()
        yield opened
        assert opened.faults == []
        assert command.errors == ""


def next_page(page, title):
    page.get_by_test_id("next").click()
    wait_for_text(page, "title", title)
    wait_for_views(page)


def state(page, name):
    return page.evaluate("name => window.trame.state.get(name)", name)


def at(page, view, right, up):
    """The pixel of a point on a view, in mm from its middle, which shows a cube of 24 mm whole."""
    box = page.get_by_test_id(f"view-{view}").bounding_box()
    mm = min(box["width"], box["height"]) / SIDE
    return box["x"] + box["width"] / 2 + right * mm, box["y"] + box["height"] / 2 - up * mm


def points_at(page, words):
    until(lambda: words in text(page, "pointed"), f"“{words}”, not {text(page, 'pointed')}")


def test_value_voxel_position_and_region_under_the_pointer(page):
    mouse = Mouse(page)
    # The patient's right is on the left of the view, the front above. Column 6 is 5.5 voxels left of the
    # middle, row 5 is 6.5 voxels above it; of the two middle slices the higher one is seen.
    mouse.move(at(page, "Red", -5.5, 6.5))
    points_at(page, str(VOXELS[12, 5, 6]))
    points_at(page, "Voxel 6, 5, 12")
    # The first voxel is at the origin; LPS counts to the left and to the back.
    points_at(page, "L 6.")
    assert state(page, "pointed")["regions"][0]["name"] == "1"
    page.keyboard.press("+")
    wider = 1.2
    mouse.move(at(page, "Red", -5.5 * wider, 6.5 * wider))
    points_at(page, "Voxel 6, 5, 12")
    mouse.move(at(page, "Green", 5.5, -3.5))
    points_at(page, "Voxel 17, 11, 8")
    points_at(page, str(VOXELS[8, 11, 17]))


def test_slices_by_the_bar_one_view_large_inverted_and_magnified(page):
    assert "Slice 13/24" in page.get_by_test_id("view-Red").inner_text()
    assert "CT\nAxial" in page.get_by_test_id("view-Red").inner_text()
    assert not re.search(r"\bRed\b", page.locator("body").inner_text())
    page.get_by_test_id("slices-Red").fill("20")
    until(lambda: state(page, "corners")["Red"]["offset"] == "S 19.0 mm", "the slice of the bar")

    page.mouse.dblclick(*at(page, "Yellow", 0, 0))
    until(lambda: page.locator("[data-view]").count() == 1, "one view alone")
    wait_for_views(page)
    page.mouse.dblclick(*at(page, "Yellow", 0, 0))
    until(lambda: page.locator("[data-view]").count() == 4, "all views")
    wait_for_views(page)

    before = picture_of(page, "Red").astype(int)
    page.get_by_test_id("tool-contours").click()
    page.get_by_test_id("tool-invert").click()
    until(lambda: state(page, "tools")["inverted"], "the other way round")
    middle = tuple(length // 2 for length in before.shape[:2])
    until(
        lambda: abs(picture_of(page, "Red").astype(int)[middle] + before[middle] - 255).max() <= 4,
        "dark where it was bright",
    )
    page.get_by_test_id("tool-invert").click()

    page.mouse.move(*at(page, "Red", 3, 3))
    field = state(page, "corners")["Red"]["mm_per_pixel"]
    page.keyboard.down("m")
    until(lambda: state(page, "corners")["Red"]["mm_per_pixel"] == pytest.approx(field / 3), "it larger")
    page.keyboard.up("m")
    until(lambda: state(page, "corners")["Red"]["mm_per_pixel"] == pytest.approx(field), "it as before")


REFUSE_ONE = """() => {
    const { trigger } = window.trame;
    window.trame.trigger = (...told) => {
        if (told[0] !== "use") return trigger(...told);
        window.trame.trigger = trigger;
        return Promise.reject(new Error("refused"));
    };
}"""


def test_the_bar_and_the_magnifier_work_on_after_the_server_has_refused_something(page):
    bar = page.get_by_test_id("slices-Red")
    page.evaluate(REFUSE_ONE)
    bar.fill("20")
    bar.fill("21")
    until(lambda: state(page, "corners")["Red"]["slice"] == 21, "the slice of the bar")

    page.mouse.move(*at(page, "Red", 3, 3))
    field = state(page, "corners")["Red"]["mm_per_pixel"]
    page.evaluate(REFUSE_ONE)
    page.keyboard.down("m")
    page.mouse.move(*at(page, "Red", 2, 2))
    until(lambda: state(page, "corners")["Red"]["mm_per_pixel"] == pytest.approx(field / 3), "it larger")
    page.keyboard.up("m")
    until(lambda: state(page, "corners")["Red"]["mm_per_pixel"] == pytest.approx(field), "it as before")
    assert all("refused" in fault for fault in page.faults)
    page.faults.clear()


WATCH_PICTURES = """() => {
    window.blobs = new Set();
    window.pictures = [];
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (blob) => {
        const url = createObjectURL(blob);
        window.blobs.add(url);
        return url;
    };
    URL.revokeObjectURL = (url) => {
        window.blobs.delete(url);
        revokeObjectURL(url);
    };
    const session = window.trame.client.getConnection().getSession();
    session.subscribe("quizloader.pictures", ([{ view }]) => view && window.pictures.push(view));
}"""


def views(page):
    return page.locator("[data-view]").evaluate_all("views => views.map(view => view.dataset.view)")


def inverted_as(page, is_inverted):
    return state(page, "tools")["inverted"] == is_inverted


def test_a_view_that_is_alone_is_the_only_one_sent_and_the_next_page_has_all_of_its_own(page):
    page.evaluate(WATCH_PICTURES)
    page.mouse.dblclick(*at(page, "Yellow", 0, 0))
    until(lambda: views(page) == ["Yellow"], "one view alone")
    wait_for_views(page)
    page.evaluate("window.pictures.length = 0")
    for is_inverted in (True, False):
        page.get_by_test_id("tool-invert").click()
        until(partial(inverted_as, page, is_inverted), "another picture")
        wait_for_views(page)
    until(lambda: page.evaluate("window.pictures.length") >= 2, "both pictures")
    assert set(page.evaluate("window.pictures")) == {"Yellow"}

    page.get_by_test_id("previous").click()
    wait_for_text(page, "title", "Welcome")
    next_page(page, "Case 1")
    assert views(page) == ["Red", "3D", "Green", "Yellow"]
    until(lambda: page.evaluate("window.blobs.size") == 0, "the pictures' memory to be free")


def test_the_legend_filters_shows_alone_and_goes_to_a_region(page):
    legend = page.get_by_test_id("legend")
    page.mouse.move(*at(page, "Red", -5.5, 6.5))
    until(lambda: legend.locator(".quiz-lit").inner_text().startswith("1"), "the region to be lit")
    legend.get_by_role("button", name="2", exact=True).click()
    # Its slices are 18 to 21, and its middle is nearest to the 19th or 20th.
    until(lambda: state(page, "corners")["Red"]["slice"] in (20, 21), "the middle slice of region 2")
    legend.get_by_label("Show 2 alone").evaluate("button => button.click()")
    until(lambda: [each["visible"] for each in state(page, "tools")["regions"]] == [False, True], "2 alone")


def test_forms_tell_what_is_missing_when_next_was_pressed_and_digits_answer(first_page):
    page = first_page
    assert page.locator(".quiz-views").count() == 0, "a page without images is text"
    next_page(page, "Case 1")
    assert page.get_by_test_id("missing").count() == page.locator(".quiz-lack").count() == 0
    assert text(page, "lock-note").strip() == "After Next, this page cannot be changed."
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    wait_for_text(page, "missing", "Please choose an option of “Calcified?”.")
    assert text(page, "lack-0/1") == "Please choose an option of “Calcified?”."
    until(lambda: page.get_by_label("Confidence").count() == 1, "the field")
    # Next has led to the second question: the digit is for it, not the first one any more.
    page.mouse.move(*at(page, "Red", 0, 0))
    page.keyboard.press("1")
    until(lambda: state(page, "given")["0/1"] == ["Y", "N", "N"], "the second answer")
    assert state(page, "given")["0/0"] == ["N", "N", "Y"]
    page.get_by_label("Confidence", exact=True).fill("9")
    wait_for_text(page, "lack-0/2", "needs a whole number from 1 to 5, not “9”")
    page.get_by_label("Confidence", exact=True).fill("4")
    page.get_by_test_id("lack-0/2").wait_for(state="detached")

    next_page(page, "Case 2")
    page.get_by_test_id("bookmark").click()
    wait_for_text(page, "title", "Welcome")
    page.get_by_test_id("way-back").filter(has_text="Return to page 3").click()
    wait_for_text(page, "title", "Case 2")
    assert page.get_by_test_id("way-back").count() == 0
    wait_for_views(page)
    page.mouse.move(*at(page, "Red", 0, 0))
    # A key and a key for a case.
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    wait_for_text(page, "title", "Case 3")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_test_id("finish-now").click()
    wait_for_text(page, "end-page", "Thank you, Dr. Chen. All 4 pages are complete.")
    assert "This window can be closed." in text(page, "end-page")
    wait_for_text(page, "saving", "This quiz is finished")
    page.get_by_test_id("look-back").click()
    wait_for_text(page, "title", "Case 3")


def test_pictures_are_waited_for_and_turn(first_page):
    page = first_page
    # The first page has no images; those of another one may be long in coming.
    page.evaluate("window.trame.state.set('loading', { done: 1, total: 4 })")
    wait_for_text(page, "loading", "Loading images: 1 of 4")
    next_page(page, "Case 1")
    page.get_by_test_id("loading").wait_for(state="detached")
    choose(page.get_by_test_id("question-0/0"), "No")
    page.keyboard.press("1")
    page.get_by_label("Confidence", exact=True).fill("4")
    next_page(page, "Case 2")
    page.keyboard.press("1")
    next_page(page, "Case 3")

    def colored_part():
        rows, columns = (picture_of(page, "Red")[..., 0] > 150).nonzero()
        height, width = picture_of(page, "Red").shape[:2]
        return rows.mean() / height, columns.mean() / width

    until(lambda: colored_part()[1] < 0.4, "colour on the left")
    page.get_by_test_id("tool-rotate").click()
    until(lambda: colored_part()[0] < 0.4, "colour above")
    page.get_by_test_id("tool-flip").click()
    page.get_by_test_id("tool-rotate").click()
    until(lambda: colored_part()[1] > 0.6, "colour on the right")


def test_axe_core_finds_nothing_on_any_page(browser, folder, tmp_path):
    arguments = [folder / "desk.xml", "--images", folder, "--results", tmp_path / "results"]
    with served(tmp_path, *arguments) as command, window(browser, command.address) as page:
        page.get_by_label("Your name").wait_for()
        assert violations(page) == [], "the start"
        page.get_by_label("Your name").fill(READER)
        page.get_by_test_id("sign-in").click()
        wait_for_text(page, "title", "Welcome")
        assert violations(page) == [], "text"
        next_page(page, "Case 1")
        page.keyboard.press("Enter")
        page.get_by_test_id("missing").wait_for()
        assert violations(page) == [], "questions"
        page.get_by_test_id("preset").click()
        page.get_by_role("option", name="CT lung").wait_for()
        assert violations(page) == [], "an open list"
        page.keyboard.press("Escape")
        page.get_by_role("option", name="CT lung").wait_for(state="hidden")
        # The keys are the list's until the pointer is over a view.
        page.mouse.move(*at(page, "Red", 3, 3))
        page.keyboard.press("1")
        page.keyboard.press("1")
        page.get_by_label("Confidence", exact=True).fill("4")
        next_page(page, "Case 2")
        page.get_by_test_id("draw-paint").click()
        page.get_by_test_id("radius").wait_for()
        assert violations(page) == [], "drawing"
        page.get_by_test_id("help").click()
        page.get_by_test_id("help-sheet").wait_for()
        assert violations(page) == [], "the sheet of shortcuts"
        page.keyboard.press("Escape")
        page.get_by_test_id("help-sheet").wait_for(state="hidden")
        page.keyboard.press("Escape")
        page.keyboard.press("1")
        next_page(page, "Case 3")
        assert violations(page) == [], "a matrix"
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        page.get_by_test_id("finish-now").click()
        page.get_by_test_id("end-page").wait_for()
        assert violations(page) == [], "the end"
        assert page.faults == []
