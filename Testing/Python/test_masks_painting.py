"""A radiologist's segments become one mask by the study's map."""

import numpy as np
import pytest
from masks_made import Ball, codes_of, grid, painted, segmentation_of
from QuizLoaderLib.images.arrays import SegmentationArrays, SegmentDescription
from QuizLoaderLib.masks import mask_from_segments
from QuizLoaderLib.masks.errors import MaskError
from QuizLoaderLib.quiz.value_map import ValueMap

SHAPE = (12, 20, 30)
IJK_TO_RAS = grid((1, 1.5, 2), (-10, -12, 5))
LIVER = Ball("Liver", (0, 0, 15), 8)
SPLEEN = Ball("Spleen", (6, 2, 15), 6)
KIDNEY = Ball("Kidney", (2, -4, 18), 5)
SEED_MAP = ValueMap({"Liver": 10, "Spleen": 20, "Kidney": 30})


def test_each_region_has_its_value_and_the_last_of_the_map_wins() -> None:
    segmentation = segmentation_of([KIDNEY, LIVER, SPLEEN], SHAPE, IJK_TO_RAS)

    mask = mask_from_segments(segmentation, SEED_MAP)

    assert np.array_equal(mask.voxels, painted([LIVER, SPLEEN, KIDNEY], SEED_MAP, SHAPE, IJK_TO_RAS))
    assert mask.voxels.dtype == np.uint8
    assert np.array_equal(mask.ijk_to_ras, IJK_TO_RAS)


def test_the_order_of_the_map_decides_not_that_of_the_file() -> None:
    segmentation = segmentation_of([LIVER, SPLEEN], SHAPE, IJK_TO_RAS)
    liver_last = ValueMap({"Spleen": 20, "Liver": 10})

    mask = mask_from_segments(segmentation, liver_last)

    assert (mask.voxels[LIVER.inside(SHAPE, IJK_TO_RAS)] == 10).all()


def test_lost_voxels_are_counted_for_each_pair_once() -> None:
    segmentation = segmentation_of([LIVER, SPLEEN, KIDNEY], SHAPE, IJK_TO_RAS)
    liver, spleen, kidney = (ball.inside(SHAPE, IJK_TO_RAS) for ball in (LIVER, SPLEEN, KIDNEY))

    mask = mask_from_segments(segmentation, SEED_MAP)

    lost = {(loss.region, loss.winner): loss.voxels for loss in mask.lost}
    assert lost == {
        ("Liver", "Spleen"): (liver & spleen & ~kidney).sum(),
        ("Liver", "Kidney"): (liver & kidney).sum(),
        ("Spleen", "Kidney"): (spleen & kidney).sum(),
    }
    assert codes_of(mask.problems) == ["M105", "M105", "M105"]
    assert f"{lost['Liver', 'Spleen']} voxels of “Liver” are lost under “Spleen”" in mask.problems[0].sentence


def test_voxels_and_ml_of_each_region() -> None:
    mask = mask_from_segments(segmentation_of([LIVER, SPLEEN], SHAPE, IJK_TO_RAS), SEED_MAP)

    liver, spleen = mask.regions
    assert liver.voxels == (LIVER.inside(SHAPE, IJK_TO_RAS) & ~SPLEEN.inside(SHAPE, IJK_TO_RAS)).sum()
    assert spleen.voxels == SPLEEN.inside(SHAPE, IJK_TO_RAS).sum()
    assert spleen.ml == pytest.approx(spleen.voxels * 1 * 1.5 * 2 / 1000)


@pytest.mark.parametrize(
    ("greatest", "dtype"),
    [
        (1, "uint8"), (255, "uint8"), (256, "uint16"), (32768, "uint16"), (65535, "uint16"),
        (70000, "uint32"), (2**31, "uint32"), (2**32 - 1, "uint32"),
    ],
)  # fmt: skip
def test_the_smallest_unsigned_type_holds_the_values_and_clips_nothing(greatest: int, dtype: str) -> None:
    value_map = ValueMap({"Spleen": 1, "Liver": greatest})

    mask = mask_from_segments(segmentation_of([LIVER], SHAPE, IJK_TO_RAS), value_map)

    assert mask.voxels.dtype == dtype
    assert set(np.unique(mask.voxels)) == {0, greatest}


def test_a_region_that_the_map_does_not_name_is_an_error_with_a_near_name() -> None:
    segmentation = segmentation_of([Ball("liver", (0, 0, 15), 4), SPLEEN], SHAPE, IJK_TO_RAS)

    with pytest.raises(MaskError) as raised:
        mask_from_segments(segmentation, SEED_MAP)

    unmapped = next(problem for problem in raised.value.problems if problem.is_error)
    assert unmapped.sentence == "The region “liver” is not in the map."
    assert unmapped.hint.startswith("the nearest name is “Liver”; add it to the map")


