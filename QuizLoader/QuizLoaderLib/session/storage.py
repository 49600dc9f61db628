"""The results folder while a session is open: everything goes to the journal first, then into the XML."""

import contextlib
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from filelock import BaseFileLock

from .entries import DraftEntry, Entry, LoginEntry, SavedEntry, timestamp
from .files import SessionError, reason
from .journal import MOST_BYTES, Journal, JournalGoneError, JournalTakenError, encoded
from .results import Results
from .whole_file import make_folder, write_whole

_FOR_STEPS_BYTES = 1 << 24
"""Who has filled a journal with answers may still turn pages, and finish."""


class FolderFiles:
    """Where the parts of one reader's results of one quiz are.

    ``master`` is the quiz as it was when the reader began.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.xml = folder / f"{folder.name}.xml"
        self.journal = folder / f"{folder.name}.journal"
        self.lock = folder / f"{folder.name}.lock"
        # In a folder of its own, so that it is not taken for results.
        self.master = folder / "master" / self.xml.name


@dataclass(frozen=True)
class Loaded:
    """Results as they are on the disk, the journal's newer entries included.

    ``saved_number`` is the last entry that the XML file on the disk has, -1 where the file is not good;
    ``notices`` are sentences that the reader should see once.
    """

    results: Results
    next_number: int
    saved_number: int
    notices: tuple[str, ...]


@dataclass(frozen=True)
class SaveState:
    """``saved`` says that a crash now would lose nothing."""

    saved: bool
    sentence: str


ALL_SAVED = SaveState(True, "All answers are saved.")


class ResultsStore:
    """Holds the tree, the journal and the file together. What cannot be written waits in memory, in order,
    and is written at the next call that can."""

    def __init__(
        self,
        files: FolderFiles,
        loaded: Loaded,
        now: Callable[[], datetime],
        journal: Journal | None = None,
        lock: BaseFileLock | None = None,
    ) -> None:
        """Without a journal nothing can be recorded (a finished quiz). Raises OSError."""
        self.login = ""
        self._now = now
        self.files = files
        self.results = loaded.results
        self.notices = loaded.notices
        self._journal = journal
        self._lock = lock
        self._next_number = loaded.next_number
        self._saved_number = loaded.saved_number
        # For a copy elsewhere, when this folder cannot be read any more.
        self._master = files.master.read_bytes()
        self._waiting: list[Entry] = []
        self._journal_fault = ""
        self._file_fault = ""
        self._is_taken = self._is_left_out = False

    def log_in(self, moment: datetime, reader_name: str) -> SaveState:
        """From now on entries can be recorded, until the store is closed."""
        self.login = timestamp(moment)
        return self._add(LoginEntry(time=self.login, reader=reader_name))

    def record(self, entry: Entry) -> SaveState:
        """Apply the entry and return when it is on the disk, or say that it waits.

        It gets its number, and the time and login of now where it has none of its own. Raises SessionError
        where nobody is logged in.
        """
        if not self.login:
            raise SessionError("The session is closed.")
        now = timestamp(self._now())
        return self._add(replace(entry, time=entry.time or now, login=entry.login or self.login))

    def record_beside(self, entry: Entry) -> SaveState:
        """As ``record``, for what is said of files beside the answers: a full journal takes none of it, and
        the state says so."""
        self._is_left_out = not self.has_room
        return self.state() if self._is_left_out else self.record(entry)

    def record_all(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.record(entry)

    def require_room(self, for_a_step: bool = False) -> None:
        """Raises SessionError where the journal is full: what it has stays, and no more is taken."""
        if not (self._has_room(_FOR_STEPS_BYTES) if for_a_step else self.has_room):
            raise SessionError(
                f"This is not saved, since the journal of this quiz is full ({MOST_BYTES // 1_000_000} MB); "
                "all that was saved before stays, and who runs the study can help."
            )

    @property
    def has_room(self) -> bool:
        return self._has_room()

    def _has_room(self, more_bytes: int = 0) -> bool:
        return self._journal is None or not self._journal.is_longer_than(MOST_BYTES + more_bytes)

    def _add(self, entry: Entry) -> SaveState:
        numbered = replace(entry, number=self._next_number)
        # What cannot be applied or encoded must not get into the journal.
        encoded(numbered)
        self.results.apply(numbered)
        self._next_number += 1
        self._waiting.append(numbered)
        self._flush()
        return self.state()

    def save(self) -> SaveState:
        """Write what waits, and the whole XML file where it is behind."""
        self._flush()
        number = self.results.number
        if self._journal is not None and (number != self._saved_number or self._file_fault):
            data = self.results.to_bytes()
            try:
                self._require_folder(self._journal)
                write_whole(self.files.xml, data)
            except OSError as fault:
                self._file_fault = f"{self.files.xml}: {reason(fault)}"
            else:
                self._file_fault = ""
                self._saved_number = number
                note = SavedEntry(number=number, sha256=hashlib.sha256(data).hexdigest())
                if not self._waiting:
                    # By the file's hash a change by hand is noticed at the next start.
                    with contextlib.suppress(OSError):
                        self._journal.append([note], wait=False)
        return self.state()

    def retry(self) -> SaveState:
        """Try again what failed; costs nothing where nothing failed."""
        if self._file_fault:
            return self.save()
        self._flush()
        return self.state()

    def state(self) -> SaveState:
        waiting = [
            entry
            for entry in self._waiting
            if entry.number > self._saved_number or isinstance(entry, DraftEntry)
        ]
        if waiting:
            fault = self._journal_fault or self._file_fault
            what = "The last change is" if len(waiting) == 1 else f"The last {len(waiting)} changes are"
            if self._is_taken:
                return SaveState(
                    False,
                    f"{what} not saved: another window has gone on with these results. Please go on there, "
                    "and answer again what is missing.",
                )
            return SaveState(
                False,
                f"{what} not saved yet ({fault}); please keep the program open: what was answered is kept in "
                "memory and saved as soon as possible.",
            )
        if self._file_fault:
            return SaveState(
                True,
                "All answers are saved in the journal, but the results file cannot be written now "
                f"({self._file_fault}); this is tried again.",
            )
        if self._is_left_out or not self.has_room:
            what = "the results do not name what was drawn last" if self._is_left_out else "it takes no more"
            return SaveState(
                True,
                f"All answers are saved, but the journal is full ({MOST_BYTES // 1_000_000} MB), so {what}; "
                "who runs the study can help.",
            )
        return ALL_SAVED

    def save_copy(self, folder: Path) -> Path:
        """Write results, journal and quiz into another results folder, for when this one is lost; the reader
        can go on there. Raises OSError."""
        copy = FolderFiles(folder / self.files.folder.parent.name / self.files.folder.name)
        make_folder(copy.master.parent)
        data = self.results.to_bytes()
        note: Entry = SavedEntry(number=self.results.number, sha256=hashlib.sha256(data).hexdigest())
        numbers = enumerate(self.results.drafts.entries(), start=self._next_number)
        drafts = (replace(draft, number=number) for number, draft in numbers)
        write_whole(copy.journal, b"".join(map(encoded, (note, *drafts))))
        write_whole(copy.master, self._master)
        write_whole(copy.xml, data)
        return copy.xml

    def close(self) -> None:
        self.login = ""
        if self._journal is not None:
            self._journal.close()
        if self._lock is not None:
            # The lock file may be gone with its folder; the lock itself ends with its descriptor.
            with contextlib.suppress(OSError):
                self._lock.release()

    def _flush(self) -> None:
        if self._journal is None or not self._waiting:
            return
        try:
            self._journal.append(self._waiting)
        except OSError as fault:
            self._journal_fault = f"{self.files.folder}: {reason(fault)}"
            self._is_taken = isinstance(fault, JournalTakenError)
        else:
            self._waiting.clear()
            self._journal_fault, self._is_taken = "", False
            if self._journal.was_cut:
                self._make_good()

    def _make_good(self) -> None:
        """Another program cut the journal. The tree has what was taken off, and the file shall have it now;
        drafts are in no file, so they go into the journal again."""
        assert self._journal is not None
        self._journal.was_cut = False
        self._file_fault = f"{self.files.journal} was cut by another program"
        for draft in self.results.drafts.entries():
            self._add(draft)
        self.save()

    def _require_folder(self, journal: Journal) -> None:
        """The folder is still this session's; raises JournalGoneError or JournalTakenError.

        A journal that cannot be opened for a moment does not keep the results file from being written.
        """
        try:
            journal.require_ours()
        except (JournalGoneError, JournalTakenError):
            raise
        except OSError:
            return
