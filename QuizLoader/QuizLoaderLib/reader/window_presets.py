"""The windows and levels that a reader chooses from, by the modality of the image."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..images.types.volume import is_calibrated, modality_of, suv_of_one
from ..images.vtk_images import image_array
from ..images.window_level import automatic_window_level
from ..quiz.windows import WindowLevel, WindowPreset

if TYPE_CHECKING:
    from slicer import vtkMRMLVolumeNode

AS_THE_PAGE_HAS_IT = ""
BY_HAND = "by hand"
"""Of neither the page nor a preset."""

CT_PRESETS: dict[str, WindowLevel] = {
    "CT soft tissue": WindowLevel(400, 50),
    "CT lung": WindowLevel(1500, -600),
    "CT bone": WindowLevel(1800, 400),
    "CT brain": WindowLevel(80, 40),
    "CT stroke": WindowLevel(40, 40),
    "CT liver": WindowLevel(150, 30),
    "CT mediastinum": WindowLevel(350, 50),
}
"""In HU, as they are usual in radiology (Radiopaedia, *Windowing (CT)*)."""

SUV_PRESETS: dict[str, WindowLevel] = {
    f"SUV 0 to {most}": WindowLevel(most, most / 2) for most in (5, 7, 10, 20)
}


AUTOMATIC, ALL_VALUES = "automatic", "all values"
_FOUND = {AUTOMATIC: "QuizLoader.Automatic", ALL_VALUES: "QuizLoader.AllValues"}
"""What these presets were, kept on the node: looking at every voxel of a large image takes most of a
second."""


Presets = Sequence[WindowPreset]
"""Those of the quiz."""


def preset_names(node: "vtkMRMLVolumeNode", own: Presets = ()) -> tuple[str, ...]:
    """What is offered for an image: what the quiz names; the windows of CT where it is one, or may be one for
    all that is known; of PET where its uptake values are known; what its values say; and all of them."""
    found = (ALL_VALUES,) if modality_of(node) == "CT" else (AUTOMATIC, ALL_VALUES)
    return tuple(dict.fromkeys((*_named(node, own), *found)))


def window_of_preset(node: "vtkMRMLVolumeNode", name: str, own: Presets = ()) -> WindowLevel | None:
    """In the values of the node's voxels; None unless the name is one of ``preset_names(node, own)``."""
    named = _named(node, own)
    if name in named or name not in preset_names(node):
        return named.get(name)
    if name == AUTOMATIC:
        look = WindowLevel(
            *automatic_window_level(image_array(node.GetImageData()), modality=modality_of(node))
        )
    else:
        low, high = node.GetImageData().GetScalarRange()
        look = WindowLevel(high - low or 1.0, (high + low) / 2)
    node.SetAttribute(_FOUND[name], repr(look))
    return look


def chosen_preset(node: "vtkMRMLVolumeNode", own: Presets = ()) -> str:
    """The name of the window and level that a node has now; looks at no voxel."""
    display = node.GetDisplayNode()
    now = WindowLevel(display.GetWindow(), display.GetLevel())
    if display.GetNumberOfWindowLevelPresets():
        page = WindowLevel(display.GetWindowPreset(0), display.GetLevelPreset(0))
        if now == page:
            return AS_THE_PAGE_HAS_IT
    found = [name for name, attribute in _FOUND.items() if node.GetAttribute(attribute) == repr(now)]
    named = [name for name, look in _named(node, own).items() if look == now]
    return [*found, *named, BY_HAND][0]


def _named(node: "vtkMRMLVolumeNode", own: Presets) -> dict[str, WindowLevel]:
    """Those whose window and level are known; the quiz has the last word on a name."""
    named = {preset.name: preset.look for preset in own}
    others = _presets_of_modality(node).items()
    return named | {name: look for name, look in others if name not in named}


def _presets_of_modality(node: "vtkMRMLVolumeNode") -> dict[str, WindowLevel]:
    modality, suv = modality_of(node), suv_of_one(node)
    is_picture = node.IsA("vtkMRMLVectorVolumeNode") or not is_calibrated(node)
    presets = CT_PRESETS if modality == "CT" or not (modality or is_picture) else {}
    if suv:
        uptake = SUV_PRESETS.items()
        presets = presets | {name: WindowLevel(look.window / suv, look.level / suv) for name, look in uptake}
    return presets
