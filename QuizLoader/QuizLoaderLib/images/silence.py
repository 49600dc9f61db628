"""Libraries in C write their warnings past Python, between the program's own lines."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ERRORS = 2
"""The file descriptor that such libraries write to."""
_lock = threading.Lock()
_depth = 0
_kept = -1


@contextmanager
def silent_libraries() -> Iterator[None]:
    """Let what the libraries write meanwhile, in any thread, go nowhere.

    What they found wrong is to be told by whoever calls them.
    """
    _begin()
    try:
        yield
    finally:
        _end()


def _begin() -> None:
    global _depth, _kept
    with _lock:
        _depth += 1
        if _depth > 1:
            return
        try:
            _kept = os.dup(_ERRORS)
        except OSError:
            # Without a terminal, as Slicer on Windows, there is nothing to be kept silent.
            _kept = -1
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _ERRORS)
        os.close(nowhere)


def _end() -> None:
    global _depth
    with _lock:
        _depth -= 1
        if _depth == 0 and _kept >= 0:
            os.dup2(_kept, _ERRORS)
            os.close(_kept)
