"""What a Type may ask for while a file is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..arrays import PageVolume
from ..files.file_facts import FileFacts, look_at
from ..files.image_file import ImageFile

if TYPE_CHECKING:
    from ..dicom.headers import Header
    from ..structure_set.reference import References


@dataclass(frozen=True)
class ReadContext:
    """A file, and what a Type may ask for beside it.

    ``dicom_read`` asks for the DICOM series that the file belongs to. ``volumes()`` gives the volumes of the
    page, already read (one that failed is left out); only a Type that needs a volume may call it. ``opened``
    and ``known`` give the file as it was opened and looked at before for another Type or page. A sequence of
    more than ``most_in_memory`` bytes lies in a temporary file. ``notes`` stay with the file as long as it is
    the same, ``parsed`` is of this reading alone.
    """

    path: Path
    dicom_read: bool = False
    volumes: Callable[[], Sequence[PageVolume]] = tuple
    opened: Callable[[], ImageFile] | None = None
    most_in_memory: int | None = None
    known: FileFacts | None = None
    notes: "dict[str, References]" = field(default_factory=dict)
    parsed: "dict[str, Header]" = field(default_factory=dict)

    @cached_property
    def facts(self) -> FileFacts:
        """What the file is, as it was when it was looked at."""
        return self.known or look_at(self.path)

    def file(self) -> ImageFile:
        """The image file, its voxels read at most once; raises ImageReadError. Not for DICOM."""
        return self.opened() if self.opened is not None else ImageFile(self.facts)
