"""A study with several readers at once: each in a browser of their own, whatever happens to the server."""

import csv
import io
import os
import re
import signal
import zipfile
from functools import partial
from urllib.parse import urlsplit

import pytest
from accessibility import violations
from panel_stage import VOLUME, image_element
from session_by_hand import SAMPLES, page_of, responses, saved
from study_server_stage import CHIEF, NAMES, Study, ask, processes_of, study
from web_reader import do, window_in_thread
from web_stage import (
    MovedClock,
    ask_what_is_missing,
    choose,
    hear,
    picture_of,
    text,
    until,
    wait_for_text,
    wait_for_views,
    window,
)

ANN, BEN = NAMES


QUIZ = SAMPLES / "questions.xml"


@pytest.fixture
def prepared(tmp_path, images):
    return study(tmp_path, [QUIZ], images)


@pytest.fixture(scope="module")
def shared(tmp_path_factory, images):
    """A study whose server runs for several tests, each with a reader of its own."""
    return study(
        tmp_path_factory.mktemp("study"), [QUIZ], images, [ANN, BEN, "Closing", "Killed", "Seen", "Not begun"]
    )


@pytest.fixture(scope="module")
def server(shared):
    with shared.served() as command:
        yield command


def results(prepared: Study, name: str):
    return saved(prepared.results / name / "questions" / "questions.xml")


def login_of(root):
    login = root.find("Login")
    assert login is not None
    return login


def answer_the_first_questions(page, lesion="Not sure"):
    choose(page, lesion)
    choose(page, "Left")
    page.get_by_test_id("next").click()
    page.get_by_label("Confidence", exact=True).fill("4")


def test_two_readers_at_once_do_not_meet(browser, shared, server):
    link_of_ann, link_of_ben = (server.address + shared.paths[name] for name in (ANN, BEN))
    with window(browser, link_of_ann) as ann, window(browser, link_of_ben) as ben:
        # The personal link leaves the address.
        assert ann.url == ben.url == f"{server.address}/quiz/1/"
        assert text(ann, "title") == text(ben, "title") == "Case 1 - Reading"
        answer_the_first_questions(ann)
        ann.get_by_label("Remarks").fill("Ann's remark")
        ann.get_by_test_id("next").click()
        wait_for_text(ann, "title", "Case 1 - Report")
        # He is where he was, with nothing answered and at his own slice.
        assert text(ben, "position").startswith("Page 1 of 2. Questions 1 of 2")
        assert not ben.get_by_label("Not sure").is_checked()
        wait_for_views(ann)
        wait_for_views(ben)
        ben.get_by_test_id("view-Red").hover()
        before = picture_of(ann, "Red")
        for _ in range(5):
            ben.mouse.wheel(0, -100)
        until(lambda: "S 5.5 mm" in ben.get_by_test_id("view-Red").inner_text(), "the slice of Ben")
        assert "S 0.5 mm" in ann.get_by_test_id("view-Red").inner_text()
        assert (picture_of(ann, "Red") == before).all()
        choose(ben, "Yes")
        wait_for_text(ben, "saving", "All answers are saved.")
        assert ann.faults == ben.faults == []
        (pid_of_ann,), (pid_of_ben,) = processes_of(server, ANN), processes_of(server, BEN)
        assert pid_of_ann != pid_of_ben
    first = responses(page_of(results(shared, ANN), 1))
    assert [option[-1:] for option in first[0][2]] == [["N"], ["N"], ["Y"]]
    assert first[1][2] == [["Ann's remark"]]
    assert responses(page_of(results(shared, BEN), 1))[0][2] == [[], [], []]


def test_a_window_that_is_closed_right_after_typing_loses_nothing(browser, shared, server):
    link = server.address + shared.paths["Closing"]
    with window(browser, link) as page:
        answer_the_first_questions(page)
        page.get_by_label("Remarks").fill("Typed and gone")
    with window(browser, link) as page:
        wait_for_text(page, "position", "Questions 2 of 2")
        until(lambda: page.get_by_label("Remarks").input_value() == "Typed and gone", "what was typed")


