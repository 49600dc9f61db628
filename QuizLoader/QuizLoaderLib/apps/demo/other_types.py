"""Sample images of the other Types: the head over time, and pictures in colours and grey."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .head import smoothed

if TYPE_CHECKING:
    import SimpleITK as sitk

FRAMES = 10
SECONDS_A_FRAME = 12.0
ARRIVAL_SECONDS = 20.0

_SEED = 1876
_WASH_IN_SECONDS, _WASH_OUT_SECONDS = 14.0, 160.0
_TUMOUR_GAIN, _BRAIN_GAIN = 1500.0, 90.0
_SLIDE_SHAPE = (600, 800)
_MUSCLE, _STROMA, _NUCLEUS = (236, 170, 196), (248, 222, 232), (92, 58, 140)


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
