"""Many readers on one server: 8 of them look at a CT of 512x512x300 voxels on three views.

How soon the page is there after a link is opened, how much memory each further reader takes, how soon a step
of the wheel shows when all scroll now and then, and how soon a reader is back when his process or the server
is killed. The peer is the server of one reader (`quizloader serve` without --readers) in the same run: its
memory is what each reader would take if nothing were shared.
"""

import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import numpy as np
import SimpleITK

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Python"))

from chromium import chromium
from QuizLoaderStories.made import image_element, write_quiz
from study_server_stage import Study, megabytes, private_megabytes, processes_of, study
from web_reader import WebReader
from web_stage import served, wait_for_text, window

READERS = 8
SHAPE = (300, 512, 512)
SIZE = 2 * 300 * 512 * 512
STEPS, SCROLL_S = 100, 20.0
BETWEEN_STEPS_S = 1.0
LIMITS = {
    "link opened, s": 2.0,
    "a further reader, first page, MB": 150.0,
    "a further reader, after scrolling, MB": 200.0,
    "a step of the wheel, ms": 200.0,
    "back after his process was killed, s": 5.0,
    "back after the server was started again, s": 5.0,
}


def prepare(folder: Path) -> Study:
    slices, rows, columns = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    wave = np.sin(columns / 17) + np.cos(rows / 23) + np.sin(slices / 11)
    ct = np.random.default_rng(1).normal(300 * wave, 20).astype(np.int16)
    image = SimpleITK.GetImageFromArray(ct)
    image.SetSpacing((0.8, 0.8, 1.2))
    images = folder / "images"
    images.mkdir()
    SimpleITK.WriteImage(image, str(images / "ct.nrrd"), useCompression=True)
    views = (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
    shown = "".join(image_element("Volume", "ct.nrrd", view, orientation) for view, orientation in views)
    question = '<Question Type="Text" Descriptor="Remark"><Option>Remark</Option></Question>'
    page = f'Layout="FourUp"|{shown}<QuestionSet>{question}</QuestionSet>'
    quiz = write_quiz(folder / "ct.xml", [page] * 3)
    return study(folder, [quiz], images, [f"Reader {number}" for number in range(1, READERS + 1)])


async def through_the_ct(reader: WebReader) -> None:
    for view in ("Red", "Green", "Yellow"):
        # There and back: a reader finds his views as he left them.
        for step in range(STEPS):
            await reader.scroll(view, 1 if step < STEPS // 2 else -1)


async def now_and_then(reader: WebReader, seconds: float) -> list[float]:
    chance = random.Random(reader.tab)
    end = time.monotonic() + seconds
    steps = []
    while time.monotonic() < end:
        await asyncio.sleep(chance.uniform(0.3, 1.7) * BETWEEN_STEPS_S)
        steps.append(await reader.scroll(chance.choice(("Red", "Green", "Yellow")), chance.choice((1, -1))))
    return steps


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure_readers(prepared: Study) -> dict[str, float]:
    with prepared.served(is_anew=True) as server:
        readers = [WebReader(server.address, path) for path in list(prepared.paths.values())[:READERS]]
        opened = []
        for reader in readers:
            reader.start()
            opened.append(await reader.open())
        pids = [processes_of(server, name)[0] for name in list(prepared.paths)[:READERS]]
        at_first = [private_megabytes(pid) for pid in pids]
        began = time.monotonic()
        await asyncio.gather(*map(through_the_ct, readers))
        rush = 3 * STEPS * READERS / (time.monotonic() - began)
        family = [
            pid
            for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
            if parent(pid) in (server.process.pid, parent(pids[0]))
        ]
        together = sum(megabytes(pid, "Pss") for pid in (server.process.pid, *family))
        after = [private_megabytes(pid) for pid in pids]
        busy = [processor_seconds(pid) for pid in (server.process.pid, *pids)]
        of_each = await asyncio.gather(*(now_and_then(each, SCROLL_S) for each in readers))
        busy = [
            processor_seconds(pid) - was for pid, was in zip((server.process.pid, *pids), busy, strict=True)
        ]
        for reader in readers:
            await reader.__aexit__(None, None, None)
    steps = sorted(chain(*of_each))
    print(
        f"{READERS} readers, {len(steps)} steps in {SCROLL_S:.0f} s: "
        f"the slowest twentieth {1000 * steps[-len(steps) // 20]:.0f} ms or more; "
        f"processor {sum(busy) / SCROLL_S:.2f} of {os.cpu_count()}, "
        f"of which the server itself {busy[0] / SCROLL_S:.2f}; "
        f"{1000 * sum(busy) / len(steps):.0f} ms of processor a step"
    )
    print(f"all {READERS} without a pause: {rush:.0f} steps a second")
    print(f"all processes of the server together: {together:.0f} MB, the CT ({SIZE / 1e6:.0f} MB) among it")
    print(f"link opened, each: {', '.join(f'{seconds:.2f}' for seconds in opened)} s")
    print(f"memory after scrolling, each: {', '.join(f'{size:.0f}' for size in after)} MB")
    return {
        "link opened, s": median(opened),
        "a further reader, first page, MB": max(at_first[1:]),
        "a further reader, after scrolling, MB": max(after[1:]),
        "a step of the wheel, ms": 1000 * median(steps),
    }


def alone(prepared: Study) -> float:
    """Private memory of the server of one reader after the same."""
    arguments = (prepared.quizzes[0], "--images", prepared.images)
    with served(prepared.folder / "alone", *arguments) as server:
        parts = urlsplit(server.address)

        async def read() -> float:
            reader = WebReader(f"{parts.scheme}://{parts.netloc}", "", folder=parts.path)
            reader.start()
            await reader.open()
            await through_the_ct(reader)
            size = private_megabytes(server.process.pid)
            await reader.__aexit__(None, None, None)
            return size

        return asyncio.run(read())


async def unforked(prepared: Study) -> float:
    """Private memory of a further reader where processes are not forked, after the same."""
    with prepared.served(QUIZLOADER_NO_FORK="1") as server:
        readers = [WebReader(server.address, path) for path in list(prepared.paths.values())[:2]]
        for reader in readers:
            reader.start()
            await reader.open()
            await through_the_ct(reader)
        size = private_megabytes(processes_of(server, "Reader 2")[0])
        for reader in readers:
            await reader.__aexit__(None, None, None)
        return size


def comebacks(prepared: Study) -> dict[str, float]:
    """In a browser: from the loss to the page."""
    name = "Reader 1"
    with chromium() as browser, prepared.served(is_anew=True) as server:
        port = urlsplit(server.address).port
        with window(browser, server.address + prepared.paths[name]) as page:
            wait_for_text(page, "title", "Case 1")
            began = time.monotonic()
            os.kill(processes_of(server, name)[0], signal.SIGKILL)
            page.get_by_test_id("lost").wait_for()
            wait_for_text(page, "title", "Case 1")
            after_process = time.monotonic() - began
            server.end(signal.SIGKILL)
            page.get_by_test_id("lost").wait_for()
            began = time.monotonic()
            with prepared.served(port=port or 0, is_anew=True):
                wait_for_text(page, "title", "Case 1")
                after_server = time.monotonic() - began
    return {
        "back after his process was killed, s": after_process,
        "back after the server was started again, s": after_server,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepare(Path(folder))
        measured = asyncio.run(measure_readers(prepared))
        peer = alone(prepared)
        not_forked = asyncio.run(unforked(prepared))
        measured |= comebacks(prepared)
    for what, limit in LIMITS.items():
        print(f"{what}: {measured[what]:.3g} (limit {limit:.3g})")
    each = measured["a further reader, after scrolling, MB"]
    print(f"a further reader takes {each / peer:.2f} of the memory of a server of one reader ({peer:.0f} MB)")
    print(f"where processes are not forked he takes {not_forked:.0f} MB")
    if any(measured[what] > limit for what, limit in LIMITS.items()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
