"""Intraclass correlations of numbers."""

from dataclasses import dataclass

import numpy as np

from ..estimates import Estimate


@dataclass(frozen=True)
class IntraclassCorrelations:
    """Each over the same ``n`` cases that all ``readers`` answered; named as by Shrout and Fleiss."""

    icc_1_1: Estimate
    icc_2_1: Estimate
    icc_3_1: Estimate
    icc_2_k: Estimate
    readers: int
    n: int


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
    raise NotImplementedError
