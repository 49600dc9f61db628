"""What is right of a drawing or of marks: experts' regions, and what a reader's own is worth."""

from dataclasses import dataclass, field
from enum import Enum


class Measure(str, Enum):
    """How a reader's region is compared with the expert's."""

    DICE = "Dice"
    SURFACE_DICE = "SurfaceDice"
    HD95 = "HD95"


FULL_AND_ZERO = {Measure.DICE: (0.9, 0.5), Measure.SURFACE_DICE: (0.95, 0.6), Measure.HD95: (2.0, 15.0)}
"""The values from which on a drawing has its whole point, and none of it, where the author writes none."""


@dataclass(frozen=True)
class DrawingKey:
    """``region`` is the reader's, ``roi`` the expert's in the file ``path`` of the image folder, empty where
    it has the same name. ``full`` and ``zero`` are values of the ``measure``, which for HD95 are in mm; the
    tolerance is that of surface Dice. An image on three views may have it three times, which is one."""

    region: str
    path: str
    line: int = field(compare=False)
    roi: str = ""
    measure: Measure = Measure.DICE
    full: float | None = None
    zero: float | None = None
    tolerance_mm: float = 2.0

    @property
    def name_in_file(self) -> str:
        return self.roi or self.region

    @property
    def limits(self) -> tuple[float, float]:
        """From which value on it is wholly right, and from which on not at all."""
        full, zero = FULL_AND_ZERO[self.measure]
        return full if self.full is None else self.full, zero if self.zero is None else self.zero

    def share(self, value: float) -> float:
        """How much of the point a value is worth: linear between the two limits, which differ."""
        full, zero = self.limits
        return min(1.0, max(0.0, (value - zero) / (full - zero)))


@dataclass(frozen=True)
class LesionKey:
    """What a mark should hit: the region ``roi`` in the file ``path`` of the image folder, or all regions of
    the file. A mark hits it inside, or up to ``tolerance_mm`` from it. ``is_none``: there is nothing to mark,
    and no path.
    """

    line: int
    path: str = ""
    roi: str = ""
    tolerance_mm: float = 0.0
    is_none: bool = False

    @property
    def name(self) -> str:
        return self.roi or self.path
