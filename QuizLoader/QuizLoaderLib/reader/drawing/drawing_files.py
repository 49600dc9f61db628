"""The files of a drawing that a reader drew: the segments as Slicer saves them, and the label map.

``<name>-quizlabel.seg.nrrd`` is the drawing, with names, colours and overlaps. ``<name>-quizlabel.nrrd``
is made from it, on all voxels of the image, under the name and for the scripts of the original's results.
Both appear whole or not at all, the segments first. The label map says in its header which segments it was
made from, and which voxels it had, so that what a crash or a hand left is recognized by a look at headers. It
also says how many voxels of a region lie under another one. What was drawn since is in a journal beside them
(``strokes``).
"""

import hashlib
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, BinaryIO, ClassVar

import numpy as np

from ...images.arrays import SegmentationArrays
from ...images.errors import ImageReadError
from ...images.files.file_facts import look_at
from ...images.files.nrrd import NrrdHeader
from ...images.grid import Grid
from ...images.types.segmentation import read as read_segments
from ...images.types.type_module import ReadContext
from ...masks.errors import MaskError
from ...masks.files import reference_geometry, write_nrrd, write_segments
from ...masks.painting import LostOverlap, Mask, paint
from ...masks.segments import segments_of
from ...masks.sources import read_mask_file
from ...quiz.value_map import ValueMap
from ...session.files import strokes_of
from ...session.whole_file import sync, whole_file
from ...views.segmentations import write_segmentation
from .regions_to_draw import RegionsToDraw
from .strokes import NO_FILE, append_folded, read_strokes, remove_folded

if TYPE_CHECKING:
    import slicer
    from _typeshed import SupportsWrite


class StoppedError(Exception):
    """Somebody goes on with the journal whose strokes were being put into the files."""


class Turn:
    """Of who writes the files of a drawing, until somebody else stops it; ``REPLACING`` is held while any
    file gets its name, and by who reads them meanwhile."""

    REPLACING: ClassVar[RLock] = RLock()

    def __init__(self) -> None:
        self.is_over = False

    def stop(self) -> None:
        with self.REPLACING:
            self.is_over = True

    def require(self) -> None:
        """Raises StoppedError where it is over."""
        if self.is_over:
            raise StoppedError

    @contextmanager
    def packed_file(
        self, path: Path, about_to: Callable[[Path], None] | None = None
    ) -> "Iterator[SupportsWrite[bytes]]":
        """As ``whole_file``, for who writes a plane at a time: also each ``write`` raises StoppedError."""
        with self.whole_file(path, about_to) as part, part.open("wb") as file:
            yield _Watched(self, file)

    @contextmanager
    def whole_file(self, path: Path, about_to: Callable[[Path], None] | None = None) -> Iterator[Path]:
        """As the function; ``about_to(part)`` is the last that is done before the part gets its name. Raises
        StoppedError where the turn is over, and OSError."""
        # The lock is let go of behind the renaming.
        with ExitStack() as last, whole_file(path) as part:
            yield part
            with part.open("rb+") as file:
                sync(file.fileno())
            last.enter_context(self.REPLACING)
            self.require()
            if about_to is not None:
                about_to(part)


@dataclass(frozen=True)
class _Watched:
    turn: Turn
    file: BinaryIO

    def write(self, data: bytes) -> int:
        self.turn.require()
        return self.file.write(data)


_MADE_FROM, _VOXELS, _LOST = "QuizLoader_MadeFrom", "QuizLoader_Voxels", "QuizLoader_LostVoxels"


@dataclass(frozen=True)
class DrawingFiles:
    """``label_map`` is the file that the results name; nothing says that it is there."""

    label_map: Path

    @property
    def segments(self) -> Path:
        return self.label_map.with_name(self.label_map.name.removesuffix(".nrrd") + ".seg.nrrd")

    @property
    def strokes(self) -> Path:
        """The journal of what was drawn since the others were written."""
        return strokes_of(self.label_map)

    @property
    def are_there(self) -> bool:
        return any(path.is_file() for path in (self.label_map, self.segments, self.strokes))

    @property
    def sha256(self) -> str:
        """The hash of the file of segments."""
        return _sha256(self.segments) if self.segments.is_file() else NO_FILE

    @property
    def are_of_one_time(self) -> bool:
        """Whether both are there and the label map is the one that was made from the segments."""
        return (
            self.segments.is_file()
            and self.label_map.is_file()
            and _header_of(self.label_map).get(_MADE_FROM) == _sha256(self.segments)
        )


@dataclass(frozen=True)
class ReadDrawing:
    """``sentences`` say what is odd about the files. Files that ``to_put_aside`` names hold something that is
    not in ``segmentation``, so they must not be replaced. ``has_strokes``: the files are behind, or the
    journal that they have already is not removed yet; ``drawn_on`` is the grid that it is of,
    ``journal_bytes`` its length."""

    segmentation: SegmentationArrays | None
    sentences: tuple[str, ...] = ()
    to_put_aside: tuple[Path, ...] = ()
    has_strokes: bool = False
    drawn_on: Grid | None = None
    journal_bytes: int = 0


