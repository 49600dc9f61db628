"""Marks against the lesions they should hit."""

import numpy as np


def paired_marks(marks_lps: np.ndarray, lesions_lps: np.ndarray, tolerance_mm: float) -> np.ndarray:
    """Which mark each lesion takes: (lesions,) places among the marks, -1 where none is near enough.

    Each lesion takes the nearest mark that no other has taken, the nearest pair of all first, within
    ``tolerance_mm``. ``marks_lps`` is (marks, 3), ``lesions_lps`` (lesions, 3), both in mm.
    """
    taken = np.full(len(lesions_lps), -1)
    apart = np.linalg.norm(lesions_lps[:, None, :] - marks_lps[None, :, :], axis=2)
    apart[apart > tolerance_mm] = np.inf
    while apart.size and np.isfinite(apart.min()):
        lesion, mark = np.unravel_index(apart.argmin(), apart.shape)
        taken[lesion] = mark
        apart[lesion, :] = apart[:, mark] = np.inf
    return taken
