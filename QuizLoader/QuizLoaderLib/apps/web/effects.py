"""What all effects of the segment editor do to its segmentation, and islands of a large CT in seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import slicer
from trame_slicer.segmentation import (
    ModificationMode,
    Segmentation,
    SegmentationEffect,
    SegmentationEffectIslands,
    SegmentationEffectThreshold,
    SegmentModifier,
)
from trame_slicer.segmentation.segmentation_undo_command import SegmentationLabelMapUndoCommand
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from ...images.grid import Grid
from ...images.vtk_images import image_array
from ...reader.drawing.region_filters import Voxels, combined
from ...reader.drawing.segment_arrays import grid_of

NOTHING_IN_RANGE = "No voxel there has a value from {:g} to {:g}."

_MODES = {
    ModificationMode.Add: slicer.vtkSlicerSegmentEditorLogic.ModificationModeAdd,
    ModificationMode.Remove: slicer.vtkSlicerSegmentEditorLogic.ModificationModeRemove,
}


@contextmanager
def as_one_change(segmentation: Segmentation) -> Iterator[None]:
    """What is done to the segments meanwhile is undone together."""
    with SegmentationLabelMapUndoCommand.push_state_change(segmentation):
        yield
    segmentation.trigger_modified()


def modify(modifier: SegmentModifier, voxels: Voxels, mode: ModificationMode) -> None:
    """Add these voxels of the volume to the active segment, which other segments that are shown lose, or take
    them from it."""
    with as_one_change(modifier.segmentation):
        change(modifier, voxels, mode)


def become(modifier: SegmentModifier, before: Voxels, now: Voxels, overlaps: bool = False) -> None:
    """The active segment, which is ``before``, becomes ``now``. What it has already is not given to it anew:
    another segment that overlaps it there would lose it. Nothing is done where both are the same."""
    parts = (
        (ModificationMode.Remove, combined(before, now, "subtract")),
        (ModificationMode.Add, combined(now, before, "subtract")),
    )
    changes = [(mode, part) for mode, part in parts if part.mask.any()]
    if changes:
        with as_one_change(modifier.segmentation):
            for mode, part in changes:
                change(modifier, part, mode, overlaps)


def change(modifier: SegmentModifier, voxels: Voxels, mode: ModificationMode, overlaps: bool = False) -> None:
    """As ``modify``, as a part of a change; others lose nothing to a segment that ``overlaps`` them."""
    (k, j, i), (slices, rows, columns) = voxels.first, voxels.mask.shape
    labels = slicer.vtkOrientedImageData()
    labels.SetExtent(i, i + columns - 1, j, j + rows - 1, k, k + slices - 1)
    # A copy: it becomes the segment's own.
    labels.GetPointData().SetScalars(numpy_to_vtk(voxels.mask.ravel().view(np.uint8), deep=True))
    matrix = vtkMatrix4x4()
    modifier.volume_node.GetIJKToRASMatrix(matrix)
    labels.SetGeometryFromImageToWorldMatrix(matrix)
    everywhere, is_per_segment = [0, -1, 0, -1, 0, -1], True
    modifier.logic.ModifySegmentByLabelmap(
        modifier.segmentation.segmentation_node,
        modifier.active_segment_id,
        labels,
        _MODES[mode],
        everywhere,
        is_per_segment,
        overlaps,
    )


def voxels_of_segment(modifier: SegmentModifier, segment_id: str) -> Voxels | None:
    """None where it is empty."""
    return Voxels.of_labels(modifier.get_segment_labelmap(segment_id, as_numpy_array=True))


@dataclass
class LastDrawn:
    """``slices`` has by the ID of a segment the slice (4x4, to RAS) that it was drawn on last. ``sentence``
    is what is to be known of what was done last; ``told()`` is called where it comes or goes by drawing."""

    slices: dict[str, np.ndarray] = field(default_factory=dict)
    sentence: str = ""
    told: Callable[[], None] = lambda: None

    def tell(self, sentence: str) -> None:
        if sentence != self.sentence:
            self.sentence = sentence
            self.told()


class WithinRange(SegmentationEffect):
    """An effect that draws on slices, and may be held to a range of grey values."""

    value_range: tuple[float, float] | None = None

    def __init__(self) -> None:
        super().__init__()
        self.last = LastDrawn()

    def within_range(self, voxels: Voxels | None) -> Voxels | None:
        """Of some voxels those whose value is in the range, None where none is."""
        if voxels is None or self.value_range is None:
            return voxels
        return voxels_between(self.value_range, self.modifier.volume_node, voxels)

    def drew(self, is_anything: bool) -> None:
        """A stroke or a polygon is done: whether it took any voxel."""
        is_said = self.value_range is not None and not is_anything
        self.last.tell(NOTHING_IN_RANGE.format(*self.value_range or ()) if is_said else "")


def voxels_between(
    values_range: tuple[float, float], volume: "slicer.vtkMRMLVolumeNode", within: Voxels | None = None
) -> Voxels | None:
    """Of all voxels, or some, those whose value is in the range, which has both its ends; None where none is.
    Of colours it is the first component that counts."""
    low, high = values_range
    values = image_array(volume.GetImageData())
    values = values[..., 0] if values.ndim > 3 else values
    if within is None:
        return Voxels.of_labels((values >= low) & (values <= high))
    values = values[tuple(slice(a, b) for a, b in zip(within.first, within.end, strict=True))]
    mask = within.mask & (values >= low) & (values <= high)
    return Voxels(within.first, mask) if mask.any() else None


class Threshold(SegmentationEffectThreshold):
    """That of trame-slicer 2.0.0 gives the segment anew what it has, which other segments that overlap it
    there lose then."""

    def apply(self) -> str:
        """Gives why nothing changes, if nothing does."""
        low, high = self.get_threshold_min_max_values()
        found = voxels_between((low, high), self.modifier.volume_node)
        if found is None:
            return NOTHING_IN_RANGE.format(low, high)
        before = voxels_of_segment(self.modifier, self.modifier.active_segment_id)
        before = before or Voxels(found.first, np.zeros((0, 0, 0), bool))
        become(self.modifier, before, combined(before, found, "add"))
        return ""


class Islands(SegmentationEffectIslands):
    """Voxels that hang together by their faces, as in Slicer. trame-slicer looks at the whole volume again
    for each island, of which a threshold leaves hundreds of thousands."""

    def keep_largest_island(self) -> None:
        islands = self._islands()
        if islands and len(islands.sizes) > 1:
            self._keep(islands, islands.numbers == islands.sizes.argmax() + 1)

    def remove_small_islands(self, min_voxel_size: int | None = None) -> None:
        islands = self._islands()
        if islands:
            is_large = islands.sizes >= (min_voxel_size or self.get_minimum_island_size())
            if not is_large.all():
                self._keep(islands, np.concatenate([[False], is_large])[islands.numbers])

    def keep_island_at_position(self, world_pos: tuple[float, float, float]) -> None:
        islands = self._islands()
        number = islands.number_at(world_pos, grid_of(self.modifier.volume_node)) if islands else 0
        if islands and number and len(islands.sizes) > 1:
            self._keep(islands, islands.numbers == number)

    def remove_island_at_position(self, world_pos: tuple[float, float, float]) -> None:
        islands = self._islands()
        number = islands.number_at(world_pos, grid_of(self.modifier.volume_node)) if islands else 0
        if islands and number:
            self._keep(islands, (islands.numbers != number) & (islands.numbers != 0))

    def _islands(self) -> "_SegmentIslands | None":
        import SimpleITK as sitk

        voxels = voxels_of_segment(self.modifier, self.modifier.active_segment_id)
        if voxels is None:
            return None
        mask = sitk.GetImageFromArray(voxels.mask.view(np.uint8))
        return _SegmentIslands(voxels.first, sitk.GetArrayFromImage(sitk.ConnectedComponent(mask)))

    def _keep(self, islands: "_SegmentIslands", mask: np.ndarray) -> None:
        become(self.modifier, Voxels(islands.first, islands.numbers > 0), Voxels(islands.first, mask))


class _SegmentIslands:
    """Of a segment, from the voxel ``first`` (k, j, i) of the volume on: ``numbers`` (slices, rows, columns)
    is that of each voxel's island, from 1, 0 for none; ``sizes`` how many voxels each has."""

    def __init__(self, first: tuple[int, int, int], numbers: np.ndarray) -> None:
        self.first, self.numbers = first, numbers
        count = int(numbers.max())
        # One slice after another: counting makes 8 bytes of each voxel.
        self.sizes = np.zeros(count, int)
        for plane in numbers:
            self.sizes += np.bincount(plane.ravel(), minlength=count + 1)[1:]

    def number_at(self, place_ras: tuple[float, float, float], grid: Grid) -> int:
        ijk = np.rint(np.linalg.inv(grid.ijk_to_ras) @ [*place_ras, 1.0])[:3]
        index = tuple(int(at) - first for at, first in zip(ijk[::-1], self.first, strict=True))
        is_in = all(0 <= part < size for part, size in zip(index, self.numbers.shape, strict=True))
        return int(self.numbers[index]) if is_in else 0
