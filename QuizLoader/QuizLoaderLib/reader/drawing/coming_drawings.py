"""The drawings of a page that is on its way: read by a thread, as the images are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...images.files.file_facts import Stamp, stamp_of
from ...views.segment_planes import PlaneScan, voxel_count
from ...views.segmentations import began_with
from .drawing_files import DrawingFiles, ReadDrawing, read_drawing
from .regions_to_draw import RegionsToDraw
from .segment_arrays import layers_of

if TYPE_CHECKING:
    from ...quiz.model import Image, Page
    from .page_drawn_on import SessionPage

    _Read = Callable[[], tuple[Stamp, "DrawingOnDisk | None"]]


@dataclass(frozen=True, eq=False)
class DrawingOnDisk:
    """``scan`` is that of ``found.segmentation``; ``is_behind``: the label map is not the one of the
    segments."""

    files: DrawingFiles
    found: ReadDrawing
    scan: PlaneScan
    is_behind: bool

    @cached_property
    def voxels(self) -> int:
        """Of all segments together."""
        drawn = self.found.segmentation
        return voxel_count(layers_of(drawn)) if drawn is not None else 0

    @property
    def is_unchanged_copy(self) -> bool:
        """Whether it began as a copy of an earlier drawing, and is so still."""
        drawn = self.found.segmentation
        return drawn is not None and any(
            began_with(each.tags, self.scan.fingerprint) for each in drawn.segments
        )


def drawing_on_disk(files: DrawingFiles, regions: RegionsToDraw) -> DrawingOnDisk:
    """What was drawn, as ``read_drawing``, looked at as a whole; any thread may do it."""
    found = read_drawing(files, regions)
    drawn = found.segmentation
    scan = PlaneScan(layers_of(drawn) if drawn is not None else ()).to_the_end()
    return DrawingOnDisk(files, found, scan, not files.are_of_one_time)


@dataclass(frozen=True, eq=False)
class _Coming:
    """``is_start``: nobody draws there any more. Its strokes may be put into its files meanwhile, which makes
    no other drawing of it."""

    files: DrawingFiles
    read: Future[tuple[Stamp, DrawingOnDisk | None]]
    is_start: bool

    def taken(self) -> DrawingOnDisk | None:
        """None where that is not what is there now."""
        if self.is_start and self.read.exception() is not None:
            return None
        stamp, found = self.read.result()
        return found if self.is_start or stamp == _stamp(self.files) else None


class ComingDrawings:
    """Those of one page. ``stop_writing`` returns once no other thread writes such files."""

    def __init__(
        self, regions_of: Callable[[Image], RegionsToDraw], stop_writing: Callable[[DrawingFiles], None]
    ) -> None:
        self._regions_of, self._stop_writing = regions_of, stop_writing
        self._thread = ThreadPoolExecutor(1, "drawings on disk")
        self._coming: dict[Path, _Coming] = {}

    def expect(self, page: Page, session_page: SessionPage | None) -> None:
        """Begin to read what the reader drew on it, or begins with there; of any other page no more is
        read."""
        self.forget()
        for image in {image.id: image for image in page.images}.values() if session_page else ():
            assert session_page is not None
            own, is_open = session_page.own_drawing(image.id), session_page.is_open()
            regions = self._regions_of(image)
            if own is not None:
                if is_open:
                    self._stop_writing(own)
                self._begin(own, partial(_read_anew, own, regions))
            if own is None or is_open:
                before = self._coming[own.label_map].read if own else None
                for files in session_page.earlier_drawings(page, image.id):
                    self._begin(files, partial(_read_start, files, regions, before), is_start=True)

    def _begin(self, files: DrawingFiles, read: _Read, is_start: bool = False) -> None:
        if files.label_map not in self._coming:
            self._coming[files.label_map] = _Coming(files, self._thread.submit(read), is_start)

    @property
    def are_read(self) -> bool:
        return all(coming.read.done() for coming in self._coming.values())

    def take(self, files: DrawingFiles, regions: RegionsToDraw) -> DrawingOnDisk:
        """As the files are now; at once, where they were not expected or are others since."""
        coming = self._coming.pop(files.label_map, None)
        return (coming.taken() if coming is not None else None) or drawing_on_disk(files, regions)

    def forget(self) -> None:
        """The page is there."""
        for coming in self._coming.values():
            coming.read.cancel()
        self._coming.clear()

    def close(self) -> None:
        self.forget()
        self._thread.shutdown(wait=False)


def _read_anew(files: DrawingFiles, regions: RegionsToDraw) -> tuple[Stamp, DrawingOnDisk]:
    """With the stamp that the files had meanwhile."""
    while True:
        stamp = _stamp(files)
        found = drawing_on_disk(files, regions)
        if stamp == _stamp(files):
            return stamp, found


def _read_start(
    files: DrawingFiles,
    regions: RegionsToDraw,
    own: Future[tuple[Stamp, DrawingOnDisk | None]] | None,
) -> tuple[Stamp, DrawingOnDisk | None]:
    """What a reader begins with; nothing where the ``own`` drawing is more than an unchanged copy of it."""
    drawn = own.result()[1] if own is not None else None
    if drawn is not None and drawn.found.segmentation is not None and not drawn.is_unchanged_copy:
        return _stamp(files), None
    stamp, found = _read_anew(files, regions)
    # Counted here, and not by who waits.
    _ = found.voxels
    return stamp, found


def _stamp(files: DrawingFiles) -> Stamp:
    return stamp_of(files.label_map, (files.segments, files.strokes))
