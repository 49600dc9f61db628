"""The windows and levels that a reader chooses from, by the modality of the image."""

from typing import TYPE_CHECKING

from ..images.types.volume import is_calibrated, modality_of, suv_of_one
from ..quiz.model import WindowLevel

if TYPE_CHECKING:
    from slicer import vtkMRMLVolumeNode

AS_THE_PAGE_HAS_IT = ""
BY_HAND = "by hand"
"""Of neither the page nor a preset."""

CT_PRESETS: dict[str, WindowLevel] = {
    "CT abdomen": WindowLevel(350, 40),
    "CT bone": WindowLevel(1000, 400),
    "CT brain": WindowLevel(100, 50),
    "CT lung": WindowLevel(1400, -500),
}
"""In HU, as in Slicer's module for volumes (Modules/Loadable/Volumes/Resources/VolumeDisplayPresets.json)."""

SUV_PRESETS: dict[str, WindowLevel] = {
    f"SUV 0 to {most}": WindowLevel(most, most / 2) for most in (5, 7, 10, 20)
}


ALL_VALUES = "all values"
_ALL_VALUES_WINDOW = "QuizLoader.AllValues"
"""What the preset was, kept on the node: looking at every voxel of a large image takes most of a second."""


def preset_names(node: "vtkMRMLVolumeNode") -> tuple[str, ...]:
    """What is offered for an image: the windows of CT where it is one, or may be one for all that is known;
    of PET where its uptake values are known; and for every image all of its values."""
    return (*_presets_of_modality(node), ALL_VALUES)


def window_of_preset(node: "vtkMRMLVolumeNode", name: str) -> WindowLevel | None:
    """In the values of the node's voxels; None where the preset is not offered."""
    if name != ALL_VALUES:
        return _presets_of_modality(node).get(name)
    low, high = node.GetImageData().GetScalarRange()
    look = WindowLevel(high - low or 1.0, (high + low) / 2)
    node.SetAttribute(_ALL_VALUES_WINDOW, repr(look))
    return look


def chosen_preset(node: "vtkMRMLVolumeNode") -> str:
    """The name of the window and level that a node has now; looks at no voxel."""
    display = node.GetDisplayNode()
    now = WindowLevel(display.GetWindow(), display.GetLevel())
    if display.GetNumberOfWindowLevelPresets():
        page = WindowLevel(display.GetWindowPreset(0), display.GetLevelPreset(0))
        if now == page:
            return AS_THE_PAGE_HAS_IT
    if node.GetAttribute(_ALL_VALUES_WINDOW) == repr(now):
        return ALL_VALUES
    return next((name for name, look in _presets_of_modality(node).items() if look == now), BY_HAND)


def _presets_of_modality(node: "vtkMRMLVolumeNode") -> dict[str, WindowLevel]:
    modality, suv = modality_of(node), suv_of_one(node)
    is_picture = node.IsA("vtkMRMLVectorVolumeNode") or not is_calibrated(node)
    presets = CT_PRESETS if modality == "CT" or not (modality or is_picture) else {}
    if suv:
        uptake = SUV_PRESETS.items()
        presets = presets | {name: WindowLevel(look.window / suv, look.level / suv) for name, look in uptake}
    return presets
