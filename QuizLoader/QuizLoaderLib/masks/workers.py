"""The same work for many items, in processes here or on a Dask cluster."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Generic, TypeVar

from ..quiz.problems import error
from .errors import SERVER_FAILED, MaskError

Item = TypeVar("Item")
Result = TypeVar("Result")


class EndedError(Exception):
    """The process of an item ended before the item was done: killed, out of memory, crashed."""


def in_processes(
    work: Callable[[Item], Result], items: Sequence[Item], count: int
) -> Iterator[tuple[int, Result | EndedError]]:
    """``work`` of each item in ``count`` processes, with the item's number, in the order of getting done.

    ``work`` must not raise, and both must be picklable. A process that ends takes only its own item with it:
    another takes its place. (An executor of the standard library gives up all items then.)
    """
    waiting = list(enumerate(items))[::-1]
    workers = [_Worker(work) for _ in range(min(count, len(items)))]
    try:
        for worker in workers:
            worker.take(waiting.pop())
        while workers:
            ready = wait([worker.connection for worker in workers])
            for worker in [one for one in workers if one.connection in ready]:
                number = worker.number
                try:
                    result = worker.connection.recv()
                except (EOFError, OSError):
                    result = EndedError(worker.reason())
                    workers.remove(worker)
                    if waiting:
                        worker = _Worker(work)
                        workers.append(worker)
                if waiting:
                    worker.take(waiting.pop())
                elif worker in workers:
                    worker.close()
                    workers.remove(worker)
                yield number, result
    finally:
        for worker in workers:
            worker.kill()


class _Worker(Generic[Item, Result]):
    def __init__(self, work: Callable[[Item], Result]) -> None:
        # Forked processes inherit the locks of threads (SimpleITK has some) in whatever state they are.
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, work), daemon=True)
        self.process.start()
        other.close()
        self.number = -1

    def take(self, item: tuple[int, Item]) -> None:
        self.number = item[0]
        # A process that has ended already is noticed when its answer is read.
        with suppress(OSError):
            self.connection.send(item[1])

    def reason(self) -> str:
        self.process.join(60)
        code = self.process.exitcode
        if code is not None and code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
            return f"signal {name}" + (", perhaps for lack of memory" if name == "SIGKILL" else "")
        return f"exit code {code}"

    def close(self) -> None:
        self.connection.close()
        self.process.join()

    def kill(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join()


def _serve(connection: Connection, work: Callable[[Item], Result]) -> None:
    """Answer items until the other end is closed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Control-C reaches every process of a terminal; the first one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            connection.send(work(connection.recv()))


def _end_with_parent() -> None:
    """Where the first process was killed, nothing of it may be written into what the next run makes."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def on_dask(
    work: Callable[[Item], Result], items: Sequence[Item], address: str
) -> Iterator[tuple[int, Result | EndedError]]:
    """``in_processes`` on a running Dask cluster, whose workers need QuizLoader and the same paths.

    Raises MaskError where there is no cluster at ``address``.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as fault:
        sentence = "Running on a Dask cluster needs the package distributed, which this Python does not have."
        hint = 'python -m pip install "quizloader[dask]"'
        raise MaskError(error(SERVER_FAILED, sentence, hint)) from fault
    try:
        client = Client(address, set_as_default=False)
    except (OSError, TimeoutError, asyncio.TimeoutError, ValueError) as fault:
        sentence = f"There is no Dask scheduler at “{address}”."
        raise MaskError(error(SERVER_FAILED, sentence, "name it as tcp://host:8786")) from fault
    with client:
        futures = [client.submit(work, item, pure=False, retries=0) for item in items]
        numbers = {future.key: number for number, future in enumerate(futures)}
        for future in as_completed(futures, loop=client.loop):
            if future.status == "finished":
                yield numbers[future.key], future.result()
            else:
                yield numbers[future.key], EndedError(" ".join(str(future.exception()).split())[:300])
