"""Krippendorff's alpha: agreement of any number of readers, on any scale, with missing answers."""

from collections.abc import Callable
from math import nan
from typing import Literal

import numpy as np

from ..estimates import DRAWS, SEED, Estimate, Statistic, bootstrap

Level = Literal["nominal", "ordinal", "interval"]


def krippendorff_alpha(values: np.ndarray, level: Level, *, draws: int = DRAWS, seed: int = SEED) -> Estimate:
    """Krippendorff's alpha, with a bootstrap interval over cases.

    Parameters
    ----------
    values
        (readers, cases), NaN where missing. Cases with one answer say nothing of agreement and are left out.
    level
        How answers differ: ``nominal`` (equal or not), ``ordinal`` (by ranks), ``interval`` (by the square).

    References
    ----------
    Krippendorff K. Computing Krippendorff's alpha-reliability. University of Pennsylvania, 2011.
    """
    values = values[:, (~np.isnan(values)).sum(0) > 1]
    n = values.shape[1]
    if not n:
        return Estimate(nan, note="No case was answered by two readers.")
    return bootstrap(
        _STATISTICS[level](values),
        n,
        "All answers are the same, so alpha is undefined.",
        draws=draws,
        seed=seed,
    )


class _Nominal:
    """Alpha where answers are equal or not, of how often each case counts."""

    def __init__(self, values: np.ndarray) -> None:
        self._levels = _level_counts(values)
        answers = self._levels.sum(1)
        self._equal = (self._levels * (self._levels - 1)).sum(1) / (answers - 1)

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        levels = weights @ self._levels
        answers = levels.sum(1)
        different = answers * (answers - 1) - (levels * (levels - 1)).sum(1)
        return 1 - (answers - 1) * (answers - weights @ self._equal) / _or_nan(different)


class _Ordinal:
    """Alpha of ranks: those of a level are the middle of the places its answers have among all."""

    def __init__(self, values: np.ndarray) -> None:
        self._levels = _level_counts(values)
        self._answers = self._levels.sum(1)

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        levels = weights @ self._levels
        ranks = np.cumsum(levels, 1) - levels / 2
        # From their middle: only differences count, and sums of squares keep their digits.
        ranks -= levels.sum(1, keepdims=True) / 2
        squares = ranks**2 @ self._levels.T
        apart = (self._answers * squares - (ranks @ self._levels.T) ** 2) / (self._answers - 1)
        sums, all_squares = (levels * ranks).sum(1), (levels * ranks**2).sum(1)
        return _of_squares(levels.sum(1), sums, all_squares, (weights * apart).sum(1))


class _Interval:
    """Alpha of the squares of differences."""

    def __init__(self, values: np.ndarray) -> None:
        values = values - np.nanmean(values)
        answers = (~np.isnan(values)).sum(0)
        sums, squares = np.nansum(values, 0), np.nansum(values**2, 0)
        apart = np.nansum((values - sums / answers) ** 2, 0) * answers / (answers - 1)
        self._moments = np.stack([answers, sums, squares, apart], axis=1)

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        answers, sums, squares, apart = (weights @ self._moments).T
        return _of_squares(answers, sums, squares, apart)


_STATISTICS: dict[Level, Callable[[np.ndarray], Statistic]] = {
    "nominal": _Nominal,
    "ordinal": _Ordinal,
    "interval": _Interval,
}


def _of_squares(answers: np.ndarray, sums: np.ndarray, squares: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Alpha of numbers whose sums are given; ``apart`` is what pairs in a case differ by, squared, in all."""
    of_all = answers * squares - sums**2
    return 1 - (answers - 1) * apart / _or_nan(np.where(of_all > 1e-12 * answers * squares, of_all, 0))


def _or_nan(numbers: np.ndarray) -> np.ndarray:
    return np.where(numbers > 0, numbers, nan)


def _level_counts(values: np.ndarray) -> np.ndarray:
    """How often each of the values occurs in a case: (cases, values that occur)."""
    levels = np.unique(values[~np.isnan(values)])
    places = np.searchsorted(levels, values)
    cases = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    counts = np.zeros((values.shape[1], len(levels)))
    given = ~np.isnan(values)
    np.add.at(counts, (cases[given], places[given]), 1)
    return counts
