"""The expert's outline over the reader's on a page that tells what is right, and what differs, as regions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..images.arrays import SegmentationArrays, SegmentDescription
from ..images.types.segmentation import make_node
from ..images.types.type_module import Look
from ..views.contents import OF_IMAGE
from ..views.dashes import dashes
from ..views.planes import go_through, views_of
from ..views.roi_visibility import ALWAYS_FILLED
from ..views.segmentations import remove, save_with_scene

if TYPE_CHECKING:
    import slicer

    from ..results.drawings.key_comparison import RegionPair
    from ..results.mark_scores import LesionRegion
    from .opened_quiz import OpenedQuiz

Color = tuple[float, float, float]

OUTLINE, OWN_ALONE, EXPERT_ALONE = "the expert's outline", "only yours", "only the expert's"
COLORS: dict[str, Color] = {
    OUTLINE: (0.941, 0.894, 0.259),
    OWN_ALONE: (0.902, 0.624, 0.0),
    EXPERT_ALONE: (0.0, 0.447, 0.698),
}
"""Yellow, orange and blue are told apart with any colour vision (Okabe and Ito, Color universal design,
2008)."""


@dataclass(frozen=True, eq=False)
class ToldRegion:
    """``layers`` are what is shown of it, by its name: uint8 (slices, rows, columns)."""

    region: "RegionPair | LesionRegion"
    layers: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, region: "RegionPair | LesionRegion") -> "ToldRegion":
        """Any thread may do it."""
        return cls(region, {name: layer.astype(np.uint8) for name, layer in _layers(region).items()})


def add_differences(scene: "slicer.vtkMRMLScene", told: ToldRegion) -> "slicer.vtkMRMLSegmentationNode":
    """A segmentation with the expert's dashed outline and, of a drawing, the voxels that only one of both
    has."""
    region = told.region
    segments = [
        SegmentDescription(f"{region.name}: {part}", number, 1, COLORS[part])
        for number, (part, layer) in enumerate(told.layers.items())
        if layer.any()
    ]
    arrays = SegmentationArrays(tuple(told.layers.values()), region.grid.ijk_to_ras, tuple(segments))
    node = make_node(f"{region.name} and the expert's", arrays, Look(), scene)
    node.SetAttribute(ALWAYS_FILLED, "Y")
    if region.image:
        node.SetAttribute(OF_IMAGE, region.image)
    save_with_scene(node, False)
    display = node.GetDisplayNode()
    for number, described in enumerate(segments):
        is_outline = described.color == COLORS[OUTLINE]
        segment_id = node.GetSegmentation().GetNthSegmentID(number)
        display.SetSegmentOpacity2DOutline(segment_id, 1.0 if is_outline else 0.0)
    return node


def _layers(told: "RegionPair | LesionRegion") -> dict[str, np.ndarray]:
    if (own := told.own) is None:
        return {OUTLINE: dashes(told.expert)}
    expert = told.expert
    return {OWN_ALONE: own & ~expert, EXPERT_ALONE: expert & ~own, OUTLINE: dashes(expert)}


def go_to_farthest(opened: "OpenedQuiz", number: int) -> None:
    """All views go to where this drawing, of those that the page tells, is farthest from the expert's."""
    told = opened.answers.asked().feedback
    drawing = told.drawings[number] if told and 0 <= number < len(told.drawings) else None
    if drawing is not None and drawing.farthest_ras is not None:
        page = opened.on_views.page
        go_through(page, opened.host, drawing.farthest_ras, views_of(page, drawing.image))


class DrawnDifferences:
    """Those of one page, in the scene."""

    def __init__(self, scene: "slicer.vtkMRMLScene") -> None:
        self._scene = scene
        self._nodes: list[slicer.vtkMRMLSegmentationNode] = []

    @property
    def are_shown(self) -> bool:
        return bool(self._nodes)

    def add(self, told: tuple[ToldRegion, ...]) -> "list[slicer.vtkMRMLSegmentationNode]":
        self._nodes = [add_differences(self._scene, each) for each in told]
        return self._nodes

    def remove(self) -> None:
        for node in self._nodes:
            remove(node)
        self._nodes = []
