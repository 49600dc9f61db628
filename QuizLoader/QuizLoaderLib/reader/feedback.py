"""What a reader is told of right answers: at each question, of the page, and of the whole quiz."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING

from ..quiz.drawing_keys import Measure
from ..quiz.feedback import Explanation
from ..quiz.model import Question
from ..quiz.question_types import Takes
from ..quiz.right_answer_rules import has_right_answer
from ..scoring.answers import ScoredAnswer, in_words, score_answer
from ..session.order import PageKey
from .answers import Where
from .expert_scores import ComparedDrawing, ExpertScores, MarkScores, place_of

if TYPE_CHECKING:
    from ..results.drawings.key_comparison import ScoredDrawing
    from ..results.mark_scores import ScoredMark
    from ..session.feedback import SessionFeedback
    from ..session.session import Session

    Scored = ScoredAnswer | ScoredDrawing | ScoredMark


class Rightness(str, Enum):
    """With a sign, as colours alone tell nothing to some."""

    RIGHT = "✓ Right"
    PARTLY = "◐ Partly right"
    WRONG = "✗ Wrong"


@dataclass(frozen=True)
class Told:
    """``verdict`` is None where there is none."""

    verdict: Rightness | None
    sentences: tuple[str, ...]
    explanation: Explanation | None = None


@dataclass(frozen=True)
class ToldDrawing:
    """Of a region on the ``image`` of this ID; ``farthest_ras`` is where it is farthest from the expert's,
    see ``ComparedDrawing``."""

    region: str
    told: Told
    farthest_ras: tuple[float, float, float] | None
    image: str

    @property
    def verdict(self) -> Rightness:
        assert self.told.verdict
        return self.told.verdict

    @property
    def title(self) -> str:
        return f"{self.region}: {self.verdict.value}"


@dataclass(frozen=True)
class PageFeedback:
    """``questions`` are by set, as it counts among those that are shown, and number."""

    page: Told
    questions: Mapping[Where, Told]
    drawings: tuple[ToldDrawing, ...] = ()


@dataclass(frozen=True)
class ScoreLine:
    title: str
    score: str
    of: str


@dataclass(frozen=True)
class QuizScores:
    """``is_passed`` is None where nobody passes or fails."""

    pages: tuple[ScoreLine, ...]
    total: ScoreLine
    percent: float
    pass_mark: float | None

    @property
    def is_passed(self) -> bool | None:
        return None if self.pass_mark is None else self.percent >= self.pass_mark - _ALMOST

    @property
    def sentence(self) -> str:
        """``3 of 4 points (75%). Passed: 70% is needed.``"""
        points = f"{self.total.score} of {_points(self.total.of)} ({self.percent:.0f}%)."
        if self.pass_mark is None:
            return points
        return f"{points} {'Passed' if self.is_passed else 'Not passed'}: {self.pass_mark:g}% is needed."


_ALMOST = 1e-9


def page_feedback(session: "Session", experts: ExpertScores) -> PageFeedback | None:
    """Of the page that is shown, None where it does not tell what is right (now)."""
    feedback, key, shown = session.feedback, session.position.page, session.shown_sets
    if not (feedback.is_told(key) and feedback.is_scored(key)):
        return None
    marks = experts.marks(key)
    questions: dict[Where, Told] = {
        (shown.index(position.question_set), number): (
            _told_marks(question, marks[where])
            if (where := place_of(position, number)) in marks
            else _told(question, answer)
        )
        for position, number, question, answer in feedback.answers(key)
        if has_right_answer(question) or question.explanation
    }
    scores = experts.drawings(key)
    score, of = _sum(_scored(feedback, key, experts))
    sentences = [f"This page: {_short(score)} of {_points(_short(of))}."] if of else []
    if scores.fault:
        why = scores.fault[:1].upper() + scores.fault[1:].rstrip(".")
        sentences.append(f"What you drew is not scored. {why}.")
    page = Told(None, tuple(sentences), feedback.page(key).explanation)
    return PageFeedback(page, questions, tuple(map(_told_drawing, scores.drawings)))


def quiz_scores(session: "Session", experts: ExpertScores) -> QuizScores | None:
    """Of all pages that are scored but those for training and repetitions, which may be made after the page
    has told what is right; None where it is not told (now), and where nothing could be scored."""
    feedback = session.feedback
    if not feedback.is_at_the_end:
        return None
    pages = [
        (page.title, scored)
        for key, page in session.pages
        if not (page.training or key.repetition) and (scored := list(_scored(feedback, key, experts)))
    ]
    if not pages:
        return None
    score, of = _sum(each for _, scored in pages for each in scored)
    total = _score_line("All pages", score, of)
    lines = tuple(_score_line(title, *_sum(scored)) for title, scored in pages)
    return QuizScores(lines, total, 100 * score / of, session.quiz.pass_mark)


def _score_line(title: str, score: float, of: float) -> ScoreLine:
    return ScoreLine(title, _short(score), _short(of))


def _scored(feedback: "SessionFeedback", key: PageKey, experts: ExpertScores) -> "Iterator[Scored]":
    for _, _, question, answer in feedback.answers(key):
        if question.right_answer:
            yield score_answer(question, answer)
    for marks in experts.marks(key).values():
        yield from marks.scored
    yield from (each.scored for each in experts.drawings(key).drawings)


def _sum(scored: "Iterable[Scored]") -> tuple[float, float]:
    """The score, and what it is out of."""
    pairs = [(each.score, each.of) for each in scored]
    return sum(score for score, _ in pairs), sum(of for _, of in pairs)


def _told(question: Question, answer: tuple[str, ...]) -> Told:
    if not question.right_answer:
        return Told(None, (), question.explanation)
    scored = score_answer(question, answer)
    verdict = _verdict(scored.share)
    sentences = [f"{_short(scored.score)} of {_points(_short(question.points))}."]
    if verdict is not Rightness.RIGHT:
        sentences.append(f"The right answer: {right_in_words(question)}")
    return Told(verdict, tuple(sentences), question.explanation)


def _told_marks(question: Question, marks: MarkScores) -> Told:
    if marks.fault:
        return Told(None, (f"Your marks are not scored. {marks.fault}",), question.explanation)
    score, of = _sum(marks.scored)
    verdict = _verdict(score / of if of else 0.0)
    sentences = [f"{_short(score)} of {_points(_short(of))}."]
    if question.keys and not question.keys[0].is_none:
        # Behind the lesions come the marks that hit none.
        lesions = marks.scored[: len(question.keys)]
        false = len(marks.scored) - len(lesions)
        sentences.append(f"Found: {sum(each.value > 0 for each in lesions)} of {len(lesions)}.")
        sentences += [f"Marks that hit nothing: {false}."] if false else []
    elif verdict is not Rightness.RIGHT:
        number, _, unit = marks.scored[0].right_answer.partition(" ")
        sentences.append(f"The right answer: {number}{_about(question)} {unit}".rstrip())
    return Told(verdict, tuple(sentences), question.explanation)


def _verdict(share: float) -> Rightness:
    return Rightness.RIGHT if share == 1 else Rightness.PARTLY if share else Rightness.WRONG


def _told_drawing(drawing: ComparedDrawing) -> ToldDrawing:
    scored, found = drawing.scored, drawing.scored.comparison
    sentences = (
        f"{_short(scored.score)} of {_points(_short(scored.of))}, by {_MEASURES[scored.key.measure]}.",
        f"Dice {found.dice:.2f}, surface Dice {found.surface_dice:.2f} (within {found.tolerance_mm:g} mm), "
        + (f"HD95 {found.hd95_mm:.1f} mm." if isfinite(found.hd95_mm) else "no HD95, for one is empty."),
        f"Volume {found.volume_1_ml:.1f} ml, the expert's {found.volume_2_ml:.1f} ml.",
    )
    told = Told(_verdict(scored.score), sentences)
    return ToldDrawing(scored.key.region, told, drawing.farthest_ras, scored.image)


_MEASURES = {Measure.DICE: "Dice", Measure.SURFACE_DICE: "surface Dice", Measure.HD95: "HD95"}


def right_in_words(question: Question) -> str:
    right, facts = question.right_answer, question.facts
    if facts.takes is Takes.CHOICE:
        # The words on the screen, also of an option that stands for an image.
        options = [option for option, text in zip(question.options, right, strict=True) if text == "Y"]
        return (" or " if facts.is_single else "; ").join(options)
    if facts.number:
        return f"{right[0]}{_about(question)} {question.unit}".strip()
    if facts.takes is Takes.TYPED:
        return " or ".join(text.strip() for text in right[0].split("|"))
    return in_words(question, right)


def _about(question: Question) -> str:
    return f" ± {question.tolerance:g}" if question.tolerance else ""


def _points(of: str) -> str:
    return "1 point" if of == "1" else f"{of} points"


def _short(value: float) -> str:
    return f"{round(value, 2):g}"
