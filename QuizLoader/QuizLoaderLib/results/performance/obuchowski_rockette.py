"""Obuchowski and Rockette's model of figures of merit of readers in modalities, with Hillis' tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import inf, nan
from typing import Literal

import numpy as np
from scipy.stats import chi2, f, t

from .covariances import Figures

Factor = Literal["random", "fixed"]


@dataclass(frozen=True)
class Comparison:
    """A row of ``mrmc.csv``.

    ``modality_1`` is "all" in the global test, which has no estimate; ``modality_2`` is empty in the mean of
    one modality, which has no statistic. ``df`` is of the interval. ``statistic`` is F on ``df1`` and ``df2``
    in the global test, else t on ``df``; degrees of freedom are infinite (chi-squared over ``df1``, z) where
    readers are fixed.
    """

    factor_readers: Factor
    factor_cases: Factor
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
    """A row of ``components.csv``: the variances of the model. One of readers below zero stays as it is."""

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
    """What figures of merit say of modalities."""

    method: str
    """The measure and the covariance: ``empirical AUC, DeLong``."""
    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    estimates: np.ndarray
    """(modalities, readers)"""
    components: VarianceComponents
    comparisons: tuple[Comparison, ...]
    """For each of the three pairs of factors that the data allow: the global test, differences, means."""
    notes: tuple[str, ...]
    """Sentences: who was left out and why, what could not be computed."""


@dataclass(frozen=True, eq=False)
class _Model:
    estimates: np.ndarray
    """(modalities, readers)"""
    covariance: np.ndarray
    """(modalities, readers, modalities, readers)"""

    def components(self) -> VarianceComponents:
        modalities, readers = self.estimates.shape
        if not readers:
            return VarianceComponents(nan, nan, nan, nan, nan, nan)
        error, cov1, cov2, cov3 = (
            _mean(self.covariance, is_one_reader, is_one_modality)
            for is_one_reader, is_one_modality in ((True, True), (True, False), (False, True), (False, False))
        )
        interaction = self.interaction()
        of_readers = modalities * self.estimates.mean(0).var(ddof=1) if readers > 1 else nan
        return VarianceComponents(
            reader=float((of_readers - interaction) / modalities - cov1 + cov3),
            treatment_reader=float(interaction - error + cov1 + cov2 - cov3),
            error=error,
            cov1=cov1,
            cov2=cov2,
            cov3=cov3,
        )

    def interaction(self) -> np.float64:
        """The mean square of modalities by readers; NaN with one of either."""
        modalities, readers = self.estimates.shape
        rest = self.estimates - self.estimates.mean(1, keepdims=True) - self.estimates.mean(0)
        return ((rest + self.estimates.mean()) ** 2).sum() / np.float64((modalities - 1) * (readers - 1))

    def of_difference(self, readers_are: Factor, cases_are: Factor) -> tuple[np.float64, np.float64]:
        """The variance of a modality's mean in a difference, and its degrees of freedom."""
        modalities, readers = self.estimates.shape
        components, interaction = self.components(), self.interaction()
        df = np.float64((modalities - 1) * (readers - 1))
        shared = np.float64(max(components.cov2 - components.cov3, 0.0) if readers > 1 else 0.0)
        if readers_are == "fixed":
            return (components.error - components.cov1 + (readers - 1) * shared) / readers, np.float64(inf)
        if cases_are == "fixed":
            return interaction / readers, df
        whole = interaction + readers * shared
        return whole / readers, whole**2 / (interaction**2 / df)

    def of_mean(self, modality: int, readers_are: Factor, cases_are: Factor) -> tuple[np.float64, np.float64]:
        """The variance of a modality's mean, and its degrees of freedom (Hillis 2018)."""
        readers = self.estimates.shape[1]
        own = self.covariance[modality, :, modality, :]
        trace, total = np.trace(own), own.sum()
        cov2 = max((total - trace) / (readers * (readers - 1)), 0.0) if readers > 1 else 0.0
        if readers_are == "fixed":
            return (trace / readers + (readers - 1) * cov2) / readers, np.float64(inf)
        of_readers = np.float64(self.estimates[modality].var(ddof=1))
        if cases_are == "fixed":
            return of_readers / readers, np.float64(readers - 1)
        whole = of_readers + readers * cov2
        return whole / readers, whole**2 / (of_readers**2 / (readers - 1))


