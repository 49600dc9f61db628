"""Sensitivity and specificity."""

import numpy as np

from ..estimates import DRAWS, SEED, Estimate, bootstrap, wilson


def sensitivity(calls: np.ndarray, truth: np.ndarray) -> Estimate:
    """One reader's, with Wilson's interval: ``calls`` (cases,) of 1, 0 and NaN, ``truth`` (cases,) bool."""
    return _rate(calls, truth, "No positive case was read.")


def specificity(calls: np.ndarray, truth: np.ndarray) -> Estimate:
    """One reader's, as ``sensitivity``."""
    return _rate(1 - calls, ~truth, "No negative case was read.")


def _rate(calls: np.ndarray, among: np.ndarray, undefined: str) -> Estimate:
    read = calls[among & ~np.isnan(calls)]
    return wilson(float(read.sum()), len(read)) if len(read) else Estimate(np.nan, note=undefined)


def mean_rate(calls: np.ndarray, among: np.ndarray, *, draws: int = DRAWS, seed: int = SEED) -> Estimate:
    """The mean over readers of their rates of 1 in ``calls``, with a bootstrap interval over cases.

    Sensitivity is ``mean_rate(calls, truth)``, specificity ``mean_rate(1 - calls, ~truth)``.

    Parameters
    ----------
    calls
        (readers, cases) of 1, 0 and NaN; readers who read none of these cases do not count.
    among
        (cases,) bool: the cases of the rate, over which the bootstrap goes, all readers of a case together.
    """
    calls = calls[:, among]
    was_read = ~np.isnan(calls)
    calls, was_read = calls[was_read.any(1)], was_read[was_read.any(1)].astype(float)
    ones = np.nan_to_num(calls)

    def mean(weights: np.ndarray) -> np.ndarray:
        read = weights @ was_read.T
        with np.errstate(invalid="ignore"):
            rates = (weights @ ones.T) / read
        return rates.mean(1) if len(ones) else np.full(len(weights), np.nan)

    return bootstrap(mean, calls.shape[1], "No such case was read.", draws=draws, seed=seed)
