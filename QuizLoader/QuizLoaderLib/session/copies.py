"""Copies of the results file, one at each start: the first, the last ones and every damaged one stay."""

import contextlib
import re
from datetime import datetime
from pathlib import Path

from ..quiz.closed_xml import root_attributes
from .storage import FolderFiles
from .whole_file import write_whole

MAX_COPIES = 10
"""The newest copies that stay besides the first one."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAMAGED = "-damaged"
_NAME = re.compile(rf"_[A-Z][a-z]{{2}}-\d{{2}}-\d{{4}}-\d{{2}}-\d{{2}}-\d{{2}}(-\d+)?({_DAMAGED})?\.xml$")


def is_copy(path: Path) -> bool:
    """Whether the name is that of a copy: ``study_Nov-21-2026-03-50-12.xml``, as the original names them."""
    return _NAME.search(path.name) is not None


def copies(files: FolderFiles) -> list[Path]:
    """Newest first, by the last journal entry in them: a clock may have been set back, and times are lost
    where a folder is copied."""
    found = [path for path in files.folder.glob("*.xml") if is_copy(path) and _DAMAGED not in path.name]
    return sorted(found, key=lambda path: (_number(path), path.stat().st_mtime_ns), reverse=True)


def add_copy(files: FolderFiles, moment: datetime, is_damaged: bool) -> None:
    """Copy the file as it is before a login changes it, unless the newest copy is the same.

    Raises OSError.
    """
    if not files.xml.exists():
        return
    earlier = copies(files)
    data = files.xml.read_bytes()
    if any(path.read_bytes() == data for path in earlier[:1]):
        return
    month = _MONTHS[moment.month - 1]
    stem = f"{files.xml.stem}_{month}-{moment:%d-%Y-%H-%M-%S}"
    end = f"{_DAMAGED}.xml" if is_damaged else ".xml"
    path, count = files.folder / f"{stem}{end}", 1
    while path.exists():
        path, count = files.folder / f"{stem}-{count}{end}", count + 1
    write_whole(path, data)
    if not is_damaged:
        # One that has no number cannot be judged, and stays.
        for old in [path for path in earlier if _number(path) > 0][MAX_COPIES - 1 : -1]:
            # Another program may have it open; then the next login removes it.
            with contextlib.suppress(OSError):
                old.unlink()


def _number(path: Path) -> int:
    """The last journal entry in a copy, 0 where it cannot be read; the rest of it is not looked at."""
    try:
        return int(root_attributes(path).get("JournalEntry") or 0)
    except (OSError, ValueError):
        return 0
