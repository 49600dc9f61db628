"""Type LabelMap: an integer image whose values are regions, on the label layer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...quiz.label_colors import color_of_value
from ...quiz.model import Image
from ...quiz.problems import Problem, warning
from ...quiz.regions import Regions
from ..errors import NO_REGION
from ..files.labels import Labels
from ..vtk_images import shared_image, vtk_matrix
from .type_module import FileContents, Look, ReadContext, file_alone
from .volume import require_scalar_3d

if TYPE_CHECKING:
    from slicer import vtkMRMLColorTableNode, vtkMRMLLabelMapVolumeNode, vtkMRMLScene

variant = file_alone


@dataclass(frozen=True, eq=False)
class LabelMapArrays:
    """A label image; ``voxels`` (slices, rows, columns) are the file's own values."""

    voxels: np.ndarray
    ijk_to_ras: np.ndarray
    labels: Labels
    problems: tuple[Problem, ...] = ()

    @property
    def buffers(self) -> tuple[np.ndarray, ...]:
        return (self.voxels,)


def read(context: ReadContext) -> LabelMapArrays:
    """The file's labels and their location; raises ImageReadError."""
    file = context.file()
    require_scalar_3d(file, "LabelMap")
    labels = file.labels
    problems = (*file.problems, *no_labels_warning(file.path.name, labels))
    return LabelMapArrays(file.voxels, file.ijk_to_ras, labels, problems)


def no_labels_warning(name: str, labels: Labels) -> tuple[Problem, ...]:
    if labels.values:
        return ()
    return (warning(NO_REGION, f"“{name}” has no region: every voxel is 0.", "nothing of it is shown"),)


def contents(context: ReadContext) -> FileContents:
    """The values of the voxels; raises ImageReadError."""
    values = context.file().labels.values
    return FileContents(tuple(str(value) for value in values), values)


def look_of(image: Image) -> Look:
    """Which regions show is in the colours of the node."""
    rois = image.roi_visibility
    return Look(regions=(image.mask_value_map, (rois.code, rois.names) if rois else ()))


def make_node(
    name: str, arrays: LabelMapArrays, look: Look, scene: "vtkMRMLScene"
) -> "vtkMRMLLabelMapVolumeNode":
    """A vtkMRMLLabelMapVolumeNode with a colour table of its own (main thread).

    The table is indexed by ``labels.shown``, so by the label's value wherever that is possible; the name of
    an entry is the value as text. Index 0 and the indexes of no label are transparent and without name.
    """
    display = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeDisplayNode")
    colors = _color_table(name, arrays.labels, scene)
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
    for value, index in zip(arrays.labels.values, arrays.labels.indexes, strict=True):
        name = regions.name(value) or str(value)
        table.SetColor(index, name, *(regions.color(name, value) or color_of_value(value)), 1.0)
    table.EndModify(was_modifying)


def unnamed_values(arrays: LabelMapArrays) -> list[int]:
    """The values of a label map, which a quiz may name."""
    return list(arrays.labels.values)


def _color_table(name: str, labels: Labels, scene: "vtkMRMLScene") -> "vtkMRMLColorTableNode":
    table = scene.AddNewNodeByClass("vtkMRMLColorTableNode", f"{name} colors")
    table.SetTypeToUser()
    table.SetNumberOfColors(max(labels.indexes, default=0) + 1)
    table.GetLookupTable().SetTableRange(0, max(labels.indexes, default=0))
    modified = table.StartModify()
    for value, index in zip(labels.values, labels.indexes, strict=True):
        table.SetColor(index, str(value), *color_of_value(value), 1.0)
    table.EndModify(modified)
    return table
