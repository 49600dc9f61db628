"""A bad contour loses that contour, a bad ROI that ROI, and the message says which."""

import os
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_made import MadeRoi, Placement, write_series, write_structure_set
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from QuizLoaderLib.images.arrays import PageVolume
from QuizLoaderLib.images.dicom.series import read_series
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.structure_set.drawn_regions import draw_regions
from QuizLoaderLib.images.structure_set.file import NOT_A_STRUCTURE_SET, read_structure_set
from QuizLoaderLib.images.structure_set.problems import (
    BAD_CONTOUR,
    INTERPOLATED_CONTOURS,
    NO_CONTOURS,
    UNKNOWN_ROI,
)
from test_rtstruct_rules import codes_of, mask_of, shown, square, volume

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
GOOD = square(2.5, 9.5)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("1.5\\abc\\2\\9\\1\\2\\9\\9\\2", "has coordinates that are not numbers"),
        ("1.5\\1\\2\\9\\1\\2\\9\\9\\2x", "has coordinates that are not numbers"),
        ("nan\\1\\2\\9\\1\\2\\9\\9\\2", "has coordinates that are not numbers"),
        ("1e999\\1\\2\\9\\1\\2\\9\\9\\2", "has coordinates that are not finite"),
        ("1\\\\2\\9\\1\\2\\9\\9\\2", "has coordinates that are not numbers"),
        ("1\\1\\2\\9\\1\\2\\9\\9", "has coordinates that are not x, y, z"),
        ("1e9\\1\\2\\9\\1\\2\\9\\9\\2", "a kilometre away"),
        ("", "has no points"),
        ("3.5\\3.5\\2", "has only 1 point"),
        ("3.5\\3.5\\2\\8.5\\3.5\\2", "has only 2 points"),
        ("3.5\\3.5\\2\\8.5\\3.5\\2\\8.5\\3.5\\6", "does not lie in a plane parallel"),
    ],
)
def test_a_bad_contour_loses_only_itself(bad: str, words: str, tmp_path: Path) -> None:
    rois = [MadeRoi("A", [GOOD, bad, square(2.5, 9.5, 4.0)]), MadeRoi("B", [GOOD])]
    arrays = shown(write_structure_set(tmp_path / "rt", rois))
    assert mask_of(arrays).sum() == 2 * 49
    assert mask_of(arrays, 1).sum() == 49
    (problem,) = arrays.problems
    assert problem.code == BAD_CONTOUR
    assert (
        problem.sentence.startswith("Contour 2 of ROI “A” in “rt” has") or "does not lie" in problem.sentence
    )
    assert words in problem.sentence


def test_points_and_open_contours_become_nothing(tmp_path: Path) -> None:
    rois = [
        MadeRoi("Isocentre", [np.array([[5.0, 5.0, 2.0]])], kind="POINT"),
        MadeRoi("Wire", [GOOD, GOOD], kind="OPEN_PLANAR"),
        MadeRoi("B", [GOOD]),
    ]
    arrays = shown(write_structure_set(tmp_path / "rt", rois))
    assert [int(mask_of(arrays, index).sum()) for index in range(3)] == [0, 0, 49]
    assert [problem.sentence for problem in arrays.problems] == [
        "Contour 1 of ROI “Isocentre” in “rt” is of type POINT, which encloses nothing; it is left out.",
        "Every contour of ROI “Wire” in “rt” is of type OPEN_PLANAR, which encloses nothing; it is left out.",
    ]


def test_interpolated_contours_are_filled_as_drawn_ones_are_and_it_is_said_once(tmp_path: Path) -> None:
    rois = [
        MadeRoi("A", [GOOD], kind="INTERPOLATED_PLANAR"),
        MadeRoi("B", [GOOD]),
        MadeRoi("C", [GOOD], kind="INTERPOLATED_PLANAR"),
    ]
    arrays = shown(write_structure_set(tmp_path / "rt", rois))
    assert [int(mask_of(arrays, index).sum()) for index in range(3)] == [49, 49, 49]
    (problem,) = arrays.problems
    assert problem.code == INTERPOLATED_CONTOURS
    assert problem.sentence == (
        "“rt” has contours that are interpolated (INTERPOLATED_PLANAR), filled as if drawn: "
        "1 of “A”, 1 of “C”."
    )


def test_a_number_of_points_that_lies_loses_the_contour(tmp_path: Path) -> None:
    rois = [MadeRoi("A", [GOOD], promised_points=9), MadeRoi("B", [GOOD])]
    arrays = shown(write_structure_set(tmp_path / "rt", rois))
    assert [int(mask_of(arrays, index).sum()) for index in range(2)] == [0, 49]
    assert "does not have as many points as it says" in arrays.problems[0].sentence


