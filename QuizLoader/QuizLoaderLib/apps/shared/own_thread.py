"""A thread beside all others, which nothing waits for: neither pictures nor the end of the process."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar
from weakref import WeakSet

Found = TypeVar("Found")


class OwnThread:
    """Does one thing after another. Its thread begins with the first of them."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._begun: list[Future[Any]] = []
        self._thread: threading.Thread | None = None
        _ALL.add(self)

    @property
    def is_busy(self) -> bool:
        return not all(each.done() for each in self._begun)

    def do(self, action: Callable[[], Found]) -> "Future[Found]":
        """After what it was told before."""
        found: Future[Found] = Future()
        self._begun = [each for each in self._begun if not each.done()] + [found]
        self._waiting.put((found, action))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        return found

    def _work(self) -> None:
        while True:
            found, action = self._waiting.get()
            try:
                result = action()
            except BaseException as fault:  # noqa: BLE001 whoever waits for it learns of it
                found.set_exception(fault)
            else:
                found.set_result(result)
            # Nothing of it is kept until the next one comes.
            del found, action


_ALL: "WeakSet[OwnThread]" = WeakSet()


def end_process(status: int) -> None:
    """Where one of these threads is busy the process ends here and now, with all that was written; else
    this does nothing. Python, before 3.14, would unwind a thread that comes back from C++ while the process
    ends, and then the C++ library aborts the process."""
    if any(each.is_busy for each in _ALL):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)
