"""Regions that were drawn on some slices, filled on those between: on which, and what becomes of them."""

import numpy as np
import pytest
from QuizLoaderLib.reader.drawing.between_slices import axis_of_slices, filled_between_slices
from QuizLoaderLib.reader.drawing.region_filters import NothingToDoError
from QuizLoaderLib.reader.drawing.work import GivenUpError, Work
from region_shapes import (
    FLIPPED,
    OBLIQUE,
    PLAIN,
    SHAPE,
    dice,
    distances,
    grid_with,
    region,
    rotated,
    view_along,
    whole,
)

GRIDS = pytest.mark.parametrize("directions", [PLAIN, FLIPPED, OBLIQUE], ids=["plain", "flipped", "oblique"])
AXES = pytest.mark.parametrize("axis", [0, 1, 2])


def on_every_third_slice(mask: np.ndarray, axis: int, first: int = 0) -> np.ndarray:
    """Of those that it is on, from one of the first three on."""
    planes = np.moveaxis(mask.copy(), axis, 0)
    taken = np.flatnonzero(planes.any(axis=(1, 2)))[first::3]
    planes[np.setdiff1d(np.arange(len(planes)), taken)] = False
    return np.moveaxis(planes, 0, axis)


def filled(drawn: np.ndarray, axis: int, work: Work | None = None) -> np.ndarray:
    return whole(filled_between_slices(region(drawn), axis, work), grid_with(PLAIN))


def cylinder(
    axis: int, row: float, column: float, radius: float = 5.2, slices: range = range(4, 35)
) -> np.ndarray:
    """Along an axis, in voxels; a little cone, so that its slices differ."""
    shape = np.moveaxis(np.empty(SHAPE), axis, 0).shape
    k, j, i = np.indices(shape)
    in_slices = (k >= slices.start) & (k < slices.stop)
    tube = np.hypot(j - row, i - column) <= 5.2 - 0.03 * (k - slices.start)
    return np.moveaxis(in_slices & tube, 0, axis)


@AXES
def test_a_sphere_on_every_third_slice_comes_back(axis):
    sphere = distances(grid_with(OBLIQUE)) <= 18
    drawn = on_every_third_slice(sphere, axis)
    found = filled(drawn, axis)
    assert dice(drawn, sphere) < 0.6
    assert dice(found, sphere) > 0.97
    assert found[drawn].all()


@AXES
def test_two_vessels_side_by_side_on_every_third_slice_stay_apart(axis):
    one, other = cylinder(axis, 12, 12), cylinder(axis, 12, 25)
    found = filled(on_every_third_slice(one | other, axis), axis)
    assert dice(found, one | other) > 0.95
    assert not np.moveaxis(found, axis, 0)[:, :, 18:20].any()


def test_two_vessels_that_are_drawn_on_all_their_slices_are_not_bridged():
    drawn = np.zeros(SHAPE, bool)
    drawn[:, 10:13, 10:13] = drawn[:, 10:13, 24:27] = True
    assert drawn.sum() == 720
    with pytest.raises(NothingToDoError, match="no empty slice"):
        filled(drawn, axis=0)


def test_two_vessels_drawn_from_the_side_are_not_bridged_either_and_the_gap_is_told():
    one, other = cylinder(1, 12, 12, slices=range(50)), cylinder(1, 12, 40, slices=range(50))
    drawn = on_every_third_slice(one, 2) | on_every_third_slice(other, 2)
    work = Work()
    found = filled(drawn, 2, work)
    assert dice(found, one | other) > 0.93
    assert not found[:, :, 20:32].any()
    assert "left open" in work.sentence


def test_two_kidneys_drawn_on_other_slices_than_each_other_are_filled_each_on_its_own():
    one, other = cylinder(0, 14, 14), cylinder(0, 36, 46, slices=range(3, 36))
    drawn = on_every_third_slice(one, 0) | on_every_third_slice(other, 0, first=2)
    found = filled(drawn, 0)
    expected = (one & (np.indices(SHAPE)[0] <= 34)) | (other & (np.indices(SHAPE)[0] >= 5))
    assert dice(found, expected) > 0.97


def test_a_gap_between_thick_runs_is_filled():
    tube = cylinder(0, 20, 30, slices=range(2, 38))
    drawn = tube.copy()
    drawn[10:16] = drawn[23:29] = False
    assert dice(filled(drawn, 0), tube) > 0.99


def test_parts_of_straight_edges_come_back_to_the_voxel():
    drawn, expected = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    for rows, columns in ((slice(10, 20), slice(10, 20)), (slice(30, 44), slice(40, 60))):
        drawn[5:26:5, rows, columns] = expected[5:26, rows, columns] = True
    assert np.array_equal(filled(drawn, 0), expected)


def test_where_nothing_lies_above_anything_else_that_is_told():
    beside = np.zeros(SHAPE, bool)
    beside[7, 10:20, 10:20] = beside[12, 30:44, 40:60] = True
    with pytest.raises(NothingToDoError, match="does not lie above"):
        filled(beside, 0)


def test_filling_that_was_given_up_ends_without_a_result():
    work = Work()
    work.give_up()
    with pytest.raises(GivenUpError):
        filled(on_every_third_slice(cylinder(0, 12, 12), 0), 0, work)


@GRIDS
@AXES
def test_slices_are_those_of_the_view_that_was_drawn_on(directions, axis):
    """Whatever the region looks like: this one has gaps along all three axes."""
    grid = grid_with(directions)
    drawn = np.zeros(SHAPE, bool)
    drawn[10:20:3, 10:20:3, 10:20:3] = True
    for sign in (1, -1):
        assert axis_of_slices(region(drawn), grid, view_along(grid, axis, sign)) == axis


@AXES
def test_of_what_was_drawn_before_slices_are_those_that_have_nothing_beside_them(axis):
    sphere = distances(grid_with(PLAIN)) <= 18
    grid = grid_with(PLAIN)
    assert axis_of_slices(region(on_every_third_slice(sphere, axis)), grid, None) == axis
    with pytest.raises(NothingToDoError, match="Draw on one of the slices first"):
        axis_of_slices(region(sphere), grid, None)


def test_slices_of_a_turned_view_are_refused_and_of_a_hardly_turned_one_filled():
    grid, view = grid_with(PLAIN), np.eye(4)
    disc = np.zeros(SHAPE, bool)
    disc[10:20:3, 15:40, 20:45] = True
    for degrees, is_turned in ((0.5, False), (10, True), (45, True)):
        view[:3, :3] = rotated(degrees)
        if is_turned:
            with pytest.raises(NothingToDoError, match="turned"):
                axis_of_slices(region(disc), grid, view)
        else:
            assert axis_of_slices(region(disc), grid, view) == 0
