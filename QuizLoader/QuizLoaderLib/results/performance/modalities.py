"""Modalities compared over readers and cases, by Obuchowski and Rockette's model with Hillis' tests."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .readings import Readings

Measure = Literal["auc", "sensitivity", "specificity"]
Covariance = Literal["delong", "unbiased", "jackknife"]


@dataclass(frozen=True)
class Comparison:
    """A row of ``mrmc.csv``.

    ``modality_1`` is "all" in the global test (no estimate); an empty ``modality_2`` is the mean of one
    modality (no statistic). ``df`` is of the interval; infinite where it is normal. ``statistic`` is F on
    ``df1`` and ``df2`` in the global test (chi-squared over ``df1``, with an infinite ``df2``, where readers
    are fixed and cases random), else t or z.
    """

    factor_readers: Literal["random", "fixed"]
    factor_cases: Literal["random", "fixed"]
    modality_1: str
    modality_2: str
    estimate: float
    se: float
    df: float
    ci_low: float
    ci_high: float
    statistic: float
    df1: float
    df2: float
    p: float


@dataclass(frozen=True)
class VarianceComponents:
    """A row of ``components.csv``: variances of the model of Obuchowski and Rockette."""

    reader: float
    treatment_reader: float
    error: float
    cov1: float
    """One reader, two modalities."""
    cov2: float
    """Two readers, one modality."""
    cov3: float
    """Two readers, two modalities."""


@dataclass(frozen=True, eq=False)
class ModalityAnalysis:
    """``comparisons`` holds each of the three pairs of factors that the data allow, the global test first."""

    method: str
    """In words, with the measure and the covariance: ``empirical AUC, DeLong``."""
    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    estimates: np.ndarray
    """(modalities, readers)"""
    components: VarianceComponents
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]
    """Sentences: who was left out and why, what could not be computed."""


def compare_modalities(
    readings: Readings, measure: Measure = "auc", covariance: Covariance = "delong"
) -> ModalityAnalysis:
    """Whether modalities differ, for these readers or all, on these cases or all.

    Works with one modality too (means only). A nested design (readers with cases of their own, modalities
    with cases of their own) is seen by the cases that readings share: those that share none have no
    covariance.

    Parameters
    ----------
    readings
        For ``sensitivity`` and ``specificity`` scores of 0 and 1 (``Readings.called``).
    covariance
        ``delong`` and ``unbiased`` are for ``auc``; rates have ``jackknife``, which equals the binomial one.

    Raises
    ------
    ValueError
        The measure has no such covariance.

    References
    ----------
    Obuchowski NA, Rockette HE. Hypothesis testing of diagnostic accuracy for multiple readers and multiple
    tests. Commun Stat Simul Comput 1995. Hillis SL. A comparison of denominator degrees of freedom methods
    for multiple observer ROC analysis. Stat Med 2007. Hillis SL. A marginal-mean ANOVA approach for analyzing
    multireader multicase radiological imaging data. Stat Med 2014. Gallas BD. One-shot estimate of MRMC
    variance: AUC. Acad Radiol 2006 (``unbiased``).
    """
    raise NotImplementedError
