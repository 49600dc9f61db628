"""The voxels of a ball and of a polygon, on grids that lie askew in the patient, against plain reckoning."""

import numpy as np
import pytest
from QuizLoaderLib.apps.web.shapes import Voxels, ball, disc, inside_polygon
from QuizLoaderLib.images.grid import Grid

SHAPE = (9, 24, 20)


def turned(degrees: float) -> np.ndarray:
    """Round the patient's axis to the front, and as much round the one up."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def grid(degrees: float, flips: tuple[int, int, int] = (1, 1, 1)) -> Grid:
    """Voxels of 1 x 1.5 x 4 mm; the middle of the volume is the patient's."""
    matrix = np.eye(4)
    matrix[:3, :3] = turned(degrees) @ np.diag([1, 1.5, 4]) @ np.diag(flips)
    matrix[:3, 3] = -matrix[:3, :3] @ ((np.array(SHAPE[::-1]) - 1) / 2)
    return Grid(SHAPE, matrix)


def centers(of: Grid) -> np.ndarray:
    """(slices, rows, columns, 3) in RAS."""
    kji = np.moveaxis(np.indices(of.shape), 0, -1)
    return kji[..., ::-1] @ of.ijk_to_ras[:3, :3].T + of.ijk_to_ras[:3, 3]


def whole(voxels: Voxels | None) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    if voxels is not None:
        box = tuple(slice(at, at + size) for at, size in zip(voxels.first, voxels.mask.shape, strict=True))
        mask[box] = voxels.mask
    return mask


@pytest.mark.parametrize("degrees", [0, 20])
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, -1, 1), (1, -1, -1)])
def test_a_ball_at_one_place_and_on_its_way(degrees, flips):
    on = grid(degrees, flips)
    place = np.array([1.3, -2.1, 3.7])
    found = whole(ball(place[None], 6.0, on))
    assert np.array_equal(found, np.linalg.norm(centers(on) - place, axis=-1) <= 6.0)
    assert len(set(np.nonzero(found)[0])) > 1

    end = np.array([6.0, 9.0, -5.0])
    along = np.clip((centers(on) - place) @ (end - place) / ((end - place) @ (end - place)), 0, 1)
    nearest = place + along[..., None] * (end - place)
    # As a brush hears of it: with steps between, some of them there and back.
    steps = place + np.array([0, 0.7, 0.3, 1.0])[:, None] * (end - place)
    expected = np.linalg.norm(centers(on) - nearest, axis=-1) <= 5.0
    assert np.array_equal(whole(ball(steps, 5.0, on)), expected)


@pytest.mark.parametrize("degrees", [0, 20])
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, -1)])
def test_a_disc_takes_what_its_slice_cuts_on_its_way_from_voxel_to_voxel(degrees, flips):
    on, view = grid(degrees, flips), np.eye(4)
    view[:3, :3] = turned(10)
    view[:3, 3] = (0.4, -0.3, 1.1)
    ends = np.array([[-4.2, -5.1, 0.5], [3.3, 6.2, 1.0]])
    found = whole(disc(ends[0], ends[1], 4.5, view, on))

    to_ijk, to_slice = np.linalg.inv(on.ijk_to_ras), np.linalg.inv(view)
    nearest = (
        np.rint(ends @ to_ijk[:3, :3].T + to_ijk[:3, 3]) @ on.ijk_to_ras[:3, :3].T + on.ijk_to_ras[:3, 3]
    )
    start, end = (nearest @ to_slice[:3, :3].T + to_slice[:3, 3])[:, :2]
    seen = centers(on) @ to_slice[:3, :3].T + to_slice[:3, 3]
    half = np.abs((to_slice @ on.ijk_to_ras)[2, :3]).sum() / 2
    along = np.clip((seen[..., :2] - start) @ (end - start) / ((end - start) @ (end - start)), 0, 1)
    away = np.linalg.norm(seen[..., :2] - start - along[..., None] * (end - start), axis=-1)
    assert np.array_equal(found, (away <= 4.5) & (np.abs(seen[..., 2]) < half))
    assert found.sum() > 50
    assert disc(ends[0] + 500, ends[1] + 500, 4.5, view, on) is None


def test_a_ball_at_the_edge_and_beside_the_volume():
    on = grid(0)
    corner = centers(on)[0, 0, 0]
    assert np.array_equal(
        whole(ball(corner[None], 4.0, on)), np.linalg.norm(centers(on) - corner, axis=-1) <= 4.0
    )
    assert ball(np.array([[0.0, 0.0, 100.0]]), 4.0, on) is None
    # Between centres.
    assert ball(centers(on)[0, 0, 0][None] + 0.4, 0.1, on) is None


@pytest.mark.parametrize("of_volume", [0, 20])
@pytest.mark.parametrize("of_slice", [0, 20, 50])
def test_a_contour_takes_what_its_slice_cuts_inside(of_volume, of_slice):
    on, axes = grid(of_volume), turned(of_slice)
    slice_to_ras = np.eye(4)
    slice_to_ras[:3, :3], slice_to_ras[:3, 3] = axes, [0.3, 0.4, 0.7]
    corners = np.array([[-6.1, -7.2], [5.3, -6.4], [7.7, 8.1], [-3.3, 9.9]])
    ras = np.c_[corners, np.zeros(4)] @ axes.T + slice_to_ras[:3, 3]

    at = (centers(on) - slice_to_ras[:3, 3]) @ axes
    half = np.abs(axes.T @ on.ijk_to_ras[:3, :3])[2].sum() / 2
    edges = np.roll(corners, -1, axis=0) - corners
    off = at[..., None, :2] - corners
    is_inside = (edges[:, 0] * off[..., 1] - edges[:, 1] * off[..., 0] > 0).all(axis=-1)
    expected = is_inside & (np.abs(at[..., 2]) < half)
    assert expected.any()
    assert np.array_equal(whole(inside_polygon(ras, slice_to_ras, on)), expected)
    assert np.array_equal(whole(inside_polygon(ras[::-1], slice_to_ras, on)), expected)
    # Twice round it is once round it.
    assert np.array_equal(whole(inside_polygon(np.r_[ras, ras], slice_to_ras, on)), expected)


def test_a_slice_between_two_layers_takes_one_of_them_and_a_line_takes_nothing():
    on = grid(0)
    slice_to_ras = np.eye(4)
    slice_to_ras[2, 3] = 2.0
    corners = np.array([[-5.2, -5.2, 2.0], [5.2, -5.2, 2.0], [5.2, 5.2, 2.0], [-5.2, 5.2, 2.0]])
    found = whole(inside_polygon(corners, slice_to_ras, on))
    assert len(set(np.nonzero(found)[0])) == 1
    # Columns lie at whole millimetres and a half, rows 1.5 mm apart.
    assert found.sum() == 10 * 6
    assert inside_polygon(corners[:2], slice_to_ras, on) is None
    assert inside_polygon(corners[[0, 1, 0]], slice_to_ras, on) is None
