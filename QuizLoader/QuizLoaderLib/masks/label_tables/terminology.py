"""Coded meanings of segments as Slicer writes them.

``context~category~type~modifier~context~region~modifier``: each part is ``scheme^value^meaning``.
Source: Slicer, vtkSlicerTerminologiesModuleLogic.
"""

from typing import NamedTuple

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
