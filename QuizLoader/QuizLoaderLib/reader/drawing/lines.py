"""The lines that a reader measures on a page: shown on arrival, each in its file, gone when deleted."""

from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from ...views import lines, segmentations
from ...views.page import take_off_transforms
from ..save_queue import SaveQueue
from .line_files import Line, kept_by, line_nodes, next_name, read_lines, why_full
from .page_drawn_on import NO_IMAGE, PageDrawnOn, PageKey
from .saved_markup import FilesToDelete
from .stroke_saver import REST_S

if TYPE_CHECKING:
    import slicer


class Lines:
    """The lines of the page that is shown: ``Drawing.lines``.

    What a host does::

        node = lines.new()                  # let the reader place its two points, with Slicer's markups
        for line in lines.measured: ...     # line.node, line.image_id, line.length_mm
        lines.remove(node)                  # its file too, until ``bring_back``
        lines.show_in_all_views(True)       # not only where the image of the line is shown

    A line node that somebody else adds to the scene while the page is shown is one of its lines as well, and
    one that is taken out of the scene of a page with images is removed. What is removed can be brought back
    until the page is left. A line belongs to the image that Slicer placed it on, if one of its points is
    inside it, else to the first image of the page that has a point inside, else to the page.
    """

    def __init__(self, queue: SaveQueue) -> None:
        self._queue = queue
        self._seen: list[object] = []
        self._seen_at = 0.0
        self._on: PageDrawnOn | None = None
        self._lines: list[Line] = []
        self._unread: dict[str, list[Path]] = {}
        self._foreign: set[str] = set()
        self._to_delete = FilesToDelete()
        self._removed: list[tuple[int, Line]] = []  # with the places that they had
        self._put_away: dict[PageKey, list[Line]] = {}
        self._in_all_views = False

    @property
    def may_measure(self) -> bool:
        """Whether lines of the page that is shown may be made, moved and removed."""
        return self._on is not None and self._on.may_change

    @property
    def measured(self) -> tuple[Line, ...]:
        """The lines that have both points, oldest first."""
        self._look()
        on = self._on
        return tuple(line for line in self._lines if on and on.is_there(line.node) and line.is_complete)

    def new(self) -> "slicer.vtkMRMLMarkupsLineNode":
        """A line node without points, in the scene; raises ValueError without ``may_measure``."""
        if self._on is None or not self.may_measure:
            raise ValueError("This page cannot be changed.")
        node = lines.new_line(self._on.host.scene, next_name(self._lines))
        self._lines.append(Line(node))
        return node

    def remove(self, node: "slicer.vtkMRMLMarkupsLineNode") -> str:
        """Delete a line with its file; gives why that cannot be, or nothing. Raises ValueError without
        ``may_measure``."""
        if self._on is None or not self.may_measure:
            raise ValueError("This page cannot be changed.")
        own = [line for line in self._lines if line.node is node]
        if faults := [fault for line in own if (fault := kept_by(self._on, line))]:
            return faults[0]
        segmentations.remove(node)
        for line in own:
            self._forget(line)
        self.note()
        return ""

    @property
    def can_bring_back(self) -> bool:
        return self.may_measure and bool(self._removed)

    def bring_back(self) -> str:
        """Undo the last deletion, with a new file, for another line may have the one before; gives why that
        cannot be, or nothing."""
        if not self.can_bring_back or self._on is None:
            return ""
        if fault := why_full(self._on):
            return fault
        place, line = self._removed.pop()
        line.path = None
        line.note_unsaved()
        line.put_back(self._on.host.scene)
        if any(other.node.GetName() == line.node.GetName() for other in self._lines):
            line.node.SetName(next_name(self._lines))
        self._lines.insert(place, line)
        self._find_image(line, self._on)
        self.show_again()
        self.save_new()
        return ""

    def show_in_all_views(self, on: bool) -> None:
        self._in_all_views = on
        self.show_again()

    # What Drawing does

    def show(self, on: PageDrawnOn) -> list[str]:
        """Show the lines of a page; gives what is odd about their files."""
        self._on, self._in_all_views, self._unread = on, False, {}
        self._foreign = {node.GetID() for node in line_nodes(on)}
        self._lines = self._put_away.pop(on.key, [])
        for line in self._lines:
            self._queue.when_saved(line, self.note)
        sentences: list[str] = []
        if on.session_page is not None:
            read, self._unread, sentences = read_lines(on, self._lines)
            self._lines += read
        self.show_again()
        self.note()
        return sentences

    def show_again(self) -> None:
        if self._on is None:
            return
        for line in self._lines:
            if self._on.is_there(line.node):
                take_off_transforms([line.node])
                line.is_calibrated = self._on.is_calibrated(line.image_id)
                lines.show_length(line.node, line.is_calibrated)
                is_bound = line.image_id != NO_IMAGE and not self._in_all_views
                lines.show_on(line.node, self._on.views_of(line.image_id) if is_bound else None)

    def hide(self) -> None:
        for line in self._lines:
            if self._on is not None and self._on.is_there(line.node):
                lines.show_on(line.node, [])

    def save(self) -> None:
        """Write what is not written, and tell the session."""
        may_write = self._on is not None and self._on.writes_to is not None
        for line in self.measured:
            if may_write or line.fault:
                self._queue.save(line)
        self.note()

    @property
    def is_saved(self) -> bool:
        return not self._unsaved()

    def rest(self) -> bool:
        """As ``StrokeSaver.rests``."""
        points = [lines.points_ras(line.node).tolist() for line in self._unsaved()]
        if points != self._seen:
            self._seen, self._seen_at = points, self._queue.clock()
        return self._queue.clock() - self._seen_at >= REST_S

    def _unsaved(self) -> list[Line]:
        may_write = self._on is not None and self._on.writes_to is not None
        return [line for line in (self.measured if may_write else ()) if not line.is_saved and not line.fault]

    def note(self) -> None:
        """What the session says of the lines is what is there."""
        if self._on is None or self._on.writes_to is None:
            return
        files = self._on.writes_to
        for image_id in [*self._on.images, NO_IMAGE]:
            own = [line.path for line in self._lines if line.image_id == image_id and line.path]
            paths = [*own, *self._unread.get(image_id, [])]
            if set(paths) != set(files.lines(image_id)):
                files.set_lines(image_id, sorted(paths, key=lambda path: (len(path.name), path.name)))
        # The results name no file that is not there.
        self._to_delete.delete()

    def save_new(self) -> None:
        """Write lines that were never written, and tell the session: the page may require them."""
        for line in self.measured if self._on is not None and self._on.writes_to else ():
            if line.is_new:
                self._queue.save(line)
        self.note()

    def leave(self) -> None:
        """The page is left, after ``save``."""
        on, self._on = self._on, None
        if on is None:
            return
        for line in self._lines:
            if not on.is_there(line.node):
                continue
            if line.is_complete and (line.fault if on.session_page else True):
                lines.show_on(line.node, [])
                self._put_away.setdefault(on.key, []).append(line)
                self._queue.when_saved(line, partial(self._let_go, on.key, line))
            else:
                segmentations.remove(line.node)
        self._lines, self._removed = [], []

    def _let_go(self, key: PageKey, line: Line) -> None:
        """A line that was put away unsaved is saved now."""
        segmentations.remove(line.node)
        self._put_away[key] = [other for other in self._put_away[key] if other is not line]

    def close(self) -> None:
        self.leave()
        for line in self._all_put_away():
            lines.show_on(line.node, None)
            segmentations.save_with_scene(line.node, True)
        self._put_away = {}

    # Inside

    def _look(self) -> None:
        """Take in lines that came, let go of those that went, and find the image of those that are new."""
        on = self._on
        if on is None or not on.may_change:
            return
        # A scene that is cleared takes the images too; that deletes no line.
        volumes = on.volumes()
        is_watched = bool(volumes) and all(on.is_there(volume) for volume in volumes)
        known = {line.node for line in self._lines} | {line.node for line in self._all_put_away()}
        for node in line_nodes(on):
            if node not in known and node.GetID() not in self._foreign:
                self._lines.append(Line(node))
        for line in list(self._lines):
            is_gone = not on.is_there(line.node)
            if (is_gone and is_watched) or (not is_gone and line.path is not None and not line.is_complete):
                if kept_by(on, line):
                    line.put_back(on.host.scene)
                    self.show_again()
                    continue
                self._forget(line)
                if not is_gone:
                    # One point was deleted; what is left is a line that is being placed.
                    self._lines.append(Line(line.node))
            elif not is_gone and line.path is None:
                self._find_image(line, on)

    def _forget(self, line: Line) -> None:
        if line.is_complete:
            self._removed.append((self._lines.index(line), line))
        self._lines.remove(line)
        self._queue.drop(line)
        if line.path is not None:
            self._to_delete.add(line.path)

    def _find_image(self, line: Line, on: PageDrawnOn) -> None:
        volumes = on.volumes()
        under = lines.volumes_under(line.node, list(volumes))
        image_id = volumes[under[0]] if under else NO_IMAGE
        line.is_calibrated = on.is_calibrated(image_id)
        lines.show_length(line.node, line.is_calibrated)
        if not line.is_complete:
            return
        line.image_id = image_id
        if on.writes_to is not None:
            taken = {each.path for each in self._lines}
            numbered = (on.writes_to.line_file(line.image_id, number) for number in count())
            line.path = next(path for path in numbered if path not in taken and not path.exists())
            # That of a line which was deleted before it was written.
            self._to_delete.keep(line.path)
            segmentations.save_with_scene(line.node, False)

    def _all_put_away(self) -> list[Line]:
        return [line for waiting in self._put_away.values() for line in waiting]
