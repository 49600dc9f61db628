"""How far readers agree: on categories, on numbers.

Answers are arrays of floats, (readers, cases) or one reader's (cases,); NaN is a missing answer. A category
is its place in the question, from 0 (``coded`` makes these from words). What cannot be computed (one reader,
one case, all answers equal) is an ``Estimate`` of NaN with a sentence, never an exception.
"""

from .alpha import krippendorff_alpha
from .bland_altman import BlandAltman, bland_altman
from .categories import (
    coded,
    cohen_kappa,
    confusion,
    fleiss_kappa,
    mean_percent_agreement,
    percent_agreement,
)
from .intraclass import IntraclassCorrelations, intraclass_correlations

__all__ = [
    "BlandAltman",
    "IntraclassCorrelations",
    "bland_altman",
    "coded",
    "cohen_kappa",
    "confusion",
    "fleiss_kappa",
    "intraclass_correlations",
    "krippendorff_alpha",
    "mean_percent_agreement",
    "percent_agreement",
]