LOST = "The connection to the quiz was lost. It is tried again every second.\n"
"""The page is back as soon as the server is, so a test must listen before."""


def require_first_answers(page):
    assert page.get_by_label("Not sure").is_checked() and page.get_by_label("Left").is_checked()
    page.get_by_test_id("next").click()
    page.get_by_label("Confidence", exact=True).wait_for()
    assert page.get_by_label("Confidence", exact=True).input_value() == "4"


def test_a_process_that_is_killed_is_replaced_where_the_reader_was(browser, shared, server):
    with window(browser, server.address + shared.paths["Killed"]) as page:
        answer_the_first_questions(page)
        page.get_by_label("Remarks").fill("Written just before")
        wait_for_text(page, "saving", "All answers are saved.")
        (pid,) = processes_of(server, "Killed")
        wait_until_said = hear(page, "lost")
        os.kill(pid, signal.SIGKILL)
        wait_until_said(LOST)
        # She comes back to the page that was not complete.
        wait_for_text(page, "position", "Page 1 of 2")
        require_first_answers(page)
        assert page.get_by_label("Remarks").input_value() == "Written just before"
        page.get_by_test_id("next").click()
        wait_for_text(page, "title", "Case 1 - Report")
        assert processes_of(server, "Killed") != [pid]
        assert f"Killed: process {pid} died" in server.errors


def test_what_was_drawn_outlives_the_process(browser, tmp_path, images):
    from test_web_drawing import QUIZ, editor_of, has_colour, left_the_page, place_line, stroke, take

    red = image_element("Volume", VOLUME)
    both = red + image_element("Volume", VOLUME, "Yellow", "Sagittal")
    quiz = tmp_path / "draw.xml"
    quiz.write_text(QUIZ.format(images=both, red=red), encoding="utf-8")
    (tmp_path / "map.txt").write_text("Block=10\nRest=20\n", encoding="utf-8")
    drawing = study(tmp_path, [quiz], images)
    with drawing.served() as server, window(browser, server.address + drawing.paths[ANN]) as page:
        wait_for_text(page, "title", "Case 1")
        take(page, "paint")
        stroke(page, (5.5, 4.5), (5.5, 4.5))
        ask_what_is_missing(page)
        until(lambda: len(text(page, "missing").splitlines()) == 1, "the line that is missing still")
        place_line(page, (-10, 0), (-10, 10))
        wait_for_text(page, "lines", "mm")
        page.get_by_test_id("missing").wait_for(state="detached")
        left_the_page(page)
        wait_until_said = hear(page, "lost")
        os.kill(processes_of(server, ANN)[0], signal.SIGKILL)
        wait_until_said(LOST)
        # The page is complete, so she is on the next one.
        wait_for_text(page, "title", "Case 2")
        page.get_by_test_id("previous").click()
        wait_for_text(page, "lines", "Line 1")
        colour = until(lambda: editor_of(page), "the editor")["segments"][0]["color"]
        until(lambda: has_colour(picture_of(page, "Red"), colour), "the outline")


def test_a_server_that_is_killed_and_started_again_goes_on(browser, prepared):
    with prepared.served(is_anew=True) as server:
        port = urlsplit(server.address).port
        with window(browser, server.address + prepared.paths[ANN]) as page:
            answer_the_first_questions(page)
            wait_for_text(page, "saving", "All answers are saved.")
            (pid,) = processes_of(server, ANN)
            wait_until_said = hear(page, "lost")
            server.end(signal.SIGKILL)
            wait_until_said(LOST)
            # Her process keeps everything and does not outlive the server.
            until(lambda: not os.path.exists(f"/proc/{pid}"), "the end of the process")
            with prepared.served(port=port) as again:
                wait_for_text(page, "position", "Page 1 of 2")
                require_first_answers(page)
                assert again.end(signal.SIGINT) == 0
                assert "Traceback" not in again.errors
    assert login_of(results(prepared, ANN)).get("LogoutTime")
    assert responses(page_of(results(prepared, ANN), 1))[1][0] == [["4"]]


