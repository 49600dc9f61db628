"""What a reader drew and marked beside an expert's regions: compared once for each page, when that may be
told."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ..quiz.image_folder import ImageFolder
from ..quiz.model import Question
from ..quiz.problems import ExplainedError
from ..quiz.right_answer_rules import has_right_answer
from ..session.order import PageKey, Position
from .answers import Where
from .work_ahead import WorkAhead

if TYPE_CHECKING:
    from ..images.files.file_facts import Stamp
    from ..masks.drawing_cases import PageDrawing
    from ..quiz.drawing_keys import DrawingKey
    from ..results.drawings.key_comparison import ScoredDrawing
    from ..results.mark_scores import Lesions, ScoredMark
    from ..results.marks_table import PlacedMark
    from ..session.feedback import SessionFeedback
    from ..session.results_parser import ReadPage
    from ..session.session import Session
    from ..session.tree import Element
    from .differences import ToldRegion


_DRAWN, _MARKED = "drawn", "marked"
"""What is compared on a page."""


class NotWrittenError(ExplainedError):
    """The files of drawings are behind their journals, but for a moment."""


@dataclass(frozen=True)
class ComparedDrawing:
    """``farthest_ras`` is where both are farthest from each other, mm in RAS; None where they are the same or
    one is empty."""

    scored: "ScoredDrawing"
    farthest_ras: tuple[float, float, float] | None


@dataclass(frozen=True)
class PageDrawingScores:
    """``fault`` says why nothing of the page can be compared."""

    drawings: tuple[ComparedDrawing, ...] = ()
    fault: str = ""


@dataclass(frozen=True)
class MarkScores:
    """Of a Mark question; ``fault`` says why its marks cannot be compared."""

    scored: "tuple[ScoredMark, ...]" = ()
    fault: str = ""


@dataclass(frozen=True)
class _DrawnPage:
    """What is compared with what: equal as long as nobody draws."""

    keys: "tuple[tuple[str, DrawingKey], ...]"
    drawings: "tuple[PageDrawing, ...]"
    stamp: "Stamp"


@dataclass(frozen=True, eq=False)
class _Compared:
    """``of`` a page; ``regions`` only where the reader is: they are as large as the drawings."""

    of: _DrawnPage
    scores: PageDrawingScores
    regions: "tuple[ToldRegion, ...] | None" = None


@dataclass(frozen=True)
class _MarkedQuestion:
    """What the results have of it, for any thread; equal as long as nobody marks."""

    where: Where
    question: Question
    marks: "tuple[PlacedMark, ...]"
    element: "Element" = field(compare=False)
    page: "ReadPage" = field(compare=False)


@dataclass(frozen=True, eq=False)
class _Found:
    """Of the lesions of a page, as ``_Compared``."""

    of: tuple[_MarkedQuestion, ...]
    scores: Mapping[Where, MarkScores]
    regions: "tuple[ToldRegion, ...] | None" = None


_Scored = TypeVar("_Scored", _Compared, _Found)


class ExpertScores:
    """Of a session's pages that tell what is right, from the files of its drawings, its marks, and the files
    of experts in the image ``folder``. What is not prepared by a thread stops the window."""

    def __init__(self, session: "Session", folder: ImageFolder) -> None:
        self._session, self.folder = session, folder
        self._prepared = WorkAhead("scores")
        self._drawings: dict[PageKey, PageDrawingScores] = {}
        self._marks: dict[PageKey, Mapping[Where, MarkScores]] = {}
        self._drawn: tuple[PageKey, tuple[ToldRegion, ...]] | None = None
        self._to_find: tuple[PageKey, tuple[ToldRegion, ...]] | None = None
        self._lesions: Lesions | None = None

    def prepare_step(self, step: str) -> bool:
        """Have a thread compare what is told after it; to be called until it gives that all is done."""
        return self._prepare(_told_after(self._session, step))

    def prepare_page(self) -> bool:
        """The same of what is told where the reader is."""
        return self._prepare(_told_here(self._session))

    def _prepare(self, keys: Iterable[PageKey]) -> bool:
        feedback = self._session.feedback
        for key in keys:
            if not self._is_compared(key) and (_DRAWN, key) not in self._prepared:
                with suppress(NotWrittenError):
                    if feedback.drawing_keys(key):
                        self._prepared.begin((_DRAWN, key), self._comparison(key)[1])
            is_under_way = (_MARKED, key) in self._prepared
            if not is_under_way and not self._is_found(key) and _has_lesions(feedback, key):
                self._prepared.begin((_MARKED, key), self._finding(key)[1])
        return self.is_prepared

    @property
    def is_prepared(self) -> bool:
        """Whether no thread is at work."""
        return self._prepared.is_done

    def close(self) -> None:
        """The session is over."""
        self._prepared.close()

    def drawings(self, key: PageKey) -> PageDrawingScores:
        """They do not change any more."""
        feedback = self._session.feedback
        if not (feedback.drawing_keys(key) and feedback.is_told(key)):
            return PageDrawingScores()
        if key not in self._drawings:
            try:
                self._compare(key)
            except NotWrittenError as fault:
                return PageDrawingScores(fault=str(fault))
        return self._drawings[key]

    def marks(self, key: PageKey) -> Mapping[Where, MarkScores]:
        """By question set of the page and number."""
        if not self._session.feedback.is_told(key):
            return {}
        if key not in self._marks:
            self._find(key)
        return self._marks[key]

    @property
    def told(self) -> "tuple[ToldRegion, ...]":
        """Of the page that is shown, where it tells what is right now; nothing where a file is gone since."""
        key, feedback = self._session.position.page, self._session.feedback
        if not feedback.is_told(key):
            return ()
        if self.drawings(key).drawings and not self._is_compared(key):
            with suppress(NotWrittenError):
                self._compare(key)
        if not self._is_found(key):
            self._find(key)
        both = (self._drawn, self._to_find)
        return tuple(region for regions in both if regions and regions[0] == key for region in regions[1])

    def _is_here(self, key: PageKey) -> bool:
        return key == self._session.position.page

    def _is_compared(self, key: PageKey) -> bool:
        return key in self._drawings and _has(self._drawn, key, self._is_here(key))

    def _is_found(self, key: PageKey) -> bool:
        return key in self._marks and _has(self._to_find, key, self._is_here(key))

    def _compare(self, key: PageKey) -> None:
        """At once, where a thread has not. Raises NotWrittenError."""
        compared = self._take(_DRAWN, key, *self._comparison(key))
        self._drawings[key] = compared.scores
        if self._is_here(key):
            self._drawn = key, compared.regions or ()

    def _find(self, key: PageKey) -> None:
        """The same of marks."""
        found = self._take(_MARKED, key, *self._finding(key))
        self._marks[key] = found.scores
        if self._is_here(key):
            self._to_find = key, found.regions or ()

    def _take(self, kind: str, key: PageKey, of: object, work: Callable[[], _Scored]) -> _Scored:
        """Of what is there now, with the voxels that are shown where the reader is."""
        is_here = self._is_here(key)

        def holds(scored: _Scored) -> bool:
            return scored.of == of and (scored.regions is not None or not is_here)

        return self._prepared.take((kind, key), holds, work)

    def _comparison(self, key: PageKey) -> "tuple[_DrawnPage, Callable[[], _Compared]]":
        """What is compared, and how. Raises NotWrittenError."""
        from ..images.files.file_facts import stamp_of
        from ..masks.drawing_cases import page_drawings

        results, page = self._session.drawings.read_page(key)
        drawings = page_drawings(results, page)
        if any(each.remarks(results) for each in drawings):
            raise NotWrittenError("The files of the drawings are not written yet.")
        stamp = tuple(part for each in drawings if each.source for part in stamp_of(each.source))
        drawn = _DrawnPage(tuple(self._session.feedback.drawing_keys(key)), tuple(drawings), stamp)
        return drawn, partial(_compare, drawn, _copied(page), self.folder, self._is_here(key))

    def _finding(self, key: PageKey) -> "tuple[tuple[_MarkedQuestion, ...], Callable[[], _Found]]":
        marked = tuple(self._marked(key))
        return marked, partial(_find, marked, self._the_lesions(), self._is_here(key))

    def _marked(self, key: PageKey) -> "Iterator[_MarkedQuestion]":
        """The Mark questions with a right answer, and what the results have of them."""
        from ..results.marks_table import placed_marks

        scored = [
            (position, number, question)
            for position, number, question, _ in self._session.feedback.answers(key)
            if has_right_answer(question) and not question.right_answer
        ]
        if not scored:
            # To read a page takes as long as there are pages.
            return
        page = _copied(self._session.drawings.read_page(key)[1])
        sets = page.element.findall("QuestionSet")
        for position, number, question in scored:
            element = sets[position.question_set].findall("Question")[number]
            where, marks = place_of(position, number), tuple(placed_marks(element))
            yield _MarkedQuestion(where, question, marks, element, page)

    def _the_lesions(self) -> "Lesions":
        from ..results.mark_scores import Lesions

        self._lesions = self._lesions or Lesions(self.folder)
        return self._lesions


def _has(regions: "tuple[PageKey, object] | None", key: PageKey, is_here: bool) -> bool:
    """Whether the voxels are known that are shown where the reader is."""
    return not is_here or (regions is not None and regions[0] == key)


def _has_lesions(feedback: "SessionFeedback", key: PageKey) -> bool:
    """Whether marks are compared with the files of experts."""
    keys = (key for question in feedback.page(key).questions for key in question.keys)
    return any(not each.is_none for each in keys)


def _copied(page: "ReadPage") -> "ReadPage":
    """What the results have of it now, for any thread."""
    return replace(page, element=deepcopy(page.element))


def place_of(position: Position, number: int) -> Where:
    return position.question_set, number


def needs_files(session: "Session", step: str) -> bool:
    """Whether the files of all drawings are written before a step: what it scores, or a script looks for, is
    in them."""
    if step in ("next", "time_out"):
        key = session.position.page
        is_scored = session.feedback.is_awaited(key) and bool(session.feedback.drawing_keys(key))
        return is_scored or (step == "time_out" and session.limits.is_quiz_over)
    return step in ("finish", "press")


def _told_after(session: "Session", step: str) -> Sequence[PageKey]:
    """Those whose drawings are scored because of the step, if it can be made."""
    feedback, here, is_over = session.feedback, session.position.page, step == "time_out"
    told: list[PageKey] = []
    if step == "finish" or (is_over and session.limits.is_quiz_over):
        ends = feedback.is_given and (is_over or not session.missing())
        told = [key for key, _page in session.pages] if ends else []
    elif (is_over and feedback.is_awaited(here)) or (step == "next" and session.where().tells_on_leaving):
        told = [here] if is_over or not session.missing_here() else []
    return told


def _told_here(session: "Session") -> Sequence[PageKey]:
    """Those whose scores are shown where the reader is."""
    feedback, here = session.feedback, session.position.page
    told = [key for key, _page in session.pages] if feedback.is_at_the_end else [here]
    return [key for key in told if feedback.is_told(key)]


def _compare(drawn: _DrawnPage, page: "ReadPage", folder: ImageFolder, is_here: bool) -> _Compared:
    from ..results.drawings.key_comparison import region_pairs
    from ..scoring.drawings import farthest_point_ras
    from .differences import ToldRegion

    scores, regions = [], []
    try:
        for pair in region_pairs(drawn.keys, page, drawn.drawings, folder):
            scores.append(ComparedDrawing(pair.scored, farthest_point_ras(*pair.drawn)))
            regions += [ToldRegion.of(pair)] if is_here else []
    except ExplainedError as fault:
        return _Compared(drawn, PageDrawingScores(fault=str(fault)), ())
    return _Compared(drawn, PageDrawingScores(tuple(scores)), tuple(regions) if is_here else None)


def _find(marked: tuple[_MarkedQuestion, ...], lesions: "Lesions", is_here: bool) -> _Found:
    from ..results.mark_scores import score_marks
    from .differences import ToldRegion

    scores: dict[Where, MarkScores] = {}
    regions: list[ToldRegion] = []
    for each in marked:
        of_question = each.question, each.element, each.page
        try:
            scores[each.where] = MarkScores(tuple(score_marks(*of_question, lesions)))
        except ExplainedError as fault:
            scores[each.where] = MarkScores(fault=str(fault))
            continue
        regions += map(ToldRegion.of, lesions.regions(*of_question) if is_here else ())
    return _Found(marked, scores, tuple(regions) if is_here else None)
