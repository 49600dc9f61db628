"""How well readers do against the truth: rates, areas under curves, and modalities compared over readers."""

from .areas import Area, empirical_auc, roc_points
from .exchange import imrmc_text, rjafroc_workbook
from .localization import (
    LocalizedReadings,
    MarkedCase,
    PairedCase,
    afroc_points,
    compare_localizations,
    false_positive_rate,
    froc_points,
    jafroc1,
    lesion_rate,
    lroc_points,
    lroc_rate,
)
from .modalities import compare_modalities
from .obuchowski_rockette import Comparison, ModalityAnalysis, VarianceComponents
from .rates import mean_rate, sensitivity, specificity
from .readings import Readings

__all__ = [
    "Area",
    "Comparison",
    "LocalizedReadings",
    "MarkedCase",
    "ModalityAnalysis",
    "PairedCase",
    "Readings",
    "VarianceComponents",
    "afroc_points",
    "compare_localizations",
    "compare_modalities",
    "empirical_auc",
    "false_positive_rate",
    "froc_points",
    "imrmc_text",
    "jafroc1",
    "lesion_rate",
    "lroc_points",
    "lroc_rate",
    "mean_rate",
    "rjafroc_workbook",
    "roc_points",
    "sensitivity",
    "specificity",
]
