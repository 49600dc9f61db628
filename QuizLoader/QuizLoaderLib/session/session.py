"""The one thing a host needs to let a reader go through a quiz."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from ..quiz.model import Page, Question, Quiz
from ..quiz.question_types import Takes
from .answers import Answer, cleaned, is_toggle, missing_answers
from .buttons import Press, Presses, start_script, to_press_again
from .drawings import DrawingPlaces
from .files import SessionError, timestamp
from .journal import Entry
from .navigation import Route, Where, can_repeat
from .opening import Opened, open_results
from .order import PageKey, Position
from .requirements import incomplete_pages, missing_drawings, missing_on_page
from .scripts import NO_SCRIPTS, ScriptOutcome, ScriptRules, has_buttons
from .storage import SaveState

__all__ = ["SaveState", "ScriptRules", "Session", "SessionError", "Where"]


class Session:
    """One reader's run of one quiz, saved as it goes. Use it from one thread.

    The life of a session::

        session = Session.open(quiz_path, results_folder, "Dr. Chen")   # SessionError: say it, stop
        show(session.notices)                      # quiz changed, clock set back, ...
        while ...:
            where = session.where()                # show where.page, ask where.question_set
            form.fill(session.answers())           # and grey it where session.locked()
            session.set_draft(2, ("Y", "N"))       # at each change (typed text: after a short pause)
            show(session.save_state().sentence)
            form.show(session.missing())           # plain sentences; empty: Next may be pressed
            missing = session.next()               # or previous(), repeat(), go_to_bookmark()
        missing = session.finish()                 # then session.in_review is True: nothing can change
        session.close()

    What is drawn: put files into ``session.drawings.folder()`` under ``drawing_file`` and ``line_file``,
    then tell ``session.drawings.set_contour`` and ``set_lines``; the look of the views goes to
    ``record_states``, which the host calls in ``when_page_is_left``.

    Saving: an answer is on the disk when ``set_draft`` returns a SaveState that is ``saved``. Where it is
    not (disk full, network folder gone), it is kept in memory; every later call tries again, and so does
    ``save_now``, which a host calls from a timer while ``save_state().saved`` is False.

    An answer is a tuple of texts, one for each Option; see ``answers``.
    """

    def __init__(self, opened: Opened, scripts: ScriptRules | None, now: Callable[[], datetime]) -> None:
        self._store = opened.store
        self._results = opened.store.results
        self._login = opened.login
        self._scripts = scripts
        self._now = now
        self.when_page_is_left: Callable[[], object] = lambda: None
        self.quiz: Quiz = opened.quiz
        self.drawings = DrawingPlaces(
            opened.store.files, self._results, self._record, self._page_to_change, lambda: self._position.page
        )
        self._presses = Presses()
        self._route = Route(self._results.display_order(), self._results.pages)
        self._leave_interrupted()
        resumed = self._route.first_incomplete(self._results.is_complete)
        # All complete but not finished: the last position, where Finish is.
        self._position = self._route.positions[0] if self.in_review else resumed or self._route.positions[-1]
        self.notices = opened.notices
        if scripts is None and not self.in_review and has_buttons(self.quiz):
            self.notices += (NO_SCRIPTS,)
        self._arrive(None)

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
    ) -> "Session":
        """Begin the quiz, or take it up at the first page that is not complete.

        ``seed`` decides a new reader's order of page groups (it is stored; without one it is drawn).
        ``scripts`` allows the scripts of Buttons; without it none runs. Raises SessionError with one
        sentence: another window has it open, another quiz's results are there, nothing can be written, ...
        """
        opened = open_results(Path(quiz_path), Path(results_folder), reader_name, seed, now)
        return cls(opened, scripts, now)

    # What is shown

    @property
    def in_review(self) -> bool:
        """The quiz is finished: the pages can be looked at, and nothing changes."""
        return self._results.is_finished

    @property
    def pages(self) -> tuple[tuple[PageKey, Page], ...]:
        """All pages in the reader's order, repetitions included (to read images ahead)."""
        keys = dict.fromkeys(position.page for position in self._route.positions)
        return tuple((key, self._results.pages[key]) for key in keys)

    def where(self) -> Where:
        return self._route.where(self._position, self._results.is_complete, self._can_repeat())

    def answers(self) -> tuple[Answer, ...]:
        """The answers to show, one for each question of the set."""
        return self._results.answers(self._position)

    def answers_at(self, position: Position) -> tuple[Answer, ...]:
        """The answers of any position, to look back at them."""
        return self._results.answers(position)

    def locked(self) -> bool:
        """The page cannot be changed: it is complete and allows one response, or the quiz is finished."""
        page = self._results.pages[self._position.page]
        return self.in_review or (
            self._results.is_complete(self._position.page) and not page.allow_multiple_response
        )

    def missing(self) -> list[str]:
        """What keeps the reader from going on, as sentences; the same in all hosts."""
        if self.in_review:
            return []
        position = self._position
        sentences = [] if self.locked() else self._missing_here()
        if self._route.after(position) is None:
            others = (
                page.title
                for key, page in self.pages
                if key != position.page and not self._results.is_complete(key)
            )
            sentences += incomplete_pages(list(others))
        return sentences

    # Answering

    def set_draft(self, question: int, texts: Sequence[str]) -> SaveState:
        """Keep what the form has now for a question, counted from 0; it becomes a Response on leaving.

        Raises SessionError where the page is locked or the texts are no answer to the question.
        """
        self._page_to_change()
        model = self._questions()[question]
        if model.facts.takes is Takes.PRESS and not is_toggle(model):
            raise SessionError("A button is answered by pressing it.")
        return self._set_draft(question, cleaned(model, texts))

    def press(self, question: int, option: int) -> ScriptOutcome:
        """A Button is pressed: its script runs (this waits up to the time limit), and its result is kept."""
        return self.end_press(self.start_press(question, option))

    def start_press(self, question: int, option: int) -> Press:
        """As ``press``, without waiting: ``end_press`` is for when ``Press.script.is_done``."""
        self._page_to_change()
        model = self._questions()[question]
        if model.facts.takes is not Takes.PRESS:
            raise SessionError("This question has no button.")
        details = (self.quiz, self.where().page, self.drawings.folder())
        script = start_script(self._scripts, model, option, *details)
        return self._presses.add(Press(self._position, question, option, model, script))

    def end_press(self, press: Press) -> ScriptOutcome:
        """Keep what the script gave; waits for it where it still runs. Until then the reader stays at the
        question set; a session that closes stops the script."""
        outcome = press.script.wait()
        if self._presses.remove(press) and outcome.succeeded:
            answer = press.answer_after(self._results.answer(press.position, press.question))
            facts = {str(press.option): {"Result": outcome.result}}
            more = {"texts": list(answer), "facts": facts, "seconds": self._seconds()}
            self._record(do="draft", **_at(press.position), question=press.question, **more)
        return outcome

    def record_states(self, states: Sequence[tuple[int, dict[str, str]]]) -> SaveState:
        """The look of the page's images: (image counted from 0, attributes of State such as Window, Level,
        SliceOffset, Orientation, Destination, ViewingMode, Frame). Writes nothing on a locked page."""
        if not self.locked():
            for image, attributes in states:
                self._record(
                    do="state", page=_listed(self._position.page), image=image, attributes=attributes
                )
        return self.save_state()

    def last_state(self, image: int) -> dict[str, str] | None:
        """What ``record_states`` last kept of this image on this very page."""
        return self._results.last_state(self._position.page, image)

    # Going on

    def next(self) -> list[str]:
        """One position on. Returns what is missing; nothing where the reader moved."""
        following = self._route.after(self._position)
        if following is None:
            raise SessionError("This is the last page; finish the quiz.")
        if sentences := self.missing():
            return sentences
        self._go(following, "NextBtn", passed=True)
        return []

    def previous(self) -> None:
        """One position back; what is there is kept, complete or not."""
        before = self._route.before(self._position)
        if before is None:
            raise SessionError("This is the first page.")
        self._go(before, "Previous")

    def go_to_bookmark(self) -> None:
        bookmark = self._route.bookmark(self._position)
        if bookmark is None:
            raise SessionError("There is no bookmarked page to go to.")
        self._go(bookmark, "GoToBookmark")

    def repeat(self) -> list[str]:
        """Complete this looping page and go to a new copy of it. Returns what is missing."""
        if not self._can_repeat():
            raise SessionError("This page cannot be repeated now.")
        if sentences := self._missing_here():
            return sentences
        number = self._position.page.number
        copy = PageKey(number, self._results.last_repetition(number) + 1)
        self._leave("Repeat", passed=True, to=Position(copy))
        self._route = Route(self._results.display_order(), self._results.pages)
        self._move(Position(copy))
        return []

    def finish(self) -> list[str]:
        """Lock all answers for good. Returns what is missing; nothing where the quiz is finished now."""
        if self.in_review or self._route.after(self._position) is not None:
            raise SessionError("Only the last page can finish the quiz.")
        if sentences := self.missing():
            return sentences
        self._leave("Finish", passed=True)
        self._record(do="finish")
        self._store.save()
        return []

    # Saving

    def save_state(self) -> SaveState:
        return self._store.state()

    def save_now(self) -> SaveState:
        """Try again what could not be saved."""
        return self._store.retry()

    def save_copy(self, folder: Path) -> Path:
        """Everything into another folder, where this one cannot be written; raises OSError."""
        return self._store.save_copy(Path(folder))

    def close(self, event: str = "ExitBtn", even_unsaved: bool = False) -> SaveState:
        """Keep what is there, write the results and let go of the folder.

        Where something cannot be saved the session stays open, unless ``even_unsaved``, so that the host
        can offer to try again or to save a copy elsewhere.
        """
        self._presses.stop()
        if self._login:
            if not self.in_review:
                self._leave(event)
                self._record(do="logout")
            state = self._store.save()
            if not state.saved and not even_unsaved:
                self._arrive(self._position.page)
                return state
        self._login = ""
        self._store.close()
        return self._store.state()

    # Inside

    def _can_repeat(self) -> bool:
        key = self._position.page
        return (
            not self.in_review
            and self._route.is_last_of_page(self._position)
            and can_repeat(
                key,
                self._results.pages[key],
                self._results.is_complete(key),
                self._results.last_repetition(key.number),
            )
        )

    def _record(self, **what: object) -> SaveState:
        if not self._login:
            raise SessionError("The session is closed.")
        entry: Entry = {"time": timestamp(self._now()), "login": self._login, **what}
        return self._store.record(entry)

    def _set_draft(self, question: int, answer: Answer) -> SaveState:
        if answer == self._results.answer(self._position, question):
            return self._store.retry()
        position, seconds = _at(self._position), self._seconds()
        return self._record(do="draft", **position, question=question, texts=list(answer), seconds=seconds)

    def _questions(self) -> Sequence[Question]:
        sets = self._results.pages[self._position.page].question_sets
        return sets[self._position.question_set].questions if sets else ()

    def _page_to_change(self) -> PageKey:
        if self.locked():
            raise SessionError("This page is complete and cannot be changed any more.")
        return self._position.page

    def _missing_here(self) -> list[str]:
        position, page = self._position, self._results.pages[self._position.page]
        sets, runs_scripts = page.question_sets, self._scripts is not None
        sentences = [running] if (running := self._presses.running()) else []
        sentences += (
            missing_answers(sets[position.question_set], self.answers(), runs_scripts) if sets else []
        )
        if self._route.is_last_of_page(position):
            for number, each in enumerate(sets[:-1]):
                given = self._results.answers(Position(position.page, number))
                sentences += missing_answers(each, given, runs_scripts)
            sentences += missing_drawings(page, self._results.drawn(position.page))
        return sentences

    def _go(self, position: Position, event: str, passed: bool = False) -> None:
        self._leave(event, passed, to=position)
        self._move(position)

    def _leave(self, event: str, passed: bool = False, to: Position | None = None) -> None:
        """Write the Responses of this set; a page that is no longer complete is marked so."""
        if running := self._presses.running():
            raise SessionError(running)
        if self.locked():
            return
        if to is None or to.page != self._position.page:
            self.when_page_is_left()
        more: dict[str, object] = {}
        if event == "Repeat" and to is not None:
            # In one entry: a complete page without its repetition could not be repeated any more.
            more = {"complete": "Y", "repeat": _listed(to.page)}
        elif passed and self._route.is_last_of_page(self._position):
            more["complete"] = "Y"
        elif self._is_spoiled(self._position.page):
            more["complete"] = "N"
        self._record(
            do="leave", **_at(self._position), event=event, passed=passed, seconds=self._seconds(), **more
        )

    def _leave_interrupted(self) -> None:
        """Where the program ended without closing, write the Responses as if it had closed then."""
        if self.in_review:
            return
        for position, draft in self._results.drafts.newest().items():
            more = {"complete": "N"} if self._is_spoiled(position.page) else {}
            when = {"time": draft["time"], "login": draft["login"], "seconds": draft.get("seconds", 0.0)}
            self._record(
                do="leave", **_at(position), event="ExitBtn", passed=False, recovered=True, **when, **more
            )

    def _is_spoiled(self, key: PageKey) -> bool:
        """The page was complete, and what it has now is not enough."""
        if not self._results.is_complete(key):
            return False
        page = self._results.pages[key]
        answers = [self._results.answers(Position(key, number)) for number in range(len(page.question_sets))]
        return bool(missing_on_page(page, answers, self._results.drawn(key), self._scripts is not None))

    def _seconds(self) -> float:
        """Since the question set was shown."""
        return round(time.monotonic() - self._shown_at, 3)

    def _move(self, position: Position) -> None:
        left = self._position.page
        self._position = position
        self._arrive(left)
        if left != position.page and not self.in_review:
            self._store.save()

    def _arrive(self, left: PageKey | None) -> None:
        """The set is shown; buttons that have to be pressed at each visit are made unpressed."""
        self._shown_at = time.monotonic()
        key = self._position.page
        page = self._results.pages[key]
        if key == left or self.in_review or self._scripts is None:
            return
        for position, question, unpressed in to_press_again(page, key, self._results):
            self._record(do="rerun", page=_listed(key))
            self._record(do="draft", **_at(position), question=question, texts=list(unpressed))


def _listed(key: PageKey) -> list[int]:
    return [key.number, key.repetition]


def _at(position: Position) -> dict[str, object]:
    return {"page": _listed(position.page), "set": position.question_set}
