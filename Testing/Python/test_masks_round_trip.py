"""Segments to a mask and back: every voxel, name and colour, but for the overlaps that were reported."""

import numpy as np
import pytest
from masks_made import (
    Ball,
    codes_of,
    grid,
    painted,
    quizloader,
    read_image,
    segmentation_of,
    write_image,
    write_map,
)
from QuizLoaderLib.images.arrays import SegmentationArrays, SegmentDescription
from QuizLoaderLib.masks import mask_from_segments, segments_from_mask
from QuizLoaderLib.masks.errors import MaskError
from QuizLoaderLib.masks.files import write_segmentation
from QuizLoaderLib.quiz.label_colors import color_of_value
from QuizLoaderLib.quiz.value_map import ValueMap

IJK_TO_RAS = grid((0.8, 0.9, 2.5), (40, 50, -60), np.diag([-1.0, -1.0, 1.0]))
SHAPE = (20, 60, 70)
AWKWARD_NAMES = [
    "Lung, left upper", "a=b", "GTV=1=2", "Body_Contour", "Foie gauché", "肝脏", "sous-rénal", "x y  z", "#2",
    "Niere 'links'", "tab\tname", 'say "ah"', "back\\slash", "100 %", "Ω²",
]  # fmt: skip
VALUES = [1, 255, 256, 32767, 32768, 65535, 70000, 2**31 - 1, 2**31, 2**32 - 1]


