"""Commands that serve, and processes of a study's readers, forked from a process that has imported all.

So the server of a study makes its readers' processes. The imports take 4 seconds of a processor, which many
stories pay once together. Run as a script with the number of its socket this is the process that forks;
with the words of a command it is that command, a server of a study that has its readers' processes forked.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout, suppress
from functools import cache
from typing import Any, TextIO

from QuizLoaderLib.apps.study_server import spares, worker_process
from QuizLoaderLib.apps.study_server.spares import python_environment
from QuizLoaderLib.apps.study_server.worker_process import FORKS

__all__ = ["FIRST", "FORKS", "ForkedCommand", "command_with_forked_readers"]

FIRST = "QUIZLOADER_TEST_RUNS_FIRST"
"""In the environment: Python that a forked process runs before anything else."""

_READERS = worker_process.__file__


class _Forked:
    """As ``subprocess.Popen`` of a process that reads from, prints to and complains to ``standard``."""

    def __init__(
        self,
        asking: socket.socket,
        argv: Sequence[str],
        environment: Mapping[str, str],
        standard: Sequence[int],
    ) -> None:
        request = {"argv": argv, "environment": dict(environment), "folder": os.getcwd()}
        self._news, news = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            socket.send_fds(asking, [json.dumps(request).encode()], [news.fileno(), *standard])
        finally:
            news.close()
        self.returncode: int | None = None
        self.pid = self._hear(None)

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self.returncode = self._hear(timeout)
            self._news.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _hear(self, timeout: float | None) -> int:
        self._news.settimeout(timeout)
        try:
            heard = self._news.recv(64)
        except (BlockingIOError, TimeoutError):
            raise subprocess.TimeoutExpired("a forked command", timeout or 0) from None
        return int(heard)


class ForkedCommand(_Forked):
    """``python -c COMMAND`` and its arguments: what is printed can be read from ``stdout``."""

    def __init__(self, arguments: list[str], stderr: int, environment: Mapping[str, str]) -> None:
        reading, writing = os.pipe()
        try:
            with open(os.devnull, "rb") as nothing:
                standard = (nothing.fileno(), writing, stderr)
                super().__init__(_ready_python(), ["-c", *arguments], environment, standard)
        finally:
            os.close(writing)
        self.stdout: TextIO = os.fdopen(reading, encoding="utf-8")


class ForkedReaders(_Forked):
    """The process of ``spares.new_python``, which has imported all already."""

    def __init__(self, asking: socket.socket) -> None:
        reading, writing = os.pipe()
        try:
            with open(os.devnull, "wb") as nothing:
                standard = (reading, nothing.fileno(), sys.stderr.fileno())
                super().__init__(asking, [_READERS], python_environment(), standard)
        finally:
            os.close(reading)
        self.stdin = os.fdopen(writing, "wb")


def command_with_forked_readers(arguments: list[str]) -> tuple[list[str], int]:
    """What to start as a command that serves a study, and the number of the file that it needs."""
    number = _ready_python().fileno()
    return [sys.executable, __file__, str(number), *arguments], number


@cache
def _ready_python() -> socket.socket:
    """It ends when this process has ended."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # No test waits for it, and it has nothing to end in order.
    process = subprocess.Popen(
        [sys.executable, __file__, str(its.fileno())],
        pass_fds=[its.fileno()],
        stdin=subprocess.DEVNULL,
        # As that of its commands, which Python looks at when it starts.
        stdout=subprocess.PIPE,
        env=python_environment(),
        start_new_session=True,
    )
    its.close()
    process.returncode = 0
    return ours


def _fork_when_asked(asking: socket.socket) -> None:
    """Returns in each forked process alone, which is then as if its command had been started anew."""
    while True:
        text, received, _, _ = socket.recv_fds(asking, 1 << 20, 4)
        if not text:
            os._exit(0)
        news, *standard = received
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asking.close()
            pid = os.fork()
            if pid == 0:
                break
            for each in standard:
                os.close(each)
            os.write(news, b"%d" % pid)
            if news in select.select([news, os.pidfd_open(pid)], [], [])[0]:
                # Whoever asked for the command is gone.
                os.kill(pid, signal.SIGKILL)
            status = os.waitpid(pid, 0)[1]
            with suppress(OSError):
                os.write(news, b"%d" % os.waitstatus_to_exitcode(status))
            os._exit(0)
        for each in received:
            os.close(each)
    os.close(news)
    for number, each in enumerate(standard):
        os.dup2(each, number)
        os.close(each)
    request = json.loads(text)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = request["argv"]
    exec(os.environ.get(FIRST, ""), {})


def _become_what_is_asked_for(asking: socket.socket) -> None:
    import gc
    import io

    from QuizLoaderLib.apps.command_line.main import main
    from QuizLoaderLib.apps.shared.opengl import opengl_problem

    gc.disable()
    worker_process.import_all()
    opengl_problem()
    # The first command that is read imports what reads commands.
    sys.argv[1:] = ["serve", "--help"]
    with suppress(SystemExit), redirect_stdout(io.StringIO()):
        main()
    gc.enable()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _fork_when_asked(asking)
    if sys.argv == [_READERS]:
        worker_process.main()
    else:
        main()


def _serve_a_study(asking: socket.socket) -> None:
    from QuizLoaderLib.apps.command_line.main import main

    def new_python() -> Any:
        return ForkedReaders(asking)

    spares.new_python = new_python
    main()


if __name__ == "__main__":
    its_socket = socket.socket(fileno=int(sys.argv.pop(1)))
    (_serve_a_study if sys.argv[1:] else _become_what_is_asked_for)(its_socket)
