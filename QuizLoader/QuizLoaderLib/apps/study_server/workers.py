"""The readers' processes: made in reserve, given a reader, ended when idle, replaced when they die."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from ...quiz.problems import ExplainedError
from .spares import END_S, Process, Spares
from .study import Study
from .worker_process import Line

_log = logging.getLogger(__name__)

READY_S = 120.0
"""How long a process may take until its client can be asked for; large images take their time."""
_READERS_OF_A_PROCESSOR = 8
_BYTES_OF_A_READER = 400_000_000
"""After many pages, with regions drawn; docs/studies/invite-readers.md has the measurements."""
_TRIES = 5
_TRY_AGAIN_S = 1.0
_LEFT_S = 60.0
_SHORT_LIFE_S = 10.0
_MOST_SHORT_LIVES = 3
_REST_S = 60.0


class ServerFullError(ExplainedError):
    """As many readers as the server has room for are here."""


@dataclass(frozen=True)
class Assignment:
    """What a reader's process serves: one quiz of the study to one reader."""

    reader: str
    quiz_path: Path


@dataclass(eq=False)
class WorkerProcess:
    """A process that serves a reader at ``address`` (http, on this machine, with its own secret).

    ``active`` is when the reader did something last, on the clock of time.monotonic.
    """

    assignment: Assignment
    address: str
    process: Process = field(repr=False)
    began: float
    active: float
    gone: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    ending: "asyncio.Task[None] | None" = None
    connections: int = 0


