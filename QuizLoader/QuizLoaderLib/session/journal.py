"""The journal beside a results file: one line an entry, on the disk before an answer is acknowledged.

A line is one of ``checked_lines``, whose object ``entries`` describes. Nothing is ever taken out of the
journal: with the stored quiz it is enough to make the results file anew.
"""

import errno
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .checked_lines import checked_line, object_of
from .entries import Entry, from_json, to_json
from .whole_file import sync, sync_folder

MOST_BYTES = 1 << 27
"""Of a session's journal: 250 reports of 5,000 letters, each saved at 200 pauses of who types it."""

_END_LENGTH = 64
"""Bytes by which the end of the journal is known again."""


@dataclass(frozen=True)
class JournalContents:
    """``damaged`` are line numbers from 1; ``is_cut`` says that the last line has no end."""

    entries: tuple[Entry, ...] = ()
    damaged: tuple[int, ...] = ()
    is_cut: bool = False


class JournalGoneError(OSError):
    """The journal is no longer at its place, as when a network folder went away."""


class JournalTakenError(OSError):
    """Another window has gone on with the journal, as when the lock was lost with a network folder."""


def encoded(entry: Entry) -> bytes:
    return checked_line(to_json(entry))


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
    return JournalContents(tuple(entries), tuple(damaged), is_cut=length < len(data))


def _decoded(line: bytes) -> Entry | None:
    found = object_of(line)
    try:
        return from_json(found) if found is not None else None
    except ValueError:
        return None


class Journal:
    """The journal opened for appending by the one session that holds the folder's lock."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file and takes off a last line that was cut; raises OSError."""
        self.path = path
        self.was_cut = False
        self._length = path.read_bytes().rfind(b"\n") + 1 if path.exists() else 0
        self._tried = b""
        self._file = path.open("a+b", buffering=0)
        self._end = self._read(max(0, self._length - _END_LENGTH), self._length)
        self._file.truncate(self._length)
        sync(self._file.fileno())
        sync_folder(path.parent)

    def is_longer_than(self, most: int) -> bool:
        return self._length >= most

    def append(self, entries: Iterable[Entry], wait: bool = True) -> None:
        """Returns when the entries are on the disk; raises OSError, and then none of them counts.

        With ``wait`` False they may still be in the system's memory when this returns. ``was_cut`` is set
        where another program took off what had been written.
        """
        try:
            self.require_ours()
            data = b"".join(encoded(entry) for entry in entries)
            if self.was_cut:
                data = b"\n" + data
            self._tried = data
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
        self._end = (self._end + data)[-_END_LENGTH:]
        self._tried = b""

    def close(self) -> None:
        self._file.close()

    def require_ours(self) -> None:
        """The file at the path is the one written so far, and open for writing at its end.

        It is never made anew: where a network folder went away, an empty local folder may stand in its
        place. Raises JournalGoneError and JournalTakenError, and OSError where it cannot be opened now.
        """
        try:
            there = self.path.stat()
        except OSError as fault:
            raise JournalGoneError(
                fault.errno, "the results folder does not exist", str(self.path)
            ) from fault
        if self._file.closed or not os.path.samestat(there, os.fstat(self._file.fileno())):
            self._file.close()
            self._file = self.path.open("r+b", buffering=0)
        size = os.fstat(self._file.fileno()).st_size
        if size < self._length:
            self.was_cut = True
            self._length = size
            self._end = self._read(max(0, size - _END_LENGTH), size)
        elif size > self._length:
            self._take_off_what_failed(size)
        self._file.seek(self._length)

    def _take_off_what_failed(self, size: int) -> None:
        """After a failure the end may be half a line, or one that fsync did not confirm."""
        end = self._read(self._length - len(self._end), self._length)
        more = self._read(self._length, size)
        if end != self._end or not self._tried.startswith(more):
            raise JournalTakenError(errno.EBUSY, "another window has gone on with these results")
        self._file.truncate(self._length)

    def _read(self, start: int, end: int) -> bytes:
        self._file.seek(start)
        return self._file.read(end - start) or b""
