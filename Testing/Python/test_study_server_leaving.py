"""A reader who closes the window with answers on their hands: the browser posts these, once, and nobody can
ask again."""

import http.client
import json
import os
import signal
import socket
from functools import partial
from urllib.parse import urlsplit

import pytest
from session_by_hand import SAMPLES
from study_server_stage import NAMES, ask, ask_often, processes_of, study
from web_reader import do, window_in_thread
from web_stage import PATIENCE_S, until

ANN, BEN = NAMES
LESION = 2
"""The question of the first page that has three options."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, images):
    return study(tmp_path_factory.mktemp("study"), [SAMPLES / "questions.xml"], images)


@pytest.fixture(scope="module")
def server(prepared):
    with prepared.served() as command:
        yield command


def journal_text(prepared, name):
    return (prepared.results / name / "questions" / "questions.journal").read_text(encoding="utf-8")


def post_on_leaving(prepared, server, name, place, number, texts):
    """Gives the status."""
    content = json.dumps([{"place": place, "set": 0, "number": number, "texts": texts}]).encode()
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=PATIENCE_S)
    try:
        headers = prepared.cookie(name) | {"Origin": server.address}
        connection.request("POST", "/quiz/1/unsent", content, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def drafts(prepared, name):
    """The texts of drafts, the last for the same question first."""
    entries = [json.loads(line.partition(" ")[2]) for line in journal_text(prepared, name).splitlines()]
    return [entry["texts"] for entry in reversed(entries) if entry["do"] == "draft"]


def is_newest(prepared, name, texts):
    return drafts(prepared, name)[:1] == [texts]


def test_a_reader_who_has_asked_too_often_loses_nothing_on_leaving(prepared, server):
    with window_in_thread(server.address, prepared.paths[ANN]) as ann:
        place = ann.state["asked"]["place"]
        statuses, _ = ask_often(400, server.address, "/quiz/1/vue.global.js", prepared.cookie(ANN))
        assert 429 in statuses, "the limit is reached"
        assert post_on_leaving(prepared, server, ANN, place, LESION, ["N", "Y", "N"]) == 204
    assert drafts(prepared, ANN)[0] == ["N", "Y", "N"]


def test_what_is_posted_to_a_process_that_died_is_kept_by_the_next(prepared, server):
    with window_in_thread(server.address, prepared.paths[BEN]) as ben:
        place = ben.state["asked"]["place"]
        (pid,) = processes_of(server, BEN)
        os.kill(pid, signal.SIGKILL)
        assert post_on_leaving(prepared, server, BEN, place, LESION, ["Y", "N", "N"]) == 204
    assert drafts(prepared, BEN)[0] == ["Y", "N", "N"]
    with window_in_thread(server.address, prepared.paths[BEN]) as ben:
        assert ben.state["given"][f"0/{LESION}"] == ["Y", "N", "N"]


def test_what_is_posted_too_late_is_told_in_the_next_window_until_the_reader_goes_on(prepared, server):
    with window_in_thread(server.address, prepared.paths[BEN]) as ben:
        before = drafts(prepared, BEN)
        assert post_on_leaving(prepared, server, BEN, "7/7", LESION, ["A late word"]) == 204
        assert drafts(prepared, BEN) == before
        do(ben, ben.until(lambda: ben.state["refused"]))
    told = "The quiz has moved on, so this answer came too late and was not saved: A late word"
    with window_in_thread(server.address, prepared.paths[BEN]) as ben:
        assert ben.state["refused"] == [told]
        do(ben, ben.trigger("step", ben.state["asked"]["serial"], "next"))
        do(ben, ben.until(lambda: ben.state["refused"] == []))


def test_an_answer_of_a_window_that_does_not_have_the_quiz_is_refused_in_words(prepared, server):
    with (
        window_in_thread(server.address, prepared.paths[ANN]) as first,
        window_in_thread(server.address, prepared.paths[ANN]) as second,
    ):
        do(first, first.until(lambda: first.state["owner"]))
        place, before = second.state["asked"]["place"], drafts(prepared, ANN)
        assert first.state["owner"] == first.tab
        said = do(second, second.trigger("answer", place, 0, LESION, ["Y", "N", "N"]))
        assert said == "The quiz went on in another window, so this answer was not saved:"
        assert drafts(prepared, ANN) == before


def test_a_browser_that_hangs_up_behind_its_last_word_is_heard(prepared, server):
    """One that is quit with its last window does not wait for an answer."""
    parts = urlsplit(server.address)
    with window_in_thread(server.address, prepared.paths[ANN]) as ann:
        place = ann.state["asked"]["place"]
        for number in range(1, 21):
            texts = ["NY"[number % 3 == option] for option in range(3)]
            content = json.dumps([{"place": place, "set": 0, "number": LESION, "texts": texts}]).encode()
            head = (
                f"POST /quiz/1/unsent HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {server.address}\r\n"
                f"Cookie: {prepared.cookie(ANN)['Cookie']}\r\nContent-Length: {len(content)}\r\n\r\n"
            )
            with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S) as connection:
                connection.sendall(head.encode() + content)
            until(partial(is_newest, prepared, ANN, texts), f"answers {number}")


def test_nobody_else_posts(prepared, server):
    assert ask(server.address, "/quiz/1/unsent", {"Origin": server.address}, "POST").status == 403
    until(lambda: "Traceback" not in server.errors, "no traceback")
