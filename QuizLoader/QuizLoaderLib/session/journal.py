"""The journal beside a results file: one line an entry, on the disk before an answer is acknowledged.

A line is the CRC-32 of the rest in eight hexadecimal digits, a space, and a JSON object. Nothing is ever
taken out of the journal: with the stored quiz it is enough to make the results file anew.
"""

import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import sync, sync_folder

Entry = dict[str, Any]


@dataclass(frozen=True)
class JournalContents:
    """``damaged`` are line numbers from 1; ``length`` in bytes ends after the last whole line."""

    entries: tuple[Entry, ...] = ()
    damaged: tuple[int, ...] = ()
    length: int = 0
    is_cut: bool = False


class JournalGoneError(OSError):
    """The journal is no longer at its place, as when a network folder went away."""


def encoded(entry: Entry) -> bytes:
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def read_journal(path: Path) -> JournalContents:
    """All entries that are whole; raises OSError where the file is there and cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return JournalContents()
    length = data.rfind(b"\n") + 1
    entries, damaged = [], []
    for number, line in enumerate(data[:length].split(b"\n")[:-1], start=1):
        entry = _decoded(line)
        if entry is not None:
            entries.append(entry)
        elif line:
            damaged.append(number)
    return JournalContents(tuple(entries), tuple(damaged), length, is_cut=length < len(data))


def _decoded(line: bytes) -> Entry | None:
    digits, _, text = line.partition(b" ")
    try:
        if int(digits, 16) != zlib.crc32(text):
            return None
        entry = json.loads(text)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("n"), int) else None


class Journal:
    """The journal opened for appending by the one session that holds the folder's lock."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file and takes off a last line that was cut; raises OSError."""
        self.path = path
        self.was_cut = False
        self._length = read_journal(path).length
        self._file = path.open("ab", buffering=0)
        self._file.truncate(self._length)
        sync(self._file.fileno())
        sync_folder(path.parent)

    def append(self, entries: Iterable[Entry], wait: bool = True) -> None:
        """Returns when the entries are on the disk; raises OSError, and then none of them counts.

        With ``wait`` False they may still be in the system's memory when this returns. ``was_cut`` is set
        where another program took off what had been written.
        """
        try:
            self._require_same_file()
            data = b"".join(encoded(entry) for entry in entries)
            if self.was_cut:
                data = b"\n" + data
            written = 0
            while written < len(data):
                written += self._file.write(data[written:])
            if wait:
                sync(self._file.fileno())
        except (OSError, ValueError) as fault:
            # A descriptor on a network folder that went away never recovers: it is opened anew next time.
            self._file.close()
            raise fault if isinstance(fault, OSError) else JournalGoneError(str(fault)) from fault
        self._length += len(data)

    def close(self) -> None:
        self._file.close()

    def require_there(self) -> os.stat_result:
        """The file is at its path. It is never made anew: where a network folder went away, an empty local
        folder may stand in its place. Raises JournalGoneError."""
        try:
            return self.path.stat()
        except OSError as fault:
            raise JournalGoneError(fault.errno, "the results folder is not there", str(self.path)) from fault

    def _require_same_file(self) -> None:
        """The file at the path is the one written so far, and open for writing at its end."""
        there = self.require_there()
        if self._file.closed or not os.path.samestat(there, os.fstat(self._file.fileno())):
            self._file.close()
            self._file = self.path.open("r+b", buffering=0)
            self._file.seek(0, os.SEEK_END)
        if there.st_size < self._length:
            self.was_cut = True
            self._length = there.st_size
        elif there.st_size > self._length:
            # After a failure the end may be half a line, or one that fsync did not confirm.
            self._file.truncate(self._length)
        self._file.seek(self._length)
