"""A stage for the stories of the browser: the command serves a quiz, Chromium shows it."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Picture
from ready_python import FIRST, FORKS, ForkedCommand, command_with_forked_readers

WINDOW = (1280, 720)
READER = "Dr. Chen"
PATIENCE_S = 180
"""How long a condition is waited for on a busy machine; a story that goes well never waits so long."""

COMMAND = "from QuizLoaderLib.apps.command_line.main import main; main()"
OBEY_RIGHTS = """
import ctypes, os, sys
if sys.platform == "linux" and os.geteuid() == 0:
    # Without CAP_DAC_OVERRIDE root has no right beyond those of a file's owner.
    system = ctypes.CDLL(None, use_errno=True)
    version, rights = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    for call in system.capget, system.capset:
        assert call(version, rights) == 0, os.strerror(ctypes.get_errno())
        rights[0] &= ~2
"""
"""To run first, for a story in which a folder is read-only."""


class Served:
    """A command that serves, in a process of its own; ``address`` is the first line that it printed.

    ``is_ready``: what it imports has been imported already; of a server of many readers, what these need.
    """

    def __init__(
        self,
        arguments: Sequence[object],
        errors: Path,
        environment: Mapping[str, str],
        is_ready: bool = False,
    ) -> None:
        self._errors = errors
        words = [*map(str, arguments), "--no-browser"]
        everything = {**os.environ, **environment}
        self.process: ForkedCommand | subprocess.Popen[str]
        with errors.open("wb") as file:
            if is_ready and "--readers" not in words:
                self.process = ForkedCommand(words, file.fileno(), everything)
            else:
                program, passed = [sys.executable, "-c", COMMAND, *words], -1
                if is_ready:
                    program, passed = command_with_forked_readers(words)
                self.process = subprocess.Popen(
                    program,
                    pass_fds=[passed] if is_ready else [],
                    stdout=subprocess.PIPE,
                    stderr=file,
                    encoding="utf-8",
                    env=everything,
                )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            self.process.wait(PATIENCE_S)

    @property
    def errors(self) -> str:
        return self._errors.read_text(encoding="utf-8", errors="replace")

    def printed_after_the_address(self) -> str:
        """All of it, once the command has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.read()

    def end(self, how: int = signal.SIGTERM) -> int:
        """As a terminal or another program ends it; gives its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        if self.process.stdout:
            self.process.stdout.close()


class MovedClock:
    """Of a server, which is served with ``environment``: it stands still but where a test moves it. ``takes``
    is Python that has the server take it, from a file ``now`` beside itself."""

    def __init__(self, folder: Path, takes: str) -> None:
        folder.mkdir()
        taken = "\n    ".join(["if 'serve' in __import__('sys').orig_argv:", *takes.splitlines()])
        (folder / "sitecustomize.py").write_text(taken, encoding="utf-8")
        self.environment = {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, sys.path)])}
        self._now, self._seconds = folder / "now", 1000.0
        self.move(0)

    def move(self, seconds: float) -> None:
        self._seconds += seconds
        # In one step: the server reads it whenever it likes.
        following = self._now.with_name("following")
        following.write_text(str(self._seconds), encoding="utf-8")
        following.replace(self._now)


def _as_sitecustomize(folder: Path, program: str) -> dict[str, str]:
    """The environment in which a Python that starts anew runs it."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(program, encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), *(part for part in sys.path if part)])}


@contextmanager
def served(folder: Path, *arguments: object, first: str = "", **environment: str) -> Iterator[Served]:
    """``quizloader serve``; its home folder is ``folder``/home. ``first`` is Python that its processes run
    before anything else (of a server of many readers, at least theirs)."""
    # Another environment may change what is imported; this wslink looks at when it begins.
    is_ready = FORKS and not environment.keys() - {"WSLINK_HEART_BEAT"}
    if first:
        environment |= {FIRST: first} if is_ready else _as_sitecustomize(folder / "first", first)
    with _served(folder, ["serve", *arguments], environment, is_ready=is_ready) as command:
        yield command


@contextmanager
def served_anew(folder: Path, *arguments: object, **environment: str) -> Iterator[Served]:
    """``quizloader serve``, in a process that imports everything, as all of its own do."""
    with _served(folder, ["serve", *arguments], environment) as command:
        yield command


