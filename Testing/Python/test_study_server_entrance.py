"""By which door readers come in, and what they are told where a quiz does not open."""

import asyncio
import re
import signal
import sys
from contextlib import suppress

import pytest
from panel_stage import write_images
from QuizLoaderLib.apps.study_server.readers import digest, session_secret
from session_by_hand import SAMPLES
from study_server_stage import CHIEF, NAMES, ask, study
from web_reader import WebReader

ANN, BEN = NAMES


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    images = write_images(folder / "images")
    return study(folder, [SAMPLES / "questions.xml"], images, [ANN, BEN])


@pytest.fixture(scope="module")
def server(prepared):
    with prepared.served() as command:
        yield command


def test_the_cookie_does_not_tell_the_link_and_old_links_still_work(prepared, server):
    cookie = ask(server.address, prepared.paths[BEN]).headers["Set-Cookie"].split(";")[0]
    assert cookie == f"quizloader-reader={session_secret(prepared.secret(BEN))}"
    # A table from before cookies had a secret of their own.
    table, kept = prepared.table, prepared.table.read_text(encoding="utf-8")
    try:
        table.write_text(f"{kept.rstrip()}\nOld hand,reader,{digest('an-old-link')}\n", encoding="utf-8")
        reply = ask(server.address, "/enter/an-old-link")
        assert (reply.status, reply.headers["Location"]) == (303, "/")
        old = {"Cookie": reply.headers["Set-Cookie"].split(";")[0]}
        assert ask(server.address, "/", old).status == 303, "to the quiz"
    finally:
        table.write_text(kept, encoding="utf-8")


def test_another_site_signs_nobody_in_or_out(prepared, server):
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}
    shown = ask(server.address, prepared.paths[BEN], elsewhere)
    assert shown.status == 200 and BEN.encode() in shown.body and "Set-Cookie" not in shown.headers
    assert ask(server.address, prepared.paths[BEN], elsewhere, "POST").status == 403
    own = {"Origin": server.address}
    assert ask(server.address, prepared.paths[BEN], own, "POST").status == 303
    left = ask(server.address, "/leave", elsewhere | prepared.cookie(BEN), "POST")
    assert left.status == 403 and "Set-Cookie" not in left.headers
    assert ask(server.address, "/leave", own | prepared.cookie(BEN), "POST").status == 200


def test_a_quiz_that_cannot_be_opened_is_told_to_the_coordinator_and_keeps_nobody_from_the_others(
    tmp_path, prepared
):
    quizzes = [tmp_path / "good.xml", tmp_path / "spoilt.xml"]
    for quiz in quizzes:
        quiz.write_bytes(prepared.quizzes[0].read_bytes())
    own = study(tmp_path, quizzes, prepared.images, [ANN])
    with own.served() as command:
        quizzes[1].write_text("<Session><Page", encoding="utf-8")
        navigation = own.cookie(ANN) | {"Accept": "text/html"}
        refused = ask(command.address, "/quiz/2/", navigation)
        assert refused.status == 503 and b"not well-formed XML" in refused.body
        assert str(tmp_path).encode() not in refused.body, "where files are on the server is not for readers"
        assert ask(command.address, "/quiz/1/", navigation).status == 200
        told = ask(command.address, "/coordinator", own.cookie(CHIEF)).body.decode()
        assert f"{ANN}, spoilt: " in told and f"{ANN}, good: " not in told
        assert f"{ANN}, spoilt: " in command.errors
        quizzes[1].write_bytes(quizzes[0].read_bytes())
        assert ask(command.address, "/quiz/2/", navigation).status == 200
        assert f"{ANN}, spoilt: " not in ask(command.address, "/coordinator", own.cookie(CHIEF)).body.decode()


