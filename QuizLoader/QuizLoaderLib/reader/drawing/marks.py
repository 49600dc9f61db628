"""The marks that a reader places on a page: each in its file, and in the results as it is."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ...images.mark_shapes import centre
from ...quiz.marked import MarkPlace
from ...quiz.model import SliceView
from ...quiz.question_types import MarkTool
from ...session.entries import MarkEvent
from ...session.files import SessionError
from ...views import arrows, lines, segmentations
from ...views.page import take_off_transforms
from ..save_queue import SaveQueue
from .mark_facts import shape_of
from .mark_placing import MarkPlacing
from .mark_saver import Mark, MarkSaver
from .page_drawn_on import NO_IMAGE, PageDrawnOn, PageKey

if TYPE_CHECKING:
    import slicer

    from ...session.marks import MarkStore
    from ...session.stored_marks import StoredMark


class Marks:
    """The marks of the page that is shown: ``PageDrawings.marks``; or what is measured there besides lines:
    ``PageDrawings.measures``.

    What a host does::

        node = marks.begin((0, 1), tool)    # let the reader place its points, with Slicer's markups
        marks.end(view)                     # once they are placed; gives why it is no mark, or nothing
        marks.look(view)                    # again and again: what was moved is saved
        marks.write((0, 1), number, text)   # what stands beside an arrow
        marks.delete((0, 1), number)        # until ``bring_back``
    """

    def __init__(self, queue: SaveQueue) -> None:
        self._queue = queue
        self._saver: MarkSaver | None = None
        self._marks: list[Mark] = []
        self._placing: MarkPlacing | None = None
        self._put_away: dict[PageKey, list[Mark]] = {}
        self._asked: frozenset[MarkPlace] | None = None

    @property
    def may_mark(self) -> bool:
        """Whether marks of the page that is shown may be placed, moved and deleted."""
        return self._saver is not None and self._saver.on.may_change

    def of(self, question: MarkPlace) -> "list[tuple[StoredMark, Mark | None]]":
        """The marks of a question as the results have them, each with what is on the images."""
        stored = self._saver.store.stored(*question) if self._saver else ()
        there = {mark.number: mark for mark in self._there() if mark.question == question}
        return [(one, there.get(one.number)) for one in stored if not one.is_deleted]

    # What a reader does

    def begin(self, question: MarkPlace, tool: MarkTool) -> "slicer.vtkMRMLMarkupsNode":
        """A node without points, in the scene; raises ValueError without ``may_mark``."""
        saver = self._saver
        if saver is None or not self.may_mark:
            raise ValueError("This page cannot be changed.")
        self.drop()
        name, color = saver.name(saver.next_number(question)), saver.question(question).mark_color
        self._placing = MarkPlacing(saver.on, question, tool, name, color)
        return self._placing.node

    def drop(self) -> None:
        """No mark is placed any more."""
        placing, self._placing = self._placing, None
        if placing is not None:
            segmentations.remove(placing.node)

    def end(self, pointed: SliceView | None = None) -> str:
        """All points are placed, as far as they will be; gives a sentence where they cannot be a mark."""
        placing, saver = self._placing, self._saver
        if placing is None or saver is None or not self.may_mark or not placing.is_complete:
            self.drop()
            return ""
        node = placing.made(pointed)
        if node is None:
            self.drop()
            return placing.why_not
        number = saver.next_number(placing.question)
        mark = Mark(node, question=placing.question, number=number, tool=placing.tool, noun=saver.store.noun)
        mark.view = placing.view
        saver.find_image(mark, placing.node)
        if node is not placing.node:
            self.drop()
        self._placing = None
        if fault := saver.tell(mark, MarkEvent.PLACED, pointed):
            segmentations.remove(node)
            return fault
        self._marks.append(mark)
        self._show(mark, saver.on)
        return ""

    def delete(self, question: MarkPlace, number: int) -> str:
        """Its file goes; it can be brought back until the page is left. Gives why it cannot, or nothing."""
        saver, mark = self._saver, self._mark(question, number)
        if saver is None or not self.may_mark:
            return ""
        try:
            saver.store.record(*question, number, MarkEvent.DELETED, {})
        except SessionError as fault:
            return str(fault)
        if mark is not None:
            mark.is_deleted = True
            # The last one that was deleted is the first to come back.
            self._marks.remove(mark)
            self._marks.append(mark)
            saver.delete_file(mark)
            if saver.on.is_there(mark.node):
                self._show(mark, saver.on)
        return ""

    def write(self, question: MarkPlace, number: int, text: str) -> None:
        """The text of an arrow, which is saved as where it is."""
        mark = self._mark(question, number)
        if mark is not None and self.may_mark and mark.tool.has_text:
            arrows.show_text(mark.node, text)

    def can_bring_back(self, question: MarkPlace) -> bool:
        return self.may_mark and self._deleted(question) is not None

    def bring_back(self, question: MarkPlace) -> str:
        """Undo the last deletion; gives why that cannot be, or nothing."""
        saver, mark = self._saver, self._deleted(question)
        if saver is None or mark is None or not self.may_mark:
            return ""
        try:
            saver.store.require(*question, mark.number, MarkEvent.BROUGHT_BACK)
        except SessionError as fault:
            return str(fault)
        saver.put_into_scene(mark)
        saver.to_delete.keep(mark.path)
        if refusal := saver.tell(mark, MarkEvent.BROUGHT_BACK, None):
            return refusal
        mark.is_deleted = False
        self._show(mark, saver.on)
        return ""

    def middle_ras(self, question: MarkPlace, number: int) -> tuple[str, np.ndarray] | None:
        """The ID of its image, and (3,) mm: a point of the mark that slices can go through; None where it is
        not on the images."""
        mark = self._mark(question, number)
        if mark is None or self._saver is None or not self._saver.on.is_there(mark.node):
            return None
        return mark.image_id, centre(shape_of(mark.node, mark.tool))

    def look(self, pointed: SliceView | None = None, at_once: bool = False) -> str:
        """Tell the results what was moved and now rests, or all with ``at_once``; gives why something cannot
        be taken, which is as it was then, or nothing."""
        saver, faults = self._saver, []
        if saver is None or not self.may_mark:
            return ""
        for mark in list(self._there()):
            if saver.on.is_there(mark.node):
                faults.append(saver.look_at(mark, pointed, at_once))
            elif all(map(saver.on.is_there, saver.on.volumes())):
                # A scene that is cleared takes the images too; that deletes no mark.
                faults.append(self.delete(mark.question, mark.number))
                if not mark.is_deleted:
                    saver.put_into_scene(mark)
                    self._show(mark, saver.on)
        return next(filter(None, faults), "")

    def ask(self, questions: frozenset[MarkPlace]) -> None:
        """Only marks of these questions may be moved: the others are not asked now."""
        if questions != self._asked:
            self._asked = questions
            self.show_again()

    # What PageDrawings does

    def show(self, on: PageDrawnOn, store: "MarkStore | None") -> list[str]:
        """Show the marks of a page; gives what is odd about their files."""
        self._saver = saver = MarkSaver(self._queue, on, store) if store else None
        self._marks, self._asked = self._put_away.pop(on.key, []), None
        for mark in self._marks:
            self._queue.when_saved(mark, lambda: None)
        sentences = []
        for question in saver.store.questions if saver else ():
            for stored in saver.store.stored(*question) if saver else ():
                if saver and not stored.is_deleted and self._mark(question, stored.number) is None:
                    found, odd = saver.read(question, stored)
                    self._marks += [found] if found else []
                    sentences += odd
        self.show_again()
        return sentences

    def show_again(self) -> None:
        for mark, on in self._in_scene():
            self._show(mark, on)

    def _show(self, mark: Mark, on: PageDrawnOn) -> None:
        take_off_transforms([mark.node])
        segmentations.save_with_scene(mark.node, mark.path is None)
        mark.node.SetLocked(not self.may_mark or not (self._asked is None or mark.question in self._asked))
        views = on.views_of(mark.image_id) if mark.image_id != NO_IMAGE else None
        lines.show_on(mark.node, [] if mark.is_deleted else views)

    def hide(self) -> None:
        for mark, _on in self._in_scene():
            lines.show_on(mark.node, [])

    def save(self) -> None:
        """Write what is not written, and tell the results."""
        self.look(at_once=True)
        for mark in self._there():
            if mark.fault:
                self._queue.save(mark)
        if self._saver is not None:
            self._saver.to_delete.delete()

    @property
    def is_saved(self) -> bool:
        """Whether the results have all marks where they are."""
        moved = (mark for mark, _on in self._in_scene() if mark.is_moved)
        return not self.may_mark or all(mark.is_deleted for mark in moved)

    def leave(self) -> None:
        """The page is left, after ``save``."""
        self.drop()
        for mark, on in self._in_scene():
            if not mark.is_deleted and (mark.fault or mark.path is None):
                lines.show_on(mark.node, [])
                self._put_away.setdefault(on.key, []).append(mark)
                self._queue.when_saved(mark, partial(self._let_go, on.key, mark))
            else:
                segmentations.remove(mark.node)
        self._saver, self._marks = None, []

    def close(self) -> None:
        self.leave()
        for mark in [mark for waiting in self._put_away.values() for mark in waiting]:
            lines.show_on(mark.node, None)
            segmentations.save_with_scene(mark.node, True)
        self._put_away = {}

    # Inside

    def _let_go(self, key: PageKey, mark: Mark) -> None:
        """A mark that was put away unsaved is saved now."""
        segmentations.remove(mark.node)
        self._put_away[key] = [other for other in self._put_away[key] if other is not mark]

    def _there(self) -> Iterator[Mark]:
        return (mark for mark in self._marks if not mark.is_deleted)

    def _in_scene(self) -> list[tuple[Mark, PageDrawnOn]]:
        on = self._saver.on if self._saver else None
        return [(mark, on) for mark in self._marks if on is not None and on.is_there(mark.node)]

    def _mark(self, question: MarkPlace, number: int) -> Mark | None:
        wanted = (question, number)
        return next((mark for mark in self._there() if (mark.question, mark.number) == wanted), None)

    def _deleted(self, question: MarkPlace) -> Mark | None:
        """The one that was deleted last."""
        found = [mark for mark in self._marks if mark.is_deleted and mark.question == question]
        return found[-1] if found else None
