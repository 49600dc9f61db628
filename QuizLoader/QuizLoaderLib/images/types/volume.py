"""Type Volume: a scalar image on the background or foreground."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...quiz.model import Image, WindowLevel
from ..arrays import VolumeArrays
from ..errors import WRONG_SHAPE, ImageReadError
from ..files.image_file import ImageFile
from ..vtk_images import shared_image, vtk_matrix
from ..window_level import automatic_window_level
from .type_module import Look, ReadContext, file_alone, no_names, no_region_names, no_values

if TYPE_CHECKING:
    from slicer import (
        vtkCodedEntry,
        vtkMRMLScalarVolumeNode,
        vtkMRMLScene,
        vtkMRMLVolumeDisplayNode,
        vtkMRMLVolumeNode,
    )

variant, region_names, name_regions, unnamed_values = file_alone, no_region_names, no_names, no_values


def read(context: ReadContext) -> VolumeArrays:
    """The file's voxels and their location; raises ImageReadError."""
    if context.is_dicom:
        from ..dicom.series import read_series

        arrays = read_series(context.path, context.may_open)
        if arrays.voxels.ndim == 4:
            raise ImageReadError(
                WRONG_SHAPE,
                f"“{context.path.name}” is a colour picture, but a Volume has one value for each voxel.",
                'Type="Vector" shows it',
            )
    else:
        file = context.file()
        require_scalar_3d(file, "Volume")
        arrays = volume_of(file, file.voxels)
    if arrays.window_level is not None:
        return arrays
    # Found in this thread: it takes longer than making the node.
    window_level = automatic_window_level(arrays.voxels, modality=arrays.modality)
    return replace(arrays, window_level=window_level)


def volume_of(file: ImageFile, voxels: np.ndarray) -> VolumeArrays:
    """Voxels of a file, with what its header says of them."""
    is_calibrated = file.facts.is_calibrated
    return VolumeArrays(voxels, file.ijk_to_ras, problems=file.problems, is_calibrated=is_calibrated)


def require_scalar_3d(file: ImageFile, type_name: str) -> None:
    """Raise ImageReadError where a file has time points, colours or other values side by side."""
    name = file.path.name
    if len(file.size) > 3:
        frames = " x ".join(str(length) for length in file.size[3:])
        sentence = f"“{name}” has {len(file.size)} dimensions ({frames} frames), but a {type_name} has three."
        hint = 'Type="VolumeSequence" shows time points' if type_name == "Volume" else "save one frame of it"
        raise ImageReadError(WRONG_SHAPE, sentence, hint)
    if file.components == 1:
        return
    if any(key.startswith("Segment0_") for key in file.header):
        sentence, hint = f"“{name}” holds overlapping segments.", 'Type="Segmentation" shows it'
    elif file.is_color:
        sentence, hint = f"“{name}” is a colour picture.", 'Type="Vector" shows it'
    else:
        sentence = f"“{name}” has {file.components} values for each voxel."
        hint = 'Type="VolumeSequence" shows time points; save other images with one value for each voxel'
    raise ImageReadError(
        WRONG_SHAPE, f"{sentence[:-1]}, but a {type_name} has one value for each voxel.", hint
    )


def look_of(image: Image) -> Look:
    return Look(image.window_level, image.color_table)


def make_node(
    name: str, arrays: VolumeArrays, look: Look, scene: "vtkMRMLScene"
) -> "vtkMRMLScalarVolumeNode":
    """A vtkMRMLScalarVolumeNode with its display node, over the arrays' own memory (main thread)."""
    display = scene.AddNewNodeByClass("vtkMRMLScalarVolumeDisplayNode")
    display.SetDefaultColorMap()
    if arrays.is_inverted:
        display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeInvertedGrey")
    display.AutoWindowLevelOff()
    start_with(display, look.window_level, arrays.window_level or automatic_window_level(arrays.voxels))
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    node.SetIJKToRASMatrix(vtk_matrix(arrays.ijk_to_ras))
    node.SetAndObserveDisplayNodeID(display.GetID())
    node.SetAndObserveImageData(shared_image(arrays, arrays.voxels))
    if arrays.units:
        node.SetVoxelValueUnits(_coded_units(arrays.units))
    note_facts(node, arrays)
    return node


def note_facts(node: "vtkMRMLVolumeNode", arrays: VolumeArrays) -> None:
    """Let ``is_calibrated``, ``modality_of`` and ``suv_of_one`` tell of the node what its file knows."""
    suv_of_one = arrays.dicom.suv_of_one if arrays.dicom else None
    node.SetAttribute(_NOT_CALIBRATED, None if arrays.is_calibrated else "1")
    node.SetAttribute(_MODALITY, arrays.modality or None)
    node.SetAttribute(_SUV_OF_ONE, repr(suv_of_one) if suv_of_one else None)


def is_calibrated(node: "vtkMRMLVolumeNode") -> bool:
    """Whether lengths on a volume node are in mm; else its pixels are 1 x 1, and lengths count pixels."""
    return node.GetAttribute(_NOT_CALIBRATED) is None


def modality_of(node: "vtkMRMLVolumeNode") -> str:
    """As DICOM calls it, empty where nobody knows."""
    return node.GetAttribute(_MODALITY) or ""


def suv_of_one(node: "vtkMRMLVolumeNode") -> float | None:
    """The standardized uptake value of a voxel value of 1, None where it is not known."""
    text = node.GetAttribute(_SUV_OF_ONE)
    return float(text) if text else None


def start_with(
    display: "vtkMRMLVolumeDisplayNode", wanted: WindowLevel | None, of_file: tuple[float, float]
) -> None:
    """Make the window and level of the quiz, else of the file, the first preset of a display node: it is what
    the page starts with, whatever the reader does to it."""
    display.AddWindowLevelPreset(*((wanted.window, wanted.level) if wanted else of_file))
    display.SetWindowLevelFromPreset(0)


_NOT_CALIBRATED = "QuizLoader.NotCalibrated"
_MODALITY = "QuizLoader.Modality"
_SUV_OF_ONE = "QuizLoader.SuvOfOne"
_UCUM = {
    "HU": ("[hnsf'U]", "Hounsfield unit"),
    "BQML": ("Bq/ml", "Becquerels/milliliter"),
    "CNTS": ("{counts}", "Counts"),
    "GY": ("Gy", "Gray"),
}
"""DICOM's terms for units as UCUM codes and their meanings (PS3.16 CID 82)."""


def units_of(node: "vtkMRMLVolumeNode") -> str:
    """The units of a volume node's values in short, as HU or Bq/ml; empty where it has none."""
    entry = node.GetVoxelValueUnits()
    code = entry.GetCodeValue() if entry else ""
    return "HU" if code == _UCUM["HU"][0] else code.strip("{}")


def shown_units(node: "vtkMRMLVolumeNode") -> tuple[float, str]:
    """What a volume node's values are multiplied by to be told to a reader, and their units then, empty where
    there are none: of PET the uptake, where it is known."""
    suv = suv_of_one(node)
    return (suv, "SUV") if suv else (1.0, units_of(node))


def _coded_units(term: str) -> "vtkCodedEntry":
    """As Slicer's own reader of DICOM volumes puts on its nodes; Data Probe tells it."""
    from slicer import vtkCodedEntry

    code, meaning = _UCUM.get(term, (term, term))
    entry = vtkCodedEntry()
    entry.SetValueSchemeMeaning(code, "UCUM" if term in _UCUM else "99QUIZLOADER", meaning)
    return entry
