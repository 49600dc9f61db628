"""Type VolumeSequence: volumes of one grid, such as time points, of which a view shows one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...quiz.problems import Problem
from ..arrays import VolumeArrays
from ..errors import WRONG_SHAPE, ImageReadError
from ..files.frame_memory import is_in_memory, room_for_frames
from ..files.sequence_files import FrameIndex, read_frames
from ..vtk_images import shared_image, vtk_matrix
from ..window_level import automatic_window_level
from . import volume
from .type_module import Look, ReadContext, file_alone, no_names, no_region_names, no_values
from .volume import look_of as look_of

if TYPE_CHECKING:
    from slicer import vtkMRMLScalarVolumeNode, vtkMRMLScene

    from ..dicom.series import Series

variant, region_names, name_regions, unnamed_values = file_alone, no_region_names, no_names, no_values

_FRAMES_SAMPLED = 8
_SAME_GRID_MM = 1e-3


@dataclass(frozen=True, eq=False)
class SequenceArrays:
    """``frames`` in their order, all with one grid and window; ``index`` names them."""

    frames: tuple[VolumeArrays, ...]
    index: FrameIndex
    problems: tuple[Problem, ...] = ()

    @property
    def buffers(self) -> tuple[np.ndarray, ...]:
        """The voxels that take memory; a long sequence lies in a temporary file."""
        return tuple(frame.voxels for frame in self.frames if is_in_memory(frame.voxels))


def read(context: ReadContext) -> SequenceArrays:
    """All frames of a 4D file, or the time points of a DICOM folder; raises ImageReadError."""
    if context.dicom_read or context.path.is_dir():
        from ..dicom.series import read_time_points

        return time_points_of(read_time_points(context.path, context.may_open), context.most_in_memory)
    facts = context.facts
    found = read_frames(facts, context.file, context.most_in_memory)
    frames = [VolumeArrays(one, found.ijk_to_ras, is_calibrated=facts.is_calibrated) for one in found.voxels]
    return SequenceArrays(_with_one_window(frames), found.index, found.problems)


def time_points_of(series: "Series", most_in_memory: int | None = None) -> SequenceArrays:
    """All time points of a DICOM series, those of more than ``most_in_memory`` bytes in a temporary file.

    Raises ImageReadError.
    """
    from ..dicom.series import GRIDS_DIFFER

    count = len(series.times)
    if count < 2:
        sentence = f"“{series.path.name}” has one time point, but a VolumeSequence has several."
        raise ImageReadError(WRONG_SHAPE, sentence, 'Type="Volume" shows it')
    first = series.read(0)
    new_frame = None
    frames: list[VolumeArrays] = []
    for number in range(count):
        frame = series.read(number) if number else first
        same_grid = np.allclose(frame.ijk_to_ras, first.ijk_to_ras, rtol=0, atol=_SAME_GRID_MM)
        if frame.voxels.shape != first.voxels.shape or not same_grid:
            sentence = f"Time point {number + 1} of “{series.path.name}” has a different grid from the first."
            raise ImageReadError(GRIDS_DIFFER, sentence, "give each grid an Image of its own")
        # A later time point may need a wider type than the first.
        new_frame = new_frame or room_for_frames(count, first.voxels.size * 4, most_in_memory)
        kept = new_frame(frame.voxels.shape, frame.voxels.dtype)
        if not is_in_memory(kept):
            kept[...] = frame.voxels
            frame = replace(frame, voxels=kept)
        frames.append(frame)
    problems = tuple(dict.fromkeys(problem for frame in frames for problem in frame.problems))
    values = tuple(f"{seconds:.9g}" for seconds in series.times_s)
    return SequenceArrays(_with_one_window(frames), FrameIndex(values, "time", "s"), problems)


def _with_one_window(frames: Sequence[VolumeArrays]) -> tuple[VolumeArrays, ...]:
    """Grey values can be compared between frames: all have the window of the first, or one from them all."""
    chosen = frames[0].window_level
    if chosen is None:
        step = max(1, len(frames) // _FRAMES_SAMPLED)
        some = (frame.voxels for frame in frames[::step])
        chosen = automatic_window_level(*some, modality=frames[0].modality)
    return tuple(replace(frame, window_level=chosen) for frame in frames)


def make_node(
    name: str, arrays: SequenceArrays, look: Look, scene: "vtkMRMLScene"
) -> "vtkMRMLScalarVolumeNode":
    """The volume node that shows one frame, the first to begin with (main thread).

    It is the proxy node of a vtkMRMLSequenceBrowserNode over a vtkMRMLSequenceNode whose data nodes look at
    the arrays' own voxels, so that Slicer's own controls, and ``views.frames``, show every frame.
    """
    import slicer

    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", f"{name} frames")
    index = _distinct(arrays.index)
    sequence.SetIndexName(index.name)
    sequence.SetIndexUnit(index.unit)
    sequence.SetIndexTypeFromString("numeric" if index.is_numeric else "text")
    if index.is_numeric:
        gap = min(np.diff([float(value) for value in index.values]), default=1.0)
        sequence.SetNumericIndexValueTolerance(min(1e-3, float(gap) / 2))
    for frame, value in zip(arrays.frames, index.values, strict=True):
        empty = slicer.vtkMRMLScalarVolumeNode()
        empty.SetName(name)
        empty.SetIJKToRASMatrix(vtk_matrix(frame.ijk_to_ras))
        volume.note_facts(empty, frame)
        # The sequence keeps a copy of the node; the voxels come after it, so that they are not copied.
        kept = sequence.SetDataNodeAtValue(empty, value)
        kept.SetAndObserveImageData(shared_image(frame, frame.voxels))
    shown = volume.make_node(name, arrays.frames[0], look, scene)
    # Without Slicer's module for sequences the scene does not know this class by its name.
    browser = slicer.vtkMRMLSequenceBrowserNode()
    browser.SetName(f"{name} browser")
    scene.AddNode(browser)
    # At once: where Slicer's own module finds a sequence without a proxy node, it makes one.
    was_modifying = browser.StartModify()
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    browser.AddProxyNode(shown, sequence, False)
    browser.SetSelectedItemNumber(0)
    browser.EndModify(was_modifying)
    return shown


def _distinct(index: FrameIndex) -> FrameIndex:
    """A sequence node keeps one frame a value, in ascending order: other values become 0, 1, 2."""
    if index.is_numeric:
        try:
            numbers = np.array([float(value) for value in index.values])
        except ValueError:
            numbers = np.zeros(len(index.values))
        is_usable = bool(np.isfinite(numbers).all() and (np.diff(numbers) > 0).all())
    else:
        is_usable = len(set(index.values)) == len(index.values) and "" not in index.values
    if is_usable or len(index.values) < 2:
        return index
    return FrameIndex(tuple(str(number) for number in range(len(index.values))))
