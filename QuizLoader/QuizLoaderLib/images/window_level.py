"""The window and level with which an image starts."""

from math import gcd

import numpy as np

_SAMPLES = 500_000
_FARTHEST = 1e300
"""Values beyond count as this, that their difference is a number."""
_SHARE_LEFT_OUT = 0.1
"""Per cent of the voxels beyond either end of the window, as Slicer's automatic levels leave out."""


def automatic_window_level(*volumes: np.ndarray) -> tuple[float, float]:
    """(window, level) in voxel values from the 0.1st to the 99.9th percentile of the finite voxels of all.

    NaN and infinity do not count; outliers fall out with the percentiles. An image of almost one value gets
    its whole range, an image of one value a window of 1.
    """
    finite = np.concatenate([_sample(voxels, _SAMPLES // len(volumes)) for voxels in volumes])
    if finite.size == 0:
        return (1.0, 0.5)
    low, high = (float(value) for value in np.percentile(finite, (_SHARE_LEFT_OUT, 100 - _SHARE_LEFT_OUT)))
    if low == high:
        low, high = float(finite.min()), float(finite.max())
    return (high - low or 1.0, low + (high - low) / 2)


def _sample(voxels: np.ndarray, most: int) -> np.ndarray:
    """Evenly spread voxels as float64; the step shares no factor with the plane, so no column repeats."""
    flat = voxels.reshape(-1)
    step = max(1, flat.size // most)
    while gcd(step, voxels.shape[-1] * voxels.shape[-2]) > 1:
        step += 1
    sample = flat[::step].astype(np.float64)
    return np.clip(sample[np.isfinite(sample)], -_FARTHEST, _FARTHEST)
