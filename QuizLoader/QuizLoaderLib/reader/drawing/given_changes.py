"""What a reader changed in the contours that they were given, region by region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...views.segment_planes import PlaneScan, SegmentPart, layers, segment_parts
from .given_contours import GivenContours
from .given_segments import GivenSegments

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationNode


@dataclass
class GivenChanges:
    """Compares a drawing with the contours that it began as, plane by plane, for as long as nobody draws; of
    planes that are as before nothing is compared again."""

    given: GivenContours
    segments: GivenSegments
    _counts: dict[int, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """By plane and region: the voxels that it has, and those of them that were given; of the last scan."""
    _next: dict[int, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """Of the scan that is under way; one that a stroke cuts short leaves nothing."""
    _last: PlaneScan | None = None
    _scan: PlaneScan | None = None

    def begin(self, node: vtkMRMLSegmentationNode) -> None:
        self._scan, self._next = PlaneScan(layers(node), self._last), {}

    def go_on(self, node: vtkMRMLSegmentationNode) -> bool:
        """Compare the next plane; gives whether there are more."""
        assert self._scan is not None
        k = self._scan.go_on()
        if k is None:
            self._counts, self._next = self._next, {}
            self._last, self._scan = self._scan, None
            return False
        before = self._last.planes.get(k) if self._last else None
        now = self._scan.planes.get(k)
        if now is not None:
            is_known = now == before and k in self._counts
            self._next[k] = self._counts[k] if is_known else self._plane(node, k)
        return True

    @property
    def is_under_way(self) -> bool:
        return self._scan is not None

    def by_name(self) -> dict[str, tuple[int, int]]:
        """How many voxels were added to each region, and removed."""
        found = {}
        for name, given in self.given.counts.items():
            both = [counts.get(name, (0, 0)) for counts in self._counts.values()]
            has, shared = sum(each[0] for each in both), sum(each[1] for each in both)
            found[name] = has - shared, given - shared
        return found

    def _plane(self, node: vtkMRMLSegmentationNode, k: int) -> dict[str, tuple[int, int]]:
        parts = segment_parts(node, k)
        return {
            name: (int(np.count_nonzero(parts[id].voxels)), _shared(parts[id], self.given.part(name, k)))
            for name, id in self.segments.ids(node).items()
            if id in parts
        }


def _shared(one: SegmentPart, other: SegmentPart) -> int:
    """How many voxels of a plane both have."""
    row, column = max(one.row, other.row), max(one.column, other.column)
    cut = [part.voxels[max(0, row - part.row) :, max(0, column - part.column) :] for part in (one, other)]
    rows, columns = (min(each.shape[axis] for each in cut) for axis in (0, 1))
    return int(np.count_nonzero(cut[0][:rows, :columns] & cut[1][:rows, :columns]))
