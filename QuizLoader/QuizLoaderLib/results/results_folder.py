"""The results folder of a study becomes ``StudyResults``, whatever is in it and while readers are at work."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from pathlib import Path

from ..masks.drawing_cases import page_drawings
from ..quiz.problems import ExplainedError
from ..session.attempts import RunFacts, in_attempts, login_moments
from ..session.page_facts import PageFact
from ..session.results_parser import (
    WINDOWS,
    FoundResults,
    ReadPage,
    ReadResults,
    each_of_results,
    is_not_asked,
)
from ..session.results_tree import fields_of
from ..session.tree import Element, finite
from .key_readings import KeyReadings, ReportKey, read_by_key
from .seconds import Seconds
from .study_results import (
    ANSWER_KEY,
    NO_ANSWER,
    Item,
    LeftOut,
    PageReading,
    Ratings,
    ReadersDrawing,
    Run,
    Score,
    StudyResults,
    ratings_of,
    without_answer,
)
from .tables import mrmc_rows, named_questions, page_fact, pages_of_study, scores_of

LATER_ATTEMPT = "a later attempt: the reader had read this quiz before"
NOT_SEEN = "not read"
OUTSIDE = "the results name a drawing outside of their folder"
NOT_COMPLETE = "the page was begun and not completed"
NOT_ASKED = "a condition hid this question"
IN_TIME = "{} before the time was over"


class NoResultsError(ExplainedError):
    """There is nothing that a report could be made of."""


@dataclass
class _Reading:
    """What one results file has, without its tree."""

    run: Run
    pages: list[PageReading]
    scores: list[Score]
    drawings: list[ReadersDrawing]
    by_key: KeyReadings
    hidden: list[tuple[Item, str]] = field(default_factory=list)
    """The questions that a condition hid."""
    asked: set[tuple[str, str]] = field(default_factory=set)
    """The name of each score, and of the question that it is of."""
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
    by: ReportKey | None = None,
) -> StudyResults:
    """All that readers answered and drew in these files and folders; ``case`` and ``treatment`` say which
    facts of a page these are, ``by`` what is right.

    Of several attempts of a reader at one quiz the first counts, of several answers to a question the last,
    and only pages that were completed; all else is in ``left_out``. Raises NoResultsError.
    """
    paths = list(paths)
    found = FoundResults()
    by = by or ReportKey()
    readings = [_read(each, case, treatment, by) for each in each_of_results(paths, found, encoding)]
    if not readings:
        raise NoResultsError("No results were found.", "; ".join(found.left_out))
    readings = _numbered_attempts(readings)
    left_out: list[LeftOut] = []
    scores = [score for reading in readings for score in _counting(reading, left_out)]
    ratings = ratings_of((score for score in scores if score.scale), left_out)
    first = [reading for reading in readings if reading.run.attempt == 1]
    read: dict[str, dict[Item, str]] = defaultdict(dict)
    for page in chain.from_iterable(reading.pages for reading in first):
        if page.is_complete and not page.repetition:
            reason = IN_TIME.format(NO_ANSWER) if page.is_timed_out else NO_ANSWER
            read[page.reader][page.item] = reason
    hidden = {(reading.run.reader, *each) for reading in first for each in reading.hidden}
    names: dict[str, set[str]] = defaultdict(set)
    for score_name, name in chain.from_iterable(reading.asked for reading in first):
        names[score_name].add(name)
    for missing in without_answer(ratings, read):
        is_hidden = any((missing.reader, missing.item, name) in hidden for name in names[missing.question])
        left_out.append(replace(missing, reason=NOT_ASKED) if is_hidden else missing)
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
        truth=_truth(readings),
        scores=tuple(row for reading in first for row in reading.by_key.scores),
        score_totals=tuple(row for reading in first for row in reading.by_key.totals),
        marks=tuple(each for reading in first for each in reading.by_key.marks),
        with_key=tuple(_with_key(scores, [score for each in first for score in each.by_key.right])),
        has_unreadable=bool(found.left_out),
    )


def _with_key(scores: list[Score], right: list[Score]) -> Iterator[Ratings]:
    """Of a reader who is called as the key is, with another name."""
    known = {score.question for score in right}
    of_readers = [
        each._replace(reader=f"{ANSWER_KEY} (reader)") if each.reader == ANSWER_KEY else each
        for each in scores
        if each.question in known
    ]
    for ratings in ratings_of([*of_readers, *right], []):
        if len(ratings.readers) > 1:
            yield ratings


def _truth(readings: Iterable[_Reading]) -> dict[tuple[str, str], int]:
    """A case is positive where any quiz says so."""
    found: dict[tuple[str, str], int] = {}
    for reading in readings:
        for place, truth in reading.by_key.truth.items():
            found[place] = max(truth, found.get(place, 0))
    return found


def _read(results: ReadResults, case: PageFact, treatment: PageFact, by: ReportKey) -> _Reading:
    seconds = Seconds(results)
    logins = results.root.findall("Login")
    moments = login_moments(results.root)
    finished = any((login.get("QuizComplete") or "").strip().upper() == "Y" for login in logins)
    run = Run(
        results.reader,
        results.quiz,
        results.attempt,
        len(logins),
        min(moments, default=None),
        max(moments, default=None),
        finished,
        any(login.get("TimedOut") == "Y" for login in logins),
    )
    by_key = read_by_key(results, by, case, treatment)
    reading = _Reading(run, [], [], [], by_key, remarks=by_key.remarks)
    for page in pages_of_study(results):
        item = Item(page_fact(page, case), page_fact(page, treatment))
        reading.pages.append(_page_reading(results, page, item, seconds))
        for name, question in named_questions(page):
            reading.asked.update((name + what, name) for what, *_ in scores_of(question))
            reading.hidden += [(item, name)] if is_not_asked(question) else []
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
        page.is_timed_out,
        page.has_told,
    )


def _changes(page: ReadPage) -> int:
    """Answers that were given again otherwise; the Image Quizzer stores the same ones at each pass."""
    changes = 0
    for question in page.element.iterfind("QuestionSet/Question"):
        asked = [_asked(field) for field in fields_of(question)]
        answers = pairwise(zip(*asked, strict=False))
        changes += sum(before != after and any(before) for before, after in answers)
    return changes


def _asked(field: Element) -> list[str]:
    """The texts of its Responses, without those that say that a condition hid it."""
    return [(each.text or "").strip() for each in field.findall("Response") if each.get("NotAsked") != "Y"]


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
    ordered = []
    for attempt, reading in in_attempts(
        readings, lambda each: RunFacts(each.run.reader, each.run.quiz, each.run.attempt, each.run.first)
    ):
        reading.run = replace(reading.run, attempt=attempt)
        reading.pages = [replace(page, attempt=attempt) for page in reading.pages]
        ordered.append(reading)
    return ordered


def _counting(reading: _Reading, left_out: list[LeftOut]) -> Iterator[Score]:
    run = reading.run
    for page in reading.pages:
        if run.attempt > 1 and page.is_complete:
            left_out.append(LeftOut(run.reader, run.quiz, page.page, page.item, "", LATER_ATTEMPT))
        elif run.attempt == 1 and not page.is_complete:
            reason = NOT_COMPLETE if page.seconds_shown else NOT_SEEN
            reason = IN_TIME.format(reason) if run.is_timed_out else reason
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
