"""Modalities compared over readers and cases."""

from typing import Literal

from .covariances import Covariance, areas, rates
from .obuchowski_rockette import ModalityAnalysis, analysis
from .readings import Readings

Measure = Literal["auc", "sensitivity", "specificity"]

_COVARIANCES = {"delong": "DeLong", "unbiased": "unbiased", "jackknife": "jackknife"}


def compare_modalities(
    readings: Readings, measure: Measure = "auc", covariance: Covariance | None = None
) -> ModalityAnalysis:
    """Whether modalities differ, for these readers or all, on these cases or all.

    Works with one modality too (means only). A nested design (readers with cases of their own, modalities
    with cases of their own) is seen by the cases that readings share: those that share none have no
    covariance. So is one in which each reader has read one modality only.

    Parameters
    ----------
    readings
        For ``sensitivity`` and ``specificity`` scores of 0 and 1 (``Readings.called``).
    covariance
        Of ``auc``: ``delong`` where nothing is asked for, ``unbiased`` or ``jackknife``. Rates have
        ``jackknife``, over the cases of the rate.

    Raises
    ------
    ValueError
        The measure has no such covariance.

    References
    ----------
    Obuchowski NA, Rockette HE. Hypothesis testing of diagnostic accuracy for multiple readers and multiple
    tests. Commun Stat Simul Comput 1995. Hillis SL. A comparison of denominator degrees of freedom methods
    for multiple observer ROC analysis. Stat Med 2007. Hillis SL. A marginal-mean ANOVA approach for analyzing
    multireader multicase radiological imaging data. Stat Med 2014. DeLong et al. Biometrics 1988. Gallas BD.
    One-shot estimate of MRMC variance: AUC. Acad Radiol 2006 (``unbiased``).
    """
    flat = readings.scores.reshape(-1, len(readings.cases))
    if measure == "auc":
        covariance = covariance or "delong"
        figures, name = areas(flat, readings.truth, covariance), "empirical AUC"
    else:
        covariance = covariance or "jackknife"
        if covariance != "jackknife":
            raise ValueError(f"The covariance of a {measure} is by jackknife, not “{covariance}”.")
        is_sensitivity = measure == "sensitivity"
        among = readings.truth if is_sensitivity else ~readings.truth
        figures, name = rates(flat if is_sensitivity else 1 - flat, among), measure
    return analysis(name, _COVARIANCES[covariance], readings.modalities, readings.readers, figures)
