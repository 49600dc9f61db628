"""Marks as shapes: centres, sizes and the values under them, by numpy on all voxels of oblique grids."""

import numpy as np
import pytest
from QuizLoaderLib.images.grid import Grid
from QuizLoaderLib.images.mark_shapes import (
    MarkShape,
    centre,
    ellipse_points,
    half_axes,
    made_an_ellipse_again,
    size,
    statistics,
)
from QuizLoaderLib.quiz.question_types import MarkTool

SHAPE = (9, 40, 50)


def grid(kind: str) -> Grid:
    """Spacings of 0.7 x 1.1 x 3 mm; oblique by two turns, or with its rows flipped."""
    axes = np.eye(3)
    if kind == "oblique":
        a, b = 0.4, -0.3
        axes = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]) @ np.array(
            [[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]]
        )
    if kind == "flipped":
        axes = np.diag([-1.0, 1.0, -1.0])
    matrix = np.eye(4)
    matrix[:3, :3] = axes * (0.7, 1.1, 3.0)
    matrix[:3, 3] = (12.0, -30.0, 55.0)
    return Grid(SHAPE, matrix)


def by_all_voxels(values: np.ndarray, on: Grid, is_under) -> tuple[int, float, float, float, float]:
    """``is_under(i, j, k)`` of the coordinates of all voxel centres in mm along the grid's own axes."""
    k, j, i = np.meshgrid(*map(np.arange, SHAPE), indexing="ij")
    found = values[is_under(i * 0.7, j * 1.1, k * 3.0)]
    return len(found), found.mean(), found.std(), found.min(), found.max()


def in_grid(on: Grid, points: list[tuple[float, float, float]]) -> np.ndarray:
    """RAS of points in mm along the grid's own axes."""
    return (np.array(points) / (0.7, 1.1, 3.0)) @ on.ijk_to_ras[:3, :3].T + on.ijk_to_ras[:3, 3]


@pytest.mark.parametrize("kind", ["plain", "oblique", "flipped"])
def test_values_under_each_shape_are_those_of_the_voxels_whose_centres_it_has(kind: str) -> None:
    on, random = grid(kind), np.random.default_rng(5)
    values = random.normal(40, 9, SHAPE)
    # In the plane of slice 4, 12 mm from the first.
    box = MarkShape(MarkTool.BOX, in_grid(on, [(5, 6, 12), (20, 6, 12), (20, 31, 12), (5, 31, 12)]))
    deep = MarkShape(MarkTool.BOX, box.points, depth_mm=7.0)
    middle = in_grid(on, [(15, 20, 12)])[0]
    radii = in_grid(on, [(9, 0, 0), (0, 13, 0)]) - in_grid(on, [(0, 0, 0)])
    ellipse = MarkShape(MarkTool.ELLIPSE, ellipse_points(middle, *radii))
    curve = MarkShape(MarkTool.CURVE, in_grid(on, [(3, 3, 12), (30, 5, 12), (12.3, 39, 12)]))

    def in_triangle(x, y, z):
        sides = [((3, 3), (30, 5)), ((30, 5), (12.3, 39)), ((12.3, 39), (3, 3))]
        left = [(b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) > 0 for a, b in sides]
        return np.logical_and.reduce(left) & (z == 12)

    for shape, is_under in (
        (box, lambda x, y, z: (x >= 5) & (x <= 20) & (y >= 6) & (y <= 31) & (z == 12)),
        (deep, lambda x, y, z: (x >= 5) & (x <= 20) & (y >= 6) & (y <= 31) & (abs(z - 12) < 3.5)),
        (ellipse, lambda x, y, z: ((x - 15) / 9) ** 2 + ((y - 20) / 13) ** 2 <= 1.0),
        (curve, in_triangle),
    ):
        found = statistics(shape, values, on.ijk_to_ras)
        if shape is ellipse:
            truth = by_all_voxels(values, on, lambda x, y, z, at=is_under: at(x, y, z) & (z == 12))
        else:
            truth = by_all_voxels(values, on, is_under)
        assert found is not None
        assert found.voxels == truth[0]
        assert (found.mean, found.sd, found.minimum, found.maximum) == pytest.approx(truth[1:], rel=1e-12)

    assert size(box) == pytest.approx(15 * 25)
    assert size(ellipse) == pytest.approx(np.pi * 9 * 13)
    assert size(curve) == pytest.approx(0.5 * abs((30 - 3) * (39 - 3) - (12.3 - 3) * (5 - 3)))
    assert np.allclose(centre(curve), in_grid(on, [(15.1, 47 / 3, 12)])[0], atol=1e-9)
    assert np.allclose(centre(ellipse), middle, atol=1e-9)


