"""Type LabelMap: an integer image whose values are regions, on the label layer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...quiz.label_colors import color_of_value
from ...quiz.model import Image
from ...quiz.problems import Problem, warning
from ...quiz.regions import Regions
from ..errors import NO_REGION
from ..files.label_names import LabelRow
from ..files.labels import Labels
from ..vtk_images import shared_image, vtk_matrix
from .type_module import Look, ReadContext, file_alone
from .volume import require_scalar_3d

if TYPE_CHECKING:
    from slicer import vtkMRMLColorTableNode, vtkMRMLLabelMapVolumeNode, vtkMRMLScene

variant = file_alone


@dataclass(frozen=True, eq=False)
class LabelMapArrays:
    """A label image; ``voxels`` (slices, rows, columns) are the file's own values, of which it names some."""

    voxels: np.ndarray
    ijk_to_ras: np.ndarray
    labels: Labels
    problems: tuple[Problem, ...] = ()
    named_values: Mapping[int, LabelRow] = field(default_factory=dict)

    def name_of(self, value: int) -> str:
        """The file's own name of a value, else its digits."""
        own = self.named_values.get(value)
        return own.name if own else str(value)

    def color_of(self, value: int) -> tuple[float, float, float]:
        own = self.named_values.get(value)
        return (own.color if own else None) or color_of_value(value)

    @property
    def buffers(self) -> tuple[np.ndarray, ...]:
        return (self.voxels,)


def read(context: ReadContext) -> LabelMapArrays:
    """The file's labels and their location; raises ImageReadError."""
    file = context.file()
    require_scalar_3d(file, "LabelMap")
    labels = file.labels
    problems = (*file.problems, *no_labels_warning(file.path.name, labels))
    return LabelMapArrays(file.voxels, file.ijk_to_ras, labels, problems, file.named_values)


def no_labels_warning(name: str, labels: Labels) -> tuple[Problem, ...]:
    if labels.values:
        return ()
    return (warning(NO_REGION, f"“{name}” has no region: every voxel is 0.", "nothing of it is shown"),)


def region_names(arrays: LabelMapArrays, regions: Regions) -> list[str]:
    """Those of the values, in digits where neither the file nor the quiz names one."""
    return [
        arrays.name_of(value) if value in arrays.named_values else regions.name(value) or str(value)
        for value in arrays.labels.values
    ]


def look_of(image: Image) -> Look:
    """Which regions show is in the colours of the node."""
    rois = image.roi_visibility
    return Look(regions=(image.mask_value_map, (rois.code, rois.names) if rois else ()))


def make_node(
    name: str, arrays: LabelMapArrays, look: Look, scene: "vtkMRMLScene"
) -> "vtkMRMLLabelMapVolumeNode":
    """A vtkMRMLLabelMapVolumeNode with a colour table of its own (main thread).

    The table is indexed by ``labels.shown``, so by the label's value wherever that is possible; the name of
    an entry is the file's, else the value as text. Index 0 and the indexes of no label are transparent and
    without name.
    """
    display = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeDisplayNode")
    colors = _color_table(name, arrays, scene)
    display.SetAndObserveColorNodeID(colors.GetID())
    node = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", name)
    node.SetIJKToRASMatrix(vtk_matrix(arrays.ijk_to_ras))
    node.SetAndObserveDisplayNodeID(display.GetID())
    node.SetAndObserveImageData(shared_image(arrays, arrays.labels.shown))
    return node


def name_regions(node: "vtkMRMLLabelMapVolumeNode", arrays: LabelMapArrays, regions: Regions) -> None:
    """Give the values of a new node the names and colours of the quiz (main thread)."""
    table = node.GetDisplayNode().GetColorNode()
    was_modifying = table.StartModify()
    labels, names = arrays.labels, region_names(arrays, regions)
    for value, index, name in zip(labels.values, labels.indexes, names, strict=True):
        table.SetColor(index, name, *(regions.color(name, value) or arrays.color_of(value)), 1.0)
    table.EndModify(was_modifying)


def unnamed_values(arrays: LabelMapArrays) -> list[int]:
    """The values of a label map, which a quiz may name."""
    return [value for value in arrays.labels.values if value not in arrays.named_values]


def _color_table(name: str, arrays: LabelMapArrays, scene: "vtkMRMLScene") -> "vtkMRMLColorTableNode":
    labels = arrays.labels
    table = scene.AddNewNodeByClass("vtkMRMLColorTableNode", f"{name} colors")
    table.SetTypeToUser()
    table.SetNumberOfColors(max(labels.indexes, default=0) + 1)
    table.GetLookupTable().SetTableRange(0, max(labels.indexes, default=0))
    modified = table.StartModify()
    for value, index in zip(labels.values, labels.indexes, strict=True):
        table.SetColor(index, arrays.name_of(value), *arrays.color_of(value), 1.0)
    table.EndModify(modified)
    return table
