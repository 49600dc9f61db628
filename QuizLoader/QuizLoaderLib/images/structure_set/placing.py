"""The polygons of an ROI on the slices of a grid.

Those drawn in planes across the slices are filled in their own planes, which are then sampled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..contours.fill import Block, Boundary, SlicePolygon, boundary_of, fill
from ..contours.shape_interpolation import gaps_to_fill
from ..contours.slice_grid import SliceGrid
from .file import Polygon, Roi

_COSINE_OF_ONE_DEGREE = 0.99985
_PLANE_TOLERANCE = 0.1
"""Polygons this part of a slice gap apart are still of one plane."""
_FINER = 3
_FLAT_MM = 0.1
_MOST_PIXELS = 1 << 30


@dataclass(eq=False)
class PlacedRoi:
    """The polygons of one ROI on the slices of a grid, and how many were not used.

    ``faults`` says for each reason which polygons were left out, by their numbers: those of the file, too.
    """

    polygons: list[SlicePolygon] = field(default_factory=list)
    outside: int = 0
    between: int = 0
    boundary: Boundary = Boundary.CENTER_INSIDE
    overlapping: set[int] = field(default_factory=set)
    gap_slices: int = 0
    crossing: tuple[list[Polygon], SliceGrid] | None = None
    faults: dict[str, list[int]] = field(default_factory=dict)

    def lose(self, polygon: Polygon, reason: str) -> None:
        self.faults.setdefault(reason, []).append(polygon.number)


class _Laid:
    """Polygons laid onto the slices, all at once: of each its mm along the normal (``low``, ``high``,
    ``middle``), the slice it is ``at`` (-1 and their number: beyond them), its columns and rows, and the
    ``corners`` of its box, (2, polygons) each."""

    def __init__(self, polygons: Sequence[Polygon], grid: SliceGrid) -> None:
        counts = np.array([len(polygon.points_lps) for polygon in polygons])
        self.ends = np.cumsum(counts)
        self.starts = self.ends - counts
        points = np.concatenate([polygon.points_lps for polygon in polygons]).T
        along = grid.normal @ points
        self.low, self.high = _extremes(along, self.starts)
        self.middle = (self.low + self.high) / 2
        self.at = grid.slices_at(self.middle)
        slices = np.clip(self.at, 0, len(grid.offsets) - 1)
        shifts = grid.to_plane @ grid.origins.T
        self.in_plane = grid.to_plane @ points - np.repeat(shifts[:, slices], counts, axis=1)
        self.corners = _extremes(self.in_plane, self.starts)
        limits = np.array([[grid.columns - 0.5], [grid.rows - 0.5]])
        self.is_beside: np.ndarray = np.any((self.corners[1] < -0.5) | (self.corners[0] > limits), axis=0)
        self.is_too_tilted = self.high - self.low > grid.gaps[slices]
        self.is_beyond = slices != self.at

    def polygon(self, index: int, is_xor: bool) -> SlicePolygon:
        points = self.in_plane[:, self.starts[index] : self.ends[index]]
        box = (self.corners[0][:, index], self.corners[1][:, index])
        return SlicePolygon(points, int(self.at[index]), is_xor, box)


def place(
    roi: Roi, grid: SliceGrid, boundary: Boundary | None = None, is_of_other_frame: bool = False
) -> PlacedRoi:
    """The ROI's polygons on the slices that they lie on; ``boundary`` None is found by their vertices.

    None of them where the ROI ``is_of_other_frame`` of reference.
    """
    placed = PlacedRoi(faults={reason: [*numbers] for reason, numbers in roi.faults.items()})
    if is_of_other_frame or not roi.polygons:
        for polygon in roi.polygons:
            placed.lose(polygon, "has a different frame of reference")
        placed.boundary = boundary or placed.boundary
        return placed
    laid = _Laid(roi.polygons, grid)
    placed.crossing = _crossing(roi, grid, laid)
    if placed.crossing:
        return placed
    for k, found in _by_slice(roi, laid, placed).items():
        distances = {index: float(laid.middle[index] - grid.offsets[k]) for index in found}
        nearest = min(distances.values(), key=lambda distance: (abs(distance), distance))
        for index in found:
            if abs(distances[index] - nearest) > _PLANE_TOLERANCE * grid.gaps[k]:
                placed.between += 1
            elif laid.is_beside[index]:
                placed.outside += 1
            else:
                polygon = roi.polygons[index]
                placed.polygons.append(laid.polygon(index, polygon.is_xor))
                if (count := len(polygon.points_lps)) < 3:
                    placed.lose(polygon, f"has only {count} point{'s' * (count > 1)}")
    placed.boundary = boundary or boundary_of(placed.polygons)
    if placed.boundary is Boundary.VERTICES_ON_CENTERS:
        # Drawn through voxel centres, one or two points are that many voxels: nothing is lost.
        for points in ("has only 1 point", "has only 2 points"):
            placed.faults.pop(points, None)
    gaps = gaps_to_fill({polygon.slice for polygon in placed.polygons})
    placed.gap_slices = sum(upper - lower - 1 for lower, upper in gaps)
    return placed


def _extremes(values: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.minimum.reduceat(values, starts, axis=-1), np.maximum.reduceat(values, starts, axis=-1)


def _crossing(roi: Roi, grid: SliceGrid, laid: _Laid) -> tuple[list[Polygon], SliceGrid] | None:
    """The ROI's polygons and their planes, where these are flat, parallel, and tilted against the slices."""
    areas = laid.ends - laid.starts > 2
    spreads = np.where(areas, laid.high - laid.low, 0.0)
    if float(np.max(spreads)) <= _PLANE_TOLERANCE * grid.thickness:
        return None
    drawn = [polygon for polygon in roi.polygons if len(polygon.points_lps) > 2]
    planes = _own_planes(drawn, grid)
    if planes is None or abs(planes.normal @ grid.normal) > _COSINE_OF_ONE_DEGREE:
        return None
    return drawn, planes


