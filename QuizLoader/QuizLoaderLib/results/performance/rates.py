"""Sensitivity and specificity."""

import numpy as np

from ..estimates import DRAWS, SEED, Estimate


def wilson(successes: int, n: int) -> Estimate:
    """The share ``successes / n`` with Wilson's 95 % interval; NaN with a note where ``n`` is 0.

    References
    ----------
    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927.
    """
    raise NotImplementedError


def sensitivity(calls: np.ndarray, truth: np.ndarray) -> Estimate:
    """One reader's, with Wilson's interval: ``calls`` (cases,) of 1, 0 and NaN, ``truth`` (cases,) bool."""
    raise NotImplementedError


def specificity(calls: np.ndarray, truth: np.ndarray) -> Estimate:
    """One reader's, as ``sensitivity``."""
    raise NotImplementedError


def mean_rate(calls: np.ndarray, among: np.ndarray, *, draws: int = DRAWS, seed: int = SEED) -> Estimate:
    """The mean over readers of their rates of 1 in ``calls`` (readers, cases) among the cases (bool,
    (cases,)).

    Sensitivity is ``mean_rate(calls, truth)``, specificity ``mean_rate(1 - calls, ~truth)``. The interval is
    that of the percentiles of a bootstrap over these cases, all readers of a case together.
    """
    raise NotImplementedError
