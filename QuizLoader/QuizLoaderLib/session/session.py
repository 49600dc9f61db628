"""The one thing a host needs to let a reader go through a quiz."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from ..quiz.model import Page, Quiz
from ..quiz.question_types import Takes
from .answers import Answer, cleaned, invalid_in, is_toggle
from .buttons import Buttons
from .cursor import Cursor, Where
from .drawings import SessionDrawings
from .entries import DraftEntry, FinishEntry, LogoutEntry, StateEntry
from .files import SessionError
from .opening import open_results
from .order import PageKey, Position
from .presence import BEAT_S
from .scripts import NO_SCRIPTS, ScriptRules, has_buttons
from .storage import ResultsStore, SaveState

__all__ = ["SaveState", "ScriptRules", "Session", "SessionError", "Where"]


class Session:
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
    ) -> None:
        self._store = store
        self._results = store.results
        self.when_page_is_left: Callable[[], object] = lambda: None
        self.quiz: Quiz = self._results.quiz
        self._cursor = Cursor(self._results, scripts is not None, clock)
        self.presence = self._cursor.presence
        if not self.in_review:
            store.record_all(self._cursor.leaving_interrupted())
            store.record_all(self._cursor.reopening())
        self._cursor.resume()
        self.drawings = SessionDrawings(self._store, self._cursor)
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
    ) -> "Session":
        """Begin the quiz, or take it up at the first page that is not complete.

        ``seed`` decides a new reader's order of page groups (it is stored; without one it is drawn).
        ``scripts`` allows the scripts of Buttons; without it none runs. ``clock()`` gives seconds that only
        go forward. Raises SessionError: another window has it open, nothing can be written, ...
        """
        store = open_results(Path(quiz_path), Path(results_folder), reader_name, seed, now)
        return cls(store, scripts, clock)

    # What is shown

    @property
    def in_review(self) -> bool:
        """The quiz is finished: the pages can be looked at, and nothing changes."""
        return self._results.is_finished

    @property
    def pages(self) -> tuple[tuple[PageKey, Page], ...]:
        """All pages in the reader's order, repetitions included (to load images ahead)."""
        return tuple((key, self._results.pages[key]) for key in self._results.display_order())

    @property
    def position(self) -> Position:
        return self._cursor.position

    def where(self) -> Where:
        return self._cursor.where()

    def answers(self) -> tuple[Answer, ...]:
        """The answers to show, one for each question of the set."""
        return self._results.answers(self.position)

    def answer(self, question: int) -> Answer:
        """That to one question of the set, counted from 0."""
        return self._results.answer(self.position, question)

    def locked(self) -> bool:
        """The page cannot be changed: it is complete and allows one response, or the quiz is finished."""
        return self._cursor.is_locked

    def missing(self) -> list[str]:
        """What stops the reader from going on, as sentences; the same in all hosts."""
        if self.in_review:
            return []
        here = [] if self.locked() else self._missing_here()
        return here + self._cursor.missing_elsewhere()

    def has_refused_value(self) -> bool:
        """Whether the question set has a value that is saved as it was typed, but is no answer."""
        questions = self._cursor.questions
        return any(invalid_in(questions[each], self.answer(each)) for each in self.asked_questions())

    def asked_questions(self) -> list[int]:
        """Which questions of the set are asked, counted from 0; conditions hide the others."""
        return self._cursor.asked_questions

    # Answering

    def set_draft(self, question: int, texts: Sequence[str]) -> SaveState:
        """Save what the form has now for a question, counted from 0; it becomes a Response on leaving.

        Raises SessionError where the page is locked, the texts are no answer, or the journal is full.
        """
        self._cursor.page_to_change()
        if not 0 <= question < len(self._cursor.questions):
            raise SessionError("This page does not ask such a question.")
        model = self._cursor.questions[question]
        if model.facts.takes is Takes.PRESS and not is_toggle(model):
            raise SessionError("A button is answered by pressing it.")
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

    # Going on

    def next(self) -> list[str]:
        """One position on. Returns what is missing; nothing where the reader moved."""
        following = self._cursor.required(self._cursor.following, "This is the last page; finish the quiz.")
        if not (sentences := self.missing()):
            self._go(following, "NextBtn", passed=True)
        return sentences

    def previous(self) -> None:
        """One position back; what is there stays as it is, complete or not."""
        self._go(self._cursor.required(self._cursor.before, "This is the first page."), "Previous")

    def go_to_bookmark(self) -> None:
        bookmark = self._cursor.required(self._cursor.bookmark, "There is no bookmarked page to go to.")
        self._go(bookmark, "GoToBookmark", back=self.position)

    def return_from_bookmark(self) -> None:
        back = self._cursor.required(self._cursor.way_back, "There is no page to return to.")
        self._go(back, "ReturnFromBookmark")

    def repeat(self) -> list[str]:
        """Complete this looping page and go to a new copy of it. Returns what is missing."""
        if not self._cursor.can_repeat:
            raise SessionError("This page cannot be repeated now.")
        number = self.position.page.number
        copy = Position(PageKey(number, self._results.last_repetition(number) + 1))
        if not (sentences := self._missing_here()):
            self._go(copy, "Repeat", passed=True)
        return sentences

    def finish(self) -> list[str]:
        """Lock all answers for good. Returns what is missing; nothing where the quiz is finished now."""
        if self.in_review or self._cursor.following is not None:
            raise SessionError("Only the last page can finish the quiz.")
        if sentences := self.missing():
            return sentences
        self._leave("Finish", passed=True)
        self._store.record(FinishEntry())
        self._store.save()
        return []

    # Saving

    def save_state(self) -> SaveState:
        return self._store.state()

    def save_now(self) -> SaveState:
        """Try again what could not be saved."""
        return self._store.retry()

    def beat(self) -> None:
        """Tell the journal how long the page is shown; a host calls it every second or two."""
        is_open = self._store.login and not self.in_review and self._store.has_room
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

    # Inside

    def _missing_here(self) -> list[str]:
        return self.buttons.running() + self._cursor.missing_here()

    def _go(self, position: Position, event: str, passed: bool = False, back: Position | None = None) -> None:
        self._store.require_room(for_a_step=True)
        left = self.position.page
        self._leave(event, passed, to=position)
        if event == "Repeat":
            position = self._cursor.first_of(position.page)
        self._cursor.move(position, back)
        if left != position.page:
            self.buttons.ask_again()
            if not self.in_review:
                self._store.save()

    def _leave(self, event: str, passed: bool = False, to: Position | None = None) -> None:
        """Write the Responses of this set; a page that is no longer complete is marked so."""
        if running := self.buttons.running():
            raise SessionError(running[0])
        leaves_page = to is None or to.page != self.position.page
        if self.locked():
            if leaves_page and not self.in_review:
                self._store.record(self._cursor.time_shown())
            return
        if leaves_page:
            self.when_page_is_left()
        self._store.record(self._cursor.leaving(event, passed, to))
        self._store.record_all(self._cursor.reopening())
