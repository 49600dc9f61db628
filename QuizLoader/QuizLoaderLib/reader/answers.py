"""Who looks at the quiz decides what is asked and saved; a host knows only this interface of it.

An author's look (``FormAnswers``) goes through the pages freely and keeps answers in memory; a reader's
session (``session_answers.SessionAnswers``) decides where the reader is and saves every answer on the disk.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from ..quiz.conditions import Values
from ..quiz.marked import MEASURES, MEASURES_PLACE, MarkPlace, mark_questions
from ..quiz.model import Page, QuestionSet
from ..quiz.page_order import PageOrder
from ..quiz.problems import ExplainedError
from ..quiz.visibility import Place, Visibility
from .timing import UNTIMED, TimeShown, time_of_readers

if TYPE_CHECKING:
    from ..session.marks import MarkStore
    from ..session.stored_marks import StoredMark
    from .differences import ToldRegion
    from .feedback import PageFeedback, QuizScores
    from .form_marks import FormMarks

Answer = tuple[str, ...]
"""One text for each Option of a question, as in ``session.answers``."""

Where = tuple[int, ...]
"""A question: its set as it counts in ``Asked`` and its number there, from 0; in the form of a mark also the
mark's number and the question of the form, from 0."""

NOT_HERE = "This page is not the one that is asked now, so nothing was saved."

Given = dict[tuple[int, int, int], Answer]
"""Answers by page, question set and question."""


class PageState(str, Enum):
    """How far a page is, in words."""

    NOT_ASKED = "not asked"
    UNTOUCHED = "not begun"
    BEGUN = "not complete"
    COMPLETE = "complete"


@dataclass(frozen=True)
class ListedPage:
    """A page in the list of those that the reader may go to; ``index`` counts from 0."""

    index: int
    title: str
    state: PageState


@dataclass(frozen=True)
class Asked:
    """What a host shows beside the images at one place of the quiz.

    ``question_sets`` are shown together. ``steps`` tells how far the reader is, and an author
    when readers see the page.
    ``bookmark_label`` is the text of the bookmark's button, empty where there is none, ``return_label`` that
    of the way back from there. ``lock_note`` says what *Next* locks. ``feedback`` is what is right, where the
    page tells it. ``pages`` are those that may be gone to
    in any order, empty where the order is the quiz's.
    """

    page: Page
    page_number: int
    page_count: int
    question_sets: tuple[QuestionSet, ...]
    steps: str = ""
    is_locked: bool = False
    can_go_back: bool = False
    can_go_on: bool = False
    can_repeat: bool = False
    can_remove: bool = False
    can_finish: bool = False
    bookmark_label: str = ""
    return_label: str = ""
    lock_note: str = ""
    feedback: "PageFeedback | None" = None
    pages: tuple[ListedPage, ...] = ()

    @property
    def position(self) -> str:
        """``Page 2 of 5. Pages complete: 1 of 5``."""
        page = f"Page {self.page_number} of {self.page_count}"
        return f"{page}. {self.steps}" if self.steps else page


@dataclass(frozen=True)
class Pressed:
    """A Button was pressed and its script runs. A host asks ``is_done()`` now and then, ``stop()`` ends it;
    then ``finish()`` keeps what it gave, and says why it failed, or nothing."""

    is_done: Callable[[], bool]
    stop: Callable[[], None]
    finish: Callable[[], str]


