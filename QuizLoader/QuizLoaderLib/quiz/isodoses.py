"""Isodose lines: where a dose has a level that the quiz names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

Color = tuple[int, int, int]


class DoseUnit(str, Enum):
    GRAY = "Gy"
    PERCENT = "%"


@dataclass(frozen=True)
class Isodose:
    """The line of ``level`` Gy or percent; ``color`` is (r, g, b) 0..255, None where the author says none."""

    level: float
    unit: DoseUnit = DoseUnit.GRAY
    color: Color | None = None
    line: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        return f"{self.level:g} {self.unit.value}"

    def value(self, whole: float) -> float:
        """Of the dose, where ``whole`` is what 100 % are."""
        return self.level if self.unit is DoseUnit.GRAY else self.level * whole / 100


@dataclass(frozen=True)
class DoseLevel:
    """An isodose by its ``value`` in the dose; ``color`` is (r, g, b) 0..255."""

    name: str
    value: float
    color: Color


COLORS_FROM_THE_HIGHEST: tuple[Color, ...] = (
    (255, 0, 0),
    (255, 140, 0),
    (255, 230, 0),
    (60, 210, 60),
    (0, 220, 220),
    (80, 130, 255),
    (220, 110, 255),
)
"""As planning programs have them, hot to cold; further ones begin again."""


def levels_of(isodoses: Sequence[Isodose], whole: float) -> tuple[DoseLevel, ...]:
    """Of each level one, from the highest. ``whole`` is what 100 % are."""
    return tuple(_levels(isodoses, whole))


def _levels(isodoses: Sequence[Isodose], whole: float) -> Iterator[DoseLevel]:
    by_value: dict[float, Isodose] = {}
    for isodose in isodoses:
        by_value.setdefault(isodose.value(whole), isodose)
    for number, (value, isodose) in enumerate(sorted(by_value.items(), reverse=True)):
        own = COLORS_FROM_THE_HIGHEST[number % len(COLORS_FROM_THE_HIGHEST)]
        yield DoseLevel(isodose.name, value, isodose.color or own)
