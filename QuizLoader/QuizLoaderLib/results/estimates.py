"""A number with its interval, and the bootstrap over cases."""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

DRAWS = 2000
"""Bootstrap samples where nothing else is asked for."""
SEED = 20_240_101
"""Of the bootstrap where nothing else is asked for: the same data give the same intervals."""
NORMAL_97_5 = 1.959963984540054
Statistic = Callable[[np.ndarray], np.ndarray]
"""Takes how often each case counts, (samples, cases), and gives (samples,), NaN where it is undefined."""
_AT_ONCE = 2_000_000
"""How many counts of cases are in the memory at once."""


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


def wilson(successes: float, n: int) -> Estimate:
    """The share ``successes / n`` with Wilson's 95 % interval; NaN with a note where ``n`` is 0.

    References
    ----------
    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927.
    """
    if not n:
        return Estimate(nan, note="There are no cases to count.")
    share, square = successes / n, NORMAL_97_5**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = NORMAL_97_5 / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return Estimate(share, max(centre - half, 0.0), min(centre + half, 1.0), n)


def bootstrap(
    statistic: Statistic,
    n: int,
    undefined: str,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Estimate:
    """A statistic of ``n`` cases with the interval of the percentiles of its bootstrap over cases.

    Parameters
    ----------
    undefined
        The note where the statistic of the cases themselves is undefined.

    References
    ----------
    Efron B, Tibshirani RJ. An Introduction to the Bootstrap. Chapman and Hall 1993 (chapter 13).
    """
    value = float(statistic(np.ones((1, n)))[0]) if n else nan
    if np.isnan(value):
        return Estimate(nan, n=n, note=undefined)
    if n == 1:
        return Estimate(value, n=n, note="One case has no interval.")
    random = np.random.default_rng(seed)
    size = max(1, _AT_ONCE // n)
    samples = np.concatenate(
        [statistic(_counts(random, n, min(size, draws - start))) for start in range(0, draws, size)]
    )
    defined = samples[~np.isnan(samples)]
    note = "" if len(defined) == draws else f"Undefined in {draws - len(defined)} of {draws} samples."
    low, high = np.percentile(defined, [2.5, 97.5])
    return Estimate(value, float(low), float(high), n, note)


def with_left_out(found: Estimate, left_out: int) -> Estimate:
    """The same, saying how many cases have no answer of some reader."""
    if not left_out:
        return found
    cases = "1 case is" if left_out == 1 else f"{left_out} cases are"
    note = f"{found.note} {cases} left out, for not all readers answered.".strip()
    return Estimate(found.value, found.ci_low, found.ci_high, found.n, note)


def _counts(random: np.random.Generator, n: int, samples: int) -> np.ndarray:
    """How often each of ``n`` cases is drawn in samples of ``n``: (samples, n)."""
    places = random.integers(n, size=(samples, n)) + np.arange(samples)[:, None] * n
    return np.bincount(places.ravel(), minlength=samples * n).reshape(samples, n).astype(float)
