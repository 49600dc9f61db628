"""What whole regions become when they are filled between slices, smoothed, grown, combined and copied."""

import numpy as np
import pytest
from QuizLoaderLib.images.grid import Grid
from QuizLoaderLib.reader.drawing.region_filters import (
    NothingToDoError,
    Voxels,
    combined,
    copied_from_beside,
    filled_between_slices,
    grown,
    smoothed,
)

SHAPE = (40, 56, 64)
SPACING_MM = (1.0, 0.8, 1.6)
"""From column to column, row to row and slice to slice."""


def rotated(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ [[1, 0, 0], [0, c, -s], [0, s, c]]


PLAIN, FLIPPED, OBLIQUE = np.eye(3), np.diag([-1.0, -1.0, 1.0]), rotated(25)


def grid_with(directions: np.ndarray) -> Grid:
    """Its middle voxel is at the origin."""
    matrix = np.eye(4)
    matrix[:3, :3] = directions * SPACING_MM
    matrix[:3, 3] = -matrix[:3, :3] @ (np.array(SHAPE[::-1]) // 2)
    return Grid(SHAPE, matrix)


def distances(grid: Grid) -> np.ndarray:
    """Of each voxel's centre from the origin, in mm."""
    k, j, i = np.indices(grid.shape)
    ras = np.einsum("ab,b...->a...", grid.ijk_to_ras, np.stack([i, j, k, np.ones_like(i)]))
    return np.linalg.norm(ras[:3], axis=0)


def whole(voxels: Voxels, grid: Grid) -> np.ndarray:
    return voxels.on((0, 0, 0), grid.shape).mask


def region(mask: np.ndarray) -> Voxels:
    voxels = Voxels.of_labels(mask)
    assert voxels is not None
    return voxels


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_sphere_on_every_third_slice_comes_back(axis):
    grid = grid_with(OBLIQUE)
    sphere = distances(grid) <= 18
    drawn = np.moveaxis(sphere.copy(), axis, 0)
    first = np.flatnonzero(drawn.any(axis=(1, 2)))[0]
    drawn[[k for k in range(len(drawn)) if (k - first) % 3]] = False
    drawn = np.moveaxis(drawn, 0, axis)
    filled = whole(filled_between_slices(region(drawn)), grid)
    assert dice(drawn, sphere) < 0.6
    assert dice(filled, sphere) > 0.97
    assert filled[drawn].all()


def test_two_parts_with_more_room_between_them_than_between_slices_are_filled_each_on_its_own():
    drawn, expected = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    for rows, columns in ((slice(10, 20), slice(10, 20)), (slice(30, 44), slice(40, 60))):
        drawn[5:26:5, rows, columns] = expected[5:26, rows, columns] = True
    assert np.array_equal(filled_between_slices(region(drawn)).on((0, 0, 0), SHAPE).mask, expected)


def test_without_a_gap_between_slices_nothing_is_filled():
    beside = np.zeros(SHAPE, bool)
    beside[7, 10:20, 10:20] = beside[7, 30:44, 40:60] = True
    for drawn in (beside, np.ones((3, 4, 5), bool)):
        with pytest.raises(NothingToDoError, match="no empty slice"):
            filled_between_slices(region(drawn))


@pytest.mark.parametrize("directions", [PLAIN, FLIPPED, OBLIQUE], ids=["plain", "flipped", "oblique"])
@pytest.mark.parametrize("by_mm", [5.0, -5.0])
def test_a_sphere_grows_and_shrinks_by_millimetres_within_a_voxel(directions, by_mm):
    grid = grid_with(directions)
    away = distances(grid)
    changed = whole(grown(region(away <= 12), grid, by_mm), grid)
    assert changed[away <= 12 + by_mm - max(SPACING_MM)].all()
    assert not changed[away > 12 + by_mm + max(SPACING_MM)].any()


def test_at_the_border_of_the_volume_a_region_stays_in_it():
    grid = grid_with(PLAIN)
    everything = region(np.ones(SHAPE, bool))
    for by_mm in (3.0, -3.0):
        assert whole(grown(everything, grid, by_mm), grid).all()
    for kind in ("median", "opening", "closing", "gaussian"):
        assert whole(smoothed(everything, grid, kind, 4.0), grid).all(), kind


def test_what_is_thin_goes_and_what_is_thick_stays_where_it_is():
    grid = grid_with(OBLIQUE)
    sphere = distances(grid) <= 14
    with_spike, with_hole = sphere.copy(), sphere.copy()
    with_spike[20, 28] = True
    with_hole[20, 28] = False
    for kind, rough in (("median", with_spike), ("opening", with_spike), ("closing", with_hole)):
        assert dice(whole(smoothed(region(rough), grid, kind, 3.0), grid), sphere) > 0.985, kind
        assert not np.array_equal(rough, sphere)
    assert not whole(smoothed(region(with_spike), grid, "median", 3.0), grid)[20, 28, 60]
    assert whole(smoothed(region(with_hole), grid, "closing", 3.0), grid)[20, 28, 32]
    assert dice(whole(smoothed(region(with_spike), grid, "gaussian", 2.0), grid), sphere) > 0.97


def test_a_width_below_three_voxels_smooths_nothing():
    with pytest.raises(NothingToDoError, match="less than three voxels"):
        smoothed(region(np.ones((3, 4, 5), bool)), grid_with(PLAIN), "median", 0.5)


def test_combinations_are_those_of_numpy():
    random = np.random.default_rng(3)
    one, other = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    one[3:20, 5:30, 7:40] = random.random((17, 25, 33)) < 0.5
    other[10:38, 2:20, 30:60] = random.random((28, 18, 30)) < 0.5
    for how, expected in (("add", one | other), ("subtract", one & ~other), ("intersect", one & other)):
        found = combined(region(one), region(other), how).on((0, 0, 0), SHAPE).mask
        assert np.array_equal(found, expected), how


@pytest.mark.parametrize("directions", [PLAIN, FLIPPED, OBLIQUE], ids=["plain", "flipped", "oblique"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_slice_is_copied_from_the_one_beside_it(directions, axis):
    """The views look along the axes of the volume, or against them."""
    grid = grid_with(directions)
    sphere = distances(grid) <= 12
    for sign in (1, -1):
        view = np.eye(4)
        normal = sign * grid.ijk_to_ras[:3, 2 - axis] / SPACING_MM[2 - axis]
        view[:3, 2] = normal
        view[:3, 0] = grid.ijk_to_ras[:3, (3 - axis) % 3] / SPACING_MM[(3 - axis) % 3]
        view[:3, 1] = np.cross(view[:3, 2], view[:3, 0])
        view[:3, 3] = normal * 3 * SPACING_MM[2 - axis]
        here = SHAPE[axis] // 2 + 3 * sign
        drawn = np.moveaxis(sphere.copy(), axis, 0)
        drawn[here] = False
        drawn = np.moveaxis(drawn, 0, axis)
        for steps in (1, -1):
            copied = np.moveaxis(whole(copied_from_beside(region(drawn), grid, view, steps), grid), axis, 0)
            expected = np.moveaxis(sphere, axis, 0)[here + steps * sign]
            assert np.array_equal(np.flatnonzero(copied.any(axis=(1, 2))), [here])
            assert np.array_equal(copied[here], expected)
    view[:3, 3] = normal * 40
    with pytest.raises(NothingToDoError):
        copied_from_beside(region(sphere), grid, view, 1)
