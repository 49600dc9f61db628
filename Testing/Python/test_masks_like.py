"""A mask lies on the grid of the image it is for: nearest neighbour, whole, in the right place."""

import numpy as np
import pytest
from masks_made import Ball, codes_of, grid, painted, read_image, segmentation_of, write_image, write_seg
from QuizLoaderLib.images.grid import Grid
from QuizLoaderLib.masks import mask_from_segments
from QuizLoaderLib.masks.errors import MaskError
from QuizLoaderLib.masks.files import write_mask
from QuizLoaderLib.masks.sources import GRID_CROPPED
from QuizLoaderLib.quiz.value_map import ValueMap

BALLS = [Ball("A", (12, -7, 20), 9), Ball("B", (20, -2, 24), 6)]
MAP = ValueMap({"A": 1, "B": 2})


def turned(*degrees: float) -> np.ndarray:
    """A rotation about the axes R, A and S, one after the other."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        one = np.eye(3)
        first, second = [other for other in range(3) if other != axis]
        one[first, first] = one[second, second] = np.cos(angle)
        one[first, second], one[second, first] = -np.sin(angle), np.sin(angle)
        matrix = one @ matrix
    return matrix


def around_the_balls(shape: tuple[int, ...], spacing: tuple[float, ...], turn: np.ndarray) -> np.ndarray:
    """A grid of any direction with its middle between the balls."""
    half = turn @ (np.array(spacing) * (np.array(shape[::-1]) - 1) / 2)
    return grid(spacing, (16, -5, 22) - half, turn)


FLIPPED = np.diag([-1.0, -1.0, 1.0])
SAGITTAL = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
FINE = ((80, 70, 90), grid((0.5, 0.5, 0.5), (-8, -24, 4)))
TARGETS = {
    "finer": ((100, 60, 80), grid((0.4, 0.6, 0.5), (-4, -24, 4))),
    "coarser": ((20, 24, 26), grid((2, 2, 2), (-8, -24, 4))),
    "flipped": ((40, 40, 45), grid((1, 1, 1), (37, 16, 4), FLIPPED)),
    "sagittal": ((45, 40, 40), grid((1, 1, 1), (-8, -24, 4), SAGITTAL)),
    "oblique": ((40, 45, 50), around_the_balls((40, 45, 50), (1, 1.2, 1), turned(10, 20, -15))),
    "larger": ((60, 60, 70), grid((1, 1, 1), (-20, -40, -10))),
    "shifted by parts of a voxel": ((40, 40, 45), grid((1, 1, 1), (-8.3, -24.4, 4.2))),
}


@pytest.mark.parametrize("name", TARGETS)
def test_every_voxel_has_the_value_of_the_source_voxel_that_holds_its_centre(name: str) -> None:
    shape, ijk_to_ras = TARGETS[name]
    source = segmentation_of(BALLS, *FINE)

    mask = mask_from_segments(source, MAP, Grid(shape, ijk_to_ras))

    truth = np.zeros(shape, int)
    fine = painted(BALLS, MAP, *FINE)
    k, j, i = np.indices(shape)
    points = np.stack([i, j, k, np.ones(shape)], axis=-1) @ (np.linalg.inv(FINE[1]) @ ijk_to_ras).T
    nearest = np.floor(points[..., :3] + 0.5 + 1e-6).astype(int)
    inside = ((nearest >= 0) & (nearest < FINE[0][::-1])).all(axis=-1)
    truth[inside] = fine[tuple(nearest[inside][:, ::-1].T)]
    assert mask.voxels.shape == shape
    assert np.array_equal(mask.voxels, truth)
    assert truth.any()


@pytest.mark.parametrize("name", TARGETS)
def test_the_volume_is_that_of_the_ball_whatever_the_grid(name: str) -> None:
    shape, ijk_to_ras = TARGETS[name]
    alone = [BALLS[0]]

    mask = mask_from_segments(segmentation_of(alone, *FINE), ValueMap({"A": 1}), Grid(shape, ijk_to_ras))

    assert mask.regions[0].ml == pytest.approx(4 / 3 * np.pi * 9**3 / 1000, rel=0.06)


def test_the_mask_covers_the_whole_image_though_the_segments_file_is_cropped(tmp_path) -> None:
    ijk_to_ras = grid((1, 1, 2), (-8, -24, 4), FLIPPED)
    ball = Ball("A", (-20, -40, 24), 5)
    whole = segmentation_of([ball], (20, 40, 45), ijk_to_ras)
    filled = np.argwhere(whole.layers[0])
    low, high = filled.min(axis=0), filled.max(axis=0) + 1
    cut = tuple(slice(*ends) for ends in zip(low, high, strict=True))
    moved = ijk_to_ras.copy()
    moved[:3, 3] += ijk_to_ras[:3, :3] @ low[::-1]
    cropped = type(whole)((np.ascontiguousarray(whole.layers[0][cut]),), moved, whole.segments)
    image = write_image(tmp_path / "ct.nii.gz", np.zeros((20, 40, 45), np.int16), ijk_to_ras)

    mask = mask_from_segments(write_seg(tmp_path / "a.seg.nrrd", cropped), ValueMap({"A": 7}), like=image)
    write_mask(mask, tmp_path / "mask.nrrd")

    voxels, place = read_image(tmp_path / "mask.nrrd")
    assert np.array_equal(voxels == 7, whole.layers[0] == 1)
    assert place == pytest.approx(ijk_to_ras, abs=1e-5)


def test_voxels_that_the_image_does_not_reach_are_counted() -> None:
    shape, ijk_to_ras = (80, 70, 45), FINE[1]
    source = segmentation_of(BALLS, *FINE)

    mask = mask_from_segments(source, MAP, Grid(shape, ijk_to_ras))

    beyond = [ball.inside(*FINE)[:, :, 45:].sum() for ball in BALLS]
    assert [problem.sentence for problem in mask.problems if problem.code == "M201"] == [
        f"{count} voxels of “{ball.name}” lie outside the image and are not in the mask."
        for ball, count in zip(BALLS, beyond, strict=True)
    ]


def test_voxels_outside_are_counted_on_an_oblique_image_too() -> None:
    turn = turned(0, 0, 30)
    target = Grid((80, 20, 90), grid((0.5, 0.5, 0.5), (-8, -24, 4), turn))
    source = segmentation_of([BALLS[0]], *FINE)

    mask = mask_from_segments(source, ValueMap({"A": 1}), target)

    k, j, i = np.nonzero(source.layers[0])
    places = np.linalg.inv(target.ijk_to_ras) @ FINE[1] @ np.stack([i, j, k, np.ones(len(i))])
    indices = np.floor(places[:3] + 0.5 + 1e-6)
    outside = ~((indices >= 0) & (indices < np.array([[90], [20], [80]]))).all(axis=0)
    assert f"{outside.sum()} voxels of “A” lie outside" in mask.problems[-1].sentence


def test_grids_that_do_not_overlap_are_an_error() -> None:
    far = Grid((10, 10, 10), grid((1, 1, 1), (500, 0, 0)))

    with pytest.raises(MaskError, match="do not overlap anywhere in space") as caught:
        mask_from_segments(segmentation_of(BALLS, *FINE), MAP, far)
    assert caught.value.problem.code == "M202"


def test_a_region_too_thin_for_a_coarse_image_is_said() -> None:
    source = segmentation_of([Ball("A", (1, 1, 1), 0.4), Ball("B", (4, 4, 4), 3)], (8, 8, 8), grid())
    coarse = Grid((3, 3, 3), grid((4, 4, 4), (0, 0, 0)))

    mask = mask_from_segments(source, MAP, coarse)

    assert codes_of(mask.problems) == ["M104"]
    assert "“A” has no voxel" in mask.problems[0].sentence


def test_a_segmentation_that_slicer_cropped_gives_a_mask_of_its_whole_reference_image(tmp_path) -> None:
    import slicer
    from QuizLoaderLib.images.types.segmentation import make_node
    from QuizLoaderLib.images.types.type_module import Look

    shape, ijk_to_ras = (20, 30, 40), grid((1, 1.5, 2), (7, -20, 3), turned(0, 0, 25))
    ball = Ball("A", tuple((ijk_to_ras @ [25, 20, 12, 1])[:3]), 5)
    scene = slicer.vtkMRMLScene()
    arrays = segmentation_of([ball], shape, ijk_to_ras)
    node = make_node("s", arrays, Look(), scene)
    whole = node.GetSegmentation().GetNthSegment(0).GetRepresentation("Binary labelmap")
    node.GetSegmentation().SetConversionParameter(
        "Reference image geometry", slicer.vtkSegmentationConverter.SerializeImageGeometry(whole)
    )
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetCropToMinimumExtent(True)
    storage.SetFileName(str(tmp_path / "cropped.seg.nrrd"))
    assert storage.WriteData(node) == 1
    assert read_image(tmp_path / "cropped.seg.nrrd")[0].size < ball.inside(shape, ijk_to_ras).size / 10

    mask = mask_from_segments(tmp_path / "cropped.seg.nrrd", ValueMap({"A": 1}))

    assert np.array_equal(mask.voxels == 1, ball.inside(shape, ijk_to_ras))
    assert mask.ijk_to_ras == pytest.approx(ijk_to_ras, abs=1e-6)
    assert codes_of(mask.problems) == []
    # The same file without the name of its image: of what is around the segments nothing is known.
    written = (tmp_path / "cropped.seg.nrrd").read_bytes()
    nameless = written.replace(b"Reference image geometry", b"Another image geometry  ")
    (tmp_path / "cropped.seg.nrrd").write_bytes(nameless)
    part = mask_from_segments(tmp_path / "cropped.seg.nrrd", ValueMap({"A": 1}))
    assert codes_of(part.problems) == [GRID_CROPPED]
    assert (part.voxels == 1).sum() == (mask.voxels == 1).sum() > 0
    assert part.voxels.size < mask.voxels.size / 10
    assert codes_of(mask.problems) == []
