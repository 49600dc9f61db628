"""What whole regions become when they are smoothed, grown, combined and copied."""

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.reader.drawing.region_filters import (
    NothingToDoError,
    combined,
    copied_from_beside,
    grown,
    smoothed,
)
from QuizLoaderLib.reader.drawing.work import GivenUpError, Work
from region_shapes import (
    FLIPPED,
    OBLIQUE,
    PLAIN,
    SHAPE,
    SPACING_MM,
    dice,
    distances,
    grid_with,
    region,
    view_along,
    whole,
)
from scipy.ndimage import binary_closing, binary_opening, gaussian_filter, median_filter


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


def at_the_borders() -> np.ndarray:
    """Rough blobs that reach all six sides of the volume, and an edge of it."""
    noise = gaussian_filter(np.random.default_rng(7).standard_normal(SHAPE), 3)
    mask = noise > np.quantile(noise, 0.55)
    assert all(np.take(mask, at, axis).any() for axis in range(3) for at in (0, -1))
    return mask


@pytest.mark.parametrize("width_mm", [3.0, 7.0, 12.0])
def test_the_median_is_that_of_scipy_up_to_the_borders_of_the_volume(width_mm):
    mask = at_the_borders()
    found = whole(smoothed(region(mask), grid_with(PLAIN), "median", width_mm), grid_with(PLAIN))
    sizes = {3.0: (1, 3, 3), 7.0: (5, 9, 7), 12.0: (7, 15, 11)}[width_mm]
    expected = median_filter(mask.view(np.uint8), sizes, mode="nearest") != 0
    assert 0 < expected.sum() < expected.size
    assert np.array_equal(found, expected)


def test_the_gaussian_is_that_of_scipy_up_to_the_borders_of_the_volume():
    mask = at_the_borders()
    found = whole(smoothed(region(mask), grid_with(PLAIN), "gaussian", 4.0), grid_with(PLAIN))
    sigmas = [4.0 / spacing for spacing in SPACING_MM[::-1]]
    smooth = gaussian_filter(mask.astype(float), sigmas, mode="nearest")
    differs = found != (smooth >= 0.5)
    assert not (differs & (np.abs(smooth - 0.5) > 1e-5)).any()


def test_a_half_space_stays_where_it_is_at_the_borders_of_the_volume():
    """By symmetry: what goes on beyond the volume has the same edge there."""
    for axis in range(3):
        half = np.zeros(SHAPE, bool)
        np.moveaxis(half, axis, 0)[: SHAPE[axis] // 2] = True
        for kind in ("median", "opening", "closing", "gaussian"):
            found = whole(smoothed(region(half), grid_with(PLAIN), kind, 6.0), grid_with(PLAIN))
            assert np.array_equal(found, half), (axis, kind)


@pytest.mark.parametrize(("kind", "scipys"), [("opening", binary_opening), ("closing", binary_closing)])
def test_opening_and_closing_are_those_of_scipy_up_to_the_borders_of_the_volume(kind, scipys):
    mask = at_the_borders()
    found = whole(smoothed(region(mask), grid_with(PLAIN), kind, 7.0), grid_with(PLAIN))
    point = sitk.Image(13, 13, 13, sitk.sitkUInt8)
    point[6, 6, 6] = 1
    ball = sitk.GetArrayFromImage(sitk.BinaryDilate(point, (3, 4, 2))) != 0
    expected = scipys(np.pad(mask, 20, mode="edge"), ball)[20:-20, 20:-20, 20:-20]
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("kind", ["median", "opening", "closing", "gaussian"])
def test_smoothing_that_was_given_up_ends_without_a_result(kind):
    work = Work()
    work.give_up()
    with pytest.raises(GivenUpError):
        smoothed(region(at_the_borders()), grid_with(PLAIN), kind, 6.0, work)


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
        view = view_along(grid, axis, sign)
        here = SHAPE[axis] // 2 + 3 * sign
        drawn = np.moveaxis(sphere.copy(), axis, 0)
        drawn[here] = False
        drawn = np.moveaxis(drawn, 0, axis)
        for steps in (1, -1):
            copied = np.moveaxis(whole(copied_from_beside(region(drawn), grid, view, steps), grid), axis, 0)
            expected = np.moveaxis(sphere, axis, 0)[here + steps * sign]
            assert np.array_equal(np.flatnonzero(copied.any(axis=(1, 2))), [here])
            assert np.array_equal(copied[here], expected)
    view[:3, 3] = view[:3, 2] * 40
    with pytest.raises(NothingToDoError):
        copied_from_beside(region(sphere), grid, view, 1)
