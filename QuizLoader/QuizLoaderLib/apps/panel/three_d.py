"""The regions of a page come into Slicer's 3D view as their surfaces are made."""

import time
from typing import TYPE_CHECKING

from .loading import REST_AHEAD_S
from .ui import timer

if TYPE_CHECKING:
    from ...reader.opened_quiz import OpenedQuiz

TICK_S = 0.05


class Surfaces:
    def __init__(self) -> None:
        self._opened: OpenedQuiz | None = None
        self._timer = timer(TICK_S, self.tick)

    def begin(self, opened: "OpenedQuiz") -> None:
        """A page was put on the views, or other planes of it."""
        self._opened = opened
        self._timer.start()

    def tick(self) -> None:
        three_d = self._opened.placed.three_d if self._opened else None
        if three_d is None or not three_d.is_making:
            self._timer.stop()
            self._opened = None
            return
        # Where threads advance: see Loading.
        time.sleep(REST_AHEAD_S)
        three_d.show_ready()
