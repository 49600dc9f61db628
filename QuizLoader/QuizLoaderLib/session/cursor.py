"""Where the reader is in the quiz, and what is missing there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..quiz.answer_key import AnswerKey
from ..quiz.model import Page, Question, QuestionSet
from .entries import LeaveEntry, TimeEntry
from .feedback import SessionFeedback
from .files import SessionError
from .needs import PageNeeds
from .order import PageKey, Position
from .positions import Positions
from .presence import Presence
from .results import Results
from .time_limits import TimeLimits, in_words
from .tree import finite


@dataclass(frozen=True)
class Where:
    """What is shown now. ``number`` counts the positions (page and question set) from 1 to ``total``.

    ``question_set`` is None where the page asks none; ``set_number`` counts those that it asks from 1 to
    ``set_count``. ``bookmark_label`` is the text of the bookmark button, empty where there is nothing to go
    to; ``way_back`` is the page that the reader went to a bookmark from, until they are there again.
    ``locks_on_leaving``: with the next step the page is complete, and cannot be changed any more;
    ``tells_on_leaving``: and it stays, and tells what is right.
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
    tells_on_leaving: bool


class Cursor:
    """Goes through all positions (pages and their question sets) in the reader's order.

    ``runs_scripts``: a Button needs its press only where it can be pressed.
    """

    def __init__(
        self, results: Results, runs_scripts: bool, clock: Callable[[], float], key: AnswerKey | None = None
    ) -> None:
        self._results, self._clock = results, clock
        self.feedback = SessionFeedback(results, key)
        self.presence = Presence(clock, results.quiz.idle_after_s)
        self.limits = TimeLimits(results, self.presence, self.feedback)
        self._page_shown: PageKey | None = None
        self._number_known: int | None = None
        self.way_back: Position | None = None
        self.needs = PageNeeds(results, self.feedback, runs_scripts)
        self._positions = Positions(results, self.feedback)
        self.resume()

    def resume(self) -> None:
        """Go where a reader goes on: to the first page that is not complete, or still tells what is right."""
        self._positions.find()
        first, last = self._positions.all[0], self._positions.all[-1]
        incomplete = (
            each
            for each in self._positions.all
            if not self._results.is_complete(each.page) or self.feedback.is_new(each.page)
        )
        # All complete but not finished: the last position, where Finish is.
        self.move(first if self._results.is_finished else next(incomplete, last))

    def first_of(self, key: PageKey) -> Position | None:
        """Where a page begins: at the first of its question sets that is asked; None where none of it is."""
        self._positions.find()
        self._number_known = None
        return next((each for each in self._positions.all if each.page == key), None)

    def _place(self, steps: int) -> Position | None:
        """So many positions on, as far as there are some."""
        if self._positions.update():
            self._number_known = None
        number = self._number + steps
        return self._positions.all[number] if 0 <= number < len(self._positions.all) else None

    @property
    def _number(self) -> int:
        """That of the position that is shown among all, from 0."""
        if self._number_known is None:
            self._number_known = self._positions.all.index(self.position)
        return self._number_known

    def move(self, position: Position, way_back: Position | None = None) -> None:
        """The question set is shown from now on; ``way_back`` is where a reader went to a bookmark from."""
        if self.feedback.is_given:
            # The question sets of a page come together once it tells.
            self._positions.find()
        self.way_back = way_back or self.way_back
        if self.way_back and position.page == self.way_back.page:
            self.way_back = None
        self.position, self._number_known = position, None
        self._shown_at = self._clock()
        if position.page != self._page_shown:
            self._page_shown = position.page
            self.presence.begin_page()
        self.limits.begin_page(position.page)

    @property
    def seconds(self) -> float:
        """Since the question set was shown."""
        return round(self._clock() - self._shown_at, 3)

    @property
    def seconds_on_page(self) -> float:
        """How long the page is shown, over all visits."""
        told = finite(self._results.page(self.position.page).get("SecondsShown") or "")
        return (told or 0.0) + self.presence.untold_s

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
    def behind_page(self) -> Position:
        """The first position behind this page; where there is none, its last one."""
        self._place(0)
        page = self.position.page
        behind = self._positions.all[self._number + 1 :]
        return next((each for each in behind if each.page != page), [self.position, *behind][-1])

    @property
    def bookmark(self) -> Position | None:
        """The first position of the nearest earlier page that has the bookmark this page goes to."""
        wanted, pages = self.page.go_to_bookmark, self._results.pages
        if wanted is None:
            return None
        self._place(0)
        firsts: dict[PageKey, Position] = {}
        for position in self._positions.all[: self._number]:
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
        return self._results.is_locked(self.position.page)

    @property
    def is_told(self) -> bool:
        """What is right is on the screen."""
        return self.feedback.is_told(self.position.page)

    @property
    def shown_sets(self) -> list[int]:
        """The question sets that are shown together, counted from 0."""
        asked = self._results.asked_sets(self.position.page)
        return asked if self.is_told or not asked else [self.position.question_set]

    @property
    def awaits_feedback(self) -> bool:
        """The next step completes the page, which then tells what is right."""
        return self.is_last_of_page and self.feedback.is_awaited(self.position.page)

    @property
    def can_repeat(self) -> bool:
        """At the end of the last repetition of a looping page, until the reader goes on from it without one;
        where it tells what is right, only then."""
        key, results = self.position.page, self._results
        is_time = self.feedback.is_new(key) or not results.is_complete(key) or results.has_no_choice_yet(key)
        return (
            not results.is_finished
            and self.is_last_of_page
            and self.page.loop
            and is_time
            and not self.awaits_feedback
            and key.repetition == results.last_repetition(key.number)
        )

    def where(self) -> Where:
        self._place(0)
        page, number = self.page, self.position.question_set
        asked_sets = self._results.asked_sets(self.position.page)
        return Where(
            position=self.position,
            page=page,
            question_set=page.question_sets[number] if asked_sets else None,
            set_number=asked_sets.index(number) + 1 if asked_sets else 1,
            set_count=1 if self.is_told else len(asked_sets),
            number=self._number + 1,
            total=len(self._positions.all),
            pages_complete=sum(map(self._results.is_complete, self._positions.pages)),
            pages_total=len(self._positions.pages),
            can_go_back=self.before is not None,
            is_last=self.following is None and not self.awaits_feedback,
            can_repeat=self.can_repeat,
            bookmark_label=page.go_to_bookmark.label if page.go_to_bookmark and self.bookmark else "",
            way_back=self.way_back.page if self.way_back in self._positions.all else None,
            locks_on_leaving=self.is_last_of_page
            and not self.is_locked
            and (self.awaits_feedback or not (page.allow_multiple_response or self.following is None)),
            tells_on_leaving=self.awaits_feedback,
        )

    def required(self, position: Position | None, sentence: str) -> Position:
        """The position to go to; raises SessionError with the sentence where it is none of the quiz now."""
        if position is None or position not in self._positions.all:
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
            return self.needs.missing(self.position.page, [here], drawings=False)
        earlier = [number for number in self._results.asked_sets(self.position.page) if number != here]
        sentences = self.needs.missing(self.position.page, [here, *earlier], drawings=True)
        if early_s := self.limits.early_s:
            sentences.append(f"This page can be completed in {in_words(early_s)}.")
        return sentences

    def missing_elsewhere(self) -> list[str]:
        """At the last position of the quiz, the other pages that are not complete."""
        return self.needs.elsewhere(self.position.page) if self.following is None else []

    def leaving(self, event: str, passed: bool, to: Position | None, timed_out: bool = False) -> LeaveEntry:
        """What the journal has when the reader leaves the question set."""
        complete = None
        if timed_out or (passed and self.is_last_of_page):
            complete = True
        elif self.needs.is_spoiled(self.position.page):
            complete = False
        shown, active = self.presence.tell()
        return LeaveEntry(
            page=self.position.page,
            question_set=self.position.question_set,
            event=event,
            passed=passed,
            seconds=self.seconds,
            complete=complete,
            timed_out=timed_out,
            tells=bool(complete) and self.feedback.is_awaited(self.position.page),
            shown=shown,
            active=active,
            # In one entry: a complete page without its repetition could not be repeated any more.
            repeat=to.page if to is not None and event == "Repeat" else None,
        )

    def time_shown(self) -> TimeEntry:
        """What no entry has told yet of the time that the page is shown."""
        shown, active = self.presence.tell()
        return TimeEntry(page=self.position.page, shown=shown, active=active)
