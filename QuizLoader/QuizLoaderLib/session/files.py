"""Names that every file system takes, times as results files write them, and files that are written whole."""

import contextlib
import errno
import hashlib
import os
import re
import unicodedata
from datetime import datetime
from pathlib import Path

TIME_FORMAT = "%Y%m%d_%H:%M:%S.%f"

NAME_LENGTH = 40
"""Letters of a reader's, quiz's or page's folder; two folders and a file stay below Windows' 260."""

# Network disks may know no synchronizing of folders, and a folder that is written to need not be readable.
_NOT_FOR_FOLDERS = (errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.EACCES, errno.EISDIR)

_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])(\..*)?", re.IGNORECASE)


class SessionError(Exception):
    """Why a session cannot start or do what was asked, as one sentence for the reader."""


def timestamp(moment: datetime) -> str:
    """Local time in the form of the original's results: ``20230317_15:58:27.114871``."""
    return moment.strftime(TIME_FORMAT)


def parsed_timestamp(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), TIME_FORMAT)
    except ValueError:
        return None


def safe_name(text: str, length: int = NAME_LENGTH) -> str:
    """A file name for ``text`` on every system; equal texts only share a name.

    A text that is a name already stays as it is. Any other is made safe and gets six digits of its hash,
    so that ``a/b`` and ``a:b`` do not meet in one folder.
    """
    text = unicodedata.normalize("NFC", text)
    name = _REFUSED.sub("_", text).strip().rstrip(". ")
    if _RESERVED.fullmatch(name) or name.startswith("."):
        name = f"_{name}"
    if name == text and len(name) <= length and len(name.encode("utf-8", "surrogatepass")) <= 4 * length:
        return name
    digits = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    kept = name[: length - 7].encode("utf-8", "replace").decode("utf-8").rstrip(". ")
    return f"{kept}-{digits}"


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


def make_folder(folder: Path) -> None:
    """Make the folder with those above it, to last like what is written into it; raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        sync_folder(made.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Replace the file in one step: a crash leaves the old or the new one, never a half; raises OSError."""
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            sync(file.fileno())
        os.replace(new, path)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    sync_folder(path.parent)


def reason(fault: OSError) -> str:
    return fault.strerror or str(fault)