def test_all_unmapped_regions_are_named_at_once_and_labels_without_region_too() -> None:
    segmentation = segmentation_of(
        [LIVER, Ball("GTV", (0, 0, 15), 2), Ball("PTV", (0, 0, 15), 3)], SHAPE, IJK_TO_RAS
    )

    with pytest.raises(MaskError) as raised:
        mask_from_segments(segmentation, ValueMap({"Liver": 1, "Heart": 2}, {"Liver": 1, "Heart": 2}))

    assert [(problem.code, problem.line) for problem in raised.value.problems] == [
        ("M101", 0),
        ("M101", 0),
        ("M102", 2),
    ]


def test_unmapped_regions_can_be_left_out() -> None:
    segmentation = segmentation_of([LIVER, Ball("Body", (0, 0, 15), 30)], SHAPE, IJK_TO_RAS)

    mask = mask_from_segments(segmentation, SEED_MAP, ignore_unmapped=True)

    assert np.array_equal(mask.voxels == 10, LIVER.inside(SHAPE, IJK_TO_RAS))
    assert mask.lost == ()


def test_nothing_in_common_is_an_error_even_where_unmapped_regions_are_left_out() -> None:
    with pytest.raises(MaskError, match="None of the regions is in the map") as caught:
        mask_from_segments(
            segmentation_of([LIVER], SHAPE, IJK_TO_RAS), ValueMap({"Heart": 1}), ignore_unmapped=True
        )
    assert "M106" in codes_of(caught.value.problems)


def test_two_regions_of_one_name_are_refused_with_their_numbers() -> None:
    segmentation = segmentation_of([LIVER, SPLEEN, Ball("Liver", (0, 0, 15), 2)], SHAPE, IJK_TO_RAS)

    with pytest.raises(MaskError, match=r"2 regions are called “Liver” \(numbers 1, 3\)") as caught:
        mask_from_segments(segmentation, SEED_MAP)
    assert "M103" in codes_of(caught.value.problems)


def test_names_that_look_the_same_are_told_apart() -> None:
    composed, decomposed = "Rate gauch\u00e9", "Rate gauche\u0301"
    segmentation = segmentation_of([Ball(decomposed, (0, 0, 15), 4)], SHAPE, IJK_TO_RAS)

    with pytest.raises(MaskError) as raised:
        mask_from_segments(segmentation, ValueMap({composed: 1}))

    assert "encoded in another way" in raised.value.problems[0].hint


def test_two_labels_of_one_value_are_merged_and_lose_nothing_to_each_other() -> None:
    value_map = ValueMap({"Liver": 5, "Spleen": 5})

    mask = mask_from_segments(segmentation_of([LIVER, SPLEEN], SHAPE, IJK_TO_RAS), value_map)

    both = LIVER.inside(SHAPE, IJK_TO_RAS) | SPLEEN.inside(SHAPE, IJK_TO_RAS)
    assert np.array_equal(mask.voxels == 5, both)
    assert mask.lost == ()
    assert [region.voxels for region in mask.regions] == [
        LIVER.inside(SHAPE, IJK_TO_RAS).sum(),
        SPLEEN.inside(SHAPE, IJK_TO_RAS).sum(),
    ]


def test_a_region_that_vanishes_under_another_is_said() -> None:
    small, large = Ball("Annulus", (0, 0, 15), 4), Ball("Cover", (0, 0, 15), 8)

    mask = mask_from_segments(
        segmentation_of([small, large], SHAPE, IJK_TO_RAS), ValueMap({"Annulus": 80, "Cover": 90})
    )

    assert 80 not in mask.voxels
    assert codes_of(mask.problems) == ["M104", "M105"]
    assert mask.problems[0].sentence == "The region “Annulus” has no voxel in the mask."


def test_an_empty_segment_is_said_and_a_segmentation_without_segments_is_background() -> None:
    empty = segmentation_of([LIVER, Ball("Spleen", (900, 0, 0), 1)], SHAPE, IJK_TO_RAS)
    none = SegmentationArrays((np.zeros(SHAPE, np.uint8),), IJK_TO_RAS, ())

    assert "“Spleen” has no voxel" in " ".join(
        problem.sentence for problem in mask_from_segments(empty, SEED_MAP).problems
    )
    assert not mask_from_segments(none, SEED_MAP).voxels.any()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "int64"])
def test_label_images_of_every_type_are_painted(dtype: str) -> None:
    layer = np.zeros((2, 3, 4), dtype)
    layer[0, 1, 2], layer[1, 0, 0], layer[1, 2, 3] = 7, 100, np.iinfo(dtype).max
    segments = (SegmentDescription("A", 0, 7), SegmentDescription("B", 0, int(np.iinfo(dtype).max)))

    mask = mask_from_segments(SegmentationArrays((layer,), np.eye(4), segments), ValueMap({"A": 1, "B": 2}))

    assert np.argwhere(mask.voxels == 1).tolist() == [[0, 1, 2]]
    assert np.argwhere(mask.voxels == 2).tolist() == [[1, 2, 3]]
    assert mask.voxels.sum() == 3
