"""What the module of a Type has, and what stands in it for a function that means nothing to the Type."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from ...quiz.model import Image, WindowLevel
from ...quiz.regions import Regions
from .read_context import ReadContext

if TYPE_CHECKING:
    from slicer import vtkMRMLDisplayableNode, vtkMRMLScene

Arrays = TypeVar("Arrays")


@dataclass(frozen=True)
class Look:
    """What of an Image element is in its node: elements of one file that differ in it have a node each, over
    the same arrays. ``regions`` is all else that a Type paints its regions by."""

    window_level: WindowLevel | None = None
    color_table: str = ""
    regions: Hashable = ()


@dataclass(frozen=True)
class FileContents:
    """``names`` are those that an ROI element may give, in the order of the file; of a label map's values
    the digits. Empty for a Type without regions. ``unnamed`` are the values that belong to ``names`` where
    the file has no names for them; empty where it has."""

    names: tuple[str, ...] = ()
    unnamed: tuple[int, ...] = ()


class TypeModule(Protocol[Arrays]):
    """A Type. ``read``, ``variant`` and ``contents`` run in any thread, the others in the main thread."""

    def read(self, context: ReadContext) -> Arrays:
        """The arrays of a file, with the ``problems`` met; raises ImageReadError."""

    def variant(self, context: ReadContext) -> Hashable:
        """What the arrays depend on beside the file: those of one file and one variant are read once."""

    def contents(self, context: ReadContext) -> FileContents:
        """The regions of a file; voxels are read only where the header names none. Raises ImageReadError."""

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


def no_contents(context: ReadContext) -> FileContents:
    """``contents`` of a Type without regions."""
    return FileContents()


def no_names(node: "vtkMRMLDisplayableNode", arrays: object, regions: Regions) -> None:
    """``name_regions`` of a Type without regions."""


def no_values(arrays: object) -> list[int]:
    """``unnamed_values`` of a Type whose files name their regions, or that has none."""
    return []
