"""The steps of the segment editor that can be taken back."""

from typing import TYPE_CHECKING

from ...views.segmentations import label_bytes
from .segment_list import SegmentList
from .trame_patches import new_undo_stack

if TYPE_CHECKING:
    from trame_slicer.core import SegmentationEditor

UNDO_STEPS = 20
UNDO_BYTES = 1 << 29
"""Each step keeps all segments twice: what a threshold finds in a large CT is 80 MB."""


def undo_steps(bytes_of_segments: int) -> int:
    """How many changes can be taken back, without waiting where they are large."""
    return max(2, min(UNDO_STEPS, UNDO_BYTES // max(1, 2 * bytes_of_segments)))


class UndoSteps:
    """Of trame-slicer's ``editor``; a segment that comes or goes with a step is chosen, or another one."""

    def __init__(self, editor: "SegmentationEditor", segments: SegmentList) -> None:
        self._editor, self._segments = editor, segments
        self._stack = new_undo_stack(UNDO_STEPS)
        editor.set_undo_stack(self._stack)

    @property
    def can_undo(self) -> bool:
        return bool(self._stack.can_undo())

    @property
    def can_redo(self) -> bool:
        return bool(self._stack.can_redo())

    def undo(self) -> None:
        if self.can_undo:
            before = self._segments.ids
            self._stack.undo()
            self._segments.choose_after(before)

    def redo(self) -> None:
        if self.can_redo:
            before = self._segments.ids
            self._stack.redo()
            self._segments.choose_after(before)

    def limit(self) -> None:
        """To what there is memory for, as large as the segments are now."""
        self._stack.set_undo_limit(undo_steps(label_bytes(self._editor.active_segmentation_node)))
