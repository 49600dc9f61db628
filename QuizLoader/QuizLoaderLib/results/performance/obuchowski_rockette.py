"""Obuchowski and Rockette's model of figures of merit of readers in modalities, with Hillis' tests."""

from collections.abc import Iterator, Sequence
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

    def of_difference(
        self, modalities: Sequence[int], readers_are: Factor, cases_are: Factor
    ) -> tuple[np.float64, np.float64]:
        """The variance of a mean in differences of these modalities, and its degrees of freedom."""
        count, readers = self.estimates.shape
        components, interaction = self.components(), self.interaction()
        df = np.float64((count - 1) * (readers - 1))
        shared = np.float64(max(components.cov2 - components.cov3, 0.0) if readers > 1 else 0.0)
        if readers_are == "fixed":
            return (components.error - components.cov1 + (readers - 1) * shared) / readers, np.float64(inf)
        if cases_are == "fixed":
            return interaction / readers, df
        whole = interaction + readers * shared
        return whole / readers, whole**2 / (interaction**2 / df)

    def of_mean(self, modality: int, readers_are: Factor, cases_are: Factor) -> tuple[np.float64, np.float64]:
        """The variance of a modality's mean, and its degrees of freedom (Hillis 2018)."""
        is_reading = ~np.isnan(self.estimates[modality])
        readers = int(is_reading.sum())
        own = self.covariance[modality][is_reading][:, modality][:, is_reading]
        trace, total = np.trace(own), own.sum()
        cov2 = max((total - trace) / (readers * (readers - 1)), 0.0) if readers > 1 else 0.0
        if readers_are == "fixed":
            return (trace / readers + (readers - 1) * cov2) / readers, np.float64(inf)
        of_readers = np.float64(self.estimates[modality][is_reading].var(ddof=1))
        if cases_are == "fixed":
            return of_readers / readers, np.float64(readers - 1)
        whole = of_readers + readers * cov2
        return whole / readers, whole**2 / (of_readers**2 / (readers - 1))


class _NestedModel(_Model):
    """Of readers of whom each read one modality only: the others' estimates are NaN.

    Hillis 2014 for groups of one size; of others the harmonic mean counts.
    """

    def components(self) -> VarianceComponents:
        is_given = ~np.isnan(self.estimates)
        modality = np.nonzero(is_given)[0]
        given = self.covariance[is_given][:, is_given]
        is_one_modality = modality[:, None] == modality
        is_one_reader = np.eye(len(modality), dtype=bool)
        error, cov2, cov3 = (
            float(given[chosen].mean()) if chosen.any() else nan
            for chosen in (is_one_reader, is_one_modality & ~is_one_reader, ~is_one_modality)
        )
        within, _ = self._within()
        return VarianceComponents(float(within - error + cov2), nan, error, nan, cov2, cov3)

    def of_difference(
        self, modalities: Sequence[int], readers_are: Factor, cases_are: Factor
    ) -> tuple[np.float64, np.float64]:
        components = self.components()
        share = np.mean([1 / (~np.isnan(self.estimates[one])).sum() for one in modalities])
        shared = np.float64(max(components.cov2 - components.cov3, 0.0))
        if readers_are == "fixed":
            return (components.error - components.cov2) * share + shared, np.float64(inf)
        within, df = self._within()
        of_readers = within * share
        if cases_are == "fixed":
            return of_readers, df
        return of_readers + shared, (of_readers + shared) ** 2 / (of_readers**2 / df)

    def _within(self) -> tuple[np.float64, np.float64]:
        """The mean square of readers in modalities, and its degrees of freedom."""
        apart = self.estimates - np.nanmean(self.estimates, axis=1, keepdims=True)
        df = np.float64((~np.isnan(apart)).sum() - len(apart))
        return np.nansum(apart**2) / df, df


def analysis(
    measure: str, covariance: str, modalities: tuple[str, ...], readers: tuple[str, ...], figures: Figures
) -> ModalityAnalysis:
    """What figures of merit, modality by modality and in these each reader's, say of the modalities.

    Readers whose figure is undefined in some modality are left out, as are modalities without any figure; but
    where each reader has a figure in one modality only, groups of readers are compared.
    ``measure`` and ``covariance`` are their names in words.
    """
    shape = len(modalities), len(readers)
    estimates, together = figures.values.reshape(shape), figures.covariance.reshape(*shape, *shape)
    is_used = ~np.isnan(estimates).all(1)
    is_reading = ~np.isnan(estimates[is_used]).any(0) if is_used.any() else np.zeros(len(readers), bool)
    kind = _Model
    if _is_nested(~np.isnan(estimates[is_used])):
        kind, is_reading = _NestedModel, ~np.isnan(estimates).all(0)
    used, reading = np.flatnonzero(is_used), np.flatnonzero(is_reading)
    model = kind(estimates[np.ix_(used, reading)], together[np.ix_(used, reading, used, reading)])
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


def _is_nested(is_given: np.ndarray) -> bool:
    """Whether no reader has two modalities, and each modality has two readers."""
    return len(is_given) > 1 and bool((is_given.sum(0) <= 1).all() and (is_given.sum(1) > 1).all())


def _limits(model: _Model) -> Iterator[str]:
    modalities, readers = model.estimates.shape
    if modalities == 1:
        yield "With one modality there is nothing to compare."
    if isinstance(model, _NestedModel):
        yield "Each reader has read one modality, so modalities are compared between groups of readers."
    if readers == 1:
        yield "With one reader, readers are fixed."
    given = ~np.isnan(model.estimates)
    if np.isnan(model.covariance[given][:, given]).any():
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
    means = np.nanmean(model.estimates, axis=1)
    for factors in every if readers > 1 else every[1:2]:
        if modalities > 1:
            variance, df = model.of_difference(range(modalities), *factors)
            ratio, df1 = means.var(ddof=1) / variance, modalities - 1
            p = chi2.sf(ratio * df1, df1) if np.isinf(df) else f.sf(ratio, df1, df)
            yield Comparison(
                *factors, "all", "", nan, nan, nan, nan, nan, float(ratio), df1, float(df), float(p)
            )
            for one, other in combinations(range(modalities), 2):
                variance, df = model.of_difference((one, other), *factors)
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
