"""What readers drew, scored by an expert's regions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from ...images.grid import Grid
from ...masks.drawing_cases import PageDrawing
from ...masks.errors import MaskError
from ...masks.expert_regions import read_expert_regions
from ...quiz.drawing_keys import DrawingKey, Measure
from ...quiz.image_folder import ImageFolder, ImagePathError
from ...quiz.problems import ExplainedError
from ...quiz.values import shown
from ...scoring.answers import number_text
from ...scoring.drawings import DrawingComparison, DrawnVoxels, compare_drawings
from ...session.results_parser import ReadPage
from .boxes import NOTHING, frame_of
from .region_boxes import RegionBoxes, boxes_of, read_drawing


class KeyUnreadableError(ExplainedError):
    """Why an expert's region cannot be compared with."""


@dataclass(frozen=True)
class ScoredDrawing:
    """A region on the image of this ID; each is one point."""

    image: str
    key: DrawingKey
    comparison: DrawingComparison

    @property
    def value(self) -> float:
        """Of the key's measure; for HD95 in mm."""
        found = self.comparison
        return {
            Measure.DICE: found.dice,
            Measure.SURFACE_DICE: found.surface_dice,
            Measure.HD95: found.hd95_mm,
        }[self.key.measure]

    @property
    def score(self) -> float:
        return self.key.share(self.value)

    @property
    def of(self) -> float:
        return 1.0

    def as_row(self) -> dict[str, str | int]:
        return {
            "region_or_mark": self.key.region,
            "answer": "",
            "right_answer": "",
            "measure": self.key.measure.value,
            "value": number_text(self.value),
            "score": number_text(self.score),
            "of": number_text(self.of),
        }


@dataclass(frozen=True, eq=False)
class RegionPair:
    """A reader's region and the expert's, (slices, rows, columns), cut to a box around both; each is empty
    where nobody drew anything."""

    image: str
    key: DrawingKey
    own: np.ndarray
    expert: np.ndarray
    grid: Grid

    @property
    def name(self) -> str:
        return self.key.region

    @cached_property
    def drawn(self) -> tuple[DrawnVoxels, DrawnVoxels]:
        return DrawnVoxels.of(self.own, self.grid), DrawnVoxels.of(self.expert, self.grid)

    @property
    def scored(self) -> ScoredDrawing:
        found = compare_drawings(*self.drawn, self.key.tolerance_mm, with_hausdorff=False)
        return ScoredDrawing(self.image, self.key, found)


def score_drawings(
    keys: Iterable[tuple[str, DrawingKey]],
    page: ReadPage,
    drawings: Iterable[PageDrawing],
    folder: ImageFolder,
) -> Iterator[ScoredDrawing]:
    """Of each region of a page that has a key, by Image ID; one that was not drawn is empty.

    Raises KeyUnreadableError, and DrawingUnreadableError for a drawing.
    """
    return (pair.scored for pair in region_pairs(keys, page, drawings, folder))


def region_pairs(
    keys: Iterable[tuple[str, DrawingKey]],
    page: ReadPage,
    drawings: Iterable[PageDrawing],
    folder: ImageFolder,
) -> Iterator[RegionPair]:
    """What ``score_drawings`` compares; raises what it raises."""
    by_image = {each.image_id: each for each in drawings if each.is_drawn and each.source}
    # Most keys of an image are regions of one file.
    read_own, read = cache(read_drawing), cache(_read_expert)
    for image_id, key in keys:
        drawing = by_image.get(image_id)
        drawn = read_own(drawing.source, drawing.label_map) if drawing and drawing.source else None
        like = drawing.label_map if drawing else _image_file(page, image_id, folder)
        expert = _expert(key, like, folder, read)
        own = drawn or RegionBoxes(expert.grid, {})
        boxes = own.boxes.get(key.region, NOTHING), expert.on(own.grid).boxes[key.name_in_file]
        frame = frame_of(boxes, own.grid.shape)
        first, second = (box.on(frame) for box in boxes)
        yield RegionPair(image_id, key, first, second, frame.grid(own.grid))


def _expert(
    key: DrawingKey, like: Path | None, folder: ImageFolder, read: Callable[..., RegionBoxes]
) -> RegionBoxes:
    """On its own voxels; a structure set is rasterized on the image ``like``."""
    what = f"The expert's region {shown(key.name_in_file)} cannot be compared with"
    try:
        found = read(folder.find(key.path).path, like)
    except (ImagePathError, MaskError) as fault:
        raise KeyUnreadableError(f"{what}: {fault.sentence}") from fault
    if key.name_in_file not in found.boxes:
        names = ", ".join(map(shown, found.boxes)) or "none"
        raise KeyUnreadableError(f"{what}: the regions of {shown(key.path)} are {names}.")
    if not found.grid.is_rectangular:
        raise KeyUnreadableError(f"{what}: its axes are not at right angles to each other.")
    return found


def _image_file(page: ReadPage, image_id: str, folder: ImageFolder) -> Path | None:
    """What an expert's contours lie on where nothing was drawn."""
    paths = (each.findtext("Path") for each in page.element.findall("Image") if each.get("ID") == image_id)
    try:
        return folder.find((next(paths, None) or "").strip()).path
    except ImagePathError:
        return None


def _read_expert(file: Path, like: Path | None) -> RegionBoxes:
    regions = read_expert_regions(file, like)
    return RegionBoxes(regions.grid, boxes_of(regions))
