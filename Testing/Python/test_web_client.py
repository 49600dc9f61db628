"""A reader's way through a quiz in the browser."""

import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from QuizLoaderLib.reader.session_answers import REFUSED
from session_by_hand import SAMPLES, SOAK, page_of, responses, saved
from web_stage import (
    PATIENCE_S,
    READER,
    Served,
    ask_what_is_missing,
    choose,
    picture_of,
    served,
    text,
    until,
    wait_for_text,
    wait_for_views,
    window,
)


def results_file(command: Served, tmp_path: Path) -> Path:
    return tmp_path / "results" / READER / "questions" / "questions.xml"


def login_of(root):
    login = root.find("Login")
    assert login is not None
    return login


def answer_the_first_questions(page):
    choose(page, "Not sure")
    choose(page, "Left")
    page.get_by_test_id("next").click()
    page.get_by_label("Confidence", exact=True).fill("4")


def test_a_reader_is_told_what_is_missing_goes_on_and_finishes(browser, reading, tmp_path):
    with window(browser, reading.address) as page:
        assert text(page, "title") == "Case 1 - Reading"
        assert text(page, "position") == "Page 1 of 2. Questions 1 of 2. Pages complete: 0 of 2"
        assert text(page, "info").split("\n\n") == ["Task", "Scroll through the head and look for a lesion."]
        page.wait_for_function("document.querySelector('img.quiz-picture').naturalWidth > 0")
        assert page.get_by_test_id("missing").count() == 0, "nothing was asked for yet"
        ask_what_is_missing(page)
        assert text(page, "missing").splitlines() == [
            "Please choose an option of “Is there a lesion?”.",
            "Please tick at least one box of “Where?”.",
        ]
        assert text(page, "title") == "Case 1 - Reading", "Next waits for the answers"

        answer_the_first_questions(page)
        page.get_by_label("Confidence", exact=True).fill("9")
        wait_for_text(page, "lack-0/0", "needs a whole number from 1 to 5, not “9”")
        page.get_by_label("Confidence", exact=True).fill("4")
        page.get_by_label("Remarks").fill("One line\nand a second")
        page.get_by_test_id("previous").click()
        page.get_by_label("Not sure").wait_for()
        assert page.get_by_label("Not sure").is_checked()
        assert not page.get_by_label("Yes").is_checked()
        assert page.get_by_label("Left", exact=True).is_checked()
        page.get_by_test_id("next").click()
        page.get_by_label("Confidence", exact=True).wait_for()
        assert page.get_by_label("Remarks").input_value() == "One line\nand a second"
        page.get_by_test_id("next").click()

        wait_for_text(page, "title", "Case 1 - Report")
        page.get_by_label("Location").fill("Right")
        page.get_by_label("Appearance").fill("Bright")
        page.get_by_test_id("finish").click()
        page.get_by_test_id("not-yet").click()
        page.get_by_test_id("finish").click()
        page.get_by_test_id("finish-now").click()
        wait_for_text(page, "saving", "This quiz is finished")
        assert page.faults == []

    assert reading.end() == 0
    root = saved(results_file(reading, tmp_path))
    first, second = responses(page_of(root, 1)), responses(page_of(root, 2))
    assert [option[-1:] for option in first[0][2]] == [["N"], ["N"], ["Y"]]
    assert [option[-1:] for option in first[0][3]] == [["Y"], ["N"]]
    assert [option[-1] for question in first[1] for option in question] == ["4", "", "One line\nand a second"]
    assert [option[-1] for option in second[0][0]] == ["Right", "Bright"]
    assert login_of(root).get("QuizComplete") == "Y"


def test_the_browser_is_loaded_again_and_closed_and_all_answers_are_there(browser, reading):
    with window(browser, reading.address) as page:
        answer_the_first_questions(page)
        # Loaded again at once: what was typed is on its way to the server still.
        page.reload()
        wait_for_text(page, "position", "Questions 2 of 2")
        assert page.get_by_label("Confidence", exact=True).input_value() == "4"

    with window(browser, reading.address) as page:
        wait_for_text(page, "position", "Questions 2 of 2")
        assert page.get_by_label("Confidence", exact=True).input_value() == "4"
        wait_for_text(page, "saving", "All answers are saved.")