MOVED_CLOCK = """
import pathlib, types
from QuizLoaderLib.apps.study_server import reader_routes, workers

def clock():
    return float(pathlib.Path(__file__).with_name("now").read_text(encoding="utf-8"))

reader_routes.time = workers.time = types.SimpleNamespace(monotonic=clock)
"""
"""Of when a reader did something last."""
IDLE_S = 3


def wait_until_put_away(clock, page):
    """A page may tell of its views and of the pointer after the clock was moved: then it is moved again."""

    def is_put_away():
        clock.move(0.2 * IDLE_S)
        return page.get_by_test_id("lost").filter(has_text="Nothing was done").count() > 0

    until(is_put_away, "the end of the quiz of a reader who does nothing")


def test_without_room_the_next_reader_waits_until_one_gives_way(browser, prepared):
    clock = MovedClock(prepared.folder / "clock", MOVED_CLOCK)
    options = ("--at-once", 1, "--idle", IDLE_S / 60)
    with (
        prepared.served(*options, **clock.environment) as server,
        window(browser, server.address + prepared.paths[ANN]) as ann,
        browser.new_context() as his,
    ):
        answer_the_first_questions(ann)
        wait_for_text(ann, "saving", "All answers are saved.")
        clock.move(0.9 * IDLE_S)
        # To look at slices is to do something.
        ann.get_by_test_id("view-Red").hover()
        ann.mouse.wheel(0, -100)
        until(lambda: "S 1.5 mm" in ann.get_by_test_id("view-Red").inner_text(), "the next slice")
        clock.move(0.9 * IDLE_S)
        ben = his.new_page()
        full = ben.goto(server.address + prepared.paths[BEN])
        assert (full.status, full.headers["retry-after"]) == (503, "10")
        assert ben.locator("p").inner_text() == (
            "The server is full: as many readers are here as it has room for. Try again in a moment."
        )
        # She does nothing more, and so she is put away.
        wait_until_put_away(clock, ann)
        assert text(ann, "lost").startswith("Nothing was done for 0 minutes, so the quiz was put away.")
        until(lambda: processes_of(server, ANN) == [], "the end of her process")
        ben.goto(server.address)
        wait_for_text(ben, "title", "Case 1 - Reading")
        # He too.
        wait_until_put_away(clock, ben)
        ann.reload()
        wait_for_text(ann, "position", "Page 1 of 2")
        require_first_answers(ann)


def shows_after_reload(chief, words):
    chief.reload()
    return chief.locator("p").first.inner_text().startswith(words)


