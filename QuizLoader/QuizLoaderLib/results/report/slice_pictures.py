"""What lies behind the drawings of the contact sheet: that slice of the image, in grey."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...images.arrays import VolumeArrays
from ...images.types import volume
from ...images.types.type_module import ReadContext
from ...quiz.image_folder import ImageFolder
from ...quiz.problems import ExplainedError
from ..drawings.image_comparison import ImageComparison, Snapshot

MARGIN = 3
"""Pixels around all drawings."""

_logger = logging.getLogger(__name__)


def slice_pictures(
    shown: Sequence[tuple[ImageComparison, Snapshot]], images: Path, remarks: list[str]
) -> dict[Snapshot, np.ndarray]:
    """The slice behind each snapshot with MARGIN pixels more on each side: (rows, columns), 0 (black) to 1.

    ``images`` is the image folder. What cannot be had is left out, with a sentence in ``remarks``.
    """
    of_image: dict[str, list[Snapshot]] = defaultdict(list)
    for comparison, snapshot in shown:
        of_image[comparison.drawings.image_path].append(snapshot)
    folder = ImageFolder(images)
    found: dict[Snapshot, np.ndarray] = {}
    for path, snapshots in of_image.items():
        try:
            found |= _slices(_read(folder, path), snapshots)
        except Exception as fault:
            # Whatever a library below did not foresee costs the pictures of this image alone.
            _logger.debug("reading %s", path, exc_info=True)
            reason = (
                fault.sentence if isinstance(fault, ExplainedError) else f"{type(fault).__name__}: {fault}"
            )
            remarks.append(f"The worst cases are shown without the image “{path}”: {reason}")
    return found


def _read(folder: ImageFolder, path: str) -> VolumeArrays:
    file = folder.find(path).path
    return volume.read(ReadContext(file, dicom_read=file.is_dir(), folder=folder))


def _slices(arrays: VolumeArrays, snapshots: Sequence[Snapshot]) -> dict[Snapshot, np.ndarray]:
    """Raises ExplainedError: the image is not what was drawn on."""
    found = {}
    for snapshot in snapshots:
        if not snapshot.grid.is_part_of(arrays.grid):
            raise ExplainedError("it is on another grid than the drawings.")
        i, j, k = np.round(snapshot.grid.indices_in(arrays.grid)[:3, 3]).astype(int)
        wide = np.pad(arrays.voxels[k].astype(float), MARGIN, mode="edge")
        rows, columns = snapshot.masks.shape[1:]
        cut = wide[j : j + rows + 2 * MARGIN, i : i + columns + 2 * MARGIN]
        found[snapshot] = _grey(cut, arrays)
    return found


def _grey(values: np.ndarray, arrays: VolumeArrays) -> np.ndarray:
    assert arrays.window_level is not None
    window, level = arrays.window_level
    grey: np.ndarray = np.clip(np.nan_to_num((values - level) / (window or 1.0)) + 0.5, 0, 1)
    return 1 - grey if arrays.is_inverted else grey
