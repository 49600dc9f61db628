"""Where voxels are: a grid in RAS, and the way between RAS and LPS."""

from dataclasses import dataclass

import numpy as np

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""4x4, mm; DICOM and ITK count to the patient's left and back (LPS), MRML to the right and front (RAS)."""
RAS_TO_LPS = LPS_TO_RAS
"""Its own inverse, by the name that says the direction."""
_LARGEST_SHEAR = 1e-3
"""Of axes that count as at right angles: the cosine between two of them. Headers have few digits."""


@dataclass(frozen=True, eq=False)
class Grid:
    """``shape`` is (slices, rows, columns); ``ijk_to_ras`` a 4x4 matrix from voxel centres to RAS in mm."""

    shape: tuple[int, int, int]
    ijk_to_ras: np.ndarray

    @classmethod
    def of(cls, voxels: np.ndarray, ijk_to_ras: np.ndarray) -> "Grid":
        """That of voxels (slices, rows, columns) or, for colours, with the components behind."""
        slices, rows, columns = voxels.shape[:3]
        return cls((slices, rows, columns), ijk_to_ras)

    @property
    def spacing_mm(self) -> tuple[float, ...]:
        """From column to column, row to row and slice to slice, in a millionth of a mm."""
        return _rounded(np.linalg.norm(self.ijk_to_ras[:3, :3], axis=0))

    @property
    def origin_ras_mm(self) -> tuple[float, ...]:
        """The centre of the first voxel."""
        return _rounded(self.ijk_to_ras[:3, 3])

    @property
    def directions_ras(self) -> tuple[tuple[float, ...], ...]:
        """The unit vectors along a row, a column and the slices."""
        axes = self.ijk_to_ras[:3, :3]
        return tuple(_rounded(axis) for axis in (axes / np.linalg.norm(axes, axis=0)).T)

    @property
    def is_rectangular(self) -> bool:
        """Whether the axes are at right angles."""
        return at_right_angles(self.ijk_to_ras[:3, :3])

    @property
    def voxel_ml(self) -> float:
        """The volume of a voxel in ml."""
        return float(abs(np.linalg.det(self.ijk_to_ras[:3, :3]))) / 1000.0

    def is_like(self, other: "Grid") -> bool:
        """The same voxels at the same points, to within a thousandth of a voxel."""
        if self.shape != other.shape:
            return False
        corners = self.corners
        return bool(np.abs(moved(self.indices_in(other), corners) - corners).max() < 1e-3)

    def is_part_of(self, other: "Grid") -> bool:
        """Whether each voxel is one of the other grid's, to within a thousandth of a voxel."""
        corners = self.corners
        there = moved(self.indices_in(other), corners)
        steps = there - there[0]
        return bool(
            np.abs(there - np.round(there)).max() < 1e-3
            and np.abs(steps - (corners - corners[0])).max() < 1e-3
            and (there > -0.5).all()
            and (there < np.array(other.shape[::-1]) - 0.5).all()
        )

    @property
    def corners(self) -> np.ndarray:
        """The indices (i, j, k) of the eight voxels at the ends, (8, 3)."""
        ends = [(0, size - 1) for size in self.shape[::-1]]
        return np.array([(i, j, k) for i in ends[0] for j in ends[1] for k in ends[2]])

    def indices_in(self, other: "Grid") -> np.ndarray:
        """The 4x4 matrix from (i, j, k, 1) of this grid to those of the other."""
        return np.linalg.inv(other.ijk_to_ras) @ self.ijk_to_ras


def _rounded(numbers: np.ndarray) -> tuple[float, ...]:
    """Without the digits that only the arithmetic made; adding 0 takes the sign off a zero."""
    return tuple((numbers.round(6) + 0.0).tolist())


def at_right_angles(axes: np.ndarray) -> bool:
    """Whether the columns of a 3x3 matrix are, of whatever length but 0."""
    directions = axes / np.linalg.norm(axes, axis=0)
    return bool(np.abs(directions.T @ directions - np.eye(3)).max() <= _LARGEST_SHEAR)


def moved(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points (n, 3) by a 4x4 matrix."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]
