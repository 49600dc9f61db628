"""``quizloader demo``: sample images that are made, not shipped, and the sample quizzes beside them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .resources import sample_quizzes_folder

if TYPE_CHECKING:
    import SimpleITK as sitk

    from .head import Head

TUTORIAL_VOLUME = "ImageVolumes/RECIST-Tutorial-Data/2007-spgr.nrrd"
TUTORIAL_LABELS = "ImageVolumes/RECIST-Tutorial-Data/2007-spgr.label.nrrd"
UPTAKE = "ImageVolumes/Demo-Head/uptake.nrrd"
REGIONS = "ImageVolumes/Demo-Head/regions.seg.nrrd"
CONTRAST = "ImageVolumes/Demo-Head/contrast.nii.gz"
SLIDE = "Pictures/slide.png"
PROJECTION = "Pictures/projection.jpg"

REGION_COLORS = {
    "Brain": (0.50, 0.68, 0.50),
    "Ventricles": (0.35, 0.60, 0.90),
    "Oedema": (0.95, 0.80, 0.35),
    "Necrosis": (0.60, 0.40, 0.80),
    "Tumour": (0.90, 0.30, 0.25),
    "Eyes": (0.40, 0.85, 0.85),
}


def make_demo(out: Path, say: Callable[[int, int], object] = lambda done, total: None) -> list[Path]:
    """Write ``out/images`` and ``out/quizzes``; gives the quizzes, the tutorial's two first.

    ``say`` is called with the steps done and all steps. Raises OSError where ``out`` cannot be
    written. What is there already is overwritten, other files are left alone.
    """
    from .head import make_head
    from .other_types import contrast_sequence, write_projection, write_slide

    say(0, 5)
    head = make_head()
    say(1, 5)
    images = out / "images"
    for path in (TUTORIAL_VOLUME, REGIONS, SLIDE):
        (images / path).parent.mkdir(parents=True, exist_ok=True)
    t1, labels = _image(head.t1, head), _image(head.labels, head)
    _write(t1, images / TUTORIAL_VOLUME)
    say(2, 5)
    _write(labels, images / TUTORIAL_LABELS)
    _write(_named_segments(labels), images / REGIONS)
    say(3, 5)
    _write(_as_pet(_image(head.uptake, head)), images / UPTAKE)
    say(4, 5)
    _write(contrast_sequence(t1, labels), images / CONTRAST)
    write_slide(images / SLIDE)
    write_projection(head.t1, images / PROJECTION)
    say(5, 5)
    return _copy_quizzes(out / "quizzes")


def _copy_quizzes(folder: Path) -> list[Path]:
    samples = sample_quizzes_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for beside in (path for kind in ("png", "py", "txt") for path in samples.rglob(f"*.{kind}")):
        shutil.copyfile(beside, folder / beside.name)
    sources = sorted(samples.rglob("*.xml"), key=lambda path: (path.parent.name != "Tutorial", path.name))
    return [Path(shutil.copyfile(source, folder / source.name)) for source in sources]


def _image(voxels: np.ndarray, head: "Head") -> "sitk.Image":
    import SimpleITK as sitk

    from .head import SPACING_MM

    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACING_MM)
    image.SetOrigin(head.origin_lps.tolist())
    image.SetDirection(head.direction.ravel().tolist())
    return image


def _write(image: "sitk.Image", path: Path) -> None:
    import SimpleITK as sitk

    # SimpleITK writes to a name that it takes apart itself, so a full disk or folder is found out here.
    with path.open("wb"):
        pass
    sitk.WriteImage(image, str(path), useCompression=True, compressionLevel=1)


def _named_segments(labels: "sitk.Image") -> "sitk.Image":
    """The label image with the names and colours that Slicer keeps in a .seg.nrrd."""
    from .head import REGIONS as NAMES

    segments = labels + 0
    for number, (value, name) in enumerate(NAMES.items()):
        prefix = f"Segment{number}_"
        segments.SetMetaData(prefix + "ID", f"Segment_{value}")
        segments.SetMetaData(prefix + "Name", name)
        segments.SetMetaData(prefix + "Color", " ".join(map(str, REGION_COLORS[name])))
        segments.SetMetaData(prefix + "LabelValue", str(value))
        segments.SetMetaData(prefix + "Layer", "0")
    return segments


def _as_pet(uptake: "sitk.Image") -> "sitk.Image":
    """The uptake as another scanner has it: coarse voxels along the patient's axes, and blurred."""
    import SimpleITK as sitk

    blurred = sitk.SmoothingRecursiveGaussian(uptake, 2.5)
    spacing, size = (3.0, 3.0, 3.0), (76, 84, 68)
    center = np.array(uptake.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in uptake.GetSize()]))
    origin = center - (np.array(size) - 1) / 2 * spacing
    return sitk.Resample(
        blurred, size, sitk.Transform(), sitk.sitkLinear, origin.tolist(), spacing, np.eye(3).ravel().tolist()
    )
