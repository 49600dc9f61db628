"""Readers who mark lesions: JAFROC1, FROC and LROC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan
from typing import Literal

import numpy as np

from ...scoring.marks import paired_marks
from ..estimates import Estimate, bootstrap, wilson
from .covariances import Figures, jackknife, rates
from .obuchowski_rockette import ModalityAnalysis, analysis

LocalizationMeasure = Literal["jafroc1", "lroc"]


@dataclass(frozen=True, eq=False)
class MarkedCase:
    """What a reader marked on a case in a modality; no marks are a reading, too."""

    modality: str
    reader: str
    case: str
    marks_lps: np.ndarray
    """(marks, 3), mm."""
    ratings: np.ndarray
    """(marks,), the higher the surer; all 1 where marks have no ratings."""


@dataclass(frozen=True, eq=False)
class PairedCase:
    """What a reader marked on a case in a modality, each mark with the lesion that it hit."""

    modality: str
    reader: str
    case: str
    lesion_ratings: np.ndarray
    """(lesions,): of the mark that hit each, -inf where none did."""
    false_ratings: np.ndarray
    """(marks,): of those that hit nothing."""


@dataclass(frozen=True, eq=False)
class LocalizedReadings:
    """Marks of readers in modalities, paired with the lesions of the cases."""

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

    @classmethod
    def of(
        cls, readings: Sequence[MarkedCase], lesions_lps: Mapping[str, np.ndarray], tolerance_mm: float
    ) -> "LocalizedReadings":
        """Marks and lesions paired as by ``paired_marks``; a second mark on a lesion hits nothing.

        ``lesions_lps`` has (lesions, 3) in mm of each case, and is empty where a case has none.

        Raises
        ------
        ValueError
            A reader has read a case twice in one modality: which one counts is for the caller to say.
        """
        paired = []
        for one in readings:
            taken = paired_marks(one.marks_lps, lesions_lps[one.case], tolerance_mm)
            hit = np.where(taken < 0, -inf, np.append(one.ratings, -inf)[taken])
            missed = np.setdiff1d(np.arange(len(one.ratings)), taken)
            paired.append(PairedCase(one.modality, one.reader, one.case, hit, one.ratings[missed]))
        return cls.paired(paired, {case: len(lesions) for case, lesions in lesions_lps.items()})

    @classmethod
    def paired(cls, readings: Sequence[PairedCase], lesions: Mapping[str, int]) -> "LocalizedReadings":
        """Of marks that are paired already; ``lesions`` counts those of each case, 0 where it has none.

        Raises
        ------
        ValueError
            A reader has read a case twice in one modality: which one counts is for the caller to say.
        """
        modalities, readers = (
            {name: place for place, name in enumerate(dict.fromkeys(names))}
            for names in ([one.modality for one in readings], [one.reader for one in readings])
        )
        cases = {case: place for place, case in enumerate(lesions)}
        starts = np.cumsum([0, *lesions.values()])
        was_read = np.zeros((len(modalities), len(readers), len(cases)), bool)
        hit = np.full((len(modalities), len(readers), starts[-1]), -inf)
        places: list[tuple[int, int, int]] = []
        for one in readings:
            place = modalities[one.modality], readers[one.reader], cases[one.case]
            if was_read[place]:
                raise ValueError(
                    f"“{one.reader}” has read case “{one.case}” twice in modality “{one.modality}”."
                )
            was_read[place] = True
            hit[place[0], place[1], starts[place[2]] : starts[place[2] + 1]] = one.lesion_ratings
            places += [place] * len(one.false_ratings)
        return cls(
            modalities=tuple(modalities),
            readers=tuple(readers),
            cases=tuple(cases),
            was_read=was_read,
            lesion_cases=np.repeat(np.arange(len(cases)), np.diff(starts)),
            lesion_ratings=hit,
            false_places=np.array(places, int).reshape(-1, 3),
            false_ratings=np.concatenate([np.empty(0), *(one.false_ratings for one in readings)]),
        )

    @cached_property
    def truth(self) -> np.ndarray:
        """(cases,) bool: whether a case has a lesion."""
        return np.bincount(self.lesion_cases, minlength=len(self.cases)) > 0

    @cached_property
    def false_counts(self) -> np.ndarray:
        """(modalities, readers, cases): marks that hit nothing, NaN where a case was not read."""
        counts = np.zeros(self.was_read.shape)
        np.add.at(counts, tuple(self.false_places.T), 1)
        return np.where(self.was_read, counts, nan)

    @cached_property
    def highest_false(self) -> np.ndarray:
        """(modalities, readers, cases): the highest rating of these, -inf without any, NaN where not read."""
        highest = np.full(self.was_read.shape, -inf)
        np.maximum.at(highest, tuple(self.false_places.T), self.false_ratings)
        return np.where(self.was_read, highest, nan)

    @cached_property
    def hits(self) -> np.ndarray:
        """``lesion_ratings``, NaN where the case of the lesion was not read."""
        return np.where(self.was_read[:, :, self.lesion_cases], self.lesion_ratings, nan)

    @cached_property
    def highest_hit(self) -> np.ndarray:
        """(modalities, readers, cases): the highest rating of a mark that hit a lesion, -inf without any."""
        highest = np.full(self.was_read.shape, -inf)
        for lesion, case in enumerate(self.lesion_cases):
            highest[:, :, case] = np.maximum(highest[:, :, case], self.lesion_ratings[:, :, lesion])
        return highest

    @cached_property
    def is_localized(self) -> np.ndarray:
        """(modalities, readers, cases): 1 where the highest mark of a case hit a lesion, 0.5 where one that
        hit nothing is as high, else 0; NaN where a case was not read."""
        highest, against = self.highest_hit, self.highest_false
        found = ((highest > against) + 0.5 * (highest == against)) * np.isfinite(highest)
        return np.where(self.was_read, found, nan)


def jafroc1(readings: LocalizedReadings) -> np.ndarray:
    """(modalities, readers): the chance that a lesion is rated higher than the highest false mark of a case.

    All cases count for the false marks, with lesions or not; ties count half, also of a lesion without a mark
    and a case without false marks. NaN without lesions.

    References
    ----------
    Chakraborty DP, Berbaum KS. Observer studies involving detection and localization: modeling, analysis, and
    validation. Med Phys 2004. Chakraborty DP. Observer Performance Methods for Diagnostic Imaging. CRC 2017.
    """
    return _jafroc1_figures(readings).values.reshape(readings.was_read.shape[:2])


def lesion_rate(readings: LocalizedReadings, modality: int, reader: int) -> Estimate:
    """The share of the lesions that were marked, with Wilson's interval; ``n`` counts lesions."""
    hits = readings.hits[modality, reader]
    found = hits[~np.isnan(hits)]
    return wilson(int(np.isfinite(found).sum()), len(found))