def analysis(
    measure: str, covariance: str, modalities: tuple[str, ...], readers: tuple[str, ...], figures: Figures
) -> ModalityAnalysis:
    """What figures of merit, modality by modality and in these each reader's, say of the modalities.

    Readers whose figure is undefined in some modality are left out, as are modalities without any figure.
    ``measure`` and ``covariance`` are their names in words.
    """
    shape = len(modalities), len(readers)
    estimates, together = figures.values.reshape(shape), figures.covariance.reshape(*shape, *shape)
    is_used = ~np.isnan(estimates).all(1)
    is_reading = ~np.isnan(estimates[is_used]).any(0) if is_used.any() else np.zeros(len(readers), bool)
    used, reading = np.flatnonzero(is_used), np.flatnonzero(is_reading)
    model = _Model(estimates[np.ix_(used, reading)], together[np.ix_(used, reading, used, reading)])
    names = tuple(modalities[one] for one in used)
    notes = [
        f"Modality “{modalities[one]}” is left out: it has no {measure}." for one in np.flatnonzero(~is_used)
    ]
    if len(used):
        notes += [
            f"Reader “{readers[one]}” is left out: some modality has no {measure}."
            for one in np.flatnonzero(~is_reading)
        ]
    with np.errstate(invalid="ignore", divide="ignore"):
        return ModalityAnalysis(
            method=f"{measure}, {covariance}",
            modalities=names,
            readers=tuple(readers[one] for one in reading),
            estimates=model.estimates,
            components=model.components(),
            comparisons=tuple(_comparisons(model, names)),
            notes=(*notes, *_limits(model)),
        )


def _limits(model: _Model) -> Iterator[str]:
    modalities, readers = model.estimates.shape
    if modalities == 1:
        yield "With one modality there is nothing to compare."
    if readers == 1:
        yield "With one reader, readers are fixed."
    if np.isnan(model.covariance).any():
        yield "There are too few cases to say how they vary, so random cases have no interval."


def _comparisons(model: _Model, names: tuple[str, ...]) -> Iterator[Comparison]:
    modalities, readers = model.estimates.shape
    every: tuple[tuple[Factor, Factor], ...] = (
        ("random", "random"),
        ("fixed", "random"),
        ("random", "fixed"),
    )
    if not readers:
        return
    means = model.estimates.mean(1)
    for factors in every if readers > 1 else every[1:2]:
        if modalities > 1:
            variance, df = model.of_difference(*factors)
            ratio, df1 = means.var(ddof=1) / variance, modalities - 1
            p = chi2.sf(ratio * df1, df1) if np.isinf(df) else f.sf(ratio, df1, df)
            yield Comparison(
                *factors, "all", "", nan, nan, nan, nan, nan, float(ratio), df1, float(df), float(p)
            )
            for one, other in combinations(range(modalities), 2):
                apart, se = means[one] - means[other], np.sqrt(2 * variance)
                yield _interval(factors, (names[one], names[other]), apart, se, df, apart / se)
        for one, name in enumerate(names):
            variance, df = model.of_mean(one, *factors)
            yield _interval(factors, (name, ""), means[one], np.sqrt(variance), df, np.float64(nan))


def _interval(
    factors: tuple[Factor, Factor],
    names: tuple[str, str],
    estimate: np.float64,
    se: np.float64,
    df: np.float64,
    statistic: np.float64,
) -> Comparison:
    half = t.ppf(0.975, df) * se
    return Comparison(
        *factors,
        *names,
        estimate=float(estimate),
        se=float(se),
        df=float(df),
        ci_low=float(estimate - half),
        ci_high=float(estimate + half),
        statistic=float(statistic),
        df1=nan,
        df2=nan,
        p=float(2 * t.sf(abs(statistic), df)),
    )


def _mean(covariance: np.ndarray, is_one_reader: bool, is_one_modality: bool) -> float:
    """Of the covariances of the same or different readers and modalities; NaN where there are none."""
    modalities, readers = covariance.shape[:2]
    of_modalities = np.eye(modalities, dtype=bool) == is_one_modality
    of_readers = np.eye(readers, dtype=bool) == is_one_reader
    chosen = covariance[of_modalities[:, None, :, None] & of_readers[None, :, None, :]]
    return float(chosen.mean()) if chosen.size else nan
