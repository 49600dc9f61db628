"""A structure set's ROIs, and DICOM segmentations, under the study's values."""

import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_made import MadeRoi, Placement, write_segmentation, write_series, write_structure_set
from masks_made import Ball, Ended, quizloader, read_image, segmentation_of, write_image, write_map, write_seg
from QuizLoaderLib.images.arrays import SegmentationArrays, SegmentDescription
from QuizLoaderLib.masks import mask_from_segments
from QuizLoaderLib.quiz.value_map import ValueMap

PLACEMENT = Placement(offsets=[3.0 * k for k in range(12)], spacing=(1.5, 2.0), origin=(-60.0, -70.0, 40.0))
SHAPE = (12, 60, 80)
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
IJK_TO_LPS = np.array([[1.5, 0, 0, -60.0], [0, 2.0, 0, -70.0], [0, 0, 3.0, 40.0], [0, 0, 0, 1.0]])
SEED_MAP = {"Liver": 10, "Spleen": 20, "Kidney": 30}


def ellipse(x: float, y: float, a: float, b: float, slices: range) -> list[np.ndarray]:
    """The same ellipse on each slice, 400 points, LPS mm."""
    t = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    return [
        np.stack([x + a * np.cos(t), y + b * np.sin(t), np.full(400, 40.0 + 3 * k)], axis=1) for k in slices
    ]


ORGANS = {
    "Liver": (-20.0, -10.0, 25.3, 17.7, range(1, 9)),
    "Spleen": (30.0, -15.0, 14.9, 10.1, range(3, 11)),
    "Kidney": (12.0, -14.0, 9.6, 11.3, range(4, 7)),
    "Stomach": (5.0, 20.0, 12.2, 8.4, range(2, 5)),
}