def false_positive_rate(readings: LocalizedReadings, modality: int, reader: int) -> Estimate:
    """False marks for each case that was read, with a bootstrap interval over cases."""
    counts = readings.false_counts[modality, reader]
    counts = counts[~np.isnan(counts)]
    return bootstrap(lambda weights: weights @ counts / weights.sum(1), len(counts), "No case was read.")


def lroc_rate(readings: LocalizedReadings, modality: int, reader: int) -> Estimate:
    """The share of the cases with lesions whose highest mark hit a lesion, with Wilson's interval.

    Half a case where a mark that hit nothing is as high.
    """
    found = readings.is_localized[modality, reader][readings.truth]
    found = found[~np.isnan(found)]
    return wilson(float(found.sum()), len(found))


def froc_points(readings: LocalizedReadings, modality: int, reader: int) -> tuple[np.ndarray, np.ndarray]:
    """The FROC curve from (0, 0): false marks for each case that was read, shares of lesions marked."""
    hits = readings.hits[modality, reader]
    hits = hits[~np.isnan(hits)]
    is_of_reader = (readings.false_places[:, :2] == (modality, reader)).all(1)
    false = readings.false_ratings[is_of_reader]
    thresholds = np.unique(np.concatenate([hits[np.isfinite(hits)], false]))[::-1]
    thresholds = np.concatenate([[inf], thresholds])[:, None]
    with np.errstate(invalid="ignore"):
        return (
            (false >= thresholds).sum(1) / np.float64(readings.was_read[modality, reader].sum()),
            (hits >= thresholds).sum(1) / np.float64(len(hits)),
        )


