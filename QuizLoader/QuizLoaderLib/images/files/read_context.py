"""What a Type may ask for while its file is read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...quiz.model import Image
from ..arrays import VolumeArrays

if TYPE_CHECKING:
    from .image_file import ImageFile


@dataclass(frozen=True)
class ReadContext:
    """What a Type may ask for beside its own file.

    ``image`` is the element that asks; ``volumes()`` gives the volumes of its page, already read, with
    their Image elements in document order (a volume that failed to load is left out). Only a Type that is
    registered with ``needs_volumes`` may call it. ``opened`` gives the file as it was opened before for
    another Type or page; ``check_data_file`` is called with each name that a header gives for separate voxel
    data, and raises where it must not be read. A sequence of more than ``most_in_memory`` bytes is kept in
    a temporary file.
    """

    image: Image
    path: Path
    volumes: Callable[[], tuple[tuple[Image, VolumeArrays], ...]] = tuple
    opened: "Callable[[], ImageFile] | None" = None
    check_data_file: Callable[[str], object] = bool
    most_in_memory: int | None = None

    def file(self) -> "ImageFile":
        """The image file, its voxels read at most once; raises ImageReadError. Not for DICOM."""
        if self.opened is not None:
            return self.opened()
        from .image_file import ImageFile

        return ImageFile(self.path)
