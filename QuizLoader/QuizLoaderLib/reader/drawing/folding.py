"""The strokes of a page that was left are put into its files by a thread, while the reader goes on.

The journal has everything until both files are whole on the disk, so nothing waits for this but the end of
the quiz. Who comes back to the page before stops it, and goes on with the journal.
"""

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ...masks.painting import LostOverlap
from ...quiz.model import Image
from ...quiz.problems import ExplainedError
from ...session.files import reason
from ...session.whole_file import remove_left_overs
from ..save_queue import RETRY_S, SaveQueue
from .drawing_files import DrawingFiles, StoppedError, Turn, put_strokes_into_files
from .image_drawing import ImageDrawing, named
from .page_drawn_on import SessionPage
from .regions_to_draw import RegionsToDraw
from .strokes import remove_folded

if TYPE_CHECKING:
    from ...session.order import PageKey

Told = Callable[[tuple[LostOverlap, ...]], None]


@dataclass(eq=False)
class Fold:
    """Of one drawing, as the ``SaveQueue`` knows it: ``save`` begins it, and looks whether it is done.

    ``tell`` gets what overlaps cost the label map, before the journal is removed; ``what`` names the drawing
    in a sentence.
    """

    files: DrawingFiles
    regions: RegionsToDraw
    what: str
    tell: Told
    thread: ThreadPoolExecutor
    turn: Turn = field(default_factory=Turn)
    fault: str = ""
    _lost: Future[tuple[LostOverlap, ...] | None] | None = None
    _retry_s: ClassVar[float] = RETRY_S

    @property
    def retry_s(self) -> float:
        return self._retry_s if self.fault else 0.0

    @property
    def unsaved(self) -> str:
        """Nothing while it is under way: the journal has it all."""
        if not self.fault:
            return ""
        why = f"its files cannot be written now ({self.fault}); this is tried again."
        return f"{self.what} is saved in its journal, but {why}"

    def save(self) -> bool:
        if self.turn.is_over:
            return True
        try:
            if self._lost is None:
                self._lost = self.thread.submit(put_strokes_into_files, self.files, self.regions, self.turn)
            if not self._lost.done():
                return False
            done, self._lost = self._lost, None
            lost = done.result()
            if lost is not None:
                self.tell(lost)
                if not remove_folded(self.files.strokes):
                    self.fault = "another program draws"
                    return False
        except StoppedError:
            return True
        except (OSError, MemoryError) as fault:
            self.fault = reason(fault)
            return False
        except (RuntimeError, ExplainedError) as fault:
            # The thread has ended, or the session takes no more.
            self.fault = str(fault).rstrip(".")
            return False
        return True

    def stop(self) -> None:
        """Nothing of it is replaced any more."""
        self.turn.stop()
        if self._lost is not None:
            self._lost.cancel()

    def wait(self, most_s: float | None) -> None:
        """Until it is done, or has failed; ``save`` says which."""
        if self._lost is not None:
            wait([self._lost], most_s)

    def save_copy(self, folder: Path) -> None:
        path = self.files.label_map
        copy = DrawingFiles(folder / path.parent.name / path.name)
        try:
            lost = put_strokes_into_files(copy, self.regions, Turn())
        except MemoryError as fault:
            raise OSError(None, reason(fault), str(copy.segments)) from fault
        if lost is not None:
            copy.strokes.unlink(missing_ok=True)
        elif not copy.are_there:
            raise OSError(None, "what was drawn is not in the copy", str(copy.label_map))