def test_a_plane_between_two_slices_has_the_voxels_of_one_of_them_and_one_across_has_all_slices() -> None:
    on = grid("plain")
    values = np.broadcast_to(np.arange(SHAPE[0])[:, None, None], SHAPE).astype(float)
    between = MarkShape(
        MarkTool.BOX, in_grid(on, [(5, 6, 13.5), (20, 6, 13.5), (20, 31, 13.5), (5, 31, 13.5)])
    )
    found = statistics(between, values, on.ijk_to_ras)
    assert found is not None
    assert found.minimum == found.maximum
    # Coronal: through the middle of row 10.
    across = MarkShape(MarkTool.BOX, in_grid(on, [(5, 11, 2), (20, 11, 2), (20, 11, 23), (5, 11, 23)]))
    found = statistics(across, values, on.ijk_to_ras)
    assert found is not None
    assert (found.minimum, found.maximum, found.voxels) == (1, 7, 7 * 21)


def test_lines_angles_and_points_have_a_size_and_no_values() -> None:
    line = MarkShape(MarkTool.LINE, np.array([(0.0, 0.0, 0.0), (3.0, 4.0, 12.0)]))
    angle = MarkShape(MarkTool.ANGLE, np.array([(5.0, 0.0, 1.0), (0.0, 0.0, 1.0), (-2.0, 2.0, 1.0)]))
    point = MarkShape(MarkTool.POINT, np.array([(1.0, 2.0, 3.0)]))
    assert (size(line), size(angle), size(point)) == (13.0, pytest.approx(135.0), None)
    assert centre(line).tolist() == [1.5, 2.0, 6.0]
    assert centre(angle).tolist() == [0.0, 0.0, 1.0]
    on = grid("oblique")
    assert statistics(line, np.zeros(SHAPE), on.ijk_to_ras) is None


def test_outside_of_the_image_and_without_an_area_there_are_no_values() -> None:
    on = grid("flipped")
    far = MarkShape(MarkTool.BOX, in_grid(on, [(500, 6, 12), (520, 6, 12), (520, 31, 12), (500, 31, 12)]))
    flat = MarkShape(MarkTool.CURVE, in_grid(on, [(5, 5, 12), (9, 5, 12), (12, 5, 12)]))
    assert statistics(far, np.zeros(SHAPE), on.ijk_to_ras) is None
    assert statistics(flat, np.zeros(SHAPE), on.ijk_to_ras) is None


def test_an_ellipse_of_which_a_point_is_dragged_is_one_through_that_point_and_the_one_opposite() -> None:
    before = ellipse_points(np.array([10.0, 20.0, 5.0]), np.array([6.0, 0.0, 0.0]), np.array([0.0, 4.0, 0.0]))
    for point in range(8):
        dragged = before.copy()
        dragged[point] += (3.0, -1.0, 0.0)
        again = made_an_ellipse_again(before, dragged)
        assert np.allclose(again[point], dragged[point])
        assert np.allclose(again[point - 4], before[point - 4])
        middle, (one, other) = again.mean(axis=0), half_axes(MarkShape(MarkTool.ELLIPSE, again))
        assert np.allclose(ellipse_points(middle, one, other), again)
    assert np.allclose(made_an_ellipse_again(before, before + 7.0), before + 7.0)
