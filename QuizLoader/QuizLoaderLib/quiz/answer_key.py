"""The answer key of a quiz: what is right, found by the words of pages and questions, not by their places.

So a key stays right where pages of the quiz change places or a question is added.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from .drawing_keys import DrawingKey
from .feedback import Explanation
from .model import Page, Question, QuestionSet, Quiz
from .parser import read_key_file
from .problems import Problem, ProblemCode, ProblemError, error, has_errors
from .right_answer_rules import drawing_keys, has_right_answer, right_answer
from .values import shown

FITS_NO_QUESTION = ProblemCode("Q834", "A question of an answer key is one of the quiz.")

_Words = TypeVar("_Words")


class PageWords(NamedTuple):
    id: str
    descriptor: str


class QuestionWords(NamedTuple):
    """The texts of its Options and Rows belong to it, so what is right there is right for the same ones."""

    type: str
    id: str
    descriptor: str
    options: tuple[str, ...]
    rows: tuple[str, ...]

    @classmethod
    def of(cls, question: Question) -> "QuestionWords":
        texts = (question.type.value, question.id, question.descriptor)
        return cls.plain(*texts, question.options, question.rows)

    @classmethod
    def plain(
        cls, type_: str, id_: str, descriptor: str, options: Iterable[str], rows: Iterable[str]
    ) -> "QuestionWords":
        """With single blanks, as files of results are written with others."""
        lists = tuple(map(single_blanks, options)), tuple(map(single_blanks, rows))
        return cls(single_blanks(type_), single_blanks(id_), single_blanks(descriptor), *lists)


PagePlace = tuple[PageWords, int]
"""A page, and how many of the same words come before it, of those on which anything may be scored."""
Place = tuple[PageWords, int, QuestionWords, int]
"""The same, and the same of one of its questions."""


@dataclass(frozen=True)
class AnswerKey:
    """``source`` is the file as it was read, an answer key or a quiz with right answers."""

    source: Quiz

    @cached_property
    def questions(self) -> Mapping[Place, Question]:
        """Those with anything of a key, right or wrong."""
        return {place: each for place, each in _with_places(self.source) if _has_key(each)}

    @cached_property
    def explanations(self) -> Mapping[PagePlace, Explanation]:
        """Those of whole pages."""
        pages = _pages_with_places(self.source)
        return {place: page.explanation for place, page in pages if page.explanation}

    @cached_property
    def drawings(self) -> Mapping[tuple[PagePlace, str], tuple[DrawingKey, ...]]:
        """By page and Image ID."""
        found: dict[tuple[PagePlace, str], list[DrawingKey]] = {}
        for place, page in _pages_with_places(self.source):
            for image_id, key in page.drawing_keys:
                found.setdefault((place, image_id), []).append(key)
        return {where: tuple(keys) for where, keys in found.items()}

    @property
    def is_empty(self) -> bool:
        return not (self.questions or self.explanations or self.drawings)


def load_answer_key(path: Path) -> AnswerKey:
    """The right answers of an answer key, or of a quiz that has them itself.

    Raises ProblemError, also for an answer that no question of its type can have; what limits an answer is
    known to the quiz alone (``check_answer_key``).
    """
    source, problems = read_key_file(path)
    key = AnswerKey(source) if source is not None else None
    for question in key.questions.values() if key else ():
        found = right_answer(replace(question, minimum=None, maximum=None, step=0.0, max_length=None))
        problems += (problem.at(line=question.line) for problem in found)
    for page in source.pages if source else ():
        problems += drawing_keys(page)
    if key is None or has_errors(problems):
        raise ProblemError(*problems)
    return key


def with_right_answers(quiz: Quiz, key: AnswerKey) -> tuple[Quiz, list[Problem]]:
    """The quiz with the right answers of the key, and a problem for each that fits no question.

    Readers are told by this, and results scored. What the quiz has of its own counts where the key says
    nothing of it: what is right of a question or an image is of one of the two as a whole.
    A question that got one has the line that it has in the key; the others are the same objects.
    """
    wanted = dict(key.questions)
    changed = {
        id(question): _answered(question, of_key)
        for place, question in _with_places(quiz)
        if (of_key := wanted.pop(place, None)) is not None
    }
    problems = []
    for (page, _, _, _), question in wanted.items():
        name = question.descriptor or question.id or question.type.value
        sentence = (
            f"The quiz does not ask {shown(name)} on a page {shown(page.id)} in the words of the answer key."
        )
        hint = "ID and Descriptor of the page, and all texts of the question, are the same in both"
        problems.append(error(FITS_NO_QUESTION, sentence, hint, line=question.line))
    drawings, answered = dict(key.drawings), {}
    for where, each in _pages_with_places(quiz):
        own = {name: drawings.pop((where, name), ()) for name in {image.id for image in each.images}}
        answered[id(each)] = _page(each, changed, key.explanations.get(where), own)
    problems += (_fits_no_image(where, keys[0]) for where, keys in drawings.items())
    return replace(quiz, pages=tuple(answered.get(id(page), page) for page in quiz.pages)), problems


def _fits_no_image(where: tuple[PagePlace, str], key: DrawingKey) -> Problem:
    (page, _), image_id = where
    sentence = f"The quiz lets nobody draw on an image {shown(image_id)} on a page {shown(page.id)}"
    hint = "ID and Descriptor of the page, and the ID of the image, are the same in both"
    return error(FITS_NO_QUESTION, f"{sentence} in the words of the answer key.", hint, line=key.line)


def scored_questions(page: Page) -> list[Question]:
    return [question for question in page.questions if question.facts.may_be_scored]


def _with_places(quiz: Quiz) -> Iterator[tuple[Place, Question]]:
    for place, page in _pages_with_places(quiz):
        questions = scored_questions(page)
        for name, question in zip(numbered(map(QuestionWords.of, questions)), questions, strict=True):
            yield (*place, *name), question


def _pages_with_places(quiz: Quiz) -> Iterator[tuple[PagePlace, Page]]:
    pages = [page for page in quiz.pages if page.enable_segment_editor or scored_questions(page)]
    words = [PageWords(*map(single_blanks, (page.id, page.descriptor))) for page in pages]
    return zip(numbered(words), pages, strict=True)


def numbered(words: Iterable[_Words]) -> Iterator[tuple[_Words, int]]:
    """Each with how many of the same come before it."""
    seen: Counter[_Words] = Counter()
    for each in words:
        yield each, seen[each]
        seen[each] += 1


def _has_key(question: Question) -> bool:
    is_written = question.answer or question.tolerance or question.points != 1.0 or question.explanation
    return bool(is_written or question.keys) or any(question.correct_options) or any(question.correct_rows)


def _answered(question: Question, of_key: Question) -> Question:
    explanation = of_key.explanation or question.explanation
    if has_right_answer(question) and not has_right_answer(of_key):
        of_key = replace(
            question,
            line=of_key.line,
            points=question.points if of_key.points == 1.0 else of_key.points,
            tolerance=of_key.tolerance or question.tolerance,
        )
    return replace(
        question,
        line=of_key.line,
        answer=of_key.answer,
        tolerance=of_key.tolerance,
        points=of_key.points,
        correct_options=of_key.correct_options,
        correct_rows=of_key.correct_rows,
        explanation=explanation,
        keys=of_key.keys,
    )


def _page(
    page: Page,
    changed: Mapping[int, Question],
    explanation: Explanation | None,
    keys: Mapping[str, tuple[DrawingKey, ...]],
) -> Page:
    def with_changed(each: QuestionSet) -> QuestionSet:
        return replace(each, questions=tuple(changed.get(id(one), one) for one in each.questions))

    question_sets = tuple(map(with_changed, page.question_sets))
    images = tuple(replace(each, keys=keys.get(each.id) or each.keys) for each in page.images)
    return replace(
        page,
        images=images,
        question_sets=question_sets,
        explanation=explanation or page.explanation,
    )


def single_blanks(text: str) -> str:
    return " ".join(text.split())
