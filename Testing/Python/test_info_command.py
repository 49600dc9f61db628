"""``quizloader info``: an author learns what is in a file and which names to write."""

import json
from pathlib import Path

import numpy as np
import pytest
from dicom_made import MadeRoi, Placement, new_dataset, save, write_series, write_structure_set
from image_files import nifti_bytes, numbered, write_nrrd
from masks_made import quizloader
from quiz_text import image, page, session
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.types.file_info import FileInfo, file_info

LPS_AXES = np.array([[0, 2.0, 0], [1.5, 0, 0], [0, 0, -3.0]])
"""Rows go to the back in steps of 1.5 mm, columns to the left in 2 mm, slices downwards in 3 mm."""


def one(path: Path) -> FileInfo:
    (found,) = file_info(path)
    return found


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    voxels = np.zeros((2, 3, 4), np.uint8)
    voxels[0], voxels[1, 0] = 7, 30
    return write_nrrd(tmp_path / "labels.nrrd", voxels, axes=LPS_AXES, origin=(10, 20, 30))


def test_size_place_and_values_of_a_volume(tmp_path: Path) -> None:
    path = write_nrrd(tmp_path / "ct.nrrd", numbered() - 1024, axes=LPS_AXES, origin=(10, 20, 30))
    found = one(path)
    assert found.grid is not None
    assert found.values is not None
    assert found.grid.shape == (2, 3, 4)
    assert found.grid.spacing_mm == (1.5, 2, 3)
    assert found.grid.origin_ras_mm == (-10, -20, 30)
    assert found.grid.directions_ras == ((0, -1, 0), (-1, 0, 0), (0, 0, -1))
    assert (found.values.number_type, found.values.for_each_voxel) == ("int16", 1)
    assert (found.values.smallest, found.values.largest) == (-1024, -1024 + 100 + 20 + 3)


def test_nan_and_infinity_are_no_values(tmp_path: Path) -> None:
    voxels = np.array([[[np.nan, 2.5, np.inf, -1.5]]], np.float32)
    found = one(write_nrrd(tmp_path / "pet.nrrd", voxels))
    assert found.types == ("Volume",)
    assert found.values is not None
    assert (found.values.smallest, found.values.largest) == (-1.5, 2.5)
    nothing = one(write_nrrd(tmp_path / "nan.nrrd", np.full((1, 1, 2), np.nan, np.float32)))
    assert nothing.values is not None
    assert nothing.values.smallest is None


def test_label_values_with_voxel_counts_and_both_names(labels: Path) -> None:
    found = one(labels)
    assert found.types == ("LabelMap", "Segmentation", "Volume")
    told = [(region.name, region.segment_name, region.value, region.voxels) for region in found.regions]
    assert told == [("7", "Segment_7", 7, 12), ("30", "Segment_30", 30, 4)]


def test_segments_with_names_colours_and_voxel_counts(tmp_path: Path) -> None:
    voxels = np.zeros((1, 2, 4, 2), np.uint8)
    voxels[0, 0, :3, 0], voxels[0, 1, :2, 0], voxels[0, :, 0, 1] = 1, 2, 1
    facts: dict[str, object] = {}
    for number, (name, layer, value) in enumerate([("Liver", 0, 1), ("Bone", 0, 2), ("Tumour", 1, 1)]):
        prefix = f"Segment{number}_"
        facts |= {prefix + "ID": f"S{number}", prefix + "Name": name, prefix + "Layer": layer}
        facts |= {prefix + "LabelValue": value, prefix + "Color": "1 0.5 0"}
    found = one(write_nrrd(tmp_path / "regions.seg.nrrd", voxels, layers=True, values=facts))
    assert found.types == ("Segmentation",)
    assert [(r.name, r.color, r.voxels) for r in found.regions] == [
        ("Liver", (255, 128, 0), 3), ("Bone", (255, 128, 0), 2), ("Tumour", (255, 128, 0), 2),
    ]  # fmt: skip


def test_time_points_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "4d.nii"
    voxels = np.stack([numbered(), numbered() + 500, numbered() - 7])
    path.write_bytes(nifti_bytes(voxels, sform=np.eye(4)))
    found = one(path)
    assert found.types == ("VolumeSequence",)
    assert found.grid is not None
    assert found.values is not None
    assert (found.grid.shape, found.time_points) == ((2, 3, 4), 3)
    assert (found.values.smallest, found.values.largest) == (-7, 623)


def test_a_picture_is_a_vector_of_three_values_a_voxel(tmp_path: Path) -> None:
    from PIL import Image as Picture

    Picture.fromarray(np.full((5, 7, 3), (10, 20, 200), np.uint8)).save(tmp_path / "photo.png")
    found = one(tmp_path / "photo.png")
    assert found.types == ("Vector",)
    assert found.grid is not None
    assert found.values is not None
    assert found.grid.shape == (1, 5, 7)
    assert (found.values.for_each_voxel, found.values.smallest, found.values.largest) == (3, 10, 200)


def test_a_dicom_folder_lists_its_series_and_counts_the_rois_drawn_on_them(tmp_path: Path) -> None:
    placement = Placement(tuple(np.arange(6) * 3.0), (2.0, 2.0), (-10.0, -10.0, 0.0))
    write_series(tmp_path, np.full((6, 10, 12), 40, np.int16), placement)
    # Around the centres of 4 columns and 3 rows, on two slices.
    corners = ((1.5, 2.5), (5.5, 2.5), (5.5, 5.5), (1.5, 5.5))
    contours = [np.array([placement.point(*corner, k) for corner in corners]) for k in (2, 3)]
    write_structure_set(tmp_path / "rs.dcm", [MadeRoi("Lesion", contours, color=(10, 20, 30))])
    series, structures = sorted(file_info(tmp_path), key=lambda one: one.types)[::-1]
    assert series.types == ("Volume",)
    assert series.grid is not None
    assert series.grid.shape == (6, 10, 12)
    assert series.grid.spacing_mm == (2, 2, 3)
    assert structures.types == ("RTStruct",)
    (region,) = structures.regions
    assert (region.name, region.color, region.voxels) == ("Lesion", (10, 20, 30), 4 * 3 * 2)
    assert region.contours == 2