def afroc_points(readings: LocalizedReadings, modality: int, reader: int) -> tuple[np.ndarray, np.ndarray]:
    """The AFROC1 curve from (0, 0) to (1, 1): shares of the cases with a false mark, of lesions marked.

    The area under it is the JAFROC1 figure of merit.
    """
    hits, false = readings.hits[modality, reader], readings.highest_false[modality, reader]
    hits, false = hits[~np.isnan(hits)], false[~np.isnan(false)]
    thresholds = np.unique(np.concatenate([[-inf, inf], hits, false]))[::-1, None]
    return _shares(false >= thresholds), _shares(hits >= thresholds)


def lroc_points(readings: LocalizedReadings, modality: int, reader: int) -> tuple[np.ndarray, np.ndarray]:
    """The LROC curve from (0, 0): shares of the cases without lesions that have a mark, of those with lesions
    whose highest mark hit one (see ``is_localized``)."""
    false, found = readings.highest_false[modality, reader], readings.is_localized[modality, reader]
    highest = np.maximum(false, readings.highest_hit[modality, reader])
    is_read = ~np.isnan(false)
    without, with_lesions = is_read & ~readings.truth, is_read & readings.truth
    finite = highest[is_read & np.isfinite(highest)]
    thresholds = np.unique(np.concatenate([[inf], finite]))[::-1, None]
    correct = found[with_lesions] * (highest[with_lesions] >= thresholds)
    return _shares(false[without] >= thresholds), _shares(correct)


def _shares(counted: np.ndarray) -> np.ndarray:
    """(thresholds,) of (thresholds, all); NaN where there are none."""
    return counted.sum(1) / np.float64(counted.shape[1] or nan)


def compare_localizations(
    readings: LocalizedReadings, measure: LocalizationMeasure = "jafroc1"
) -> ModalityAnalysis:
    """As ``compare_modalities``, of the JAFROC1 figure of merit or of the LROC rate, by jackknife."""
    if measure == "jafroc1":
        figures, name = _jafroc1_figures(readings), "JAFROC1 figure of merit"
    else:
        found = readings.is_localized.reshape(-1, len(readings.cases))
        figures, name = rates(found, readings.truth), "rate of correct localizations"
    return analysis(name, "jackknife", readings.modalities, readings.readers, figures)


def _jafroc1_figures(readings: LocalizedReadings) -> Figures:
    against = readings.highest_false.reshape(-1, len(readings.cases))
    hits = readings.hits.reshape(len(against), -1)
    without = np.full(against.shape, nan)
    values = np.full(len(against), nan)
    for reading, (false, lesions) in enumerate(zip(against, hits, strict=True)):
        read = np.flatnonzero(~np.isnan(false))
        of_lesions = ~np.isnan(lesions)
        lesion_cases = np.searchsorted(read, readings.lesion_cases[of_lesions])
        values[reading], without[reading, read] = _jafroc1_without_each(
            false[read], lesions[of_lesions], lesion_cases
        )
    return jackknife(values, without, ~np.isnan(against))


def _jafroc1_without_each(
    false: np.ndarray, lesions: np.ndarray, lesion_cases: np.ndarray
) -> tuple[float, np.ndarray]:
    """The figure of merit, and that without each case with its false marks and its lesions."""
    cases = len(false)
    won = (lesions > false[:, None]) + 0.5 * (lesions == false[:, None])
    of_lesions = np.bincount(lesion_cases, won.sum(0), cases)
    own = np.bincount(lesion_cases, won[lesion_cases, np.arange(len(lesions))], cases)
    counts = np.bincount(lesion_cases, minlength=cases)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = won.sum() / np.float64(cases * len(lesions))
        rest = won.sum() - won.sum(1) - of_lesions + own
        return float(value), rest / ((cases - 1) * (len(lesions) - counts))
