"""What goes wrong while a reader reads in the browser: the network, impatience, the folders."""

import shutil
import sys
from functools import partial

import numpy as np
import pytest
from cable import cable_to
from panel_stage import SIDE, VOLUME, image_element, write_image, write_images
from session_by_hand import SAMPLES, SOAK, page_of, responses, saved
from web_stage import (
    OBEY_RIGHTS,
    READER,
    choose,
    picture_of,
    served,
    text,
    until,
    wait_for_text,
    window,
)

FAILED_TRIES = 30 if SOAK else 3
"""To connect again, while there is no connection."""


def answers_saved(tmp_path):
    """Those to the second questions."""
    root = saved(tmp_path / "results" / READER / "questions" / "questions.xml")
    return responses(page_of(root, 1))[1]


def remarks_saved(tmp_path):
    return answers_saved(tmp_path)[2]


def newest_draft(tmp_path):
    journal = tmp_path / "results" / READER / "questions" / "questions.journal"
    return [line for line in journal.read_text(encoding="utf-8").splitlines() if '"draft"' in line][-1]


def to_the_second_questions(page):
    choose(page, "Not sure")
    choose(page, "Left")
    page.get_by_test_id("next").click()
    page.get_by_label("Confidence", exact=True).fill("4")


def test_the_connection_is_cut_while_the_reader_types_and_nothing_is_lost(browser, reading, tmp_path):
    with cable_to(reading.address) as cable, window(browser, cable.address) as page:
        to_the_second_questions(page)
        wait_for_text(page, "saving", "All answers are saved.")
        failed = []
        page.on("requestfailed", lambda request: failed.append(request.url))
        cable.squeeze()
        page.get_by_label("Remarks").fill("Typed while nothing got through")
        page.get_by_text("The connection is not answering.").wait_for()
        page.get_by_label("Diameter").fill("12.5")
        page.get_by_label("Confidence", exact=True).fill("3")
        assert text(page, "saving") == "Typing is saved in a moment."
        cable.cut()
        wait_for_text(page, "lost", "The connection to the quiz was lost. It is tried again every second.")
        wait_for_text(
            page, "lost", "What was answered last is kept in this window until the connection is back."
        )
        # Only who talks with the browser hears of it.
        until(lambda: page.title() and len(failed) >= FAILED_TRIES, "tries that fail")
        assert page.get_by_test_id("lost").is_visible()
        cable.mend()
        wait_for_text(page, "position", "Questions 2 of 2")
        assert page.get_by_label("Remarks").input_value() == "Typed while nothing got through"
        assert page.get_by_label("Diameter").input_value() == "12.5"
        assert page.get_by_label("Confidence", exact=True).input_value() == "3"
        wait_for_text(page, "saving", "All answers are saved.")
    assert reading.end() == 0
    answers = answers_saved(tmp_path)
    assert [option[-1] for question in answers for option in question] == [
        "3",
        "12.5",
        "Typed while nothing got through",
    ]


def test_who_closes_the_window_while_nothing_gets_through_is_asked_before(browser, reading):
    with cable_to(reading.address) as cable, window(browser, cable.address) as page:
        to_the_second_questions(page)
        wait_for_text(page, "saving", "All answers are saved.")
        asked: list[str] = []

        def stay(dialog):
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        cable.squeeze()
        page.get_by_text("The connection is not answering.").wait_for()
        page.get_by_label("Remarks").fill("Not to be lost")
        page.close(run_before_unload=True)
        until(lambda: page.title() and asked, "a question")
        assert asked == ["beforeunload"]
        cable.release()
        wait_for_text(page, "saving", "All answers are saved.")
        with page.expect_event("close"):
            page.close(run_before_unload=True)
        assert asked == ["beforeunload"]


def test_a_lost_connection_says_that_all_is_saved_only_where_it_is(browser, reading):
    with cable_to(reading.address) as cable, window(browser, cable.address) as page:
        to_the_second_questions(page)
        wait_for_text(page, "saving", "All answers are saved.")
        cable.cut()
        wait_for_text(page, "lost", "All answers up to here are saved.")


def test_who_types_without_a_pause_is_not_kept_waiting(browser, reading, tmp_path):
    with window(browser, reading.address) as page:
        to_the_second_questions(page)
        wait_for_text(page, "saving", "All answers are saved.")
        page.clock.install()
        field = page.get_by_label("Remarks")
        field.focus()
        for letter in "abcd":
            page.keyboard.type(letter)
            page.clock.run_for(300)
        until(lambda: "abcd" in newest_draft(tmp_path), "what was typed in 1.2 s without a pause")


