"""The files in memory, within a budget of bytes: least recently used files go first, those in use never."""

import threading
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np

from ...quiz.model import ImageType
from ..errors import ImageReadError
from ..files.file_formats import FileFormat, format_of
from ..files.frame_memory import is_in_memory
from ..files.image_file import ImageFile
from ..files.read_context import ReadContext
from .stamps import Stamp

_LEAST_BUDGET = 256 * 1024 * 1024


def default_budget() -> int:
    """Half of the memory that is free now, in bytes."""
    import slicer

    system = slicer.vtkSystemInformation()
    system.RunMemoryCheck()
    return max(_LEAST_BUDGET, int(system.GetAvailablePhysicalMemory()) * 1024 * 1024 // 2)


class FileInMemory:
    """One file: opened once, and what each Type made of it, over the same voxels.

    ``stamp`` tells a file that has been written again, or one of those that hold its voxels, from what was
    read. ``promised`` are the bytes that a reading now under way will need.
    """

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self.lock = threading.RLock()
        self.file: ImageFile | None = None
        self.arrays: dict[Hashable, Any] = {}
        self.promised = 0

    @property
    def byte_size(self) -> int:
        """The bytes of voxels, each buffer counted once; those promised where they are more.

        What lies in a mapped file is the system's to page in and out.
        """
        buffers = list(self.file.buffers) if self.file else []
        for arrays in list(self.arrays.values()):
            buffers += buffers_of(arrays)
        sizes = {buffer.ctypes.data: buffer.nbytes for buffer in buffers if is_in_memory(buffer)}
        return max(self.promised, sum(sizes.values()))


def buffers_of(arrays: Any) -> Iterable[np.ndarray]:
    """The voxels in memory of what a Type has read."""
    if hasattr(arrays, "buffers"):
        return arrays.buffers
    return getattr(arrays, "layers", None) or (arrays.voxels,)


def bytes_to_come(context: ReadContext) -> int:
    """How much a file will take in memory, as far as its header says so without reading it; else 0."""
    if context.path.is_dir():
        return sum(file.stat().st_size for file in context.path.rglob("*") if file.is_file())
    try:
        if format_of(context.path) not in (FileFormat.NRRD, FileFormat.NIFTI, FileFormat.META_IMAGE):
            return 0
        file = context.file()
    except ImageReadError:
        # Reading it will tell why.
        return 0
    needed = 0 if file.buffers else file.voxel_bytes
    if context.image.type is ImageType.VOLUME_SEQUENCE and needed > (context.most_in_memory or needed):
        return 0
    return needed


class FileMemory:
    """All files in memory by their real path; may be used from any thread.

    ``in_use`` gives the paths that stay whatever the budget is: what is on the screen and what is asked
    for. So a page that is larger than the budget is still shown.
    """

    def __init__(self, budget: int, in_use: Callable[[], frozenset[str]]) -> None:
        self.budget = budget
        self._in_use = in_use
        self._lock = threading.Lock()
        # In the order of their last use.
        self._files: dict[str, FileInMemory] = {}

    @property
    def byte_size(self) -> int:
        """The bytes of voxels in memory."""
        with self._lock:
            return self._total()

    def size_of(self, keys: Iterable[str]) -> int:
        """The bytes of these files."""
        with self._lock:
            return sum(self._files[key].byte_size for key in set(keys) if key in self._files)

    def file(self, key: str, stamp: Stamp) -> FileInMemory:
        """The entry of a file, a new one where it was written again since; counts as a use of it."""
        with self._lock:
            known = self._files.pop(key, None)
            if known is None or known.stamp != stamp:
                known = FileInMemory(stamp)
            self._files[key] = known
            return known

    def make_room(self, key: str = "", needed: int = 0) -> bool:
        """Let go of files until ``needed`` bytes more for the file ``key`` fit; whether they do.

        The bytes count as taken until ``settle``.
        """
        in_use = self._in_use() | {key}
        with self._lock:
            file = self._files.get(key)
            if file is not None:
                file.promised = file.byte_size + needed
            for other in [other for other in self._files if other not in in_use]:
                if self._total() <= self.budget:
                    break
                del self._files[other]
            return self._total() <= self.budget

    def settle(self, key: str) -> None:
        """The reading of a file has ended: what it takes is what it has now."""
        with self._lock:
            if key in self._files:
                self._files[key].promised = 0

    def forget(self, key: str) -> None:
        with self._lock:
            self._files.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._files.clear()

    def _total(self) -> int:
        return sum(file.byte_size for file in self._files.values())
