"""Type Volume: a scalar image on the background or foreground."""

from dataclasses import replace
from typing import Any

from ...quiz.model import Image
from ..arrays import VolumeArrays
from ..errors import WRONG_SHAPE, ImageReadError
from ..files.image_file import ImageFile
from ..files.read_context import ReadContext
from ..vtk_images import shared_image, vtk_matrix
from ..window_level import automatic_window_level


def read(context: ReadContext) -> VolumeArrays:
    """The file's voxels and their place; raises ImageReadError."""
    if context.image.dicom_read:
        from ..dicom.series import read_series

        arrays = read_series(context.path)
        if arrays.voxels.ndim == 4:
            raise ImageReadError(
                WRONG_SHAPE,
                f'"{context.path.name}" is a colour picture, a Volume has one value for each voxel.',
                'Type="Vector" shows it',
            )
        return _with_window_level(arrays)
    file = context.file()
    require_scalar_3d(file, "Volume")
    return _with_window_level(VolumeArrays(file.voxels, file.ijk_to_ras))


def _with_window_level(arrays: VolumeArrays) -> VolumeArrays:
    """Found while reading, in a thread: it takes longer than making the node."""
    if arrays.window_level is not None:
        return arrays
    return replace(arrays, window_level=automatic_window_level(arrays.voxels))


def require_scalar_3d(file: ImageFile, type_name: str) -> None:
    """Raise ImageReadError where a file has time points, colours or other values side by side."""
    name = file.path.name
    if len(file.size) > 3:
        frames = " x ".join(str(length) for length in file.size[3:])
        raise ImageReadError(
            WRONG_SHAPE,
            f'"{name}" has {len(file.size)} dimensions ({frames} frames), a {type_name} has three.',
            'Type="VolumeSequence" shows time points' if type_name == "Volume" else "save one frame of it",
        )
    if file.components == 1:
        return
    if any(key.startswith("Segment0_") for key in file.header):
        sentence, hint = f'"{name}" holds overlapping segments.', 'Type="Segmentation" shows it'
    elif file.is_color:
        sentence, hint = f'"{name}" is a colour picture.', 'Type="Vector" shows it'
    else:
        sentence = f'"{name}" has {file.components} values for each voxel.'
        hint = 'Type="VolumeSequence" shows time points; save other images with one value a voxel'
    raise ImageReadError(WRONG_SHAPE, f"{sentence[:-1]}, a {type_name} has one value for each voxel.", hint)


def make_node(image: Image, arrays: VolumeArrays, scene: Any) -> Any:
    """A vtkMRMLScalarVolumeNode with its display node, over the arrays' own memory (main thread)."""
    display = scene.AddNewNodeByClass("vtkMRMLScalarVolumeDisplayNode")
    display.SetDefaultColorMap()
    if arrays.is_inverted:
        display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeInvertedGrey")
    display.AutoWindowLevelOff()
    if image.window_level is not None:
        window, level = image.window_level.window, image.window_level.level
    else:
        window, level = arrays.window_level or automatic_window_level(arrays.voxels)
    # Its first preset is what the page starts with, whatever the reader does to it.
    display.AddWindowLevelPreset(window, level)
    display.SetWindowLevelFromPreset(0)
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", image.id)
    node.SetIJKToRASMatrix(vtk_matrix(arrays.ijk_to_ras))
    node.SetAndObserveDisplayNodeID(display.GetID())
    node.SetAndObserveImageData(shared_image(arrays, arrays.voxels))
    if arrays.units:
        node.SetVoxelValueUnits(_coded_units(arrays.units))
    return node


_UCUM = {
    "HU": ("[hnsf'U]", "Hounsfield unit"),
    "BQML": ("Bq/ml", "Becquerels/milliliter"),
    "CNTS": ("{counts}", "Counts"),
    "GY": ("Gy", "Gray"),
}
"""DICOM's terms for units as UCUM codes and their meanings (PS3.16 CID 82)."""


def units_of(node: Any) -> str:
    """The units of a volume node's values in short, as HU or Bq/ml; empty where it has none."""
    entry = node.GetVoxelValueUnits()
    code = entry.GetCodeValue() if entry else ""
    return "HU" if code == _UCUM["HU"][0] else code.strip("{}")


def _coded_units(term: str) -> Any:
    """A vtkCodedEntry, as Slicer's own reader of DICOM volumes puts on its nodes; Data Probe tells it."""
    from slicer import vtkCodedEntry

    code, meaning = _UCUM.get(term, (term, term))
    entry = vtkCodedEntry()
    entry.SetValueSchemeMeaning(code, "UCUM" if term in _UCUM else "99QUIZLOADER", meaning)
    return entry
