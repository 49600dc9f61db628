"""Readers at once through a whole study, with closed windows and killed processes: nothing is lost.

A short way in every run; QUIZLOADER_SOAK=1 (``make soak``) sends 16 readers through 40 pages in 15 minutes.
"""

import asyncio
import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass, field

import numpy as np
import pytest
from panel_stage import image_element, write_image, write_quiz
from session_by_hand import SOAK, page_of, responses, saved
from study_server_stage import Study, ask, private_megabytes, processes_of, study
from web_reader import WebReader
from web_stage import Served

READERS = 16 if SOAK else 3
UNLUCKY = 4 if SOAK else 1
"""Of these the processes are killed again and again."""
PAGES = 40 if SOAK else 6
SECONDS = 15 * 60 if SOAK else 0
SHAPE = (100, 256, 256) if SOAK else (20, 48, 48)
VOLUMES = 10 if SOAK else 3
GROWTH = 1.10
"""What a process may have more at the end than after a quarter of its pages."""


@pytest.fixture
def prepared(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    chance = np.random.default_rng(1)
    for number in range(VOLUMES):
        write_image(images / f"{number}.nrrd", chance.integers(0, 1000, SHAPE, np.int16))
    question = '<Question Type="Text" Descriptor="Remark"><Option>Remark</Option></Question>'
    views = (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
    pages = []
    for number in range(PAGES):
        shown = "".join(image_element("Volume", f"{number % VOLUMES}.nrrd", *view) for view in views)
        pages.append(f'Layout="FourUp"|{shown}<QuestionSet>{question}</QuestionSet>')
    quiz = write_quiz(tmp_path / "long.xml", pages)
    return study(tmp_path, [quiz], images, [f"Reader {number}" for number in range(1, READERS + 1)])


@dataclass
class Journey:
    """What a reader was told is saved, by page; the memory of his process after each page."""

    name: str
    saved: dict[str, str] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    is_killed: bool = False


async def go(journey: Journey, prepared: Study, server: Served, kills: bool) -> None:
    async with WebReader(server.address, prepared.paths[journey.name]) as window:
        await read_all(window, journey, server, kills)


async def read_all(window: WebReader, journey: Journey, server: Served, kills: bool) -> None:
    chance = random.Random(journey.name)
    began = time.monotonic()
    for number in range(1, PAGES + 1):
        assert window.title == f"Case {number}"
        for _ in range(chance.randint(1, 5)):
            await window.scroll(chance.choice(("Red", "Green", "Yellow")), chance.choice((1, -1)))
        text = f"{journey.name} at page {number}: {chance.random()}"
        await window.answer(0, text)
        await window.until(lambda: window.state["saving"] == "All answers are saved.")
        journey.saved[window.title] = text
        journey.memory += [private_megabytes(pid) for pid in processes_of(server, journey.name)[-1:]]
        happens = chance.random()
        if happens < 0.15:
            await window.leave()
            await window.open()
            await window.until(lambda text=text: window.state["given"]["0/0"] == [text])
        elif kills and happens < 0.4:
            journey.is_killed = True
            os.kill(processes_of(server, journey.name)[-1], signal.SIGKILL)
            with contextlib.suppress(Exception):
                await window.leave()
            await window.open()
            await window.until(lambda text=text: window.state["given"]["0/0"] == [text])
        if SECONDS:
            await asyncio.sleep(max(0.0, began + SECONDS * number / PAGES - time.monotonic()))
        await window.step("next" if number < PAGES else "finish")


def test_all_readers_come_to_the_end_and_every_answer_is_there(prepared):
    journeys = [Journey(name) for name in list(prepared.paths)[:READERS]]

    async def all_go(server: Served) -> None:
        kills = {each.name for each in journeys[-UNLUCKY:]}
        await asyncio.gather(*(go(each, prepared, server, each.name in kills) for each in journeys))

    with prepared.served("--at-once", READERS) as server:
        own = private_megabytes(server.process.pid)
        asyncio.run(all_go(server))
        assert private_megabytes(server.process.pid) < own + 30
        assert (
            ask(server.address, "/coordinator", prepared.cookie("The chief")).body.count(b"finished")
            == READERS
        )
        assert server.end() == 0
        assert "Traceback" not in server.errors and "defect" not in server.errors
    assert all(each.is_killed for each in journeys[-UNLUCKY:])
    for journey in journeys:
        root = saved(prepared.results / journey.name / "long" / "long.xml")
        found = {f"Case {n}": responses(page_of(root, n))[0][0][0][-1] for n in range(1, PAGES + 1)}
        assert found == journey.saved and len(found) == PAGES
        if SOAK:
            print(f"{journey.name}: {', '.join(f'{size:.0f}' for size in journey.memory)} MB")
        if SOAK and not journey.is_killed:
            assert journey.memory[-1] < GROWTH * journey.memory[PAGES // 4]
