"""Marks as shapes in the patient: where they are, how large, and the image values under them. numpy only."""

from dataclasses import dataclass

import numpy as np

from ..quiz.marked import ARROW_END, ARROW_LEFT, ARROW_RIGHT, ARROW_TIP
from ..quiz.question_types import MarkTool
from .grid import Grid, moved

ELLIPSE_ANGLES = np.arange(8) * np.pi / 4
"""Of the points by which an ellipse is known, around its centre."""

_PARTS = (0.0, 0.1, 0.5, 0.9)
"""Where each side of an arrow has its ARROW_PARTS points: a file does not say that a curve is straight, and
Slicer's spline through these almost is."""

_LONGEST_HEAD, _HALF_WIDTH = 0.25, 0.4
"""Of the length of an arrow, and of the length of its head: how far this reaches to either side."""

_ALMOST = 1e-9
_CHUNK_VOXELS = 1 << 16


@dataclass(frozen=True, eq=False)
class MarkShape:
    """``points`` is (points, 3) in mm, in one frame with whatever it is compared with.

    A Point has one, a Line two, an Angle three (the second is its vertex), a Box its four corners one after
    the other, an Ellipse those at ELLIPSE_ANGLES, a Curve its outline, an Arrow its tip and its end.
    ``depth_mm`` is that of a Box across its plane.
    """

    tool: MarkTool
    points: np.ndarray
    depth_mm: float = 0.0


@dataclass(frozen=True)
class ValueStatistics:
    """Of the voxels under a mark: ``sd`` divides by their number."""

    voxels: int
    mean: float
    sd: float
    minimum: float
    maximum: float


def centre(shape: MarkShape) -> np.ndarray:
    """(3,) mm: the vertex of an angle, the tip of an arrow, the centre of gravity of what has an area, else
    the mean point."""
    points = shape.points
    if shape.tool is MarkTool.ANGLE:
        return points[1]
    if shape.tool is MarkTool.ARROW:
        return points[0]
    if shape.tool is not MarkTool.CURVE or not np.linalg.norm(_area_vector(points)):
        return points.mean(axis=0)
    normal = _area_vector(points)
    start, ends = points[0], np.roll(points, -1, axis=0)
    parts = np.cross(points - start, ends - start) @ normal
    return start + (parts[:, None] * (points + ends - 2 * start)).sum(axis=0) / (3 * parts.sum())


def size(shape: MarkShape) -> float | None:
    """The length in mm, the angle in degrees, or the area in mm2; a point and an arrow have none."""
    points = shape.points
    if shape.tool in (MarkTool.POINT, MarkTool.ARROW):
        return None
    if shape.tool is MarkTool.LINE:
        return float(np.linalg.norm(points[1] - points[0]))
    if shape.tool is MarkTool.ANGLE:
        arms = points[[0, 2]] - points[1]
        # Exact for small angles too, where a cosine is not.
        return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(*arms)), arms[0] @ arms[1])))
    if shape.tool is MarkTool.ELLIPSE:
        return float(np.pi * np.linalg.norm(np.cross(*half_axes(shape))))
    return float(np.linalg.norm(_area_vector(points)))


def half_axes(shape: MarkShape) -> tuple[np.ndarray, np.ndarray]:
    """Two (3,) in mm from the centre of a Box to the middles of two sides, or conjugate radii of an Ellipse,
    those that fit its points best."""
    points = shape.points
    if shape.tool is MarkTool.BOX:
        return (points[1] - points[0]) / 2, (points[3] - points[0]) / 2
    return np.cos(ELLIPSE_ANGLES) @ points / 4, np.sin(ELLIPSE_ANGLES) @ points / 4


