"""Agreement on categories: percentages, Cohen's and Fleiss' kappa."""

from collections.abc import Sequence
from math import nan, sqrt
from typing import Literal

import numpy as np

from ..estimates import DRAWS, NORMAL_97_5, SEED, Estimate, bootstrap, wilson, with_left_out

Weights = Literal["none", "linear", "quadratic"]

_ALL_EQUAL = "All answers are the same category, so kappa is undefined."
_NONE_SHARED = "No case was answered by both readers."


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
    places: dict[str | None, float] = {category: place for place, category in enumerate(categories)}
    places[None] = nan
    unknown = {answer for row in answers for answer in row} - places.keys()
    if unknown:
        raise ValueError(f"“{min(map(str, unknown))}” is none of the categories.")
    return np.array([[places[answer] for answer in row] for row in answers], float)


def confusion(first: np.ndarray, second: np.ndarray, categories: int) -> np.ndarray:
    """How often one reader's category (rows) met the other's (columns): (categories, categories) counts."""
    both = ~(np.isnan(first) | np.isnan(second))
    places = first[both].astype(int) * categories + second[both].astype(int)
    return np.bincount(places, minlength=categories * categories).reshape(categories, categories)


def percent_agreement(first: np.ndarray, second: np.ndarray) -> Estimate:
    """The share (0 to 1) of the cases both answered on which two readers agree, with Wilson's interval."""
    both = ~(np.isnan(first) | np.isnan(second))
    if not both.any():
        return Estimate(nan, note=_NONE_SHARED)
    return wilson(int((first == second).sum()), int(both.sum()))


def mean_percent_agreement(codes: np.ndarray, *, draws: int = DRAWS, seed: int = SEED) -> Estimate:
    """The share (0 to 1) of all pairs of readers' answers to a case that agree, with a bootstrap interval.

    Over the cases that two or more readers answered. ``codes`` is (readers, cases).
    """
    counts = _category_counts(codes, int(np.nanmax(codes, initial=0)) + 1)
    counts = counts[counts.sum(1) > 1]
    agreeing = (counts * (counts - 1)).sum(1)
    pairs = counts.sum(1) * (counts.sum(1) - 1)
    return bootstrap(
        lambda weights: (weights @ agreeing) / (weights @ pairs),
        len(counts),
        "No case was answered by two readers.",
        draws=draws,
        seed=seed,
    )


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

    Returns
    -------
    Estimate
        Its interval is cut at -1 and 1.

    References
    ----------
    Cohen J. Weighted kappa. Psychol Bull 1968. Fleiss JL, Cohen J, Everitt BS. Large sample standard errors
    of kappa and weighted kappa. Psychol Bull 1969.
    """
    table = confusion(first, second, categories)
    n = int(table.sum())
    if not n:
        return Estimate(nan, note=_NONE_SHARED)
    shares = table / n
    rows, columns = shares.sum(1), shares.sum(0)
    weight = _agreement_weights(categories, weights)
    observed, expected = (weight * shares).sum(), rows @ weight @ columns
    if expected > 1 - 1e-12:
        return Estimate(nan, n=n, note=_ALL_EQUAL)
    kappa = (observed - expected) / (1 - expected)
    of_margins = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    spread = (shares * (weight - of_margins * (1 - kappa)) ** 2).sum() - (kappa - expected * (1 - kappa)) ** 2
    half = NORMAL_97_5 * sqrt(max(spread, 0.0) / n) / (1 - expected)
    return Estimate(float(kappa), float(max(kappa - half, -1.0)), float(min(kappa + half, 1.0)), n)


def fleiss_kappa(codes: np.ndarray, categories: int, *, draws: int = DRAWS, seed: int = SEED) -> Estimate:
    """Fleiss' kappa of all readers, over the cases that all answered, with a bootstrap interval over cases.

    ``codes`` is (readers, cases). The note says how many cases were left out.

    References
    ----------
    Fleiss JL. Measuring nominal scale agreement among many raters. Psychol Bull 1971.
    """
    readers = len(codes)
    if readers < 2:
        return Estimate(nan, n=codes.shape[-1], note="One reader agrees with no other.")
    complete = ~np.isnan(codes).any(0)
    counts = _category_counts(codes[:, complete], categories)
    agreement = (counts * (counts - 1)).sum(1) / (readers * (readers - 1))

    def kappa(weights: np.ndarray) -> np.ndarray:
        cases = weights.sum(1)
        expected = (((weights @ counts) / (cases * readers)[:, None]) ** 2).sum(1)
        expected[expected > 1 - 1e-12] = nan
        return ((weights @ agreement) / cases - expected) / (1 - expected)

    undefined = _ALL_EQUAL if len(counts) else "No case was answered by all readers."
    found = bootstrap(kappa, len(counts), undefined, draws=draws, seed=seed)
    return with_left_out(found, int((~complete).sum()))


def _agreement_weights(categories: int, weights: Weights) -> np.ndarray:
    """1 where categories are equal, 0 where they are as far apart as may be: (categories, categories)."""
    apart = np.abs(np.subtract.outer(np.arange(categories), np.arange(categories)))
    if weights == "none":
        return (apart == 0).astype(float)
    return 1 - (apart / max(categories - 1, 1)) ** (1 if weights == "linear" else 2)


def _category_counts(codes: np.ndarray, categories: int) -> np.ndarray:
    """How many readers chose each category: (cases, categories)."""
    return np.stack([(codes == category).sum(0) for category in range(categories)], axis=1).astype(float)
