"""The steps that a reader takes from one place of the quiz to another, and what keeps them from it."""

from collections.abc import Callable
from dataclasses import replace

from .buttons import Buttons
from .cursor import Cursor
from .entries import FinishEntry, RemoveEntry, SeenEntry
from .files import SessionError
from .order import PageKey, Position
from .results import Results
from .storage import ResultsStore


class Steps:
    """Leaves a question set for another. What is left is recorded; ``when_page_is_left`` is called before
    another page is gone to."""

    _store: ResultsStore
    _results: Results
    _cursor: Cursor
    buttons: Buttons
    when_page_is_left: Callable[[], object]

    @property
    def in_review(self) -> bool:
        """The quiz is finished: the pages can be looked at, and nothing changes."""
        return self._results.is_finished

    @property
    def position(self) -> Position:
        return self._cursor.position

    def locked(self) -> bool:
        """The page cannot be changed: it is complete and allows one response or has no time left, or the quiz
        is finished."""
        return self._cursor.is_locked

    def missing(self) -> list[str]:
        """What stops the reader from going on, as sentences; the same in all hosts."""
        if self.in_review:
            return []
        here = [] if self.locked() else self.missing_here()
        return here + self._cursor.missing_elsewhere()

    def next(self) -> list[str]:
        """One position on, or to what is right here. Returns what is missing; nothing where that was done."""
        if self._cursor.awaits_feedback:
            if not (sentences := self.missing_here()):
                self._tell()
            return sentences
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
        """Complete this looping page and go to a new copy of it. Returns what is missing; of a page that
        cannot be changed nothing is."""
        if not self._cursor.can_repeat:
            raise SessionError("This page cannot be repeated now.")
        number = self.position.page.number
        copy = Position(PageKey(number, self._results.last_repetition(number) + 1))
        if not (sentences := self.buttons.running() if self.locked() else self.missing_here()):
            self._go(copy, "Repeat", passed=True)
        return sentences

    @property
    def can_remove(self) -> bool:
        """On the last repetition of a page, while nothing is on it, and it was not completed so."""
        key, results = self.position.page, self._results
        is_last = key.repetition > 0 and key.repetition == results.last_repetition(key.number)
        is_open = not (results.is_finished or results.is_complete(key))
        return is_last and is_open and results.is_empty(key)

    def remove_repeat(self) -> None:
        """Take away this repetition, which is empty; the reader is behind it, or at the one before it."""
        if not self.can_remove:
            raise SessionError("Only a repetition without any answer can be removed.")
        if running := self.buttons.running():
            raise SessionError(running[0])
        key, behind = self.position.page, self._cursor.behind_page
        self._store.record(self._cursor.time_shown())
        self._store.record(RemoveEntry(page=key))
        before = self._cursor.first_of(PageKey(key.number, key.repetition - 1))
        target = behind if behind.page != key else before
        self._cursor.move(target or behind)
        self.buttons.ask_again()
        self._store.save()

    def finish(self) -> list[str]:
        """Lock all answers for good. Returns what is missing; nothing where the quiz is finished now."""
        if self.in_review or self._cursor.following is not None or self._cursor.awaits_feedback:
            raise SessionError("Only the last page can finish the quiz.")
        if sentences := self.missing():
            return sentences
        self._leave("Finish", passed=True)
        self._store.record(FinishEntry())
        self._store.save()
        self._stay()
        return []

    def go_to(self, key: PageKey) -> None:
        """To any page that is asked, where the quiz allows it; what is left stays as it is."""
        if not self._results.quiz.free_order:
            raise SessionError("The pages of this quiz are gone through in their order.")
        first = self._cursor.first_of(key)
        self._go(self._cursor.required(first, "This page is not asked."), "GoToPage")

    def time_out(self) -> None:
        """Where its time is over, the page is complete with what is there, and the reader is at the next one;
        where that of the quiz is over, it is finished. Otherwise nothing is done."""
        limits, behind = self._cursor.limits, self._cursor.behind_page
        if not limits.is_over:
            return
        self.buttons.stop()
        is_end, tells = limits.is_quiz_over, self._cursor.feedback.is_awaited(self.position.page)
        self._leave("TimedOut", passed=True, timed_out=True)
        if is_end:
            self._store.record(FinishEntry(timed_out=True))
        if is_end or tells:
            self._stay()
        else:
            self._cursor.move(behind)
            self.buttons.ask_again()
        self._store.save()

    def _tell(self) -> None:
        """The page is complete and stays, with what is right."""
        self._store.require_room(for_a_step=True)
        self._leave("NextBtn", passed=True)
        self._stay()
        self._store.save()

    def _stay(self) -> None:
        """At the page, whose question sets come together where it tells what is right now."""
        first = self._cursor.first_of(self.position.page) if self._cursor.is_told else None
        self._cursor.move(first or self.position)

    def missing_here(self) -> list[str]:
        """What stops the reader from completing the question set, or behind the last one the page."""
        return self.buttons.running() + self._cursor.missing_here()

    def _go(self, position: Position, event: str, passed: bool = False, back: Position | None = None) -> None:
        self._store.require_room(for_a_step=True)
        left = self.position.page
        self._leave(event, passed, to=position)
        if event == "Repeat":
            position = self._cursor.first_of(position.page) or position
        self._cursor.move(position, back)
        if left != position.page:
            self.buttons.ask_again()
            if not self.in_review:
                self._store.save()

    def _leave(
        self, event: str, passed: bool = False, to: Position | None = None, timed_out: bool = False
    ) -> None:
        """Write the Responses of this set; a page that is no longer complete is marked so."""
        if running := self.buttons.running():
            raise SessionError(running[0])
        leaves_page = to is None or to.page != self.position.page
        if self._cursor.is_told:
            self._leave_told(to)
            return
        if self.locked():
            is_repeat = to is not None and to.page not in self._results.pages
            if leaves_page and not self.in_review:
                entry = self._cursor.leaving(event, False, to) if is_repeat else self._cursor.time_shown()
                self._store.record(entry)
            return
        if leaves_page:
            self.when_page_is_left()
        self._store.record(self._cursor.leaving(event, passed, to, timed_out))
        self._store.record_all(self._cursor.needs.reopening())

    def _leave_told(self, to: Position | None) -> None:
        """Looking at what is right is no time of reading."""
        key = self.position.page
        if to is None or to.page == key:
            return
        if self._cursor.feedback.is_new(key):
            self._store.record(SeenEntry(page=key))
        if to.page not in self._results.pages:
            repeat = self._cursor.leaving("Repeat", False, to)
            self._store.record(replace(repeat, shown=0.0, active=0.0))