def inside(name: str) -> np.ndarray:
    """Which voxel centres are in the organ, by the ellipse's formula."""
    x, y, a, b, slices = ORGANS[name]
    k, j, i = np.indices(SHAPE)
    in_plane = ((-60 + 1.5 * i - x) / a) ** 2 + ((-70 + 2.0 * j - y) / b) ** 2 < 1
    return in_plane & (k >= slices.start) & (k < slices.stop)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A CT in a folder of its own, and a structure set of four organs beside that folder."""
    write_series(tmp_path / "study" / "ct", np.zeros(SHAPE, np.int16), PLACEMENT)
    rois = [MadeRoi(name, ellipse(*shape)) for name, shape in ORGANS.items()]
    write_structure_set(tmp_path / "study" / "rs.dcm", rois)
    write_map(tmp_path / "study" / "map.txt", **SEED_MAP)
    return tmp_path / "study"


def test_a_fourth_roi_that_the_map_does_not_name_is_one_sentence_and_no_file(study: Path) -> None:
    out = study / "mask.nii.gz"

    ended = quizloader("mask", study / "rs.dcm", "--map", study / "map.txt", "--out", out)

    assert ended.code == 1
    assert ended.lines == [
        f"{study / 'rs.dcm'}: error M101: The region “Stomach” is not in the map. "
        "(add it to the map, or leave such regions out with --ignore-unmapped)"
    ]
    assert sorted(path.name for path in study.iterdir()) == ["ct", "map.txt", "rs.dcm"]


@pytest.mark.parametrize("out", ["mask.nii.gz", "mask.nrrd"])
def test_left_out_it_leaves_the_mask_of_the_three_exact_to_the_voxel(study: Path, out: str) -> None:
    ended = quizloader(
        "mask", study / "rs.dcm", "--map", study / "map.txt", "--out", study / out, "--ignore-unmapped"
    )

    assert ended.code == 0
    voxels, ijk_to_ras = read_image(study / out)
    truth = np.zeros(SHAPE, np.uint8)
    for name, value in SEED_MAP.items():
        truth[inside(name)] = value
    assert voxels.dtype == np.uint8
    assert np.array_equal(voxels, truth)
    assert ijk_to_ras == pytest.approx(LPS @ IJK_TO_LPS, abs=1e-4)
    assert (
        f"{(inside('Liver') & inside('Kidney')).sum()} voxels of “Liver” are lost under “Kidney”" in ended.out
    )
    assert f"{(inside('Spleen') & inside('Kidney')).sum()} voxels of “Spleen” are lost" in ended.out


def test_a_structure_set_is_rasterized_on_the_image_that_is_named(study: Path) -> None:
    copy = write_image(study / "ct.nrrd", np.zeros(SHAPE, np.int16), LPS @ IJK_TO_LPS)
    names = ValueMap({"Liver": 1})

    on_series = mask_from_segments(study / "rs.dcm", names, like=study / "ct", ignore_unmapped=True)
    on_file = mask_from_segments(study / "rs.dcm", names, like=study / "ct" / "I00001", ignore_unmapped=True)
    on_copy = mask_from_segments(study / "rs.dcm", names, like=copy, ignore_unmapped=True)

    for mask in (on_series, on_file, on_copy):
        assert np.array_equal(mask.voxels == 1, inside("Liver"))


@pytest.mark.parametrize("source", ["rs.dcm", "seg.dcm"])
def test_of_a_folder_of_several_series_the_one_that_was_drawn_on_is_taken(study: Path, source: str) -> None:
    shorter = Placement(PLACEMENT.offsets[:7], PLACEMENT.spacing, PLACEMENT.origin)
    for series, first in (("1.2.3.5", 200), ("1.2.3.50", 300)):
        write_series(study / "ct", np.zeros((7, 60, 80), np.int16), shorter, series=series, first=first)
    positions = [PLACEMENT.position(k) for k in range(12)]
    write_segmentation(study / "seg.dcm", inside("Liver"), [1] * 12, positions, PLACEMENT, series="1.2.3.10")

    mask = mask_from_segments(study / source, ValueMap({"Liver": 1}), like=study / "ct", ignore_unmapped=True)

    assert np.array_equal(mask.voxels == 1, inside("Liver"))


def test_a_folder_of_several_series_on_none_of_which_was_drawn_is_an_error(study: Path) -> None:
    for series, first in (("1.2.3.5", 200), ("1.2.3.50", 300)):
        write_series(study / "others", np.zeros(SHAPE, np.int16), PLACEMENT, series=series, first=first)

    ended = quizloader(
        "mask", study / "rs.dcm", "--map", study / "map.txt", "--like", study / "others",
        "--out", study / "m.nrrd", "--ignore-unmapped",
    )  # fmt: skip

    assert ended.code == 1
    assert "holds 2 series" in ended.out
    assert "give the path of one file of the series you want" in ended.out


def test_a_structure_set_on_a_finer_image_is_not_resampled_but_rasterized(study: Path) -> None:
    fine = IJK_TO_LPS @ np.diag([0.5, 0.5, 1, 1])
    image = write_image(study / "fine.nrrd", np.zeros((12, 120, 160), np.uint8), LPS @ fine)

    mask = mask_from_segments(study / "rs.dcm", ValueMap({"Liver": 1}), like=image, ignore_unmapped=True)

    x, y, a, b, slices = ORGANS["Liver"]
    k, j, i = np.indices((12, 120, 160))
    truth = ((-60 + 0.75 * i - x) / a) ** 2 + ((-70 + 1.0 * j - y) / b) ** 2 < 1
    truth &= (k >= slices.start) & (k < slices.stop)
    # The contour has 400 corners: it runs up to 0.8 micrometres inside the ellipse.
    assert np.count_nonzero((mask.voxels == 1) != truth) <= 2


def test_the_series_is_found_in_the_folder_next_to_that_of_the_structure_set(study: Path) -> None:
    options = ("--map", study / "map.txt", "--ignore-unmapped")
    beside = quizloader("mask", study / "rs.dcm", *options, "--out", study / "a.nrrd")
    (study / "plans").mkdir()
    (study / "rs.dcm").rename(study / "plans" / "rs.dcm")

    apart = quizloader("mask", study / "plans" / "rs.dcm", *options, "--out", study / "b.nrrd")

    assert (beside.code, apart.code) == (0, 0)
    before, after = (read_image(study / name)[0] for name in ("a.nrrd", "b.nrrd"))
    assert before.any() and np.array_equal(before, after)


def test_no_referenced_series_anywhere_is_an_error(study: Path, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (study / "rs.dcm").rename(tmp_path / "alone" / "rs.dcm")

    ended = quizloader(
        "mask", tmp_path / "alone" / "rs.dcm", "--map", study / "map.txt", "--out", tmp_path / "m.nrrd"
    )

    assert ended.code == 1
    assert (
        "error M303: The series that “rs.dcm” was drawn on is not beside it, nor in a folder below "
        "or next to it." in ended.out
    )
    assert not (tmp_path / "m.nrrd").exists()


def test_a_structure_set_of_another_frame_of_reference_is_refused(study: Path) -> None:
    write_series(
        study / "other", np.zeros(SHAPE, np.int16), PLACEMENT, series="1.9.9", FrameOfReferenceUID="1.7"
    )

    ended = quizloader(
        "mask", study / "rs.dcm", "--map", study / "map.txt", "--like", study / "other",
        "--out", study / "m.nrrd", "--ignore-unmapped",
    )  # fmt: skip

    assert ended.code == 1
    assert "different frame of reference" in ended.out


def test_a_dicom_segmentation_of_another_frame_of_reference_is_refused_as_a_structure_set_is(
    study: Path,
) -> None:
    mask = np.zeros((1, *SHAPE[1:]))
    mask[0, 5:9, 5:9] = 1
    write_series(
        study / "other", np.zeros(SHAPE, np.int16), PLACEMENT, series="1.9.9", FrameOfReferenceUID="1.7"
    )
    for name, series, code in (("strange", "", 1), ("drawn on it", "1.9.9", 0)):
        source = write_segmentation(
            study / name, mask, [1], [PLACEMENT.position(2)], PLACEMENT, names=("Liver",), series=series
        )
        ended = quizloader(
            "mask", source, "--map", study / "map.txt", "--like", study / "other", "--out", study / "m.nrrd"
        )
        assert ended.code == code
        assert ("Q642" in ended.out) == bool(code)
        assert (f"The segmentation “{name}” has a different frame of reference" in ended.out) == bool(code)


def is_told_to_be_impossible(ended: Ended, out: Path) -> bool:
    """With pydicom 2.4, which Slicer 5.10 bundles, a SEG cannot be written: one sentence, and no file."""
    if not pydicom.__version__.startswith("2."):
        return False
    assert ended.code == 1
    assert [line.partition("error ")[2] for line in ended.lines] == [
        "M310: Writing a DICOM segmentation needs highdicom and pydicom 3, which this Python does not have. "
        "(python -m pip install highdicom)"
    ]
    assert not out.exists()
    return True


def test_a_dicom_segmentation_keeps_overlaps_names_codes_and_values(study: Path) -> None:
    out = study / "seg.dcm"
    terminology = "x~SCT^123037004^Anatomical Structure~SCT^10200004^Liver~^^~y~SCT^41216001^Prostate~^^"
    layers = tuple(inside(name).astype(np.uint8) for name in ("Liver", "Kidney"))
    segments = (
        SegmentDescription("Liver", 0, 1, (1.0, 0.5, 0.0), tags={"TerminologyEntry": terminology}),
        SegmentDescription("Kidney", 1, 1),
    )
    source = write_seg(study / "in.seg.nrrd", SegmentationArrays(layers, LPS @ IJK_TO_LPS, segments))

    ended = quizloader("mask", source, "--map", study / "map.txt", "--like", study / "ct", "--out", out)

    if is_told_to_be_impossible(ended, out):
        return
    assert ended.code == 0
    assert "warning M309: No coded meaning is known for “Kidney”" in ended.out
    assert "lost" not in ended.out
    dataset = pydicom.dcmread(out)
    assert [(one.SegmentNumber, one.SegmentLabel) for one in dataset.SegmentSequence] == [
        (1, "Liver"),
        (2, "Kidney"),
    ]
    assert [one.SegmentDescription for one in dataset.SegmentSequence] == ["Mask value 10", "Mask value 30"]
    liver = dataset.SegmentSequence[0]
    assert liver.SegmentedPropertyTypeCodeSequence[0].CodeValue == "10200004"
    assert liver.AnatomicRegionSequence[0].CodeMeaning == "Prostate"
    assert dataset.FrameOfReferenceUID == "1.2.3.20"
    back = mask_from_segments(out, ValueMap({"Liver": 1, "Kidney": 2}), like=study / "ct")
    kidney = inside("Kidney")
    assert np.array_equal(back.voxels == 2, kidney)
    assert np.array_equal(back.voxels == 1, inside("Liver") & ~kidney)


def test_a_structure_set_becomes_a_dicom_segmentation_of_its_own_series(study: Path) -> None:
    ended = quizloader(
        "mask", study / "rs.dcm", "--map", study / "map.txt", "--out", study / "seg.dcm", "--ignore-unmapped"
    )

    if is_told_to_be_impossible(ended, study / "seg.dcm"):
        return
    back = mask_from_segments(
        study / "seg.dcm", ValueMap({"Liver": 1, "Spleen": 1, "Kidney": 1}), study / "ct"
    )

    assert ended.code == 0
    assert np.array_equal(back.voxels == 1, inside("Liver") | inside("Spleen") | inside("Kidney"))
    told = [line.split()[:3] for line in ended.lines if line.split()[0] in ORGANS]
    assert told == [[name, str(value), str(inside(name).sum())] for name, value in SEED_MAP.items()], (
        "overlaps stay in a DICOM segmentation, so they count for both"
    )


def test_a_dicom_segmentation_needs_a_dicom_series(study: Path) -> None:
    source = write_seg(
        study / "in.seg.nrrd", segmentation_of([Ball("Liver", (0, 0, 50), 9)], SHAPE, LPS @ IJK_TO_LPS)
    )

    ended = quizloader("mask", source, "--map", study / "map.txt", "--out", study / "seg.dcm")

    if is_told_to_be_impossible(ended, study / "seg.dcm"):
        return
    assert ended.code == 1
    assert (
        "refers to the DICOM series it is drawn on, and none was given. (name its folder with --like)"
        in ended.out
    )


def test_without_highdicom_one_sentence_says_so(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highdicom", None)

    ended = quizloader(
        "mask", study / "rs.dcm", "--map", study / "map.txt", "--out", study / "seg.dcm", "--ignore-unmapped"
    )

    assert ended.code == 1
    assert [line.partition("error ")[2] for line in ended.lines] == [
        "M310: Writing a DICOM segmentation needs highdicom and pydicom 3, which this Python does not have. "
        "(python -m pip install highdicom)"
    ]
    assert not (study / "seg.dcm").exists()


def test_map_check_and_map_from_read_structure_sets(study: Path) -> None:
    checked = quizloader("map", "check", study / "map.txt", study / "rs.dcm")
    started = quizloader("map", "from", study / "rs.dcm")

    assert checked.code == 1
    assert "The region “Stomach” is not in the map." in checked.out
    assert started.out == "Liver=1\nSpleen=2\nKidney=3\nStomach=4\n"


def test_a_ct_image_is_no_source(study: Path) -> None:
    ended = quizloader("mask", study / "ct" / "I00001", "--map", study / "map.txt", "--out", study / "m.nrrd")

    assert ended.code == 1
    assert "error M301: “I00001” is a DICOM file of the modality CT, which has no named regions." in ended.out


def test_a_segmentation_without_names_is_told(study: Path) -> None:
    frames = np.ones((1, 60, 80), np.uint8)
    seg = write_segmentation(study / "seg.dcm", frames, [1], [PLACEMENT.position(3)], PLACEMENT, names=[""])

    ended = quizloader("mask", seg, "--map", study / "map.txt", "--out", study / "m.nrrd")
    started = quizloader("map", "from", seg)

    assert ended.code == 1
    assert "is not in the map" in ended.out
    assert not (study / "m.nrrd").exists()
    assert started.out.endswith("=1\n")


def test_an_organ_drawn_on_every_other_slice_is_filled_where_that_is_asked_for(study: Path) -> None:
    tube = ellipse(0.0, 0.0, 20.3, 20.3, range(2, 9, 2))
    structures = write_structure_set(study / "gaps.dcm", [MadeRoi("Liver", tube)])
    command = ("mask", structures, "--map", study / "map.txt", "--out", study / "mask.nrrd")

    plain = quizloader(*command)
    assert plain.code == 0 and "those between stay empty" in plain.out
    left_empty = read_image(study / "mask.nrrd")[0]
    filled = quizloader(*command, "--fill-gaps")

    assert filled.code == 0 and "filled by interpolation" in filled.out
    voxels = read_image(study / "mask.nrrd")[0]
    assert np.flatnonzero(left_empty.any(axis=(1, 2))).tolist() == [2, 4, 6, 8]
    assert np.flatnonzero(voxels.any(axis=(1, 2))).tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert np.array_equal(voxels[3], left_empty[2]), "between two equal outlines lies the same outline"


@pytest.mark.usefixtures("masks_made_here")
def test_many_cases_are_filled_alike_and_done_again_where_it_is_asked_otherwise(study: Path) -> None:
    """Also where slices come to the series that the structure set was drawn on."""
    tube = ellipse(0.0, 0.0, 20.3, 20.3, range(2, 9, 2))
    write_structure_set(study / "gaps.dcm", [MadeRoi("Liver", tube)])
    (study / "cases.csv").write_text("source\ngaps.dcm\n", encoding="utf-8")
    command = ("masks", study / "cases.csv", "--map", study / "map.txt", "--out", study / "out")

    def slices_painted() -> tuple[int, list[int]]:
        voxels = read_image(study / "out" / "gaps.nii.gz")[0]
        return len(voxels), np.flatnonzero(voxels.any(axis=(1, 2))).tolist()

    assert quizloader(*command).code == 0
    assert slices_painted() == (12, [2, 4, 6, 8])
    assert quizloader(*command, "--fill-gaps", "--boundary", "centers").code == 0
    assert slices_painted() == (12, [2, 3, 4, 5, 6, 7, 8])
    longer = Placement([36.0, 39.0], PLACEMENT.spacing, (-60.0, -70.0, 76.0))
    write_series(study / "ct", np.zeros((2, 60, 80), np.int16), longer, first=13)
    assert quizloader(*command, "--fill-gaps", "--boundary", "centers").code == 0
    assert slices_painted() == (14, [2, 3, 4, 5, 6, 7, 8])


@pytest.mark.parametrize(
    ("choice", "side"), [((), 5), (("--boundary", "through-centers"), 5), (("--boundary", "centers"), 4)]
)
def test_the_boundary_rule_of_a_square_through_voxel_centres_can_be_chosen(
    study: Path, choice: tuple[str, ...], side: int
) -> None:
    """From the centre of voxel 20 to that of voxel 24, both ways: its right and lower edge is a tie."""
    corners = [(20, 20), (24, 20), (24, 24), (20, 24)]
    square = np.array([[-60 + 1.5 * i, -70 + 2.0 * j, 40.0 + 3 * 5] for i, j in corners])
    structures = write_structure_set(study / "square.dcm", [MadeRoi("Liver", [square])])

    ended = quizloader("mask", structures, "--map", study / "map.txt", "--out", study / "mask.nrrd", *choice)

    assert ended.code == 0
    assert (read_image(study / "mask.nrrd")[0] == 10).sum() == side**2
