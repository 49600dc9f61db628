"""What is measured on the page that is shown, besides lines: each that is placed, moved, deleted or brought
back is in the journal at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..quiz.marked import MEASURES, MEASURES_PLACE, MarkPlace
from ..quiz.model import Question
from .cursor import Cursor
from .entries import MarkEvent, MeasureEntry
from .files import SessionError
from .marks import markup_file
from .marks_tree import stored_measures
from .storage import ResultsStore
from .stored_marks import StoredMark


class SessionMeasures:
    """The MarkStore of what is measured in a reader's session."""

    noun = "Measure"
    questions: Mapping[MarkPlace, Question] = {MEASURES_PLACE: MEASURES}

    def __init__(self, store: ResultsStore, cursor: Cursor) -> None:
        self._store, self._cursor = store, cursor

    def stored(self, question_set: int, question: int) -> tuple[StoredMark, ...]:
        return stored_measures(self._store.results, self._cursor.position.page)

    def require(self, question_set: int, question: int, number: int, event: MarkEvent) -> None:
        self._cursor.page_to_change()
        self._store.require_room()

    def record(
        self, question_set: int, question: int, number: int, event: MarkEvent, facts: Mapping[str, str]
    ) -> None:
        page, path = self._cursor.page_to_change(), self.file(question_set, question, number)
        self.require(question_set, question, number, event)
        self._store.record(
            MeasureEntry(
                page=page,
                measure=number,
                event=event,
                path=path.relative_to(self._store.files.folder.parent).as_posix(),
                facts=facts,
            )
        )

    def answer(
        self, question_set: int, question: int, number: int, form_question: int, texts: Sequence[str]
    ) -> None:
        raise SessionError("What is measured has no form.")

    def file(self, question_set: int, question: int, number: int) -> Path:
        """``<PageID>_Measure_<number>_quizmark.mrk.json`` in the page's folder."""
        return markup_file(self._store, self._cursor, f"Measure_{number}")
