"""Differences of two readers' numbers."""

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from scipy.stats import t as t_distribution

from ..estimates import NORMAL_97_5, Estimate


@dataclass(frozen=True, eq=False)
class BlandAltman:
    """Of ``first - second``: its mean, and the limits within which 95 % of the differences are expected."""

    bias: Estimate
    lower_limit: Estimate
    upper_limit: Estimate
    deviation: float
    """The standard deviation of the differences."""
    means: np.ndarray
    """(cases both answered,), for the plot."""
    differences: np.ndarray
    n: int


def bland_altman(first: np.ndarray, second: np.ndarray) -> BlandAltman:
    """Bias and limits of agreement of two readers, with their t intervals.

    References
    ----------
    Bland JM, Altman DG. Statistical methods for assessing agreement between two methods of clinical
    measurement. Lancet 1986. The same: Measuring agreement in method comparison studies. Stat Methods Med Res
    1999.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    differences, means = first - second, (first + second) / 2
    n = len(differences)
    if not n:
        none = Estimate(nan, note="No case was answered by both readers.")
        return BlandAltman(none, none, none, nan, means, differences, n)
    bias = float(differences.mean())
    if n == 1:
        note = "One case has no interval."
        none = Estimate(nan, n=n, note=note)
        return BlandAltman(Estimate(bias, n=n, note=note), none, none, nan, means, differences, n)
    deviation = float(differences.std(ddof=1))
    quantile = float(t_distribution.ppf(0.975, n - 1))
    of_bias = quantile * deviation / sqrt(n)
    of_limits = quantile * deviation * sqrt(1 / n + NORMAL_97_5**2 / (2 * (n - 1)))

    def estimate(value: float, half: float) -> Estimate:
        return Estimate(value, value - half, value + half, n)

    return BlandAltman(
        estimate(bias, of_bias),
        estimate(bias - NORMAL_97_5 * deviation, of_limits),
        estimate(bias + NORMAL_97_5 * deviation, of_limits),
        deviation,
        means,
        differences,
        n,
    )
