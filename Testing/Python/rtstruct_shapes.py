"""Shapes whose voxels are known by formula, their contours, and a point-in-polygon test of its own.

Coordinates are (u, v, w) in mm: along the rows, along the columns and along the normal, from the middle of
the image. An equal-area polygon stands for each curve, so that drawing it neither gains nor loses.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Inside = Callable[[np.ndarray, np.ndarray, float], np.ndarray]
Cut = Callable[[float], list[np.ndarray]]


@dataclass(frozen=True)
class Shape:
    """``inside(u, v, w)`` is the truth; ``cut(w)`` its closed contours, (n, 2) of (u, v), on the plane w."""

    name: str
    inside: Inside
    cut: Cut


def circle(u: float, v: float, radius: float, stretch: float = 1.0, count: int = 0) -> np.ndarray:
    """A polygon of the area of the circle, or of the ellipse ``stretch`` times longer in u."""
    count = count or max(96, int(4 * np.pi * radius * stretch))
    angles = (np.arange(count) + 0.37) * 2 * np.pi / count
    fitted = radius * np.sqrt(2 * np.pi / (count * np.sin(2 * np.pi / count)))
    return np.stack([u + fitted * stretch * np.cos(angles), v + fitted * np.sin(angles)], axis=1)


def sphere(name: str, radius: float, u0: float, v0: float, w0: float, count: int = 0) -> Shape:
    def cut(w: float) -> list[np.ndarray]:
        left = radius**2 - (w - w0) ** 2
        return [circle(u0, v0, np.sqrt(left), count=count)] if left > 1e-9 else []

    return Shape(name, lambda u, v, w: (u - u0) ** 2 + (v - v0) ** 2 + (w - w0) ** 2 < radius**2, cut)


def tube(name: str, radius: float, u0: float, v0: float, slope: float = 0.0) -> Shape:
    """Along w, moving ``slope`` mm in u for each mm; cut across it is an ellipse."""
    stretch = np.sqrt(1 + slope**2)

    def inside(u: np.ndarray, v: np.ndarray, w: float) -> np.ndarray:
        return ((u - u0 - slope * w) / stretch) ** 2 + (v - v0) ** 2 < radius**2

    return Shape(name, inside, lambda w: [circle(u0 + slope * w, v0, radius, stretch)])


def rings(name: str, radii: tuple[float, ...], u0: float, v0: float) -> Shape:
    """Radii from outside to inside: outline, hole, island, ..."""

    def inside(u: np.ndarray, v: np.ndarray, w: float) -> np.ndarray:
        distance = (u - u0) ** 2 + (v - v0) ** 2
        return np.sum([distance < radius**2 for radius in radii], axis=0) % 2 == 1

    return Shape(name, inside, lambda w: [circle(u0, v0, radius) for radius in radii])


def keyhole(name: str, outer: float, inner: float, u0: float, v0: float) -> Shape:
    """An annulus as one contour, with a channel of no width (DICOM PS3.3 C.8.8.6.3)."""

    def cut(w: float) -> list[np.ndarray]:
        ring, hole = circle(u0, v0, outer), circle(u0, v0, inner)[::-1]
        return [np.concatenate([ring, ring[:1], hole, hole[:1]])]

    return Shape(name, rings(name, (outer, inner), u0, v0).inside, cut)


def blobs(name: str, radius: float, u0: float, v0: float, apart: float) -> Shape:
    def inside(u: np.ndarray, v: np.ndarray, w: float) -> np.ndarray:
        return ((u - u0) ** 2 + (v - v0) ** 2 < radius**2) | (
            (u - u0 - apart) ** 2 + (v - v0) ** 2 < radius**2
        )

    return Shape(name, inside, lambda w: [circle(u0, v0, radius), circle(u0 + apart, v0, radius)])


def disc(name: str, radius: float, u0: float, v0: float, thickness: float, count: int) -> Shape:
    def inside(u: np.ndarray, v: np.ndarray, w: float) -> np.ndarray:
        return ((u - u0) ** 2 + (v - v0) ** 2 < radius**2) & (abs(w) < thickness / 2)

    def polygons(w: float) -> list[np.ndarray]:
        return [circle(u0, v0, radius, count=count)] if abs(w) < thickness / 2 else []

    return Shape(name, inside, polygons)


def box(name: str, u0: float, u1: float, v0: float, v1: float) -> Shape:
    corners = np.array([[u0, v0], [u1, v0], [u1, v1], [u0, v1]])
    return Shape(name, lambda u, v, w: (u > u0) & (u < u1) & (v > v0) & (v < v1), lambda w: [corners])


SHAPES = (
    sphere("Sphere60", 60, 0.31, -0.17, 1.3),
    sphere("Sphere20", 20, 21.7, 12.9, -4.1),
    sphere("Sphere5", 5, -40.3, 30.2, 0.4, count=400),
    tube("Tube", 12, -30.4, -30.7),
    tube("ObliqueTube", 9, 10.2, -22.6, slope=0.6),
    tube("ThinTube", 2.5, 45.13, -8.7),
    tube("ThinObliqueTube", 2.5, -5.3, 41.2, slope=0.7),
    rings("Annulus", (20, 11), -20.2, 18.6),
    rings("AnnulusIsland", (24, 16, 8), -18.7, 16.1),
    keyhole("Keyhole", 18, 9, 25.3, -20.9),
    blobs("TwoBlobs", 11, -20.6, 2.3, 41.0),
    box("Box", -15.3, 22.9, -33.1, 8.4),
    disc("Dense", 50, 1.1, 0.7, thickness=8, count=5000),
)


def in_polygons(u: np.ndarray, v: np.ndarray, polygons: list[np.ndarray]) -> np.ndarray:
    """(len(v), len(u)): whether each point is inside an odd number of polygons, by counting for every point
    which of all the edges a ray to the right meets."""
    odd = np.zeros((len(v), len(u)), bool)
    for polygon in polygons:
        (u0, v0), (u1, v1) = polygon.T, np.roll(polygon, -1, axis=0).T
        for row, height in enumerate(v):
            met = (v0 > height) != (v1 > height)
            crossings = u0[met] + (height - v0[met]) / (v1[met] - v0[met]) * (u1[met] - u0[met])
            odd[row] ^= (u[:, None] < crossings[None, :]).sum(axis=1) % 2 == 1
    return odd


def dice(a: np.ndarray, b: np.ndarray) -> float:
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else 1.0
