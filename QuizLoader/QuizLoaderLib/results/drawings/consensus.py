"""One contour of all readers' drawings: what most drew, and what STAPLE finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Consensus:
    """Of a region by a ``method``; ``sensitivities`` and ``specificities`` are what STAPLE estimates of each
    reader, empty for the majority."""

    region: str
    method: str
    readers: tuple[str, ...]
    volume_ml: float
    file: str
    sensitivities: tuple[float, ...] = ()
    specificities: tuple[float, ...] = ()


def majority(masks: Sequence[np.ndarray]) -> np.ndarray:
    """Where more than half of the masks are."""
    return np.sum(masks, axis=0, dtype=np.uint16) * 2 > len(masks)


def staple(masks: Sequence[np.ndarray]) -> tuple[np.ndarray, tuple[float, ...], tuple[float, ...]]:
    """Where STAPLE's probability is at least one half, and its estimate of each reader's sensitivity and
    specificity. Where all masks are empty there is nothing to estimate.

    References
    ----------
    Warfield SK, Zou KH, Wells WM. Simultaneous truth and performance level estimation (STAPLE): an algorithm
    for the validation of image segmentation. IEEE Trans Med Imaging 2004. Computed by SimpleITK.
    """
    import SimpleITK

    if not any(mask.any() for mask in masks):
        return np.zeros_like(masks[0]), (), ()
    filter = SimpleITK.STAPLEImageFilter()
    filter.SetForegroundValue(1)
    probability = filter.Execute([SimpleITK.GetImageFromArray(mask.astype(np.uint8)) for mask in masks])
    found = SimpleITK.GetArrayViewFromImage(probability) >= 0.5
    return found, tuple(filter.GetSensitivity()), tuple(filter.GetSpecificity())


def write_consensus(
    name: str,
    drawn: Mapping[str, Sequence[RegionBox]],
    readers: Sequence[str],
    grid: Grid,
    table: LabelTable | None,
    out: Path,
) -> tuple[list[Consensus], list[str]]:
    """Write both as ``<name>_majority.seg.nrrd`` and ``<name>_staple.seg.nrrd`` and, where there is a
    ``table``, as masks by its values. Gives what was written, and remarks."""
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
    remarks: list[str] = []
    for method, regions in made.items():
        segmentation = _segmentation(regions, grid, table)
        write_segmentation(segmentation, out / f"{name}_{method.lower()}.seg.nrrd", level=1)
        if table is not None:
            try:
                mask = paint(segmentation, table.value_map, ignore_unmapped=True)
                write_mask(mask, out / f"{name}_{method.lower()}.nrrd")
            except MaskError as fault:
                remarks.append(f"No mask of “{name}” by {method} was written: {fault.sentence}")
    return found, remarks


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