class Workers:
    """At most ``most`` processes, one for each reader who is here (two, with two quizzes open).

    Without ``most`` there are as many as this machine has processors and memory for. A process whose reader
    has done nothing for the study's ``idle_s`` saves everything and ends. ``first`` is for ``Spares``.
    """

    def __init__(self, first: "Popen[bytes]", study: Study, shared_voxels: Path) -> None:
        self.most = study.most or 0
        self._study, self._shared_voxels = study, shared_voxels
        self._workers: dict[Assignment, WorkerProcess] = {}
        self._starting: dict[Assignment, asyncio.Lock] = {}
        self._taken = 0
        self._short_lives: dict[Assignment, list[float]] = {}
        self.faults: dict[Assignment, str] = {}
        """Why the newest process of an assignment ended, or never was ready; until one is."""
        self._spares = Spares(first)
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_open = asyncio.Event()
        self._is_closing = False
        self.resting: set[Assignment] = set()
        """What was ended because the reader did nothing, until they come again."""

    async def start(self) -> None:
        first = await self._spares.start()
        # Free memory is for processes as much as for images, of which the machine holds one copy.
        for_memory = first.memory_for_images // _BYTES_OF_A_READER
        self.most = self.most or max(1, min(for_memory, _READERS_OF_A_PROCESSOR * (os.cpu_count() or 1)))
        self._is_open.set()
        self._in_background(self._end_idle())
        self._in_background(self._load_ahead())

    async def _load_ahead(self) -> None:
        """Let a process load the first images of the quizzes, beside everything else."""
        process = await self._spares.take()
        try:
            process.say(
                load={
                    "quizzes": [str(quiz) for quiz in self._study.quizzes],
                    "images": str(self._study.images),
                    "follow_links": self._study.follow_links,
                    "shared_voxels": str(self._shared_voxels),
                }
            )
            await process.hear()
        finally:
            process.kill()
            process.out.close()

    @property
    def here(self) -> list[WorkerProcess]:
        return [worker for worker in self._workers.values() if not worker.gone.is_set()]

    def of(self, assignment: Assignment) -> WorkerProcess | None:
        """The reader's process for this quiz, None where there is none."""
        worker = self._workers.get(assignment)
        return None if worker is None or worker.gone.is_set() or worker.ending else worker

    async def serve(self, assignment: Assignment) -> WorkerProcess:
        """The reader's process for this quiz, made where there is none. Raises ExplainedError."""
        await self._is_open.wait()
        async with self._starting.setdefault(assignment, asyncio.Lock()):
            worker = self._workers.get(assignment)
            if worker is not None and not worker.gone.is_set():
                if not worker.ending:
                    return worker
                await self._end(worker)
            self._refuse_short_lives(assignment)
            await self._make_room()
            if self._taken >= self.most or self._is_closing:
                raise ServerFullError("The server is full: as many readers are here as it has room for.")
            self._taken += 1
            self.resting.discard(assignment)
            try:
                worker = self._workers[assignment] = await self._begin(assignment)
            except BaseException:
                self._taken -= 1
                raise
            self._in_background(self._watch(worker))
            return worker

    async def close(self) -> None:
        """All processes save everything and end."""
        self._is_closing = True
        await asyncio.gather(*(self._end(worker) for worker in self.here))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._spares.close()

    # Beginning and ending

    async def _begin(self, assignment: Assignment) -> WorkerProcess:
        started = time.monotonic()
        heard: Line = {}
        for attempt in range(_TRIES):
            try:
                process = await self._spares.take()
            except asyncio.TimeoutError:
                raise ExplainedError("The server could not make a process for the quiz.") from None
            process.say(assignment=self._serving(assignment))
            try:
                heard = await asyncio.wait_for(process.hear(), READY_S)
            except asyncio.TimeoutError:
                process.kill()
                raise ExplainedError("The quiz did not get ready in time.") from None
            if "ready" in heard:
                self.faults.pop(assignment, None)
                now = time.monotonic()
                _log.info(
                    "%s: process %d is ready after %.1f s", assignment.reader, process.pid, now - started
                )
                return WorkerProcess(assignment, heard["ready"], process, now, now)
            process.out.close()
            if not heard:
                self._note_short_life(assignment)
                self._note_fault(assignment, f"Process {process.pid} died before the quiz was shown.")
                self._refuse_short_lives(assignment)
            elif not heard.get("again"):
                break
            if attempt + 1 < _TRIES:
                await asyncio.sleep(_TRY_AGAIN_S)
        sentence = heard.get("failed") or "The quiz ended before it was ready."
        self._note_fault(assignment, " ".join(filter(None, (sentence, heard.get("why")))))
        raise ExplainedError(self._study.without_folders(sentence))

    def _note_fault(self, assignment: Assignment, sentence: str) -> None:
        self.faults[assignment] = sentence
        _log.error("%s, %s: %s", assignment.reader, assignment.quiz_path.stem, sentence)

    def _serving(self, assignment: Assignment) -> Line:
        """The fields of ``Serving``; paths are absolute."""
        paths = {
            "quiz_path": assignment.quiz_path,
            "image_folder": self._study.images,
            "results_folder": self._study.results,
            "shared_voxels": self._shared_voxels,
            "scripts_folder": self._study.scripts,
            "key": self._study.key,
        }
        return {
            "paths": {name: str(path) for name, path in paths.items() if path},
            "reader": assignment.reader,
            "follow_links": self._study.follow_links,
        }

    async def _watch(self, worker: WorkerProcess) -> None:
        heard: Line = {}
        while (line := await worker.process.hear()) and "ended" not in heard:
            heard |= line
        worker.gone.set()
        self._taken -= 1
        worker.process.out.close()
        lived = time.monotonic() - worker.began
        if "ended" in heard:
            _log.info("%s: process %d ended", worker.assignment.reader, worker.process.pid)
            if heard["ended"]:
                _log.error("%s: %s", worker.assignment.reader, heard["ended"])
        else:
            _log.error(
                "%s: process %d died after %.0f s", worker.assignment.reader, worker.process.pid, lived
            )
            if lived < _SHORT_LIFE_S:
                self._note_short_life(worker.assignment)

    async def _end(self, worker: WorkerProcess) -> None:
        if worker.ending is None:
            worker.ending = asyncio.create_task(self._ended(worker))
        await worker.ending

    async def _ended(self, worker: WorkerProcess) -> None:
        with contextlib.suppress(OSError):
            worker.process.say(end=True)
        try:
            await asyncio.wait_for(worker.gone.wait(), END_S)
        except asyncio.TimeoutError:
            _log.error(
                "%s: process %d does not end and is stopped", worker.assignment.reader, worker.process.pid
            )
            worker.process.kill()
            await worker.gone.wait()

    async def _make_room(self) -> None:
        """Who has closed the window gives way to who is coming, the one who left first."""
        left = [worker for worker in self.here if not worker.connections and not worker.ending]
        now = time.monotonic()
        left = [worker for worker in left if now - worker.active > _LEFT_S]
        if self._taken >= self.most and left:
            await self._end(min(left, key=lambda worker: worker.active))

    async def _end_idle(self) -> None:
        while True:
            await asyncio.sleep(min(10.0, self._study.idle_s / 4))
            now = time.monotonic()
            for worker in self.here:
                if now - worker.active > self._study.idle_s and not worker.ending:
                    minutes = self._study.idle_s / 60
                    _log.info("%s has done nothing for %.0f minutes", worker.assignment.reader, minutes)
                    self.resting.add(worker.assignment)
                    self._in_background(self._end(worker))

    def _note_short_life(self, assignment: Assignment) -> None:
        self._short_lives.setdefault(assignment, []).append(time.monotonic())

    def _refuse_short_lives(self, assignment: Assignment) -> None:
        """A quiz that ends Slicer's code each time must not keep the machine busy."""
        since = time.monotonic() - _REST_S
        lives = [at for at in self._short_lives.get(assignment, ()) if at > since]
        self._short_lives[assignment] = lives
        if len(lives) >= _MOST_SHORT_LIVES:
            raise ExplainedError(
                "The quiz ended unexpectedly several times. It is tried again in a minute; "
                "please tell the coordinator of the study."
            )

    def _in_background(self, coroutine: Coroutine[object, object, object]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
