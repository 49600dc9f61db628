"""Two drawings compared, as SimpleITK and surface-distance do, and as the formulas of shapes say."""

from collections.abc import Iterator
from math import inf, pi, sqrt

import numpy as np
import pytest
import SimpleITK as sitk
import surface_distance
from QuizLoaderLib.images.grid import Grid
from QuizLoaderLib.scoring.drawings import DrawingComparison, DrawnVoxels, compare_drawings
from QuizLoaderLib.scoring.surfaces import areas_of_codes
from scipy.ndimage import gaussian_filter
from surface_distance.lookup_tables import create_table_neighbour_code_to_surface_area


def grid_of(shape: tuple[int, ...], spacing_mm: tuple[float, ...], turn: np.ndarray | None = None) -> Grid:
    """Spacing between slices, rows and columns; ``turn`` is a rotation in RAS."""
    matrix = np.eye(4)
    matrix[:3, :3] = (np.eye(3) if turn is None else turn) @ np.diag(spacing_mm[::-1])
    matrix[:3, 3] = (-120.0, 35.0, 10.0)
    slices, rows, columns = shape
    return Grid((slices, rows, columns), matrix)


def compared(
    first: np.ndarray, second: np.ndarray, spacing_mm: tuple[float, ...], tolerance_mm: float = 2.0
) -> DrawingComparison:
    grid = grid_of(first.shape, spacing_mm)
    return compare_drawings(DrawnVoxels.of(first, grid), DrawnVoxels.of(second, grid), tolerance_mm)


def pairs() -> Iterator[tuple[np.ndarray, np.ndarray, tuple[float, ...]]]:
    """Islands, holes and thin parts, alike and not, on grids of all spacings; some touch the edge."""
    random = np.random.default_rng(20_210_712)
    for number in range(24):
        shape = tuple(random.integers(4, 30, 3).tolist())
        spacing = tuple(random.uniform(0.5, 4.0, 3).tolist())
        field = gaussian_filter(random.normal(size=shape), 2)
        other = gaussian_filter(random.normal(size=shape), random.uniform(0.4, 3))
        field, other = field / field.std(), other / other.std()
        if number % 3 == 0:
            other = field + 0.3 * other
        yield field > 0.5, other > 0.4 + number % 2, spacing
    yield np.ones((3, 4, 5), bool), np.ones((3, 4, 5), bool), (1.0, 2.0, 3.0)
    # One slice, and slices that lie much farther apart than pixels.
    disk = np.linalg.norm(np.indices((4, 40, 50)) - np.array([0, 20, 25]).reshape(3, 1, 1, 1), axis=0)
    yield disk[:1] < 15, np.roll(disk[:1] < 12, 9, axis=2), (5.0, 0.8, 0.8)
    yield disk < 15, np.roll(disk < 12, (1, 4), axis=(0, 1)), (12.0, 0.4, 0.4)
    # Far apart, in both directions: farther than the steps that are tried first.
    far = np.zeros((40, 60, 80), bool)
    near = far.copy()
    near[1:4, 2:9, 3:5], far[36:39, 50:58, 70:79] = True, True
    yield near, far, (2.5, 0.8, 0.8)
    # A solid ball in a thick shell: the farthest voxel is inside.
    radius = np.linalg.norm(np.indices((41, 41, 41)) - 20, axis=0)
    yield radius < 15, (radius < 18) & (radius > 9), (1.0, 1.0, 1.0)


PAIRS = [pair for pair in pairs() if pair[0].any() and pair[1].any()]


@pytest.mark.parametrize(("first", "second", "spacing_mm"), PAIRS)
def test_overlap_and_hausdorff_distance_are_those_of_simpleitk(first, second, spacing_mm):
    images = [sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in (first, second)]
    for image in images:
        image.SetSpacing(spacing_mm[::-1])
    overlap, hausdorff = sitk.LabelOverlapMeasuresImageFilter(), sitk.HausdorffDistanceImageFilter()
    overlap.Execute(*images)
    hausdorff.Execute(*images)

    found = compared(first, second, spacing_mm)

    assert found.dice == pytest.approx(overlap.GetDiceCoefficient(), abs=1e-9)
    assert found.jaccard == pytest.approx(overlap.GetJaccardCoefficient(), abs=1e-9)
    assert found.hausdorff_mm == pytest.approx(hausdorff.GetHausdorffDistance(), abs=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:surface_distance.*")
@pytest.mark.parametrize(("first", "second", "spacing_mm"), PAIRS)
def test_surface_distances_are_those_of_surface_distance(first, second, spacing_mm, monkeypatch):
    # It wants a name that numpy 2 has no more.
    monkeypatch.setattr(np, "Inf", inf, raising=False)
    distances = surface_distance.compute_surface_distances(first, second, spacing_mm)

    found = compared(first, second, spacing_mm, 1.7)

    expected = surface_distance.compute_surface_dice_at_tolerance(distances, 1.7)
    means = surface_distance.compute_average_surface_distance(distances)
    assert found.surface_dice == pytest.approx(expected, abs=1e-6)
    assert found.hd95_mm == pytest.approx(surface_distance.compute_robust_hausdorff(distances, 95), abs=1e-6)
    assert (found.mean_surface_1_mm, found.mean_surface_2_mm) == pytest.approx(means, abs=1e-6)
    assert found.mean_surface_mm == pytest.approx(sum(means) / 2, abs=1e-6)


@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), (3.0, 0.7, 0.9), (0.6, 2.5, 1.1)])
def test_areas_at_corners_are_those_of_surface_distance(spacing_mm):
    expected = create_table_neighbour_code_to_surface_area(spacing_mm)

    assert areas_of_codes(spacing_mm) == pytest.approx(expected, abs=1e-12)


