"""Slabs: a slice view shows the maximum, minimum or mean over some mm along its normal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import TYPE_CHECKING

from .placement import LABEL_FILL_LAYER

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic, vtkMRMLSliceNode
    from vtkmodules.vtkImagingCore import vtkImageReslice


class Projection(Enum):
    """By what a reader calls it."""

    MAXIMUM = "MIP"
    MINIMUM = "MinIP"
    MEAN = "mean"


_OF_VTK = (Projection.MINIMUM, Projection.MAXIMUM, Projection.MEAN)
"""At the numbers of vtkImageReslice's slab modes."""
_HAIR = 1e-6
_SLICERS_OVERSAMPLING = 2.0
_LAST = -1.0
"""Of an observer: behind the slice logic's own."""


@dataclass(frozen=True)
class Slab:
    projection: Projection
    thickness_mm: float

    @property
    def text(self) -> str:
        return f"{self.projection.value} {self.thickness_mm:.3g} mm"


class Slabs:
    """Shows them, on any views, until ``end``."""

    def __init__(self) -> None:
        self._observed: dict[vtkMRMLSliceLogic, tuple[vtkMRMLSliceNode, int]] = {}

    def show(self, logic: vtkMRMLSliceLogic, slab: Slab | None) -> None:
        """Of the layers with grey values or colours, over the fewest slices of the lowest image that are at
        least so thick together, as many on both sides of the one in the middle; beyond the first and the last
        one there is nothing. Label maps stay those of the slice. None is a slice again.
        """
        node = logic.GetSliceNode()
        if logic not in self._observed:
            observer = node.AddObserver("ModifiedEvent", lambda *_: _place_samples(logic), _LAST)
            self._observed[logic] = node, observer
        if slab is None:
            show_slice_alone(node)
        else:
            _show(logic, slab)

    def end(self) -> None:
        """Slices again."""
        for node, observer in self._observed.values():
            show_slice_alone(node)
            node.RemoveObserver(observer)
        self._observed.clear()


def show_slice_alone(node: vtkMRMLSliceNode) -> None:
    """And Slicer's own slabs are again as they are without the quiz."""
    was_modifying = node.StartModify()
    node.SetSlabReconstructionEnabled(False)
    node.SetSlabReconstructionOversamplingFactor(_SLICERS_OVERSAMPLING)
    node.EndModify(was_modifying)


def shown_slab(node: vtkMRMLSliceNode) -> Slab | None:
    """None where it shows a slice, or a sum, which only Slicer has."""
    number = node.GetSlabReconstructionType()
    if not node.GetSlabReconstructionEnabled() or not 0 <= number < len(_OF_VTK):
        return None
    return Slab(_OF_VTK[number], node.GetSlabReconstructionThickness())


def _show(logic: vtkMRMLSliceLogic, slab: Slab) -> None:
    """By vtkMRMLSliceLogic::UpdateReconstructionSlab, whose samples are as far apart as the square of the
    slices' distance by the oversampling factor, in the unit of the view's third axis: the factor is chosen so
    that each lies on a slice."""
    node = logic.GetSliceNode()
    spacing_mm = logic.GetLowestVolumeSliceSpacing()[2]
    unit_mm = node.GetFieldOfView()[2] / node.GetDimensions()[2]
    on_each_side = ceil((slab.thickness_mm / spacing_mm - 1) / 2 - _HAIR)
    was_modifying = node.StartModify()
    node.SetSlabReconstructionType(_OF_VTK.index(slab.projection))
    # The logic cuts the number of slices off to a whole one.
    node.SetSlabReconstructionThickness((2 * on_each_side + 1) * spacing_mm * (1 + _HAIR))
    # One unit apart to the last digit, vtkImageReslice takes a way that is several times as quick.
    is_unit = abs(unit_mm / spacing_mm - 1) < _HAIR
    node.SetSlabReconstructionOversamplingFactor(spacing_mm if is_unit else unit_mm)
    node.SetSlabReconstructionEnabled(True)
    node.EndModify(was_modifying)


def _place_samples(logic: vtkMRMLSliceLogic) -> None:
    """After the slice logic, which projects additional layers too, and with them the numbers of a label map's
    regions; and which knows nothing of half a sample that vtkImageReslice is off where axes are not turned
    (vtkReslicePermuteExecute)."""
    fill = logic.GetNthLayer(LABEL_FILL_LAYER)
    if fill is not None:
        fill.GetReslice().SetSlabNumberOfSlices(1)
    for layer in (logic.GetBackgroundLayer(), logic.GetForegroundLayer()):
        reslice = layer.GetReslice()
        is_slab = reslice.GetSlabNumberOfSlices() > 1
        reslice.SetOutputOrigin(0, 0, 0.5 if is_slab and _has_axes_not_turned(reslice) else 0)


def _has_axes_not_turned(reslice: vtkImageReslice) -> bool:
    """Of the view against the image: so vtkImageReslice::RequestInformation chooses."""
    transform = reslice.GetResliceTransform()
    if reslice.GetSlabSliceSpacingFraction() != 1 or not (transform and transform.IsA("vtkLinearTransform")):
        return False
    matrix = transform.GetMatrix()
    axes = [[matrix.GetElement(row, column) != 0 for column in range(3)] for row in range(3)]
    return all(sum(line) == 1 for line in (*axes, *zip(*axes, strict=True)))
