"""What belongs on the disk beside the answers and is not there yet: drawings, lines, logs, in one queue."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

KEEP_OPEN = "It is kept and saved as soon as possible, so please keep the program open."

RETRY_S = 10.0
"""How often saving a large file is tried again that failed."""


class Savable(Protocol):
    """Something of a reader's that a file has, or is to have."""

    @property
    def retry_s(self) -> float:
        """How long to wait before saving is tried again that failed."""

    @property
    def unsaved(self) -> str:
        """A sentence that says what the last ``save`` could not save, and why; empty where it could, or is
        under way and nothing would be lost."""

    def save(self) -> bool:
        """Save what is not saved; gives whether everything is saved now."""

    def save_copy(self, folder: Path) -> None:
        """Write it into another folder of the quiz instead; raises OSError."""


@dataclass
class _Waiting:
    item: Savable
    when_saved: Callable[[], None] | None
    tried_at: float


class SaveQueue:
    """Tries again what could not be saved, and says what that is.

    Whoever has something to save calls ``save``. What fails stays here, wherever the reader goes, until it is
    saved, or a copy of it is.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock()`` gives seconds that only go forward."""
        self.clock = clock
        self._waiting: dict[int, _Waiting] = {}

    def save(self, item: Savable) -> bool:
        """Save now, or as soon as it can be; gives whether it is saved."""
        is_saved = item.save()
        waiting = self._waiting.pop(id(item), None)
        when_saved = waiting.when_saved if waiting else None
        if not is_saved:
            self._waiting[id(item)] = _Waiting(item, when_saved, self.clock())
        elif when_saved:
            when_saved()
        return is_saved

    def when_saved(self, item: Savable, action: Callable[[], None]) -> None:
        """Call ``action`` when this item is saved, if it waits."""
        if id(item) in self._waiting:
            self._waiting[id(item)].when_saved = action

    def drop(self, item: Savable) -> None:
        """The reader has deleted it."""
        self._waiting.pop(id(item), None)

    def retry(self, not_since: float | None = None) -> None:
        """To be called every few seconds; or before a step that waits for it, with the moment (of
        ``clock``) since when everything is to be tried once."""
        now = self.clock()
        for waiting in list(self._waiting.values()):
            if not_since is None:
                is_due = now - waiting.tried_at >= waiting.item.retry_s
            else:
                is_due = waiting.tried_at < not_since
            if is_due:
                self.save(waiting.item)

    def sentences(self) -> list[str]:
        """What is not saved, and why."""
        return [unsaved for waiting in self._waiting.values() if (unsaved := waiting.item.unsaved)]

    def save_copies(self, folder: Path) -> None:
        """Write everything that waits into ``folder`` instead; raises OSError where something cannot be."""
        faults: list[OSError] = []
        for waiting in list(self._waiting.values()):
            try:
                waiting.item.save_copy(folder)
                del self._waiting[id(waiting.item)]
            except OSError as fault:
                faults.append(fault)
        if faults:
            raise faults[0]
