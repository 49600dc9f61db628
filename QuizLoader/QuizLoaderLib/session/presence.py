"""How long a page was on the screen of a reader who was there, and how much of that they did something."""

from collections.abc import Callable

BEAT_S = 5.0
"""How often the journal is told, so that a crash costs no more."""


class Presence:
    """Counts while the page is seen and the reader is there, as a host says; of a page at a time.

    ``clock()`` gives seconds that only go forward. A gap without pointer, wheel, key or touch that is longer
    than ``idle_after_s`` is left out whole of the active seconds.
    """

    def __init__(self, clock: Callable[[], float], idle_after_s: float) -> None:
        self._clock, self._idle_after_s = clock, idle_after_s
        self._is_seen = self.is_there = True
        self._since: float | None = clock()
        self._gap_from = clock()
        self.begin_page()

    def begin_page(self) -> None:
        """Another page is on the screen from now on."""
        self._shown = self._active = self._told_shown = self._told_active = 0.0
        if self._since is not None:
            self._since = self._gap_from = self._clock()

    def see(self, is_seen: bool) -> None:
        """Whether the page is on the screen, and not on its way."""
        self._set(is_seen, self.is_there)

    def be_there(self, is_there: bool, since: float | None = None) -> None:
        """Whether the reader can see the screen; ``since`` when that is so, now if it is not known."""
        self._set(self._is_seen, is_there, since)

    def touch(self) -> None:
        """The reader did something."""
        if self._since is not None:
            self._end_gap(self._clock())

    @property
    def runs(self) -> bool:
        """Whether time goes on: the page is seen, by somebody who is there."""
        return self._since is not None

    @property
    def untold_s(self) -> float:
        """Seconds that ``tell`` has not told yet."""
        return round(self._totals()[0] - self._told_shown, 3)

    def tell(self) -> tuple[float, float]:
        """Seconds shown and active since they were told last. The active ones may be less than nothing, for
        that a gap is too long is known at its end."""
        shown, active = (round(seconds, 3) for seconds in self._totals())
        told = (round(shown - self._told_shown, 3), round(active - self._told_active, 3))
        self._told_shown, self._told_active = shown, active
        return told

    def _totals(self) -> tuple[float, float]:
        if self._since is None:
            return self._shown, self._active
        now = self._clock()
        return self._shown + now - self._since, self._active + self._counted(now - self._gap_from)

    def _set(self, is_seen: bool, is_there: bool, at: float | None = None) -> None:
        self._is_seen, self.is_there = is_seen, is_there
        runs = is_seen and is_there
        now = self._clock() if at is None else at
        if runs and self._since is None:
            self._since = self._gap_from = now
        elif not runs and self._since is not None:
            self._shown += max(0.0, now - self._since)
            self._end_gap(now)
            self._since = None

    def _end_gap(self, now: float) -> None:
        self._active += self._counted(max(0.0, now - self._gap_from))
        self._gap_from = now

    def _counted(self, gap_s: float) -> float:
        return gap_s if gap_s <= self._idle_after_s else 0.0
