"""Reading over networks that are slow and late, in the browser."""

import itertools
import random
import time
from functools import partial

import numpy as np
import pytest
import SimpleITK as sitk
from cable import Line, cable_to
from QuizLoaderStories.made import image_element, write_quiz
from session_by_hand import SOAK
from web_stage import served, text, until, wait_for_text, wait_for_views, window

PLANES = (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
VIEWS = [view for view, _plane in PLANES]
ACTIONS = 15
SOAK_S = 600 if SOAK else 0
"""What is done at random goes on for so long, and for so many actions at least."""

LISTEN = """() => {
    window.seen = Object.fromEntries([...document.querySelectorAll("[data-view]")].map((body) => {
        const changes = [];
        new MutationObserver(() => {
            if (!window.goesBack) changes.push(Number(body.querySelector("img").dataset.of));
        }).observe(body.querySelector(".quiz-pictures"), { childList: true });
        return [body.dataset.view, changes];
    }));
    // A slice that was shown ahead of the server's word goes back where that is late: nothing older has come.
    const later = window.setTimeout;
    window.setTimeout = (action, ms, ...values) => later(ms !== 2000 ? action : () => {
        window.goesBack = true;
        action();
        queueMicrotask(() => { window.goesBack = false; });
    }, ms, ...values);
    window.wheels = window.told = 0;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        const text = new TextDecoder("latin1").decode(data);
        window.wheels += text.includes("\\u00aaMouseWheel");
        window.told += text.includes("trame.rca.event");
        return send.call(this, data);
    };
}"""

LISTEN_AHEAD = """() => {
    window.ahead = {};
    window.named = 0;
    window.aheadAt = "";
    const session = window.trame.client.getConnection().getSession();
    session.subscribe("quizloader.pictures", ([told]) => {
        if (told.steps && (told.held || told.same !== null)) {
            window.ahead[told.steps] = told.of;
            window.aheadAt = trame.state.get("corners").Red.window;
        }
        if (!told.steps && told.same != null) window.named += 1;
    });
}"""

KINDS = "() => [...document.querySelectorAll('.quiz-area img')].map(picture => picture.dataset.kind)"

PIXELS = """async () => Object.fromEntries(await Promise.all(
[...document.querySelectorAll("[data-view]")].map(async (body) => {
    const picture = body.querySelector("img");
    const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    return [body.dataset.view, [canvas.width, canvas.height, ...hash].join(" ")];
})))"""


@pytest.fixture(scope="module")
def quiz(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    (folder / "images").mkdir()
    voxels = np.random.default_rng(1).normal(100, 60, (60, 128, 128)).astype(np.int16)
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(folder / "images" / "ct.nrrd"))
    images = "".join(image_element("Volume", "ct.nrrd", *plane) for plane in PLANES)
    question = '<Question Type="Text" Descriptor="Remark"><Option>Remark</Option></Question>'
    return write_quiz(folder / "quiz.xml", [f'Layout="FourUp"|{images}<QuestionSet>{question}</QuestionSet>'])


@pytest.fixture
def command(quiz, tmp_path):
    arguments = ("--images", quiz.parent / "images", "--results", tmp_path / "results", "--reader", "Ann")
    with served(tmp_path, quiz, *arguments) as found:
        yield found


def wait_until_settled(page):
    """Over a long line, with the pointer on Red: all that was done has come, there and back."""
    told = None
    while (now := page.evaluate("window.told")) != told:
        told = now
        # What waits for an answer is told after it.
        page.evaluate("trame.trigger('alive', [''])")
    page.evaluate("trame.trigger('use', [trame.state.get('owner'), 'preset', 'CT bone'])")
    # Slices beside go ahead when all views stand.
    until(lambda: page.evaluate("window.aheadAt") == "W 1800 L 400", "slices beside of what was done last")
    wait_until_lossless(page)


def wait_until_lossless(page):
    """All views stand and are exact, and what the reader did has come."""
    wait_for_views(page)
    page.evaluate("trame.trigger('alive', [''])")
    until(lambda: set(page.evaluate(KINDS)) == {"lossless"}, "lossless pictures")


def over(page, view):
    page.get_by_test_id(f"view-{view}").hover(position={"x": 150, "y": 150})


def shown(page, view, what):
    return page.evaluate("([view, what]) => trame.state.get('corners')[view][what]", [view, what])


def shown_slice(page, view):
    return shown(page, view, "slice")


@pytest.mark.parametrize(
    "line", [Line(20, 40, late_share=0.01), Line(4, 80, late_share=0.01)], ids=["home", "slow"]
)
def test_random_use_over_a_line_with_late_chunks_loses_nothing_and_no_view_is_stuck(browser, command, line):
    """What the views show in the end is byte for byte what a window without that line gets."""
    chance = random.Random(1)
    typed = ""
    with cable_to(command.address, line) as cable, window(browser, cable.address) as page:
        wait_until_lossless(page)
        page.evaluate(LISTEN)
        page.evaluate(LISTEN_AHEAD)
        end = time.monotonic() + SOAK_S
        for done in itertools.count():
            if done >= ACTIONS and time.monotonic() >= end:
                break
            view = chance.choice(VIEWS)
            action = chance.choice(("wheel", "wheel", "wheel", "drag", "key", "type", "wait"))
            if action == "type":
                typed += chance.choice("abc")
                page.get_by_label("Remark").fill(typed)
            elif action == "wait":
                wait_until_lossless(page)
            else:
                over(page, view)
            if action == "wheel":
                for _notch in range(chance.randint(1, 12)):
                    page.mouse.wheel(0, chance.choice((-100, 100)))
            elif action == "drag":
                page.mouse.down(button=chance.choice(("left", "middle")))
                page.mouse.move(*(chance.randint(400, 700) for _ in range(2)), steps=6)
                page.mouse.up(button="left")
                page.mouse.up(button="middle")
            elif action == "key":
                page.keyboard.press(chance.choice(("ArrowUp", "ArrowDown", "r", "b")))
        over(page, "Red")
        wait_until_settled(page)
        for view, changes in page.evaluate("window.seen").items():
            assert changes == sorted(changes), f"{view}: none after a newer one"
            assert changes
        if typed:
            wait_for_text(page, "saving", "All answers are saved.")
        through_the_line = page.evaluate(PIXELS)
        with window(browser, command.address) as direct:
            direct.get_by_test_id("take-over").click()
            wait_until_lossless(direct)
            until(lambda: direct.evaluate(PIXELS) == through_the_line, "the same as through the line")
            if typed:
                assert direct.get_by_label("Remark").input_value() == typed
        assert page.faults == []
    assert command.errors == ""


def test_pictures_that_come_beneath_a_resting_pointer_end_nobodys_typing(browser, command):
    with window(browser, command.address) as page:
        wait_until_lossless(page)
        page.evaluate(LISTEN)
        over(page, "Red")
        field = page.get_by_label("Remark")
        field.focus()
        for letter in "round":
            come = page.evaluate("window.seen.Red.length")
            page.mouse.wheel(0, -100)
            page.wait_for_function(f"window.seen.Red.length > {come}")
            page.keyboard.type(letter)
        assert field.input_value() == "round"

        over(page, "Green")
        before = shown(page, "Green", "window")
        page.keyboard.press("b")
        until(lambda: shown(page, "Green", "window") != before, "what the key does")
        assert field.input_value() == "round", "what is typed over a view is no answer"


COUNT_BLOBS = """() => {
    window.blobs = 0;
    const read = Blob.prototype.arrayBuffer;
    Blob.prototype.arrayBuffer = function () {
        window.blobs += 1;
        return read.call(this);
    };
}"""


def test_no_message_takes_the_way_through_another_process_of_the_browser(browser, command):
    with window(browser, command.address) as page:
        wait_until_lossless(page)
        page.evaluate(LISTEN)
        page.evaluate(COUNT_BLOBS)
        over(page, "Red")
        come = page.evaluate("window.seen.Red.length")
        page.mouse.wheel(0, -100)
        page.wait_for_function(f"window.seen.Red.length > {come}")
        assert page.evaluate("window.blobs") == 0


WATCH_SIGNS = """() => {
    // It is there for a moment, between two looks of a busy machine.
    window.reduced = new Set();
    new MutationObserver(() => {
        for (const sign of document.querySelectorAll("[data-testid=reduced]"))
            window.reduced.add(sign.closest("[data-view]").dataset.view);
    }).observe(document, { subtree: true, childList: true });
}"""


def test_while_a_view_moves_over_a_slow_line_it_says_that_it_is_reduced(browser, command):
    with cable_to(command.address, Line(2, 80)) as cable, window(browser, cable.address) as page:
        wait_until_lossless(page)
        assert page.get_by_test_id("reduced").count() == 0
        page.evaluate(WATCH_SIGNS)
        over(page, "Red")

        def are_reduced():
            page.mouse.wheel(0, -100)
            return page.evaluate("[...window.reduced]")

        assert until(are_reduced, "the sign of reduced quality") == ["Red"]
        wait_until_lossless(page)
        page.get_by_test_id("reduced").wait_for(state="detached")


BESIDE_THIS = """() => {
    const shown = Number(document.querySelector("[data-view=Red] img").dataset.of);
    return Object.values(window.ahead).filter((of) => of === shown).length;
}"""

STEP = """() => {
    const area = document.querySelector("[data-view=Red] .quiz-pictures");
    const { x, y } = area.getBoundingClientRect();
    area.dispatchEvent(
        new WheelEvent("wheel", { clientX: x + 150, clientY: y + 150, bubbles: true, deltaY: -100 }));
}"""


NEVER_BACK = """() => {
    const later = window.setTimeout;
    window.setTimeout = (action, ms, ...values) => ms === 2000 ? 0 : later(action, ms, ...values);
}"""
"""A slice that is shown ahead of the server's word goes back after 2 s, perhaps before a test looks."""


def test_a_single_step_shows_at_once_and_is_what_the_server_then_shows(browser, command):
    """Nothing gets through the line meanwhile."""
    with cable_to(command.address, Line(20, 40)) as cable, window(browser, cable.address) as page:
        wait_until_lossless(page)
        page.evaluate(LISTEN_AHEAD)
        page.evaluate(NEVER_BACK)
        over(page, "Red")
        until(lambda: page.evaluate(BESIDE_THIS) == 2, "the slices beside what is shown")
        before, at = page.evaluate(PIXELS), shown_slice(page, "Red")
        cable.squeeze()
        page.evaluate(STEP)

        def another_red():
            red = page.evaluate(PIXELS)["Red"]
            return red if red != before["Red"] else ""

        at_once = until(another_red, "the slice beside")
        assert shown_slice(page, "Red") == at, "the server knows nothing of it yet"
        cable.release()
        until(lambda: abs(shown_slice(page, "Red") - at) == 1, "the step")
        until(lambda: page.evaluate("window.named"), "the server to name it, and not to send it again")
        wait_until_lossless(page)
        assert page.evaluate(PIXELS)["Red"] == at_once

        def are_ahead():
            now = page.evaluate("Number(document.querySelector('[data-view=Red] img').dataset.of)")
            return set(page.evaluate("Object.values(window.ahead)")) == {now}

        until(are_ahead, "the slices beside this one")
        page.keyboard.press("ArrowDown" if shown_slice(page, "Red") > at else "ArrowUp")
        until(lambda: page.evaluate(PIXELS) == before, "the slice from before")
        assert page.faults == []


def is_so_far(page, before, steps):
    return abs(shown_slice(page, "Red") - before) == steps


TURN = """deltaY => {
    const area = document.querySelector("[data-view=Red] .quiz-pictures");
    const { x, y } = area.getBoundingClientRect();
    const at = { clientX: x + 150, clientY: y + 150, bubbles: true };
    for (let notch = 0; notch < 20; notch++)
        area.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY }));
}"""


def test_steps_of_the_wheel_that_cannot_be_told_yet_become_one_and_none_is_lost(browser, command):
    """At most four are told before the first answer, and what waits when the wheel comes to rest."""
    for line, delta in ((Line(), -100), (Line(0, 150), 100)):
        with cable_to(command.address, line) as cable, window(browser, cable.address) as page:
            wait_until_lossless(page)
            page.evaluate(LISTEN)
            over(page, "Red")
            wait_until_lossless(page)
            before = shown_slice(page, "Red")
            cable.squeeze()
            page.evaluate(TURN, delta)
            wait_for_text(page, "silent", "The connection is not answering.")
            told_at_once = page.evaluate("window.wheels")
            assert 2 <= told_at_once <= 5, "the first one waits for no answer to what went before it"
            cable.release()
            until(partial(is_so_far, page, before, 20), "all of the steps")
            page.get_by_test_id("silent").wait_for(state="detached")
            assert page.evaluate("window.wheels") <= told_at_once + 1, "what waited was told as one"
            assert text(page, "title")
