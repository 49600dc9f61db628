"""How often something may happen."""

import time
from collections.abc import Callable


class Allowance:
    """Up to ``burst`` at once, and ``each_second`` over time (a token bucket)."""

    def __init__(self, each_second: float, burst: float, now: Callable[[], float] = time.monotonic) -> None:
        self._each_second, self._burst, self._now = each_second, burst, now
        self._left = burst
        self._when = now()

    def seconds_to_wait(self, cost: float = 1.0) -> float:
        """Takes ``cost``, and says after how long it is allowed: 0 where it is so at once."""
        self._refill()
        self._left -= cost
        return max(0.0, -self._left / self._each_second)

    def take(self) -> bool:
        """Whether it may happen now; where not, nothing is taken."""
        self._refill()
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def _refill(self) -> None:
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._when) * self._each_second)
        self._when = now
