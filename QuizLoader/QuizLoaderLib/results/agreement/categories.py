"""Agreement on categories: percentages, Cohen's and Fleiss' kappa."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ..estimates import DRAWS, SEED, Estimate

Weights = Literal["none", "linear", "quadratic"]


def coded(answers: Sequence[Sequence[str | None]], categories: Sequence[str]) -> np.ndarray:
    """The places of answers among the categories.

    Parameters
    ----------
    answers
        Of each reader, of each case; None is missing.
    categories
        All that may be answered, in the order of the question.

    Returns
    -------
    numpy.ndarray
        (readers, cases), from 0, NaN where an answer is missing.

    Raises
    ------
    ValueError
        An answer is none of the categories.
    """
    raise NotImplementedError


def confusion(first: np.ndarray, second: np.ndarray, categories: int) -> np.ndarray:
    """How often one reader's category (rows) met the other's (columns): (categories, categories) counts."""
    raise NotImplementedError


def percent_agreement(first: np.ndarray, second: np.ndarray) -> Estimate:
    """The share (0 to 1) of the cases both answered on which two readers agree, with Wilson's interval.

    References
    ----------
    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927.
    """
    raise NotImplementedError


def mean_percent_agreement(codes: np.ndarray, *, draws: int = DRAWS, seed: int = SEED) -> Estimate:
    """The share (0 to 1) of all pairs of readers' answers to a case that agree, over the cases with two or
    more.

    The interval is that of the percentiles of a bootstrap over cases.
    """
    raise NotImplementedError


def cohen_kappa(
    first: np.ndarray, second: np.ndarray, categories: int, weights: Weights = "none"
) -> Estimate:
    """Cohen's kappa of two readers, over the cases both answered, with its large-sample interval.

    Parameters
    ----------
    first, second
        (cases,), places of categories, NaN where missing.
    categories
        How many there are.
    weights
        How far apart categories are: ``none`` (equal or not), ``linear`` or ``quadratic`` in their places.

    References
    ----------
    Cohen J. Weighted kappa. Psychol Bull 1968. Fleiss JL, Cohen J, Everitt BS. Large sample standard errors
    of kappa and weighted kappa. Psychol Bull 1969 (equation 13).
    """
    raise NotImplementedError


def fleiss_kappa(codes: np.ndarray, categories: int, *, draws: int = DRAWS, seed: int = SEED) -> Estimate:
    """Fleiss' kappa of all readers, over the cases that all answered, with a bootstrap interval over cases.

    The note says how many cases were left out.

    References
    ----------
    Fleiss JL. Measuring nominal scale agreement among many raters. Psychol Bull 1971.
    """
    raise NotImplementedError
