"""What the module of a Type has, what it may ask for while it reads a file, and what stands in it for a
function that means nothing to the Type."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from ...quiz.image_folder import ImageFolder
from ...quiz.model import Image, WindowLevel
from ...quiz.regions import Regions
from ..arrays import PageVolume
from ..files.file_facts import FileFacts, look_at
from ..files.image_file import ImageFile

if TYPE_CHECKING:
    from slicer import vtkMRMLDisplayableNode, vtkMRMLScene

    from ..dicom.headers import Header
    from ..structure_set.reference import References

Arrays = TypeVar("Arrays")


@dataclass(frozen=True)
class ReadContext:
    """A file, and what a Type may ask for beside it.

    ``dicom_read`` asks for the DICOM series that the file belongs to. ``volumes()`` gives the volumes of the
    page, already read (one that failed is left out); only a Type that needs a volume may call it. ``opened``
    and ``known`` give the file as it was opened and looked at before for another Type or page. No link that
    leaves the ``folder`` is followed. A sequence of more than ``most_in_memory`` bytes lies in a temporary
    file. ``notes`` stay with the file as long as it is the same, ``parsed`` is of this reading alone.
    """

    path: Path
    dicom_read: bool = False
    volumes: Callable[[], Sequence[PageVolume]] = tuple
    opened: Callable[[], ImageFile] | None = None
    most_in_memory: int | None = None
    known: FileFacts | None = None
    notes: "dict[str, References]" = field(default_factory=dict)
    parsed: "dict[str, Header]" = field(default_factory=dict)
    folder: ImageFolder | None = None

    @cached_property
    def facts(self) -> FileFacts:
        """What the file is, as it was when it was looked at."""
        return self.known or look_at(self.path)

    @property
    def is_dicom(self) -> bool:
        """Whether a DICOM series is to be read: as a file may be asked for without ``dicom_read``, too.

        Raises ImageReadError where the file's name says another format.
        """
        if not self.dicom_read and self.facts.is_dicom:
            self.facts.require_image()
        return self.dicom_read or self.facts.is_dicom

    def may_open(self, path: Path) -> bool:
        """Whether a file or folder beside the one that is read may be opened too."""
        return self.folder is None or self.folder.may_open(path)

    def file(self) -> ImageFile:
        """The image file, its voxels read at most once; raises ImageReadError. Not for DICOM."""
        return self.opened() if self.opened is not None else ImageFile(self.facts)


@dataclass(frozen=True)
class Look:
    """What of an Image element is in its node: elements of one file that differ in it have a node each, over
    the same arrays. ``regions`` is all else that a Type paints its regions by."""

    window_level: WindowLevel | None = None
    color_table: str = ""
    regions: Hashable = ()


class TypeModule(Protocol[Arrays]):
    """A Type. ``read``, ``variant`` and ``region_names`` run in any thread, the others in the main thread."""

    def read(self, context: ReadContext) -> Arrays:
        """The arrays of a file, with the ``problems`` met; raises ImageReadError."""

    def variant(self, context: ReadContext) -> Hashable:
        """What the arrays depend on beside the file: those of one file and one variant are read once."""

    def region_names(self, arrays: Arrays, regions: Regions) -> list[str]:
        """The names that an ROI element may give: the file's, else the quiz's, else those of the values."""

    def look_of(self, image: Image) -> Look:
        """The look that an Image element asks for."""

    def make_node(
        self, name: str, arrays: Arrays, look: Look, scene: "vtkMRMLScene"
    ) -> "vtkMRMLDisplayableNode":
        """A new node with its display node, over the arrays' own memory."""

    def name_regions(self, node: "vtkMRMLDisplayableNode", arrays: Arrays, regions: Regions) -> None:
        """Give the regions of a new node the names and colours of the quiz."""

    def unnamed_values(self, arrays: Arrays) -> list[int]:
        """The label values that the quiz may name."""


def file_alone(context: ReadContext) -> Hashable:
    """``variant`` of a Type that reads nothing but its file."""
    return ()


def no_region_names(arrays: object, regions: Regions) -> list[str]:
    """``region_names`` of a Type without regions."""
    return []


def no_names(node: "vtkMRMLDisplayableNode", arrays: object, regions: Regions) -> None:
    """``name_regions`` of a Type without regions."""


def no_values(arrays: object) -> list[int]:
    """``unnamed_values`` of a Type whose files name their regions, or that has none."""
    return []
