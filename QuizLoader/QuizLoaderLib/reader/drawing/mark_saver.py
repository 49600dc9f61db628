"""Marks in their files and in the results, and what is found there when their page is shown again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...images.mark_shapes import made_an_arrow_again, made_an_ellipse_again
from ...quiz.marked import MarkPlace
from ...quiz.model import Question, SliceView
from ...quiz.question_types import MarkTool
from ...session.entries import MarkEvent
from ...session.files import SessionError
from ...views import arrows, lines, marks
from ...views.markup_files import write_markup
from ..save_queue import SaveQueue
from .mark_facts import facts_of, shape_of
from .page_drawn_on import NO_IMAGE, PageDrawnOn
from .saved_markup import FilesToDelete, SavedMarkup

if TYPE_CHECKING:
    import slicer

    from ...session.marks import MarkStore
    from ...session.stored_marks import StoredMark

_MADE_AGAIN = {MarkTool.ELLIPSE: made_an_ellipse_again, MarkTool.ARROW: made_an_arrow_again}
"""Of what Slicer does not have: its points are where they belong again, once some were moved."""


@dataclass
class Mark(SavedMarkup):
    """``told`` is the state that the results have, ``seen`` that of the last look, ``view`` the one that it
    was placed in. ``_looked_at`` is how often the node had been changed when it was looked at."""

    question: MarkPlace = (0, 0)
    number: int = 0
    tool: MarkTool = MarkTool.POINT
    noun: str = "Mark"
    view: SliceView | None = None
    is_deleted: bool = False
    told: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    seen: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    _looked_at: int = field(default=-1, repr=False)
    _is_moved: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        self._count_changes = marks.count_changes(self.node)

    @property
    def in_words(self) -> str:
        return f"{self.noun} {self.number}"

    @property
    def text(self) -> str | None:
        """Beside it, None where there cannot be one."""
        return arrows.text_of(self.node) if self.tool.has_text else None

    @property
    def state(self) -> np.ndarray:
        return marks.state_of(self.node, self.tool)

    @property
    def is_moved(self) -> bool:
        """Whether the results have another state; asked of hundreds again and again, of which none was
        changed."""
        changes = self._count_changes()
        if changes != self._looked_at:
            self._looked_at, self._is_moved = changes, self.state.tobytes() != self.told.tobytes()
        return self._is_moved

    def note_told(self) -> None:
        """The results have it as it is now."""
        self.told = self.seen = self.state
        self._looked_at = -1

    def write_node(self, path: Path) -> None:
        write_markup(self.node, path)


class MarkSaver:
    """Of one page: ``on`` is what it has on the images, ``store`` where the results of its marks are."""

    def __init__(self, queue: SaveQueue, on: PageDrawnOn, store: "MarkStore") -> None:
        self._queue, self.on, self.store = queue, on, store
        self.to_delete = FilesToDelete()

    def question(self, place: MarkPlace) -> Question:
        return self.store.questions[place]

    def name(self, number: int) -> str:
        """That stands beside it: of a mark its number alone."""
        return str(number) if self.store.noun == "Mark" else f"{self.store.noun} {number}"

    def next_number(self, place: MarkPlace) -> int:
        """That no mark has, or had."""
        return max((mark.number for mark in self.store.stored(*place)), default=0) + 1

    def tell(self, mark: Mark, event: MarkEvent, pointed: SliceView | None) -> str:
        """To its file and to the results; gives why it cannot be taken, or nothing."""
        try:
            self.store.require(*mark.question, mark.number, event)
        except SessionError as fault:
            return str(fault)
        self.find_image(mark)
        # Where there is no path any more, the file of before is not to be deleted.
        mark.path = None
        try:
            mark.path = self.store.file(*mark.question, mark.number)
            facts = facts_of(mark.node, mark.tool, mark.image_id, self.on, mark.view or pointed)
            if mark.path:
                self._queue.save(mark)
            self.store.record(*mark.question, mark.number, event, facts)
        except SessionError as fault:
            self.delete_file(mark)
            return str(fault)
        mark.note_told()
        return ""

    def look_at(self, mark: Mark, pointed: SliceView | None, at_once: bool) -> str:
        """Tell what was moved and rests. What cannot be taken is put back where the file and the results have
        it; gives why, or nothing."""
        if not mark.is_moved:
            mark.seen = mark.told
            return ""
        if not marks.is_complete(mark.node, mark.tool) and mark.tool is not MarkTool.BOX:
            # A mark has all its points, or is deleted as a whole.
            marks.put_back(mark.node, mark.tool, mark.told)
        state = mark.state
        is_at_rest, mark.seen = at_once or np.array_equal(state, mark.seen), state
        if np.array_equal(state, mark.told) or not is_at_rest:
            return ""
        try:
            self.store.require(*mark.question, mark.number, MarkEvent.MOVED)
        except SessionError as fault:
            marks.put_back(mark.node, mark.tool, mark.told)
            mark.note_told()
            return str(fault)
        event = MarkEvent.MOVED
        if again := _MADE_AGAIN.get(mark.tool):
            before, now = (marks.points_in(each, mark.tool) for each in (mark.told, state))
            if np.array_equal(before, now):
                event = MarkEvent.WRITTEN
            else:
                marks.set_points_ras(mark.node, again(before, now))
        return self.tell(mark, event, pointed)

    def find_image(self, mark: Mark, placed: "slicer.vtkMRMLMarkupsNode | None" = None) -> None:
        """The image that it is on already, that the quiz wants, or that it was ``placed`` on."""
        volumes, wanted = self.on.volumes(), self.question(mark.question).image
        points = shape_of(mark.node, mark.tool).points
        under = lines.volumes_under(placed or mark.node, list(volumes), points)
        found = [volumes[node] for node in under if wanted in ("", volumes[node])]
        if mark.image_id not in found:
            mark.image_id = found[0] if found else NO_IMAGE
        mark.is_calibrated = self.on.is_calibrated(mark.image_id)

    def put_into_scene(self, mark: Mark) -> None:
        """Where it was taken out."""
        if not self.on.is_there(mark.node):
            self.on.host.scene.AddNode(mark.node)
            marks.dress(mark.node, mark.tool, self.question(mark.question).mark_color)

    def delete_file(self, mark: Mark) -> None:
        mark.note_unsaved()
        self._queue.drop(mark)
        if mark.path:
            self.to_delete.add(mark.path)
            self.to_delete.delete()

    def read(self, place: MarkPlace, stored: "StoredMark") -> tuple[Mark | None, list[str]]:
        """The mark of a file, None where it is not to be shown; and what is odd about it, as sentences."""
        noun = self.store.noun.lower()
        try:
            path = self.store.file(*place, stored.number)
        except SessionError as fault:
            return None, [str(fault)]
        tools = [tool for tool in MarkTool if tool.value == stored.facts.get("Tool")]
        if path is None or not tools:
            return None, []
        if not path.is_file():
            return None, [
                f"The file of {noun} {stored.number} is gone, so it is not on the images: “{path}”."
            ]
        color = self.question(place).mark_color
        node = marks.read_mark(self.on.host.scene, tools[0], self.name(stored.number), color, path)
        if node is None:
            return None, [
                f"“{path}” is not a {noun} that can be shown; it is kept, and what is known of it too."
            ]
        mark = Mark(node, stored.facts.get("Image", ""), path, question=place, number=stored.number)
        mark.tool, mark.noun = tools[0], self.store.noun
        mark.view = next((view for view in SliceView if view.value == stored.facts.get("View")), None)
        mark.note_saved()
        mark.note_told()
        if mark.image_id not in self.on.images:
            mark.image_id = NO_IMAGE
        return mark, list(self._told_otherwise(mark, stored, path))

    def _told_otherwise(self, mark: Mark, stored: "StoredMark", path: Path) -> Iterator[str]:
        """A file that another program has changed is used as it is, and the results say so."""
        self.find_image(mark)
        facts = facts_of(mark.node, mark.tool, mark.image_id, self.on, mark.view)
        if any(facts.get(name, "") != stored.facts.get(name, "") for name in ("Center", "Size", "Text")):
            yield f"“{path}” was changed by another program; {mark.in_words.lower()} is where the file says."
            if self.on.may_change and (fault := self.tell(mark, MarkEvent.MOVED, None)):
                yield fault
