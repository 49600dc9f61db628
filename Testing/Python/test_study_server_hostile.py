"""One reader attacks, the others read on beside them: nothing of theirs is lost, and nobody waits.

A short way in every run; QUIZLOADER_SOAK=1 (``make soak``) has 7 honest readers for 5 minutes, and asks how
soon a step of their wheels shows.
"""

import asyncio
import itertools
import os
import random
import time
from dataclasses import dataclass, field

import aiohttp
import numpy as np
import pytest
from panel_stage import image_element, write_image, write_quiz
from QuizLoaderLib.session.answers import MAX_LETTERS
from session_by_hand import SOAK, page_of, responses, saved
from study_server_stage import private_megabytes, processes_of, study
from web_reader import WebReader

HONEST = 7 if SOAK else 2
SECONDS = 300.0 if SOAK else 0.0
ROUNDS = 3
"""Where no time is given: of the attack, and of an honest reader's work."""
STEP_S = 0.2
ATTACKER = "Mallory"
PAGES = 3
AT_ONCE_BYTES, EACH_SECOND_BYTES = 3_000_000, 100_000
OF_A_READER_MB = 400


@pytest.fixture
def prepared(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    shape = (100, 256, 256) if SOAK else (20, 48, 48)
    write_image(images / "ct.nrrd", np.random.default_rng(1).integers(0, 1000, shape, np.int16))
    views = (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
    shown = "".join(image_element("Volume", "ct.nrrd", *view) for view in views)
    question = '<Question Type="Text" Descriptor="Remark"><Option>Remark</Option></Question>'
    page = f'Layout="FourUp" AllowMultipleResponse="Y"|{shown}<QuestionSet>{question}</QuestionSet>'
    quiz = write_quiz(tmp_path / "study.xml", [page] * PAGES)
    return study(tmp_path, [quiz], images, [*(f"Reader {n}" for n in range(1, HONEST + 1)), ATTACKER])


@dataclass
class Reading:
    """What an honest reader was told is saved, by page, and how long the steps of the wheel took."""

    name: str
    saved: dict[str, str] = field(default_factory=dict)
    steps: list[float] = field(default_factory=list)


def rounds():
    """Counts, for as long as it goes on."""
    end = time.monotonic() + SECONDS
    return itertools.takewhile(lambda number: number < ROUNDS or time.monotonic() < end, itertools.count())


async def read(reading: Reading, prepared, server) -> None:
    chance = random.Random(reading.name)
    async with WebReader(server.address, prepared.paths[reading.name]) as window:
        for number in rounds():
            for _ in range(3):
                # And back again: at its last plane a view does not change any more.
                view = chance.choice(("Red", "Green", "Yellow"))
                reading.steps.append(await window.scroll(view))
                await window.scroll(view, -1)
            text = f"{reading.name}: {number}"
            await window.answer(0, text)
            await window.until(lambda: window.state["saving"] == "All answers are saved.")
            reading.saved[window.title] = text
            await window.step("next" if window.title != f"Case {PAGES}" else "previous")
            if SOAK:
                await asyncio.sleep(chance.uniform(0.3, 1.7))


async def attack(prepared, server) -> list[str]:
    """Gives the answers that were acknowledged."""
    chance, acknowledged = random.Random(7), []
    async with WebReader(server.address, prepared.paths[ATTACKER]) as window:
        place = window.state["asked"]["place"]
        for number in rounds():
            for _ in range(60):
                method, *values = chance.choice(BAD)
                await window.send(str(method), *values)
                await window.send("trame.trigger", chance.choice(NAMES), [window.tab, "x" * 100, number], {})
            texts = [f"{number}.{each} {'x' * (MAX_LETTERS - 20)}" for each in range(5)]
            answers = [
                await window.send("trame.trigger", "answer", [window.tab, place, 0, 0, [text]], {})
                for text in texts
            ]
            said = await asyncio.gather(*answers, return_exceptions=True)
            if any(isinstance(each, BaseException) for each in said):
                # What is asked of the attacker's own process keeps it busy until its window is lost.
                await window.leave()
                await window.open()
                place = window.state["asked"]["place"]
                continue
            assert set(said) == {""}
            acknowledged.append(texts[-1])
            for content in (b"[" * 100_000, b"x" * 300_000, b"[]"):
                async with window.http.post(
                    f"{server.address}/quiz/1/unsent", data=content, headers={"Origin": server.address}
                ) as reply:
                    assert reply.status in (204, 400, 413, 429)
            for path in ("/quiz/1/none", "/coordinator", "/quiz/9/"):
                async with window.http.get(server.address + path) as reply:
                    assert reply.status in (403, 404, 429)
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await window.http.ws_connect(f"{server.address}/quiz/1/ws", headers={"Origin": "http://evil"})
    # What is said peacefully is acknowledged, also where all of the above was lost.
    async with WebReader(server.address, prepared.paths[ATTACKER]) as window:
        text = f"last {'x' * 100}"
        assert await window.trigger("answer", window.state["asked"]["place"], 0, 0, [text]) == ""
    return [*acknowledged, text]


BAD = [
    *(
        ("trame.rca.size", f"view-{view}", "anonymous", {"w": width, "h": height, "p": dots})
        for view in ("Red", "Green", "nowhere")
        for width, height, dots in (
            (4096, 4096, 1),
            (10**9, 1, 1),
            (2048, 2048, 8),
            (-1, 0, 1),
            ("x", [], {}),
        )
    ),
    ("trame.rca.event", "view-Red", "anonymous", {"type": "MouseMove", "x": "x"}),
    ("trame.rca.event", "view-Red", "anonymous", {"type": "x" * 10_000}),
    ("trame.state.update", [{"key": f"grows {n}", "value": "x" * 10_000} for n in range(10)]),
    ("trame.error.client", "x" * 10_000),
    ("application.exit",),
]
NAMES = ("step", "press", "use", "use_editor", "use_lines", "touch", "no such thing", "x" * 10_000)


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="looks at memory as Linux tells it")
def test_an_attacker_costs_the_others_nothing(prepared):
    readings = [Reading(name) for name in list(prepared.paths)[:HONEST]]

    async def all_go(server) -> list[str]:
        others = [asyncio.create_task(read(each, prepared, server)) for each in readings]
        acknowledged = await attack(prepared, server)
        await asyncio.gather(*others)
        return acknowledged

    with prepared.served() as server:
        own, began = private_megabytes(server.process.pid), time.monotonic()
        acknowledged = asyncio.run(all_go(server))
        seconds = time.monotonic() - began
        assert private_megabytes(server.process.pid) < own + 50
        for each in readings:
            assert len(processes_of(server, each.name)) == 1, "the first process is there still"
            assert private_megabytes(processes_of(server, each.name)[0]) < OF_A_READER_MB
        # A flood of messages is no flood of lines.
        assert len(server.errors.splitlines()) < 20 + 10 * len(readings)
        assert "Traceback" not in server.errors and "x" * 100 not in server.errors
        assert server.end() == 0
    for each in readings:
        root = saved(prepared.results / each.name / "study" / "study.xml")
        found = {f"Case {n}": responses(page_of(root, n))[0][0][0][-1:] for n in range(1, PAGES + 1)}
        assert {title: texts[0] for title, texts in found.items() if texts} == each.saved
    root = saved(prepared.results / ATTACKER / "study" / "study.xml")
    assert acknowledged[-1] in responses(page_of(root, 1))[0][0][0]
    journal = prepared.results / ATTACKER / "study" / "study.journal"
    assert journal.stat().st_size < AT_ONCE_BYTES + EACH_SECOND_BYTES * seconds + 100_000
    if SOAK:
        steps = sorted(itertools.chain(*(each.steps for each in readings)))
        print(f"{len(steps)} steps, the slowest twentieth {1000 * steps[-len(steps) // 20]:.0f} ms or more")
        assert steps[-len(steps) // 20] < STEP_S