CRASH = """
import os, signal, sys
def listen(event, arguments):
    if event == "open" and str(arguments[0]).endswith("doomed.journal") and "worker_process" in sys.argv[0]:
        os.kill(os.getpid(), signal.SIGSEGV)
sys.addaudithook(listen)
"""
"""As a library that ends the whole process."""


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process as POSIX systems do")
def test_a_process_that_dies_at_its_start_locks_its_quiz_alone(tmp_path, prepared):
    quizzes = [tmp_path / "good.xml", tmp_path / "doomed.xml"]
    for quiz in quizzes:
        quiz.write_bytes(prepared.quizzes[0].read_bytes())
    own = study(tmp_path, quizzes, prepared.images, [ANN, BEN])
    with own.served(first=CRASH) as command:
        navigation = own.cookie(ANN) | {"Accept": "text/html"}
        refused = ask(command.address, "/quiz/2/", navigation)
        assert refused.status == 503 and b"The quiz ended unexpectedly several times." in refused.body
        died = re.findall(rf"{ANN}, doomed: Process (\d+) died before the quiz was shown", command.errors)
        assert len(died) == 3
        assert command.errors.count("Fatal Python error: Segmentation fault") == 3, "the place is in the log"
        told = ask(command.address, "/coordinator", own.cookie(CHIEF)).body.decode()
        assert f"{ANN}, doomed: Process {died[-1]} died" in told
        # It is not tried again for now, and everything else goes on.
        assert ask(command.address, "/quiz/2/", navigation).status == 503
        assert len(re.findall("doomed: Process", command.errors)) == 3
        for name in (ANN, BEN):
            assert ask(command.address, "/quiz/1/", own.cookie(name) | {"Accept": "text/html"}).status == 200
        assert command.end(signal.SIGTERM) == 0


def test_no_words_of_a_reader_but_the_name_come_into_the_log(prepared):
    """Also where a message ends in an exception whose sentence has them."""
    words = "seldom words"

    async def attack(address: str) -> None:
        async with WebReader(address, prepared.paths[ANN]) as reader:
            place = reader.state["asked"]["place"]
            calls = [
                ("answer", place, 0, words, [words]),
                ("answer", place, words, 2, [words]),
                ("answer", place, {words: 1}, 2, words),
                ("answer", words),
                ("step", words, words),
                ("step", reader.state["asked"]["serial"], words),
                ("press", reader.state["asked"]["serial"], words, words, words),
                ("press", reader.state["asked"]["serial"], 0, 99, 99),
                ("use", words),
                ("use", "opacity", words),
                ("use", "preset", words),
                ("use", "show_region", words, words),
                ("use", "frame", words),
                ("use", "image", words),
                ("use_editor", words, words),
                ("use_editor", "radius", words),
                ("use_lines", "delete", words),
                ("be_there", words),
                ("touch", words),
                ("alive", words),
            ]
            for call in calls:
                with suppress(RuntimeError):
                    await reader.trigger(str(call[0]), *call[1:])
            place_on_view = {"x": 1, "y": 1, "w": 100, "h": 100, "ctrlKey": 0, "altKey": 0, "shiftKey": 0}
            for event in (
                {"type": words},
                {words: 1},
                [words],
                {"type": "MouseMove"},
                {"type": "MouseMove", **place_on_view, "x": words},
                {"type": "MouseMove", **place_on_view, "x": float("nan")},
                {"type": "MouseMove", **place_on_view, "w": 0, "h": 0},
                {"type": "MouseWheel", **place_on_view, "spinY": 1e300},
                {"type": "LeftButtonPress", **place_on_view, "ctrlKey": words},
                {"type": "KeyDown", **place_on_view, "controlKey": 0, "keyCode": 1, "key": 7},
                {"type": "StartPan", "w": 1, "h": 1, "positions": [], "translation": [1, 1]},
                {"type": "Pinch", "w": 1, "h": 1, "positions": [{"x": words}], "factor": words},
            ):
                for area in ("view-Red", words):
                    await reader.send("trame.rca.event", area, "anonymous", event)
            # What the page would not say is not answered.
            assert await reader.trigger("answer", place, 0, 2, ["N", "N", "Y"]) == ""
            assert await reader.scroll() > 0

    with prepared.served() as server:
        asyncio.run(attack(server.address))
        ask(server.address, "/quiz/1/" + words.replace(" ", "-"), prepared.cookie(ANN))
        assert server.end() == 0
        assert f"{ANN} has come" in server.errors and "died" not in server.errors
        assert "seldom" not in server.errors and "Traceback" not in server.errors
        # A flood of the same fills no log.
        assert len(server.errors.splitlines()) < 60
