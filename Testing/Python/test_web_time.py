"""Limits of time in the browser, by a clock that the test moves: what stops it, and what its end does."""

from drawing_hand import covered, hand_on, label_map, write_ct
from drawing_stage import CT, EDITOR, RADIUS_MM, first_page, results_of, serving
from drawing_stage import quiz_with_regions as quiz_of
from session_by_hand import page_of, saved
from web_stage import MovedClock, text, until, wait_for_text, wait_for_views, window

LIMIT_S = 12
FINDING = (
    '<QuestionSet><Question Type="Text" Descriptor="Finding"><Option>What</Option></Question></QuestionSet>'
)
PAGES = (
    f'<Page ID="A" {EDITOR} ContourToolRadius="{RADIUS_MM}" TimeLimit="{LIMIT_S}">{CT}{FINDING}</Page>'
    '<Page ID="Look" Position="First" TimeLimit="600" MinTime="300" Layout="OneUpRedSlice">'
    f"{CT}{FINDING}</Page>"
    f'<Page ID="End" Layout="OneUpRedSlice">{CT}</Page>'
)
MOVED_CLOCK = """
import dataclasses, functools, pathlib
from QuizLoaderLib.apps.web import client_quiz, server

def clock():
    return float(pathlib.Path(__file__).with_name("now").read_text(encoding="utf-8"))

sign_in = client_quiz.Serving.sign_in
client_quiz.Serving.sign_in = lambda *who: dataclasses.replace(sign_in(*who), clock=clock)
server.WindowPresence = functools.partial(server.WindowPresence, clock=clock)
"""
"""For how long a page is shown, and when a window was heard last."""

HIDE = """isHidden => {
    Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_time_stands_still_out_of_sight_and_ends_a_page_while_it_is_drawn_on(browser, tmp_path):
    images = write_ct(tmp_path / "images")
    quiz = quiz_of(tmp_path, PAGES, 'FreeOrder="Y"')
    clock = MovedClock(tmp_path / "clock", MOVED_CLOCK)
    with (
        serving(tmp_path, quiz, images, "first", **clock.environment) as command,
        window(browser, command.address) as page,
    ):
        wait_for_text(page, "time", "Time left: 10 minutes")
        wait_for_text(page, "early", "This page can be completed in 5 minutes.")
        page.get_by_test_id("next").click()
        wait_for_text(page, "missing", "This page can be completed in 5 minutes.")
        wait_for_views(page)
        page.screenshot(path=str(tmp_path / "limited.png"))
        clock.move(4)
        page.evaluate(HIDE, True)
        page.get_by_test_id("covered").wait_for()
        until(lambda: page.locator(".quiz-area img").count() == 0, "the pictures to go")
        page.screenshot(path=str(tmp_path / "covered.png"))
        clock.move(200)
        page.evaluate(HIDE, False)
        page.get_by_test_id("covered").wait_for(state="detached")
        wait_for_views(page)
        page.reload()
        wait_for_text(page, "time", "Time left: 10 minutes")
        clock.move(3)
        command.process.kill()
        page.get_by_test_id("lost").wait_for()
        assert page.locator(".quiz-area img").count() == 0
    with serving(tmp_path, quiz, images, "second", **clock.environment) as command:
        with window(browser, command.address) as page:
            page.get_by_test_id("page-list").locator("summary").click()
            listed = page.get_by_test_id("page-list").get_by_role("listitem")
            assert listed.get_by_role("button").all_inner_texts() == ["Look", "A", "End"]
            assert listed.locator("span").all_inner_texts() == ["here", "not begun", "not begun"]
            page.get_by_test_id("page-list").get_by_role("button", name="A").click()
            wait_for_text(page, "title", "A")
            wait_for_views(page)
            hand = hand_on(page)
            hand.take("paint")
            page.get_by_role("textbox", name="What").fill("begun")
            # Typing is sent after a pause.
            page.wait_for_function("sessionStorage.getItem('quizloader-unsent') === '[]'")
            path = hand.drag((-10.0, 4.0), (12.0, 4.0), releases=False)
            clock.move(LIMIT_S - 1)
            wait_for_text(page, "time", "Time left: 1 second")
            page.screenshot(path=str(tmp_path / "soon.png"))
            assert text(page, "title") == "A"
            clock.move(1)
            wait_for_text(page, "title", "End")
            assert text(page, "notice") == "Time ran out for “A”. What was there is saved."
            page.screenshot(path=str(tmp_path / "over.png"))
            page.mouse.up()
            page.get_by_test_id("finish").click()
            page.get_by_role("button", name="The page “Look” is not complete yet.").click()
            wait_for_text(page, "title", "Look")
            assert page.faults == []
        assert command.end() == 0
        assert command.errors == ""
    root = saved(results_of(tmp_path) / "study.xml")
    drawn, look, _end = (page_of(root, number) for number in (1, 2, 3))
    assert (drawn.get("PageComplete"), drawn.get("TimedOut")) == ("Y", "Y")
    assert float(drawn.get("SecondsShown") or 0) == LIMIT_S
    assert [each.text for each in drawn.iter("Response")] == ["begun"]
    voxels = label_map(first_page(tmp_path)) > 0
    assert voxels[covered(path, RADIUS_MM - 2)].all()
    assert not voxels[~covered(path, RADIUS_MM + 2)].any()
    assert look.get("TimedOut") is None
    # Those that it was seen for; a server that is killed may give back the last of them.
    assert float(look.get("SecondsShown") or 0) <= 4 + 3
