"""How long a page, and the whole quiz, may be on the screen and must be, and how much of that is left."""

import math

from .feedback import SessionFeedback
from .order import PageKey
from .presence import Presence
from .results import Results
from .tree import Element, finite

SOON_S = 10
"""So many seconds, and fewer, are counted."""


class TimeLimits:
    """Goes by the seconds that pages were shown: by those of the results, and those that ``presence`` has
    not told yet. So time stands still while nobody is there or what is right is told, and a crash gives back
    what was not told."""

    def __init__(self, results: Results, presence: Presence, feedback: SessionFeedback) -> None:
        self._results, self._presence, self._feedback = results, presence, feedback
        self._key = results.display_order()[0]
        self._others_s = 0.0

    def begin_page(self, key: PageKey) -> None:
        """Another page is on the screen from now on."""
        self._key = key
        if self._results.quiz.time_limit_s is not None:
            pages = (self._results.page(each) for each in self._results.pages if each != key)
            self._others_s = sum(map(_shown_s, pages))

    @property
    def left(self) -> tuple[float, float] | None:
        """Of the limit that ends first: the seconds that are left, 0 where it is over, and all of them. None
        without a limit, and on a page that cannot be changed any more while the quiz itself has none."""
        found = ((max(0.0, limit_s - spent_s), limit_s) for limit_s, spent_s in self._limits())
        return min(found, default=None)

    @property
    def is_over(self) -> bool:
        return any(spent_s >= limit_s for limit_s, spent_s in self._limits())

    @property
    def is_quiz_over(self) -> bool:
        return any(spent_s >= limit_s for limit_s, spent_s in self._limits_of_quiz())

    @property
    def stands_still(self) -> bool:
        return not self._presence.runs

    @property
    def early_s(self) -> float:
        """After so many seconds the page may be completed."""
        least_s = self._results.pages[self._key].min_time_s
        if least_s is None or self._results.is_finished or self._results.is_complete(self._key):
            return 0.0
        return max(0.0, least_s - self._page_s)

    @property
    def _page_s(self) -> float:
        untold_s = 0.0 if self._feedback.is_told(self._key) else self._presence.untold_s
        return _shown_s(self._results.page(self._key)) + untold_s

    def _limits(self) -> list[tuple[float, float]]:
        """The seconds of each limit, and how many of them are gone."""
        limits, page = self._limits_of_quiz(), self._results.pages[self._key]
        if page.time_limit_s is not None and not self._results.is_locked(self._key):
            limits.append((page.time_limit_s, self._page_s))
        return limits

    def _limits_of_quiz(self) -> list[tuple[float, float]]:
        limit_s = self._results.quiz.time_limit_s
        if limit_s is None or self._results.is_finished:
            return []
        return [(limit_s, self._others_s + self._page_s)]


def in_words(seconds: float) -> str:
    """``3 minutes``, ``less than a minute``, ``9 seconds``: what is soon over is counted, nothing else."""
    whole = math.ceil(round(seconds, 3))
    if whole <= SOON_S:
        return "1 second" if whole == 1 else f"{whole} seconds"
    minutes = math.ceil(seconds / 60)
    return "less than a minute" if minutes == 1 else f"{minutes} minutes"


def _shown_s(page: Element) -> float:
    return finite(page.get("SecondsShown") or "") or 0.0