def ball(radius_mm: float, centre_mm: float = 0.0) -> np.ndarray:
    """On slices of 2 mm with pixels of 1 mm, moved along the slices."""
    places = (np.indices((60, 90, 90)) - np.array([30, 45, 45]).reshape(3, 1, 1, 1)).astype(float)
    places *= np.array([2.0, 1.0, 1.0]).reshape(3, 1, 1, 1)
    places[0] -= centre_mm
    return np.linalg.norm(places, axis=0) <= radius_mm


def test_balls_in_each_other_have_the_measures_of_their_formulas():
    found = compared(ball(30), ball(34), (2.0, 1.0, 1.0), 2.0)

    half_diagonal = sqrt(2**2 + 1 + 1) / 2
    assert found.mean_surface_mm == pytest.approx(4, abs=half_diagonal)
    assert found.hd95_mm == pytest.approx(4, abs=half_diagonal)
    assert found.hausdorff_mm == pytest.approx(4, abs=half_diagonal)
    assert found.volume_1_ml == pytest.approx(4 / 3 * pi * 3**3, rel=0.01)
    assert found.volume_2_ml == pytest.approx(4 / 3 * pi * 3.4**3, rel=0.01)
    assert found.dice == pytest.approx(2 * 30**3 / (30**3 + 34**3), abs=0.005)
    assert found.jaccard == pytest.approx(30**3 / 34**3, abs=0.005)
    assert found.surface_dice < 0.05
    assert compared(ball(30), ball(34), (2.0, 1.0, 1.0), 6.0).surface_dice == 1


def test_a_ball_that_is_moved_has_the_distance_of_the_move():
    found = compared(ball(30), ball(30, 10), (2.0, 1.0, 1.0))

    # The cap of one ball that is outside the other is farthest at its pole.
    assert found.hausdorff_mm == pytest.approx(10, abs=sqrt(6) / 2)
    # Two balls of radius r, d apart, share pi (4 r + d) (2 r - d)^2 / 12.
    shared = pi * (4 * 30 + 10) * (2 * 30 - 10) ** 2 / 12
    assert found.dice == pytest.approx(shared / (4 / 3 * pi * 30**3), abs=0.005)


def test_an_oblique_grid_has_the_measures_of_its_spacing():
    angle = 0.4
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    turn = turn @ np.array([[1, 0, 0], [0, 0.6, -0.8], [0, 0.8, 0.6]])
    oblique = grid_of(ball(30).shape, (2.0, 1.0, 1.0), turn)

    found = compare_drawings(DrawnVoxels.of(ball(30), oblique), DrawnVoxels.of(ball(34), oblique), 2.0)

    straight = compared(ball(30), ball(34), (2.0, 1.0, 1.0), 2.0)
    for name in ("dice", "surface_dice", "hd95_mm", "hausdorff_mm", "mean_surface_mm", "volume_1_ml"):
        assert getattr(found, name) == pytest.approx(getattr(straight, name), abs=1e-9)


def test_masks_of_any_kind_of_number_are_drawings():
    mask = ball(20)
    grid = grid_of(mask.shape, (2.0, 1.0, 1.0))

    for kind in (np.uint8, np.int16, np.float32):
        other = DrawnVoxels.of(mask.astype(kind) * 3, grid)
        assert compare_drawings(DrawnVoxels.of(mask, grid), other, 1.0).dice == 1


def test_two_empty_drawings_are_the_same_and_it_is_said():
    empty = np.zeros((5, 6, 7), bool)

    found = compared(empty, empty, (1.0, 1.0, 1.0))

    assert (found.dice, found.jaccard, found.surface_dice) == (1, 1, 1)
    assert (found.hausdorff_mm, found.hd95_mm, found.mean_surface_mm) == (0, 0, 0)
    assert (found.volume_1_ml, found.volume_2_ml) == (0, 0)
    assert found.note == "Both drawings are empty."


def test_an_empty_drawing_is_infinitely_far_from_one_that_is_not():
    empty, full = np.zeros((5, 6, 7), bool), np.ones((5, 6, 7), bool)

    for found in (compared(empty, full, (1.0, 1.0, 1.0)), compared(full, empty, (1.0, 1.0, 1.0))):
        assert (found.dice, found.jaccard, found.surface_dice) == (0, 0, 0)
        assert (found.hausdorff_mm, found.hd95_mm, found.mean_surface_mm) == (inf, inf, inf)
        assert found.volume_1_ml + found.volume_2_ml == pytest.approx(0.21)
        assert found.note == "One drawing is empty."


def test_drawings_on_other_grids_are_refused():
    mask = np.ones((5, 6, 7), bool)
    sheared = np.eye(3)
    sheared[1, 2] = 0.2

    with pytest.raises(ValueError, match="on different grids"):
        compare_drawings(
            DrawnVoxels.of(mask, grid_of(mask.shape, (1.0, 1.0, 1.0))),
            DrawnVoxels.of(mask, grid_of(mask.shape, (1.0, 1.0, 1.5))),
            1.0,
        )
    with pytest.raises(ValueError, match="not on a grid"):
        DrawnVoxels.of(mask, grid_of((5, 6, 8), (1.0, 1.0, 1.0)))
    with pytest.raises(ValueError, match="not at right angles"):
        DrawnVoxels.of(mask, grid_of(mask.shape, (1.0, 1.0, 1.0), sheared))
