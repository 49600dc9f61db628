"""What a reader drew and marked beside an expert's regions: compared once for each page, when that may be
told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..quiz.image_folder import ImageFolder
from ..quiz.model import Question
from ..quiz.problems import ExplainedError
from ..quiz.right_answer_rules import has_right_answer
from ..session.order import PageKey, Position
from .answers import Where

if TYPE_CHECKING:
    from ..images.files.file_facts import Stamp
    from ..masks.drawing_cases import PageDrawing
    from ..quiz.drawing_keys import DrawingKey
    from ..results.drawings.key_comparison import RegionPair, ScoredDrawing
    from ..results.mark_scores import LesionRegion, Lesions, ScoredMark
    from ..session.results_parser import ReadPage
    from ..session.session import Session
    from ..session.tree import Element


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
    """``pairs`` only of the page where the reader is: they are as large as the drawings."""

    scores: PageDrawingScores
    pairs: "tuple[RegionPair, ...]" = ()


class ExpertScores:
    """Of a session's pages that tell what is right, from the files of its drawings, its marks, and the files
    of experts in the image ``folder``. What is not prepared by a thread stops the window."""

    def __init__(self, session: "Session", folder: ImageFolder) -> None:
        self._session, self.folder = session, folder
        self._thread = ThreadPoolExecutor(1, "scores")
        self._coming: dict[PageKey, tuple[_DrawnPage, Future[_Compared]]] = {}
        self._drawings: dict[PageKey, PageDrawingScores] = {}
        self._marks: dict[PageKey, dict[Where, MarkScores]] = {}
        self._pairs: tuple[PageKey, tuple[RegionPair, ...]] | None = None
        self._lesions: Lesions | None = None

    def prepare_step(self, step: str) -> bool:
        """Have a thread compare what is told after it; to be called until it gives that all is done."""
        return self._prepare(_told_after(self._session, step))

    def prepare_page(self) -> bool:
        """The same of what is told where the reader is."""
        return self._prepare(_told_here(self._session))

    def _prepare(self, keys: Iterable[PageKey]) -> bool:
        for key in keys:
            is_known = key in self._drawings and not self._lacks_pairs(key)
            if not is_known and key not in self._coming:
                with suppress(NotWrittenError):
                    drawn, page = self._drawn_on(key)
                    is_here = self._is_here(key)
                    compared = self._thread.submit(_compare, drawn, page, self.folder, is_here)
                    self._coming[key] = drawn, compared
        return self.is_prepared

    @property
    def is_prepared(self) -> bool:
        """Whether no thread is at work."""
        return all(compared.done() for _drawn, compared in self._coming.values())

    def close(self) -> None:
        """The session is over."""
        self._thread.shutdown(wait=False, cancel_futures=True)

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
            self._marks[key] = dict(self._scored_marks(key))
        return self._marks[key]

    @property
    def told(self) -> "tuple[RegionPair | LesionRegion, ...]":
        """Of the page that is shown, where it tells what is right now; nothing where a file is gone since."""
        key = self._session.position.page
        found: list[RegionPair | LesionRegion] = []
        if self._session.feedback.is_told(key):
            with suppress(ExplainedError):
                found += self._pairs_of_here(key) if self.drawings(key).drawings else ()
            with suppress(ExplainedError):
                for _, question, element, page in self._marked(key):
                    found += self._the_lesions().regions(question, element, page)
        return tuple(found)

    def _pairs_of_here(self, key: PageKey) -> "tuple[RegionPair, ...]":
        """The voxels themselves. Raises NotWrittenError."""
        if self._lacks_pairs(key):
            self._compare(key)
        return self._pairs[1] if self._pairs else ()

    def _is_here(self, key: PageKey) -> bool:
        return key == self._session.position.page

    def _lacks_pairs(self, key: PageKey) -> bool:
        return self._is_here(key) and (self._pairs is None or self._pairs[0] != key)

    def _compare(self, key: PageKey) -> None:
        """At once, where a thread has not. Raises NotWrittenError."""
        drawn, page = self._drawn_on(key)
        before, coming = self._coming.pop(key, (None, None))
        compared = coming.result() if coming and before == drawn else None
        if compared is None or (self._is_here(key) and len(compared.pairs) < len(compared.scores.drawings)):
            compared = _compare(drawn, page, self.folder, self._is_here(key))
        self._drawings[key] = compared.scores
        if self._is_here(key):
            self._pairs = key, compared.pairs

    def _drawn_on(self, key: PageKey) -> "tuple[_DrawnPage, ReadPage]":
        """With a copy of what the results have of the page, for any thread. Raises NotWrittenError."""
        from ..images.files.file_facts import stamp_of
        from ..masks.drawing_cases import page_drawings

        results, page = self._session.drawings.read_page(key)
        drawings = page_drawings(results, page)
        if any(each.remarks(results) for each in drawings):
            raise NotWrittenError("The files of the drawings are not written yet.")
        stamp = tuple(part for each in drawings if each.source for part in stamp_of(each.source))
        drawn = _DrawnPage(tuple(self._session.feedback.drawing_keys(key)), tuple(drawings), stamp)
        return drawn, replace(page, element=deepcopy(page.element))

    def _scored_marks(self, key: PageKey) -> Iterator[tuple[Where, MarkScores]]:
        from ..results.mark_scores import score_marks

        for where, question, element, page in self._marked(key):
            try:
                scored = tuple(score_marks(question, element, page, self._the_lesions()))
                yield where, MarkScores(scored)
            except ExplainedError as fault:
                yield where, MarkScores(fault=str(fault))

    def _marked(self, key: PageKey) -> "Iterator[tuple[Where, Question, Element, ReadPage]]":
        """The Mark questions with a right answer, and what the results have of them."""
        scored = [
            (position, number, question)
            for position, number, question, _ in self._session.feedback.answers(key)
            if has_right_answer(question) and not question.right_answer
        ]
        if not scored:
            # To read a page takes as long as there are pages.
            return
        page = self._session.drawings.read_page(key)[1]
        sets = page.element.findall("QuestionSet")
        for position, number, question in scored:
            element = sets[position.question_set].findall("Question")[number]
            yield place_of(position, number), question, element, page

    def _the_lesions(self) -> "Lesions":
        from ..results.mark_scores import Lesions

        self._lesions = self._lesions or Lesions(self.folder)
        return self._lesions


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
    return [key for key in told if feedback.drawing_keys(key)]


def _told_here(session: "Session") -> Sequence[PageKey]:
    """Those whose scores are shown where the reader is."""
    feedback, here = session.feedback, session.position.page
    told = [key for key, _page in session.pages] if feedback.is_at_the_end else [here]
    return [key for key in told if feedback.is_told(key) and feedback.drawing_keys(key)]


def _compare(drawn: _DrawnPage, page: "ReadPage", folder: ImageFolder, keeps_pairs: bool) -> _Compared:
    from ..results.drawings.key_comparison import region_pairs
    from ..scoring.drawings import farthest_point_ras

    scores, pairs = [], []
    try:
        for pair in region_pairs(drawn.keys, page, drawn.drawings, folder):
            scores.append(ComparedDrawing(pair.scored, farthest_point_ras(*pair.drawn)))
            pairs += [pair] if keeps_pairs else []
    except ExplainedError as fault:
        return _Compared(PageDrawingScores(fault=str(fault)))
    return _Compared(PageDrawingScores(tuple(scores)), tuple(pairs))