def test_what_is_no_number_is_refused_in_a_sentence_and_never_lost(browser, reading, tmp_path, images):
    # What is typed is kept, but nobody is told that all of it is an answer.
    wanted = "“Diameter in mm” needs a number from 0.5 to 150, not “1,2,5”."
    with window(browser, reading.address) as page:
        answer_the_first_questions(page)
        page.get_by_label("Diameter").fill("1,2,5")
        # Loaded again before the server knows of it, and after.
        for _ in range(2):
            page.reload()
            wait_for_text(page, "lack-0/1", wanted)
            assert page.get_by_label("Diameter").input_value() == "1,2,5"
            wait_for_text(page, "saving", REFUSED)
        ask_what_is_missing(page)
        assert text(page, "missing") == wanted
    assert reading.end() == 0

    again = [SAMPLES / "questions.xml", "--images", images, "--results", tmp_path / "results"]
    with (
        served(tmp_path / "again", *again, "--reader", READER) as command,
        window(browser, command.address) as page,
    ):
        wait_for_text(page, "position", "Questions 1 of 2")
        page.get_by_test_id("next").click()
        wait_for_text(page, "position", "Questions 2 of 2")
        ask_what_is_missing(page)
        assert text(page, "missing") == wanted
        assert page.get_by_label("Diameter").input_value() == "1,2,5"
        page.get_by_label("Diameter").fill("12.5")
        page.get_by_test_id("missing").wait_for(state="detached")
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "Case 1 - Report")
        assert command.end() == 0
    (diameter,) = responses(page_of(saved(results_file(reading, tmp_path)), 1))[1][1]
    assert diameter[-1] == "12.5"


def test_a_window_that_was_loaded_again_has_the_newest_answers_and_may_go_on_at_once(browser, reading):
    """It is told of its place while it sends what was typed before, and while its reader clicks."""
    listen = """() => trame.state.addListener(({type, keys}) => {
        if (type === "dirty-state" && keys.includes("given")) window.told = trame.state.get("given");
    })"""
    with window(browser, reading.address) as page:
        page.get_by_label("Left", exact=True).wait_for()
        page.evaluate(listen)
        choose(page, "Left")
        page.wait_for_function("window.told?.['0/3'].join() === 'Y,N'")
        # The server hears of the window before the click and after it.
        page.evaluate("""async () => {
            const { owner, asked } = trame.state.get();
            await trame.trigger("arrive", [owner]);
            await trame.trigger("step", [owner, asked.serial, "next"]);
            await trame.trigger("arrive", [owner]);
        }""")
        page.get_by_test_id("missing").wait_for()
        choose(page, "Right")
        assert page.get_by_test_id("missing").is_visible()


def test_a_window_that_is_closed_right_after_typing_loses_nothing(browser, reading):
    for remark in ("Once", "And once more") if SOAK else ("Once",):
        with window(browser, reading.address) as page:
            if remark == "Once":
                answer_the_first_questions(page)
            page.get_by_label("Remarks").fill(remark)
        with window(browser, reading.address) as page:
            wait_for_text(page, "position", "Questions 2 of 2")
            until(lambda: page.get_by_label("Remarks").input_value() == remark, remark)  # noqa: B023
    assert status_of_post(reading.address + "unsent", b"[{}]") == 400
    assert status_of_post(reading.address.rsplit("/", 2)[0] + "/unsent", b"[]") == 404


SCROLL_ON = """() => {
    const view = document.querySelector("[data-testid=view-Red] .quiz-pictures");
    // Slices may look alike, and a picture that the browser has is not sent again: their number changes.
    window.changes = 0;
    const all = { childList: true, characterData: true, subtree: true };
    new MutationObserver(() => window.changes++).observe(view.closest("[data-view]"), all);
    const wheel = (deltaY) => new WheelEvent("wheel", { deltaY, bubbles: true });
    const turn = (deltaY) => view.firstElementChild.dispatchEvent(wheel(deltaY));
    let step = 0;
    setInterval(() => turn(step++ % 40 < 20 ? 100 : -100), 20);
}"""


def test_a_window_that_is_closed_while_the_reader_scrolls_is_no_news(browser, reading):
    for _ in range(3 if SOAK else 1):
        with window(browser, reading.address) as page:
            wait_for_views(page)
            page.evaluate(SCROLL_ON)
            page.wait_for_function("window.changes > 9")
    assert reading.end() == 0
    assert reading.errors == ""


