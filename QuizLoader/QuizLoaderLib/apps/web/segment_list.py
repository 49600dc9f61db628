"""The segments of the drawing that is edited: one of them is chosen, each is shown or hidden."""

from collections.abc import Callable, Collection, Sequence
from itertools import count
from typing import TYPE_CHECKING

from .effects import as_one_change

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationDisplayNode
    from trame_slicer.core import SegmentationEditor


class SegmentList:
    """Of trame-slicer's ``editor``, while it has a segmentation. Segments are named by their IDs."""

    def __init__(self, editor: "SegmentationEditor") -> None:
        self._editor = editor
        self._chosen_name = ""
        self.uses: dict[str, Callable[..., None]] = {
            "segment": self.choose,
            "next_segment": self.choose_next,
            "add_segment": self.add,
        }

    @property
    def ids(self) -> list[str]:
        return self._editor.get_segment_ids()

    @property
    def chosen(self) -> str:
        return self._editor.active_segment_id

    def choose_by_name(self) -> None:
        """In another segmentation: the one of the same name, where there is one."""
        names = dict(zip(self._editor.get_segment_names(), self.ids, strict=True))
        if self._chosen_name in names:
            self._editor.set_active_segment_id(names[self._chosen_name])

    def choose(self, segment_id: str) -> None:
        if segment_id in self.ids:
            self._editor.set_active_segment_id(segment_id)
            self._chosen_name = self._editor.get_segment(segment_id).GetName()

    @property
    def chosen_title(self) -> str:
        """The name of the one that is chosen, empty where none is."""
        segment = self._editor.get_segment(self.chosen) if self.chosen in self.ids else None
        return segment.GetName() if segment else ""

    def choose_named(self, name: str) -> None:
        """The one of this name, where there is one."""
        self._chosen_name = name
        self.choose_by_name()

    def choose_next(self) -> None:
        if ids := self.ids:
            self.choose(ids[(ids.index(self.chosen) + 1) % len(ids)])

    def choose_after(self, before: Collection[str] | None = None) -> None:
        """Segments came or went: the one that came, or any if the one that was chosen is gone."""
        ids = self.ids
        come = [segment_id for segment_id in ids if before is not None and segment_id not in before]
        if come or (ids and self.chosen not in ids):
            self.choose((come or ids)[-1])

    def add(self) -> None:
        names = self._editor.get_segment_names()
        numbered = (f"Segment {number}" for number in count(len(names) + 1))
        name = next(name for name in numbered if name not in names)
        self.choose(self._editor.add_empty_segment(segment_name=name))

    def remove(self, named: Collection[str]) -> None:
        """The one that is chosen. A region that the quiz has ``named`` stays, and is empty."""
        segment_id = self.chosen
        segment, segmentation = self._editor.get_segment(segment_id), self._editor.active_segmentation
        if segment is None:
            return
        # It may come back by undo.
        self.show(segment_id, True)
        if segment.GetName() in named:
            self._clear(segment_id)
        else:
            segmentation.remove_segment(segment_id)
            self.choose_after()

    def _clear(self, segment_id: str) -> None:
        """Take all its voxels from a segment, which can be undone."""
        from slicer import vtkSlicerSegmentationsModuleLogic

        segmentation = self._editor.active_segmentation
        with as_one_change(segmentation):
            vtkSlicerSegmentationsModuleLogic.ClearSegment(segmentation.segmentation_node, segment_id)

    def rename(self, name: str) -> None:
        """Two segments of one name would be one region."""
        segment, name = self._editor.get_segment(self.chosen), name.strip()
        if segment and name and name not in self._editor.get_segment_names():
            segment.SetName(name)
            self._chosen_name = name

    def is_shown(self, segment_id: str) -> bool:
        return bool(self._display.GetSegmentVisibility(segment_id))

    def show(self, segment_id: str, visible: bool) -> None:
        if segment_id in self.ids and self.is_shown(segment_id) != visible:
            self._display.SetSegmentVisibility(segment_id, visible)

    def as_state(self, named: Sequence[str]) -> list[dict[str, object]]:
        """For the client; ``named`` are the regions of the quiz."""
        segments = [(segment_id, self._editor.get_segment(segment_id)) for segment_id in self.ids]
        return [
            {
                "value": segment_id,
                "title": segment.GetName(),
                "color": "rgb({}, {}, {})".format(*(round(255 * part) for part in segment.GetColor())),
                "visible": self.is_shown(segment_id),
                "is_named": segment.GetName() in named,
            }
            for segment_id, segment in segments
        ]

    @property
    def _display(self) -> "vtkMRMLSegmentationDisplayNode":
        return self._editor.active_segmentation_node.GetDisplayNode()
