"""What an answer key says of one reader's results: the truth of cases, scores, and marks on lesions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

from ..quiz.answer_key import AnswerKey
from ..quiz.image_folder import ImageFolder
from ..quiz.question_types import Takes
from ..session.page_facts import PageFact
from ..session.results_parser import ReadPage, ReadResults
from ..session.results_tree import fields_as_written
from .mark_scores import Lesions, LesionUnreadableError
from .marks_table import PlacedMark, mark_questions, placed_marks
from .right_answers import RightAnswers, right_answers
from .score_totals import reader_totals
from .scores import score_results, score_rows
from .study_results import ANSWER_KEY, Item, MarkedReading, Score
from .tables import (
    NOMINAL,
    ORDINAL,
    Row,
    named_questions,
    page_fact,
    pages_of_study,
    scores_of,
    value_of,
)

_YES_OR_NO = {"Y": 1, "N": 0}


@dataclass(frozen=True)
class ReportKey:
    """How a report finds what is right: by the ``key``, else by the quiz that is stored with each result, and
    with ``images`` for drawings and lesions."""

    key: AnswerKey | None = None
    images: ImageFolder | None = None
    lesions: Lesions | None = None

    @classmethod
    def of(cls, key: AnswerKey | None, images: ImageFolder | None) -> "ReportKey":
        return cls(key, images, Lesions(images) if images else None)


@dataclass
class KeyReadings:
    """``truth`` is 1 or 0 by case and question, or by case and an empty text; ``scores`` are rows of the
    table of scores, ``totals`` those by reader, ``right`` the right categories as those of a reader
    ``ANSWER_KEY``. ``remarks`` say what could not be compared."""

    truth: dict[tuple[str, str], int] = field(default_factory=dict)
    scores: list[Row] = field(default_factory=list)
    totals: list[Row] = field(default_factory=list)
    marks: list[MarkedReading] = field(default_factory=list)
    right: list[Score] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_by_key(results: ReadResults, by: ReportKey, case: PageFact, treatment: PageFact) -> KeyReadings:
    """Of the pages that count; marks and scores are of completed ones alone."""
    found = KeyReadings()
    right = right_answers(results, by.key)
    if not (right.questions or right.marks or right.drawings):
        return found
    where = f"{results.reader}, {results.quiz}"
    for page in pages_of_study(results):
        item = Item(page_fact(page, case), page_fact(page, treatment))
        for question, truth in (*_truth_of_marks(page, right), *_truth_of_answers(page, right)):
            place = item.case, question
            found.truth[place] = max(truth, found.truth.get(place, 0))
        found.right += _right_categories(page, right, item) if not page.repetition else ()
        if by.lesions and page.is_complete and not page.repetition:
            found.marks += _marked(page, right, results.reader, item, by.lesions)
    if by.lesions is None and any(key.path for one in right.marks.values() for key in one.keys):
        found.remarks.append(f"{where}: marks are not compared with lesions without the image folder.")
    scores = score_results([results], by.key, images=by.images, lesions=by.lesions)
    found.scores += score_rows(scores.pages)
    found.totals += reader_totals(scores.pages)
    found.remarks += scores.remarks + scores.faults
    return found


def _truth_of_marks(page: ReadPage, right: RightAnswers) -> Iterator[tuple[str, int]]:
    """Of the whole case: whether it has a lesion."""
    for element in page.element.iterfind("QuestionSet/Question"):
        question = right.marks.get(element)
        if question is not None and question.keys:
            yield "", int(not question.keys[0].is_none)


def _truth_of_answers(page: ReadPage, right: RightAnswers) -> Iterator[tuple[str, int]]:
    """Of yes-or-no questions, and of each box of a CheckBox, by the names that their scores have."""
    for name, element in named_questions(page):
        question = right.questions.get(element)
        if question is None or question.facts.takes is not Takes.CHOICE:
            continue
        labels = [value_of(option) for option in fields_as_written(element)]
        correct = dict(zip(labels, question.correct_options, strict=True))
        if not question.facts.is_single:
            yield from ((f"{name}: {label}", int(is_correct)) for label, is_correct in correct.items())
        elif correct.keys() <= _YES_OR_NO.keys() and sum(correct.values()) == 1:
            yield name, max(_YES_OR_NO[label] for label, is_correct in correct.items() if is_correct)


def _right_categories(page: ReadPage, right: RightAnswers, item: Item) -> Iterator[Score]:
    """Of the questions of which one category is right."""
    for name, element in named_questions(page):
        question = right.questions.get(element)
        if question is None or (question.facts.is_single and sum(question.correct_options) != 1):
            continue
        is_choice = question.facts.takes is Takes.CHOICE
        texts = ["Y" if is_correct else "N" for is_correct in question.correct_options]
        for what, score, answer, scale in scores_of(element, texts if is_choice else question.correct_rows):
            if scale in (NOMINAL, ORDINAL):
                yield Score(ANSWER_KEY, item, name + what, 0, float(score), answer, scale)


def _marked(
    page: ReadPage, right: RightAnswers, reader: str, item: Item, lesions: Lesions
) -> Iterator[MarkedReading]:
    """By question; where marks have ratings, without those that were given none. That a lesion cannot be read
    is said where they are scored."""
    for name, element in mark_questions(page):
        question = right.marks.get(element)
        if question is None or not question.keys:
            continue
        marks, is_rated = placed_marks(element), bool(element.get("Rating"))
        counting = [mark for mark in marks if mark.rating is not None or not is_rated]
        try:
            paired = lesions.paired(question, counting, element, page)
        except LesionUnreadableError:
            continue
        hits = [paired.marks[place] if place >= 0 else None for place in paired.taken]
        yield MarkedReading(
            reader,
            item,
            name,
            tuple(-inf if mark is None else _rating(mark) for mark in hits),
            tuple(map(_rating, paired.false_marks)),
            is_rated,
            len(marks) - len(counting),
            tuple(key.roi for key in paired.lesions),
        )


def _rating(mark: PlacedMark) -> float:
    return 1.0 if mark.rating is None else mark.rating
