"""The empirical ROC curve and the area under it."""

from dataclasses import dataclass

import numpy as np


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
    raise NotImplementedError


def roc_points(scores: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The empirical curve from (0, 0) to (1, 1): false positive rates, true positive rates."""
    raise NotImplementedError
