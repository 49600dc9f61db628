"""The one thing a host needs to let a reader go through a quiz."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from ..quiz.answer_key import AnswerKey
from ..quiz.model import Page, Quiz
from ..quiz.question_types import Takes
from .answers import Answer, cleaned, invalid_in, is_toggle
from .attempts import attempt_of
from .buttons import Buttons
from .cursor import Cursor, Where
from .drawings import SessionDrawings
from .entries import DraftEntry, LogoutEntry, PresenceEntry, StateEntry
from .files import SessionError
from .marks import SessionMarks
from .measures import SessionMeasures
from .opening import open_results
from .order import PageKey, Position
from .presence import BEAT_S
from .scripts import NO_SCRIPTS, ScriptRules, has_buttons
from .steps import Steps
from .storage import ResultsStore, SaveState

__all__ = ["SaveState", "ScriptRules", "Session", "SessionError", "Where"]


class Session(Steps):
    """One reader's run of one quiz, saved as it goes. Use it from one thread.

    A Button is pressed by ``session.buttons``. What is drawn: put files into ``session.drawings.folder()``
    under ``drawing_file`` and ``line_file``, then tell ``session.drawings.set_drawing`` and ``set_lines``;
    the look of the views goes to ``record_states``, which the host calls in ``when_page_is_left``.

    Saving: an answer is on the disk when ``set_draft`` returns a SaveState that is ``saved``. Where it is
    not (disk full, network folder gone), it waits in memory; every later call tries again, and so does
    ``save_now``, which a host calls from a timer while ``save_state().saved`` is False.
    An answer is a tuple of texts, one for each Option; see ``answers``.
    """

    def __init__(
        self,
        store: ResultsStore,
        scripts: ScriptRules | None,
        clock: Callable[[], float] = time.monotonic,
        key: AnswerKey | None = None,
    ) -> None:
        self._store = store
        self._results = store.results
        self.when_page_is_left: Callable[[], object] = lambda: None
        self.quiz: Quiz = self._results.quiz
        self._cursor = Cursor(self._results, scripts is not None, clock, key)
        self.presence, self.limits = self._cursor.presence, self._cursor.limits
        self.feedback = self._cursor.feedback
        if not self.in_review:
            store.record_all(self._cursor.needs.leaving_interrupted())
            store.record_all(self._cursor.needs.reopening_at_the_start())
        self._cursor.resume()
        self.drawings = SessionDrawings(self._store, self._cursor)
        self.marks = SessionMarks(self._store, self._cursor)
        self.measures = SessionMeasures(self._store, self._cursor)
        self.buttons = Buttons(scripts, self._store, self._cursor, self.drawings.folder)
        self.notices = store.notices
        if scripts is None and not self.in_review and has_buttons(self.quiz):
            self.notices += (NO_SCRIPTS,)
        self.buttons.ask_again()

    @classmethod
    def open(
        cls,
        quiz_path: Path,
        results_folder: Path,
        reader_name: str,
        *,
        seed: int | None = None,
        scripts: ScriptRules | None = None,
        now: Callable[[], datetime] = datetime.now,
        clock: Callable[[], float] = time.monotonic,
        key: AnswerKey | None = None,
        again: bool = False,
    ) -> "Session":
        """Begin the quiz, or take it up at the first page that is not complete.

        ``seed`` decides a new reader's order of page groups (it is stored; without one it is drawn).
        ``scripts`` allows the scripts of Buttons; without it none runs. ``clock()`` gives seconds that only
        go forward. ``key`` says what is right, where the quiz does not itself. ``again`` begins a new
        run, see ``attempts_left``. Raises SessionError: another
        window has it open, nothing can be written, ...
        """
        store = open_results(Path(quiz_path), Path(results_folder), reader_name, seed, now, again)
        return cls(store, scripts, clock, key)

    # What is shown

    @property
    def pages(self) -> tuple[tuple[PageKey, Page], ...]:
        """All pages in the reader's order, repetitions included (to load images ahead)."""
        return tuple((key, self._results.pages[key]) for key in self._results.display_order())

    def is_asked(self, key: PageKey) -> bool:
        """Whether no condition hides the page."""
        return not self._results.is_hidden(key)

    def is_complete(self, key: PageKey) -> bool:
        return self._results.is_complete(key)

    def was_shown(self, key: PageKey) -> bool:
        """Whether the page is, or was, on the screen."""
        return key == self.position.page or self._results.page(key).get("SecondsShown") is not None

    def where(self) -> Where:
        return self._cursor.where()

    def answers(self) -> tuple[Answer, ...]:
        """The answers to show, one for each question of the set."""
        return self._results.answers(self.position)

    def answer(self, question: int, question_set: int | None = None) -> Answer:
        """That to one question of the set, or of another one of the page, counted from 0."""
        return self._results.answer(self._at(question_set), question)

    @property
    def attempts_left(self) -> int:
        """How many runs of the quiz may follow this one, which is finished; 0 before."""
        return self.quiz.attempts - attempt_of(self._results.root) if self.in_review else 0

    @property
    def shown_sets(self) -> list[int]:
        """The question sets of the page that are shown together, counted from 0: all where it tells what is
        right."""
        return self._cursor.shown_sets

    def _at(self, question_set: int | None) -> Position:
        return self.position if question_set is None else Position(self.position.page, question_set)

    def has_refused_value(self) -> bool:
        """Whether the question set has a value that is saved as it was typed, but is no answer."""
        questions = self._cursor.questions
        return any(invalid_in(questions[each], self.answer(each)) for each in self.asked_questions())

    def asked_questions(self, question_set: int | None = None) -> list[int]:
        """Which questions of the set, or of another one of the page, are asked, counted from 0; conditions
        hide the others."""
        return self._results.asked_questions(self._at(question_set))

    # Answering

    def set_draft(self, question: int, texts: Sequence[str]) -> SaveState:
        """Save what the form has now for a question, counted from 0; it becomes a Response on leaving.

        Raises SessionError where the page is locked, the texts are no answer, or the journal is full.
        """
        self._cursor.page_to_change()
        if not 0 <= question < len(self._cursor.questions):
            raise SessionError("This page does not ask such a question.")
        model = self._cursor.questions[question]
        if model.facts.takes in (Takes.PRESS, Takes.MARKS) and not is_toggle(model):
            raise SessionError("A button is answered by pressing it, a mark by placing it.")
        answer, position = cleaned(model, texts), self.position
        if answer == self.answer(question):
            return self._store.retry()
        self._store.require_room()
        return self._store.record(
            DraftEntry(
                page=position.page,
                question_set=position.question_set,
                question=question,
                texts=answer,
                seconds=self._cursor.seconds,
                shown=self.presence.untold_s,
            )
        )

    def record_states(self, states: Sequence[tuple[int, dict[str, str]]]) -> SaveState:
        """The look of the page's images: (image counted from 0, attributes of State such as Window, Level,
        SliceOffset, Orientation, Destination, ViewingMode, Frame). Writes nothing on a locked page."""
        for image, attributes in () if self.locked() else states:
            self._store.record(StateEntry(page=self.position.page, image=image, attributes=attributes))
        return self.save_state()

    def last_state(self, image: int) -> dict[str, str] | None:
        """What ``record_states`` last saved of this image on this very page."""
        return self._results.last_state(self.position.page, image)

    # Saving

    def save_state(self) -> SaveState:
        return self._store.state()

    def save_now(self, results_too: bool = False) -> SaveState:
        """Try again what could not be saved; also write the results file where it is behind the journal."""
        return self._store.save() if results_too else self._store.retry()

    def be_there(self, is_there: bool, since: float | None = None) -> None:
        """Whether the reader can see the screen; ``since`` when that is so, now if it is not known."""
        was_there = self.presence.is_there
        self.presence.be_there(is_there, since)
        if was_there != is_there and self._store.login and not self.in_review and self._store.has_room:
            self._store.record(PresenceEntry(page=self.position.page, is_there=is_there))

    def beat(self) -> None:
        """Tell the journal how long the page is shown; a host calls it every second or two."""
        is_read = not (self.in_review or self._cursor.is_told)
        is_open = self._store.login and is_read and self._store.has_room
        if is_open and self.presence.untold_s >= BEAT_S and self.save_state().saved:
            self._store.record(self._cursor.time_shown())

    def save_copy(self, folder: Path) -> Path:
        """Everything into another folder, where this one cannot be written; raises OSError."""
        return self._store.save_copy(Path(folder))

    def close(self, event: str = "ExitBtn", even_unsaved: bool = False) -> SaveState:
        """Save what is there, write the results and let go of the folder.

        Where something cannot be saved the session stays open, unless ``even_unsaved``, so that the host
        can offer to try again or to save a copy elsewhere.
        """
        self.buttons.stop()
        if self._store.login:
            if not self.in_review:
                self._leave(event)
                self._store.record(LogoutEntry())
            state = self._store.save()
            if not state.saved and not even_unsaved:
                self._cursor.move(self.position)
                return state
        self._store.close()
        return self._store.state()
