"""A chest that nobody owns: a CT with three nodules in the lungs, made from formulas and smooth noise.

Everything is built in LPS in mm, the origin amid the chest: x to the left, y to the back, z to the head.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .head import smoothed

SHAPE = (88, 224, 224)
SPACING_MM = (1.5, 1.5, 2.5)
SEED = 1895

AIR, LUNG, FAT, MUSCLE, BLOOD, HEART, BONE, MARROW = -1000, -850, -95, 45, 60, 50, 600, 180
NOISE_HU = 11.0


@dataclass(frozen=True)
class Nodule:
    """``core_mm`` is the radius of its solid part."""

    kind: str
    center_lps: tuple[float, float, float]
    radius_mm: float
    core_mm: float


NODULES = (
    Nodule("solid", (74.0, -34.0, 8.0), 7.0, 7.0),
    Nodule("part-solid", (-72.0, -22.0, 8.0), 11.0, 4.5),
    Nodule("solid", (-66.0, 38.0, -30.0), 3.5, 3.5),
)
_GROUND_GLASS = -560

_HILA = ((-26.0, 12.0, 4.0), (28.0, 12.0, 8.0))
_ROOT_MM, _THINNEST_MM, _STEPS_A_RADIUS = 5.2, 0.8, 1.0
_BRANCH_MM, _FORK = 26.0, 0.62
_SLICES, _ROWS, _COLUMNS = np.ogrid[tuple(map(slice, SHAPE))]

Axes = tuple[np.ndarray, np.ndarray, np.ndarray]


def make_chest() -> np.ndarray:
    """Hounsfield units, int16 (slices, rows, columns) = SHAPE; the same chest at each call, in a second or
    two. Its middle is at the origin, its axes are those of the patient."""
    random = np.random.default_rng(SEED)
    axes = _axes()
    lung = _lungs(axes)
    hu = _tissue(axes, lung)
    texture = smoothed(random.standard_normal(SHAPE).astype(np.float32), 1.6)
    # What lies lower is denser.
    aerated = LUNG + 22 * texture + 0.35 * axes[1]
    hu = np.where(lung < 0, aerated, hu)
    is_inside = lung < -1.5
    for point, radius in _vessels(random):
        _put_ball(hu, point, radius, BLOOD, within=is_inside)
    for each in NODULES:
        if each.core_mm < each.radius_mm:
            _put_ball(hu, each.center_lps, each.radius_mm, _GROUND_GLASS, rough=texture)
        _put_ball(hu, each.center_lps, each.core_mm, MUSCLE, rough=texture)
    hu += NOISE_HU * smoothed(random.standard_normal(SHAPE).astype(np.float32), 0.6)
    return hu.round().clip(-1024, 3071).astype(np.int16)


def origin_lps() -> np.ndarray:
    """The centre of the first voxel in mm."""
    return -(np.array(SHAPE[::-1]) - 1) / 2 * SPACING_MM


def _axes() -> Axes:
    """The coordinates of all voxels in mm, each shaped so that they broadcast to SHAPE."""
    x, y, z = (
        (origin + np.arange(count) * spacing).astype(np.float32)
        for origin, count, spacing in zip(origin_lps(), SHAPE[::-1], SPACING_MM, strict=True)
    )
    return x[None, None, :], y[None, :, None], z[:, None, None]


def _ellipsoid(axes: Axes, center: tuple[float, ...], radii: tuple[float, ...]) -> np.ndarray:
    """About the distance to its surface in mm, negative inside; a radius of 0 is that of a cylinder."""
    scaled = [(axis - c) / r for axis, c, r in zip(axes, center, radii, strict=True) if r]
    return (np.sqrt(sum(each**2 for each in scaled)) - 1) * min(r for r in radii if r)


def _lungs(axes: Axes) -> np.ndarray:
    """About the distance to the walls of both lungs."""
    z = axes[2]
    lungs = []
    for side in (-1, 1):
        width = np.sqrt(np.clip(1 - ((z + 60) / 172) ** 2, 0.02, 1))
        wall = _ellipsoid(
            ((axes[0] - side * (66 - 10 * (1 - width))) / width, axes[1] / width, z), (0, 2, 0), (54, 82, 0)
        )
        dome = _ellipsoid(axes, (side * 62.0, 0.0, -150.0), (66.0, 88.0, 72.0))
        lungs.append(np.maximum(wall, -dome))
    spine = _ellipsoid(axes, (0.0, 66.0, 0.0), (29.0, 34.0, 0.0))
    heart = _ellipsoid(axes, (20.0, -24.0, -62.0), (58.0, 44.0, 56.0))
    vessels = _ellipsoid(axes, (0.0, -4.0, 0.0), (26.0, 36.0, 0.0))
    return np.maximum(np.minimum(*lungs), -np.minimum(np.minimum(spine, heart), vessels))


def _tissue(axes: Axes, lung: np.ndarray) -> np.ndarray:
    """What is around the lungs, before any noise."""
    x, y, z = axes
    body = _ellipsoid((x, y, z), (0.0, 4.0, 0.0), (155.0, 112.0, 0.0)) + 0 * z
    hu = np.full(SHAPE, float(AIR), np.float32)
    hu[body < 0] = FAT
    hu[(body < 0) & (body > -2.5)] = MUSCLE
    hu[body < -14] = MUSCLE
    hu[np.broadcast_to(_ellipsoid(axes, (0, -26, 0), (34, 42, 0)) < 0, SHAPE)] = FAT
    for center, radii, value in (
        ((20.0, -24.0, -62.0), (52.0, 38.0, 50.0), HEART),
        ((8.0, -30.0, 10.0), (14.0, 15.0, 0.0), BLOOD),
        ((24.0, 42.0, 0.0), (12.0, 12.0, 0.0), BLOOD),
        ((-22.0, -18.0, 60.0), (9.0, 10.0, 60.0), BLOOD),
        ((0.0, 14.0, 70.0), (9.0, 8.0, 66.0), AIR),
        ((-2.0, 28.0, 0.0), (6.0, 5.0, 0.0), MUSCLE),
    ):
        hu[np.broadcast_to(_ellipsoid(axes, center, radii) < 0, SHAPE)] = value
    _put_bones(hu, axes, lung)
    return hu


def _put_bones(hu: np.ndarray, axes: Axes, lung: np.ndarray) -> None:
    x, y, z = axes
    # Ribs lie around the lungs and fall towards the front; neither in the heart nor at the midline.
    level = np.mod(z + 0.38 * (80 - y), 27.0) - 13.5
    rib = np.abs(np.sqrt((lung - 8) ** 2 + (0.8 * level) ** 2)) - 5.0
    is_near_wall = (np.abs(x) > 22) & (_ellipsoid(axes, (0, 0, 0), (90, 78, 0)) > 0) & (z > -200)
    for shape, limit in (
        (np.where(is_near_wall & (lung > 1), rib, 9), 1.6),
        (np.broadcast_to(_ellipsoid(axes, (0, 72, 0), (19, 16, 0)), SHAPE), 2.5),
        (np.broadcast_to(_ellipsoid(axes, (0, -84, 0), (17, 6, 0)), SHAPE), 1.8),
    ):
        hu[shape < 0] = BONE
        hu[shape < -limit] = MARROW
    disc = np.mod(z, 26.0) < 5
    hu[np.broadcast_to(disc & (_ellipsoid(axes, (0, 72, 0), (18, 15, 0)) < 0), SHAPE)] = 90
    arch = _ellipsoid(axes, (0, 96, 0), (14, 15, 0))
    hu[np.broadcast_to(arch < 0, SHAPE)] = BONE
    hu[np.broadcast_to(_ellipsoid(axes, (0, 94, 0), (9, 9, 0)) < 0, SHAPE)] = 25


def _vessels(random: np.random.Generator) -> Iterator[tuple[np.ndarray, float]]:
    """Points along the branches of both lungs, each with the radius there in mm."""
    for root in _HILA:
        side = np.sign(root[0])
        for z in (-1.0, -0.45, 0.1, 0.7):
            for y in (-0.75, 0.0, 0.8):
                yield from _branch(random, np.array(root), np.array([side, y, z]), _ROOT_MM)


def _branch(
    random: np.random.Generator, start: np.ndarray, direction: np.ndarray, radius: float
) -> Iterator[tuple[np.ndarray, float]]:
    point, heading = start, direction / np.linalg.norm(direction)
    step = max(radius, 1.4) / _STEPS_A_RADIUS
    for _ in range(int(_BRANCH_MM * random.uniform(0.7, 1.2) / step)):
        heading = heading + random.normal(0, 0.07 * np.sqrt(step), 3)
        heading /= np.linalg.norm(heading)
        point = point + step * heading
        yield point, radius
    if radius * _FORK > _THINNEST_MM:
        for turn in random.normal(0, 0.5, (2, 3)):
            yield from _branch(random, point, heading + turn, radius * random.uniform(_FORK, 0.8))


def _put_ball(
    hu: np.ndarray,
    center_lps: "np.ndarray | tuple[float, float, float]",
    radius_mm: float,
    value: float,
    within: np.ndarray | None = None,
    rough: np.ndarray | None = None,
) -> None:
    """Blend a ball in that is denser than what is there, with an edge as wide as a voxel; ``rough`` makes it
    uneven."""
    middle = (np.asarray(center_lps) - origin_lps()) / SPACING_MM
    reach = (radius_mm + 1.5) / np.array(SPACING_MM)
    first = np.maximum(np.ceil(middle - reach), 0).astype(int)
    last = np.minimum(np.floor(middle + reach) + 1, SHAPE[::-1]).astype(int)
    if (first >= last).any():
        return
    box = tuple(slice(start, end) for start, end in zip(first[::-1], last[::-1], strict=True))
    if within is not None and not within[box].any():
        return
    indices = _SLICES[box[0]], _ROWS[:, box[1]], _COLUMNS[:, :, box[2]]
    lengths = zip(indices, middle[::-1], SPACING_MM[::-1], strict=True)
    distance = np.sqrt(sum(((index - at) * mm) ** 2 for index, at, mm in lengths)) - radius_mm
    if rough is not None:
        distance = distance + 0.5 * rough[box]
    share = np.clip(0.5 - distance / SPACING_MM[0], 0, 1)
    if within is not None:
        share = share * within[box]
    hu[box] += share * np.maximum(value - hu[box], 0)
