"""Figures of merit of readings, and how these vary together because they share cases."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .areas import placements

Covariance = Literal["delong", "unbiased", "jackknife"]

_AT_ONCE = 4_000_000
"""How many comparisons of a positive with a negative case are in the memory at once."""


@dataclass(frozen=True, eq=False)
class Figures:
    """``values`` (readings,), NaN where undefined; ``covariance`` of each two, 0 without shared cases."""

    values: np.ndarray
    covariance: np.ndarray


def areas(scores: np.ndarray, truth: np.ndarray, covariance: Covariance) -> Figures:
    """Empirical areas of ``scores`` (readings, cases), NaN where a case was not read."""
    parts = np.full(scores.shape, np.nan)
    for part, of_reading in zip(parts, scores, strict=True):
        read = ~np.isnan(of_reading)
        part[read & truth], part[read & ~truth] = placements(of_reading, truth)
    positives, negatives = parts[:, truth], parts[:, ~truth]
    with np.errstate(invalid="ignore", divide="ignore"):
        values = _means(positives)
        if covariance == "unbiased":
            return Figures(values, _unbiased(scores, truth))
        if covariance == "delong":
            return Figures(values, _of_means(positives) + _of_means(negatives))
        without = np.empty_like(parts)
        without[:, truth], without[:, ~truth] = _without_each(positives), _without_each(negatives)
        return jackknife(values, without, ~np.isnan(scores))


def rates(calls: np.ndarray, among: np.ndarray) -> Figures:
    """The shares of 1 in ``calls`` (readings, cases) among some cases, with the jackknife over these."""
    calls = calls[:, among]
    with np.errstate(invalid="ignore", divide="ignore"):
        # Of a mean the jackknife is the usual covariance.
        return Figures(_means(calls), _of_means(calls))


def jackknife(values: np.ndarray, without: np.ndarray, was_read: np.ndarray) -> Figures:
    """Figures of merit with the jackknife over all cases of a study.

    ``without`` has each figure without each case that was read, ``was_read`` says which were: (readings,
    cases) both. A case that was not read leaves a figure as it is.

    References
    ----------
    Efron B, Tibshirani RJ. An Introduction to the Bootstrap. Chapman and Hall 1993 (chapter 11).
    """
    cases = without.shape[1]
    without = np.where(was_read, without, values[:, None])
    apart = without - without.mean(1, keepdims=True)
    return Figures(values, np.where(_shared(was_read), apart @ apart.T * (cases - 1) / cases, 0))


def _of_means(parts: np.ndarray) -> np.ndarray:
    """The covariance of means of ``parts`` (readings, cases) over the cases each was read in."""
    counts = _counts(parts)[:, None]
    was_read = ~np.isnan(parts)
    apart = np.where(was_read, (parts - _means(parts)[:, None]) / np.sqrt(counts * (counts - 1)), 0)
    # Without a case in common it is 0, also where one has no variance.
    return np.where(_shared(was_read), apart @ apart.T, 0)


def _unbiased(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The product of two areas less what is expected of it if the areas shared no case.

    The latter is the mean over all pairs of comparisons, one of each reading, without a case in common.
    """
    positives, negatives = scores[:, truth], scores[:, ~truth]
    readings, count = positives.shape
    sums = [np.zeros((readings, readings)) for _ in range(2)]
    rows = [np.zeros((readings, count)) for _ in range(2)]
    columns = [np.zeros((readings, negatives.shape[1])) for _ in range(2)]
    size = max(1, _AT_ONCE // max(1, readings * negatives.shape[1]))
    for start in range(0, count, size):
        block = positives[:, start : start + size, None]
        others = negatives[:, None, :]
        compared = (~(np.isnan(block) | np.isnan(others))).astype(float)
        higher = ((block > others) + 0.5 * (block == others)) * compared
        for of, comparisons in enumerate((higher, compared)):
            flat = comparisons.reshape(readings, -1)
            sums[of] += flat @ flat.T
            rows[of][:, start : start + size] = comparisons.sum(2)
            columns[of] += comparisons.sum(1)
    apart = [
        np.outer(row.sum(1), row.sum(1)) - row @ row.T - column @ column.T + both
        for row, column, both in zip(rows, columns, sums, strict=True)
    ]
    values = rows[0].sum(1) / rows[1].sum(1)
    return np.where(_shared(~np.isnan(scores)), np.outer(values, values) - apart[0] / apart[1], 0)


def _shared(was_read: np.ndarray) -> np.ndarray:
    """Whether each two readings have a case in common."""
    read = was_read.astype(float)
    return read @ read.T > 0


def _counts(parts: np.ndarray) -> np.ndarray:
    return (~np.isnan(parts)).sum(1).astype(float)


def _means(parts: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.nansum(parts, axis=1) / _counts(parts)


def _without_each(parts: np.ndarray) -> np.ndarray:
    """The means of ``parts`` (readings, cases) without each case, NaN where it was not read."""
    read = (~np.isnan(parts)).sum(1, keepdims=True)
    return (np.nansum(parts, axis=1, keepdims=True) - parts) / (read - 1)
