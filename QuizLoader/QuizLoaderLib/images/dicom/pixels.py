"""The values of DICOM frames in their units, in one array.

How a file stores them is in ``stored_values``; what they mean is here, the same for every transfer syntax.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ..errors import WRONG_SHAPE, ImageReadError
from .colors import Colors, has_colors
from .frames import Frame
from .headers import Header, faults_named
from .lookup_tables import modality_table
from .stored_values import StoredValues


class _FileValues:
    """The values of one file before any rescale: as stored, as its table of the modality says, or colours."""

    def __init__(self, header: Header) -> None:
        self._stored = StoredValues(header)
        self.dtype = self._stored.layout.dtype
        self.are_apart = self._stored.are_apart
        self._table: Callable[[np.ndarray], np.ndarray] | None = None
        with faults_named(header.path):
            self.are_colors = has_colors(header)
            if self.are_colors:
                colors = Colors(header, self._stored.layout.bits_stored)
                self._table = colors.of
                self.dtype = colors.dtype or self.dtype
            elif table := modality_table(header):
                self._table = table.of
                self.dtype = table.entries.dtype

    def frame(self, index: int, out: np.ndarray | None = None) -> np.ndarray:
        """(rows, columns[, 3]), put into ``out`` where that is given."""
        if self._table is None:
            return self._stored.frame(index, out)
        values = self._table(self._stored.frame(index))
        if out is not None:
            out[...] = values
        return values


_Work = Callable[[int, Frame, _FileValues], object]


def read_voxels(frames: Sequence[Frame]) -> np.ndarray:
    """(frames, rows, columns[, 3]) in the units of the rescale.

    Without a rescale the stored type; with a whole-numbered one the smallest of int16 and int32 that holds
    the values; else float32. A second pass is needed only where int16 turns out too small.

    :raises ImageReadError: the pixels are cut short or cannot be decoded; names the file.
    """
    files = {frame.header.path: frame.header for frame in frames}
    values = {path: _FileValues(header) for path, header in files.items()}
    are_colors = {one.are_colors for one in values.values()}
    if len(are_colors) > 1:
        name = frames[0].header.path.name
        raise ImageReadError(WRONG_SHAPE, f"The series of “{name}” mixes grey images with colours.")
    dtype = np.result_type(*{one.dtype for one in values.values()})
    shape: tuple[int, ...] = (len(frames), frames[0].rows, frames[0].columns)
    if True in are_colors:
        return _each_into(np.empty((*shape, 3), dtype), frames, values)
    if dtype.kind == "f" or not _is_whole_numbered(frames):
        voxels = np.empty(shape, np.float32)
        _each(frames, values, lambda k, frame, of: _rescale_into(voxels[k], of.frame(frame.index), frame))
        return voxels
    if all(frame.slope == 1 and frame.intercept == 0 for frame in frames):
        return _each_into(np.empty(shape, dtype), frames, values)
    if dtype.itemsize <= 2:
        voxels = np.empty(shape, np.int16)
        if all(_each(frames, values, lambda k, frame, of: _fits_int16(voxels[k], frame, of))):
            return voxels
    voxels = np.empty(shape, np.int32)
    if not all(_each(frames, values, lambda k, frame, of: _fits_int32(voxels[k], frame, of))):
        voxels = voxels.view(np.float32)
        _each(frames, values, lambda k, frame, of: _rescale_into(voxels[k], of.frame(frame.index), frame))
    return voxels


def _is_whole_numbered(frames: Sequence[Frame]) -> bool:
    return all(frame.slope.is_integer() and frame.intercept.is_integer() for frame in frames)


def _each_into(voxels: np.ndarray, frames: Sequence[Frame], values: dict[Path, _FileValues]) -> np.ndarray:
    _each(frames, values, lambda k, frame, of: of.frame(frame.index, voxels[k]))
    return voxels


def _each(frames: Sequence[Frame], values: dict[Path, _FileValues], work: _Work) -> list[object]:
    """``work`` for each frame in parallel (reading and numpy let go of the interpreter lock); the frames of a
    file that is unpacked as a whole one after the other, and no longer kept than these."""
    groups: dict[Path, list[int]] = {}
    for k, frame in enumerate(frames):
        groups.setdefault(frame.header.path, []).append(k)
    tasks = [
        part
        for path, found in groups.items()
        for part in ([[k] for k in found] if values[path].are_apart else [found])
    ]

    def one_task(task: list[int]) -> list[object]:
        header = frames[task[0]].header
        of = values[header.path] if values[header.path].are_apart else _FileValues(header)
        return [work(k, frames[k], of) for k in task]

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        return [result for results in pool.map(one_task, tasks) for result in results]


def _rescale_into(out: np.ndarray, raw: np.ndarray, frame: Frame) -> None:
    # Values beyond those of float32 become infinite.
    with np.errstate(all="ignore"):
        out[...] = raw * np.float64(frame.slope) + frame.intercept


def _range(raw: np.ndarray, frame: Frame) -> tuple[float, float]:
    ends = [float(end) * frame.slope + frame.intercept for end in (raw.min(), raw.max())]
    return min(ends), max(ends)


def _fits_int16(out: np.ndarray, frame: Frame, values: _FileValues) -> bool:
    """Reads and rescales in place; arithmetic modulo 2^16 is exact where the results fit."""
    raw = values.frame(frame.index, out.view(values.dtype) if values.dtype.itemsize == 2 else None)
    low, high = _range(raw, frame)
    if low < -32768 or high > 32767:
        return False
    if raw.dtype.itemsize != 2:
        out[...] = raw
    with np.errstate(over="ignore"):
        if frame.slope != 1:
            out *= _modulo_int16(frame.slope)
        if frame.intercept:
            out += _modulo_int16(frame.intercept)
    return True


def _modulo_int16(value: float) -> np.int16:
    return np.int16((int(value) + 32768) % 65536 - 32768)


def _fits_int32(out: np.ndarray, frame: Frame, values: _FileValues) -> bool:
    raw = values.frame(frame.index)
    low, high = _range(raw, frame)
    if low < -(2**31) or high >= 2**31:
        return False
    out[...] = raw.astype(np.int64) * int(frame.slope) + int(frame.intercept)
    return True
