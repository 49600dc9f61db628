"""What is wrong with a quiz or with one of its images, as values that every host shows alike."""

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Image

# Up to here a name that was asked for before is looked up without counting.
_FEW_NAMES = 100

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Severity(str, Enum):
    ERROR = "error"
    WARNING = "warning"


class ProblemCode(str):
    """A problem's code with its rule in words. A code keeps its meaning for ever and is never used again.

    It is defined at the top of the module that has the rule, or of the lowest one where several have it:
    Q1xx the quiz file and its XML, Q2xx the session, Q3xx a page, Q4xx an image, Q5xx where a file is,
    Q60x to Q61x what is in an image file, Q62x to Q69x what is in a DICOM file, Q7xx the text files that a
    quiz names, Q8xx a question, Q95x what a reader drew; of masks M1xx regions against the map, M2xx
    grids and voxels, M3xx files and formats, M4xx a table of cases, M5xx a server.
    """

    meaning: str

    def __new__(cls, code: str, meaning: str = "") -> "ProblemCode":
        self = super().__new__(cls, code)
        self.meaning = meaning
        return self


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, what, and what to do.

    ``line`` counts from 1 in the quiz file, 0 where no line is to blame. ``page`` counts from 1 and is 0
    for the whole quiz; ``image`` is the Image element's ID, ``view`` the slice view it was meant for.
    ``sentence`` ends with a full stop; ``hint`` is a phrase without one, empty where nothing is known.
    """

    severity: Severity
    code: str
    sentence: str
    hint: str = ""
    line: int = 0
    page: int = 0
    image: str = ""
    view: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def text(self) -> str:
        """``sentence (hint)``."""
        return f"{self.sentence} ({self.hint})" if self.hint else self.sentence

    @property
    def for_author(self) -> str:
        """``12: error: sentence (hint)``: a line of the quiz file."""
        return f"{self.line}: {self.severity.value}: {self.text}"

    @property
    def for_reader(self) -> str:
        """``CT: sentence (hint)``: the image of which something is missing."""
        return f"{self.image}: {self.text}" if self.image else self.text

    @property
    def is_for_reader(self) -> bool:
        """Whether a reader should know: what is missing, and what is odd about an image or a drawing (blocks
        of ``ProblemCode``). Other warnings are for the author, who alone can put the quiz right."""
        return self.is_error or self.code.startswith(("Q6", "Q95"))

    def at(self, line: int = 0, page: int = 0, image: str = "", view: str = "") -> "Problem":
        """The same problem, with line, page, image and view filled in where it has none yet."""
        return replace(
            self,
            line=self.line or line,
            page=self.page or page,
            image=self.image or image,
            view=self.view or view,
        )

    def as_line(self, file: str) -> str:
        """``file:line: error Q123: sentence (hint)``, the form that editors jump to; always one line.

        Where no line is to blame, ``file: error ...``.
        """
        where = f"{file}:{self.line}" if self.line else file
        return " ".join(f"{where}: {self.severity.value} {self.code}: {self.text}".split())


class ExplainedError(Exception):
    """Why something cannot be had or done, for whoever asked; ``sentence`` and ``hint`` as a Problem's."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(visible(sentence))
        self.sentence, self.hint = visible(sentence), visible(hint)


class ProblemError(ExplainedError):
    """Why a quiz, an image, a mask or a file cannot be had.

    ``problems`` has every reason, and the warnings met on the way; ``problem`` is the first reason.
    """

    def __init__(self, *problems: Problem) -> None:
        errors = [problem for problem in problems if problem.is_error]
        super().__init__(" ".join(problem.sentence for problem in errors), errors[0].hint if errors else "")
        self.problems = problems

    @property
    def problem(self) -> Problem:
        return next(problem for problem in self.problems if problem.is_error)


def error(code: str, sentence: str, hint: str = "", *, line: int = 0) -> Problem:
    return Problem(Severity.ERROR, code, visible(sentence), visible(hint), line)


def warning(code: str, sentence: str, hint: str = "", *, line: int = 0) -> Problem:
    return Problem(Severity.WARNING, code, visible(sentence), visible(hint), line)


def image_error(image: "Image", code: str, sentence: str, hint: str) -> Problem:
    return about(image, error(code, sentence, hint))


def about(image: "Image", problem: Problem) -> Problem:
    """The problem at this Image element, for its view."""
    return problem.at(line=image.line, image=image.id, view=image.destination.value)


def visible(text: str) -> str:
    """With an escape for what a terminal obeys or a reader cannot see: control characters but line ends and
    tabs, marks that turn the direction of writing, bytes of a file's name that are not UTF-8."""
    return _UNSEEN.sub(lambda found: repr(found[0])[1:-1], text)


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.is_error for problem in problems)


CLOSE, SURE = 0.6, 0.8
"""How much two names look alike, of 1: one may be meant by the other, and surely is."""


def nearest(name: str, known: Iterable[str], likeness: float = CLOSE) -> str:
    """The known name that looks most like ``name``, or an empty string where none is close."""
    if len(name) > 200:  # the search takes the square of the length
        return ""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    folded = name.casefold()
    if folded in by_folded:
        return by_folded[folded]
    matches = difflib.get_close_matches(folded, by_folded, n=1, cutoff=likeness)
    return by_folded[matches[0]] if matches else ""


class NearestNames:
    """``nearest`` for many names, where everything may be wrong: after so many comparisons it finds none.

    One comparison takes some microseconds, and a hint on each of 10,000 pages would compare with 10,000
    names each.
    """

    def __init__(self, most_comparisons: int = 50_000) -> None:
        self._comparisons_left = most_comparisons
        self._known: dict[tuple[str, float, tuple[str, ...]], str] = {}

    def find(self, name: str, known: Collection[str], likeness: float = CLOSE) -> str:
        """The known name that looks most like ``name``, or an empty string."""
        if len(known) > self._comparisons_left and len(known) > _FEW_NAMES:
            return ""
        key = (name, likeness, tuple(known))
        if key not in self._known:
            if len(known) > self._comparisons_left:
                return ""
            self._comparisons_left -= len(known)
            self._known[key] = nearest(name, known, likeness)
        return self._known[key]
