"""Which images of a page are doses, and their isodose lines on its views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...images.types.volume import modality_of, units_of
from ...quiz.isodose_rules import is_dose_plan, is_in_gray, not_a_dose
from ...quiz.isodoses import DoseLevel, levels_of
from ...quiz.model import Image
from ...quiz.problems import Problem
from ...views.contents import PageNodes, contents_of_views
from ...views.host import Host
from ...views.isodose_lines import LinesOfDose
from ..view_texts import named_volumes

if TYPE_CHECKING:
    from slicer import vtkMRMLScalarVolumeNode, vtkMRMLSliceLogic


@dataclass(frozen=True)
class PlacedDose:
    """``name`` is what a reader calls it."""

    image: Image
    volume: vtkMRMLScalarVolumeNode
    name: str = ""

    @property
    def highest(self) -> float:
        """Of the voxels that have a number, and 0 where none is above."""
        doses = self.volume.GetImageData().GetPointData().GetScalars()
        return max(0.0, float(doses.GetFiniteRange(0)[1]))

    @property
    def levels(self) -> tuple[DoseLevel, ...]:
        """100 % are the prescription, else the largest dose of the file."""
        return levels_of(self.image.isodoses, self.image.prescription_gy or self.highest)

    @property
    def is_in_gray(self) -> bool:
        return is_in_gray(units_of(self.volume))


def doses_of_page(shown: PageNodes) -> tuple[list[PlacedDose], list[Problem]]:
    """Each image on the views that the quiz calls a dose once, in the order in which readers are told of
    them, and a warning for each that is none."""
    doses: dict[vtkMRMLScalarVolumeNode, PlacedDose] = {}
    problems: list[Problem] = []
    for placed, name in named_volumes(shown):
        if not is_dose_plan(placed.image):
            continue
        dose = PlacedDose(placed.image, placed.node, name)
        found = not_a_dose(dose.image, modality_of(dose.volume), units_of(dose.volume))
        problems += found
        if not found:
            doses.setdefault(dose.volume, dose)
    return list(doses.values()), problems


def lines_on_views(shown: PageNodes, host: Host) -> list[LinesOfDose]:
    """Of the doses that views show now, where their elements have isodoses."""
    views: dict[tuple[vtkMRMLScalarVolumeNode, tuple[DoseLevel, ...]], list[str]] = {}
    for view, contents in contents_of_views(shown).items():
        logic = host.application_logic.GetSliceLogicByLayoutName(view.value)
        for placed in contents.volumes:
            if placed.node is None or not is_dose_plan(placed.image) or not _is_layer(placed.node, logic):
                continue
            dose = PlacedDose(placed.image, placed.node)
            if not not_a_dose(dose.image, modality_of(dose.volume), units_of(dose.volume)):
                reached = tuple(level for level in dose.levels if level.value < dose.highest)
                views.setdefault((dose.volume, reached), []).append(logic.GetSliceNode().GetID())
    return [LinesOfDose(volume, levels, tuple(ids)) for (volume, levels), ids in views.items() if levels]


def _is_layer(volume: vtkMRMLScalarVolumeNode, logic: vtkMRMLSliceLogic | None) -> bool:
    """While time stands still views show nothing of the page."""
    composite = logic.GetSliceCompositeNode() if logic else None
    if composite is None:
        return False
    return volume.GetID() in (composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID())
