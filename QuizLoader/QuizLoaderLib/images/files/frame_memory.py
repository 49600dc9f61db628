"""Room for the frames of a sequence: in memory, or in a temporary file where that would be too much."""

import os
import tempfile
from collections.abc import Callable
from math import prod

import numpy as np

_ALIGNMENT = 64

NewFrame = Callable[[tuple[int, ...], np.dtype], np.ndarray]


def room_for_frames(count: int, frame_bytes: int, most_in_memory: int | None) -> NewFrame:
    """What gives an empty array for each of ``count`` frames of at most ``frame_bytes``.

    All of them lie in memory, or, where they take more than ``most_in_memory`` bytes together, in one file
    that the system pages in and out and that vanishes with the last of its arrays. Raises OSError where the
    disk has no room.
    """
    if most_in_memory is None or count * frame_bytes <= most_in_memory:
        return np.empty
    step = -(-frame_bytes // _ALIGNMENT) * _ALIGNMENT
    with tempfile.TemporaryFile(prefix="QuizLoader") as file:
        _reserve(file.fileno(), count * step)
        whole = np.memmap(file, np.uint8, "r+", shape=(count * step,))
    taken = 0

    def new_frame(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        nonlocal taken
        start, taken = taken, taken + step
        return whole[start : start + prod(shape) * dtype.itemsize].view(dtype).reshape(shape)

    return new_frame


def is_in_memory(frame: np.ndarray) -> bool:
    return not isinstance(frame, np.memmap)


def _reserve(file: int, size: int) -> None:
    """Take the disk space now: a page that finds no room later would end the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
        return
    zeros = bytes(1 << 24)
    while size > 0:
        size -= os.write(file, zeros[: min(size, len(zeros))])