class Answers(Protocol):
    """A ``step`` gives what is missing, as sentences; nothing where it was made. Pages count from 0.

    What a method does here is an author's look: nothing is missing, and nothing is saved.
    """

    reader: str = ""
    """The reader's name, empty for an author."""
    notices: tuple[str, ...] = ()
    runs_scripts: bool = False
    is_all_saved: bool = True
    """As ``save_sentence`` said it last; False from a ``close`` that failed."""
    pages: tuple[Page, ...]

    @property
    def index(self) -> int:
        """The page to show."""

    def may_show(self, index: int) -> bool:
        return True

    def arrive(self, index: int) -> None:
        """A page was shown that ``may_show`` allowed."""
        return

    @property
    def is_finished(self) -> bool:
        """Whether nothing changes any more."""
        return False

    @property
    def pages_complete(self) -> int:
        """How many of the pages that are asked are complete."""
        return 0

    @property
    def end_text(self) -> str:
        """What the quiz says to a reader who has finished it, empty where it says nothing of its own."""
        return ""

    @property
    def scores(self) -> "QuizScores | None":
        """What was scored, where that is told now."""
        return None

    def expert_regions(self) -> "tuple[ToldRegion, ...]":
        """The expert's, with what was drawn, where the page tells what is right."""
        return ()

    @property
    def may_begin_again(self) -> bool:
        """Whether the quiz is finished, and may be gone through once more."""
        return False

    def listed_pages(self) -> tuple[ListedPage, ...]:
        """All pages, where another one may be gone to than the steps lead to."""

    def asked(self) -> Asked: ...

    def answer(self, page: Page, question_set: int, question: int) -> Answer: ...

    def hidden(self, page: Page) -> frozenset[tuple[int, int]]:
        """The questions of the page, by set as it counts in ``asked`` and question, that conditions hide."""
        return frozenset()

    def set_answer(self, page: Page, question_set: int, question: int, texts: Sequence[str]) -> str:
        """``question_set`` counts from 0 in ``asked``. Gives why the texts cannot be taken, or nothing."""

    def save_answer(self, page: Page, where: Where, texts: Sequence[str]) -> str:
        """As ``set_answer``, also in the form of a mark."""
        if len(where) > 2:
            return self.answer_mark(where, texts)
        question_set, question = where
        return self.set_answer(page, question_set, question, texts)

    def marks(self, index: int) -> "MarkStore | None":
        """Where the marks of a page are kept, None where the reader is at another one."""

    def measures(self, index: int) -> "MarkStore | None":
        """As ``marks``, of what is measured there besides lines."""

    def set_on_page(self, question_set: int) -> int:
        """The place on its page of a question set that counts from 0 in ``asked``."""
        return question_set

    def stored_marks(self, question_set: int, question: int) -> "list[StoredMark]":
        """The marks of a Mark question; ``question_set`` counts in ``asked``."""
        store = self.marks(self.index)
        found = store.stored(self.set_on_page(question_set), question) if store else ()
        return [mark for mark in found if not mark.is_deleted]

    def answer_mark(self, where: Where, texts: Sequence[str]) -> str:
        """An answer in the form of a mark. Gives why the texts cannot be taken, or nothing."""
        question_set, question, number, form_question = where
        store = self.marks(self.index)
        if store is None:
            return NOT_HERE
        try:
            store.answer(self.set_on_page(question_set), question, number, form_question, texts)
        except ExplainedError as fault:
            return str(fault)
        return ""

    def start_press(self, question_set: int, question: int, option: int) -> Pressed:
        """Start the script of a Button, without waiting for its end."""

    def missing(self) -> list[str]:
        return []

    def see(self, is_seen: bool) -> None:
        """Whether the page is on the screen, and not on its way: only then reading time goes on."""
        return

    def be_there(self, is_there: bool, since: float | None = None) -> None:
        """Whether the reader can see the screen; ``since`` as in ``session.presence``."""
        return

    def touch(self) -> None:
        """The reader did something: pointer, wheel, key or touch."""
        return

    def time_shown(self) -> TimeShown:
        """What is said of time now."""
        return UNTIMED

    @property
    def is_time_over(self) -> bool:
        """Whether ``step("time_out")`` is to be made, which completes the page with what is there."""
        return False

    def save_sentence(self) -> str:
        """Tries again what could not be saved, and says how saving stands; empty where nothing is saved."""
        return ""

    def save_on(self) -> bool:
        """Save a part of what is drawn, a few milliseconds long; to be called again and again. Gives whether
        ``save_sentence`` may say something else now."""
        return False

    @property
    def is_drawing_saved(self) -> bool:
        """Whether all that is drawn was saved when ``save_on`` was called last."""
        return True

    @property
    def is_written(self) -> bool:
        """Whether no file of a drawing is being written by a thread; what it writes is saved already."""
        return True

    def prepare(self, step: str) -> bool:
        """Do a part of what ``step`` would stop the window for: saving what is drawn, and writing its files
        before ``finish`` or the ``press`` of a Button. To be called until it gives that all is done."""
        return True

    def step(self, name: str) -> list[str]:
        """``next``, ``previous``, ``repeat``, ``remove_repeat``, ``finish``, ``go_to_bookmark``,
        ``return_from_bookmark`` or ``time_out``."""

    def go_to(self, index: int) -> list[str]:
        """As a step, to a page of ``listed_pages``."""
        if self.may_show(index):
            self.arrive(index)
        return []

    def close(self) -> str:
        """Keep everything and let go; where that fails nothing is let go of, and this says why."""
        return ""

    def close_for_good(self) -> str:
        """As ``close``, but let go in any case; says where unsaved answers were put."""
        return ""