def write_drawing(
    node: "slicer.vtkMRMLSegmentationNode", files: DrawingFiles, grid: Grid, regions: RegionsToDraw
) -> tuple[LostOverlap, ...]:
    """Write both files, each whole; the label map covers ``grid``. Gives what overlaps cost the label map.

    Raises OSError; a file that could not be replaced is as it was before.
    """
    files.label_map.parent.mkdir(parents=True, exist_ok=True)
    turn = Turn()
    with turn.whole_file(files.segments, partial(_say_folded, files.strokes)) as part:
        write_segmentation(node, part)
        try:
            written = _read_segments(part)
        except ImageReadError as fault:
            raise OSError(None, "not all of it could be written", str(files.segments)) from fault
    lost = _write_label_map(files, written, grid, regions, turn)
    remove_folded(files.strokes)
    return lost


def put_strokes_into_files(
    files: DrawingFiles, regions: RegionsToDraw, turn: Turn
) -> tuple[LostOverlap, ...] | None:
    """Write both files as the segments that are there and their journal say; needs no scene, so any thread
    may do it. The journal stays until who asked removes it. Gives what overlaps cost the label map, None
    where the journal cannot be used.

    Raises StoppedError where the ``turn`` is over, and OSError, also where another program adds strokes
    meanwhile; a file that could not be replaced is as it was before.
    """
    found = read_drawing(files, regions, turn)
    drawn, grid = found.segmentation, found.drawn_on
    if drawn is None or grid is None or found.to_put_aside:
        return None

    geometry = drawn.conversion_parameters or reference_geometry(grid)
    drawn = cropped(replace(drawn, conversion_parameters=geometry))
    turn.require()
    say_folded = partial(_say_folded, files.strokes, length=found.journal_bytes)
    with turn.packed_file(files.segments, say_folded) as file:
        write_segments(file, drawn, level=1)
    return _write_label_map(files, drawn, grid, regions, turn)


def _say_folded(strokes: Path, part: Path, length: int | None = None) -> None:
    """Raises OSError where the journal has another ``length`` than it had when it was read."""
    if length is not None and length != strokes.stat().st_size:
        raise OSError(None, "another program draws", str(strokes))
    append_folded(strokes, _sha256(part))


