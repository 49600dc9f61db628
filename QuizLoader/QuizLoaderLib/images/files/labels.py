"""Which label values an image has, and the image that is shown for them."""

from dataclasses import dataclass

import numpy as np

from ..errors import NOT_INTEGER, ImageReadError

LARGEST_SHOWN_VALUE = 16383
"""Up to this value a label is its own index in a colour table; tables grow with it."""


@dataclass(frozen=True, eq=False)
class Labels:
    """A label image and its values.

    ``values`` are all values but 0, the background, ascending. ``shown`` is (slices, rows, columns) of
    indexes: the file's own voxels (the same buffer) unless a value is negative or above
    LARGEST_SHOWN_VALUE; then each value has its index in ``values``, counted from 1.
    ``indexes`` belong to ``values``.
    """

    values: tuple[int, ...]
    indexes: tuple[int, ...]
    shown: np.ndarray


def labels_of(name: str, voxels: np.ndarray) -> Labels:
    """The labels of an integer image; ``name`` is the file's, for the message.

    Raises ImageReadError where the voxels are no integers.
    """
    if voxels.dtype.kind not in "iu":
        sentence = f"“{name}” is not a label image: its voxels are {voxels.dtype.name} numbers."
        raise ImageReadError(NOT_INTEGER, sentence, "save it with an integer type, or show it as a Volume")
    values = tuple(values_of(voxels))
    if not values or (values[0] > 0 and values[-1] <= LARGEST_SHOWN_VALUE):
        return Labels(values, values, voxels)
    order = np.array(values, dtype=voxels.dtype)
    smallest = np.uint8 if len(values) < 256 else np.uint16 if len(values) < 65536 else np.int32
    shown = np.zeros(voxels.shape, smallest)
    for plane, target in zip(voxels, shown, strict=True):
        labelled = plane != 0
        target[labelled] = np.searchsorted(order, plane[labelled]) + 1
    return Labels(values, tuple(range(1, len(values) + 1)), shown)


def values_of(voxels: np.ndarray) -> list[int]:
    """All values of an integer image but 0, ascending; by planes, so that no working copy of a whole volume
    is made."""
    if voxels.dtype.itemsize <= 2:
        unsigned = voxels.view(f"u{voxels.dtype.itemsize}")
        seen = np.zeros(1 << 8 * voxels.dtype.itemsize, bool)
        for plane in unsigned:
            seen[plane] = True
        patterns = np.flatnonzero(seen).astype(unsigned.dtype)
        return sorted(value for value in patterns.view(voxels.dtype).tolist() if value)
    found: set[int] = set()
    for plane in voxels:
        found.update(np.unique(plane).tolist())
    return sorted(found - {0})
