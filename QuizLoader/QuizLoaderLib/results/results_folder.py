"""The results folder of a study becomes ``StudyResults``, whatever is in it and while readers are at work."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, pairwise
from pathlib import Path

from ..masks.drawing_cases import page_drawings
from ..quiz.problems import ExplainedError
from ..session.entries import parsed_timestamp
from ..session.page_facts import PageFact
from ..session.results_parser import (
    WINDOWS,
    FoundResults,
    ReadPage,
    ReadResults,
    each_of_results,
)
from ..session.tree import finite
from .study_results import (
    Item,
    LeftOut,
    PageReading,
    ReadersDrawing,
    Run,
    Score,
    StudyResults,
    ratings_of,
    without_answer,
)
from .tables import Seconds, mrmc_rows, page_fact, pages_of_study

LATER_ATTEMPT = "a later attempt: the reader had read this quiz before"
NOT_SEEN = "not read"
OUTSIDE = "the results name a drawing outside of their folder"
NOT_COMPLETE = "the page was begun and not completed"


class NoResultsError(ExplainedError):
    """There is nothing that a report could be made of."""


@dataclass
class _Reading:
    """What one results file has, without its tree."""

    run: Run
    pages: list[PageReading]
    scores: list[Score]
    drawings: list[ReadersDrawing]
    left_out: list[LeftOut] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    images: dict[tuple[int, str, int], tuple[str, Item]] = field(default_factory=dict)
    """The ID and the item of each completed page, by its number, the ID of each of its images, and the
    repetition. Pages may share an ID."""


def read_results_folder(
    paths: Iterable[Path],
    case: PageFact = PageFact.CASE,
    treatment: PageFact = PageFact.TREATMENT,
    encoding: str = WINDOWS,
) -> StudyResults:
    """All that readers answered and drew in these files and folders; ``case`` and ``treatment`` say which
    facts of a page these are.

    Of several attempts of a reader at one quiz the first counts, of several answers to a question the last,
    and only pages that were completed; all else is in ``left_out``. Raises NoResultsError.
    """
    paths = list(paths)
    found = FoundResults()
    readings = [_read(each, case, treatment) for each in each_of_results(paths, found, encoding)]
    if not readings:
        raise NoResultsError("No results were found.", "; ".join(found.left_out))
    readings = _numbered_attempts(readings)
    left_out: list[LeftOut] = []
    scores = [score for reading in readings for score in _counting(reading, left_out)]
    ratings = ratings_of((score for score in scores if score.scale), left_out)
    read: dict[str, frozenset[Item]] = defaultdict(frozenset)
    for reading in readings:
        done = frozenset(page.item for page in reading.pages if page.is_complete and not page.repetition)
        read[reading.run.reader] |= done
    left_out += without_answer(ratings, read)
    readers = tuple(sorted({reading.run.reader for reading in readings}, key=str.casefold))
    return StudyResults(
        source=", ".join(str(path) for path in paths),
        readers=readers,
        ratings=ratings,
        pages=tuple(page for reading in readings for page in reading.pages),
        runs=tuple(reading.run for reading in readings),
        drawings=tuple(_counting_drawings(readings)),
        left_out=left_out,
        remarks=[*found.left_out, *found.remarks, *chain.from_iterable(each.remarks for each in readings)],
        has_unreadable=bool(found.left_out),
    )


def _read(results: ReadResults, case: PageFact, treatment: PageFact) -> _Reading:
    seconds = Seconds(results)
    logins = results.root.findall("Login")
    moments = [
        moment
        for login in logins
        for name in ("LoginTime", "LogoutTime")
        if (moment := parsed_timestamp((login.get(name) or "").strip())) is not None
    ]
    finished = any((login.get("QuizComplete") or "").strip().upper() == "Y" for login in logins)
    run = Run(
        results.reader,
        results.quiz,
        1,
        len(logins),
        min(moments, default=None),
        max(moments, default=None),
        finished,
    )
    reading = _Reading(run, [], [], [])
    for page in pages_of_study(results):
        if not page.is_asked:
            continue
        item = Item(page_fact(page, case), page_fact(page, treatment))
        reading.pages.append(_page_reading(results, page, item, seconds))
        if page.is_complete:
            _add_drawings(reading, results, page, item)
    rows = mrmc_rows(results, case, treatment)
    reading.scores = [_score(row) for row in rows if row["page_complete"] == "Y"]
    return reading


def _page_reading(results: ReadResults, page: ReadPage, item: Item, seconds: Seconds) -> PageReading:
    return PageReading(
        results.reader,
        results.quiz,
        1,
        page.position,
        page.element.get("ID") or "",
        item,
        page.repetition,
        page.is_complete,
        seconds.of_page(page.element),
        finite(page.element.get("SecondsActive") or ""),
        _changes(page),
    )


def _changes(page: ReadPage) -> int:
    """Answers that were given again otherwise; the Image Quizzer stores the same ones at each pass."""
    changes = 0
    for question in page.element.iter("Question"):
        options = question.findall("Option")
        texts = [[(each.text or "").strip() for each in option.findall("Response")] for option in options]
        answers = pairwise(zip(*texts, strict=False))
        changes += sum(before != after and any(before) for before, after in answers)
    return changes


def _score(row: dict[str, str | int]) -> Score:
    return Score(
        str(row["reader"]),
        Item(str(row["case"]), str(row["modality"])),
        str(row["question"]),
        int(row["repetition"]),
        float(row["score"]),
        str(row["answer"]),
        str(row["scale"]),
    )


def _add_drawings(reading: _Reading, results: ReadResults, page: ReadPage, item: Item) -> None:
    drawn = {each.image_id: each for each in page_drawings(results, page)}
    title = page.element.get("ID") or ""
    paths: dict[str, str] = {}
    for image in page.element.findall("Image"):
        paths[image.get("ID") or ""] = (image.findtext("Path") or "").strip()
        reading.images[page.number, image.get("ID") or "", page.repetition] = title, item
    for image_id, each in drawn.items():
        if each.source is None:
            where = (results.reader, results.quiz, title, item)
            reading.left_out.append(LeftOut(*where, image_id, OUTSIDE))
            reading.images.pop((page.number, image_id, page.repetition), None)
            continue
        reading.remarks += each.remarks(results)
        reading.drawings.append(
            ReadersDrawing(
                results.reader,
                results.quiz,
                page.number,
                title,
                item,
                image_id,
                page.repetition,
                each.source,
                each.label_map,
                each.is_drawn,
                paths[image_id],
            )
        )


def _numbered_attempts(readings: list[_Reading]) -> list[_Reading]:
    """In the order in which they began; a reader's runs of one quiz are counted."""
    ordered = sorted(readings, key=lambda each: (each.run.first or datetime.max, each.run.reader))
    count: dict[tuple[str, str], int] = defaultdict(int)
    for reading in ordered:
        key = (reading.run.reader, reading.run.quiz)
        count[key] += 1
        reading.run = replace(reading.run, attempt=count[key])
        reading.pages = [replace(page, attempt=count[key]) for page in reading.pages]
    return ordered


