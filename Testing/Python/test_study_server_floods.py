"""A browser that sends too much costs its reader time, the others nothing; what is acknowledged is saved."""

import asyncio
import http.client
import json
import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from panel_stage import VOLUME, image_element, write_images, write_quiz
from QuizLoaderLib.session.answers import MAX_LETTERS
from session_by_hand import page_of, responses, saved
from study_server_stage import CHIEF, NAMES, ask, private_megabytes, study
from web_reader import do, window_in_thread
from web_stage import PATIENCE_S

ANN, BEN = NAMES
TEXTS = "".join(
    f'<Question Type="Text" Descriptor="{name}"><Option>{name}</Option></Question>' for name in ("One", "Two")
)
DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    images = write_images(folder / "images")
    shown = image_element("Volume", VOLUME)
    page = f"AllowMultipleResponse='Y'|{shown}<QuestionSet>{TEXTS}</QuestionSet>"
    quiz = write_quiz(folder / "floods.xml", [page] * 2)
    return study(folder, [quiz], images, [ANN, BEN])


@pytest.fixture(scope="module")
def server(prepared):
    with prepared.served() as command:
        yield command


@pytest.fixture
def ann(prepared, server):
    with window_in_thread(server.address, prepared.paths[ANN]) as reader:
        yield reader


def journal_of(prepared, reader: str = ANN) -> Path:
    return prepared.results / reader / "floods" / "floods.journal"


def drafts_in(journal: Path, question: int) -> list[str]:
    """The texts in the order in which they were written."""
    entries = [
        json.loads(line.partition(" ")[2]) for line in journal.read_text(encoding="utf-8").splitlines()
    ]
    return [
        entry["texts"][0] for entry in entries if entry["do"] == "draft" and entry["question"] == question
    ]


def post_unsent(prepared, server, content: bytes) -> int:
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=PATIENCE_S)
    try:
        connection.putrequest("POST", "/quiz/1/unsent")
        headers = prepared.cookie(ANN) | {"Origin": server.address}
        for name, value in (headers | {"Content-Length": str(len(content))}).items():
            connection.putheader(name, value)
        connection.endheaders(content)
        return connection.getresponse().status
    finally:
        connection.close()


def test_of_a_flood_for_one_field_the_newest_is_written_and_none_is_acknowledged_before(prepared, ann):
    journal, texts = journal_of(prepared), [f"text {number}" for number in range(400)]
    early: list[str] = []

    def acknowledged(text: str) -> None:
        newest = drafts_in(journal, 0)[-1:]
        if not newest or texts.index(newest[0]) < texts.index(text):
            early.append(text)

    async def flood() -> None:
        place, answers = ann.state["asked"]["place"], []
        for text in texts:
            answer = await ann.send("trame.trigger", "answer", [ann.tab, place, 0, 0, [text]], {})
            answer.add_done_callback(lambda _, text=text: acknowledged(text))
            answers.append(answer)
            # Another field between them is not kept waiting for good, and a step comes after all of them.
            if text == texts[200]:
                answers.append(await ann.send("trame.trigger", "answer", [ann.tab, place, 0, 1, ["two"]], {}))
        serial = ann.state["asked"]["serial"]
        answers.append(await ann.send("trame.trigger", "step", [ann.tab, serial, "next"], {}))
        said = await asyncio.wait_for(asyncio.gather(*answers), PATIENCE_S)
        assert set(said) <= {"", None}
        await ann.until(lambda: ann.title == "Case 2")

    do(ann, flood())
    assert early == []
    written = drafts_in(journal, 0)
    assert written[-1] == texts[-1] and drafts_in(journal, 1) == ["two"]
    assert len(written) < len(texts) / 4
    do(ann, ann.step("previous"))
    assert ann.state["given"] == {"0/0": [texts[-1]], "0/1": ["two"]}
    page = page_of(saved(journal.with_suffix(".xml")), 1)
    assert [responses(page)[0][question][0][-1] for question in (0, 1)] == [texts[-1], "two"]


