"""A number with its interval, and the bootstrap over cases."""

from dataclasses import dataclass
from math import nan

DRAWS = 2000
"""Bootstrap samples where nothing else is asked for."""
SEED = 20_240_101
"""Of the bootstrap where nothing else is asked for: the same data give the same intervals."""


@dataclass(frozen=True)
class Estimate:
    """A measure with its 95 % interval.

    ``value``, ``ci_low`` and ``ci_high`` are NaN where they are undefined, and ``note`` is a sentence that
    says why. ``n`` counts the cases that went into it.
    """

    value: float
    ci_low: float = nan
    ci_high: float = nan
    n: int = 0
    note: str = ""
