"""The slices of a volume as planes in the patient, onto which contours are laid."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..arrays import VolumeArrays
from ..grid import RAS_TO_LPS


@dataclass(frozen=True, eq=False)
class SliceGrid:
    """Parallel slices of one size; lengths in mm, directions LPS.

    ``origins`` is (slices, 3), the centre of each slice's first voxel; ``offsets`` how far along the unit
    ``normal`` each slice lies from the coordinate origin, ascending, not always evenly.
    ``to_plane`` is (2, 3), from a displacement in mm to columns and rows. ``sources`` says for each slice
    of the volume which of these slices it shows (None: they are the same).
    """

    rows: int
    columns: int
    origins: np.ndarray
    normal: np.ndarray
    offsets: np.ndarray
    to_plane: np.ndarray
    thickness: float
    sources: np.ndarray | None = None

    @classmethod
    def of(cls, volume: VolumeArrays) -> "SliceGrid":
        """Of a volume; the slices as acquired where it was resampled from uneven ones."""
        count, rows, columns = volume.voxels.shape[:3]
        matrix = RAS_TO_LPS @ volume.ijk_to_ras
        normal = np.cross(matrix[:3, 0], matrix[:3, 1])
        normal /= np.linalg.norm(normal)
        if matrix[:3, 2] @ normal < 0:
            normal = -normal
        step = float(matrix[:3, 2] @ normal)
        acquired = volume.dicom.slice_offsets_mm if volume.dicom else ()
        regular = np.arange(count) * step
        along = np.array(acquired) if acquired else regular
        origins = matrix[:3, 3] + np.outer(along / step, matrix[:3, 2])
        sources = np.abs(regular[:, None] - along[None, :]).argmin(axis=1) if acquired else None
        to_plane = np.linalg.pinv(matrix[:3, :2])
        return cls(rows, columns, origins, normal, origins @ normal, to_plane, step, sources)

    @cached_property
    def gaps(self) -> np.ndarray:
        """(slices), the mm that belong to each: half way to its neighbours."""
        return np.diff(self.edges())

    def edges(self) -> np.ndarray:
        """(slices + 1), the offsets half way between the slices, and half a gap beyond the ends."""
        if len(self.offsets) == 1:
            return self.offsets[0] + np.array([-0.5, 0.5]) * self.thickness
        middle = (self.offsets[1:] + self.offsets[:-1]) / 2
        return np.concatenate(
            [[2 * self.offsets[0] - middle[0]], middle, [2 * self.offsets[-1] - middle[-1]]]
        )

    def slices_at(self, offsets: np.ndarray) -> np.ndarray:
        """The slices within half the local gap of offsets; -1 below, their number above."""
        edges = self.edges()
        slack = 1e-6 * self.thickness
        edges[0] -= slack
        edges[-1] += slack
        return np.searchsorted(edges, offsets, side="right") - 1
