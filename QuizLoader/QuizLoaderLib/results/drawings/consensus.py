"""One contour of all readers' drawings: what most drew, and what STAPLE finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ...images.arrays import SegmentationArrays, SegmentDescription
from ...images.files.label_names import LabelTable
from ...images.grid import Grid
from ...masks.errors import MaskError
from ...masks.files import write_mask, write_segmentation
from ...masks.painting import paint
from ...quiz.label_colors import color_of_value
from .boxes import RegionBox, frame_of

MARGIN = 1
"""Voxels around all drawings that STAPLE counts as background."""
_HALF = 0.5 - 1e-9
"""One half, whatever the order of adding: of two readers exactly that is not rare."""
_STILL = 1e-7
"""STAPLE ends when no estimate changes by more, as ITK's does."""


@dataclass(frozen=True)
class Consensus:
    """Of a region by a ``method``; ``sensitivities`` and ``specificities`` are what STAPLE estimates of each
    reader, empty for the majority; ``file`` is empty where it could not be written."""

    region: str
    method: str
    readers: tuple[str, ...]
    volume_ml: float
    file: str
    sensitivities: tuple[float, ...] = ()
    specificities: tuple[float, ...] = ()


@dataclass
class WrittenConsensus:
    """The names of all ``files`` that were written; ``remarks`` say which were not, and why."""

    consensus: list[Consensus] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def majority(masks: Sequence[np.ndarray]) -> np.ndarray:
    """Where more than half of the masks are."""
    return np.sum(masks, axis=0, dtype=np.uint16) * 2 > len(masks)


def staple(masks: Sequence[np.ndarray]) -> tuple[np.ndarray, tuple[float, ...], tuple[float, ...]]:
    """Where STAPLE's probability is at least one half, and its estimate of each reader's sensitivity and
    specificity. Where all masks are empty there is nothing to estimate.

    Voxels that the same readers drew have the same probability, so each such group is computed once.

    References
    ----------
    Warfield SK, Zou KH, Wells WM. Simultaneous truth and performance level estimation (STAPLE): an algorithm
    for the validation of image segmentation. IEEE Trans Med Imaging 2004. It begins and ends as ITK's filter.
    """
    drawn = np.stack(masks).astype(bool).reshape(len(masks), -1)
    if not drawn.any():
        return np.zeros(masks[0].shape, bool), (), ()
    group, firsts, sizes = _groups(drawn)
    probability, sensitivities, specificities = _estimated(drawn[:, firsts], sizes)
    found = (probability > _HALF)[group].reshape(masks[0].shape)
    return found, tuple(sensitivities.tolist()), tuple(specificities.tolist())


def _groups(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of ``drawn`` (readers, voxels): the group of each voxel, and of each group a voxel and its size."""
    count = drawn.sum(axis=0)
    # Nearly all voxels are nobody's or everybody's, and need not be sorted.
    group = np.where(count == len(drawn), 1, 0)
    differ = np.flatnonzero((count > 0) & (count < len(drawn)))
    own = np.zeros(len(differ), np.int64)
    for eight_readers in np.packbits(drawn[:, differ], axis=0):
        _, own = np.unique(own * 256 + eight_readers, return_inverse=True)
    group[differ] = own + 2
    _, firsts, group, sizes = np.unique(group, return_index=True, return_inverse=True, return_counts=True)
    return group, firsts, sizes


def _estimated(drawn: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The probability of each group of voxels, and the sensitivity and specificity of each reader, from who
    drew what (readers, groups) and the size of each group."""
    probability = drawn.mean(axis=0)
    prior = float(probability @ sizes / sizes.sum())
    before = np.full((2, len(drawn)), -1.0)
    while True:
        inside, outside = probability * sizes, (1 - probability) * sizes
        sensitivity = drawn @ inside / inside.sum()
        # Where everything was drawn by all there is nothing outside to be wrong about.
        specificity = ~drawn @ outside / outside.sum() if outside.any() else np.ones(len(drawn))
        true = prior * np.where(drawn, sensitivity[:, None], 1 - sensitivity[:, None]).prod(axis=0)
        false = (1 - prior) * np.where(drawn, 1 - specificity[:, None], specificity[:, None]).prod(axis=0)
        total = true + false
        probability = np.divide(true, total, out=np.zeros_like(total), where=total > 0)
        now = np.stack([sensitivity, specificity])
        if np.abs(now - before).max() <= _STILL:
            return probability, sensitivity, specificity
        before = now


def write_consensus(
    name: str,
    drawn: Mapping[str, Sequence[RegionBox]],
    readers: Sequence[str],
    grid: Grid,
    table: LabelTable | None,
    out: Path,
) -> WrittenConsensus:
    """Write both as ``<name>_majority.seg.nrrd`` and ``<name>_staple.seg.nrrd`` and, where there is a
    ``table``, as masks by its values."""
    made: dict[str, dict[str, RegionBox]] = {"majority": {}, "STAPLE": {}}
    found: list[Consensus] = []
    for region, boxes in drawn.items():
        frame = frame_of(boxes, grid.shape, MARGIN)
        masks = [box.on(frame) for box in boxes]
        estimated, sensitivities, specificities = staple(masks)
        for method, voxels, estimates in (
            ("majority", majority(masks), ((), ())),
            ("STAPLE", estimated, (sensitivities, specificities)),
        ):
            box = RegionBox(frame.start, voxels)
            made[method][region] = box
            file = f"{name}_{method.lower()}.seg.nrrd"
            ml = box.count * grid.voxel_ml
            found.append(Consensus(region, method, tuple(readers), ml, file, *estimates))
    written = WrittenConsensus()
    for method, regions in made.items():
        segmentation = _segmentation(regions, grid, table)
        segments_file, mask_file = (f"{name}_{method.lower()}{ending}" for ending in (".seg.nrrd", ".nrrd"))
        try:
            write_segmentation(segmentation, out / segments_file, level=1)
            written.files.append(segments_file)
        except MaskError as fault:
            written.remarks.append(f"No consensus of “{name}” by {method} was written: {fault.sentence}")
        if table is None:
            continue
        try:
            write_mask(paint(segmentation, table.value_map, ignore_unmapped=True), out / mask_file)
            written.files.append(mask_file)
        except MaskError as fault:
            written.remarks.append(f"No mask of “{name}” by {method} was written: {fault.sentence}")
    written.consensus = [each if each.file in written.files else replace(each, file="") for each in found]
    return written


def _segmentation(
    regions: Mapping[str, RegionBox], grid: Grid, table: LabelTable | None
) -> SegmentationArrays:
    """In as few layers as overlaps allow; colours are the table's, else the generic ones."""
    colors = table.colors if table is not None else {}
    layers: list[np.ndarray] = []
    described = []
    for number, (name, box) in enumerate(regions.items(), start=1):
        place = tuple(slice(first, last) for first, last in zip(box.start, box.end, strict=True))
        free = (each for each, layer in enumerate(layers) if not layer[place][box.voxels].any())
        layer = next(free, len(layers))
        if layer == len(layers):
            layers.append(np.zeros(grid.shape, np.uint8 if len(regions) < 256 else np.uint16))
        layers[layer][place][box.voxels] = number
        described.append(SegmentDescription(name, layer, number, colors.get(name) or color_of_value(number)))
    return SegmentationArrays(tuple(layers), grid.ijk_to_ras, tuple(described))
