"""What a reader is shown of time: how much of it is left, and from when on a page can be completed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..quiz.model import Page
    from ..session.time_limits import TimeLimits


@dataclass(frozen=True)
class TimeShown:
    """``left`` says how much time is left, empty without a limit; ``share`` is how much of it in hundredths,
    ``is_short`` for its last ten seconds. ``early`` says from when on the page can be completed.

    ``is_limited``: time is running out. ``is_covered``: it stands still, and nothing of the page may be seen
    meanwhile.
    """

    left: str = ""
    is_limited: bool = False
    share: int = 100
    is_short: bool = False
    early: str = ""
    is_covered: bool = False


UNTIMED = TimeShown()


def time_shown(limits: "TimeLimits") -> TimeShown:
    """In steps that a reader does not see jump."""
    from ..session.time_limits import SOON_S, in_words

    early_s, time_left = limits.early_s, limits.left
    early = f"This page can be completed in {in_words(early_s)}." if early_s else ""
    if time_left is None:
        return TimeShown(early=early)
    left_s, limit_s = time_left
    return TimeShown(
        left=f"Time left: {in_words(left_s)}",
        is_limited=True,
        share=round(100 * left_s / limit_s),
        is_short=left_s <= SOON_S,
        early=early,
        is_covered=limits.stands_still,
    )


def time_of_readers(page: "Page") -> TimeShown:
    """An author has all the time, and is told of what readers have."""
    limit, least = page.time_limit_s, page.min_time_s
    return TimeShown(
        left=f"Readers have {limit:g} s for this page." if limit else "",
        early=f"Readers stay here for {least:g} s at least." if least else "",
    )
