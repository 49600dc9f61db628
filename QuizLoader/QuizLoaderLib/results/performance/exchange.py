"""Readings as files for RJafroc and iMRMC."""

from .localization import LocalizedReadings
from .readings import Readings


def imrmc_text(readings: Readings, title: str) -> str:
    """An ``.imrmc`` file: the truth of each case, then each score."""
    raise NotImplementedError


def rjafroc_workbook(readings: Readings | LocalizedReadings) -> bytes:
    """An ``.xlsx`` file with RJafroc's sheets TRUTH, TP and FP."""
    raise NotImplementedError
