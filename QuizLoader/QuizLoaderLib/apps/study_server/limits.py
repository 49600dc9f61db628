"""How often something may happen, and how much."""

import time
from collections.abc import Callable

# Each second, and at once.
_REQUESTS = (20.0, 300.0)
"""A page takes about a dozen."""
_MESSAGES = (300.0, 600.0)
"""A mouse that is moved makes about 100 each second."""
_BYTES = (100_000.0, 3_000_000.0)
"""So 9 million in any minute; a moved mouse sends 30,000 each second."""


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


class ReaderLimits:
    """What all windows of one reader may take together; who sends more is made to wait, nothing is lost."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._requests = Allowance(*_REQUESTS, now)
        self._messages = Allowance(*_MESSAGES, now)
        self._bytes = Allowance(*_BYTES, now)

    def may_ask(self) -> bool:
        return self._requests.take()

    def seconds_to_wait(self, sent: int) -> float:
        """Of a message of so many bytes."""
        return max(self._messages.seconds_to_wait(), self._bytes.seconds_to_wait(sent))
