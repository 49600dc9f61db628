"""Where the reader is in the quiz, and what is missing there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..quiz.model import Page, Question, QuestionSet
from .answers import missing_in
from .entries import LeaveEntry, ReopenEntry, TimeEntry
from .files import SessionError
from .order import PageKey, Position
from .presence import Presence
from .requirements import incomplete_pages, missing_drawings
from .results import Results


@dataclass(frozen=True)
class Where:
    """What is shown now. ``number`` counts the positions (page and question set) from 1 to ``total``.

    ``question_set`` is None where the page asks none; ``set_number`` counts those that it asks from 1 to
    ``set_count``. ``bookmark_label`` is the text of the bookmark button, empty where there is nothing to go
    to; ``way_back`` is the page that the reader went to a bookmark from, until they are there again.
    ``locks_on_leaving``: with the next step the page is complete, and cannot be changed any more.
    """

    position: Position
    page: Page
    question_set: QuestionSet | None
    set_number: int
    set_count: int
    number: int
    total: int
    pages_complete: int
    pages_total: int
    can_go_back: bool
    is_last: bool
    can_repeat: bool
    bookmark_label: str
    way_back: PageKey | None
    locks_on_leaving: bool


class Cursor:
    """Goes through all positions (pages and their question sets) in the reader's order.

    ``runs_scripts``: a Button needs its press only where it can be pressed.
    """

    def __init__(self, results: Results, runs_scripts: bool, clock: Callable[[], float]) -> None:
        self._results, self._clock = results, clock
        self.presence = Presence(clock, results.quiz.idle_after_s)
        self._page_shown: PageKey | None = None
        self.way_back: Position | None = None
        self._runs_scripts = runs_scripts
        self.resume()

    def resume(self) -> None:
        """Go where a reader goes on: to the first page that is not complete."""
        self.find_positions()
        first, last = self._positions[0], self._positions[-1]
        incomplete = (each for each in self._positions if not self._results.is_complete(each.page))
        # All complete but not finished: the last position, where Finish is.
        self.move(first if self._results.is_finished else next(incomplete, last))

    def find_positions(self) -> None:
        results, self._hidden = self._results, self._results.hidden
        keys = [key for key in results.display_order() if not results.is_hidden(key)]
        # A quiz that hides all its pages is wrong; its reader sees the first one.
        self._positions = [
            Position(key, question_set)
            for key in keys or results.display_order()[:1]
            for question_set in results.asked_sets(key) or (0,)
        ]
        self._numbers = {position: number for number, position in enumerate(self._positions)}

    def first_of(self, key: PageKey) -> Position:
        """Where a page begins that came in: at the first of its question sets that is asked."""
        self.find_positions()
        return next(each for each in self._positions if each.page == key)

    def _place(self, steps: int) -> Position | None:
        """So many positions on, as far as there are some."""
        if self._results.hidden != self._hidden:
            self.find_positions()
        number = self._numbers[self.position] + steps
        return self._positions[number] if 0 <= number < len(self._positions) else None

    def move(self, position: Position, way_back: Position | None = None) -> None:
        """The question set is shown from now on; ``way_back`` is where a reader went to a bookmark from."""
        self.way_back = way_back or self.way_back
        if self.way_back and position.page == self.way_back.page:
            self.way_back = None
        self.position = position
        self._shown_at = self._clock()
        if position.page != self._page_shown:
            self._page_shown = position.page
            self.presence.begin_page()

    @property
    def seconds(self) -> float:
        """Since the question set was shown."""
        return round(self._clock() - self._shown_at, 3)

    @property
    def page(self) -> Page:
        return self._results.pages[self.position.page]

    @property
    def questions(self) -> Sequence[Question]:
        sets = self.page.question_sets
        return sets[self.position.question_set].questions if sets else ()

    @property
    def asked_questions(self) -> list[int]:
        """Those of the ``questions`` that are asked, counted from 0."""
        return self._results.asked_questions(self.position)

    @property
    def following(self) -> Position | None:
        return self._place(1)

    @property
    def before(self) -> Position | None:
        return self._place(-1)

    @property
    def bookmark(self) -> Position | None:
        """The first position of the nearest earlier page that has the bookmark this page goes to."""
        wanted, pages = self.page.go_to_bookmark, self._results.pages
        if wanted is None:
            return None
        self._place(0)
        firsts: dict[PageKey, Position] = {}
        for position in self._positions[: self._numbers[self.position]]:
            firsts.setdefault(position.page, position)
        firsts.pop(self.position.page, None)
        marked = [first for page, first in firsts.items() if pages[page].bookmark_id == wanted.bookmark]
        return marked[-1] if marked else None

    @property
    def is_last_of_page(self) -> bool:
        following = self.following
        return following is None or following.page != self.position.page

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
        self._place(0)
        page, number = self.page, self.position.question_set
        asked_sets = self._results.asked_sets(self.position.page)
        asked_pages = [key for key in self._results.pages if not self._results.is_hidden(key)]
        return Where(
            position=self.position,
            page=page,
            question_set=page.question_sets[number] if asked_sets else None,
            set_number=asked_sets.index(number) + 1 if asked_sets else 1,
            set_count=len(asked_sets),
            number=self._numbers[self.position] + 1,
            total=len(self._positions),
            pages_complete=sum(self._results.is_complete(each) for each in asked_pages),
            pages_total=len(asked_pages),
            can_go_back=self.before is not None,
            is_last=self.following is None,
            can_repeat=self.can_repeat,
            bookmark_label=page.go_to_bookmark.label if page.go_to_bookmark and self.bookmark else "",
            way_back=self.way_back.page if self.way_back in self._numbers else None,
            locks_on_leaving=self.is_last_of_page
            and not (self.is_locked or page.allow_multiple_response or self.following is None),
        )

    def required(self, position: Position | None, sentence: str) -> Position:
        """The position to go to; raises SessionError with the sentence where it is none of the quiz now."""
        if position is None or position not in self._numbers:
            raise SessionError(sentence)
        return position

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
        earlier = [number for number in self._results.asked_sets(self.position.page) if number != here]
        return self._missing(self.position.page, [here, *earlier], drawings=True)

    def missing_elsewhere(self) -> list[str]:
        """At the last position of the quiz, the other pages that are not complete."""
        if self.following is not None:
            return []
        keys = self._results.display_order()
        open_keys = [
            key
            for key in keys
            if key != self.position.page
            and not self._results.is_complete(key)
            and not self._results.is_hidden(key)
        ]
        return incomplete_pages([self._results.pages[key].title for key in open_keys])

    def is_spoiled(self, key: PageKey) -> bool:
        """The page was complete, and what it has now is not enough."""
        if not self._results.is_complete(key):
            return False
        return bool(self._missing(key, self._results.asked_sets(key), drawings=True))

    def reopening(self) -> Iterator[ReopenEntry]:
        """For pages that were complete, and where an answer on another page shows what is not answered."""
        for key, page in self._results.pages.items():
            if page.has_conditions and not self._results.is_hidden(key) and self.is_spoiled(key):
                yield ReopenEntry(page=key)

    def leaving(self, event: str, passed: bool, to: Position | None) -> LeaveEntry:
        """What the journal has when the reader leaves the question set."""
        complete = None
        if passed and self.is_last_of_page:
            complete = True
        elif self.is_spoiled(self.position.page):
            complete = False
        shown, active = self.presence.tell()
        return LeaveEntry(
            page=self.position.page,
            question_set=self.position.question_set,
            event=event,
            passed=passed,
            seconds=self.seconds,
            complete=complete,
            shown=shown,
            active=active,
            # In one entry: a complete page without its repetition could not be repeated any more.
            repeat=to.page if to is not None and event == "Repeat" else None,
        )

    def time_shown(self) -> TimeEntry:
        """What no entry has told yet of the time that the page is shown."""
        shown, active = self.presence.tell()
        return TimeEntry(page=self.position.page, shown=shown, active=active)

    def leaving_interrupted(self) -> Iterator[LeaveEntry]:
        """Where the program ended without closing, as if it had closed then."""
        for draft in self._results.drafts.newest():
            has_time = "SecondsActive" in self._results.page(draft.page).attrib
            yield LeaveEntry(
                page=draft.page,
                question_set=draft.question_set,
                time=draft.time,
                login=draft.login,
                event="ExitBtn",
                passed=False,
                seconds=draft.seconds,
                recovered=True,
                shown=0.0 if has_time else draft.seconds,
                active=0.0 if has_time else None,
                complete=False if self.is_spoiled(draft.page) else None,
            )

    def _missing(self, key: PageKey, numbers: Iterable[int], drawings: bool) -> list[str]:
        page, sentences = self._results.pages[key], []
        for number in numbers if page.question_sets else ():
            position = Position(key, number)
            for question in self._results.asked_questions(position):
                answer = self._results.answer(position, question)
                model = page.question_sets[number].questions[question]
                sentences.append(missing_in(model, answer, self._runs_scripts))
        found = [sentence for sentence in sentences if sentence]
        return found + (missing_drawings(page, self._results.drawn(key)) if drawings else [])
