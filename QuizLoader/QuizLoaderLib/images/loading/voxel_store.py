"""Voxels that several processes of one machine share: what was read from image files, in mapped files."""

import contextlib
import hashlib
import io
import logging
import os
import pickle
import shutil
import stat
import tempfile
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import IO, TypeVar, cast
from weakref import WeakValueDictionary

import numpy as np

_logger = logging.getLogger(__name__)

_Arrays = TypeVar("_Arrays")
_LocationOfArray = tuple[str, int, str, tuple[int, ...]]
"""The file (empty for its own), the first byte there, the type, the shape."""
_ALIGNMENT = 64
_LENGTH_BYTES = 8
_LEAST_BYTES = 16 * 1024
"""Smaller arrays are not worth a mapping; each process has its own."""
_PREFIX, _IN_USE = "QuizLoader-voxels-", ".in-use"
_SHARE_OF_DISK = 2
"""The files take at most 1/2 of the space that the disk has for them."""


class VoxelStore:
    """What image files hold, read once for all processes that use the same ``folder``; from any thread.

    Whoever asks first reads the image file into a file of ``folder``. Everyone, the first too, gets arrays
    over its mapped pages, of which the machine holds one copy; who writes into them changes a copy of their
    own. A file is renamed when it is whole. A lock for each lets one process read while the others wait; it
    is free again when its owner dies. Where the folder cannot be written to, the arrays are private.

    ``folder`` must belong to the user who runs the processes: it holds pickles.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._mapped: WeakValueDictionary[str, np.memmap] = WeakValueDictionary()

    def arrays(self, key: Hashable, read: Callable[[], _Arrays]) -> _Arrays:
        """What ``read`` gives: an array, or dataclasses, tuples and the like with arrays in them.

        ``key`` says all that the result depends on; its ``repr`` must be the same in every process. What
        ``read`` raises goes to the caller, and the next one who asks reads again.
        """
        name = hashlib.sha256(repr(key).encode("utf-8", "surrogatepass")).hexdigest()[:40]
        with contextlib.suppress(OSError):
            return cast(_Arrays, self._load(name))
        with self._locked(name) as is_locked:
            with contextlib.suppress(OSError):
                return cast(_Arrays, self._load(name))
            private = read()
            if not is_locked:
                return private
            try:
                self._keep(name, private)
                return cast(_Arrays, self._load(name))
            except OSError as fault:
                _logger.warning("Voxels are not shared, they take memory in each process: %s", fault)
                return private

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[bool]:
        """The lock of one file, waited for; False where the folder takes none."""
        from filelock import FileLock

        with contextlib.ExitStack() as held:
            try:
                held.enter_context(FileLock(self.folder / f"{name}.lock"))
                is_locked = True
            except OSError as fault:
                _logger.warning("The folder of shared voxels cannot be used: %s", fault)
                is_locked = False
            yield is_locked

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.voxels"

    def _load(self, name: str) -> object:
        """Raises OSError where the file, or another one that its arrays lie in, is not there."""
        whole = self._mapping(name)
        end = len(whole) - _LENGTH_BYTES
        length = int.from_bytes(whole[end:].tobytes(), "little")
        arrays = _Unpickler(whole[end - length : end].tobytes(), name, self._mapping).load()
        with contextlib.suppress(OSError):
            # Where room is short, files go first that nobody has asked for for longest.
            os.utime(self._path(name))
        return arrays

    def _mapping(self, name: str) -> np.memmap:
        """A whole file, mapped once in this process as long as an array looks at it."""
        known = self._mapped.get(name)
        if known is None:
            known = self._mapped[name] = np.memmap(self._path(name), np.uint8, mode="c")
        return known

    def _keep(self, name: str, arrays: object) -> None:
        """Write the file, large arrays as they are and then a pickle that says where they lie."""
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".new", delete=False) as file:
            new = Path(file.name)
            try:
                text = io.BytesIO()
                pickler = _Pickler(text, lambda one: self._location_of(one) or ("", self._append(one, file)))
                pickler.dump(arrays)
                file.write(text.getvalue() + text.tell().to_bytes(_LENGTH_BYTES, "little"))
            except OSError:
                file.close()
                new.unlink()
                raise
        os.replace(new, self._path(name))

    def _append(self, array: np.ndarray, file: IO[bytes]) -> int:
        self._make_room(array.nbytes)
        start = -(-file.tell() // _ALIGNMENT) * _ALIGNMENT
        file.seek(start)
        file.write(array.reshape(-1).view(np.uint8).data)
        return start

    def _location_of(self, array: np.ndarray) -> tuple[str, int] | None:
        """The name of the file of this store that an array lies in, and its first byte there."""
        root = array
        while isinstance(root.base, np.ndarray):
            root = root.base
        path = getattr(root, "filename", None)
        if path is None or Path(path).parent != self.folder:
            return None
        return Path(path).stem, array.ctypes.data - root.ctypes.data

    def _make_room(self, needed: int) -> None:
        """Remove files until ``needed`` bytes fit; raises OSError where they do not."""
        there: dict[Path, os.stat_result] = {}
        for path in self.folder.glob("*.voxels"):
            with contextlib.suppress(OSError):
                there[path] = path.stat()
        taken = sum(status.st_size for status in there.values())
        room = (shutil.disk_usage(self.folder).free + taken) // _SHARE_OF_DISK
        for path in sorted(there, key=lambda path: there[path].st_mtime_ns):
            if taken + needed <= room:
                break
            # Who has it mapped keeps it; Windows does not remove it then.
            with contextlib.suppress(OSError):
                path.unlink()
                taken -= there[path].st_size
        if taken + needed > room:
            raise OSError(f"{needed / 1e6:.0f} MB more have no room in {self.folder}")


class _Pickler(pickle.Pickler):
    def __init__(self, text: io.BytesIO, locate: Callable[[np.ndarray], tuple[str, int]]) -> None:
        super().__init__(text, pickle.HIGHEST_PROTOCOL)
        self._locate = locate

    def persistent_id(self, thing: object) -> _LocationOfArray | None:
        if not isinstance(thing, np.ndarray) or thing.nbytes < _LEAST_BYTES:
            return None
        if not thing.flags.c_contiguous or thing.dtype.hasobject:
            return None
        return (*self._locate(thing), thing.dtype.str, thing.shape)


class _Unpickler(pickle.Unpickler):
    def __init__(self, text: bytes, name: str, mapping: Callable[[str], np.memmap]) -> None:
        super().__init__(io.BytesIO(text))
        self._name = name
        self._mapping = mapping

    def persistent_load(self, location: _LocationOfArray) -> np.ndarray:
        name, start, dtype, shape = location
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        return self._mapping(name or self._name)[start : start + size].view(dtype).reshape(shape)


@contextlib.contextmanager
def folder_of_shared_voxels(parent: Path | None = None) -> Iterator[Path]:
    """A new folder for a VoxelStore, in the system's folder of temporary files where no other is given.

    It is removed at the end, and so are those that a server left behind which was killed. Raises OSError.
    """
    from filelock import FileLock, Timeout

    parent = Path(tempfile.gettempdir()) if parent is None else parent
    for other in parent.glob(f"{_PREFIX}*"):
        if _is_own(other) and (other / _IN_USE).exists():
            with contextlib.suppress(OSError, Timeout), FileLock(other / _IN_USE, timeout=0):
                shutil.rmtree(other, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    try:
        with FileLock(folder / _IN_USE):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    """Made by this user: in a folder for temporary files another one could lay a trap."""
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())
