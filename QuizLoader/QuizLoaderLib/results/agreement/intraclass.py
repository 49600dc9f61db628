"""Intraclass correlations of numbers."""

from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.stats import f as f_distribution

from ..estimates import Estimate, with_left_out


@dataclass(frozen=True)
class IntraclassCorrelations:
    """Each over the same ``n`` cases that all ``readers`` answered; named as by Shrout and Fleiss."""

    icc_1_1: Estimate
    icc_2_1: Estimate
    icc_3_1: Estimate
    icc_2_k: Estimate
    readers: int
    n: int


@dataclass(frozen=True)
class _MeanSquares:
    """Of ``n`` cases by ``k`` readers; numpy's numbers, which make no exception of a division by zero."""

    n: int
    k: int
    cases: np.float64
    readers: np.float64
    error: np.float64
    within: np.float64

    @classmethod
    def of(cls, values: np.ndarray) -> "_MeanSquares":
        k, n = values.shape
        values = values - values.mean()
        of_cases, of_readers = values.mean(0), values.mean(1)
        rest = values - of_cases - of_readers[:, None]
        return cls(
            n=n,
            k=k,
            cases=k * (of_cases**2).sum() / (n - 1),
            readers=n * (of_readers**2).sum() / (k - 1),
            error=(rest**2).sum() / ((n - 1) * (k - 1)),
            within=((values - of_cases) ** 2).sum() / (n * (k - 1)),
        )


def intraclass_correlations(values: np.ndarray) -> IntraclassCorrelations:
    """ICC(1,1), ICC(2,1), ICC(3,1) and ICC(2,k) with F intervals.

    Parameters
    ----------
    values
        (readers, cases), NaN where missing; cases that not all answered are left out, and the notes say so.

    References
    ----------
    Shrout PE, Fleiss JL. Intraclass correlations: uses in assessing rater reliability. Psychol Bull 1979.
    McGraw KO, Wong SP. Forming inferences about some intraclass correlation coefficients. Psychol Methods
    1996.
    """
    complete = ~np.isnan(values).any(0)
    left_out = int((~complete).sum())
    readers, n = len(values), int(complete.sum())

    def same(note: str) -> IntraclassCorrelations:
        none = with_left_out(Estimate(nan, n=n, note=note), left_out)
        return IntraclassCorrelations(none, none, none, none, readers, n)

    if readers < 2:
        return same("One reader agrees with no other.")
    if n < 2:
        return same("Fewer than two cases were answered by all readers.")
    squares = _MeanSquares.of(values[:, complete])
    scale = np.square(values[:, complete]).max()
    if max(squares.cases, squares.readers, squares.error) <= 1e-24 * scale:
        return same("All answers are the same, so the correlation is undefined.")
    with np.errstate(divide="ignore", invalid="ignore"):
        of_one = _two_way_random(squares)
        return IntraclassCorrelations(
            icc_1_1=with_left_out(_one_way(squares), left_out),
            icc_2_1=with_left_out(of_one, left_out),
            icc_3_1=with_left_out(_two_way_mixed(squares), left_out),
            icc_2_k=with_left_out(_averaged(of_one, squares), left_out),
            readers=readers,
            n=n,
        )


def _one_way(squares: _MeanSquares) -> Estimate:
    n, k = squares.n, squares.k
    return _from_ratio(squares.cases, squares.within, k, n, n * (k - 1))


def _two_way_mixed(squares: _MeanSquares) -> Estimate:
    n, k = squares.n, squares.k
    return _from_ratio(squares.cases, squares.error, k, n, (n - 1) * (k - 1))


def _from_ratio(between: np.float64, rest: np.float64, k: int, n: int, df: int) -> Estimate:
    """(between - rest) / (between + (k - 1) rest), with the interval of the ratio's F distribution."""
    value = (between - rest) / (between + (k - 1) * rest)
    low, high = (
        (between - quantile * rest) / (between + (k - 1) * quantile * rest)
        for quantile in f_distribution.ppf([0.975, 0.025], n - 1, df)
    )
    return _estimate(value, low, high, n)


def _two_way_random(squares: _MeanSquares) -> Estimate:
    n, k = squares.n, squares.k
    cases, readers, error = squares.cases, squares.readers, squares.error
    value = (cases - error) / (cases + (k - 1) * error + k * (readers - error) / n)
    # McGraw and Wong 1996, table 7; their degrees of freedom, multiplied by the square of the error.
    of_readers, of_error = k * value * readers, (n * (1 + (k - 1) * value) - k * value) * error
    df = (of_readers + of_error) ** 2 / (of_readers**2 / (k - 1) + of_error**2 / ((n - 1) * (k - 1)))
    rest = k * readers + (k * n - k - n) * error
    high_f, low_f = f_distribution.ppf(0.975, n - 1, df), f_distribution.ppf(0.975, df, n - 1)
    low = n * (cases - high_f * error) / (high_f * rest + n * cases)
    high = n * (low_f * cases - error) / (rest + n * low_f * cases)
    return _estimate(value, low, high, n)


def _averaged(of_one: Estimate, squares: _MeanSquares) -> Estimate:
    """ICC(2,k) from ICC(2,1): what the mean of ``k`` readers has (Spearman and Brown)."""
    value, low, high = (
        squares.k * np.float64(one) / (1 + (squares.k - 1) * one)
        for one in (of_one.value, of_one.ci_low, of_one.ci_high)
    )
    return _estimate(value, low, high, squares.n)


def _estimate(value: np.float64, low: np.float64, high: np.float64, n: int) -> Estimate:
    if not np.isfinite(value):
        return Estimate(nan, n=n, note="Cases do not differ, so the correlation is undefined.")
    note = "" if np.isfinite(low + high) else "Readers do not differ, so there is no interval."
    return Estimate(float(value), float(low), float(high), n, note)