def ellipse_points(middle: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(8, 3): the points of the ellipse with these conjugate radii."""
    return middle + np.outer(np.cos(ELLIPSE_ANGLES), one) + np.outer(np.sin(ELLIPSE_ANGLES), other)


def made_an_ellipse_again(before: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(8, 3): an ellipse whose points were moved from ``before``. Where it is one point that was moved, the
    ellipse goes through it and, still, through the one opposite."""
    changed = np.flatnonzero(np.abs(points - before).max(axis=1) > _ALMOST)
    if len(changed) != 1:
        return ellipse_points(points.mean(axis=0), *half_axes(MarkShape(MarkTool.ELLIPSE, points)))
    point, angle = int(changed[0]), ELLIPSE_ANGLES[changed[0]]
    one, other = half_axes(MarkShape(MarkTool.ELLIPSE, before))
    middle = (points[point] + points[point - 4]) / 2
    along, across = points[point] - middle, np.cos(angle) * other - np.sin(angle) * one
    one, other = (
        np.cos(angle) * along - np.sin(angle) * across,
        np.sin(angle) * along + np.cos(angle) * across,
    )
    return ellipse_points(middle, one, other)


def arrow_points(tip: np.ndarray, end: np.ndarray, across: np.ndarray, head_mm: float) -> np.ndarray:
    """(ARROW_POINTS, 3): the line that draws an arrow. ``across`` leads to the side of its head, as far as it
    is not along the arrow; of a short arrow the head is shorter."""
    length = np.linalg.norm(tip - end)
    along, head = (tip - end) / length, min(head_mm, _LONGEST_HEAD * length)
    side = across - along * (across @ along)
    side *= _HALF_WIDTH * head / np.linalg.norm(side)
    neck = tip - head * along
    corners = np.array([end, neck, neck + side, tip, neck - side, neck])
    sides = np.diff(corners, axis=0)[:, None] * np.array(_PARTS)[:, None]
    return np.concatenate([(corners[:-1, None] + sides).reshape(-1, 3), corners[-1:]])


def made_an_arrow_again(before: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(ARROW_POINTS, 3): an arrow whose tip or end was moved from ``before``, its head still in the same
    plane; as before where they were moved to one place."""
    tip, end = points[ARROW_TIP], points[ARROW_END]
    if np.linalg.norm(tip - end) <= _ALMOST:
        return before
    along, side = before[ARROW_TIP] - before[ARROW_END], before[ARROW_LEFT] - before[ARROW_RIGHT]
    across = np.cross(np.cross(along, side), tip - end)
    # Out of that plane at right angles, its head keeps its sides.
    head_mm = float(np.linalg.norm(side)) / (2 * _HALF_WIDTH)
    return arrow_points(tip, end, across if np.linalg.norm(across) > _ALMOST else side, head_mm)


def voxels_under(shape: MarkShape, grid: Grid) -> np.ndarray:
    """(voxels, 3): the indices (i, j, k) of the voxels whose centres a Box, Ellipse or Curve has in it.

    Across its plane these are the voxels of one layer, half a voxel to each side (the edge of the voxel that
    is longest there), or those of a Box that is deeper. ``shape`` and ``grid`` are in RAS.
    """
    normal = _area_vector(shape.points)
    if not shape.tool.has_area or not np.linalg.norm(normal):
        return np.empty((0, 3), int)
    normal = normal / np.linalg.norm(normal)
    layer_mm = np.abs(normal @ grid.ijk_to_ras[:3, :3]).max()
    half_mm = max(layer_mm, shape.depth_mm if shape.tool is MarkTool.BOX else 0.0) / 2
    outline = _outline(shape)
    around = np.concatenate([outline - half_mm * normal, outline + half_mm * normal])
    indices = moved(np.linalg.inv(grid.ijk_to_ras), around)
    low = np.maximum(np.floor(indices.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(indices.max(axis=0)).astype(int) + 1, grid.shape[::-1])
    if (high <= low).any():
        return np.empty((0, 3), int)
    box = np.stack(np.meshgrid(*map(np.arange, low, high), indexing="ij"), axis=-1).reshape(-1, 3)
    away = (moved(grid.ijk_to_ras, box) - centre(shape)) @ normal
    # Of two layers of voxels that are equally near, one.
    slack = _ALMOST * half_mm
    box = box[(away > slack - half_mm) & (away <= half_mm + slack)]
    chunks = range(0, len(box), _CHUNK_VOXELS)
    inside = [_is_in_outline(shape, moved(grid.ijk_to_ras, box[at : at + _CHUNK_VOXELS])) for at in chunks]
    return box[np.concatenate(inside)] if inside else box


def statistics(shape: MarkShape, voxels: np.ndarray, ijk_to_ras: np.ndarray) -> ValueStatistics | None:
    """Of the values of ``voxels`` (slices, rows, columns) under the mark, which is in RAS; None where it has
    no voxel's centre in it, or no area."""
    i, j, k = voxels_under(shape, Grid.of(voxels, ijk_to_ras)).T
    values = voxels[k, j, i].astype(float)
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    return ValueStatistics(
        values.size, float(values.mean()), float(values.std()), float(values.min()), float(values.max())
    )


def _area_vector(points: np.ndarray) -> np.ndarray:
    """(3,): as long as the area of the polygon in mm2, and at right angles to it."""
    from_first = points - points[0]
    return np.cross(from_first, np.roll(from_first, -1, axis=0)).sum(axis=0) / 2


def _outline(shape: MarkShape) -> np.ndarray:
    """Points around all of it."""
    if shape.tool is not MarkTool.ELLIPSE:
        return shape.points
    one, other = half_axes(shape)
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return centre(shape) + signs @ np.stack([one, other])


def _is_in_outline(shape: MarkShape, points: np.ndarray) -> np.ndarray:
    """(points,) bool: seen along the normal; what lies on the edge is in a Box and in an Ellipse."""
    if shape.tool is MarkTool.CURVE:
        return _is_in_polygon(shape.points, points)
    parts = (points - centre(shape)) @ np.linalg.pinv(np.stack(half_axes(shape)))
    if shape.tool is MarkTool.BOX:
        return (np.abs(parts) <= 1 + _ALMOST).all(axis=1)
    return (parts**2).sum(axis=1) <= 1 + _ALMOST


def _is_in_polygon(polygon: np.ndarray, points: np.ndarray) -> np.ndarray:
    """By how often a ray crosses the edges."""
    normal = _area_vector(polygon)
    across = np.cross(normal, np.eye(3)[np.abs(normal).argmin()])
    axes = np.stack([across / np.linalg.norm(across), np.cross(normal, across) / np.linalg.norm(normal)])
    corners, (x, y) = polygon @ axes.T, (points @ axes.T).T
    is_in = np.zeros(len(points), bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        crosses = (y1 > y) != (y2 > y)
        if crosses.any():
            is_in ^= crosses & (x < x1 + (y - y1) / (y2 - y1 or 1.0) * (x2 - x1))
    return is_in
