"""Differences of two readers' numbers."""

from dataclasses import dataclass

import numpy as np

from ..estimates import Estimate


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
    raise NotImplementedError
