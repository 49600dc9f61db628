"""The process of one reader: made beforehand, so that it is ready at once when a link is opened.

``python -m QuizLoaderLib.apps.study_server.worker_process`` imports all that a quiz needs. Then, on Linux,
it forks for every line on its standard input: what is imported is in memory once for all readers. Elsewhere,
where forking is unsafe or unknown, it is itself the one reader's process, and the server keeps another in
reserve.

A reader's process connects to the server's control port and exchanges lines of JSON: it says ``hello``, what
keeps it from rendering, and what memory is free; it gets an ``assignment``, says ``ready`` with its address
or ``failed``, and goes on until it gets ``end`` or the server is gone. In both cases it saves everything and
says ``ended``. Instead of an assignment it may be told to ``load`` images ahead.
"""

import asyncio
import faulthandler
import gc
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from pathlib import Path
from typing import Any, NamedTuple

from ..shared.defect_report import report_sentence
from ..shared.log_lines import LogLines
from ..shared.opengl import opengl_problem

Line = dict[str, Any]
"""What the server and a process say to each other, as JSON."""
LONGEST_LINE = 64 * 1024
FORKS = sys.platform == "linux" and not os.environ.get("QUIZLOADER_NO_FORK")


_DEFECT = (
    "The quiz could not be opened, which is a defect of QuizLoader; please tell the coordinator of the study."
)


class Control(NamedTuple):
    """Where the server listens for its processes on this machine, and what they show to be let in."""

    port: int
    secret: str


def main() -> None:
    # Where a library ends the process, the server's log has the place.
    faulthandler.enable()
    # Ctrl+C in a terminal is for the server; it tells us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Tried in another process, once for all readers.
    trying = threading.Thread(target=opengl_problem)
    trying.start()
    gc.disable()
    import_all()
    gc.enable()
    from ...images.loading.memory import default_budget

    memory = default_budget()
    trying.join()
    line = sys.stdin.readline()
    if not line:
        return
    control = Control(**json.loads(line))
    if not FORKS:
        _work(control, memory)
        return
    gc.collect()
    # What is there now is not looked at again: looking alone would copy its pages.
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with open(os.devnull, encoding="utf-8") as nothing:
                os.dup2(nothing.fileno(), 0)
            status = 1
            try:
                _work(control, memory)
                status = 0
            finally:
                # Nothing of the parent's is to be ended by its child.
                os._exit(status)


def import_all() -> None:
    """Opens no window and leaves no thread: neither outlives a fork."""
    import SimpleITK  # noqa: F401
    import slicer  # noqa: F401
    from PIL import PngImagePlugin  # noqa: F401

    from ...images.dicom import series  # noqa: F401
    from ...images.loading import voxel_store  # noqa: F401
    from ...images.structure_set import drawn_regions  # noqa: F401
    from ...images.types import registry  # noqa: F401
    from ...session import session  # noqa: F401
    from ...views import page  # noqa: F401
    from ..web import server  # noqa: F401


def _work(control: Control, memory: int) -> None:
    if not os.environ.get("QUIZLOADER_DEBUG"):
        # What a reader has typed may be in what trame and wslink log.
        logging.getLogger().addHandler(logging.NullHandler())
        handler = logging.StreamHandler()
        handler.setFormatter(LogLines())
        logging.getLogger("QuizLoaderLib").addHandler(handler)
    asyncio.run(_serve_one(control, memory))


async def _serve_one(control: Control, memory: int) -> None:
    try:
        lines, out = await asyncio.open_connection("127.0.0.1", control.port, limit=LONGEST_LINE)
    except OSError:
        return

    def say(**what: object) -> None:
        out.write(json.dumps(what).encode() + b"\n")

    say(hello=control.secret, pid=os.getpid(), problem=opengl_problem() or "", memory_for_images=memory)
    heard = _read(await lines.readline())
    if "load" in heard:
        _load_first_pages(**heard["load"])
    assignment = heard.get("assignment")
    if assignment is None:
        return
    end = asyncio.Event()
    listening = asyncio.create_task(_end_when_told(lines, end))
    try:
        sentence = await _serve_assignment(assignment, say, end)
        say(ended=sentence)
    finally:
        listening.cancel()
        try:
            await out.drain()
            out.close()
            await out.wait_closed()
        except OSError:
            # The server is gone.
            pass


async def _serve_assignment(assignment: Line, say: Callable[..., None], end: asyncio.Event) -> str:
    from ...reader.opened_quiz import QuizUnreadableError
    from ...session.files import SessionError
    from ..web.server import Serving, serve_until

    paths: Line = {name: Path(each) for name, each in assignment.pop("paths").items()}
    serving = Serving(**paths, **assignment)
    try:
        return await serve_until(serving, lambda address: say(ready=address), end)
    except SessionError as fault:
        # It may be that the reader's process before this one is just putting everything away.
        say(failed=str(fault), again=True)
    except QuizUnreadableError as fault:
        say(failed=str(fault), again=False)
    except Exception as fault:  # noqa: BLE001 the last net: the coordinator learns of it
        say(failed=_DEFECT, why=f"{type(fault).__name__}: {report_sentence(fault)}", again=False)
    return ""


async def _end_when_told(lines: asyncio.StreamReader, end: asyncio.Event) -> None:
    try:
        while line := await lines.readline():
            if "end" in _read(line):
                break
    except (OSError, ValueError):
        pass
    end.set()


def _load_first_pages(quizzes: Sequence[str], images: str, follow_links: bool, shared_voxels: str) -> None:
    """Put the images of each quiz's first page into the shared folder; where groups are in random order,
    those of each group's first page. What cannot be read is told to the reader who comes to it."""
    from ...images.loading.library import ImageLibrary
    from ...images.loading.voxel_store import VoxelStore
    from ...quiz.image_folder import ImageFolder
    from ...quiz.parser import read_quiz
    from ...session.order import page_groups

    folder, store = ImageFolder(Path(images), follow_links=follow_links), VoxelStore(Path(shared_voxels))
    for path in quizzes:
        quiz, _problems = read_quiz(Path(path))
        if quiz is None:
            continue
        groups = page_groups(quiz.pages) if quiz.randomize_page_groups else {}
        first = {groups.get(page.number, 0): page for page in reversed(quiz.pages)}
        # Nodes are not made, so there is no scene.
        library = ImageLibrary(None, folder, store=store)
        try:
            for page in first.values():
                wait(library.request(page).reads.values())
        finally:
            library.close()


def _read(line: bytes) -> Line:
    return json.loads(line) if line.strip() else {}


if __name__ == "__main__":
    main()
