"""Mark questions, as every host has them: marks placed by clicks, listed with sizes, gone to, deleted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..quiz.marked import mark_questions
from ..quiz.model import Question
from ..quiz.question_types import MarkTool, Takes
from ..views.planes import go_through, views_of
from ..views.tools import (
    is_placing,
    pointed_view,
    set_window_level_by_mouse,
    start_placing,
    stop_placing,
    window_level_by_mouse,
)
from .answers import Where
from .asking import Asking
from .drawing.mark_facts import OUTSIDE, place_text, size_text
from .drawing.marks import Marks
from .opened_quiz import OpenedQuiz

if TYPE_CHECKING:
    from ..session.stored_marks import StoredMark

LOOK_S = 0.25
"""How often a host looks at the marks: what was moved is saved, and told with its new size."""

LONGEST_TEXT = 200
"""Of an arrow: a host's field takes no more."""

TOOLS = {
    MarkTool.POINT: "Click on the finding.",
    MarkTool.LINE: "Click on the two ends.",
    MarkTool.ANGLE: "Click on one side, on the corner, then on the other side.",
    MarkTool.BOX: "Click on two opposite corners.",
    MarkTool.ELLIPSE: "Click on two opposite corners of the box around it.",
    MarkTool.CURVE: "Click on points around it; then press “Done”.",
    MarkTool.ARROW: "Click on what it points at, then where its text is to be.",
}
"""What to do with each."""


@dataclass(frozen=True)
class ShownMark:
    """``note`` says what is odd about it, ``can_go`` whether it is on the images, ``text`` is None where a
    reader cannot write one."""

    number: int
    tool: str
    size: str
    place: str
    note: str = ""
    can_go: bool = True
    text: str | None = None


@dataclass(frozen=True)
class ShownMarks:
    """A Mark question: ``tools`` are those that may be taken now, ``placing`` the one in hand."""

    tools: tuple[str, ...] = ()
    placing: str = ""
    hint: str = ""
    can_bring_back: bool = False
    may_change: bool = False
    marks: tuple[ShownMark, ...] = ()


@dataclass(frozen=True)
class _Taken:
    where: Where
    question: tuple[int, int]
    tool: MarkTool
    mouse_was_for_window: bool