def _counting(reading: _Reading, left_out: list[LeftOut]) -> Iterator[Score]:
    run = reading.run
    for page in reading.pages:
        if run.attempt > 1 and page.is_complete:
            left_out.append(LeftOut(run.reader, run.quiz, page.page, page.item, "", LATER_ATTEMPT))
        elif run.attempt == 1 and not page.is_complete:
            reason = NOT_COMPLETE if page.seconds_shown else NOT_SEEN
            left_out.append(LeftOut(run.reader, run.quiz, page.page, page.item, "", reason))
    if run.attempt == 1:
        left_out += reading.left_out
        yield from reading.scores


def _counting_drawings(readings: list[_Reading]) -> Iterator[ReadersDrawing]:
    """Those of first attempts. Where an image was drawn on, who completed its page, also again, and did not
    drew nothing."""
    first = [reading for reading in readings if reading.run.attempt == 1]
    drawn_on = {(each.quiz, each.page_number, each.image) for reading in first for each in reading.drawings}
    for reading in first:
        yield from reading.drawings
        own = {(each.page_number, each.image, each.repetition) for each in reading.drawings}
        for (number, image, again), (title, item) in reading.images.items():
            if (number, image, again) not in own and (reading.run.quiz, number, image) in drawn_on:
                yield ReadersDrawing(reading.run.reader, reading.run.quiz, number, title, item, image, again)
