"""Level tracing: the contour of equal value through a place, on discs whose radius is known."""

import numpy as np
import pytest
from QuizLoaderLib.apps.web.shapes import inside_polygon
from QuizLoaderLib.images.grid import Grid, moved
from QuizLoaderLib.reader.drawing.level_tracing import SampledSlice

SHAPE = (40, 48, 52)
STRAIGHT = np.diag([1.0, 1.0, 1.0])
TURN = np.array([[0.8, -0.36, 0.48], [0.6, 0.48, -0.64], [0.0, 0.8, 0.6]])
MIDDLE = np.array([5.3, -11.2, 20.4])


def grid_of(turn: np.ndarray, spacing: tuple[float, float, float]) -> Grid:
    """With MIDDLE at the voxel (25.2, 24.1, 19) or so."""
    matrix = np.eye(4)
    matrix[:3, :3] = turn * spacing
    matrix[:3, 3] = MIDDLE - matrix[:3, :3] @ (25.2, 24.1, 19.0)
    return Grid(SHAPE, matrix)


def from_middle(grid: Grid) -> np.ndarray:
    """(slices, rows, columns), mm: of each voxel's centre."""
    k, j, i = np.indices(grid.shape)
    centres = moved(grid.ijk_to_ras, np.stack([i, j, k], axis=-1).reshape(-1, 3))
    return np.linalg.norm(centres - MIDDLE, axis=1).reshape(grid.shape)


def axial(away_mm: float = 0.0) -> np.ndarray:
    """A slice whose origin and turn in its plane are of no image."""
    matrix = np.eye(4)
    matrix[:2, :2] = np.array([[0.8, -0.6], [0.6, 0.8]]) * 0.37
    matrix[:3, 3] = MIDDLE + np.array([-31.0, 12.0, away_mm])
    return matrix


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("turn", "spacing"), [(STRAIGHT, (1.0, 1.0, 1.0)), (TURN, (1.0, 1.0, 1.0)), (TURN, (0.8, 1.0, 1.3))]
)
def test_the_contour_of_a_ball_with_a_smooth_edge_is_the_circle_through_the_place(
    turn: np.ndarray, spacing: tuple[float, float, float], sign: int
) -> None:
    grid = grid_of(turn, spacing)
    away = from_middle(grid)
    # Bright within 12 mm, or dark, with an edge of some voxels.
    voxels = (1000 * sign / (1 + np.exp((away - 12) / 2))).astype(np.float32)
    across_mm = 5.0 * (turn is TURN)
    sampled = SampledSlice.of(voxels, grid, axial(across_mm))
    largest = max(spacing)
    for radius in (7.0, 9.5, 11.0, 12.5):
        place = MIDDLE + np.array([radius * np.cos(0.7), radius * np.sin(0.7), across_mm])
        contour = sampled.contour_at(place)
        assert contour is not None
        assert np.allclose(contour[:, 2], place[2])
        radii = np.linalg.norm(contour[:, :2] - MIDDLE[:2], axis=1)
        # The value is that of the sample nearest to the place, which is half a step away at most each way.
        assert np.abs(radii - radius).max() < largest * np.sqrt(0.5) + 0.1
        assert np.ptp(radii) < 0.5 * largest, "it is a circle to half a voxel"
        angles = np.arctan2(*(contour[:, :2] - MIDDLE[:2]).T)
        assert np.ptp(angles) > 6, "all around"
        filled = inside_polygon(contour, axial(across_mm), grid)
        assert filled is not None
        area = np.pi * radii.mean() ** 2
        mask = filled.on((0, 0, 0), grid.shape).mask
        if turn is STRAIGHT:
            k = round(float(moved(np.linalg.inv(grid.ijk_to_ras), place[None])[0, 2]))
            assert mask.sum() == mask[k].sum() == pytest.approx(area, rel=0.03)
            sure = away[k] < radii.min() - 0.05
            assert mask[k][sure].all()
            assert not mask[k][away[k] > radii.max() + 0.05].any()


def test_what_has_the_value_is_within_it_to_the_voxel_and_the_image_s_border_closes_it() -> None:
    grid = grid_of(STRAIGHT, (1.0, 1.0, 1.0))
    voxels = np.full(SHAPE, -100, np.int16)
    voxels[:, 10:20, 15:30] = 60
    voxels[:, 13:15, 20:24] = 200
    along = np.eye(4)
    along[:3, 3] = grid.ijk_to_ras[:3, 3] + (0, 0, 19)
    sampled = SampledSlice.of(voxels, grid, along)

    def filled(i: float, j: float) -> np.ndarray:
        contour = sampled.contour_at(moved(grid.ijk_to_ras, np.array([[i, j, 19.0]]))[0])
        assert contour is not None
        found = inside_polygon(contour, along, grid)
        assert found is not None
        return found.on((0, 0, 0), grid.shape).mask

    block = np.zeros(SHAPE, bool)
    block[19, 10:20, 15:30] = True
    assert np.array_equal(filled(16.2, 11.4), block), "with the brighter part in it"
    assert filled(22, 14).sum() == 8
    assert filled(3, 40).sum() == SHAPE[1] * SHAPE[2]
    assert sampled.contour_at(MIDDLE + np.array([200.0, 0.0, 0.0])) is None


def test_a_slice_beside_the_image_has_no_contour() -> None:
    grid = grid_of(TURN, (1.0, 1.0, 1.0))
    sampled = SampledSlice.of(np.ones(SHAPE, np.int16), grid, axial(500.0))
    assert sampled.contour_at(MIDDLE + np.array([0.0, 0.0, 500.0])) is None
