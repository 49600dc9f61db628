"""Which mark hits which lesion, by cases worked by hand."""

import numpy as np
import pytest
from masks_made import grid
from QuizLoaderLib.images.grid import LPS_TO_RAS, moved
from QuizLoaderLib.scoring.marks import distances_mm, paired_by_distance

NONE = -1


@pytest.mark.parametrize(
    ("apart_mm", "tolerances_mm", "taken"),
    [
        # Two marks in one lesion: the first hits it, the second is a false one.
        ([[0, 0]], [0], [0]),
        # One mark between two lesions hits the nearer one alone.
        ([[3], [2]], [5, 5], [NONE, 0]),
        # As near to both: the first lesion has it.
        ([[2], [2]], [5, 5], [0, NONE]),
        # Just at the tolerance is near enough, a thousandth of a mm more is not.
        ([[5.0]], [5], [0]),
        ([[5.001]], [5], [NONE]),
        # Each lesion has a tolerance of its own.
        ([[4], [4]], [3, 5], [NONE, 0]),
        # The nearest pair first: the other lesion takes what is left, if it is near enough.
        ([[1, 2], [0, 9]], [3, 3], [1, 0]),
        ([[1, 9], [0, 9]], [3, 3], [NONE, 0]),
        # A mark without a place hits nothing.
        ([[np.nan, 1]], [3], [1]),
        # Nobody marked anything.
        ([[], []], [3, 3], [NONE, NONE]),
    ],
)
def test_lesions_take_marks(
    apart_mm: list[list[float]], tolerances_mm: list[float], taken: list[int]
) -> None:
    apart = np.array(apart_mm, float).reshape(len(tolerances_mm), -1)
    assert paired_by_distance(apart, np.array(tolerances_mm, float)).tolist() == taken


def test_a_case_with_nothing_to_mark_pairs_nothing() -> None:
    assert paired_by_distance(np.empty((0, 3)), np.empty(0)).tolist() == []


TURNED = np.array([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, -1]])


@pytest.mark.parametrize("turn", [np.eye(3), TURNED], ids=["straight", "oblique and flipped"])
def test_a_mark_is_as_far_from_a_region_as_from_the_box_of_its_nearest_voxel(turn: np.ndarray) -> None:
    matrix = grid((2, 3, 5), (10, -20, 30), turn)
    voxels = np.array([(i, j, 4) for i in range(3, 6) for j in range(2, 4)])
    # From the centre of the voxel (5, 3, 4), along its own axes, in mm.
    steps = np.array(
        [(0, 0, 0), (0.99, 0, 0), (1, 0, 0), (4, 0, 0), (4, 5.5, 0), (4, 5.5, 14.5), (-3, 0, -2.5)]
    )
    points_ras = moved(matrix, np.array([[5, 3, 4]])) + steps @ turn.T
    found = distances_mm(moved(LPS_TO_RAS, points_ras), voxels, matrix)
    assert found == pytest.approx([0, 0, 0, 3, 5, 13, 0], abs=1e-9)


def test_a_region_without_voxels_is_infinitely_far() -> None:
    assert distances_mm(np.zeros((2, 3)), np.empty((0, 3), int), np.eye(4)).tolist() == [np.inf, np.inf]
