"""Contours are filled straight into a mask; it is that of their segments, and exact by formula."""

from pathlib import Path

import numpy as np
import pytest
from dicom_made import MadeRoi, Placement, write_series, write_structure_set
from QuizLoaderLib.images.structure_set.drawn_regions import DrawnRegions
from QuizLoaderLib.masks.painting import Mask, paint
from QuizLoaderLib.masks.sources import ContourFilling, read_source
from QuizLoaderLib.quiz.value_map import ValueMap

EVEN = tuple(3.0 * k for k in range(12))
UNEVEN = (0.0, 3.0, 6.0, 9.0, 15.0, 21.0, 24.0, 27.0, 30.0, 33.0, 36.0, 39.0)
ROWS, COLUMNS = 60, 80
CIRCLES = {
    # Name: centre x, y and radius in mm; the slices.
    "A": (20.3, 30.1, 14.7, range(9)),
    "B": (28.2, 30.4, 12.9, range(2, 11)),
    "C": (24.6, 34.8, 11.3, range(4, 12)),
    "D": (60.2, 20.7, 9.6, range(3, 5)),
    "E": (24.6, 34.8, 4.2, range(5, 6)),
}


def ring(x: float, y: float, radius: float, z: float, count: int = 2000) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle), np.full(count, z)])


def inside(name: str) -> np.ndarray:
    """By the circle's formula, on the slices as acquired."""
    x, y, radius, slices = CIRCLES[name]
    k, j, i = np.indices((12, ROWS, COLUMNS))
    return ((i - x) ** 2 + (j - y) ** 2 < radius**2) & (k >= slices.start) & (k < slices.stop)


def study(folder: Path, offsets: tuple[float, ...], every: int = 1) -> Path:
    write_series(folder / "ct", np.zeros((12, ROWS, COLUMNS), np.int16), Placement(offsets))
    rois = [
        MadeRoi(name, [ring(x, y, radius, offsets[k]) for k in slices[::every]])
        for name, (x, y, radius, slices) in CIRCLES.items()
    ]
    return write_structure_set(
        folder / "rs.dcm", [*rois, MadeRoi("Empty"), MadeRoi("Other", rois[3].contours)]
    )


def both_ways(path: Path, values: ValueMap, filling: ContourFilling = ContourFilling()) -> Mask:  # noqa: B008
    """The mask, compared with the one that is painted from segments."""
    source = read_source(path, filling=filling)
    assert isinstance(source.regions, DrawnRegions)
    mask = paint(source.regions, values, source.grid, ignore_unmapped=True)
    of_segments = paint(source.segmentation, values, source.grid, ignore_unmapped=True)
    assert mask.voxels.dtype == of_segments.voxels.dtype
    np.testing.assert_array_equal(mask.voxels, of_segments.voxels)
    np.testing.assert_array_equal(mask.ijk_to_ras, of_segments.ijk_to_ras)
    assert (mask.regions, mask.lost) == (of_segments.regions, of_segments.lost)
    assert mask.problems == of_segments.problems
    return mask


@pytest.mark.parametrize(
    "values",
    [
        {"A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "Empty": 6},
        {"E": 5, "C": 200, "A": 7, "B": 9},
        {"A": 300, "B": 70_000, "C": 2, "E": 300},
        {"A": 8, "B": 8, "C": 8, "E": 3},
        {"D": 255},
    ],
)
def test_of_several_regions_on_a_voxel_the_last_of_the_map_has_it(
    tmp_path: Path, values: dict[str, int]
) -> None:
    mask = both_ways(study(tmp_path, EVEN), ValueMap(values))

    truth = np.zeros((12, ROWS, COLUMNS), int)
    for name, value in values.items():
        if name in CIRCLES:
            truth[inside(name)] = value
    np.testing.assert_array_equal(mask.voxels, truth)


def test_voxels_lost_to_the_winner_are_counted_once_where_three_regions_meet(tmp_path: Path) -> None:
    mask = both_ways(study(tmp_path, EVEN), ValueMap({"A": 1, "B": 2, "C": 3}))

    a, b, c = inside("A"), inside("B"), inside("C")
    assert {(loss.region, loss.winner): loss.voxels for loss in mask.lost} == {
        ("A", "B"): (a & b & ~c).sum(),
        ("A", "C"): (a & c).sum(),
        ("B", "C"): (b & c).sum(),
    }
    assert [region.voxels for region in mask.regions] == [(a & ~b & ~c).sum(), (b & ~c).sum(), c.sum()]


def test_on_uneven_slices_each_slice_counts_as_often_as_it_is_shown(tmp_path: Path) -> None:
    mask = both_ways(study(tmp_path, UNEVEN), ValueMap({"A": 1, "B": 2, "C": 3, "E": 4}))

    assert len(mask.voxels) > 12
    assert sum(region.voxels for region in mask.regions) == np.count_nonzero(mask.voxels)


def test_gaps_are_filled_alike(tmp_path: Path) -> None:
    path = study(tmp_path, EVEN, every=2)

    filled = both_ways(path, ValueMap({"A": 1, "C": 3}), ContourFilling(fill_gaps=True))

    assert np.count_nonzero(filled.voxels) > np.count_nonzero(
        both_ways(path, ValueMap({"A": 1, "C": 3})).voxels
    )


def test_more_regions_than_a_byte_has_values(tmp_path: Path) -> None:
    write_series(tmp_path / "ct", np.zeros((2, 40, 40), np.int16), Placement((0.0, 3.0)))
    rois = [MadeRoi(f"R{n}", [ring(3 + n % 30, 3 + n // 30, 1.6, 0.0, 40)]) for n in range(300)]
    path = write_structure_set(tmp_path / "rs.dcm", rois)

    mask = both_ways(path, ValueMap({f"R{n}": n + 1 for n in range(300)}))

    assert mask.voxels[0, 3 + 299 // 30, 3 + 299 % 30] == 300
