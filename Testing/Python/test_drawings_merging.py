"""Many regions of several drawings as one drawing: voxel for voxel, and each layer is looked at once."""

import numpy as np
import pytest
from QuizLoaderLib.images.arrays import SegmentationArrays, SegmentDescription
from QuizLoaderLib.images.grid import Grid
from QuizLoaderLib.masks.resampler import Resampler
from QuizLoaderLib.quiz.label_colors import color_of_value
from QuizLoaderLib.reader.drawing.given_contours import GivenContours
from QuizLoaderLib.reader.drawing.merging import merged
from QuizLoaderLib.reader.drawing.regions_to_draw import RegionsToDraw, RegionToDraw
from QuizLoaderLib.reader.drawing.segment_arrays import voxel_counts

SHAPE = (12, 16, 20)
GRID = Grid(SHAPE, np.eye(4))
EMPTY = -(1 << 40)
"""The value of an empty segment, which no voxel has."""


def blocks(names: list[str], seed: int, first: tuple[int, int, int] = (0, 0, 0)) -> SegmentationArrays:
    """A drawing of two layers with a block for each name, by chance, on a part of the grid from the voxel
    ``first`` (i, j, k) on."""
    chance = np.random.default_rng(seed)
    shape = tuple(size - start for size, start in zip(SHAPE, first[::-1], strict=True))
    layers = tuple(np.zeros(shape, dtype) for dtype in (np.uint8, np.int16))
    segments = []
    for number, name in enumerate(names):
        k, j, i = (int(chance.integers(0, size - 3)) for size in shape)
        layers[number % 2][k : k + 3, j : j + 3, i : i + 3] = number + 1
        segments.append(SegmentDescription(name, number % 2, number + 1, color_of_value(number + 1)))
    segments += [SegmentDescription(name, 0, EMPTY) for name in ("Nowhere", "Nor here")]
    matrix = np.eye(4)
    matrix[:3, 3] = first
    return SegmentationArrays(layers, matrix, tuple(segments))


def regions(arrays: SegmentationArrays) -> dict[str, np.ndarray]:
    """The voxels of each name on the grid, bool."""
    found: dict[str, np.ndarray] = {}
    i, j, k = (round(start) for start in arrays.ijk_to_ras[:3, 3])
    for segment in arrays.segments:
        layer = arrays.layers[segment.layer]
        there = found.setdefault(segment.name, np.zeros(SHAPE, bool))
        slices, rows, columns = layer.shape
        there[k : k + slices, j : j + rows, i : i + columns] |= layer == segment.value
    return found


@pytest.fixture
def planes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The planes that are resampled."""
    found: list[int] = []
    plane = Resampler.plane

    def noted(resampler: Resampler, layer: np.ndarray, k: int) -> np.ndarray | None:
        found.append(k)
        return plane(resampler, layer, k)

    monkeypatch.setattr(Resampler, "plane", noted)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_regions_of_several_drawings_keep_all_their_voxels(seed: int) -> None:
    names = [f"R{number}" for number in range(9)]
    drawings = [
        blocks(names[:7], seed),
        blocks(names[4:], 10 + seed, (3, 2, 1)),
        blocks(names[::-2], 20 + seed),
    ]
    quiz = RegionsToDraw(tuple(RegionToDraw(name, (1, 0, 0), 7) for name in ("R8", "R2")))
    whole = merged(drawings, GRID, quiz)
    expected: dict[str, np.ndarray] = {}
    for drawing in drawings:
        for name, voxels in regions(drawing).items():
            expected[name] = expected.get(name, np.zeros(SHAPE, bool)) | voxels

    assert whole.names[:2] == ["R8", "R2"] and sorted(whole.names) == sorted(expected)
    assert all((found == expected[name]).all() for name, found in regions(whole).items())
    assert voxel_counts(whole) == [expected[name].sum() for name in whole.names]


def test_one_value_of_two_names_is_both_regions() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[2:4, 3:6, 4:8] = 5
    pair = tuple(SegmentDescription(name, 0, 5) for name in ("Lung", "Left lung"))
    found = regions(merged([SegmentationArrays((labels,), np.eye(4), pair)], GRID, RegionsToDraw()))
    assert found.keys() == {"Lung", "Left lung"}
    assert all((voxels == (labels == 5)).all() for voxels in found.values())


def test_a_layer_is_taken_as_it_is_or_resampled_once_however_many_regions_it_has(
    planes: list[int],
) -> None:
    names = [f"R{number}" for number in range(30)]
    merged([blocks(names, 1, (3, 2, 1))], GRID, RegionsToDraw())
    assert planes == []
    finer = Grid((24, 16, 20), np.diag([1, 1, 0.5, 1]))
    merged([blocks(names, 1)], finer, RegionsToDraw())
    assert len(planes) == 2 * 24


def test_regions_that_do_not_overlap_share_a_layer() -> None:
    left, right = blocks([], 0), blocks([], 0)
    left.layers[0][2:4], right.layers[0][6:9] = 1, 1
    drawings = [
        SegmentationArrays(each.layers, each.ijk_to_ras, (SegmentDescription(name, 0, 1),))
        for each, name in ((left, "Left"), (right, "Right"))
    ]
    whole = merged(drawings, GRID, RegionsToDraw())
    assert len(whole.layers) == 1
    alone = GivenContours(whole).alone("Right")
    assert alone.layers[0].shape == (3, 16, 20) and alone.extent_offset == (0, 0, 6)
