"""The window and level with which an image starts."""

from math import gcd

import numpy as np

_SAMPLES = 500_000
_FARTHEST = 1e300
"""Values beyond count as this, that their difference is a number."""
_SHARE_LEFT_OUT = 0.1
"""Per cent of the voxels beyond either end of the window, as Slicer's automatic levels leave out."""


_SOFT_TISSUE = (350.0, 40.0)
"""In HU, as Slicer's preset for the abdomen."""
_AIR = (-1100.0, -900.0)
_FAT = -20.0
_LOWEST_OF_CT = -3100.0
"""What lies beyond the field of view may have less than air."""
_SHARE_SEEN = 0.01
_SHARE_OF_AIR = 0.05


def automatic_window_level(*volumes: np.ndarray, modality: str = "") -> tuple[float, float]:
    """(window, level) in voxel values by what DICOM calls the ``modality``, empty where nobody knows it.

    Soft tissue for CT, also where only the values say that it is one; from 0 to the 99.9th percentile for
    nuclear medicine and doses; else from the 0.1st to the 99.9th percentile of the finite voxels of all. NaN
    and infinity do not count; outliers fall out with the percentiles. An image of almost one value gets its
    whole range, an image of one value a window of 1.
    """
    finite = np.concatenate([_sample(voxels, _SAMPLES // len(volumes)) for voxels in volumes])
    if finite.size == 0:
        return (1.0, 0.5)
    if _shows_soft_tissue(finite) and (modality == "CT" or not modality and _is_like_ct(finite)):
        return _SOFT_TISSUE
    low, high = (float(value) for value in np.percentile(finite, (_SHARE_LEFT_OUT, 100 - _SHARE_LEFT_OUT)))
    if modality in _FROM_ZERO and high > 0:
        low = 0.0
    if low == high:
        low, high = float(finite.min()), float(finite.max())
    return (high - low or 1.0, low + (high - low) / 2)


_FROM_ZERO = ("PT", "NM", "RTDOSE")


def _shows_soft_tissue(values: np.ndarray) -> bool:
    """Whether its window has something to show, in an image with air or fat: else they are no Hounsfield
    units, whatever the header says, as where it has lost its rescale."""
    window, level = _SOFT_TISSUE
    in_window = _share(values, level - window / 2, level + window / 2)
    return min(in_window, _share(values, _AIR[0], _FAT)) >= _SHARE_SEEN


def _is_like_ct(values: np.ndarray) -> bool:
    """Whether they are whole numbers that begin about the air of Hounsfield's scale, with some of it."""
    is_whole = bool((values == np.round(values)).all())
    return is_whole and values.min() >= _LOWEST_OF_CT and _share(values, *_AIR) >= _SHARE_OF_AIR


def _share(values: np.ndarray, low: float, high: float) -> float:
    return float(((values >= low) & (values <= high)).mean())


def _sample(voxels: np.ndarray, most: int) -> np.ndarray:
    """Evenly spread voxels as float64; the step shares no factor with the plane, so no column repeats."""
    flat = voxels.reshape(-1)
    step = max(1, flat.size // most)
    while gcd(step, voxels.shape[-1] * voxels.shape[-2]) > 1:
        step += 1
    sample = flat[::step].astype(np.float64)
    return np.clip(sample[np.isfinite(sample)], -_FARTHEST, _FARTHEST)
