"""Something that takes long and is done in a thread, until another thread gives it up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from SimpleITK import (
        BinaryMorphologicalClosingImageFilter,
        BinaryMorphologicalOpeningImageFilter,
        Image,
    )

    ImageFilter = BinaryMorphologicalOpeningImageFilter | BinaryMorphologicalClosingImageFilter


class GivenUpError(Exception):
    """Nobody wants what would come of it any more."""


class Work:
    """Whoever does it calls ``go_on`` between its parts. ``sentence`` is what a reader is to know of what was
    done, if anything."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_given_up = False
        self._filter: ImageFilter | None = None
        self.sentence = ""

    def give_up(self) -> None:
        """A filter that runs is told to stop, which it does when it has done its next part."""
        with self._lock:
            self._is_given_up = True
            if self._filter is not None:
                self._filter.Abort()

    def go_on(self) -> None:
        """Raises GivenUpError where it was given up."""
        if self._is_given_up:
            raise GivenUpError

    def run(self, filter_: ImageFilter, image: Image) -> Image:
        """What the filter makes of the image. Raises GivenUpError."""
        with self._lock:
            self.go_on()
            self._filter = filter_
        try:
            return filter_.Execute(image)
        except RuntimeError:
            # SimpleITK has no other exception for one that is aborted.
            self.go_on()
            raise
        finally:
            with self._lock:
                self._filter = None