@dataclass
class Marking:
    """Shows the Mark questions of the place that ``asking`` shows, in ``shown`` by set and question.

    ``changed()`` is called when a mark came or went, for its form does too; ``taken()`` before one is placed,
    so that other tools are put down; ``lead(where)`` when one was placed, to the first question of its form,
    which may be far down, or to where its text is written. A host shows ``shown`` after each call.
    """

    asking: Asking
    changed: Callable[[], None]
    taken: Callable[[], None] = lambda: None
    lead: Callable[[Where], None] = lambda where: None
    shown: dict[Where, ShownMarks] = field(default_factory=dict)
    _opened: OpenedQuiz | None = None
    _placing: _Taken | None = None
    _fault: str = ""
    _known: "dict[tuple[Where, int], tuple[StoredMark, ShownMark]]" = field(default_factory=dict)

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown; a mark that is being placed still is none."""
        self._release(opened)
        self._marks(opened).drop()
        self._opened, self._placing, self._fault, self._known = opened, None, "", {}
        self.look(is_new=True)

    def end(self) -> None:
        self.put_down()
        self._opened, self.shown = None, {}

    @property
    def is_placing(self) -> bool:
        return self._placing is not None

    def put_down(self) -> None:
        """What is placed is a mark if its points are enough, else it goes."""
        if self._opened is not None and self._placing is not None:
            self._release(self._opened)
            self._end_placing()

    def take(self, where: Where, tool: str) -> None:
        """The next clicks on a view are the points of a new mark; again: that is all of them."""
        opened, again = self._opened, self._placing
        self.put_down()
        is_same = again is not None and (again.where, again.tool.value) == (where, tool)
        if opened is None or is_same or tool not in self.shown.get(where, ShownMarks()).tools:
            return
        self.taken()
        kind, question, self._fault = MarkTool(tool), self._on_page(where), ""
        self._placing = _Taken(where, question, kind, window_level_by_mouse(opened.host))
        start_placing(opened.host, self._marks(opened).begin(question, kind))
        self.look()

    def delete(self, where: Where, number: int) -> None:
        """Until ``bring_back``, or until the page is left."""
        if self._opened and self.shown.get(where, ShownMarks()).may_change:
            self._fault = self._marks(self._opened).delete(self._on_page(where), number)
            self._changed()

    def write(self, where: Where, number: int, text: str) -> None:
        """The text of an arrow, in one line."""
        if self._opened and self.shown.get(where, ShownMarks()).may_change:
            words = "".join(one if one.isprintable() else " " for one in text)[:LONGEST_TEXT]
            self._marks(self._opened).write(self._on_page(where), number, words)
            self.look()

    def bring_back(self, where: Where) -> None:
        if self._opened and self.shown.get(where, ShownMarks()).may_change:
            self._fault = self._marks(self._opened).bring_back(self._on_page(where))
            self._changed()

    def go_to(self, where: Where, number: int) -> None:
        """All views show the slice that the mark is on."""
        opened = self._opened
        if opened and (place := self._marks(opened).middle_ras(self._on_page(where), number)) is not None:
            image_id, point = place
            page = opened.on_views.page
            go_through(page, opened.host, point.tolist(), views_of(page, image_id))

    def look(self, is_new: bool = False) -> None:
        """The marks as they are now; ``is_new`` where their forms are those of now."""
        opened = self._opened
        if opened is None or opened.shown is None:
            self.shown = {}
            return
        if self._placing is not None and not is_placing(opened.host):
            # With its last point.
            self._release(opened)
            self._end_placing()
            return
        marks = self._marks(opened)
        question_set = opened.answers.set_on_page(0)
        self._fault = marks.look(pointed_view(opened.host)) or self._fault
        if question_set != opened.answers.set_on_page(0):
            # It was asked because of a mark that is gone.
            self.asking.show()
        questions = self._questions()
        marks.ask(frozenset(map(self._on_page, questions)))
        before = self._numbers
        self.shown = {where: self._shown(opened, where, each) for where, each in questions.items()}
        if before != self._numbers and not is_new:
            self.changed()

    def is_wanted(self, opened: OpenedQuiz) -> bool:
        """Whether the page has anything for it."""
        return bool(mark_questions(opened.page))

    # Inside

    def _marks(self, opened: OpenedQuiz) -> Marks:
        return opened.drawings.marks

    @property
    def _numbers(self) -> set[tuple[Where, int]]:
        return {(where, mark.number) for where, each in self.shown.items() for mark in each.marks}

    def _questions(self) -> dict[Where, Question]:
        asked = self.asking.asked
        return {
            (set_number, number): question
            for set_number, each in enumerate(asked.question_sets if asked else ())
            for number, question in enumerate(each.questions)
            if question.facts.takes is Takes.MARKS and (set_number, number) not in self.asking.hidden
        }

    def _on_page(self, where: Where) -> tuple[int, int]:
        assert self._opened is not None
        return self._opened.answers.set_on_page(where[0]), where[1]

    def _shown(self, opened: OpenedQuiz, where: Where, question: Question) -> ShownMarks:
        marks, on_page = self._marks(opened), self._on_page(where)
        placing = self._placing if self._placing and self._placing.where == where else None
        shown = tuple(self._shown_marks(opened, on_page))
        is_full = question.maximum is not None and len(shown) >= question.maximum
        hint = TOOLS[placing.tool] if placing else self._fault
        if is_full and not hint:
            hint = f"There are {len(shown)} marks, as many as this question takes."
        return ShownMarks(
            tools=tuple(tool.value for tool in question.tools) if marks.may_mark and not is_full else (),
            placing=placing.tool.value if placing else "",
            hint=hint if marks.may_mark else "",
            can_bring_back=marks.can_bring_back(on_page) and not is_full,
            may_change=marks.may_mark,
            marks=shown,
        )

    def _shown_marks(self, opened: OpenedQuiz, on_page: tuple[int, int]) -> Iterator[ShownMark]:
        """Only those that changed are made anew: there may be hundreds, and this is asked all the time."""
        page = opened.page
        # Which image is on which side may be hidden from the reader.
        has_several = len({image.id for image in page.images}) > 1 and not page.randomize_sides
        for stored, mark in self._marks(opened).of(on_page):
            of, shown = self._known.get((on_page, stored.number), (None, None))
            text = mark.text if mark else stored.facts.get("Text")
            if of is not stored or shown is None or (shown.can_go, shown.text) != (mark is not None, text):
                shown = _shown_mark(stored, has_several, mark is not None, text)
                self._known[on_page, stored.number] = stored, shown
            yield shown

    def _end_placing(self) -> None:
        assert self._opened is not None
        self._placing, before = None, self._numbers
        self._fault = self._marks(self._opened).end(pointed_view(self._opened.host))
        self._changed()
        for where, number in self._numbers - before:
            asked = enumerate(self._questions()[where].questions)
            for first in [each for each, one in asked if one.facts.takes is not Takes.NOTHING][:1]:
                self.lead((*where, number, first))
            if any(mark.number == number and mark.text is not None for mark in self.shown[where].marks):
                self.lead((*where, number))

    def _changed(self) -> None:
        self.asking.touch()
        self.look()

    def _release(self, opened: OpenedQuiz) -> None:
        if self._placing is not None:
            stop_placing(opened.host)
            if self._placing.mouse_was_for_window:
                set_window_level_by_mouse(opened.host, True)


def _shown_mark(stored: "StoredMark", with_image: bool, can_go: bool, text: str | None) -> ShownMark:
    return ShownMark(
        stored.number,
        stored.facts.get("Tool", ""),
        size_text(stored.facts),
        place_text(stored.facts, with_image),
        OUTSIDE * (not stored.facts.get("Image")) if can_go else "its file cannot be shown",
        can_go,
        text,
    )
