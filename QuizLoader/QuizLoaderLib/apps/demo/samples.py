"""``quizloader demo``: sample images that are made, not shipped, and the sample quizzes beside them."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...quiz.problems import ExplainedError
from . import chest
from .head import REGIONS as NAMES
from .head import SPACING_MM, Head, make_head, smoothed

if TYPE_CHECKING:
    import SimpleITK as sitk

TUTORIAL_VOLUME = "ImageVolumes/RECIST-Tutorial-Data/2007-spgr.nrrd"
TUTORIAL_LABELS = "ImageVolumes/RECIST-Tutorial-Data/2007-spgr.label.nrrd"
TOUR = "tour.xml"
UPTAKE = "ImageVolumes/Demo-Head/uptake.nrrd"
REGIONS = "ImageVolumes/Demo-Head/regions.seg.nrrd"
GIVEN = "ImageVolumes/Demo-Head/contours-of-a-program.seg.nrrd"
CONTRAST = "ImageVolumes/Demo-Head/contrast.nii.gz"
CHEST = "ImageVolumes/Demo-Chest/ct.nrrd"
SLIDE = "Pictures/slide.png"
PROJECTION = "Pictures/projection.jpg"

REGION_COLORS = {
    "Brain": (0.50, 0.68, 0.50),
    "Ventricles": (0.35, 0.60, 0.90),
    "Oedema": (0.95, 0.80, 0.35),
    "Necrosis": (0.60, 0.40, 0.80),
    "Tumour": (0.90, 0.30, 0.25),
    "Eyes": (0.40, 0.85, 0.85),
    "Metastasis": (0.90, 0.50, 0.90),
}

FRAMES = 10
SECONDS_A_FRAME = 12.0
ARRIVAL_SECONDS = 20.0
_SEED = 1876
_WASH_IN_SECONDS, _WASH_OUT_SECONDS = 14.0, 160.0
_TUMOUR_GAIN, _BRAIN_GAIN = 1500.0, 90.0
_SLIDE_SHAPE = (600, 800)
_MUSCLE, _STROMA, _NUCLEUS = (236, 170, 196), (248, 222, 232), (92, 58, 140)
_PACKAGE = Path(__file__).resolve().parents[2]


def make_demo(out: Path, say: Callable[[int, int], object] = lambda done, total: None) -> list[Path]:
    """Write ``out/images`` and ``out/quizzes``; gives the quizzes, the tutorial's two first.

    ``say`` is called with the steps done and all steps. Raises OSError where ``out`` cannot be written, and
    ExplainedError where a build left out the quizzes. What is there already is overwritten, other files are
    left alone.
    """
    samples = sample_quizzes_folder()
    if not samples.is_dir():
        raise ExplainedError(f"The sample quizzes are not in “{samples}”.", "Install QuizLoader again.")
    say(0, 5)
    images = out / "images"
    for path in (TUTORIAL_VOLUME, REGIONS, CHEST, SLIDE):
        (images / path).parent.mkdir(parents=True, exist_ok=True)
    head = make_head()
    say(1, 5)
    t1, labels = _image(head.t1, head), _image(head.labels, head)
    _write(t1, images / TUTORIAL_VOLUME)
    say(2, 5)
    _write(labels, images / TUTORIAL_LABELS)
    _write(_named_segments(labels, NAMES), images / REGIONS)
    _write(contours_of_a_program(labels), images / GIVEN)
    say(3, 5)
    _write(_as_pet(_image(head.uptake, head)), images / UPTAKE)
    say(4, 5)
    _write(contrast_sequence(t1, labels), images / CONTRAST)
    _write(chest_image(), images / CHEST)
    write_slide(images / SLIDE)
    write_projection(head.t1, images / PROJECTION)
    say(5, 5)
    return _copy_quizzes(samples, out / "quizzes")


def _copy_quizzes(samples: Path, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for beside in (path for kind in ("png", "py", "txt") for path in samples.rglob(f"*.{kind}")):
        shutil.copyfile(beside, folder / beside.name)
    sources = sorted(samples.rglob("*.xml"), key=lambda path: (path.parent.name != "Tutorial", path.name))
    return [Path(shutil.copyfile(source, folder / source.name)) for source in sources]


def _image(voxels: np.ndarray, head: Head) -> "sitk.Image":
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACING_MM)
    image.SetOrigin(head.origin_lps.tolist())
    image.SetDirection(head.direction.ravel().tolist())
    return image


def chest_image() -> "sitk.Image":
    """In HU, along the patient's axes."""
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(chest.make_chest())
    image.SetSpacing(chest.SPACING_MM)
    image.SetOrigin(chest.origin_lps().tolist())
    return image


def _write(image: "sitk.Image", path: Path) -> None:
    import SimpleITK as sitk

    # SimpleITK writes to a name that it takes apart itself, so a full disk or folder is found out here.
    with path.open("wb"):
        pass
    sitk.WriteImage(image, str(path), useCompression=True, compressionLevel=1)


