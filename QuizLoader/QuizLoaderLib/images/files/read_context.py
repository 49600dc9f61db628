"""What a Type may ask for while its file is read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...quiz.model import Image
from ..arrays import VolumeArrays
from .file_facts import FileFacts, look_at
from .image_file import ImageFile


@dataclass(frozen=True)
class ReadContext:
    """What a Type may ask for beside its own file.

    ``image`` is the element that asks; ``volumes()`` gives the volumes of its page, already read, with
    their Image elements in document order (a volume that failed to load is left out). Only a Type that is
    registered with ``needs_volumes`` may call it. ``known`` and ``opened`` give the file as it was looked at
    and opened before for another Type or page. A sequence of more than ``most_in_memory`` bytes is kept in a
    temporary file.
    """

    image: Image
    path: Path
    volumes: Callable[[], tuple[tuple[Image, VolumeArrays], ...]] = tuple
    opened: Callable[[], ImageFile] | None = None
    most_in_memory: int | None = None
    known: FileFacts | None = None

    @cached_property
    def facts(self) -> FileFacts:
        """What the file is, as it was when it was looked at."""
        return self.known or look_at(self.path)

    def file(self) -> ImageFile:
        """The image file, its voxels read at most once; raises ImageReadError. Not for DICOM."""
        return self.opened() if self.opened is not None else ImageFile(self.facts)