class FormAnswers(Answers):
    """An author's look: pages in the order of the file, with the place that ``order`` says they have for
    readers; answers in memory (``given``), nothing stored."""

    index = 0

    def __init__(self, pages: tuple[Page, ...], given: Given, order: PageOrder | None = None) -> None:
        self.pages, self._order = pages, order
        self._by_number = {page.number: page for page in pages}
        self._given = given
        self._visibility = Visibility(pages, self._values)
        self._marks: dict[int, FormMarks] = {}
        self._measures: dict[int, FormMarks] = {}

    def marks(self, index: int) -> "FormMarks":
        from .form_marks import FormMarks

        if index not in self._marks:
            page = self.pages[index]

            def count(place: MarkPlace, marks: int) -> None:
                question_set, question = place
                self._given[page.number, question_set, question] = (str(marks),)

            self._marks[index] = FormMarks("Mark", mark_questions(page), count)
        return self._marks[index]

    def measures(self, index: int) -> "FormMarks":
        from .form_marks import FormMarks

        nobody_counts = FormMarks("Measure", {MEASURES_PLACE: MEASURES}, lambda _place, _count: None)
        return self._measures.setdefault(index, nobody_counts)

    def arrive(self, index: int) -> None:
        self.index = index

    def asked(self) -> Asked:
        page = self.pages[self.index]
        steps = ["It is not asked after these answers."] if self._is_hidden(page) else []
        steps += filter(None, [self._order.in_words(page)] if self._order else [])
        return Asked(
            page=page,
            page_number=page.number,
            page_count=len(self.pages),
            question_sets=page.question_sets,
            steps=" ".join(steps),
            can_go_back=self.index > 0,
            can_go_on=self.index + 1 < len(self.pages),
            pages=self.listed_pages(),
        )

    def time_shown(self) -> TimeShown:
        return time_of_readers(self.pages[self.index])

    def listed_pages(self) -> tuple[ListedPage, ...]:
        self._visibility.look_at_all()
        pages = self.pages if len(self.pages) > 1 else ()
        return tuple(
            ListedPage(index, page.title, self._page_state(index)) for index, page in enumerate(pages)
        )

    def _page_state(self, index: int) -> PageState:
        from ..session.answers import is_untouched, missing_in

        page = self.pages[index]
        given = [
            (question, self.answer(page, set_number, number))
            for set_number, each in enumerate(page.question_sets)
            for number, question in enumerate(each.questions)
            if not self._visibility.hides(Place(page.number, set_number, number))
        ]
        if self._visibility.hides(Place(page.number)) or (page.questions and not given):
            return PageState.NOT_ASKED
        if not any(missing_in(*each) for each in given) and (given or index == self.index):
            return PageState.COMPLETE
        is_begun = any(not is_untouched(*each) for each in given)
        return PageState.BEGUN if is_begun else PageState.UNTOUCHED

    def answer(self, page: Page, question_set: int, question: int) -> Answer:
        from ..session.answers import blank

        nothing = blank(page.question_sets[question_set].questions[question])
        return self._given.get((page.number, question_set, question), nothing)

    def set_answer(self, page: Page, question_set: int, question: int, texts: Sequence[str]) -> str:
        self._given[page.number, question_set, question] = tuple(texts)
        return ""

    def _values(self, place: Place, _repetition: int) -> Values:
        from ..session.answers import values_of

        page = self._by_number[place.page]
        question = page.question_sets[place.question_set].questions[place.question]
        return values_of(question, self.answer(page, place.question_set, place.question))

    def _is_hidden(self, page: Page) -> bool:
        # Marks are put among the answers by others, too.
        self._visibility.look_at_all()
        return self._visibility.hides(Place(page.number))

    def hidden(self, page: Page) -> frozenset[tuple[int, int]]:
        """An author sees a page that is not asked, too."""
        self._visibility.look_at_all()
        return frozenset(
            (set_number, number)
            for set_number, each in enumerate(page.question_sets)
            for number in range(len(each.questions))
            if self._visibility.hides_any(Place(page.number, set_number, number).around[1:])
        )

    def start_press(self, *_where: int) -> Pressed:
        return Pressed(lambda: True, lambda: None, lambda: "")

    def step(self, name: str) -> list[str]:
        index = self.index + {"next": 1, "previous": -1}.get(name, 0)
        self.index = min(max(index, 0), len(self.pages) - 1)
        return []