def test_what_was_typed_when_another_window_took_over_is_told_and_not_called_saved(browser, reading):
    with window(browser, reading.address) as first, window(browser, reading.address) as second:
        to_the_second_questions(first)
        wait_for_text(first, "saving", "All answers are saved.")
        first.clock.install()
        first.get_by_label("Remarks").fill("Typed too late")
        second.get_by_test_id("take-over").click()
        wait_for_text(first, "elsewhere", "This quiz is open in another window")
        first.clock.run_for(500)
        told = "The quiz went on in another window, so this answer was not saved: Typed too late"
        wait_for_text(first, "refused", told)
        assert second.get_by_label("Remarks").input_value() == ""


@pytest.mark.parametrize("heartbeat_s", ["30", "2"], ids=["short", "until-the-server-hangs-up"])
def test_a_silent_connection_is_told_of_and_catches_up(browser, images, tmp_path, heartbeat_s):
    arguments = [SAMPLES / "questions.xml", "--images", images, "--results", tmp_path / "results"]
    with (
        served(tmp_path, *arguments, "--reader", READER, WSLINK_HEART_BEAT=heartbeat_s) as reading,
        cable_to(reading.address) as cable,
        window(browser, cable.address) as page,
    ):
        to_the_second_questions(page)
        wait_for_text(page, "saving", "All answers are saved.")
        cable.squeeze()
        page.get_by_label("Remarks").fill("In the silence")
        page.get_by_text("The connection is not answering.").wait_for()
        assert text(page, "saving") == "Typing is saved in a moment."
        cable.release()
        page.get_by_text("The connection is not answering.").wait_for(state="detached")
        wait_for_text(page, "saving", "All answers are saved.")
        assert page.get_by_label("Remarks").input_value() == "In the silence"
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "Case 1 - Report")
        assert reading.end() == 0
    assert remarks_saved(tmp_path)[0][-1] == "In the silence"


CLICK_A_THOUSAND_TIMES = """async () => {
    for (let click = 0; click < 1000; click++) {
        document.querySelector("[data-testid=next]")?.click();
        if (click % 50 === 0) await new Promise(resolve => setTimeout(resolve));
    }
}"""


def test_a_thousand_clicks_on_next_skip_nothing_and_break_nothing(browser, reading, tmp_path, images):
    with window(browser, reading.address) as page:
        page.get_by_test_id("title").wait_for()
        page.evaluate(CLICK_A_THOUSAND_TIMES)
        wait_for_text(page, "position", "Questions 1 of 2")
        to_the_second_questions(page)
        page.evaluate(CLICK_A_THOUSAND_TIMES)
        wait_for_text(page, "title", "Case 1 - Report")
        assert page.faults == []

    one = image_element("Volume", VOLUME)
    pages = "".join(f'<Page ID="{number}" Layout="OneUpRedSlice">{one}</Page>' for number in range(1, 6))
    quiz = tmp_path / "five.xml"
    quiz.write_text(f"<Session>{pages}</Session>", encoding="utf-8")
    with (
        served(tmp_path / "five", quiz, "--images", images) as command,
        window(browser, command.address) as page,
    ):
        page.get_by_test_id("title").wait_for()
        page.evaluate(CLICK_A_THOUSAND_TIMES)
        # Clicks that came while a page was on its way did nothing; the last page is where they end.
        until(partial(is_at_the_end, page, "5"), "the last page")
        assert text(page, "title") == "5"
        assert page.get_by_test_id("next").is_disabled()
        assert page.faults == []


COUNT_STEPS = """() => {
    window.steps = 0;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        window.steps += new TextDecoder("latin1").decode(data).includes("\\u00a4step");
        return send.call(this, data);
    };
}"""


def test_clicks_on_next_that_wait_for_the_server_do_not_lead_on_once_answers_are_there(browser, reading):
    with cable_to(reading.address) as cable, window(browser, cable.address) as page:
        page.get_by_test_id("title").wait_for()
        page.evaluate(COUNT_STEPS)
        cable.squeeze()
        page.evaluate(CLICK_A_THOUSAND_TIMES)
        page.get_by_label("Not sure").click()
        page.get_by_label("Left", exact=True).click()
        cable.release()
        wait_for_text(page, "saving", "All answers are saved.")
        page.get_by_test_id("next").click()
        wait_for_text(page, "position", "Questions 2 of 2")
        assert page.evaluate("window.steps") == 2


def is_at_the_end(page, title):
    """Presses Next once more where it can be pressed."""
    page.evaluate("document.querySelector('[data-testid=next]')?.click()")
    there = page.get_by_test_id("title")
    return there.count() and there.inner_text() == title


