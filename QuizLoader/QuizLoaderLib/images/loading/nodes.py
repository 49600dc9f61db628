"""The MRML nodes of images in the scene, each over arrays that stay in memory without it."""

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...quiz.model import Image, ImageType
from ...quiz.problems import Problem
from ...quiz.regions import QuizRegions
from ..arrays import ImageArrays
from ..types.registry import TYPES
from ..types.type_module import Look

if TYPE_CHECKING:
    from slicer import vtkMRMLDisplayableNode, vtkMRMLNode, vtkMRMLScene


class ImageNodes:
    """Makes nodes (main thread); images of one file that look alike have one node together."""

    def __init__(self, scene: "vtkMRMLScene", regions: QuizRegions | None) -> None:
        self._scene = scene
        self._regions = regions
        self._nodes: dict[tuple[ImageArrays, ImageType, Look], _OwnNode] = {}

    def node(self, image: Image, arrays: ImageArrays) -> "vtkMRMLDisplayableNode":
        """The node of an image, made where it is not there yet; its name is the image's ID."""
        module = TYPES[image.type]
        look = module.look_of(image)
        key = (arrays, image.type, look)
        own = self._nodes.get(key)
        if own is None or not self._scene.IsNodePresent(own.node):
            before = self._scene.GetNumberOfNodes()
            node = module.make_node(image.id, arrays, look, self._scene)
            if self._regions is not None:
                module.name_regions(node, arrays, self._regions.of(image))
            made = [self._scene.GetNthNode(n) for n in range(before, self._scene.GetNumberOfNodes())]
            own = self._nodes[key] = _OwnNode(node, made)
        own.node.SetName(image.id)
        return own.node

    def ambiguous_names(self, image: Image, arrays: ImageArrays) -> list[Problem]:
        """What is doubtful about the names that the quiz gives the values of an image."""
        if self._regions is None:
            return []
        return self._regions.of(image).ambiguous(TYPES[image.type].unnamed_values(arrays))

    def remove_except(self, used: Container[int]) -> None:
        """Take nodes out of the scene, but those whose ``id()`` is ``used``."""
        for key, own in list(self._nodes.items()):
            if id(own.node) not in used:
                own.remove_from(self._scene)
                del self._nodes[key]


@dataclass
class _OwnNode:
    """A node and all that was put into the scene with it."""

    node: "vtkMRMLDisplayableNode"
    made: "list[vtkMRMLNode]"

    def remove_from(self, scene: "vtkMRMLScene") -> None:
        displays = [self.node.GetNthDisplayNode(n) for n in range(self.node.GetNumberOfDisplayNodes())]
        # The node before its display nodes: a view that still shows it would look for another display.
        for node in [self.node, *self.made, *displays]:
            if node is not None and scene.IsNodePresent(node):
                scene.RemoveNode(node)
        if self.node.IsA("vtkMRMLSegmentationNode"):
            # A segment that goes takes its voxels out of a copy of the image it shares with the others: a
            # copy for each segment. What shares nothing any more is gone at once.
            segmentation = self.node.GetSegmentation()
            for number in range(segmentation.GetNumberOfSegments()):
                segmentation.GetNthSegment(number).RemoveAllRepresentations()
