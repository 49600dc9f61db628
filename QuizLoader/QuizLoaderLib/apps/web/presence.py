"""Whether a reader can see the quiz: a window has it, is seen, and says now and then that it lives."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .repeating import Repeating

if TYPE_CHECKING:
    from trame_server.state import State

SILENCE_S = 12.0
"""A window says every 4 s that it lives. The connection of one that is silent for so long is lost, since it
was heard last."""

LOOK_S = 2.0


class WindowPresence:
    """``be_there(is_there, since)`` is called where it changes; at first nobody is there."""

    def __init__(
        self,
        state: "State",
        be_there: Callable[[bool, float | None], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._be_there, self._clock = be_there, clock
        self._is_there = False
        self._heard_at = clock()
        self._looking = Repeating(state, LOOK_S, self.look)
        be_there(False, None)

    def begin(self) -> None:
        self._looking.switch(True)

    def end(self) -> None:
        self._looking.switch(False)

    def tell(self, is_there: bool) -> None:
        """The window has come, gone, is hidden or seen again."""
        self._heard_at = self._clock()
        self._is_there = is_there
        self._be_there(is_there, None)

    def hear(self) -> None:
        """The window lives."""
        if self._is_there and self._clock() - self._heard_at >= SILENCE_S:
            self._be_there(True, None)
        self._heard_at = self._clock()

    def look(self) -> None:
        """Whether it does still."""
        if self._is_there and self._clock() - self._heard_at >= SILENCE_S:
            self._be_there(False, self._heard_at)
