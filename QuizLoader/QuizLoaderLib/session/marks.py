"""The marks of the page that is shown: each placed, moved, deleted or brought back is in the journal at once,
and so is each answer of its form."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ..quiz.marked import MarkPlace, mark_questions
from ..quiz.model import Question
from .answers import cleaned, title
from .cursor import Cursor
from .drawings import FILE_NAME_LENGTH, page_folder_name
from .entries import MarkAnswerEntry, MarkEntry, MarkEvent
from .files import SessionError, is_below, safe_name
from .marks_tree import stored_marks
from .order import Position
from .storage import ResultsStore
from .stored_marks import StoredMark, require_room_for_a_mark


class MarkStore(Protocol):
    """Where the marks of one page are kept, for its ``questions``. Question sets and questions count from 0,
    as on the page. ``noun`` is what a sentence calls one of them."""

    noun: str

    @property
    def questions(self) -> Mapping[MarkPlace, Question]: ...

    def stored(self, question_set: int, question: int) -> tuple[StoredMark, ...]:
        """All marks of a question in the order of their numbers, deleted ones too."""

    def require(self, question_set: int, question: int, number: int, event: MarkEvent) -> None:
        """Raises SessionError where ``record`` would take nothing of the mark ``number`` now."""

    def record(
        self, question_set: int, question: int, number: int, event: MarkEvent, facts: Mapping[str, str]
    ) -> None:
        """What happened to the mark ``number``; raises SessionError where it cannot be saved."""

    def answer(
        self, question_set: int, question: int, number: int, form_question: int, texts: Sequence[str]
    ) -> None:
        """An answer in the form of a mark; raises SessionError where it cannot be saved."""

    def file(self, question_set: int, question: int, number: int) -> Path | None:
        """Where the mark is to be written, None where nothing is. Raises SessionError for a place outside of
        the session's results folder."""


class SessionMarks:
    """The MarkStore of a reader's session."""

    noun = "Mark"

    def __init__(self, store: ResultsStore, cursor: Cursor) -> None:
        self._store, self._cursor = store, cursor
        self._known: dict[tuple[Position, int], tuple[int, tuple[StoredMark, ...]]] = {}

    @property
    def questions(self) -> Mapping[MarkPlace, Question]:
        return mark_questions(self._cursor.page)

    def stored(self, question_set: int, question: int) -> tuple[StoredMark, ...]:
        # They are asked for several times between two entries, and there may be hundreds.
        results, at = self._store.results, self._at(question_set)
        number, marks = self._known.get((at, question), (-1, ()))
        if number != results.number:
            marks = stored_marks(results, at, question)
            self._known[at, question] = (results.number, marks)
        return marks

    def require(self, question_set: int, question: int, number: int, event: MarkEvent) -> None:
        self._cursor.page_to_change()
        there = [mark for mark in self.stored(question_set, question) if not mark.is_deleted]
        is_new = all(mark.number != number for mark in there)
        if is_new and event is not MarkEvent.DELETED:
            require_room_for_a_mark(self._model(question_set, question), len(there))
        self._store.require_room()

    def record(
        self, question_set: int, question: int, number: int, event: MarkEvent, facts: Mapping[str, str]
    ) -> None:
        page = self._cursor.page_to_change()
        self.require(question_set, question, number, event)
        if event is MarkEvent.PLACED:
            facts = {**facts, "Seconds": f"{self._cursor.seconds_on_page:.3f}"}
        path = self.file(question_set, question, number)
        self._store.record(
            MarkEntry(
                page=page,
                question_set=question_set,
                question=question,
                mark=number,
                event=event,
                path=path.relative_to(self._store.files.folder.parent).as_posix(),
                facts=facts,
                seconds=self._cursor.seconds,
            )
        )
        self._stay_at_what_is_asked()

    def answer(
        self, question_set: int, question: int, number: int, form_question: int, texts: Sequence[str]
    ) -> None:
        page, model = self._cursor.page_to_change(), self._model(question_set, question)
        mark = next((each for each in self.stored(question_set, question) if each.number == number), None)
        if mark is None or mark.is_deleted or not 0 <= form_question < len(model.questions):
            raise SessionError(f"There is no mark {number} of {title(model)} to answer for.")
        answer = cleaned(model.questions[form_question], texts)
        if answer == mark.answers[form_question]:
            return
        self._store.require_room()
        self._store.record(
            MarkAnswerEntry(
                page=page,
                question_set=question_set,
                question=question,
                mark=number,
                form_question=form_question,
                texts=answer,
                seconds=self._cursor.seconds,
            )
        )

    def file(self, question_set: int, question: int, number: int) -> Path:
        """``<PageID>_Mark<set>-<question>_<number>_quizmark.mrk.json`` in the page's folder, all from 1."""
        return markup_file(self._store, self._cursor, f"Mark{question_set + 1}-{question + 1}_{number}")

    def _stay_at_what_is_asked(self) -> None:
        """Where a condition counts marks of an earlier question set, and hides the one shown now, the
        reader goes to the nearest before it."""
        page, here = self._cursor.position.page, self._cursor.position.question_set
        asked = self._store.results.asked_sets(page)
        if asked and here not in asked:
            self._store.record(self._cursor.leaving("Previous", passed=False, to=None))
            self._cursor.move(Position(page, max((each for each in asked if each < here), default=asked[0])))

    def _at(self, question_set: int) -> Position:
        return Position(self._cursor.position.page, question_set)

    def _model(self, question_set: int, question: int) -> Question:
        return self._cursor.page.question_sets[question_set].questions[question]


def markup_file(store: ResultsStore, cursor: Cursor, name: str) -> Path:
    """A file in the folder of the page that is shown. Raises SessionError where it would be outside of the
    session's results folder."""
    page = cursor.page
    folder = store.files.folder / page_folder_name(store.results.quiz, page)
    path = folder / f"{safe_name(page.id, FILE_NAME_LENGTH)}_{name}_quizmark.mrk.json"
    if not is_below(path, store.files.folder.resolve()):
        raise SessionError(f"The file “{path}” is outside the session's results folder.")
    return path
