"""The drawings of a page that is on its way: read by a thread, as the images are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...images.files.file_facts import Stamp, stamp_of
from ...views.segment_planes import PlaneScan
from .drawing_files import DrawingFiles, ReadDrawing, read_drawing
from .regions_to_draw import RegionsToDraw
from .segment_arrays import layers_of

if TYPE_CHECKING:
    from ...quiz.model import Image, Page
    from .page_drawn_on import SessionPage


@dataclass(frozen=True, eq=False)
class DrawingOnDisk:
    """``scan`` is that of ``found.segmentation``; ``is_behind``: the label map is not the one of the
    segments."""

    files: DrawingFiles
    found: ReadDrawing
    scan: PlaneScan
    is_behind: bool


def drawing_on_disk(files: DrawingFiles, regions: RegionsToDraw) -> DrawingOnDisk:
    """What was drawn, as ``read_drawing``, looked at as a whole; any thread may do it."""
    found = read_drawing(files, regions)
    drawn = found.segmentation
    scan = PlaneScan(layers_of(drawn) if drawn is not None else ()).to_the_end()
    return DrawingOnDisk(files, found, scan, not files.are_of_one_time)


class ComingDrawings:
    """Those of one page. ``stop_writing`` returns once no other thread writes such files."""

    def __init__(
        self, regions_of: Callable[[Image], RegionsToDraw], stop_writing: Callable[[DrawingFiles], None]
    ) -> None:
        self._regions_of, self._stop_writing = regions_of, stop_writing
        self._thread = ThreadPoolExecutor(1, "drawings on disk")
        self._coming: dict[Path, tuple[Stamp, Future[DrawingOnDisk]]] = {}

    def expect(self, page: Page, session_page: SessionPage | None) -> None:
        """Begin to read what the reader drew on it; of any other page no more is read."""
        self._forget()
        for image in page.images if session_page else ():
            own = session_page.own_drawing(image.id) if session_page else None
            if own is None or own.label_map in self._coming:
                continue
            if session_page and session_page.is_open():
                self._stop_writing(own)
            stamp = _stamp(own)
            read = self._thread.submit(drawing_on_disk, own, self._regions_of(image))
            self._coming[own.label_map] = stamp, read

    @property
    def are_read(self) -> bool:
        return all(read.done() for _stamp, read in self._coming.values())

    def take(self, files: DrawingFiles, regions: RegionsToDraw) -> DrawingOnDisk:
        """As the files are now; at once, where they were not expected or are others since."""
        stamp, read = self._coming.pop(files.label_map, (None, None))
        is_of_now = read is not None and stamp == _stamp(files)
        return read.result() if read is not None and is_of_now else drawing_on_disk(files, regions)

    def _forget(self) -> None:
        for _stamp, read in self._coming.values():
            read.cancel()
        self._coming.clear()

    def close(self) -> None:
        self._forget()
        self._thread.shutdown(wait=False)


def _stamp(files: DrawingFiles) -> Stamp:
    return stamp_of(files.label_map, (files.segments, files.strokes))
