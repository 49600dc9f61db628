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


def presets_of(node: "vtkMRMLVolumeNode") -> dict[str, WindowLevel]:
    """In the values of the node's voxels: those of CT where it is one, or may be one for all that is known;
    of PET where its uptake values are known; and for every image all of its values."""
    modality, suv = modality_of(node), suv_of_one(node)
    presets: dict[str, WindowLevel] = {}
    is_picture = node.IsA("vtkMRMLVectorVolumeNode") or not is_calibrated(node)
    if modality == "CT" or not (modality or is_picture):
        presets |= CT_PRESETS
    if suv:
        presets |= {
            name: WindowLevel(look.window / suv, look.level / suv) for name, look in SUV_PRESETS.items()
        }
    low, high = node.GetImageData().GetScalarRange()
    if low < high:
        presets["all values"] = WindowLevel(high - low, (high + low) / 2)
    return presets


def chosen_preset(node: "vtkMRMLVolumeNode") -> str:
    """The name of the window and level that a node has now."""
    display = node.GetDisplayNode()
    now = WindowLevel(display.GetWindow(), display.GetLevel())
    if display.GetNumberOfWindowLevelPresets():
        page = WindowLevel(display.GetWindowPreset(0), display.GetLevelPreset(0))
        if now == page:
            return AS_THE_PAGE_HAS_IT
    return next((name for name, look in presets_of(node).items() if look == now), BY_HAND)
