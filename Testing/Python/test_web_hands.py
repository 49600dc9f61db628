"""What a reader's hands meet in the browser: keys that go where they are meant, pictures as they are."""

import pytest
from drawing_stage import CT, EDITOR, quiz_with_regions, serving
from session_by_hand import text_page
from web_stage import WINDOW, text, until, wait_for_views, window

REMARK = text_page("A").partition(">")[2].removesuffix("</Page>")
LONG_NAME = "Everything of the left adrenal gland that is not its medulla"


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory, ct_folder):
    """One image to draw and to measure on, and a remark to be typed."""
    folder = tmp_path_factory.mktemp("hands")
    quiz = quiz_with_regions(folder, f'<Page ID="A" {EDITOR}>{CT}{REMARK}</Page>')
    with serving(folder, quiz, ct_folder) as command, window(browser, command.address) as page:
        yield page


@pytest.fixture
def page(opened):
    wait_for_views(opened)
    yield opened
    assert opened.faults == []


def lines_of(page):
    return page.evaluate("trame.state.get('lines')")


def over_the_view(page):
    page.get_by_test_id("view-Red").hover(position={"x": 100, "y": 100})


def test_escape_ends_a_measurement_and_the_mouse_is_as_before(page):
    assert page.evaluate("trame.state.get('tools').mouse")
    over_the_view(page)
    page.keyboard.press("l")
    until(lambda: lines_of(page)["measuring"], "a line in hand")
    page.keyboard.press("Escape")
    until(lambda: not lines_of(page)["measuring"], "no line in hand")
    until(lambda: page.evaluate("trame.state.get('tools').mouse"), "the mouse for window and level")
    assert lines_of(page)["measured"] == []


def test_letters_typed_over_a_view_do_not_go_into_the_answer_written_before(page):
    field = page.get_by_role("textbox", name="Remark")
    field.fill("small")
    page.get_by_test_id("title").hover()
    page.keyboard.type(" and round")
    over_the_view(page)
    page.keyboard.press("l")
    until(lambda: lines_of(page)["measuring"], "the tool of the letter")
    assert field.input_value() == "small and round"
    page.keyboard.press("Escape")
    until(lambda: not lines_of(page)["measuring"], "no line in hand")
    # Whoever clicks the field again goes on there.
    field.click()
    page.keyboard.press("End")
    page.keyboard.type(".")
    assert field.input_value() == "small and round."


def test_a_picture_is_not_stretched_while_its_view_has_another_size(page):
    """On no frame that the browser paints, from one size of the window to the other."""
    page.evaluate("""() => {
        window.stretched = [];
        const look = () => {
            if (!window.stretched) return;
            const picture = document.querySelector(".quiz-area img");
            const box = picture.getBoundingClientRect();
            // Of its view, also where the link is slow and it has half of the pixels.
            const across = box.width / picture.size[0], down = box.height / picture.size[1];
            if (picture.naturalWidth && (Math.abs(across - 1) > 0.01 || Math.abs(down - 1) > 0.01))
                window.stretched.push([across, down]);
            requestAnimationFrame(look);
        };
        look();
    }""")
    for size in ((900, 720), (900, 500), WINDOW):
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        wait_for_views(page)
    assert page.evaluate("() => { const all = stretched; stretched = null; return all; }") == []


def test_the_name_of_a_region_is_seen_whole_while_it_is_changed(page):
    page.get_by_test_id("rename").click()
    field = page.get_by_test_id("name").get_by_role("textbox")
    field.fill(LONG_NAME)
    field.press("Enter")
    field.wait_for(state="detached")
    titles = "trame.state.get('editor').segments.map(each => each.title)"
    until(lambda: LONG_NAME in page.evaluate(titles), "the name")
    page.get_by_test_id("rename").click()
    field.wait_for()
    assert field.input_value() == LONG_NAME
    assert field.evaluate("field => field.scrollWidth <= field.clientWidth")


def test_the_list_of_windows_shows_the_one_that_the_image_has(page):
    def shown():
        return text(page, "preset").removeprefix("Window").strip()

    until(lambda: shown() == "original", "the image's own")
    page.get_by_test_id("preset").click()
    page.get_by_role("option", name="CT bone").click()
    until(lambda: shown() == "CT bone", "the name of what was chosen")
    over_the_view(page)
    page.keyboard.press("b")
    until(lambda: shown() == "by hand", "that it was changed")
    page.keyboard.press("r")
    until(lambda: shown() == "original", "the page's own")
