"""What was drawn can be taken back without waiting, also where it is large."""

from typing import Any

UNDO_STEPS = 20
UNDO_BYTES = 1 << 29
"""Each step keeps all segments twice: what a threshold finds in a large CT is 80 MB."""


def undo_steps(bytes_of_segments: int) -> int:
    """How many changes can be taken back."""
    return max(2, min(UNDO_STEPS, UNDO_BYTES // max(1, 2 * bytes_of_segments)))


def new_undo_stack() -> Any:
    """The undo_stack.UndoStack for trame-slicer's editor."""
    from trame_slicer.segmentation import segmentation_undo_command
    from undo_stack import UndoStack

    # The commands of trame-slicer find the class here.
    segmentation_undo_command.SegmentationStateStack = _states_class()
    return UndoStack(undo_limit=UNDO_STEPS)


def clear_segment(segmentation: Any, segment_id: str) -> None:
    """Take all its voxels from a segment of a trame-slicer Segmentation; it stays."""
    from slicer import vtkSlicerSegmentationsModuleLogic
    from trame_slicer.segmentation.segmentation_undo_command import SegmentationLabelMapUndoCommand

    with SegmentationLabelMapUndoCommand.push_state_change(segmentation):
        vtkSlicerSegmentationsModuleLogic.ClearSegment(segmentation.segmentation_node, segment_id)
    segmentation.trigger_modified()


def _states_class() -> type:
    from trame_slicer.segmentation.segmentation_state_stack import SegmentationStateStack

    class States(SegmentationStateStack):
        """When a segmentation goes, or becomes another one, it takes its segments out one by one and looks at
        all their voxels for each: half a second for a large CT. Without voxels it goes at once."""

        def _apply_segmentation_state(self, state: Any) -> None:
            _empty(self._segmentation)
            super()._apply_segmentation_state(state)

        def __del__(self) -> None:
            for state in self._segmentation_states:
                _empty(state)

    return States


def _empty(segmentation: Any) -> None:
    for index in range(segmentation.GetNumberOfSegments()):
        segmentation.GetNthSegment(index).RemoveAllRepresentations()
