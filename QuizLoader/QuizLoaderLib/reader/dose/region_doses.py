"""The doses of the regions that a page shows, counted plane by plane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...images.grid import Grid
from ...images.vtk_images import array_of, image_array, vtk_matrix
from ...quiz.label_colors import color255
from ...views.contents import PageNodes, contents_of_views
from ...views.roi_visibility import display_nodes, label_regions, visible_segments
from ...views.segment_planes import BINARY_LABELMAP, box_of, voxels_of
from .histogram import DoseHistogram

if TYPE_CHECKING:
    from slicer import vtkMRMLDisplayableNode, vtkMRMLScalarVolumeNode, vtkOrientedImageData

_CHEAPER = 100
"""How much sooner a voxel is passed over than one of the region is counted."""


@dataclass(frozen=True)
class RegionOfPage:
    """By its name and colour, (r, g, b) 0..255; the voxels of ``value`` in the label image of ``node``, or of
    its segment."""

    name: str
    color: tuple[int, int, int]
    node: vtkMRMLDisplayableNode
    value: int
    segment_id: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether the reader has it on; the contours may be off all together."""
        if self.segment_id:
            displays = display_nodes(self.node)
            return any(display.GetSegmentVisibility(self.segment_id) for display in displays if display)
        rgba = [0.0] * 4
        colors = self.node.GetDisplayNode().GetColorNode()
        return bool(colors.GetColor(self.value, rgba)) and rgba[3] > 0

    def labels(self) -> tuple[vtkOrientedImageData | None, np.ndarray]:
        """The label image, None where there is none, and its matrix from (i, j, k, 1) to RAS in mm."""
        import vtk

        matrix = vtk.vtkMatrix4x4()
        if self.segment_id:
            segment = self.node.GetSegmentation().GetSegment(self.segment_id)
            image = segment.GetRepresentation(BINARY_LABELMAP) if segment else None
            if image is not None:
                image.GetImageToWorldMatrix(matrix)
        else:
            image = self.node.GetImageData()
            self.node.GetIJKToRASMatrix(matrix)
        return image, array_of(matrix)


def regions_of_page(shown: PageNodes) -> list[RegionOfPage]:
    """Those that its views show, each once, in the order of views and files."""
    found: dict[tuple[str, tuple[int, int, int]], RegionOfPage] = {}
    for contents in contents_of_views(shown).values():
        label = contents.label.node if contents.label else None
        if label is not None:
            for value, (name, color) in label_regions(label).items():
                found.setdefault((name, color), RegionOfPage(name, color, label, value))
        for placed in contents.segmentations:
            segments = visible_segments(placed.node, placed.image.roi_visibility) if placed.node else {}
            for id, segment in segments.items():
                name, color = segment.GetName(), color255(segment.GetColor())
                region = RegionOfPage(name, color, placed.node, segment.GetLabelValue(), id)
                found.setdefault((name, color), region)
    return list(found.values())


class RegionDoses:
    """The histogram, up to ``highest``, of each of the ``regions`` in a dose; complete when ``go_on`` gives
    0."""

    def __init__(self, volume: vtkMRMLScalarVolumeNode, regions: list[RegionOfPage], highest: float) -> None:
        self._volume = volume
        self.histograms = {region: DoseHistogram(_voxel_ml(region), highest) for region in regions}
        self._left = self._look()

    def go_on(self) -> int:
        """Look at some more; gives how many voxels these were, 0 at the end."""
        return next(self._left, 0)

    def _look(self) -> Iterator[int]:
        for region, histogram in self.histograms.items():
            labels, ijk_to_ras = region.labels()
            if labels is None or not labels.GetNumberOfPoints():
                continue
            voxels, first_kji = voxels_of(labels)
            doses = DosesOnGrid(self._volume, ijk_to_ras)
            for number, plane in enumerate(voxels):
                is_inside = plane == region.value
                box = box_of(is_inside)
                if box is not None:
                    k, row, column = first_kji + np.array([number, box[0].start, box[1].start])
                    inside = is_inside[box]
                    histogram.add(doses.on_plane(int(k), int(row), int(column), inside.shape)[inside])
                yield 1 + (0 if box is None else inside.size) + plane.size // _CHEAPER


class DosesOnGrid:
    """A dose at the voxels of another grid, whose ``ijk_to_ras`` is (4, 4): linear between the dose's own, up
    to half a voxel around them as at their edge, NaN beyond."""

    def __init__(self, volume: vtkMRMLScalarVolumeNode, ijk_to_ras: np.ndarray) -> None:
        import vtk

        ras_to_dose = vtk.vtkMatrix4x4()
        volume.GetRASToIJKMatrix(ras_to_dose)
        self._reslice = vtk.vtkImageReslice()
        self._reslice.SetInputData(volume.GetImageData())
        self._reslice.SetResliceAxes(vtk_matrix(array_of(ras_to_dose) @ ijk_to_ras))
        self._reslice.SetInterpolationModeToLinear()
        self._reslice.SetBackgroundLevel(np.nan)
        self._reslice.SetOutputScalarType(vtk.VTK_FLOAT)
        self._reslice.SetOutputOrigin(0, 0, 0)
        self._reslice.SetOutputSpacing(1, 1, 1)

    def on_plane(self, k: int, row: int, column: int, shape: tuple[int, ...]) -> np.ndarray:
        """(rows, columns) of plane ``k``, from this row and column on."""
        rows, columns = shape
        self._reslice.SetOutputExtent(column, column + columns - 1, row, row + rows - 1, k, k)
        self._reslice.Update()
        return image_array(self._reslice.GetOutput())[0]


def _voxel_ml(region: RegionOfPage) -> float:
    return Grid((0, 0, 0), region.labels()[1]).voxel_ml
