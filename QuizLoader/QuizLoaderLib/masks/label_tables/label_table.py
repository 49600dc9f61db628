"""A table of labels in memory, and what a format of such tables can hold."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ...quiz.problems import Problem
from ...quiz.value_map import LARGEST_VALUE, ValueMap


@dataclass(frozen=True)
class LabelRow:
    """One label: ``color`` is (r, g, b) 0..1, ``terminology`` Slicer's text for a coded meaning."""

    name: str
    value: int
    color: tuple[float, float, float] | None = None
    terminology: str = ""
    line: int = 0


@dataclass(frozen=True)
class LabelTable:
    """Labels in the order of their file, which decides overlaps: the last wins."""

    rows: tuple[LabelRow, ...]
    value_map: ValueMap = field(init=False)

    def __post_init__(self) -> None:
        values = {row.name: row.value for row in self.rows}
        lines = {row.name: row.line for row in self.rows}
        object.__setattr__(self, "value_map", ValueMap(values, lines))

    @property
    def colors(self) -> dict[str, tuple[float, float, float]]:
        return {row.name: row.color for row in self.rows if row.color is not None}

    @property
    def terminologies(self) -> dict[str, str]:
        return {row.name: row.terminology for row in self.rows if row.terminology}


Rows = tuple[list[LabelRow], list[Problem]]


@dataclass(frozen=True)
class TableFormat:
    """How one format is read and written, and what it can hold.

    ``refused`` names cannot be written in it, each for its reason; ``write`` gets the rows and the text of
    an older file of that name, of which a format may keep what is not about labels. A ``.txt`` whose first
    row is a ``text_row`` has this format.
    """

    name: str
    endings: tuple[str, ...]
    read: Callable[[str], Rows]
    write: Callable[[tuple[LabelRow, ...], str], str]
    refused: tuple[tuple[Callable[[str], object], str], ...]
    largest: int = LARGEST_VALUE
    holds_colors: bool = True
    holds_codes: bool = False
    holds_two_names: bool = False
    text_row: re.Pattern[str] | None = None
    losses: Callable[[tuple[LabelRow, ...], str], list[Problem]] = lambda rows, old: []

    def refuses(self, name: str) -> str:
        """Why a name cannot be written in this format, or nothing."""
        return next((reason for is_refused, reason in self.refused if is_refused(name)), "")
