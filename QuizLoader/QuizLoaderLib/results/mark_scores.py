"""What readers marked, paired with the lesions of a key and scored by them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..images.grid import Grid, moved
from ..masks.errors import MaskError
from ..masks.expert_regions import read_expert_regions, voxels_of_region
from ..quiz.drawing_keys import LesionKey
from ..quiz.image_folder import ImageFolder, ImagePathError
from ..quiz.model import Question
from ..quiz.problems import ExplainedError
from ..quiz.right_answer_rules import is_measured
from ..quiz.values import shown
from ..scoring.answers import number_text, share_right
from ..scoring.marks import distances_mm, paired_by_distance
from ..session.results_parser import ReadPage
from ..session.tree import Element
from .marks_table import PlacedMark, placed_marks

HIT, FALSE_MARK, RIGHT = "Hit", "FalseMark", "Right"
"""The measures of a lesion, of a mark that hit nothing, and of all marks of a question together."""


class LesionUnreadableError(ExplainedError):
    """Why marks cannot be compared with a lesion."""


@dataclass(frozen=True)
class ScoredMark:
    """A lesion, a mark that hit nothing, or all marks of a question."""

    region_or_mark: str
    answer: str
    right_answer: str
    measure: str
    value: float
    score: float
    of: float

    def as_row(self) -> dict[str, str | int]:
        return {
            "region_or_mark": self.region_or_mark,
            "answer": self.answer,
            "right_answer": self.right_answer,
            "measure": self.measure,
            "value": number_text(self.value),
            "score": number_text(self.score),
            "of": number_text(self.of),
        }


@dataclass(frozen=True, eq=False)
class PairedMarks:
    """``taken`` is (lesions,): the place of the mark that hit each, -1 where none did."""

    lesions: tuple[LesionKey, ...]
    marks: tuple[PlacedMark, ...]
    taken: np.ndarray

    @property
    def false_marks(self) -> list[PlacedMark]:
        """Those that hit nothing, a second one in a lesion too."""
        return [mark for place, mark in enumerate(self.marks) if place not in self.taken]


@dataclass(frozen=True, eq=False)
class LesionRegion:
    """``expert`` (slices, rows, columns) is cut to a box around it; ``image`` is the ID of the image that is
    marked, empty where it may be any. Nobody draws it: ``own`` is None."""

    name: str
    image: str
    expert: np.ndarray
    grid: Grid
    own: None = None


class Lesions:
    """The lesions of keys, whose files are in the image folder; each is read once."""

    def __init__(self, folder: ImageFolder) -> None:
        self._folder = folder
        self._read: dict[tuple[str, str, tuple[str, ...]], tuple[np.ndarray, np.ndarray]] = {}

    def paired(
        self, question: Question, marks: Sequence[PlacedMark], element: Element, page: ReadPage
    ) -> PairedMarks:
        """The ``marks`` of a question in the results with its Keys. Raises LesionUnreadableError."""
        keys = tuple(key for key in question.keys if not key.is_none)
        points = np.array([mark.center_lps for mark in marks]).reshape(-1, 3)
        apart = [distances_mm(points, *self._voxels(key, _image_paths(element, page))) for key in keys]
        tolerances = np.array([key.tolerance_mm for key in keys])
        taken = paired_by_distance(np.array(apart).reshape(len(keys), len(marks)), tolerances)
        return PairedMarks(keys, tuple(marks), taken)

    def regions(self, question: Question, element: Element, page: ReadPage) -> Iterator[LesionRegion]:
        """Of the Keys of a question in the results. Raises LesionUnreadableError."""
        images = {each.get("ID") or "" for each in page.element.findall("Image")}
        image = question.image or (images.pop() if len(images) == 1 else "")
        for key in question.keys:
            if not key.is_none:
                places, ijk_to_ras = self._voxels(key, _image_paths(element, page))
                first = places.min(axis=0)
                voxels = np.zeros((places.max(axis=0) - first + 1)[::-1], bool)
                voxels[tuple((places - first).T[::-1])] = True
                matrix = ijk_to_ras.copy()
                matrix[:3, 3] = moved(ijk_to_ras, first)
                name = key.roi or question.descriptor
                yield LesionRegion(name, image, voxels, Grid.of(voxels, matrix))

    def _voxels(self, key: LesionKey, images: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        """(voxels, 3) in (i, j, k), and from these to RAS."""
        place = key.path, key.roi, images
        if place not in self._read:
            self._read[place] = self._voxels_of(key, images)
        return self._read[place]

    def _voxels_of(self, key: LesionKey, images: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        what = f"The lesion {shown(key.name)} cannot be compared with"
        try:
            file = self._folder.find(key.path).path
        except ImagePathError as fault:
            raise LesionUnreadableError(f"{what}: {fault.sentence}") from fault
        reasons = []
        for like in [*self._found(images)] or (None,):
            try:
                regions = read_expert_regions(file, like)
            except MaskError as fault:
                reasons.append(fault.problem.sentence)
                continue
            voxels = voxels_of_region(regions, key.roi)
            if not len(voxels):
                names = ", ".join(map(shown, regions.names)) or "none"
                raise LesionUnreadableError(f"{what}: the regions of {shown(key.path)} are {names}.")
            if not Grid.of(regions.layers[0], regions.ijk_to_ras).is_rectangular:
                raise LesionUnreadableError(f"{what}: its axes are not at right angles to each other.")
            # Half of the memory, for lesions are kept while all readers are compared.
            return voxels.astype(np.int32), regions.ijk_to_ras
        raise LesionUnreadableError(f"{what}: {reasons[0]}")

    def _found(self, images: tuple[str, ...]) -> Iterator[Path]:
        for path in images:
            try:
                yield self._folder.find(path).path
            except ImagePathError:
                continue


def _image_paths(question: Element, page: ReadPage) -> tuple[str, ...]:
    """Of the images that its marks may belong to, in the image folder."""
    wanted = question.get("Image") or ""
    images = [each for each in page.element.findall("Image") if wanted in ("", each.get("ID"))]
    return tuple(dict.fromkeys((each.findtext("Path") or "").strip() for each in images))


def score_marks(
    question: Question, element: Element, page: ReadPage, lesions: Lesions | None
) -> Iterator[ScoredMark]:
    """What the marks of a question score; without ``lesions`` nothing where it has any.

    Each lesion that is hit scores its part of the points, and each mark that hits nothing takes as much away,
    but never more than there is. Raises LesionUnreadableError.
    """
    if is_measured(question):
        yield _measured(question, placed_marks(element))
    elif all(key.is_none for key in question.keys):
        count = len(placed_marks(element))
        answer = f"{count or 'no'} mark{'' if count == 1 else 's'}"
        share = float(not count)
        points = question.points
        yield ScoredMark("", answer, "no marks", RIGHT, share, share * points, points)
    elif lesions is not None:
        yield from _of_lesions(
            question.points, lesions.paired(question, placed_marks(element), element, page)
        )


def _of_lesions(points: float, paired: PairedMarks) -> Iterator[ScoredMark]:
    part = points / len(paired.lesions)
    for key, place in zip(paired.lesions, paired.taken, strict=True):
        is_hit = place >= 0
        answer = f"mark {paired.marks[place].number}" if is_hit else ""
        yield ScoredMark(key.name, answer, "", HIT, float(is_hit), part * is_hit, part)
    hits = int((paired.taken >= 0).sum())
    for count, mark in enumerate(paired.false_marks):
        taken_away = part if count < hits else 0.0
        yield ScoredMark(f"mark {mark.number}", "", "", FALSE_MARK, 1.0, 0.0 - taken_away, 0.0)


def _measured(question: Question, marks: list[PlacedMark]) -> ScoredMark:
    size, unit = (marks[0].size, marks[0].unit) if marks else ("", "")
    share = share_right(question, (size,))
    right = f"{question.answer} {unit}".strip()
    return ScoredMark(
        "", f"{size} {unit}".strip(), right, RIGHT, share, share * question.points, question.points
    )