@contextmanager
def demonstrated(folder: Path, *arguments: object) -> Iterator[Served]:
    """``quizloader demo``; its home folder is ``folder``/home."""
    with _served(folder, ["demo", *arguments], {}, is_ready=FORKS) as command:
        yield command


@contextmanager
def _served(
    folder: Path, arguments: Sequence[object], environment: dict[str, str], is_ready: bool = False
) -> Iterator[Served]:
    (folder / "home").mkdir(parents=True, exist_ok=True)
    own = {"HOME": str(folder / "home"), "USERPROFILE": str(folder / "home"), **environment}
    command = Served(arguments, folder / "serve-errors.txt", own, is_ready)
    try:
        yield command
    finally:
        command.kill()


@contextmanager
def window(
    browser: Any, address: str, size: tuple[int, int] = WINDOW, zoom: float = 1, has_touch: bool = False
) -> Iterator[Any]:
    """A page of the browser at the address; what it has to say in its console is no error. Zoomed, as by
    Ctrl and +, a window of ``size`` has room for less."""
    viewport = {"width": int(size[0] / zoom), "height": int(size[1] / zoom)}
    context = browser.new_context(viewport=viewport, device_scale_factor=zoom, has_touch=has_touch)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.faults = faults
    try:
        page.goto(address)
        yield page
    finally:
        context.close()


def text(page: Any, test_id: str) -> str:
    return page.get_by_test_id(test_id).inner_text()


def wait_for_text(page: Any, test_id: str, words: str) -> None:
    page.get_by_test_id(test_id).filter(has_text=words).first.wait_for()


def ask_what_is_missing(page: Any) -> None:
    """A reader is told when they want to go on, and from then on."""
    page.get_by_test_id("next").or_(page.get_by_test_id("finish")).click()
    page.get_by_test_id("missing").wait_for()


def wait_for_views(page: Any) -> None:
    """Until each view shows its picture in the size that it has, without loss: before, nothing can be clicked
    there, and what a busy machine takes for a slow link has its pictures in a lesser quality first."""
    are_ready = """async () => {
        // As they are painted.
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        const views = [...document.querySelectorAll("[data-view]")];
        const isThere = view => view.ariaBusy === "false"
            && view.querySelector(".quiz-area img")?.dataset.kind === "lossless";
        return views.length > 0 && views.every(isThere);
    }"""
    until(lambda: page.evaluate(are_ready), "the views to show their pictures")


def hear(page: Any, test_id: str) -> Callable[[str], None]:
    """Listens to a part of the page from now on. Gives what waits until it has said some words, also where it
    is gone again before anybody looks."""
    said: list[str] = []
    page.expose_function("hear", lambda words: said.append(words))
    page.evaluate(
        """test_id => new MutationObserver(() => {
            const part = document.querySelector(`[data-testid="${test_id}"]`);
            if (part) window.hear(part.innerText);
        }).observe(document, { subtree: true, childList: true, characterData: true })""",
        test_id,
    )

    def has_said(words: str) -> bool:
        # Only who talks with the browser hears what it says.
        page.wait_for_timeout(20)
        return any(words in each for each in said)

    return lambda words: until(lambda: has_said(words), f"“{words}” to be said")


def choose(scope: Any, label: str) -> None:
    """A click on an option, which is marked as soon as the client has heard from the server."""
    option = scope.get_by_label(label, exact=True)
    option.click()
    until(option.is_checked, f"the mark of {label}")


def until(holds: Callable[[], Any], what: str) -> Any:
    """Wait for a condition that the browser does not know of."""
    end = time.monotonic() + PATIENCE_S
    while (looked := time.monotonic()) < end:
        if found := holds():
            return found
        # Whoever looks at pictures again and again has the processor that is to make the next one.
        time.sleep(max(0.05, time.monotonic() - looked))
    raise AssertionError(f"waited in vain for {what}")


def picture_of(page: Any, view: str) -> np.ndarray:
    """What the browser shows of a view, without the texts over it: uint8 (rows, columns, 3)."""
    png = page.locator(f"[data-testid=view-{view}] .quiz-area").screenshot(
        style=".quiz-corner, .quiz-in-view, .quiz-loading, .quiz-slices, .quiz-words, .v-overlay"
        " { display: none !important }"
    )
    return np.asarray(Picture.open(io.BytesIO(png)).convert("RGB"))
