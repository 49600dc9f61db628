"""What a format of label tables can hold, and the codes of Slicer's terminology."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ...images.files.label_names import LabelRow, Rows
from ...quiz.problems import Problem
from ...quiz.value_map import LARGEST_VALUE


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


_CATEGORIES = "Segmentation category and type - 3D Slicer General Anatomy list"
_REGIONS = "Anatomic codes - DICOM master list"


class Code(NamedTuple):
    """A coded concept, as (SCT, 10200004, "Liver"); empty where nothing is said."""

    scheme: str = ""
    value: str = ""
    meaning: str = ""

    def __bool__(self) -> bool:
        return bool(self.scheme and self.value)


class Terminology(NamedTuple):
    category: Code = Code()
    type: Code = Code()
    type_modifier: Code = Code()
    region: Code = Code()
    region_modifier: Code = Code()

    def as_text(self) -> str:
        """Slicer's text; empty where there is no category and type."""
        if not (self.category and self.type):
            return ""
        written = ["^".join(code) for code in self]
        return "~".join([_CATEGORIES, *written[:3], _REGIONS, *written[3:]])


def parse_terminology(text: str) -> Terminology:
    """The codes of a ``TerminologyEntry``; empty ones where it has none or is damaged."""
    parts = text.split("~")
    if len(parts) != 7:
        return Terminology()
    return Terminology(*(_code(parts[index]) for index in (1, 2, 3, 5, 6)))


def _code(text: str) -> Code:
    parts = text.split("^")
    return Code(*(part.strip() for part in parts)) if len(parts) == 3 else Code()
