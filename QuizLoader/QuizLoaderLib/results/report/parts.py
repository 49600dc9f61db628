"""What sections are made of, before it is HTML, CSV and pictures."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...images.files.label_names import LabelTable
from ..study_results import LeftOut
from ..tables import without_formula

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Cell = str | int | float | bool | datetime | None


@dataclass(frozen=True)
class ReportOptions:
    """``table`` names the values of label maps and of consensus masks; ``images`` is the image folder, whose
    images are shown behind the contours of the worst cases. A case is called positive from the
    score ``threshold`` on; without it, only yes-or-no questions have a sensitivity. ``tell_defect`` makes the
    sentence of a failure of the program itself."""

    table: LabelTable | None = None
    tolerance_mm: float = 2.0
    threshold: float | None = None
    jobs: int = 1
    images: Path | None = None
    tell_defect: Callable[[BaseException], str] = repr


@dataclass(frozen=True)
class DataTable:
    """A CSV file with the columns of ``COLUMNS``."""

    file: str
    rows: Sequence[Mapping[str, Cell]]


@dataclass(frozen=True)
class ShownTable:
    """A table for people; ``file`` is the one that has all of it. ``strong`` are the rows to look at."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    file: str = ""
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Chart:
    """A picture; ``name`` is that of its files, ``is_photo`` keeps it from being drawn as lines."""

    name: str
    title: str
    draw: "Callable[[], Figure]"
    is_photo: bool = False


@dataclass
class Section:
    """``parts`` are sentences, tables and charts in the order of the page."""

    title: str
    parts: list[str | ShownTable | Chart] = field(default_factory=list)
    tables: list[DataTable] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """Further files by their path below the report."""
    left_out: list[LeftOut] = field(default_factory=list)
    """What does not count in this section."""
    remarks: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """The paths of those that are there already."""


CONSENSUS = "consensus"
"""The folder of the consensus, below the report."""


@dataclass(frozen=True)
class ReportPlaces:
    """Where a report goes; the cache has what need not be computed again."""

    out: Path

    @property
    def cache(self) -> Path:
        return self.out / ".quizloader"

    @property
    def consensus(self) -> Path:
        return self.out / CONSENSUS


def written(value: Cell) -> str:
    """As it stands in a CSV file: nothing where it is undefined, ten digits of other numbers. A name that a
    spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None or isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(without_formula(value))


def shown(value: Cell) -> str:
    """As people read it."""
    if isinstance(value, float):
        if math.isnan(value):
            return "–"
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        text = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"
        return text.replace("-", "−") if "e" not in text else text
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def interval(low: float, high: float) -> str:
    return "–" if math.isnan(low) or math.isnan(high) else f"{shown(low)} to {shown(high)}"


def counted(count: int, one: str, more: str = "") -> str:
    """``1 reader``, ``3 readers``."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