def contours_of_a_program(labels: "sitk.Image") -> "sitk.Image":
    """Three regions to judge: ventricles that are right, a tumour beside its place, and a metastasis where
    there is none."""
    import SimpleITK as sitk

    voxels = sitk.GetArrayFromImage(labels)
    tumour = np.isin(voxels, (4, 5))
    found = np.where(voxels == 2, np.uint8(1), np.uint8(0))
    found[np.roll(tumour, (4, 7), axis=(1, 2)) & (found == 0)] = 2
    # As far on the other side as the tumour is on its own.
    center = np.argwhere(tumour).mean(axis=0)
    center[2] = voxels.shape[2] - 1 - center[2]
    square_mm = sum(
        np.square((axis - middle) * spacing)
        for axis, middle, spacing in zip(
            np.ogrid[tuple(map(slice, voxels.shape))], center, SPACING_MM[::-1], strict=True
        )
    )
    found[(square_mm < 7.0**2) & (voxels == 1)] = 3
    image = sitk.GetImageFromArray(found)
    image.CopyInformation(labels)
    return _named_segments(image, {1: "Ventricles", 2: "Tumour", 3: "Metastasis"})


def _named_segments(labels: "sitk.Image", names: Mapping[int, str]) -> "sitk.Image":
    """The label image with the names and colours that Slicer keeps in a .seg.nrrd."""
    segments = labels + 0
    for number, (value, name) in enumerate(names.items()):
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


def sample_quizzes_folder() -> Path:
    """The sample quizzes: inside the package where it is installed, at the top of a source checkout."""
    installed = _PACKAGE / "Resources" / "Quizzes"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "Resources" / "Quizzes"


def contrast_sequence(t1: "sitk.Image", labels: "sitk.Image") -> "sitk.Image":
    """The head at a quarter of its resolution while a contrast agent comes and goes, as a 4D image.

    The tumour takes it up and lets go slowly, the brain hardly. ``t1`` and ``labels`` are SimpleITK images;
    the fourth axis is time in seconds.
    """
    import SimpleITK as sitk

    shrink = [4, 4, 4]
    before = sitk.BinShrink(sitk.Cast(t1, sitk.sitkFloat32), shrink)
    gain = sum(
        sitk.BinShrink(sitk.Cast(labels == value, sitk.sitkFloat32), shrink) * most
        for value, most in ((5, _TUMOUR_GAIN), (1, _BRAIN_GAIN))
    )
    # Before the agent comes the tumour looks like the brain around it.
    before = before - sitk.BinShrink(sitk.Cast(labels == 5, sitk.sitkFloat32), shrink) * 300.0
    frames = [
        sitk.Cast(before + gain * _uptake(number * SECONDS_A_FRAME), sitk.sitkInt16)
        for number in range(FRAMES)
    ]
    return sitk.JoinSeries(frames, 0.0, SECONDS_A_FRAME)


def _uptake(seconds: float) -> float:
    """The share of the agent in the tissue, 0..1."""
    since = max(0.0, seconds - ARRIVAL_SECONDS)
    return float((1 - np.exp(-since / _WASH_IN_SECONDS)) * np.exp(-since / _WASH_OUT_SECONDS))


def write_slide(path: Path) -> None:
    """A picture in colours: tissue under a microscope as a stain would show it, made from smooth noise."""
    from PIL import Image as Picture

    random = np.random.default_rng(_SEED)
    bands, grain, cells = (
        smoothed(random.standard_normal(_SLIDE_SHAPE).astype(np.float32), sigma) for sigma in (28.0, 5.0, 4.2)
    )
    stroma = np.clip(bands * 2.2 + 0.4, 0, 1)[..., None]
    color = (1 - stroma) * np.array(_MUSCLE) + stroma * np.array(_STROMA) + 9 * grain[..., None]
    # Nuclei crowd together on the right, which is what the reader is to find.
    crowding = np.linspace(1.75, 0.75, _SLIDE_SHAPE[1])[None, :]
    nucleus = np.clip((cells - crowding) * 6, 0, 0.9)[..., None]
    color = (1 - nucleus) * color + nucleus * (np.array(_NUCLEUS) + 14 * grain[..., None])
    Picture.fromarray(color.clip(0, 255).astype(np.uint8)).save(path)


def write_projection(voxels: np.ndarray, path: Path) -> None:
    """A grey picture: the mean of a volume (slices, rows, columns) from front to back, the top first."""
    from PIL import Image as Picture

    mean = voxels.astype(np.float32).mean(axis=1)[::-1]
    grey = (mean / mean.max() * 255).astype(np.uint8)
    # Slices are 1.4 mm apart and columns 0.9375 mm; a picture's pixels are square.
    size = (grey.shape[1] * 2, round(grey.shape[0] * 2 * 1.4 / 0.9375))
    Picture.fromarray(grey).resize(size, Picture.Resampling.BICUBIC).save(path, quality=92)
