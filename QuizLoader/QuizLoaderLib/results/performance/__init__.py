"""How well readers do against the truth: rates, areas under curves, and modalities compared over readers."""

from .areas import Area, empirical_auc, roc_points
from .exchange import imrmc_text, rjafroc_workbook
from .localization import (
    LocalizedReadings,
    compare_localizations,
    false_positive_rate,
    froc_points,
    jafroc1,
    lesion_rate,
    lroc_rate,
)
from .modalities import Comparison, ModalityAnalysis, VarianceComponents, compare_modalities
from .rates import mean_rate, sensitivity, specificity, wilson
from .readings import Readings

__all__ = [
    "Area",
    "Comparison",
    "LocalizedReadings",
    "ModalityAnalysis",
    "Readings",
    "VarianceComponents",
    "compare_localizations",
    "compare_modalities",
    "empirical_auc",
    "false_positive_rate",
    "froc_points",
    "imrmc_text",
    "jafroc1",
    "lesion_rate",
    "lroc_rate",
    "mean_rate",
    "rjafroc_workbook",
    "roc_points",
    "sensitivity",
    "specificity",
    "wilson",
]