def cropped(drawn: SegmentationArrays) -> SegmentationArrays:
    """The part that the segments take; a voxel where they take none."""
    occupied = np.zeros(drawn.grid.shape, bool)
    for layer in drawn.layers:
        occupied |= layer != 0
    box = tuple(
        slice(int(along[0]), int(along[-1]) + 1) if len(along) else slice(0, 1)
        for along in (np.flatnonzero(occupied.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    )
    first = [part.start for part in reversed(box)]
    ijk_to_ras = drawn.ijk_to_ras.copy()
    ijk_to_ras[:, 3] = ijk_to_ras @ [*first, 1]
    layers = tuple(layer[box] for layer in drawn.layers) or (np.zeros((1, 1, 1), np.uint8),)
    offset = tuple(a + b for a, b in zip(drawn.extent_offset, first, strict=True))
    return replace(drawn, layers=layers, ijk_to_ras=ijk_to_ras, extent_offset=offset)


def _write_label_map(
    files: DrawingFiles, written: SegmentationArrays, grid: Grid, regions: RegionsToDraw, turn: Turn
) -> tuple[LostOverlap, ...]:
    """What is to be in the file of segments is there."""
    mask = _painted(written, grid, regions)
    overlaps = "; ".join(f"{loss.voxels} of {loss.region} under {loss.winner}" for loss in mask.lost)
    checksum = f"{zlib.crc32(mask.voxels.data):08x}"
    facts = {_MADE_FROM: _sha256(files.segments), _VOXELS: checksum, _LOST: overlaps}
    turn.require()
    with turn.packed_file(files.label_map) as file:
        # A reader waits for it: the lowest level packs masks four times as fast, into a little more.
        write_nrrd(file, (mask.voxels,), mask.ijk_to_ras, facts, level=1)
    return mask.lost


def read_drawing(files: DrawingFiles, regions: RegionsToDraw, turn: Turn | None = None) -> ReadDrawing:
    """What was drawn: the segments with the strokes that were added to them, else those of the label map by
    the values of the quiz.

    With a ``turn`` it is tried again: StoppedError is raised where that is over, and OSError or MemoryError
    where the journal cannot be read now.
    """
    look = turn.require if turn else None
    if look is not None:
        look()
    found = _read_files(files, regions)
    try:
        now = files.sha256
        strokes = read_strokes(files.strokes, now, look)
        if strokes is None:
            return replace(found, has_strokes=found.segmentation is not None)
        if now != strokes.base:
            raise ValueError(f"it belongs to another file {files.segments.name}")
        there = replace(found, drawn_on=strokes.grid, journal_bytes=strokes.length)
        if strokes.segments is None:
            return replace(there, has_strokes=found.segmentation is not None)
        drawn = strokes.added_to(found.segmentation if now else None, look)
    except FileNotFoundError:
        return found
    except (OSError, ValueError, LookupError, MemoryError) as fault:
        if turn is not None and isinstance(fault, (OSError, MemoryError)):
            raise
        sentence = f"What was drawn last, in “{files.strokes.name}”, cannot be used ({fault}). It is kept."
        aside = (*found.to_put_aside, files.strokes)
        return replace(found, sentences=(*found.sentences, sentence), to_put_aside=aside)
    return replace(there, segmentation=drawn, has_strokes=True)


def _read_files(files: DrawingFiles, regions: RegionsToDraw) -> ReadDrawing:
    sentences: list[str] = []
    aside: list[Path] = []
    if files.segments.is_file():
        try:
            found = _read_segments(files.segments)
        except ImageReadError as fault:
            sentences.append(f"{fault.problem.sentence} It is kept.")
            aside.append(files.segments)
        else:
            if files.label_map.is_file() and _was_changed(files.label_map):
                aside.append(files.label_map)
                sentences.append(
                    f"The label map “{files.label_map.name}” was changed outside this program; the contour "
                    "is shown as it was drawn, and the label map is kept beside it."
                )
            return ReadDrawing(found, tuple(sentences), tuple(aside))
    if files.label_map.is_file():
        if not sentences and _MADE_FROM in _header_of(files.label_map):
            sentences.append(
                f"The file {files.segments.name} is gone; the contour is shown as its label map has it."
            )
        try:
            found = _segments_of_label_map(files.label_map, regions)
        except MaskError as fault:
            sentences.append(f"{fault} It is kept.")
            aside.append(files.label_map)
        else:
            sentences += [problem.sentence for problem in found.problems]
            return ReadDrawing(found, tuple(sentences), tuple(aside))
    return ReadDrawing(None, tuple(sentences), tuple(aside))


def put_aside(path: Path) -> Path:
    """Give a file a name of its own beside the one that is to be written; raises OSError."""
    ending = ".seg.nrrd" if path.name.endswith(".seg.nrrd") else path.suffix
    stem = path.name.removesuffix(ending)
    number = 1
    while (aside := path.with_name(f"{stem}_kept{number}{ending}")).exists():
        number += 1
    return path.rename(aside)


def _painted(segmentation: SegmentationArrays, grid: Grid, regions: RegionsToDraw) -> Mask:
    """Segments of one name are one region of the label map."""
    names = [segment.name for segment in segmentation.segments]
    values = regions.value_map(names).values
    own = [f"{name}\0{number}" for number, name in enumerate(names)]
    segments = [replace(one, name=name) for one, name in zip(segmentation.segments, own, strict=True)]
    order = list(values)
    in_order = sorted(zip(own, names, strict=True), key=lambda pair: order.index(pair[1]))
    value_map = ValueMap({name: values[plain] for name, plain in in_order})
    try:
        mask = paint(replace(segmentation, segments=tuple(segments)), value_map, grid)
    except MaskError:
        # Nothing lies on the image, which is no reason to keep a drawing from being saved.
        return Mask(np.zeros(grid.shape, np.uint8), grid.ijk_to_ras)
    lost = Counter[tuple[str, str]]()
    for loss in mask.lost:
        lost[loss.region.partition("\0")[0], loss.winner.partition("\0")[0]] += loss.voxels
    return replace(mask, lost=tuple(LostOverlap(*pair, count) for pair, count in lost.items()))


def _read_segments(path: Path) -> SegmentationArrays:
    return read_segments(ReadContext(path))


def _segments_of_label_map(path: Path, regions: RegionsToDraw) -> SegmentationArrays:
    voxels, ijk_to_ras = read_mask_file(path)
    # Of two regions with one value the first is meant.
    names = {region.value: region.name for region in reversed(regions.regions)}
    values = ValueMap({name: value for value, name in names.items()})
    return segments_of(voxels, ijk_to_ras, values, {region.name: region.color for region in regions.regions})


def _was_changed(label_map: Path) -> bool:
    """Whether the voxels are not those that were written here: gzip ends with their checksum."""
    with label_map.open("rb") as file:
        file.seek(max(0, label_map.stat().st_size - 8))
        end = file.read(8)
    checksum = f"{struct.unpack('<I', end[:4])[0]:08x}" if len(end) == 8 else ""
    return _header_of(label_map).get(_VOXELS) != checksum


def _header_of(path: Path) -> Mapping[str, str]:
    header = look_at(path).header
    return header.values if isinstance(header, NrrdHeader) else {}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
