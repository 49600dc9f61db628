"""The table of scores: each answer to a question with a right answer, and what it scores."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..masks.drawing_cases import page_drawings
from ..quiz.answer_key import AnswerKey
from ..quiz.drawing_keys import DrawingKey
from ..quiz.image_folder import ImageFolder
from ..quiz.model import Question
from ..quiz.problems import ExplainedError
from ..quiz.values import shown
from ..scoring.answers import ScoredAnswer, in_words, number_text
from ..session.results_parser import ReadPage, ReadResults
from ..session.tree import Element
from .marks_table import mark_questions
from .right_answers import RightAnswers, RightQuestions, right_answers, scored_answer
from .tables import Row, named_questions, page_times, pages_of_study

if TYPE_CHECKING:
    from .drawings.key_comparison import ScoredDrawing
    from .mark_scores import Lesions, ScoredMark

    Scored = ScoredAnswer | ScoredDrawing | ScoredMark

OF_ANSWERS = "Right"
"""The measure of an answer, in the table."""


@dataclass(frozen=True)
class PageScore:
    """A completed page that has right answers; ``answers`` are by the names of their questions, drawings by
    the IDs of their images."""

    reader: str
    quiz: str
    attempt: int
    page: ReadPage
    answers: tuple[tuple[str, "Scored"], ...]

    @property
    def name(self) -> str:
        return self.page.element.get("ID") or ""

    @property
    def score(self) -> float:
        return sum(each.score for _, each in self.answers)

    @property
    def of(self) -> float:
        return sum(each.of for _, each in self.answers)


@dataclass(frozen=True)
class Scores:
    """``not_complete`` has, by reader and quiz, how many pages with right answers do not count because they
    were not completed. ``remarks`` say of which readers nothing is scored without the image folder,
    ``faults`` of which pages, since a file cannot be read."""

    pages: tuple[PageScore, ...]
    not_complete: Counter[tuple[str, str]]
    remarks: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def score_results(
    results: Iterable[ReadResults],
    key: AnswerKey | None = None,
    with_training: bool = False,
    all_attempts: bool = False,
    images: ImageFolder | None = None,
    lesions: "Lesions | None" = None,
) -> Scores:
    """What all readers scored, by the ``key``, else by the quizzes that are stored with the results.

    Of several runs of a reader through one quiz the first counts, unless ``all_attempts`` are wanted.
    Drawings and marks are scored by experts' regions in the folder ``images``; ``lesions`` are those of it
    that were read before.
    """
    from .mark_scores import Lesions, score_marks

    lesions = lesions or (Lesions(images) if images else None)
    found: list[PageScore] = []
    not_complete: Counter[tuple[str, str]] = Counter()
    remarks: list[str] = []
    faults: list[str] = []
    for each in results:
        if each.attempt > 1 and not all_attempts:
            continue
        right = right_answers(each, key)
        for page in pages_of_study(each, with_training):
            keys = right.drawings.get(page.number, []) if images else []
            if (keys or _has_right_answers(page, right)) and not page.is_complete:
                not_complete[each.reader, each.quiz] += 1
                continue
            answers = [*_answers(page, right.questions)]
            where = f"{each.reader}, {each.quiz}, page {shown(page.id)}"
            try:
                if images and keys:
                    answers += _drawings(each, page, keys, images)
            except ExplainedError as fault:
                faults.append(f"{where}: {fault.sentence.rstrip('.')}; the drawings are not scored.")
            for name, question, element in _right_marks(page, right):
                try:
                    answers += [(name, one) for one in score_marks(question, element, page, lesions)]
                except ExplainedError as fault:
                    faults.append(f"{where}: {fault.sentence.rstrip('.')}; {shown(name)} is not scored.")
            if answers:
                found.append(PageScore(each.reader, each.quiz, each.attempt, page, tuple(answers)))
        has_lesions = any(key.path for question in right.marks.values() for key in question.keys)
        for what, is_there in (("drawings", bool(right.drawings)), ("marks", has_lesions)):
            if is_there and images is None:
                remarks.append(f"{each.reader}, {each.quiz}: {what} are not scored without the image folder.")
    return Scores(tuple(found), not_complete, tuple(remarks), tuple(faults))


def score_rows(pages: Iterable[PageScore]) -> Iterator[Row]:
    """A row for each answer that was scored, in the order of each reader."""
    for each in pages:
        for name, answer in each.answers:
            yield {
                "reader": each.reader,
                "quiz": each.quiz,
                "attempt": each.attempt,
                "page": each.name,
                "case": each.page.case,
                "treatment": each.page.treatment,
                "question": name,
                **(_of_answer(answer) if isinstance(answer, ScoredAnswer) else answer.as_row()),
                **page_times(each.page),
            }


def _of_answer(answer: ScoredAnswer) -> Row:
    return {
        "region_or_mark": "",
        "answer": in_words(answer.question, answer.answer),
        "right_answer": in_words(answer.question, answer.question.right_answer),
        "measure": OF_ANSWERS,
        "value": number_text(answer.share),
        **answer.as_row(),
    }


def _has_right_answers(page: ReadPage, right: RightAnswers) -> bool:
    questions = page.element.iter("Question")
    return any(each in right.questions or each in right.marks for each in questions)


def _right_marks(page: ReadPage, right: RightAnswers) -> Iterator[tuple[str, Question, Element]]:
    for name, element in mark_questions(page) if right.marks else ():
        if question := right.marks.get(element):
            yield name, question, element


def _drawings(
    results: ReadResults, page: ReadPage, keys: list[tuple[str, DrawingKey]], images: ImageFolder
) -> "list[tuple[str, Scored]]":
    """All of a page, or none; raises what ``score_drawings`` raises."""
    from .drawings.key_comparison import score_drawings

    drawings = page_drawings(results, page)
    return [(each.image, each) for each in score_drawings(keys, page, drawings, images)]


def _answers(page: ReadPage, right: RightQuestions) -> "Iterator[tuple[str, Scored]]":
    for name, element in named_questions(page, Counter()):
        if (question := right.get(element)) and (answer := scored_answer(element, question)):
            yield name, answer