def forty_balls() -> list[Ball]:
    """Balls in rows of ten, each overlapping its neighbours."""
    names = AWKWARD_NAMES + [f"Region {number}" for number in range(len(AWKWARD_NAMES), 40)]
    return [
        Ball(name, (38 - 5 * (n % 10), 46 - 10 * (n // 10), -36 + 5 * (n % 3)), 4.5)
        for n, name in enumerate(names)
    ]


def test_forty_overlapping_segments_come_back(tmp_path) -> None:
    balls = forty_balls()
    value_map = ValueMap(
        {ball.name: (VALUES[n] if n < len(VALUES) else 1000 + n) for n, ball in enumerate(balls)}
    )
    truth = painted(balls, value_map, SHAPE, IJK_TO_RAS)

    write_segmentation(segmentation_of(balls, SHAPE, IJK_TO_RAS), tmp_path / "in.seg.nrrd")
    mask = mask_from_segments(tmp_path / "in.seg.nrrd", value_map)
    back = segments_from_mask(mask, value_map)
    write_segmentation(back, tmp_path / "out.seg.nrrd")
    again = mask_from_segments(tmp_path / "out.seg.nrrd", value_map)

    assert np.array_equal(mask.voxels, truth)
    assert [segment.name for segment in back.segments] == [ball.name for ball in balls]
    for segment, ball in zip(back.segments, balls, strict=True):
        voxels = back.layers[segment.layer] == segment.value
        assert np.array_equal(voxels, truth == value_map.values[ball.name])
    lost = {ball.name: 0 for ball in balls}
    for loss in mask.lost:
        lost[loss.region] += loss.voxels
    for ball, region in zip(balls, mask.regions, strict=True):
        assert region.voxels + lost[ball.name] == ball.inside(SHAPE, IJK_TO_RAS).sum()
    assert np.array_equal(again.voxels, truth)
    assert again.lost == ()


@pytest.mark.parametrize("ending", [".nrrd", ".nii.gz", ".nii", ".mha"])
def test_values_survive_every_file_format(tmp_path, ending: str) -> None:
    balls = [Ball(f"r{value}", (36 - 3 * n, 30, -40), 1.6) for n, value in enumerate(VALUES)]
    write_segmentation(segmentation_of(balls, SHAPE, IJK_TO_RAS), tmp_path / "in.seg.nrrd")
    names = write_map(tmp_path / "map.txt", **{f"r{value}": value for value in VALUES})

    ended = quizloader("mask", tmp_path / "in.seg.nrrd", "--map", names, "--out", tmp_path / f"m{ending}")
    back = quizloader("segments", tmp_path / f"m{ending}", "--map", names, "--out", tmp_path / "b.seg.nrrd")
    again = quizloader("mask", tmp_path / "b.seg.nrrd", "--map", names, "--out", tmp_path / "again.nrrd")

    assert (ended.code, back.code, again.code) == (0, 0, 0)
    voxels, place = read_image(tmp_path / f"m{ending}")
    assert voxels.dtype == np.uint32
    assert sorted(set(np.unique(voxels)) - {0}) == VALUES
    assert np.array_equal(voxels, read_image(tmp_path / "again.nrrd")[0])
    assert place == pytest.approx(IJK_TO_RAS, abs=1e-4)


def test_slicer_reads_the_segments_with_names_colours_and_voxels(tmp_path) -> None:
    import slicer

    balls = [ball for ball in forty_balls() if ball.name.isprintable()][:13]
    colors = {ball.name: (0.25, n / 20, 1.0) for n, ball in enumerate(balls)}
    made = segmentation_of(balls, SHAPE, IJK_TO_RAS)
    segments = tuple(
        SegmentDescription(one.name, one.layer, one.value, colors[one.name], tags={"TerminologyEntry": "a~b"})
        for one in made.segments
    )
    write_segmentation(SegmentationArrays(made.layers, IJK_TO_RAS, segments), tmp_path / "x.seg.nrrd")

    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(tmp_path / "x.seg.nrrd"))

    assert storage.ReadData(node) == 1
    segmentation = node.GetSegmentation()
    found = [segmentation.GetNthSegment(n) for n in range(segmentation.GetNumberOfSegments())]
    assert [segment.GetName() for segment in found] == [ball.name for ball in balls]
    assert [segment.GetColor() for segment in found] == [pytest.approx(colors[ball.name]) for ball in balls]
    read = mask_from_segments(node, ValueMap({ball.name: 1 for ball in balls}))
    everything = np.logical_or.reduce([ball.inside(SHAPE, IJK_TO_RAS) for ball in balls])
    filled = np.argwhere(read.voxels) @ read.ijk_to_ras[:3, 2::-1].T + read.ijk_to_ras[:3, 3]
    truth = np.argwhere(everything) @ IJK_TO_RAS[:3, 2::-1].T + IJK_TO_RAS[:3, 3]
    assert filled == pytest.approx(truth, abs=1e-3)


def test_slicer_reads_large_label_values(tmp_path) -> None:
    import slicer

    voxels = np.array([[[0, 1, 70000, 2**31 - 1]]], np.uint32)
    names = ValueMap({"a": 1, "b": 70000, "c": 2**31 - 1})
    write_segmentation(segments_from_mask(voxels, names), tmp_path / "x.seg.nrrd")

    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(tmp_path / "x.seg.nrrd"))

    assert storage.ReadData(node) == 1
    values = [node.GetSegmentation().GetNthSegment(n).GetLabelValue() for n in range(3)]
    assert values == [1, 70000, 2**31 - 1]


def test_values_above_a_c_int_are_numbered_and_their_names_stay() -> None:
    voxels = np.array([[[0, 2**31, 5, 2**31]]], np.uint32)

    segments = segments_from_mask(voxels, ValueMap({"large": 2**31, "small": 5}))

    assert max(segment.value for segment in segments.segments) <= 2
    large, small = segments.segments
    assert (large.name, small.name) == ("large", "small")
    assert np.array_equal(segments.layers[0] == large.value, voxels == 2**31)
    assert np.array_equal(segments.layers[0] == small.value, voxels == 5)


def test_an_unknown_value_becomes_a_label_with_a_warning(tmp_path) -> None:
    write_image(tmp_path / "mask.nii.gz", np.array([[[0, 10, 7, 7]]], np.uint8))
    names = write_map(tmp_path / "map.txt", Liver=10, Spleen=20)

    ended = quizloader("segments", tmp_path / "mask.nii.gz", "--map", names, "--out", tmp_path / "x.seg.nrrd")

    assert ended.code == 0
    assert "warning M107: The map has no name for the value 7; its segment is called “Label_7”." in ended.out
    assert "Not in the mask: Spleen" in ended.lines
    mask = mask_from_segments(tmp_path / "x.seg.nrrd", ValueMap({"Liver": 1, "Label_7": 2}))
    assert mask.voxels.ravel().tolist() == [0, 1, 2, 2]


def test_colours_come_from_the_table_else_from_the_value(tmp_path) -> None:
    (tmp_path / "t.tsv").write_text(
        "index\tname\tcolor\n10\tLiver\t#ff8000\n20\tSpleen\tn/a\n", encoding="utf-8"
    )
    write_image(tmp_path / "mask.nrrd", np.array([[[0, 10, 20]]], np.uint8))

    liver, spleen = segments_from_mask(tmp_path / "mask.nrrd", tmp_path / "t.tsv").segments

    assert liver.color == pytest.approx((1, 128 / 255, 0))
    assert spleen.color == color_of_value(20)


def test_two_labels_of_one_value_are_ambiguous(tmp_path) -> None:
    write_image(tmp_path / "mask.nrrd", np.zeros((1, 2, 2), np.uint8))
    names = write_map(tmp_path / "map.txt", Left=3, Right=3)

    ended = quizloader("segments", tmp_path / "mask.nrrd", "--map", names, "--out", tmp_path / "x.seg.nrrd")

    assert ended.code == 1
    assert ended.lines == [
        f"{names}:2: error M108: “Left” and “Right” both have the value 3, "
        "so the mask cannot tell which of them a voxel is."
    ]
    assert not (tmp_path / "x.seg.nrrd").exists()


@pytest.mark.parametrize(
    ("voxels", "sentence"),
    [
        (np.full((1, 2, 2), 1.5, np.float32), "A mask holds whole numbers; this one holds 1.5, of type"),
        (np.full((1, 2, 2), 0.9999999, np.float32), "A mask holds whole numbers; this one holds 0.9999999,"),
        (np.full((1, 2, 2), np.nan), "A mask holds whole numbers; this one holds nan, of type float64."),
        (np.full((1, 2, 2), -3, np.int16), "The mask holds the value -3; values go from 1 to 4294967295"),
        (np.full((1, 2, 2), 2**33, np.int64), "The mask holds the value 8589934592; values go from 1"),
    ],
)  # fmt: skip
def test_a_mask_of_other_than_whole_numbers_is_refused(voxels: np.ndarray, sentence: str) -> None:
    with pytest.raises(MaskError) as raised:
        segments_from_mask(voxels, ValueMap({"a": 1}))

    assert sentence in str(raised.value)
    assert raised.value.problem.code == ("M205" if "holds the value" in sentence else "M203")


def test_floats_that_are_whole_numbers_are_read_and_said() -> None:
    segments = segments_from_mask(np.array([[[0.0, 10.0]]]), ValueMap({"Liver": 10}))

    assert codes_of(segments.problems) == ["M204"]
    assert [(one.name, one.value) for one in segments.segments] == [("Liver", 10)]


def test_an_empty_mask_gives_no_segments_and_says_so() -> None:
    assert codes_of(segments_from_mask(np.zeros((2, 2, 2), np.uint8), ValueMap({"a": 1})).problems) == [
        "M207"
    ]
