"""Where the reader is in the quiz, and what is missing there."""

import time
from collections.abc import Iterable, Iterator, Sequence

from ..quiz.model import Page, Question
from .answers import missing_answers
from .entries import LeaveEntry
from .files import SessionError
from .navigation import Route, Where
from .order import PageKey, Position
from .requirements import incomplete_pages, missing_drawings
from .results import Results


class Cursor:
    """``runs_scripts``: a Button needs its press only where it can be pressed."""

    def __init__(self, results: Results, runs_scripts: bool) -> None:
        self._results = results
        self._runs_scripts = runs_scripts
        self.resume()

    def resume(self) -> None:
        """Go where a reader goes on: to the first page that is not complete."""
        self.find_route()
        first_incomplete = self.route.first_incomplete(self._results.is_complete)
        # All complete but not finished: the last position, where Finish is.
        first, last = self.route.positions[0], self.route.positions[-1]
        self.move(first if self._results.is_finished else first_incomplete or last)

    def find_route(self) -> None:
        """Once more where a repetition came in."""
        self.route = Route(self._results.display_order(), self._results.pages)

    def move(self, position: Position) -> None:
        """The question set is shown from now on."""
        self.position = position
        self._shown_at = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the question set was shown."""
        return round(time.monotonic() - self._shown_at, 3)

    @property
    def page(self) -> Page:
        return self._results.pages[self.position.page]

    @property
    def questions(self) -> Sequence[Question]:
        sets = self.page.question_sets
        return sets[self.position.question_set].questions if sets else ()

    @property
    def is_last_of_page(self) -> bool:
        return self.route.is_last_of_page(self.position)

    @property
    def is_locked(self) -> bool:
        """The page cannot be changed: it is complete and allows one response, or the quiz is finished."""
        is_complete = self._results.is_complete(self.position.page)
        return self._results.is_finished or (is_complete and not self.page.allow_multiple_response)

    @property
    def can_repeat(self) -> bool:
        """At the end of the last repetition of a looping page, before it is complete."""
        key = self.position.page
        return (
            not self._results.is_finished
            and self.is_last_of_page
            and self.page.loop
            and not self._results.is_complete(key)
            and key.repetition == self._results.last_repetition(key.number)
        )

    def where(self) -> Where:
        return self.route.where(self.position, self._results.is_complete, self.can_repeat)

    def page_to_change(self) -> PageKey:
        """The page; raises SessionError where it is locked."""
        if self.is_locked:
            raise SessionError("This page is complete and cannot be changed any more.")
        return self.position.page

    def missing_here(self) -> list[str]:
        """What the question set still needs; behind the last one of a page, the whole page."""
        here = self.position.question_set
        if not self.is_last_of_page:
            return self._missing(self.position.page, [here], drawings=False)
        return self._missing(self.position.page, [here, *range(here)], drawings=True)

    def missing_elsewhere(self) -> list[str]:
        """At the last position of the quiz, the other pages that are not complete."""
        if self.route.after(self.position) is not None:
            return []
        keys = dict.fromkeys(each.page for each in self.route.positions)
        open_keys = [key for key in keys if key != self.position.page and not self._results.is_complete(key)]
        return incomplete_pages([self._results.pages[key].title for key in open_keys])

    def is_spoiled(self, key: PageKey) -> bool:
        """The page was complete, and what it has now is not enough."""
        if not self._results.is_complete(key):
            return False
        return bool(self._missing(key, range(len(self._results.pages[key].question_sets)), drawings=True))

    def leaving(self, event: str, passed: bool, to: Position | None) -> LeaveEntry:
        """What the journal has when the reader leaves the question set."""
        complete = None
        if passed and self.is_last_of_page:
            complete = True
        elif self.is_spoiled(self.position.page):
            complete = False
        return LeaveEntry(
            page=self.position.page,
            question_set=self.position.question_set,
            event=event,
            passed=passed,
            seconds=self.seconds,
            complete=complete,
            # In one entry: a complete page without its repetition could not be repeated any more.
            repeat=to.page if to is not None and event == "Repeat" else None,
        )

    def leaving_interrupted(self) -> Iterator[LeaveEntry]:
        """Where the program ended without closing, as if it had closed then."""
        for draft in self._results.drafts.newest():
            yield LeaveEntry(
                page=draft.page,
                question_set=draft.question_set,
                time=draft.time,
                login=draft.login,
                event="ExitBtn",
                passed=False,
                seconds=draft.seconds,
                recovered=True,
                complete=False if self.is_spoiled(draft.page) else None,
            )

    def _missing(self, key: PageKey, numbers: Iterable[int], drawings: bool) -> list[str]:
        page, sentences = self._results.pages[key], []
        for number in numbers if page.question_sets else ():
            answers = self._results.answers(Position(key, number))
            sentences += missing_answers(page.question_sets[number], answers, self._runs_scripts)
        return sentences + (missing_drawings(page, self._results.drawn(key)) if drawings else [])
