"""The cases that were found for a quiz, and what is wrong with each; none is dropped in silence."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..quiz.problems import ExplainedError
from .document import refused_letter


class AuthoringError(ExplainedError):
    """Why no quiz can be made."""


@dataclass(frozen=True)
class FoundImage:
    """``path`` is relative to the image folder. ``facts`` are of its header and name, numbers as such."""

    path: str
    type: str
    """The Type of the quiz language that it would have as the only image of a view."""
    is_dicom_series: bool = False
    facts: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def is_of_regions(self) -> bool:
        return self.type in ("Segmentation", "RTStruct")


@dataclass
class FoundCase:
    """``name`` is what its source calls it, ``shown_name`` what readers see; ``images`` are by role.

    ``faults`` are sentences without a full stop; a case with one gets no page.
    """

    name: str
    number: int = 0
    values: dict[str, str] = field(default_factory=dict)
    images: dict[str, FoundImage] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    shown_name: str = ""


@dataclass
class FoundCases:
    """``remarks`` are about what was found and belongs to no case."""

    cases: list[FoundCase]
    remarks: list[str] = field(default_factory=list)

    @property
    def complete(self) -> list[FoundCase]:
        return [case for case in self.cases if not case.faults]

    @property
    def faulty(self) -> list[FoundCase]:
        return [case for case in self.cases if case.faults]


def composed(text: str) -> str:
    """With its letters as Windows and Linux write them: macOS has those of file names in parts."""
    return unicodedata.normalize("NFC", text)


def about_letters(text: str) -> str:
    """What is wrong with a text that no XML file can have, as the end of a sentence, or nothing."""
    letter = refused_letter(text)
    return f"has the letter {letter}, which XML cannot have" if letter else ""


def settled(cases: Iterable[FoundCase], remarks: Iterable[str] = ()) -> FoundCases:
    """The cases numbered from 1; those of one name, and images in two roles, are faults."""
    listed = list(cases)
    times = Counter(case.name for case in listed)
    for number, case in enumerate(listed, start=1):
        case.number, case.shown_name = number, case.name
        if times[case.name] > 1:
            case.faults.append(f"{times[case.name]} cases have this name")
        if not case.faults:
            written = (case.name, *case.values.values(), *(image.path for image in case.images.values()))
            case.faults += [f"“{text}” {fault}" for text in written if (fault := about_letters(text))]
        roles: dict[str, list[str]] = {}
        for role, image in case.images.items():
            roles.setdefault(image.path, []).append(role)
        in_several = [(path, names) for path, names in roles.items() if len(names) > 1]
        case.faults += [f"“{path}” would be {' and '.join(names)}" for path, names in in_several]
    return FoundCases(listed, list(remarks))
