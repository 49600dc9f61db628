"""Which segments of a drawing are the regions that were given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count
from typing import TYPE_CHECKING

from ...views.roi_visibility import segments_by_id

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationNode


class GivenSegments:
    """Each is found by its name once, and known by its ID then: in Slicer a hand may rename it. Results
    know it by its name, so it gets that back, and another segment that has it gets one of its own."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._ids: dict[str, str] = {}

    def ids(self, node: vtkMRMLSegmentationNode) -> dict[str, str]:
        """By name; without those that were removed."""
        segments = segments_by_id(node)
        self._ids = {name: id for name, id in self._ids.items() if id in segments}
        for id, segment in segments.items():
            if segment.GetName() in self._names and id not in self._ids.values():
                self._ids.setdefault(segment.GetName(), id)
        names = {id: name for name, id in self._ids.items()}
        used = {*self._names, *(segment.GetName() for segment in segments.values())}
        for id, segment in segments.items():
            name = segment.GetName()
            right = names.get(id) or (_free(name, used) if name in self._names else name)
            if right != name:
                segment.SetName(right)
                used.add(right)
        return dict(self._ids)


def _free(name: str, used: Collection[str]) -> str:
    return next(each for number in count(2) if (each := f"{name} {number}") not in used)
