"""How often files are opened: the kernel is asked, so that what libraries do counts too."""

import ctypes
import os
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from threading import Thread

import pytest

needs_inotify = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of opens on Linux only")

_ACCESS, _CLOSE_WRITE, _CLOSE, _OPEN, _DIRECTORY = 0x1, 0x8, 0x10, 0x20, 0x40000000
_EVENT = struct.Struct("iIII")
_MARK = "mark of FileOpens "


class FileOpens:
    """Counts the opens of the files of some folders, by name, from when it is made (inotify(7)).

    Reads and closings are watched too: the kernel tells of two like events in a row as of one.
    """

    def __init__(self, *folders: Path) -> None:
        library = ctypes.CDLL(None, use_errno=True)
        self._descriptor = library.inotify_init1(os.O_CLOEXEC)
        self._counts: Counter[str] = Counter()
        self._own = tempfile.TemporaryDirectory()
        self._marks = 0
        for folder in (*folders, Path(self._own.name)):
            events = _ACCESS | _CLOSE_WRITE | _CLOSE | _OPEN
            assert library.inotify_add_watch(self._descriptor, os.fsencode(folder), events) >= 0
        Thread(target=self._watch, daemon=True).start()

    def so_far(self) -> dict[str, int]:
        """The number of opens of each file that was opened."""
        # The kernel tells in order: what was before the opening of this mark was told before it.
        self._marks += 1
        mark = Path(self._own.name) / f"{_MARK}{self._marks}"
        mark.touch()
        while mark.name not in self._counts:
            time.sleep(0.01)
        return {name: count for name, count in self._counts.items() if not name.startswith(_MARK)}

    def _watch(self) -> None:
        while True:
            told = os.read(self._descriptor, 1 << 16)
            start = 0
            while start < len(told):
                _, mask, _, length = _EVENT.unpack_from(told, start)
                start += _EVENT.size + length
                if mask & _OPEN and not mask & _DIRECTORY:
                    self._counts[os.fsdecode(told[start - length : start].rstrip(b"\0"))] += 1
