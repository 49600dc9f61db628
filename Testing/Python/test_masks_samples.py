"""Masks of published sample data, where it is there."""

from pathlib import Path

import numpy as np
import pytest
from masks_made import quizloader, read_image
from QuizLoaderLib.masks import mask_from_segments
from QuizLoaderLib.quiz.value_map import ValueMap
from sample_data import SAMPLE_DATA as DATA
from sample_data import needs_sample_data

pytestmark = needs_sample_data("TinyRtStudy")


def test_a_structure_set_and_the_segmentation_made_of_it_give_one_mask() -> None:
    names = ValueMap({"Body_Contour": 10, "Tumor_Contour": 20})
    structure_set = next((DATA / "TinyRtStudy").glob("rtss*.dcm"))

    drawn = mask_from_segments(structure_set, names)
    segmented = mask_from_segments(
        DATA / "TinyPatient" / "TinyPatient_Segments.seg.nrrd",
        names,
        like=DATA / "TinyPatient" / "TinyPatient_CT.nrrd",
    )

    assert drawn.voxels.shape == (10, 10, 10)
    assert np.array_equal(drawn.voxels, segmented.voxels)
    assert drawn.ijk_to_ras == pytest.approx(segmented.ijk_to_ras, abs=1e-3)


def test_totalsegmentators_names_come_from_the_file_itself(tmp_path: Path) -> None:
    image = DATA / "totalseg_examples" / "example_seg.nii.gz"

    started = quizloader("map", "from", image, "--out", tmp_path / "map.txt")
    ended = quizloader("mask", image, "--map", tmp_path / "map.txt", "--out", tmp_path / "mask.nii.gz")

    assert (started.code, ended.code) == (0, 0)
    assert (tmp_path / "map.txt").read_text(encoding="utf-8").splitlines()[:2] == [
        "spleen=1",
        "kidney_right=2",
    ]
    assert np.array_equal(read_image(tmp_path / "mask.nii.gz")[0], read_image(image)[0])


def test_overlapping_dicom_segments_of_dcmqi(tmp_path: Path) -> None:
    source = DATA / "dcmqi_segmentations" / "partial_overlaps.dcm"

    started = quizloader("map", "from", source, "--out", tmp_path / "map.txt")
    ended = quizloader("mask", source, "--map", tmp_path / "map.txt", "--out", tmp_path / "mask.nrrd")

    assert (started.code, ended.code) == (0, 0), ended.out
    assert "M105" in ended.out
    assert set(np.unique(read_image(tmp_path / "mask.nrrd")[0])) <= set(range(6))


@pytest.mark.parametrize("name", ["Segmentation.seg.nrrd", "SegmentationOverlapping.seg.nrrd"])
def test_slicers_segmentations_go_through_the_mask_and_come_back(tmp_path: Path, name: str) -> None:
    source = DATA / "slicerio_data" / name
    quizloader("map", "from", source, "--out", tmp_path / "map.txt")

    made = quizloader(
        "mask", source, "--map", tmp_path / "map.txt", "--like", DATA / "slicerio_data" / "CTChest4.nrrd",
        "--out", tmp_path / "m.nii.gz",
    )  # fmt: skip
    back = quizloader(
        "segments", tmp_path / "m.nii.gz", "--map", tmp_path / "map.txt", "--out", tmp_path / "x.seg.nrrd"
    )
    again = quizloader(
        "mask", tmp_path / "x.seg.nrrd", "--map", tmp_path / "map.txt", "--out", tmp_path / "n.nrrd"
    )

    assert (made.code, back.code, again.code) == (0, 0, 0), made.out
    assert np.array_equal(read_image(tmp_path / "m.nii.gz")[0], read_image(tmp_path / "n.nrrd")[0])
