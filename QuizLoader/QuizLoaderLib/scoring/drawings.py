"""Two drawings of a region compared: overlap, distances in mm, volumes."""

from dataclasses import dataclass

import numpy as np

from ..images.grid import Grid


@dataclass(frozen=True, eq=False)
class DrawnVoxels:
    """A region's voxels, cut to their box, with what comparing needs of them: made once, compared often."""

    grid: Grid
    volume_ml: float

    @classmethod
    def of(cls, mask: np.ndarray, grid: Grid) -> "DrawnVoxels":
        """From (slices, rows, columns), nonzero inside.

        Raises
        ------
        ValueError
            The mask is not of the grid's shape, or the grid's axes are not at right angles.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class DrawingComparison:
    """Of two drawings on one grid.

    Two empty drawings have 1 in each overlap and 0 in each distance; one empty drawing has 0 in each overlap
    and infinite distances; ``note`` says so.
    """

    dice: float
    jaccard: float
    hausdorff_mm: float
    """Of voxel centres, as SimpleITK."""
    surface_dice: float
    tolerance_mm: float
    hd95_mm: float
    """Robust Hausdorff distance: the larger of both directions' 95th percentiles, by area."""
    mean_surface_mm: float
    """The mean of the two below."""
    mean_surface_1_mm: float
    """From the first's surface to the second's, by area."""
    mean_surface_2_mm: float
    volume_1_ml: float
    volume_2_ml: float
    note: str = ""


def compare_drawings(first: DrawnVoxels, second: DrawnVoxels, tolerance_mm: float) -> DrawingComparison:
    """All measures of two drawings, on the box of both.

    Raises
    ------
    ValueError
        The grids differ: one of them must be resampled first.

    References
    ----------
    Nikolov S et al. Clinically applicable segmentation of head and neck anatomy for radiotherapy: deep
    learning algorithm development and validation study. J Med Internet Res 2021 (surface Dice at a
    tolerance). Surface elements, their areas and distances are those of google-deepmind/surface-distance.
    """
    raise NotImplementedError
