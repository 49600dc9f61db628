"""All drawings of one image compared, in a process of their own."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import numpy as np

from ...images.files.label_names import LabelTable
from ...images.grid import Grid
from ...scoring.drawings import DrawingComparison, DrawnVoxels, compare_drawings
from ..study_results import LeftOut, ReadersDrawing
from .boxes import NOTHING, RegionBox, box_of, dice, frame_of
from .cache import PAIRS, cache_file, save_in_cache
from .consensus import Consensus, write_consensus
from .region_boxes import DrawingUnreadableError, RegionBoxes, region_boxes

MIXED_UP = 0.5
"""What a reader calls one region and most call another overlaps at least so much (Dice)."""


@dataclass(frozen=True)
class ImageDrawings:
    """The drawings of all readers on an image of a page, and all that comparing them needs. ``name`` is that
    of the consensus files."""

    name: str
    drawings: tuple[ReadersDrawing, ...]
    tolerance_mm: float
    table: LabelTable | None
    out: Path
    cache: Path

    @property
    def first(self) -> ReadersDrawing:
        return self.drawings[0]

    @property
    def image_path(self) -> str:
        return next((each.image_path for each in self.drawings if each.image_path), "")


@dataclass(frozen=True)
class ComparedPair:
    """Two drawings of a region. ``reader_2`` is empty where the second is the majority of the others;
    ``repetition`` is above 0 where it is the first reader's own again."""

    region: str
    reader_1: str
    reader_2: str
    repetition: int
    measures: DrawingComparison


