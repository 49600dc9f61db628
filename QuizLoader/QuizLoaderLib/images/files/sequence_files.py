"""The frames of a 4D image file, read one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from ...quiz.problems import Problem
from ..errors import IMAGE_TOO_LARGE, WRONG_SHAPE, ImageReadError
from .file_facts import FileFacts, damaged
from .frame_memory import room_for_frames
from .image_file import ImageFile, dtype_as_shown, placed
from .nifti import NiftiHeader
from .nrrd import FRAME_KINDS, NrrdHeader
from .raw_voxels import RawVoxels, VoxelsEndError, VoxelStream

_SPACES = {
    "right-anterior-superior": (-1, -1, 1), "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1), "las": (1, -1, 1),
}  # fmt: skip
"""What brings a space to LPS; any other is taken as LPS, as ITK does."""

_NIFTI_SECONDS = {8: 1.0, 16: 1e-3, 24: 1e-6}


@dataclass(frozen=True)
class FrameIndex:
    """What tells frames apart: ``values`` in their order, as texts, numbers where ``is_numeric``."""

    values: tuple[str, ...]
    name: str = "frame"
    unit: str = ""
    is_numeric: bool = True


@dataclass(frozen=True)
class _FrameLayout:
    """How the frames, each of ``size`` (columns, rows, slices), lie in the file."""

    voxels: RawVoxels
    size: tuple[int, ...]
    count: int
    list_is_first: bool
    ijk_to_ras: np.ndarray
    index: FrameIndex
    problems: tuple[Problem, ...]
    scale: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Frames:
    """Each of ``voxels`` as (slices, rows, columns), their common place, and what tells them apart;
    ``problems`` are warnings about the header."""

    voxels: list[np.ndarray]
    ijk_to_ras: np.ndarray
    index: FrameIndex
    problems: tuple[Problem, ...]


def read_frames(facts: FileFacts, file: Callable[[], ImageFile], most_in_memory: int | None = None) -> Frames:
    """All frames of a file.

    ``file`` gives the image file where that is asked for. More than ``most_in_memory`` bytes lie in a
    temporary file. Raises ImageReadError.
    """
    path = facts.path
    facts.require_image()
    header = facts.header
    layout = _nrrd_layout(facts, header) if isinstance(header, NrrdHeader) else _layout(file())
    stored = layout.voxels.dtype.newbyteorder("=")
    dtype = dtype_as_shown(stored, layout.scale)
    shape = layout.size[::-1]
    try:
        new_frame = room_for_frames(layout.count, prod(shape) * dtype.itemsize, most_in_memory)
        frames = [new_frame(shape, dtype) for _ in range(layout.count)]
        with layout.voxels.open() as stream:
            if layout.list_is_first:
                _read_slice_by_slice(stream, frames, stored)
            else:
                for frame in frames:
                    stream.fill(frame, layout.scale)
            stream.check_end()
    except VoxelsEndError as fault:
        raise damaged(path) from fault
    except (MemoryError, OSError) as fault:
        raise ImageReadError(
            IMAGE_TOO_LARGE,
            f"The {layout.count} frames of “{path.name}” fit neither into memory nor on the disk of the "
            "temporary folder.",
            "free some space or save fewer frames",
        ) from fault
    return Frames(frames, layout.ijk_to_ras, layout.index, layout.problems)


def _read_slice_by_slice(stream: VoxelStream, frames: list[np.ndarray], stored: np.dtype) -> None:
    """The values of all frames at one voxel lie side by side."""
    together = np.empty((*frames[0].shape[1:], len(frames)), stored)
    for k in range(frames[0].shape[0]):
        stream.fill(together)
        for number, frame in enumerate(frames):
            frame[k] = together[..., number]


def _nrrd_layout(facts: FileFacts, header: NrrdHeader) -> _FrameLayout:
    path = facts.path
    sizes = header.sizes
    if len(sizes) != 4 or header.fields.get("dimension") != "4" or prod(sizes) == 0:
        raise _not_4d(path, sizes)
    axis = _list_axis(header)
    if axis not in (0, 3):
        sentence = f"“{path.name}” has its list of frames between the spatial axes."
        raise ImageReadError(WRONG_SHAPE, sentence, "save it with the list as its first or last axis")
    kind = header.kinds[axis] if len(header.kinds) == 4 else "list"
    assert facts.voxels is not None
    if kind not in FRAME_KINDS:
        sentence = f"“{path.name}” has values of the kind “{kind[:40]}” side by side, which are no frames."
        hint = 'Type="Vector" shows colours; save frames with the kind list'
        raise ImageReadError(WRONG_SHAPE, sentence, hint)
    size, count = sizes[1:] if axis == 0 else sizes[:3], sizes[axis]
    ijk_to_ras, index = _nrrd_ijk_to_ras(path, header, axis), _nrrd_index(header, axis, count)
    return _FrameLayout(facts.voxels, size, count, axis == 0, ijk_to_ras, index, facts.problems)


def _list_axis(header: NrrdHeader) -> int:
    """The axis without a direction, else the one of another kind, else the last."""
    outside = [axis for axis, direction in enumerate(header.directions) if direction is None]
    if len(outside) != 1:
        outside = [axis for axis, kind in enumerate(header.kinds) if kind not in ("domain", "space")]
    return outside[0] if len(outside) == 1 else 3


def _nrrd_ijk_to_ras(path: Path, header: NrrdHeader, list_axis: int) -> np.ndarray:
    axes_lps, origin_lps = np.eye(3), np.zeros(3)
    space = header.fields.get("space", "").lower().removesuffix("-time")
    to_lps = np.diag(_SPACES.get(space.removesuffix("t") if len(space) == 4 else space, (1, 1, 1)))
    in_space = [axis for axis in range(4) if axis != list_axis]
    directions = header.directions
    if len(directions) == 4:
        for column, axis in enumerate(in_space):
            direction = directions[axis]
            if direction is None or len(direction) < 3:
                raise damaged(path)
            axes_lps[:, column] = to_lps @ direction[:3]
    elif len(header.spacings) == 4:
        axes_lps = np.diag([header.spacings[axis] for axis in in_space])
    if header.origin is not None and len(header.origin) >= 3:
        origin_lps = to_lps @ header.origin[:3]
    return placed(path, axes_lps, origin_lps)


def _nrrd_index(header: NrrdHeader, axis: int, count: int) -> FrameIndex:
    """As Slicer writes it into a .seq.nrrd: the label and unit of the axis, the values as a key."""
    labels, units = header.texts("labels"), header.texts("units")
    values = tuple(unquote(text) for text in header.values.get(f"axis {axis} index values", "").split())
    is_numeric = header.values.get(f"axis {axis} index type", "numeric") != "text"
    if len(values) != count:
        values, is_numeric = tuple(str(number) for number in range(count)), True
    name = (labels[axis] if len(labels) > axis else "") or "frame"
    return FrameIndex(values, name, units[axis] if len(units) > axis else "", is_numeric)


def _layout(file: ImageFile) -> _FrameLayout:
    """Of a file whose frames are its last axis."""
    if len(file.size) != 4 or file.components != 1:
        raise _not_4d(file.path, file.size)
    voxels, header, count = file.facts.voxels, file.facts.header, file.size[3]
    if voxels is None or header is None:
        raise _not_4d(file.path, file.size)
    index = _nifti_index(header, count) if isinstance(header, NiftiHeader) else _counted(count)
    return _FrameLayout(
        voxels, file.size[:3], count, False, file.ijk_to_ras, index, file.problems, header.scale
    )


def _nifti_index(header: NiftiHeader, count: int) -> FrameIndex:
    """Source: nifti1.h, pixdim[4] and xyzt_units."""
    step, unit = header.time_step, header.time_unit
    if not step > 0 or not np.isfinite(step) or unit not in (0, *_NIFTI_SECONDS):
        return _counted(count)
    step *= _NIFTI_SECONDS.get(unit, 1.0)
    values = tuple(f"{number * step:.9g}" for number in range(count))
    return FrameIndex(values, "time", "s" if unit else "")


def _counted(count: int) -> FrameIndex:
    return FrameIndex(tuple(str(number) for number in range(count)))


def _not_4d(path: Path, size: tuple[int, ...]) -> ImageReadError:
    what = f"has {len(size)} dimensions" if size and len(size) != 4 else "is not a list of scalar volumes"
    sentence = f"“{path.name}” {what}, but a VolumeSequence has four: three of space and one of frames."
    hint = 'Type="Volume" shows a single volume' if len(size) == 3 else "save it as 4D nrrd, nii or mha"
    return ImageReadError(WRONG_SHAPE, sentence, hint)