def status_of_post(address: str, content: bytes) -> int:
    try:
        with urllib.request.urlopen(address, content, timeout=PATIENCE_S) as reply:
            return reply.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_the_command_is_ended_by_ctrl_c_and_the_reader_goes_on_where_he_was(
    browser, reading, tmp_path, images
):
    with window(browser, reading.address) as page:
        answer_the_first_questions(page)
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "Case 1 - Report")
        assert reading.end(signal.SIGINT) == 0
        page.get_by_test_id("lost").wait_for()
    assert "Traceback" not in reading.errors
    assert login_of(saved(results_file(reading, tmp_path))).get("LogoutTime")

    again = [SAMPLES / "questions.xml", "--images", images, "--results", tmp_path / "results"]
    with served(tmp_path / "again", *again) as command, window(browser, command.address) as page:
        page.get_by_label("Your name").fill(READER)
        page.get_by_test_id("sign-in").click()
        wait_for_text(page, "title", "Case 1 - Report")


def test_a_second_window_says_so_and_can_take_over(browser, reading):
    with window(browser, reading.address) as first:
        choose(first, "Not sure")
        wait_for_text(first, "saving", "All answers are saved.")
        with window(browser, reading.address) as second:
            wait_for_text(second, "elsewhere", "This quiz is open in another window")
            assert first.get_by_test_id("title").is_visible()

            second.get_by_test_id("take-over").click()
            second.get_by_test_id("title").wait_for()
            wait_for_text(first, "elsewhere", "This quiz is open in another window")
            assert second.get_by_label("Not sure").is_checked()
            choose(second, "Left")
            wait_for_text(second, "saving", "All answers are saved.")
        first.get_by_test_id("title").wait_for()
        until(first.get_by_label("Left", exact=True).is_checked, "the answer of the other window")


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as reply:
            return reply.status
    except urllib.error.HTTPError as refusal:
        assert refusal.read() == b""
        return refusal.code


def test_without_the_secret_there_is_neither_client_nor_file_nor_socket(browser, reading):
    root, secret = reading.address.rstrip("/").rsplit("/", 1)
    assert root.startswith("http://127.0.0.1:")
    assert len(secret) == 32
    inside = ["", "index.html", "vue.global.js", "client/quizloader.js"]
    assert {status(f"{root}/{secret}/{path}") for path in inside} == {200}
    wrong = "0" * 32
    for path in [*inside, "ws", f"{wrong}/", f"{wrong}/ws", f"{wrong}/index.html", f"{secret[:-1]}/", "."]:
        assert status(f"{root}/{path}") == 404, path
    with window(browser, reading.address) as page:
        opens = """address => new Promise(resolve => {
            const socket = new WebSocket(address);
            socket.onopen = () => resolve(true);
            socket.onerror = () => resolve(false);
        })"""
        socket = root.replace("http", "ws")
        assert page.evaluate(opens, f"{socket}/{secret}/ws")
        assert not page.evaluate(opens, f"{socket}/ws")
        assert not page.evaluate(opens, f"{socket}/{wrong}/ws")
    assert not any(secret in line for line in reading.errors.splitlines())


def test_the_view_shows_the_image_the_right_way_round(browser, reading):
    """The block of the image reaches 25 of 40 mm from the right and 30 from the front."""
    with window(browser, reading.address) as page:
        page.get_by_test_id("title").wait_for()

        def shown():
            picture = picture_of(page, "Red").astype(int)
            bright = picture.max(axis=2) > 128
            if not bright.any():
                return None
            rows, columns = bright.any(axis=1).nonzero()[0], bright.any(axis=0).nonzero()[0]
            height, width = bright.shape
            side = min(height, width)
            left, top = (width - side) / 2, (height - side) / 2
            edges = (rows[0] - top, rows[-1] + 1 - top, columns[0] - left, columns[-1] + 1 - left)
            return [round(float(edge) * 40 / side, 1) for edge in edges]

        until(lambda: shown() == pytest.approx([0, 30, 0, 25], abs=0.2), "the block on the red view")
        expected = ["MR", "Axial", "Slice 21/40", "S 0.5 mm", "W 1000 L 500", *"RLAP"]

        def texts():
            return [each for each in page.get_by_test_id("view-Red").inner_text().split("\n") if each]

        until(lambda: texts() == expected, f"{expected} in the corners, not {texts()}")
