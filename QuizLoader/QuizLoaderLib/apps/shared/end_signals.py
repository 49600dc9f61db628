"""A server goes on until it is told to end."""

import asyncio
import signal
from collections.abc import Callable


def on_end_signal(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    """``end`` is called at Ctrl+C and, where the system has it, SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, end)
        except NotImplementedError:  # on Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))