def _by_slice(roi: Roi, laid: _Laid, placed: PlacedRoi) -> dict[int, list[int]]:
    """For each slice the indexes of the polygons near it."""
    found: dict[int, list[int]] = {}
    for index, polygon in enumerate(roi.polygons):
        if laid.is_too_tilted[index]:
            placed.lose(polygon, "does not lie in a plane parallel to the slices of the image")
        elif laid.is_beyond[index]:
            placed.outside += 1
        else:
            found.setdefault(int(laid.at[index]), []).append(index)
    return found


def _own_planes(polygons: Sequence[Polygon], grid: SliceGrid) -> SliceGrid | None:
    """The planes that the polygons were drawn in, with pixels a third of the grid's; None where they are not
    all flat and parallel, or reach absurdly far."""
    first = max(
        (polygon.points_lps for polygon in polygons), key=lambda points: float(np.ptp(points, axis=0).max())
    )
    if len(first) < 3:
        return None
    _, sizes, axes = np.linalg.svd(first - first.mean(axis=0), full_matrices=False)
    if len(sizes) < 3 or sizes[1] < 1e-3:
        return None
    normal = axes[2]
    along = [polygon.points_lps @ normal for polygon in polygons]
    if max(float(np.ptp(one)) for one in along) > _FLAT_MM:
        return None
    offsets = np.unique(np.round([float(one.mean()) for one in along], 2))
    pixel = 1 / np.linalg.norm(grid.to_plane, axis=1).max() / _FINER
    in_plane = np.concatenate([polygon.points_lps for polygon in polygons]) @ axes[:2].T
    low, high = in_plane.min(axis=0) - pixel, in_plane.max(axis=0) + pixel
    columns, rows = (int(count) for count in np.ceil((high - low) / pixel) + 1)
    if rows * columns * len(offsets) > _MOST_PIXELS:
        return None
    origins = low @ axes[:2] + offsets[:, None] * normal
    gap = float(np.diff(offsets).min()) if len(offsets) > 1 else grid.thickness
    return SliceGrid(rows, columns, origins, normal, offsets, axes[:2] / pixel, gap)


def sampled(polygons: Sequence[Polygon], planes: SliceGrid, grid: SliceGrid) -> Iterator[Block]:
    """The ROI on the grid: each voxel takes what is at its centre in the nearest plane, within half a gap."""
    slices = planes.slices_at(np.array([float((c.points_lps @ planes.normal).mean()) for c in polygons]))
    placed = [
        SlicePolygon(planes.to_plane @ (polygon.points_lps - planes.origins[k]).T, int(k), polygon.is_xor)
        for polygon, k in zip(polygons, slices, strict=True)
    ]
    mask = np.zeros((len(planes.offsets), planes.rows, planes.columns), bool)
    for block in fill(placed, planes.rows, planes.columns, Boundary.CENTER_INSIDE):
        rows, columns = block.mask.shape[1:]
        box = slice(block.row, block.row + rows), slice(block.column, block.column + columns)
        mask[block.slices, box[0], box[1]] = block.mask
    across = np.linalg.pinv(grid.to_plane)
    row, column = np.mgrid[: grid.rows, : grid.columns]
    in_slice = np.stack([column.ravel(), row.ravel()], axis=1) @ across.T
    for k in range(len(grid.offsets)):
        centers = grid.origins[k] + in_slice
        plane = planes.slices_at(centers @ planes.normal)
        inside = (plane >= 0) & (plane < len(planes.offsets))
        position = np.rint(
            (centers - planes.origins[np.clip(plane, 0, len(planes.offsets) - 1)]) @ planes.to_plane.T
        )
        inside &= (position >= 0).all(axis=1) & (position < (planes.columns, planes.rows)).all(axis=1)
        values = np.zeros(len(centers), bool)
        at = position[inside].astype(int)
        values[inside] = mask[plane[inside], at[:, 1], at[:, 0]]
        if values.any():
            yield Block(np.array([k]), 0, 0, values.reshape(1, grid.rows, grid.columns))
