"""Processes for readers, made in reserve: whoever opens a link finds one that has imported everything."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from ...quiz.problems import ExplainedError
from ...quiz.text_file import json_of
from .connections import HALF_OPEN_S
from .worker_process import FORKS, LONGEST_LINE, Line

END_S = 20.0
"""How long a process may take to save everything."""
_SPARE_S = 15.0
_MOST_S = 120.0


@dataclass(eq=False)
class Process:
    """A reader's process that has said hello and waits for its assignment.

    ``problem`` says why it cannot render, where it cannot; ``memory_for_images`` are bytes.
    """

    pid: int
    lines: asyncio.StreamReader
    out: asyncio.StreamWriter
    problem: str = ""
    memory_for_images: int = 0

    def say(self, **what: object) -> None:
        self.out.write(json.dumps(what).encode() + b"\n")

    async def hear(self) -> Line:
        """The next thing it says; empty when it is gone."""
        try:
            line = await self.lines.readline()
            heard = json_of(line) if line else {}
        except (OSError, ValueError):
            return {}
        return heard if isinstance(heard, dict) else {}

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


class Spares:
    """Keeps one process in reserve, see ``worker_process``. ``first`` is of ``new_python``."""

    def __init__(self, first: "subprocess.Popen[bytes]") -> None:
        self._secret = secrets.token_hex(16)
        self._waiting: asyncio.Queue[Process] = asyncio.Queue()
        self._pythons = [first]
        self._control: asyncio.Server | None = None

    async def start(self) -> Process:
        """Returns when the first is there, which stays in reserve.

        Raises ExplainedError, and asyncio.TimeoutError where none can be made.
        """
        self._control = await asyncio.start_server(self._hello, "127.0.0.1", 0, limit=LONGEST_LINE)
        self._introduce()
        first = await asyncio.wait_for(self._waiting.get(), _MOST_S)
        self._waiting.put_nowait(first)
        if first.problem:
            raise ExplainedError(first.problem)
        return first

    async def take(self) -> Process:
        """One that is ready, and the next is begun. Raises asyncio.TimeoutError where none can be made."""
        deadline = time.monotonic() + _MOST_S
        while True:
            try:
                process = await asyncio.wait_for(self._waiting.get(), _SPARE_S)
            except asyncio.TimeoutError:
                if time.monotonic() > deadline:
                    raise
                if not self._pythons or self._pythons[-1].poll() is not None:
                    self._make()
                continue
            self._make()
            if not process.lines.at_eof():
                return process
            process.out.close()

    async def close(self) -> None:
        if self._control is not None:
            self._control.close()
        while not self._waiting.empty():
            self._waiting.get_nowait().out.close()
        for python in self._pythons:
            # Readers' processes have ended; those in reserve have nothing to save.
            python.kill()
            await asyncio.get_running_loop().run_in_executor(None, python.wait)

    def _make(self) -> None:
        self._pythons = [python for python in self._pythons if python.poll() is None]
        if not FORKS or not self._pythons:
            self._pythons.append(new_python())
            self._introduce()
        else:
            self._tell("one more")

    def _introduce(self) -> None:
        assert self._control is not None
        port = self._control.sockets[0].getsockname()[1]
        self._tell(json.dumps({"port": port, "secret": self._secret}))
        if FORKS:
            self._tell("one more")

    def _tell(self, line: str) -> None:
        stdin = self._pythons[-1].stdin
        assert stdin
        with contextlib.suppress(OSError):
            stdin.write(line.encode() + b"\n")
            stdin.flush()

    async def _hello(self, lines: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        process = Process(0, lines, out)
        try:
            hello = await asyncio.wait_for(process.hear(), HALF_OPEN_S)
        except asyncio.TimeoutError:
            hello = {}
        if not secrets.compare_digest(str(hello.get("hello", "")).encode(), self._secret.encode()):
            # Any program on this machine can come here.
            out.close()
            return
        process.pid, process.problem = int(hello["pid"]), str(hello["problem"])
        process.memory_for_images = int(hello["memory_for_images"])
        self._waiting.put_nowait(process)


def new_python() -> "subprocess.Popen[bytes]":
    """Begin to import; whoever has it tells it where the server is."""
    return subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.worker_process"],
        stdin=subprocess.PIPE,
        # What the server prints is read by other programs.
        stdout=subprocess.DEVNULL,
        env=python_environment(),
        # Ctrl+C is for the server, which ends its processes in order.
        start_new_session=True,
    )


def python_environment() -> dict[str, str]:
    """For another process of the server, which imports the same."""
    return {
        **os.environ,
        # Readers share the processors; and a process of one thread can be forked.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
    }