class Folds:
    """All that are under way, one after another in one thread, kept in the queue of what is not saved."""

    def __init__(self, queue: SaveQueue, regions_of: Callable[[Image], RegionsToDraw]) -> None:
        self._queue, self._regions_of = queue, regions_of
        self._thread = ThreadPoolExecutor(1, "drawings")
        self._folds: dict[Path, Fold] = {}
        self._is_resumed = self._is_closed = False

    def begin(
        self, page: SessionPage | None, drawings: Iterable[ImageDrawing], everywhere: bool = False
    ) -> None:
        """What the journals have of these ``drawings`` on this page, as long as nobody draws on them, and of
        its images that are not there now; ``everywhere``: of all other pages, too."""
        if page is None or page.is_review:
            return
        there = {drawing.image.id: drawing for drawing in drawings}
        for drawing in there.values():
            files = drawing.files
            is_in_journal = drawing.may_change and drawing.has_strokes and not drawing.needs_files
            if files is not None and is_in_journal and files.strokes.is_file():
                self._begin(page, page.key, drawing.image, files)
        behind = page.files.behind(None if everywhere else page.key)
        self._begin_all(page, [each for each in behind if each[0] != page.key or each[1].id not in there])

    def resume(self, page: SessionPage | None, may_change: bool) -> None:
        """Once for a session: what an earlier run of the program had not done, but on a ``page`` that is gone
        on with."""
        if page is None or self._is_resumed:
            return
        self._is_resumed = True
        behind = [each for each in page.files.behind() if not (may_change and each[0] == page.key)]
        if not page.is_review:
            for folder in {path.parent for _key, _image, path in behind}:
                remove_left_overs(folder)
        self._begin_all(page, behind)

    def _begin_all(self, page: SessionPage, behind: "Iterable[tuple[PageKey, Image, Path]]") -> None:
        for key, image, path in behind:
            # A finished quiz may lie where nobody can write.
            if not page.is_review or os.access(path.parent, os.W_OK):
                self._begin(page, key, image, DrawingFiles(path))

    def _begin(self, page: SessionPage, key: "PageKey", image: Image, files: DrawingFiles) -> None:
        if self._is_closed or files.label_map in self._folds:
            return

        def tell(lost: tuple[LostOverlap, ...]) -> None:
            if not page.is_review:
                voxels = sum(loss.voxels for loss in lost)
                page.files.set_lost_voxels(key, image.id, files.label_map, files.segments, voxels)

        what = named(image.id, page.files.page(key))
        fold = Fold(files, self._regions_of(image), what, tell, self._thread)
        self._folds[files.label_map] = fold
        self._save(fold)

    def look(self) -> None:
        """Whether any is done."""
        for fold in [each for each in self._folds.values() if not each.fault]:
            self._save(fold)

    def stop(self, files: DrawingFiles | None) -> None:
        """Returns when nothing of it is replaced any more; what it had not done is in the journal."""
        fold = self._folds.pop(files.label_map, None) if files is not None else None
        if fold is not None:
            fold.stop()
            self._queue.drop(fold)

    @property
    def is_done(self) -> bool:
        """Whether none is under way; one that failed is tried again later."""
        return all(fold.fault for fold in self._folds.values())

    @property
    def sentences(self) -> list[str]:
        """Which have failed, and why."""
        return [fold.unsaved for fold in self._folds.values() if fold.fault]

    def wait(self, most_s: float | None = None) -> None:
        """Until all are done, or have failed; what failed before is tried again."""
        until = None if most_s is None else time.monotonic() + most_s
        for fold in list(self._folds.values()):
            fold.fault = ""
            if not self._save(fold) and not fold.fault:
                fold.wait(None if until is None else max(0.0, until - time.monotonic()))
                self._save(fold)

    def close(self) -> None:
        """Nothing is begun any more, or replaced: what is not done is resumed by the next run of the
        program."""
        self._is_closed = True
        for fold in list(self._folds.values()):
            self.stop(fold.files)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _save(self, fold: Fold) -> bool:
        """Gives whether it is done; the queue may find that out, too."""
        if self._queue.save(fold):
            self._forget(fold)
            return True
        self._queue.when_saved(fold, lambda: self._forget(fold))
        return False

    def _forget(self, fold: Fold) -> None:
        if self._folds.get(fold.files.label_map) is fold:
            del self._folds[fold.files.label_map]
