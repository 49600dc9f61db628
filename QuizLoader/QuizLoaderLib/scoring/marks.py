"""Marks against the lesions they should hit."""

import numpy as np

from ..images.grid import LPS_TO_RAS, moved


def paired_marks(marks_lps: np.ndarray, lesions_lps: np.ndarray, tolerance_mm: float) -> np.ndarray:
    """As ``paired_by_distance``, of points in mm: ``marks_lps`` (marks, 3), ``lesions_lps`` (lesions, 3)."""
    apart_mm = np.linalg.norm(lesions_lps[:, None, :] - marks_lps[None, :, :], axis=2)
    return paired_by_distance(apart_mm, np.full(len(lesions_lps), tolerance_mm))


def paired_by_distance(apart_mm: np.ndarray, tolerances_mm: np.ndarray) -> np.ndarray:
    """Which mark each lesion takes: (lesions,) places among the marks, -1 where none is near enough.

    Each lesion takes the nearest mark that no other has taken, the nearest pair of all first, within its own
    tolerance; of marks that are equally near the first. ``apart_mm`` is (lesions, marks).
    """
    taken = np.full(len(apart_mm), -1)
    # What lies just at the tolerance is not lost by the last digit of a distance.
    is_near = apart_mm <= tolerances_mm[:, None] + _ALMOST_MM
    apart_mm = np.where(is_near, apart_mm, np.inf)
    while apart_mm.size and np.isfinite(apart_mm.min()):
        lesion, mark = np.unravel_index(apart_mm.argmin(), apart_mm.shape)
        taken[lesion] = mark
        apart_mm[lesion, :] = apart_mm[:, mark] = np.inf
    return taken


def distances_mm(points_lps: np.ndarray, voxels_ijk: np.ndarray, ijk_to_ras: np.ndarray) -> np.ndarray:
    """(points,): how far each is from the nearest of these voxels, 0 within one; infinite without any.

    ``points_lps`` is (points, 3) in mm, ``voxels_ijk`` (voxels, 3). A voxel is the box around its centre; the
    axes of the grid are at right angles.
    """
    edges_mm = np.linalg.norm(ijk_to_ras[:3, :3], axis=0)
    points_ijk = moved(np.linalg.inv(ijk_to_ras), moved(LPS_TO_RAS, points_lps))
    found = np.full(len(points_lps), np.inf)
    for place, point in enumerate(points_ijk if len(voxels_ijk) else ()):
        gaps_mm = np.maximum(np.abs(voxels_ijk - point) - 0.5, 0) * edges_mm
        found[place] = np.sqrt((gaps_mm**2).sum(axis=1).min())
    return found


_ALMOST_MM = 1e-6
"""Centres of marks are saved to a millionth of a mm."""