@dataclass(frozen=True)
class MixedUp:
    """What a reader calls ``region`` lies where most others have ``other``."""

    reader: str
    region: str
    other: str
    dice_region: float
    dice_other: float


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The slice on which the drawings of a region differ most: ``masks`` (readers, rows, columns), bool, on a
    grid of that slice alone; ``dice`` is the mean of all pairs."""

    region: str
    readers: tuple[str, ...]
    masks: np.ndarray
    grid: Grid
    slice_number: int
    dice: float


@dataclass
class ImageComparison:
    """What came of it; ``remarks`` are sentences. ``files`` are the names of those written into the folder of
    the consensus, ``cached`` of those used in the cache. ``is_whole`` is False where a drawing could not be
    read or a file not be written."""

    drawings: ImageDrawings
    pairs: list[ComparedPair] = field(default_factory=list)
    consensus: list[Consensus] = field(default_factory=list)
    mixed_up: list[MixedUp] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    is_whole: bool = True


def compare_image(work: ImageDrawings) -> ImageComparison:
    """Compare the drawings of every two readers, of each reader with the majority of the others, and of each
    with their own repetitions; write the consensus. Never raises for what a file holds."""
    import SimpleITK

    # Every process has its own core; threads of several would only wait for each other.
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    found = ImageComparison(work)
    drawn = _drawn(work, found)
    grids = [boxes.grid for boxes in drawn.values() if boxes is not None]
    if not grids:
        return found
    grid = _most_common(grids)
    on_grid: dict[tuple[str, int], RegionBoxes] = {}
    for (reader, repetition), boxes in drawn.items():
        if boxes is not None and not boxes.grid.is_like(grid):
            found.remarks.append(
                f"The drawing of “{reader}” on {_where(work)} is on another grid than most; it was resampled."
            )
        on_grid[reader, repetition] = RegionBoxes(grid, {}) if boxes is None else boxes.on(grid)
    names = list(dict.fromkeys(name for boxes in on_grid.values() for name in boxes.boxes))
    pairs = _PairCache(work)
    majorities: dict[str, dict[str, RegionBox]] = {}
    for name in names:
        own = {key: boxes.boxes.get(name, NOTHING) for key, boxes in on_grid.items()}
        majorities[name] = _compare_region(name, own, grid, found, pairs)
    first = {reader: boxes for (reader, repetition), boxes in on_grid.items() if not repetition}
    found.mixed_up = list(_mixed_up(first, majorities))
    found.cached.append(pairs.save())
    if names and len(first) > 1:
        written = write_consensus(
            work.name,
            {name: [first[reader].boxes.get(name, NOTHING) for reader in first] for name in names},
            list(first),
            grid,
            work.table,
            work.out,
        )
        found.consensus, found.files = written.consensus, written.files
        found.remarks += written.remarks
        found.is_whole &= not written.remarks
    return found


def _drawn(work: ImageDrawings, found: ImageComparison) -> dict[tuple[str, int], RegionBoxes | None]:
    """By reader and repetition; None where the reader drew nothing."""
    drawn: dict[tuple[str, int], RegionBoxes | None] = {}
    for drawing in work.drawings:
        reason, boxes = "", None
        if drawing.source is not None:
            try:
                boxes = region_boxes(drawing, work.table, work.cache)
                found.cached.append(boxes.file)
            except DrawingUnreadableError as fault:
                reason = fault.sentence
                found.is_whole = False
        if boxes is not None and not drawing.is_drawn:
            if not boxes.is_empty:
                reason = "an unchanged copy of an earlier drawing"
            boxes = None
        if reason:
            found.left_out.append(
                LeftOut(drawing.reader, drawing.quiz, drawing.page, drawing.item, drawing.image, reason)
            )
        else:
            drawn[drawing.reader, drawing.repetition] = boxes
    return drawn


def _most_common(grids: Sequence[Grid]) -> Grid:
    groups: list[list[Grid]] = []
    for grid in grids:
        group = next((each for each in groups if each[0].is_like(grid)), None)
        if group is None:
            groups.append([grid])
        else:
            group.append(grid)
    return max(groups, key=len)[0]


def _where(work: ImageDrawings) -> str:
    return f"“{work.first.image}” of the page “{work.first.page}”"


def _compare_region(
    name: str, own: dict[tuple[str, int], RegionBox], grid: Grid, found: ImageComparison, pairs: "_PairCache"
) -> dict[str, RegionBox]:
    """Add what is found about a region; gives what the majority of the others drew for each reader."""
    frame = frame_of(own.values(), grid.shape)
    voxels = {key: box.on(frame) for key, box in own.items()}
    first = [key for key in own if key[1] == 0]
    count = np.stack([voxels[key] for key in first]).sum(axis=0, dtype=np.uint16)
    drawn = {key: _Prepared(box, frame, grid) for key, box in own.items()}
    dices = []
    for number, one in enumerate(first):
        for other in first[number + 1 :]:
            measures = pairs.compared(drawn[one], drawn[other])
            found.pairs.append(ComparedPair(name, one[0], other[0], 0, measures))
            dices.append(measures.dice)
    for reader, repetition in own:
        if repetition and (reader, 0) in drawn:
            measures = pairs.compared(drawn[reader, 0], drawn[reader, repetition])
            found.pairs.append(ComparedPair(name, reader, reader, repetition, measures))
    majorities: dict[str, RegionBox] = {}
    if len(first) > 2:
        for key in first:
            others = (count - voxels[key]) * 2 > len(first) - 1
            majorities[key[0]] = box_of(others).moved(frame.start)
            measures = pairs.compared(drawn[key], _Prepared(majorities[key[0]], frame, grid))
            found.pairs.append(ComparedPair(name, key[0], "", 0, measures))
    if dices:
        found.snapshots.append(_snapshot(name, first, voxels, count, frame, grid, float(np.mean(dices))))
    return majorities


def _snapshot(
    name: str,
    first: list[tuple[str, int]],
    voxels: dict[tuple[str, int], np.ndarray],
    count: np.ndarray,
    frame: RegionBox,
    grid: Grid,
    mean_dice: float,
) -> Snapshot:
    differ = ((count > 0) & (count < len(first))).sum(axis=(1, 2))
    k = int(np.argmax(differ)) if differ.any() else count.shape[0] // 2
    masks = np.stack([voxels[key][k] for key in first])
    place = RegionBox((frame.start[0] + k, *frame.start[1:]), masks[:1]).grid(grid)
    return Snapshot(name, tuple(reader for reader, _ in first), masks, place, frame.start[0] + k, mean_dice)


def _mixed_up(first: dict[str, RegionBoxes], majorities: dict[str, dict[str, RegionBox]]) -> list[MixedUp]:
    found = []
    for reader, boxes in first.items():
        for name, box in boxes.boxes.items():
            if box.is_empty or reader not in majorities[name]:
                continue
            overlaps = {
                other: dice(box, boxes_of[reader])
                for other, boxes_of in majorities.items()
                if reader in boxes_of
            }
            other = max(overlaps, key=lambda each: overlaps[each])
            if overlaps[other] >= MIXED_UP and overlaps[other] > overlaps[name]:
                found.append(MixedUp(reader, name, other, overlaps[name], overlaps[other]))
    return found


class _Prepared:
    """A region's voxels, which are made ready for comparing on ``frame`` only if they have to be.

    Their digest is the same on any frame: with a new reader it may grow.
    """

    def __init__(self, box: RegionBox, frame: RegionBox, grid: Grid) -> None:
        self.box = box
        self._frame, self._grid = frame, grid
        self._voxels: DrawnVoxels | None = None
        facts = (*box.start, *box.voxels.shape, *grid.shape, *grid.ijk_to_ras.ravel().tolist())
        bits = np.packbits(box.voxels).tobytes()
        self.digest = hashlib.sha256(repr(facts).encode() + bits).hexdigest()[:24]

    @property
    def voxels(self) -> DrawnVoxels:
        if self._voxels is None:
            self._voxels = DrawnVoxels.of(self.box.on(self._frame), self._frame.grid(self._grid))
        return self._voxels


class _PairCache:
    """What was compared before, by the voxels of both: a new reader costs the pairs with that reader."""

    def __init__(self, work: ImageDrawings) -> None:
        self._tolerance = work.tolerance_mm
        image = [work.first.quiz, work.first.page_number, work.first.image]
        measures = [each.name for each in fields(DrawingComparison)]
        self._file = cache_file(work.cache, PAIRS, image, work.tolerance_mm, measures)
        self._used: dict[str, dict[str, object]] = {}
        try:
            self._known = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._known = {}

    def compared(self, first: _Prepared, second: _Prepared) -> DrawingComparison:
        key = f"{first.digest} {second.digest}"
        if key not in self._known:
            self._known[key] = asdict(
                compare_drawings(first.voxels, second.voxels, self._tolerance, with_hausdorff=False)
            )
        self._used[key] = self._known[key]
        return DrawingComparison(**self._known[key])

    def save(self) -> str:
        """Gives the name of the file."""
        save_in_cache(self._file, json.dumps(self._used).encode())
        return self._file.name
