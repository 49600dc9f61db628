"""A markup of the reader in its file: what a line and a mark have in common."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...session.files import reason
from ...session.whole_file import whole_file
from ..save_queue import KEEP_OPEN, RETRY_S
from .page_drawn_on import NO_IMAGE

if TYPE_CHECKING:
    import slicer


class FilesToDelete:
    """Of markups that are deleted; tried again where that fails."""

    def __init__(self) -> None:
        self._paths: list[Path] = []

    def add(self, path: Path) -> None:
        self._paths.append(path)

    def keep(self, path: Path | None) -> None:
        """Its markup was brought back."""
        self._paths = [each for each in self._paths if each != path]

    def delete(self) -> None:
        for path in list(self._paths):
            with suppress(OSError):
                path.unlink(missing_ok=True)
                self._paths.remove(path)


@dataclass
class SavedMarkup:
    """``image_id`` is empty for a markup that lies on no image of the page, and until it is placed.

    ``path`` is its file where it has one, ``fault`` why the last saving failed. Without ``is_calibrated``
    nobody knows how long a pixel of its image is.
    """

    node: "slicer.vtkMRMLMarkupsNode"
    image_id: str = NO_IMAGE
    path: Path | None = None
    fault: str = ""
    is_calibrated: bool = True
    retry_s: ClassVar[float] = RETRY_S
    _saved: np.ndarray | None = field(default=None, repr=False)

    @property
    def in_words(self) -> str:
        """How a sentence begins that is about it."""
        raise NotImplementedError

    @property
    def state(self) -> np.ndarray:
        """Numbers that are the same as long as nobody has moved it."""
        raise NotImplementedError

    def write_node(self, path: Path) -> None:
        """Raises OSError."""
        raise NotImplementedError

    @property
    def is_new(self) -> bool:
        """Whether nobody has tried to save it yet."""
        return self._saved is None and not self.fault

    @property
    def is_saved(self) -> bool:
        return self._saved is not None and np.array_equal(self._saved, self.state)

    @property
    def unsaved(self) -> str:
        """What the last saving could not save, and why, as a sentence."""
        return f"{self.in_words} is not saved yet ({self.fault}). {KEEP_OPEN}" if self.fault else ""

    def save(self) -> bool:
        self.fault = ""
        if self.is_saved or self.path is None:
            return True
        state = self.state
        try:
            self._write(self.path)
        except OSError as fault:
            self.fault = reason(fault)
            return False
        self._saved = state
        return True

    def save_copy(self, folder: Path) -> None:
        """Write it into another folder of the quiz, where its own cannot be written; raises OSError."""
        if self.path is not None:
            self._write(folder / self.path.parent.name / self.path.name)

    def note_saved(self) -> None:
        """Its file has it as it is now."""
        self._saved = self.state

    def note_unsaved(self) -> None:
        """It has no file any more."""
        self._saved = None

    def _write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as part:
            self.write_node(part)
