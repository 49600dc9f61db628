"""What a thread works out before the window needs it."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

Found = TypeVar("Found")


class WorkAhead:
    """By keys, one after the other. The work changes nothing that the window has, so nothing is lost where a
    reader goes elsewhere meanwhile; a host waits in its own loop of events until ``is_done``."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self._coming: dict[Hashable, Future[Any]] = {}

    def begin(self, key: Hashable, work: Callable[[], Found]) -> "Future[Found]":
        """Work that waits for what was begun before it finds that done."""
        if key not in self._coming:
            self._coming[key] = self._thread.submit(work)
        return self._coming[key]

    def __contains__(self, key: Hashable) -> bool:
        return key in self._coming

    @property
    def is_done(self) -> bool:
        return all(coming.done() for coming in self._coming.values())

    def take(self, key: Hashable, holds: Callable[[Found], bool], work: Callable[[], Found]) -> Found:
        """What was found, where that ``holds`` still; else ``work``, for which the window waits. So a fault
        in the thread is one here, where it can be told."""
        coming = self._coming.pop(key, None)
        if coming is not None and not coming.cancel() and coming.exception() is None:
            found: Found = coming.result()
            if holds(found):
                return found
        return work()

    def forget(self) -> None:
        """What has not begun is left undone."""
        for coming in self._coming.values():
            coming.cancel()
        self._coming.clear()

    def close(self) -> None:
        self.forget()
        self._thread.shutdown(wait=False)
