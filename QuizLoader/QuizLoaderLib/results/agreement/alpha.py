"""Krippendorff's alpha: agreement of any number of readers, on any scale, with missing answers."""

from typing import Literal

import numpy as np

from ..estimates import DRAWS, SEED, Estimate

Level = Literal["nominal", "ordinal", "interval"]


def krippendorff_alpha(values: np.ndarray, level: Level, *, draws: int = DRAWS, seed: int = SEED) -> Estimate:
    """Krippendorff's alpha, with a bootstrap interval over cases.

    Parameters
    ----------
    values
        (readers, cases), NaN where missing. Cases with one answer say nothing of agreement and are left out.
    level
        How answers differ: ``nominal`` (equal or not), ``ordinal`` (by ranks), ``interval`` (by the square).

    References
    ----------
    Krippendorff K. Computing Krippendorff's alpha-reliability. University of Pennsylvania, 2011.
    """
    raise NotImplementedError
