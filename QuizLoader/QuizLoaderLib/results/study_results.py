"""What all readers answered, as one value that every section of the report uses."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Item(NamedTuple):
    """What is read: a case in a treatment (its modality, or with and without help)."""

    case: str
    treatment: str

    def __str__(self) -> str:
        return f"{self.case}, {self.treatment}" if self.treatment else self.case


class Score(NamedTuple):
    """An answer as a number; ``repetition`` counts the times that the page came before."""

    reader: str
    item: Item
    question: str
    repetition: int
    value: float
    answer: str
    scale: str


@dataclass(frozen=True, eq=False)
class Ratings:
    """What all readers answered to one question.

    ``scores`` is (readers, items), NaN where there is no answer; ``repeated`` has the same of each
    repetition, from the first. ``words`` has the answer of each score in words, in the order of the scores,
    where it is a category.
    """

    question: str
    scale: str
    readers: tuple[str, ...]
    items: tuple[Item, ...]
    scores: np.ndarray
    words: Mapping[float, str]
    repeated: tuple[np.ndarray, ...] = ()

    @property
    def treatments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.treatment for item in self.items))

    def of_treatment(self, treatment: str) -> "Ratings":
        """The same of one treatment."""
        chosen = [number for number, item in enumerate(self.items) if item.treatment == treatment]
        return Ratings(
            self.question,
            self.scale,
            self.readers,
            tuple(self.items[number] for number in chosen),
            self.scores[:, chosen],
            self.words,
            tuple(each[:, chosen] for each in self.repeated),
        )


@dataclass(frozen=True)
class PageReading:
    """A page in a reader's order. Seconds are None where they were not measured; ``changes`` counts answers
    that the reader gave again otherwise. ``is_timed_out``: it is complete since its time was over;
    ``has_told``: it told what is right, and was locked from then on."""

    reader: str
    quiz: str
    attempt: int
    position: int
    page: str
    item: Item
    repetition: int
    is_complete: bool
    seconds_shown: float | None
    seconds_active: float | None
    changes: int
    is_timed_out: bool = False
    has_told: bool = False


@dataclass(frozen=True)
class Run:
    """A reader's run of a quiz; ``is_timed_out``: it is finished since the time of the quiz was over."""

    reader: str
    quiz: str
    attempt: int
    logins: int
    first: datetime | None
    last: datetime | None
    is_finished: bool
    is_timed_out: bool = False


@dataclass(frozen=True)
class LeftOut:
    """What does not count, and why. ``question`` is empty where the whole page is meant."""

    reader: str
    quiz: str
    page: str
    item: Item
    question: str
    reason: str


@dataclass(frozen=True)
class ReadersDrawing:
    """What a reader drew on an image: ``source`` has the regions, ``label_map`` the voxels of the image (no
    file where nothing was drawn). ``is_drawn`` is False where it is empty or a copy that was not changed;
    ``image_path`` is that of the quiz."""

    reader: str
    quiz: str
    page_number: int
    page: str
    item: Item
    image: str
    repetition: int
    source: Path | None = None
    label_map: Path | None = None
    is_drawn: bool = False
    image_path: str = ""


@dataclass(frozen=True)
class MarkedReading:
    """What a reader marked on a case, each mark with the lesion that it hit.

    ``lesion_ratings`` has for each lesion the rating of the mark that hit it, -inf where none did,
    ``false_ratings`` those of the marks that hit nothing; all are 1 where marks have no ratings
    (``is_rated``). ``unrated`` counts the marks that have none where others have one, and do not count.
    ``lesions`` are the names of their regions, empty where a file has one lesion alone.
    """

    reader: str
    item: Item
    question: str
    lesion_ratings: tuple[float, ...]
    false_ratings: tuple[float, ...]
    is_rated: bool = True
    unrated: int = 0
    lesions: tuple[str, ...] = ()


