"""What is right of the questions of a results file, and what the answers in it score."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..quiz.answer_key import (
    AnswerKey,
    PagePlace,
    PageWords,
    QuestionWords,
    numbered,
    single_blanks,
    with_right_answers,
)
from ..quiz.drawing_keys import DrawingKey
from ..quiz.model import Question
from ..quiz.parser import read_quiz
from ..quiz.question_types import QUESTION_TYPES
from ..quiz.right_answer_rules import has_right_answer
from ..scoring.answers import ScoredAnswer, score_answer
from ..session.draws import SEEN_IMAGE
from ..session.results_parser import ReadPage, ReadResults, pages_in_order
from ..session.results_tree import fields_as_written, label_of, last_answer
from ..session.storage import FolderFiles
from ..session.tree import Element

RightQuestions = Mapping[Element, Question]
"""By the element of a question in the results, the question as its answer key has it."""

_OF_KEYS = (
    ("Question", "Answer"),
    ("Option", "Correct"),
    ("Row", "Correct"),
    ("Key", "Path"),
    ("Key", "None"),
)
_SCORED = frozenset(kind.value for kind, facts in QUESTION_TYPES.items() if facts.may_be_scored)


@dataclass(frozen=True)
class RightAnswers:
    """``questions`` are on pages and on their repetitions, and so are ``marks``, those whose marks are right
    or wrong; ``drawings`` are by the number of the page, each with an Image ID."""

    questions: RightQuestions
    marks: RightQuestions
    drawings: Mapping[int, list[tuple[str, DrawingKey]]]


def right_questions(results: ReadResults, key: AnswerKey | None = None) -> RightQuestions:
    return right_answers(results, key).questions


def right_answers(results: ReadResults, key: AnswerKey | None = None) -> RightAnswers:
    """What has a right answer, by the ``key`` and the quiz that is stored with the results."""
    key = _whole_key(results, key)
    if key is None or key.is_empty:
        return RightAnswers({}, {}, {})
    pages = sorted(pages_in_order(results), key=lambda page: (page.number, page.repetition))
    places = _places_of_pages([page for page in pages if not page.repetition])
    found: dict[Element, Question] = {}
    marks: dict[Element, Question] = {}
    for page in pages:
        if (place := places.get(page.number)) is None:
            continue
        elements = _scored(page)
        for element, name in zip(elements, numbered(map(_words, elements)), strict=True):
            question = key.questions.get((*place, *name))
            if question is not None and question.right_answer:
                found[element] = _as_seen(question, element)
            elif question is not None and has_right_answer(question):
                marks[element] = question
    drawings: dict[int, list[tuple[str, DrawingKey]]] = {}
    numbers = {place: number for number, place in places.items()}
    for (place, image_id), keys in key.drawings.items():
        if place in numbers:
            drawings.setdefault(numbers[place], []).extend((image_id, each) for each in keys)
    return RightAnswers(found, marks, drawings)


def _as_seen(question: Question, element: Element) -> Question:
    """With the images that the reader saw, in the order of the quiz, in which what is right stays."""
    images = tuple(option.get(SEEN_IMAGE) or "" for option in fields_as_written(element))
    return replace(question, option_images=images) if any(images) else question


def scored_answer(element: Element, question: Question) -> ScoredAnswer | None:
    """The last answer; None where there is none, or it was not asked."""
    answer = last_answer(element)
    return score_answer(question, answer) if answer else None


def _whole_key(results: ReadResults, key: AnswerKey | None) -> AnswerKey | None:
    """What readers were told by: the key, and what is right by the stored quiz.

    Results begin as a copy of the quiz, so what has no right answer there has none in the stored quiz.
    """
    has_key = any(name in each.attrib for element, name in _OF_KEYS for each in results.root.iter(element))
    stored = FolderFiles(results.path.parent).master
    quiz = read_quiz(stored)[0] if has_key and stored.is_file() else None
    if quiz is None:
        return key
    return AnswerKey(with_right_answers(quiz, key)[0] if key else quiz)


def _places_of_pages(pages: list[ReadPage]) -> dict[int, PagePlace]:
    """By the number of the page, of those on which anything may be scored."""
    scored = [page for page in pages if page.element.get("EnableSegmentEditor") == "Y" or _scored(page)]
    words = [PageWords(single_blanks(page.id), single_blanks(page.descriptor)) for page in scored]
    return {page.number: place for place, page in zip(numbered(words), scored, strict=True)}


def _scored(page: ReadPage) -> list[Element]:
    questions = page.element.iterfind("QuestionSet/Question")
    return [each for each in questions if (each.get("Type") or "").strip() in _SCORED]


def _words(question: Element) -> QuestionWords:
    texts = (question.get("Type") or "", question.get("ID") or "", question.get("Descriptor") or "")
    options, rows = (map(label_of, question.iterfind(name)) for name in ("Option", "Row"))
    return QuestionWords.plain(*texts, options, rows)
