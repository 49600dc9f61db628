"""The empirical ROC curve and the area under it."""

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

from ..estimates import NORMAL_97_5


@dataclass(frozen=True)
class Area:
    """An area under a ROC curve; NaN where there are no positive or no negative cases, as ``note`` says."""

    auc: float
    se: float
    ci_low: float
    ci_high: float
    n_positive: int
    n_negative: int
    note: str = ""


def empirical_auc(scores: np.ndarray, truth: np.ndarray) -> Area:
    """The empirical area (ties count half) of one reader, with DeLong's standard error and normal interval.

    ``scores`` (cases,), NaN where missing; ``truth`` (cases,) bool. The interval is cut at 0 and 1.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver
    operating characteristic curves: a nonparametric approach. Biometrics 1988.
    """
    of_positives, of_negatives = placements(scores, truth)
    positives, negatives = len(of_positives), len(of_negatives)
    if not positives or not negatives:
        note = f"No {'negative' if positives else 'positive'} case was read."
        return Area(nan, nan, nan, nan, positives, negatives, note)
    auc = float(of_positives.mean())
    if min(positives, negatives) < 2:
        note = "The standard error needs two positive and two negative cases."
        return Area(auc, nan, nan, nan, positives, negatives, note)
    se = sqrt(of_positives.var(ddof=1) / positives + of_negatives.var(ddof=1) / negatives)
    low, high = max(auc - NORMAL_97_5 * se, 0.0), min(auc + NORMAL_97_5 * se, 1.0)
    note = "" if se else "Positive and negative cases are told apart wholly, so the interval has no width."
    return Area(auc, se, low, high, positives, negatives, note)


def placements(scores: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each positive case that was read the share of the negative ones with a lower score, and of each
    negative case the share of the positive ones with a higher; ties count half."""
    read = ~np.isnan(scores)
    positives, negatives = scores[truth & read], scores[~truth & read]
    with np.errstate(invalid="ignore"):
        return (
            _share_below(positives, np.sort(negatives)),
            1 - _share_below(negatives, np.sort(positives)),
        )


def _share_below(scores: np.ndarray, among: np.ndarray) -> np.ndarray:
    below = np.searchsorted(among, scores, "left") + np.searchsorted(among, scores, "right")
    return below / np.float64(2 * len(among))


def roc_points(scores: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The empirical curve from (0, 0) to (1, 1): false positive rates, true positive rates.

    A rate is NaN where there are no such cases.
    """
    read = ~np.isnan(scores)
    thresholds = np.concatenate([[np.inf], np.unique(scores[read])[::-1]])
    with np.errstate(invalid="ignore"):
        false_rates, true_rates = (
            (scores[among & read] >= thresholds[:, None]).sum(1) / np.float64((among & read).sum())
            for among in (~truth, truth)
        )
    return false_rates, true_rates
