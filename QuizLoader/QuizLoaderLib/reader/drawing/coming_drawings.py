"""The drawings of a page that is on its way: read by a thread, as the images are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...images.files.file_facts import Stamp, stamp_of
from ...quiz.given_contours import given_on
from ...views.segment_planes import PlaneScan, voxel_count
from ...views.segmentations import began_with
from ..work_ahead import WorkAhead
from .drawing_files import DrawingFiles, ReadDrawing, read_drawing
from .regions_to_draw import RegionsToDraw
from .segment_arrays import layers_of
from .starts import GivenStart, MergedStart, PageArrays, Start, merged_start

if TYPE_CHECKING:
    from ...images.arrays import ImageArrays
    from ...images.grid import Grid
    from ...images.loading.page_request import PageRequest
    from ...quiz.model import Image, Page
    from ...quiz.regions import QuizRegions
    from .given_contours import GivenContours
    from .page_drawn_on import SessionPage

    _Read = tuple[Stamp, "DrawingOnDisk | None"]
    _Reads = Future[_Read]

_GIVEN, _MERGED = "given", "merged"
"""Of an image, beside the paths of drawings."""


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
    def start(self) -> Start | None:
        """What a drawing that is a copy of it begins as."""
        drawn = self.found.segmentation
        return Start(drawn, self.scan, self.voxels) if drawn is not None else None

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


class ComingDrawings:
    """Those of one page, and what else its drawings begin as. ``stop_writing`` returns once no other thread
    writes such files; ``names`` are the quiz's, of regions that are given."""

    def __init__(
        self,
        regions_of: Callable[[Image], RegionsToDraw],
        names: QuizRegions,
        stop_writing: Callable[[DrawingFiles], None],
    ) -> None:
        self._regions_of, self._names, self._stop_writing = regions_of, names, stop_writing
        self._prepared = WorkAhead("drawings on disk")
        self._starts: set[Path] = set()

    def expect(self, images: PageRequest, session_page: SessionPage | None) -> None:
        """Begin to read what the reader drew on a page, or begins with there; of any other page no more is
        read."""
        self.forget()
        page = images.page
        for image in {image.id: image for image in page.images}.values():
            own = self._expect_drawn(image, images, session_page) if session_page else None
            if given_on(page).get(image.id):
                work = partial(self._given, images, image.id, self._regions_of(image), own)
                self._prepared.begin((_GIVEN, image.id), work)

    def _expect_drawn(self, image: Image, images: PageRequest, session_page: SessionPage) -> _Reads | None:
        """Gives what comes of the reader's own drawing."""
        own, is_open = session_page.own_drawing(image.id), session_page.is_open()
        regions = self._regions_of(image)
        before = None
        if own is not None:
            if is_open:
                self._stop_writing(own)
            before = self._prepared.begin(own.label_map, partial(_read_anew, own, regions))
        if own is None or is_open:
            reads = []
            for files in session_page.earlier_drawings(images.page, image.id):
                self._starts.add(files.label_map)
                read = partial(_read_start, files, regions, before)
                reads.append(self._prepared.begin(files.label_map, read))
            if len(reads) > 1:
                work = partial(self._merged, images, image.id, regions, reads)
                self._prepared.begin((_MERGED, image.id), work)
        return before

    @property
    def are_ready(self) -> bool:
        return self._prepared.is_done

    def take(self, files: DrawingFiles, regions: RegionsToDraw) -> DrawingOnDisk:
        """As the files are now; at once, where they were not expected or are others since. Strokes may be put
        meanwhile into those of a drawing where nobody draws any more, which makes no other drawing of it."""
        is_start = files.label_map in self._starts

        def holds(read: _Read) -> bool:
            return read[1] is not None and (is_start or read[0] == _stamp(files))

        found = self._prepared.take(files.label_map, holds, partial(_read_anew, files, regions))[1]
        assert found is not None
        return found

    def take_start(
        self, image_id: str, earlier: Sequence[DrawingFiles], grid: Grid, regions: RegionsToDraw
    ) -> tuple[list[DrawingOnDisk], Start | None]:
        """The ``earlier`` drawings, and what is begun with: of several what they are together on the voxels
        of ``grid``, None where nothing is there."""
        found = [self.take(files, regions) for files in earlier]
        drawn = [each for each in found if each.found.segmentation is not None]
        if len(drawn) > 1:
            together = self._prepared.take(
                (_MERGED, image_id),
                lambda merged: merged is not None and merged.is_of(drawn, grid),
                lambda: merged_start(drawn, grid, regions),
            )
            return found, together.start if together else None
        return found, drawn[0].start if drawn else None

    def take_given(self, image_id: str, on: PageArrays, regions: RegionsToDraw) -> GivenContours | None:
        """What is given on an image, None where that is nothing."""
        if not on.given(image_id):
            return None
        return self._prepared.take(
            (_GIVEN, image_id),
            lambda given: given.is_of(on, image_id),
            lambda: on.given_start(image_id, regions),
        ).contours

    def page_arrays(self, page: Page, arrays: Sequence[ImageArrays | None]) -> PageArrays:
        return PageArrays(page, arrays, self._names)

    def forget(self) -> None:
        """The page is there."""
        self._prepared.forget()
        self._starts.clear()

    def close(self) -> None:
        self._prepared.close()

    def _arrays(self, images: PageRequest) -> PageArrays:
        """Waited for."""
        numbers = range(len(images.page.images))
        return self.page_arrays(images.page, [images.outcome(number)[0] for number in numbers])

    def _merged(
        self, images: PageRequest, image_id: str, regions: RegionsToDraw, reads: Sequence[_Reads]
    ) -> MergedStart | None:
        found = [read.result()[1] for read in reads]
        drawn = [each for each in found if each is not None and each.found.segmentation is not None]
        if None in found or len(drawn) < 2:
            return None
        return merged_start(drawn, self._arrays(images).grid(image_id), regions)

    def _given(
        self, images: PageRequest, image_id: str, regions: RegionsToDraw, own: _Reads | None
    ) -> GivenStart:
        given = self._arrays(images).given_start(image_id, regions)
        drawn = own.result()[1] if own is not None else None
        if given.contours is not None:
            given.contours.look(as_start=drawn is None or drawn.found.segmentation is None)
        return given


def _read_anew(files: DrawingFiles, regions: RegionsToDraw) -> _Read:
    """With the stamp that the files had meanwhile."""
    while True:
        stamp = _stamp(files)
        found = drawing_on_disk(files, regions)
        if stamp == _stamp(files):
            return stamp, found


def _read_start(files: DrawingFiles, regions: RegionsToDraw, own: _Reads | None) -> _Read:
    """What a reader begins with; nothing where the ``own`` drawing is more than an unchanged copy of it."""
    drawn = own.result()[1] if own is not None else None
    if drawn is not None and drawn.found.segmentation is not None and not drawn.is_unchanged_copy:
        return _stamp(files), None
    stamp, found = _read_anew(files, regions)
    # Counted here, and not by who waits.
    _ = found.voxels if found else 0
    return stamp, found


def _stamp(files: DrawingFiles) -> Stamp:
    return stamp_of(files.label_map, (files.segments, files.strokes))
