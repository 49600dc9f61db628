"""What is drawn gets to the disk by itself, once the hand has rested, a few milliseconds at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...images.grid import Grid
from ...images.vtk_images import array_of
from ...views import segmentations
from ...views.roi_visibility import segments_by_id
from ...views.segment_planes import BINARY_LABELMAP, PlaneScan, layers, segment_parts
from .strokes import DrawnSegment, PackedPart, append_change, packed_part

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationNode

REST_S = 1.0
"""So long nobody has drawn before it is saved."""

STEP_S = 0.03
"""How long the window is stopped at a time."""


class Pace(Enum):
    """How much of what is drawn is saved now: a part once the hand rests, a part, or all while the window
    waits."""

    AT_REST = auto()
    IN_PARTS = auto()
    AT_ONCE = auto()


class StrokeSaver:
    """Knows of one segmentation whether all of it is on the disk, and writes strokes into its journal.

    ``is_saved`` looks at no voxel. ``last`` is the scan of what is on the disk now.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.last: PlaneScan | None = None
        self._on_disk: tuple[object, ...] | None = None
        self._description: tuple[tuple[object, ...], ...] = ()
        self._seen: tuple[object, ...] | None = None
        self._seen_at = 0.0
        self._scan: PlaneScan | None = None
        self._changed: dict[int, dict[str, PackedPart]] = {}

    def is_saved(self, node: vtkMRMLSegmentationNode) -> bool:
        return self._on_disk == segmentations.stamp(node)

    def note_saved(self, node: vtkMRMLSegmentationNode, scan: PlaneScan | None = None) -> None:
        """All of it is on the disk, or of no account; ``scan`` is that of what the files have."""
        self._on_disk, self._scan = segmentations.stamp(node), None
        if scan is not None:
            self.last, self._description = scan, segmentations.description(node)

    def rests(self, node: vtkMRMLSegmentationNode) -> bool:
        """Whether nobody has drawn for a while; to be asked again and again."""
        stamp = segmentations.stamp(node)
        if stamp != self._seen:
            self._seen, self._seen_at, self._scan = stamp, self._clock(), None
        return self._clock() - self._seen_at >= REST_S

    def go_on(
        self,
        node: vtkMRMLSegmentationNode,
        path: Path,
        grid: Grid,
        base: Callable[[], str],
        pace: Pace,
    ) -> bool:
        """Look at some planes, or AT_ONCE at all of them, and behind the last one write what is other than
        before into the journal ``path``. ``base()`` is the hash of the file of segments.

        Gives whether everything is on the disk now. Raises OSError.
        """
        stamp, until = segmentations.stamp(node), self._clock() + STEP_S
        if self._scan is None or stamp != self._seen:
            self._seen, self._changed = stamp, {}
            # Whether a copy is unchanged is known by all of its planes.
            self._scan = PlaneScan(layers(node), None if segmentations.is_copy(node) else self.last)
        before = self.last.planes if self.last else {}
        same = before if self._ids_are_those_of_before(node) else {}
        while (k := self._scan.go_on()) is not None:
            if self._scan.planes.get(k) != same.get(k):
                parts = segment_parts(node, k)
                self._changed[k] = {id: packed_part(part) for id, part in parts.items()}
            if pace is not Pace.AT_ONCE and self._clock() >= until:
                return False
        for k in before.keys() - self._scan.planes.keys():
            self._changed[k] = {}
        if self._changed or segmentations.description(node) != self._description:
            append_change(path, grid, base, _segments(node), self._changed)
        self.note_saved(node, self._scan)
        return True

    def _ids_are_those_of_before(self, node: vtkMRMLSegmentationNode) -> bool:
        """Planes are compared by the names of segments, and written by their IDs."""
        ids = {segment.GetName(): id for id, segment in segments_by_id(node).items()}
        return all(ids.get(name, id) == id for id, name, *_more in self._description)


def are_on(node: vtkMRMLSegmentationNode, grid: Grid) -> bool:
    """Whether all label images count voxels as ``grid`` does, and have none outside of it."""
    import vtk

    for segment in segments_by_id(node).values():
        labels = segment.GetRepresentation(BINARY_LABELMAP)
        if labels is None or labels.IsEmpty():
            continue
        extent = np.array(labels.GetExtent()).reshape(3, 2)
        matrix = vtk.vtkMatrix4x4()
        labels.GetImageToWorldMatrix(matrix)
        is_inside = (extent[:, 0] >= 0).all() and (extent[:, 1] < grid.shape[::-1]).all()
        if not is_inside or not Grid(grid.shape, array_of(matrix)).is_like(grid):
            return False
    return True


def _segments(node: vtkMRMLSegmentationNode) -> tuple[DrawnSegment, ...]:
    return tuple(
        DrawnSegment(id, segment.GetName(), segment.GetColor(), segmentations.tags_of(segment))
        for id, segment in segments_by_id(node).items()
    )