def test_a_field_that_the_page_does_not_have_leaves_nothing_behind(ann):
    async def answer() -> None:
        place, given = ann.state["asked"]["place"], dict(ann.state["given"])
        for question in range(100, 200):
            await ann.send("trame.trigger", "answer", [ann.tab, place, 0, question, ["x" * 1000]], {})
        await ann.trigger("answer", place, 7, 0, ["x"])
        assert set(ann.state["given"]) == set(given)

    do(ann, answer())


def test_what_a_closing_window_sends_is_an_answer_or_a_400(prepared, server, ann):
    place = ann.state["asked"]["place"]

    def unsent(**change: object) -> bytes:
        return json.dumps(
            [{"place": place, "set": 0, "number": 1, "texts": ["late"], **change}], ensure_ascii=False
        ).encode()

    infinite = unsent().replace(b'"number": 1', b'"number": 1e999')
    for content in (
        DEEP,
        DEEP[:100_000],
        b'{"a":' * 30_000,
        infinite,
        unsent(number="one"),
        unsent(texts=None),
        unsent(texts=7),
        b"[{}]",
        b"[7]",
        b"7",
        b"",
        b"\xff\xfe",
        b"[" + b"1" * 100_000 + b"]",
    ):
        assert post_unsent(prepared, server, content) == 400, content[:40]
    assert post_unsent(prepared, server, b" " * 300_000) == 413
    # A long one is whole.
    assert post_unsent(prepared, server, unsent(texts=["ä" * 60_000])) == 204
    assert drafts_in(journal_of(prepared), 1)[-1] == "ä" * 60_000
    assert post_unsent(prepared, server, unsent(texts=["é" * (MAX_LETTERS + 1)])) in (204, 413)
    assert drafts_in(journal_of(prepared), 1)[-1] == "ä" * 60_000
    assert "Traceback" not in server.errors


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="reads processor times as Linux tells them")
def test_the_coordinators_tables_are_made_elsewhere_and_given_back(prepared, server, ann):
    """A study of many pages and readers: parsing it is no work of the process that all readers talk to."""
    with window_in_thread(server.address, prepared.paths[BEN]) as ben:
        do(ben, ben.answer(0, "=1+1"))
        do(ben, ben.answer(1, "two"))
        do(ben, ben.step("next"))
    large = saved(journal_of(prepared, BEN).with_suffix(".xml"))
    (page, *_) = large.findall("Page")
    for _ in range(3000):
        large.append(page)
    for number in range(4):
        folder = prepared.results / f"Copy {number}" / "floods"
        folder.mkdir(parents=True)
        large.set("UserName", f"Copy {number}")
        ElementTree.ElementTree(large).write(folder / "floods.xml", encoding="utf-8")
    memory, (own, of_children) = private_megabytes(server.process.pid), times_of(server.process.pid)
    chief = prepared.cookie(CHIEF)
    table = ask(server.address, "/coordinator", chief)
    answers = ask(server.address, "/coordinator/answers.csv", chief)
    assert table.status == answers.status == 200
    assert b"Copy 3" in table.body and answers.body.count(b"Copy 3") > 6000
    assert b",'=1+1," in answers.body and b",=1+1," not in answers.body
    assert (
        answers.headers["Content-Type"] == "text/csv; charset=utf-8"
        and int(answers.headers["Content-Length"]) > 1_000_000
    )
    own_after, of_children_after = times_of(server.process.pid)
    assert of_children_after - of_children > 3 * (own_after - own)
    assert private_megabytes(server.process.pid) < memory + 10
    assert do(ann, ann.trigger("answer", ann.state["asked"]["place"], 0, 1, ["still here"])) == ""


def times_of(pid: int) -> tuple[float, float]:
    """Seconds of processor time: its own, and those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    own, children = (sum(map(int, fields[start : start + 2])) for start in (11, 13))
    return own / os.sysconf("SC_CLK_TCK"), children / os.sysconf("SC_CLK_TCK")