def test_an_image_that_is_removed_meanwhile_is_told_of_and_the_rest_is_shown(browser, tmp_path):
    images = tmp_path / "images"
    write_images(images)
    shutil.copy(images / VOLUME, images / "gone.nrrd")
    shutil.copy(images / VOLUME, images / "stays.nrrd")
    first = image_element("Volume", VOLUME)
    second = image_element("Volume", "gone.nrrd") + image_element(
        "Volume", "stays.nrrd", "Yellow", "Sagittal"
    )
    third = image_element("Volume", VOLUME)
    quiz = tmp_path / "three.xml"
    quiz.write_text(
        f'<Session><Page ID="1" Layout="OneUpRedSlice">{first}</Page>'
        f'<Page ID="2" Layout="SideBySideRedYellow">{second}</Page>'
        f'<Page ID="3" Layout="OneUpRedSlice">{third}</Page></Session>',
        encoding="utf-8",
    )
    (images / "gone.nrrd").unlink()
    with served(tmp_path, quiz, "--images", images) as command, window(browser, command.address) as page:
        page.get_by_test_id("title").wait_for()
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "2")
        wait_for_text(page, "message", "Volume-gone.nrrd: The file “gone.nrrd” does not exist.")
        until(lambda: picture_of(page, "Yellow").max() > 128, "the other image")
        until(lambda: picture_of(page, "Red").max() < 40, "nothing in place of the one that is gone")
        # Removed while its page is shown: it stays on the screen, and the way on is open.
        (images / "stays.nrrd").unlink()
        page.get_by_test_id("view-Yellow").hover()
        page.keyboard.press("ArrowUp")
        until(lambda: picture_of(page, "Yellow").max() > 128, "the image in memory")
        write_image(images / VOLUME, np.zeros((SIDE, SIDE, SIDE), np.int16))
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "3")
        assert page.faults == []
    assert "Traceback" not in command.errors


@pytest.mark.skipif(sys.platform == "win32", reason="changes rights as POSIX systems have them")
def test_a_results_folder_that_becomes_read_only_is_told_of_and_written_later(browser, tmp_path, images):
    results = tmp_path / "results"
    arguments = ["--images", images, "--results", results, "--reader", READER]
    with (
        served(tmp_path, SAMPLES / "questions.xml", *arguments, first=OBEY_RIGHTS) as command,
        window(browser, command.address) as page,
    ):
        page.get_by_test_id("title").wait_for()
        quiz_results = results / READER / "questions"
        quiz_results.chmod(0o555)
        to_the_second_questions(page)
        page.get_by_label("Remarks").fill("On a folder that is read-only")
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "Case 1 - Report")
        wait_for_text(page, "saving", "cannot be written now")
        quiz_results.chmod(0o755)
        wait_for_text(page, "saving", "All answers are saved.")
        assert command.end() == 0
    assert remarks_saved(tmp_path)[0][-1] == "On a folder that is read-only"


def test_what_cannot_be_saved_at_the_end_goes_home_and_a_sentence_says_where(browser, reading, tmp_path):
    """The results folder is gone altogether: a file has its name."""
    results = tmp_path / "results"
    with window(browser, reading.address) as page:
        to_the_second_questions(page)
        wait_for_text(page, "saving", "All answers are saved.")
        results.rename(tmp_path / "elsewhere")
        results.write_text("", encoding="utf-8")
        page.get_by_label("Remarks").fill("Nowhere to go")
        until(lambda: text(page, "saving") != "All answers are saved.", "the trouble with saving")
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "Case 1 - Report")
    assert reading.end() == 1
    (copy,) = (tmp_path / "home").rglob("questions/questions.xml")
    (sentence,) = reading.errors.splitlines()
    assert sentence.startswith("quizloader: The results folder could not be written.")
    assert str(copy) in sentence
    assert responses(page_of(saved(copy), 1))[1][2][0][-1] == "Nowhere to go"


FAILING = """
import tempfile
import QuizLoaderLib.views.page as views

show = views.show_page

def fail(shown, *others):
    if shown.page.number > 1:
        raise RuntimeError("unforeseen")
    return show(shown, *others)

views.show_page = fail
tempfile.tempdir = {folder!r}
"""


def test_a_defect_on_the_way_to_a_page_is_told_with_a_report_to_send(browser, tmp_path):
    pages = "".join(f'<Page ID="{name}">{image_element("Volume", VOLUME)}</Page>' for name in ("One", "Two"))
    (tmp_path / "quiz.xml").write_text(f"<Session>{pages}</Session>", encoding="utf-8")
    write_images(tmp_path / "images")
    arguments = [tmp_path / "quiz.xml", "--images", tmp_path / "images"]
    with (
        served(tmp_path, *arguments, first=FAILING.format(folder=str(tmp_path))) as reading,
        window(browser, reading.address) as page,
    ):
        page.get_by_test_id("next").click()
        sentence = "This is a defect of QuizLoader (RuntimeError: unforeseen)."
        until(lambda: sentence in page.content(), "the defect to be told")
        (report,) = tmp_path.glob("quizloader-defect-*.txt")
        assert str(report) in page.content()
        assert "RuntimeError\n" in report.read_text(encoding="utf-8")