@dataclass(eq=False)
class StudyResults:
    """``ratings`` are in the order of the questions. ``remarks`` are sentences: what was found odd, and what
    was left out as a whole. ``truth`` is 1 or 0 by case and question, or by case and an empty text;
    ``scores`` are rows of the table of scores, ``score_totals`` those by reader, and ``marks`` those on
    lesions, by the answer key."""

    source: str
    readers: tuple[str, ...]
    ratings: tuple[Ratings, ...]
    pages: tuple[PageReading, ...] = ()
    runs: tuple[Run, ...] = ()
    drawings: tuple[ReadersDrawing, ...] = ()
    left_out: list[LeftOut] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    truth: dict[tuple[str, str], int] = field(default_factory=dict)
    scores: tuple[Mapping[str, str | int], ...] = ()
    score_totals: tuple[Mapping[str, str | int], ...] = ()
    marks: tuple[MarkedReading, ...] = ()
    with_key: tuple[Ratings, ...] = ()
    """Those of the categories that the answer key knows, with ``ANSWER_KEY`` as one reader more."""
    has_unreadable: bool = False
    """Whether a file of results could not be read at all."""

    def truth_of(self, case: str, question: str) -> int | None:
        return self.truth.get((case, question), self.truth.get((case, "")))

    @property
    def changes(self) -> int:
        """How many answers were given again otherwise; the last one counts."""
        return sum(page.changes for page in self.pages)


ANSWER_KEY = "answer key"
"""What stands in place of a reader where an answer key is compared with one."""
NO_ANSWER = "no answer to this question"
NOTHING_AGAIN = "the same reader has another score of this case, treatment and question"


def ratings_of(scores: Iterable[Score], left_out: list[LeftOut]) -> tuple[Ratings, ...]:
    """The scores by question. Of two scores for one place the first counts; the others go to ``left_out``."""
    by_question: dict[str, dict[tuple[str, Item, int], Score]] = defaultdict(dict)
    for score in scores:
        known = by_question[score.question]
        key = (score.reader, score.item, score.repetition)
        if known.setdefault(key, score) is not score:
            left_out.append(LeftOut(score.reader, "", "", score.item, score.question, NOTHING_AGAIN))
    return tuple(_ratings(question, list(found.values())) for question, found in by_question.items())


def _ratings(question: str, scores: list[Score]) -> Ratings:
    scales = {score.scale for score in scores}
    scale = scales.pop() if len(scales) == 1 else "nominal"
    readers = sorted({score.reader for score in scores}, key=str.casefold)
    items = list(dict.fromkeys(score.item for score in scores))
    row = {reader: number for number, reader in enumerate(readers)}
    column = {item: number for number, item in enumerate(items)}
    values, words = _values(scores, scale)
    layers = np.full((1 + max(score.repetition for score in scores), len(readers), len(items)), np.nan)
    for score, value in zip(scores, values, strict=True):
        layers[score.repetition, row[score.reader], column[score.item]] = value
    return Ratings(question, scale, tuple(readers), tuple(items), layers[0], words, tuple(layers[1:]))


def _values(scores: list[Score], scale: str) -> tuple[Iterator[float], dict[float, str]]:
    """The numbers to compare, and their words. Pages may name the options of one question differently;
    categories without order are then told apart by their words."""
    words = dict(sorted({score.value: score.answer for score in scores}.items()))
    if scale != "nominal":
        return (score.value for score in scores), words if scale == "ordinal" else {}
    pairs = {(score.value, score.answer) for score in scores}
    if len(pairs) == len(words) == len({answer for _, answer in pairs}):
        return (score.value for score in scores), words
    place = {
        answer: float(number) for number, answer in enumerate(dict.fromkeys(a for _, a in sorted(pairs)))
    }
    return (place[score.answer] for score in scores), {number: answer for answer, number in place.items()}


def without_answer(ratings: Iterable[Ratings], read: Mapping[str, Mapping[Item, str]]) -> Iterator[LeftOut]:
    """The answers that are missing on pages which their reader has ``read``, with the reason of each."""
    for each in ratings:
        rows = dict(zip(each.readers, each.scores, strict=True))
        nothing = np.full(len(each.items), np.nan)
        for reader, items in read.items():
            for number in np.flatnonzero(np.isnan(rows.get(reader, nothing))):
                item = each.items[number]
                if item in items:
                    yield LeftOut(reader, "", "", item, each.question, items[item])