def test_an_roi_of_another_frame_of_reference_is_empty(tmp_path: Path) -> None:
    rois = [MadeRoi("A", [GOOD], frame_of_reference="1.2.3.21"), MadeRoi("B", [GOOD])]
    arrays = shown(write_structure_set(tmp_path / "rt", rois))
    assert [int(mask_of(arrays, index).sum()) for index in range(2)] == [0, 49]
    assert "different frame of reference" in arrays.problems[0].sentence


def test_contours_of_an_unlisted_roi_are_left_out(tmp_path: Path) -> None:
    path = write_structure_set(tmp_path / "rt", [MadeRoi("A", [GOOD]), MadeRoi("B", [GOOD])])
    dataset = pydicom.dcmread(path)
    dataset.ROIContourSequence[0].ReferencedROINumber = 99
    dataset.save_as(path)
    arrays = shown(path)
    assert [int(mask_of(arrays, index).sum()) for index in range(2)] == [0, 49]
    assert codes_of(arrays) == [UNKNOWN_ROI]
    assert "ROI number 99" in arrays.problems[0].sentence


def test_a_structure_set_without_contours_or_rois_says_so(tmp_path: Path) -> None:
    for rois in ([], [MadeRoi("A", [])]):
        arrays = shown(write_structure_set(tmp_path / "rt", rois))
        assert codes_of(arrays) == [NO_CONTOURS]
        assert len(arrays.segments) == len(rois)


def test_other_files_are_named(tmp_path: Path) -> None:
    (series,) = write_series(tmp_path, np.ones((1, 4, 4), np.int16), Placement((0.0,)))
    with pytest.raises(ImageReadError, match="“I00001” is not a DICOM structure set") as caught:
        shown(series)
    assert caught.value.problem.code == NOT_A_STRUCTURE_SET
    whole = write_structure_set(tmp_path / "rt", [MadeRoi("A", [GOOD] * 20)]).read_bytes()
    (tmp_path / "rt").write_bytes(whole[:-900])
    with pytest.raises(ImageReadError, match="“rt” is damaged or cut short"):
        shown(tmp_path / "rt")


MUTATION = st.lists(
    st.tuples(
        st.integers(132, 100_000),
        st.sampled_from(["set", "cut", "insert"]),
        st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=5,
)


def mutated(clean: bytes, mutations: list) -> bytes:
    """Bytes cut out, overwritten or put in, one after the other; the preamble stays."""
    content = bytearray(clean)
    for position, kind, new in mutations:
        position %= len(content)
        if kind == "cut":
            del content[max(position, 132) : position + len(new)]
        elif kind == "set":
            content[position : position + len(new)] = new
        else:
            content[position:position] = new
    return bytes(content)


@settings(
    max_examples=20_000 if os.environ.get("QUIZLOADER_SOAK") else 500,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(MUTATION)
def test_no_damage_raises_anything_but_a_sentence(tmp_path: Path, mutations: list) -> None:
    clean = tmp_path / "clean"
    if not clean.exists():
        rois = [
            MadeRoi("A", [GOOD, square(4.5, 6.5)]),
            MadeRoi("B", [square(2, 10, 4.0)], kind="CLOSEDPLANAR_XOR"),
        ]
        write_structure_set(clean, rois, images=["1.2.3.10.1"])
    path = tmp_path / "mutated"
    path.write_bytes(mutated(clean.read_bytes(), mutations))
    try:
        arrays = draw_regions(read_structure_set(path), [PageVolume("ct", volume())]).segmentation()
    except ImageReadError as fault:
        assert "“mutated”" in fault.problem.sentence
        assert fault.problem.sentence.endswith(".")
        return
    assert all(layer.shape == (4, 24, 30) for layer in arrays.layers)
    assert all(segment.layer < len(arrays.layers) for segment in arrays.segments)


@settings(
    max_examples=3000 if os.environ.get("QUIZLOADER_SOAK") else 80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(MUTATION)
def test_no_damage_to_a_slice_raises_anything_but_a_sentence(tmp_path: Path, mutations: list) -> None:
    clean = tmp_path / "clean"
    if not clean.exists():
        placement = Placement((0.0, 1.0, 2.0))
        write_series(clean, np.ones((3, 4, 4), np.int16), placement, RescaleSlope=1, RescaleIntercept=-5)
    folder = tmp_path / "series"
    folder.mkdir(exist_ok=True)
    for name in ("I00001", "I00003"):
        (folder / name).write_bytes((clean / name).read_bytes())
    (folder / "I00002").write_bytes(mutated((clean / "I00002").read_bytes(), mutations))
    for path in (folder, folder / "I00002"):
        try:
            assert read_series(path).voxels.ndim in (3, 4)
        except ImageReadError as fault:
            assert fault.problem.sentence.endswith(".")
