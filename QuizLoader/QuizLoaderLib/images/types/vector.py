"""Type Vector: a picture, in colours or grey, on the background."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import VolumeArrays
from ..errors import WRONG_SHAPE, ImageReadError
from ..files.pictures import UPRIGHT_IN_AXIAL, read_picture
from ..vtk_images import shared_image, vtk_matrix
from . import volume
from .type_module import Look, ReadContext, file_alone, no_names, no_region_names, no_values
from .volume import look_of as look_of

if TYPE_CHECKING:
    from slicer import vtkMRMLScene, vtkMRMLVolumeNode

variant, region_names, name_regions, unnamed_values = file_alone, no_region_names, no_names, no_values


def read(context: ReadContext) -> VolumeArrays:
    """The picture, or the colours of an image file; raises ImageReadError."""
    if context.is_dicom:
        from ..dicom.series import read_series

        arrays = read_series(context.path, context.may_open)
    elif context.facts.header is not None:
        file = context.file()
        if file.components not in (3, 4) or len(file.size) > 3:
            sentence = f"“{file.path.name}” is not a picture: its voxels are not colours."
            raise ImageReadError(WRONG_SHAPE, sentence, 'Type="Volume" or Type="VolumeSequence" shows it')
        arrays = volume.volume_of(file, np.ascontiguousarray(file.colors[..., :3]))
    else:
        arrays = VolumeArrays(read_picture(context.facts), UPRIGHT_IN_AXIAL, is_calibrated=False)
    if arrays.voxels.dtype == np.uint8 or arrays.voxels.ndim == 4:
        arrays = replace(arrays, window_level=_as_stored(arrays.voxels))
    return arrays


def _as_stored(voxels: np.ndarray) -> tuple[float, float]:
    """A picture is made to be seen: its darkest possible value is black, the brightest white."""
    if voxels.dtype.kind == "f":
        return (1.0, 0.5)
    limits = np.iinfo(voxels.dtype)
    return (float(limits.max) - limits.min, (float(limits.max) + limits.min) / 2)


def make_node(name: str, arrays: VolumeArrays, look: Look, scene: "vtkMRMLScene") -> "vtkMRMLVolumeNode":
    """A vtkMRMLVectorVolumeNode over the arrays' own memory, a scalar volume node for a grey picture."""
    if arrays.voxels.ndim == 3:
        return volume.make_node(name, arrays, look, scene)
    display = scene.AddNewNodeByClass("vtkMRMLVectorVolumeDisplayNode")
    display.SetDefaultColorMap()
    display.AutoWindowLevelOff()
    volume.start_with(display, look.window_level, arrays.window_level or _as_stored(arrays.voxels))
    node = scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", name)
    node.SetIJKToRASMatrix(vtk_matrix(arrays.ijk_to_ras))
    node.SetAndObserveDisplayNodeID(display.GetID())
    node.SetAndObserveImageData(shared_image(arrays, arrays.voxels))
    volume.note_facts(node, arrays)
    return node
