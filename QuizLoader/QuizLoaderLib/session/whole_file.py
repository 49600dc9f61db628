"""Files that appear whole or not at all, and stay after a power failure."""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".part-"
"""How the name of a file begins that is not whole yet."""

_OWNER_ALONE = 0o700

# Network disks may know no synchronizing of folders, and a folder that is written to need not be readable.
_NOT_FOR_FOLDERS = (errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.EACCES, errno.EISDIR)


@contextmanager
def whole_file(path: Path, scratch: Path | None = None, ending: str | None = None) -> Iterator[Path]:
    """A temporary file to write to, which takes the name ``path`` at the end of the block.

    It lies beside ``path`` (or in the folder ``scratch`` on the same disk) and has its ``ending``, by which
    some writers choose a format. Where the block fails it is removed, and an old file of that name stays as
    it was; else the new one may be read and written by whoever might do so with the old one. Raises OSError.
    """
    if ending is None:
        ending = "".join(path.suffixes[-2:]) if path.name.endswith(".gz") else path.suffix
    part = (scratch or path.parent) / f"{PART}{secrets.token_hex(8)}{ending}"
    part.touch(exist_ok=False)
    try:
        yield part
        descriptor = os.open(part, os.O_RDWR)
        try:
            sync(descriptor)
        finally:
            os.close(descriptor)
        with contextlib.suppress(OSError):
            shutil.copymode(path, part)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    sync_folder(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Replace the file in one step; raises OSError. What a crash leaves of it has no ending, so that nobody
    takes it for a file of that kind."""
    with whole_file(path, ending="") as part:
        part.write_bytes(data)


def remove_left_overs(folder: Path) -> None:
    """Remove files that never became whole; only for a folder that nobody else writes into."""
    for part in folder.glob(f"{PART}*"):
        with contextlib.suppress(OSError):
            part.unlink()


def make_folder(folder: Path) -> None:
    """Make the folder with those above it, for the eyes of its owner alone and to last like what is written
    into it; raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=_OWNER_ALONE, exist_ok=True)
        sync_folder(each.parent)


def sync(descriptor: int) -> None:
    """Return only when what was written is on the disk; raises OSError."""
    try:
        import fcntl
    except ImportError:
        fcntl = None  # type: ignore[assignment]
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:
        # On macOS fsync alone leaves the data in the drive's own cache.
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, full)
            return
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a new or renamed entry of the folder last, where the disk can; raises OSError.

    Windows needs and allows no such thing.
    """
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as fault:
        if fault.errno not in _NOT_FOR_FOLDERS:
            raise
