"""The regions of a drawing's file as boxes of voxels, read once and kept beside the report."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ...images.arrays import SegmentationArrays
from ...images.files.file_facts import stamp_of
from ...images.files.label_names import LabelTable
from ...images.grid import Grid
from ...images.structure_set.drawn_regions import DrawnRegions
from ...masks.resampler import Resampler
from ...masks.segments import segments_of
from ...masks.sources import read_mask_file, read_source, read_target
from ...quiz.problems import ExplainedError
from ...quiz.value_map import ValueMap
from ..study_results import ReadersDrawing
from .boxes import NOTHING, RegionBox, box_of
from .cache import BOXES, cache_file, save_in_cache

_TRIES = 3


class DrawingUnreadableError(ExplainedError):
    """Why a drawing does not count."""


@dataclass(frozen=True, eq=False)
class RegionBoxes:
    """The regions of a drawing on the grid of its image, in the order of the file."""

    grid: Grid
    boxes: Mapping[str, RegionBox]
    file: str = ""
    """The name of the file that keeps them."""

    @property
    def is_empty(self) -> bool:
        return all(box.is_empty for box in self.boxes.values())

    def on(self, grid: Grid) -> "RegionBoxes":
        """The same on another grid, by the nearest voxel."""
        if grid.is_like(self.grid):
            return self
        return RegionBoxes(grid, {name: _placed(box, self.grid, grid) for name, box in self.boxes.items()})


def region_boxes(drawing: ReadersDrawing, names: LabelTable | None, cache: Path) -> RegionBoxes:
    """The regions of a drawing; ``names`` names the values of a label map without names.

    Raises DrawingUnreadableError.
    """
    assert drawing.source is not None and drawing.label_map is not None
    for _ in range(_TRIES):
        stamps = _stamps(drawing)
        values = [(row.name, row.value) for row in names.rows] if names else []
        file = cache_file(cache, BOXES, str(drawing.source), stamps, values)
        found = _cached(file)
        if found is None:
            found = read_drawing(drawing.source, drawing.label_map, names)
            if stamps != _stamps(drawing):
                # The reader is at work on it; what was read may be half of the old and half of the new.
                continue
            _store(file, found)
        return replace(found, file=file.name)
    raise DrawingUnreadableError("the drawing was changed each time it was read")


def _stamps(drawing: ReadersDrawing) -> list[list[object]]:
    files = [path for path in (drawing.source, drawing.label_map) if path is not None]
    if not any(path.is_file() for path in files):
        raise DrawingUnreadableError("the file of the drawing is not there")
    return [list(each) for each in stamp_of(files[0], files[1:])]


def read_drawing(source: Path, label_map: Path | None, names: LabelTable | None = None) -> RegionBoxes:
    """The regions of a reader's file on the voxels of ``label_map``, where that is there, else on its own.
    Raises DrawingUnreadableError."""
    try:
        own = read_target(label_map).grid if label_map and label_map.is_file() else None
        if source == label_map and names is None:
            voxels, matrix = read_mask_file(source)
            segmentation = segments_of(voxels, matrix, ValueMap({}))
        else:
            found = read_source(source, names=names if source == label_map else None)
            regions = found.regions
            own = own or found.grid
            segmentation = regions.segmentation() if isinstance(regions, DrawnRegions) else regions
    except ExplainedError as fault:
        raise DrawingUnreadableError(f"the drawing cannot be read: {fault.sentence.rstrip('.')}") from fault
    boxes = boxes_of(segmentation)
    grid = segmentation.grid
    whole = own if own is not None else grid
    if not (grid.is_rectangular and whole.is_rectangular):
        raise DrawingUnreadableError("the axes of the drawing are not at right angles to each other")
    return RegionBoxes(whole, {name: _placed(box, grid, whole) for name, box in boxes.items()})


def boxes_of(segmentation: SegmentationArrays) -> dict[str, RegionBox]:
    """Segments of one name are one region."""
    around = [box_of(layer) for layer in segmentation.layers]
    cut = [layer[box_slices(box)] for layer, box in zip(segmentation.layers, around, strict=True)]
    boxes: dict[str, RegionBox] = {}
    for segment in segmentation.segments:
        box = box_of(cut[segment.layer], segment.value).moved(around[segment.layer].start)
        if segment.name in boxes and not boxes[segment.name].is_empty:
            box = _joined(boxes[segment.name], box)
        boxes[segment.name] = box
    return boxes


def box_slices(box: RegionBox) -> tuple[slice, ...]:
    """Where the box lies in the voxels of its grid."""
    return tuple(slice(first, last) for first, last in zip(box.start, box.end, strict=True))


def _joined(first: RegionBox, second: RegionBox) -> RegionBox:
    if second.is_empty:
        return first
    low = np.minimum(first.start, second.start)
    high = np.maximum(first.end, second.end)
    frame = RegionBox((int(low[0]), int(low[1]), int(low[2])), np.zeros(high - low, bool))
    return RegionBox(frame.start, first.on(frame) | second.on(frame))


def _placed(box: RegionBox, grid: Grid, whole: Grid) -> RegionBox:
    """A box of a part of the whole grid, or of another grid."""
    if box.is_empty or grid.is_like(whole):
        return box
    if grid.is_part_of(whole):
        steps = np.round(grid.indices_in(whole)[:3, 3]).astype(int)
        return box.moved(steps[::-1].tolist())
    return _resampled(box, grid, whole)


def _resampled(box: RegionBox, grid: Grid, target: Grid) -> RegionBox:
    if box.is_empty:
        return box
    resampler = Resampler(box.grid(grid), target)
    layer = np.ascontiguousarray(box.voxels).view(np.uint8)
    planes = {k: plane for k in range(target.shape[0]) if (plane := resampler.plane(layer, k)) is not None}
    reached = [k for k, plane in planes.items() if plane.any()]
    if not reached:
        return NOTHING
    empty = np.zeros(target.shape[1:], np.uint8)
    stack = np.stack([planes.get(k, empty) for k in range(reached[0], reached[-1] + 1)])
    return box_of(stack).moved((reached[0], 0, 0))


def _store(file: Path, found: RegionBoxes) -> None:
    arrays: dict[str, np.ndarray] = {
        "shape": np.array(found.grid.shape),
        "ijk_to_ras": found.grid.ijk_to_ras,
        "names": np.array(json.dumps(list(found.boxes))),
    }
    for number, box in enumerate(found.boxes.values()):
        arrays[f"place{number}"] = np.array([*box.start, *box.voxels.shape])
        arrays[f"bits{number}"] = np.packbits(box.voxels)
    data = io.BytesIO()
    np.savez(data, allow_pickle=False, **arrays)
    save_in_cache(file, data.getvalue())


def _cached(file: Path) -> RegionBoxes | None:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            slices, rows, columns = (int(size) for size in arrays["shape"])
            boxes = {}
            for number, name in enumerate(json.loads(str(arrays["names"]))):
                place = [int(each) for each in arrays[f"place{number}"]]
                count = place[3] * place[4] * place[5]
                bits = np.unpackbits(arrays[f"bits{number}"], count=count).astype(bool)
                boxes[name] = RegionBox((place[0], place[1], place[2]), bits.reshape(place[3:]))
            return RegionBoxes(Grid((slices, rows, columns), arrays["ijk_to_ras"]), boxes)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
