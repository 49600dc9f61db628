"""Readers who mark lesions: JAFROC1, FROC and LROC."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..estimates import Estimate
from .modalities import ModalityAnalysis


@dataclass(frozen=True, eq=False)
class LocalizedReadings:
    """Marks of readers in modalities, paired with the lesions of the cases.

    Marks without ratings all have 1.
    """

    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    was_read: np.ndarray
    """(modalities, readers, cases) bool."""
    lesion_cases: np.ndarray
    """(lesions,): each lesion's case, as its place in ``cases``."""
    lesion_ratings: np.ndarray
    """(modalities, readers, lesions): of the mark that hit the lesion, -inf where none did."""
    false_places: np.ndarray
    """(false marks, 3): modality, reader and case of each mark that hit nothing, as places."""
    false_ratings: np.ndarray
    """(false marks,)"""

    @property
    def truth(self) -> np.ndarray:
        """(cases,) bool: whether a case has a lesion."""
        raise NotImplementedError


LocalizationMeasure = Literal["jafroc1", "lroc"]


def jafroc1(readings: LocalizedReadings) -> np.ndarray:
    """(modalities, readers): the chance that a lesion is rated higher than the highest false mark of a case.

    All cases count for the false marks, with lesions or not; ties count half.

    References
    ----------
    Chakraborty DP, Berbaum KS. Observer studies involving detection and localization: modeling, analysis, and
    validation. Med Phys 2004. Chakraborty DP. Observer Performance Methods for Diagnostic Imaging. CRC 2017.
    """
    raise NotImplementedError


def lesion_rate(readings: LocalizedReadings, modality: int, reader: int) -> Estimate:
    """The share of the lesions that were marked, with Wilson's interval; ``n`` counts lesions."""
    raise NotImplementedError


def false_positive_rate(readings: LocalizedReadings, modality: int, reader: int) -> Estimate:
    """False marks for each case that was read, with a bootstrap interval over cases."""
    raise NotImplementedError


def lroc_rate(readings: LocalizedReadings, modality: int, reader: int) -> Estimate:
    """The share of the cases with lesions whose highest mark hit a lesion, with Wilson's interval."""
    raise NotImplementedError


def froc_points(readings: LocalizedReadings, modality: int, reader: int) -> tuple[np.ndarray, np.ndarray]:
    """The FROC curve from (0, 0): false marks for each case, shares of lesions marked."""
    raise NotImplementedError


def compare_localizations(
    readings: LocalizedReadings, measure: LocalizationMeasure = "jafroc1"
) -> ModalityAnalysis:
    """As ``compare_modalities``, of the JAFROC1 figure of merit or of the LROC rate, by jackknife."""
    raise NotImplementedError