def test_without_its_series_a_structure_set_has_contours_and_no_voxels(tmp_path: Path) -> None:
    square = [np.array([(0, 0, z), (9, 0, z), (9, 9, z), (0, 9, z)], float) for z in (0, 3, 6)]
    write_structure_set(tmp_path / "rs.dcm", [MadeRoi("Lesion", square), MadeRoi("Drain", [], color=None)])
    found = one(tmp_path / "rs.dcm")
    assert [(roi.name, roi.contours, roi.voxels) for roi in found.regions] == [
        ("Lesion", 3, None),
        ("Drain", 0, None),
    ]
    lines = quizloader("info", tmp_path / "rs.dcm").lines
    header = next(line for line in lines if line.split()[:1] == ["ROI"])
    (lesion,) = (line for line in lines if line.split()[:1] == ["Lesion"])
    assert header.split() == ["ROI", "value", "colour", "contours", "voxels"]
    assert lesion.split() == ["Lesion", "1", "■", "255", "0", "0", "3"]


def test_in_a_dicom_folder_what_cannot_be_read_does_not_keep_the_others_back(tmp_path: Path) -> None:
    placement = Placement((0.0, 3.0))
    write_series(tmp_path, np.full((2, 10, 12), 40, np.int16), placement)
    (cut,) = write_series(tmp_path, np.zeros((1, 10, 12), np.int16), placement, "MR", "1.2.3.77", first=90)
    cut.write_bytes(cut.read_bytes()[:-100])
    plan = new_dataset("1.2.840.10008.5.1.4.1.1.481.5", "1.2.3.66.1", "1.2.3.66")
    plan.Modality = "RTPLAN"
    save(plan, tmp_path / "plan.dcm")
    for number in (1, 2):
        write_structure_set(tmp_path / f"rs{number}.dcm", [MadeRoi("Lesion")])

    found = {Path(one.file).name: one for one in file_info(tmp_path)}

    assert {name: (one.types, one.dicom) for name, one in found.items()} == {
        "I00001": (("Volume",), "CT, 2 files"),
        "I00090": ((), "MR"),
        "plan.dcm": ((), "RTPLAN"),
        "rs1.dcm": (("RTStruct",), "RTSTRUCT"),
        "rs2.dcm": (("RTStruct",), "RTSTRUCT"),
    }
    assert [problem.is_error for problem in found["I00090"].problems] == [True]
    assert found["plan.dcm"].problems == ()
    ended = quizloader("info", tmp_path)
    assert ended.code == 1
    assert "nothing that a quiz shows" in ended.out


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "empty.nrrd"), (b"hello", "text.txt"), (None, "gone.nrrd")]
)
def test_what_is_no_image_is_one_error(tmp_path: Path, content: bytes | None, name: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ImageReadError) as caught:
        file_info(tmp_path / name)
    assert name in caught.value.problem.sentence
    with pytest.raises(ImageReadError):
        file_info(tmp_path)


def test_the_table_is_for_people(labels: Path) -> None:
    result = quizloader("info", labels)
    assert (result.code, result.err) == (0, "")
    for text in ("LabelMap or Segmentation", "4 x 3 x 2 voxels", "1.5 x 2 x 3 mm", "Segment_30", "12"):
        assert text in result.out
    assert "\x1b" not in result.out


def test_json_is_for_programs_and_a_broken_file_does_not_keep_the_others_back(labels: Path) -> None:
    result = quizloader("info", labels.parent / "gone.nrrd", labels, "--format", "json")
    assert result.code == 1
    told = json.loads(result.out)
    (found,) = told["images"]
    assert found["grid"]["size"] == [4, 3, 2]
    assert found["regions"][1] == {
        "name": "30", "value": 30, "color": found["regions"][1]["color"], "voxels": 4,
        "segment_name": "Segment_30", "contours": None,
    }  # fmt: skip
    (problem,) = told["problems"]
    assert problem["file"].endswith("gone.nrrd")
    assert problem["severity"] == "error"


def test_the_names_it_tells_are_those_that_the_check_knows(labels: Path) -> None:
    """With a MaskValueMap the check compares the map's names, as a page does."""
    (labels.parent / "map.txt").write_text("Liver=7\nBone=7\nKidney=30\n", encoding="utf-8")
    rois = '<ROIs ROIVisibilityCode="Select"><ROI>{}</ROI><ROI>{}</ROI></ROIs>'
    label = image('Type="LabelMap" ID="L"', rois.format("7", "30"), "labels.nrrd")
    segments = image('Type="Segmentation" ID="L"', rois.format("Segment_7", "Kidney"), "labels.nrrd")
    quiz = labels.parent / "quiz.xml"
    quiz.write_text(
        session(page("", label), page('ID="Q"', segments), attributes='MaskValueMap="map.txt"'),
        encoding="utf-8",
    )
    result = quizloader("check", quiz, "--images", labels.parent)
    lines = result.lines
    assert sum("Q715" in line and "“Liver”, “Bone”" in line for line in lines) == 2
    (unmatched,) = [line for line in lines if "Q407" in line]
    assert "ROI “30”" in unmatched
    assert "in the file: 7, Kidney" in unmatched
