"""The dose-volume histograms of a page: of each region in each dose, as numbers and as a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...views.contents import PageNodes
from .chart import CHART_SIZE, DoseCurve, chart_svg
from .histogram import MOST_GY, DoseHistogram
from .placed_doses import PlacedDose
from .region_doses import RegionDoses, RegionOfPage, regions_of_page

MEASURES = ("ml", "mean", "min", "max", "D95")
"""Of a region: its volume, doses in Gy, and the dose that 95 % of it get at least."""

_VOXELS_AT_ONCE = 1_000_000
"""Of regions: some hundredths of a second, in which a window stands still."""


@dataclass(frozen=True)
class RegionInDose:
    """``name`` has that of the dose in it where there are several."""

    name: str
    region: RegionOfPage
    dose: PlacedDose
    histogram: DoseHistogram


class PageHistograms:
    """Of the regions that the views of ``shown`` show, in the ``doses`` that are in Gy."""

    def __init__(self, shown: PageNodes, doses: Sequence[PlacedDose]) -> None:
        doses = [dose for dose in doses if dose.is_in_gray]
        regions = regions_of_page(shown) if doses else []
        self._counts = [RegionDoses(dose.volume, regions, _end(dose)) for dose in doses]
        self._left = list(self._counts)
        self._all = [
            RegionInDose(
                f"{region.name}, {dose.name}" if len(doses) > 1 else region.name,
                region,
                dose,
                histogram,
            )
            for dose, count in zip(doses, self._counts, strict=True)
            for region, histogram in count.histograms.items()
        ]
        self._doses = doses

    @property
    def is_counting(self) -> bool:
        return bool(self._left)

    def go_on(self) -> None:
        """Count some more voxels."""
        left = _VOXELS_AT_ONCE
        while left > 0 and self._left:
            counted = self._left[0].go_on()
            left -= counted
            if not counted:
                del self._left[0]

    def to_the_end(self) -> None:
        while self.is_counting:
            self.go_on()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*MEASURES, *(f"V{name}" for name in self._level_names))

    def shown(self) -> list[RegionInDose]:
        """Those that the reader has on and that have a dose, once all are counted."""
        return (
            []
            if self._left
            else [each for each in self._all if each.histogram.voxels and each.region.is_shown]
        )

    def cells(self, of: RegionInDose) -> tuple[str, ...]:
        """Under ``columns``: the last ones have the percent of the region that get a level or more."""
        histogram, levels = of.histogram, {level.name: level.value for level in of.dose.levels}
        doses = (histogram.mean, histogram.minimum, histogram.maximum, histogram.dose_of(0.95))
        shares = (
            f"{100 * float(histogram.share_from(levels[name])):.1f}" if name in levels else ""
            for name in self._level_names
        )
        return (f"{histogram.volume_ml:.1f}", *(f"{dose:.1f}" for dose in doses), *shares)

    def chart(self, in_ml: bool = False, size: tuple[int, int] = CHART_SIZE) -> str:
        """In SVG; empty where no region is shown."""
        curves = [
            DoseCurve(each.region.color, each.histogram, each.dose is not self._doses[0])
            for each in self.shown()
        ]
        if not curves:
            return ""
        highest = max(_end(each) for each in self._doses)
        return chart_svg(curves, self._doses[0].levels, highest, in_ml, size)

    def table(self, step_gy: float) -> Iterator[tuple[str, str, str, str]]:
        """Rows of region, dose in Gy, and what of its volume gets it or more, in percent and in ml."""
        for each in self.shown():
            doses = step_gy * np.arange(int(_end(each.dose) / step_gy) + 2)
            volume_ml = each.histogram.volume_ml
            for dose, share in zip(doses, each.histogram.share_from(doses), strict=True):
                yield each.name, f"{dose:g}", f"{100 * share:.3f}", f"{share * volume_ml:.4f}"

    @property
    def _level_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(level.name for dose in self._doses for level in dose.levels))


def _end(dose: PlacedDose) -> float:
    """Of its histogram, in Gy."""
    return min(dose.highest, MOST_GY)
