"""Outlines in dashes, as voxels: Slicer draws those of segments solid."""

import numpy as np

_DASH = 4
"""Voxels of the outline in a dash, and in the gap behind it."""


def dashes(region: np.ndarray) -> np.ndarray:
    """Every other piece of the outline on each slice of (slices, rows, columns); from slice to slice they
    change places, so that a section across the slices is dashed too."""
    wide = np.pad(region, ((0, 0), (1, 1), (1, 1)))
    inner = wide[:, :-2, 1:-1] & wide[:, 2:, 1:-1] & wide[:, 1:-1, :-2] & wide[:, 1:-1, 2:]
    outline = region & ~inner
    for number, plane in enumerate(outline):
        rows, columns = np.nonzero(plane)
        if len(rows):
            turns = np.arctan2(rows - rows.mean(), columns - columns.mean()) / (2 * np.pi)
            pieces = 2 * max(2, round(len(rows) / (2 * _DASH)))
            is_gap = (np.floor(turns * pieces) + number // _DASH) % 2 == 1
            plane[rows[is_gap], columns[is_gap]] = False
    return outline
