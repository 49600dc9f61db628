"""The files in memory, within a budget of bytes: least recently used files go first, those in use never."""

import os
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from ..arrays import ImageArrays
from ..errors import ImageReadError
from ..files.data_files import FindDataFile
from ..files.file_facts import FileFacts, Stamp, look_at, stamp_of
from ..files.file_formats import FileFormat
from ..files.frame_memory import is_in_memory
from ..files.image_file import ImageFile
from ..files.label_names import names_beside
from ..types.type_module import ReadContext

if TYPE_CHECKING:
    from ..structure_set.reference import References

_LEAST_BUDGET = 256 * 1024 * 1024


def default_budget() -> int:
    """Half of the memory that is free now, in bytes."""
    import slicer

    system = slicer.vtkSystemInformation()
    system.RunMemoryCheck()
    return max(_LEAST_BUDGET, int(system.GetAvailablePhysicalMemory()) * 1024 * 1024 // 2)


class NoRoomError(Exception):
    """Reading a file ahead would take more memory than there is for it."""


class FileInMemory:
    """One file: looked at once, opened once, and what each Type made of it, over the same voxels.

    ``stamp`` tells a file that has been written again, or one of those that it is read with, from what was
    read; ``notes`` are what Types keep of its header. ``promised`` are the bytes that a reading now under way
    will need.
    """

    facts: FileFacts

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.stamp: Stamp | None = None
        self.file: ImageFile | None = None
        self.arrays: dict[Hashable, ImageArrays] = {}
        self.notes: dict[str, References] = {}
        self.promised = 0

    def look_at(self, path: Path, find_data_file: FindDataFile) -> FileFacts:
        """What the file is now; where it is not what it was, all that was made of it is forgotten."""
        if self.stamp is None or not self._is_current(path):
            self.facts = look_at(path, find_data_file)
            self.stamp = self.facts.stamp + _stamp_of_others(self.facts)
            self.file, self.arrays, self.notes = None, {}, {}
        return self.facts

    def _is_current(self, path: Path) -> bool:
        # Through a link the names of data files may mean others.
        if self.facts.data_files and self.facts.path != path:
            return False
        return self.facts.is_current() and self.facts.stamp + _stamp_of_others(self.facts) == self.stamp

    @property
    def byte_size(self) -> int:
        """The bytes of voxels, each buffer counted once; those promised where they are more.

        What lies in a mapped file is the system's to page in and out.
        """
        buffers = list(self.file.buffers) if self.file else []
        for arrays in list(self.arrays.values()):
            buffers += arrays.buffers
        sizes = {buffer.ctypes.data: buffer.nbytes for buffer in buffers if is_in_memory(buffer)}
        return max(self.promised, sum(sizes.values()))


def _stamp_of_others(facts: FileFacts) -> Stamp:
    """Of all that a DICOM image may be read from beside its own file: those of its folder, among which its
    series is, and the time points in the folders of a folder; and of the table that names a file's values."""
    if facts.header is not None:
        beside = names_beside(facts.path)
        return stamp_of(beside) if beside is not None else ()
    if facts.is_dicom:
        return stamp_of(facts.path.parent)
    if facts.format is not FileFormat.FOLDER:
        return ()
    with os.scandir(facts.path) as entries:
        folders = sorted(entry.path for entry in entries if entry.is_dir())
    return sum((stamp_of(Path(folder)) for folder in folders), Stamp())


def bytes_to_come(context: ReadContext) -> int:
    """How much a file will take in memory, as far as its header says so without reading it; else 0."""
    if context.facts.format is FileFormat.FOLDER:
        return sum(file.stat().st_size for file in context.path.rglob("*") if file.is_file())
    if context.facts.header is None:
        return 0
    try:
        file = context.file()
    except ImageReadError:
        # Reading it will tell why.
        return 0
    needed = 0 if file.buffers else file.voxel_bytes
    return needed if context.most_in_memory is None or needed <= context.most_in_memory else 0


class FileMemory:
    """All files in memory by their real path; may be used from any thread.

    What is on the screen, ``shown``, and what ``asked_for`` gives stay whatever the budget is. So a page that
    is larger than the budget is still shown.
    """

    def __init__(self, budget: int, asked_for: Callable[[], frozenset[str]]) -> None:
        self.budget = budget
        self.shown: frozenset[str] = frozenset()
        self._asked_for = asked_for
        self._lock = threading.Lock()
        # In the order of their last use.
        self._files: dict[str, FileInMemory] = {}

    @property
    def byte_size(self) -> int:
        """The bytes of voxels in memory."""
        with self._lock:
            return self._total()

    @property
    def shown_bytes(self) -> int:
        """The bytes of what is on the screen."""
        with self._lock:
            return sum(self._files[key].byte_size for key in self.shown if key in self._files)

    def file(self, key: str) -> FileInMemory:
        """The entry of a file; counts as a use of it."""
        with self._lock:
            known = self._files.pop(key) if key in self._files else FileInMemory()
            self._files[key] = known
            return known

    def make_room(self, key: str = "", needed: int = 0) -> bool:
        """Let go of files until ``needed`` bytes more for the file ``key`` fit; whether they do.

        The bytes count as taken until ``settle``.
        """
        in_use = self.shown | self._asked_for() | {key}
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
        """Let go of a file, unless it is on the screen."""
        with self._lock:
            if key not in self.shown:
                self._files.pop(key, None)

    def clear(self) -> None:
        self.shown = frozenset()
        with self._lock:
            self._files.clear()

    def _total(self) -> int:
        return sum(file.byte_size for file in self._files.values())
