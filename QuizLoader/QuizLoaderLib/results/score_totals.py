"""Scores added up by reader, by page and by question."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from statistics import StatisticsError, correlation, fmean
from typing import TypeVar

from ..scoring.answers import number_text
from .scores import PageScore
from .tables import Row

FEWEST_READERS = 3
"""So many are needed for a correlation that is not 1 or -1 by itself."""

_Key = TypeVar("_Key", bound=Hashable)


def reader_totals(pages: Iterable[PageScore]) -> Iterator[Row]:
    """A row for each reader's run of a quiz."""
    by_run = _grouped(_originals(pages), lambda page: (page.reader, page.quiz, page.attempt))
    for (reader, quiz, attempt), own in by_run:
        score, of = _sums(own)
        yield {
            "reader": reader,
            "quiz": quiz,
            "attempt": attempt,
            "pages": len(own),
            "answers": sum(len(page.answers) for page in own),
            "score": number_text(score),
            "of": number_text(of),
            "percent": number_text(100 * score / of),
        }


def page_totals(pages: Iterable[PageScore]) -> Iterator[Row]:
    """A row for each page that a reader completed, by first attempts.

    The difficulty of an item is the mean of its shares, its discrimination the correlation with the rest of
    the test (Henrysson S. Correction of item-total correlations in item analysis. Psychometrika 1963).
    """
    first = [page for page in _originals(pages) if page.attempt == 1]
    sums = {key: _sums(own) for key, own in _grouped(first, lambda page: (page.reader, page.quiz))}
    for (quiz, _), own in _grouped(first, lambda page: (page.quiz, page.page.number)):
        pairs = [(round(page.score / page.of, 9), _of_others(*sums[page.reader, quiz], page)) for page in own]
        yield {
            "quiz": quiz,
            "page": own[0].name,
            "case": own[0].page.case,
            "treatment": own[0].page.treatment,
            "readers": len(own),
            "score": number_text(_sums(own)[0]),
            "of": number_text(_sums(own)[1]),
            "difficulty": number_text(fmean(share for share, _ in pairs)),
            "discrimination": _correlation([(one, other) for one, other in pairs if other is not None]),
        }


def question_totals(pages: Iterable[PageScore]) -> Iterator[Row]:
    """A row for each question by its name, over all pages of a quiz, by first attempts."""
    first = (page for page in _originals(pages) if page.attempt == 1)
    answers = [(page.quiz, name, answer) for page in first for name, answer in page.answers]
    for (quiz, name), own in _grouped(answers, lambda each: each[:2]):
        score, of = sum(each.score for _, _, each in own), sum(each.of for _, _, each in own)
        yield {
            "quiz": quiz,
            "question": name,
            "answers": len(own),
            "score": number_text(score),
            "of": number_text(of),
            "percent": number_text(100 * score / of),
        }


def _originals(pages: Iterable[PageScore]) -> Iterator[PageScore]:
    """Without the repetitions of pages: who was told what is right could repeat a page for more points."""
    return (each for each in pages if not each.page.repetition)


def _sums(pages: Iterable[PageScore]) -> tuple[float, float]:
    """The score, and what it is out of."""
    scores = [(page.score, page.of) for page in pages]
    return sum(score for score, _ in scores), sum(of for _, of in scores)


def _of_others(score: float, of: float, without: PageScore) -> float | None:
    """The share of the points of all pages but one, None where there is no other; rounded, so that equal ones
    are equal."""
    rest = round(of - without.of, 9)
    return round((score - without.score) / rest, 9) if rest else None


def _correlation(pairs: list[tuple[float, float]]) -> str:
    if len(pairs) < FEWEST_READERS:
        return ""
    try:
        return number_text(correlation(*zip(*pairs, strict=True)))
    except StatisticsError:  # all of one side are alike
        return ""


_Item = TypeVar("_Item")


def _grouped(items: Iterable[_Item], key: Callable[[_Item], _Key]) -> Iterable[tuple[_Key, list[_Item]]]:
    groups: dict[_Key, list[_Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups.items()
