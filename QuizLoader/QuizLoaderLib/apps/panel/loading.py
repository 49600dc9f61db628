"""A page's images load in threads while the window stays alive."""

import time
from collections.abc import Callable
from typing import Protocol

from .ui import timer

TICK_S = 0.01
REST_S = 0.02
"""How long a tick rests. Slicer keeps Python's interpreter lock while its event loop runs, so reading
threads advance only while Python code of the main thread lets go of it: here. The window waits no longer."""

REST_AHEAD_S = 0.005
"""The same while the reader looks at a page and scrolls."""


class Request(Protocol):
    """What threads do; the image library has one for a page."""

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...

    @property
    def is_ready(self) -> bool: ...

    def cancel(self) -> None: ...


class Loading:
    """Waits for a request.

    ``request`` is what is being loaded, None where nothing is. ``progress(done, total)`` is called at every
    tick, ``ready()`` once at the end; a tick rests ``rest_s``.
    """

    def __init__(
        self, progress: Callable[[int, int], None], ready: Callable[[], None], rest_s: float = REST_S
    ) -> None:
        self._progress, self._ready, self._rest_s = progress, ready, rest_s
        self.request: Request | None = None
        self._timer = timer(TICK_S, self.tick)

    def start(self, request: Request) -> None:
        self.cancel()
        self.request = request
        self._timer.start()

    def cancel(self) -> None:
        """Stop waiting; what has not begun to be read is not read."""
        request = self.let_go()
        if request:
            request.cancel()

    def let_go(self) -> Request | None:
        """Stop waiting without stopping the reading; gives the request."""
        request, self.request = self.request, None
        self._timer.stop()
        return request

    def tick(self) -> None:
        request = self.request
        if request is None:
            return
        if not request.is_ready:
            time.sleep(self._rest_s)
        self._progress(request.done, request.total)
        if request.is_ready:
            self.request = None
            self._timer.stop()
            self._ready()