def test_the_coordinator_sees_who_is_where_and_takes_the_results_home(browser, shared, server):
    with window(browser, server.address + shared.paths["Seen"]) as reader:
        answer_the_first_questions(reader)
        reader.get_by_test_id("next").click()
        wait_for_text(reader, "title", "Case 1 - Report")
        with window(browser, server.address + shared.paths[CHIEF]) as chief:
            assert chief.url == f"{server.address}/coordinator"
            # It is loaded again every 20 s, perhaps while it is looked at.
            chief.get_by_role("link", name="Stop that").click()
            chief.get_by_role("link", name="Keep this page up to date").wait_for()
            # The readers of before have gone, as soon as the server knows of it.
            until(partial(shows_after_reload, chief, "Readers who are here: 1; "), "one reader to be here")
            assert violations(chief) == []
            lines = chief.locator("table").first.locator("> tbody > tr").all()
            rows = {
                cells[0]: [cell.strip() for cell in cells[1:]]
                for cells in (line.inner_text().split("\t") for line in lines)
            }
            assert rows["Seen"][:3] == ["questions", "1 of 2 pages done", "2. Case 1 - Report"]
            assert rows["Seen"][6] == "here now"
            assert rows["Not begun"] == ["has not begun"]
            wide = [
                line.evaluate("row => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0)")
                for line in lines
            ]
            assert len(set(wide)) == 1, "each row is as wide as the table"
            chief.get_by_text("1 of 2 pages done").first.click()
            assert chief.get_by_role("cell", name="Case 1 - Reading", exact=True).first.is_visible()
            assert violations(chief) == [], "with a reader's pages open"
            assert chief.faults == []
            chief.get_by_role("button", name="Leave").click()
            chief.get_by_role("heading", name="Goodbye").wait_for()
            assert violations(chief) == []
    answers = ask(server.address, "/coordinator/answers.csv", shared.cookie(CHIEF))
    assert answers.headers["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answers.body.decode())))
    about = [row for row in table if row["question_descriptor"] == "Is there a lesion?"]
    assert [(row["option_label"], row["response"]) for row in about if row["reader"] == "Seen"] == [
        ("Yes", "N"),
        ("No", "N"),
        ("Not sure", "Y"),
    ]
    packed = ask(server.address, "/coordinator/results.zip", shared.cookie(CHIEF))
    names = zipfile.ZipFile(io.BytesIO(packed.body)).namelist()
    assert {"Seen/questions/questions.xml", "Seen/questions/questions.journal"} <= set(names)
    assert not any(name.endswith(".lock") for name in names)
    assert re.fullmatch(
        r'attachment; filename="results-\d{4}-\d\d-\d\d-\d{4}\.zip"',
        packed.headers["Content-Disposition"],
    )


def test_the_coordinator_has_a_report_made_looks_at_it_and_takes_it_home(browser, shared, server):
    with window(browser, server.address + shared.paths[CHIEF]) as chief:
        chief.get_by_role("link", name="A report of what all readers answered").click()
        # No address that another site could open begins it, and no form of one.
        ask(server.address, "/coordinator/report?make", shared.cookie(CHIEF))
        elsewhere = {**shared.cookie(CHIEF), "Origin": "http://elsewhere.example"}
        assert ask(server.address, "/coordinator/report", elsewhere, "POST").status == 403
        own = {**shared.cookie("Seen"), "Origin": server.address}
        assert ask(server.address, "/coordinator/report", own, "POST").status == 403
        chief.reload()
        assert violations(chief) == []
        chief.get_by_role("button", name="Make it now").click()
        # The page loads itself again until the report is there.
        chief.get_by_role("link", name="Look at the report").click()
        assert chief.get_by_role("heading", level=1).inner_text() == "What all readers answered"
        assert chief.locator("h2").count() == 7
        assert violations(chief) == [], "the report"
        # On A4 within its margins nothing is cut.
        chief.set_viewport_size({"width": 688, "height": 1000})
        chief.emulate_media(media="print")
        assert chief.evaluate("document.documentElement.scrollWidth") == 688
        assert chief.pdf(format="A4").startswith(b"%PDF-")
        assert chief.faults == []
    home = ask(server.address, "/coordinator/report.zip", shared.cookie(CHIEF))
    names = set(zipfile.ZipFile(io.BytesIO(home.body)).namelist())
    assert {"index.html", "readers.csv", "left_out.csv"} <= names
    assert not any(name.startswith(".") for name in names)
    for path in ("/coordinator/report", "/coordinator/report.zip", "/coordinator/report/index.html"):
        assert ask(server.address, path, shared.cookie("Seen")).status == 403
    for path in (
        "/coordinator/report/.quizloader/files.json",
        "/coordinator/report/%2e%2e/%2e%2e/etc/passwd",
    ):
        assert ask(server.address, path, shared.cookie(CHIEF)).status == 404


def test_where_processes_are_not_forked_it_is_the_same(prepared):
    """As on Windows and macOS: the reader's process has imported everything itself."""

    with prepared.served(QUIZLOADER_NO_FORK="1") as server:
        with window_in_thread(server.address, prepared.paths[ANN]) as ann:
            do(ann, ann.answer(2, "N", "N", "Y"))
            assert do(ann, ann.scroll()) > 0
        (pid,) = processes_of(server, ANN)
        assert server.end() == 0
        assert "Traceback" not in server.errors
        assert not os.path.exists(f"/proc/{pid}")
    assert login_of(results(prepared, ANN)).get("LogoutTime")
