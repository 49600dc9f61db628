"""A file that cannot be shown costs its own image: one sentence says what is wrong, the page goes on."""

import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from bad_images import LABELS, SEGMENTS, VOLUME, nothing_on_the_console, problem_of, write_header_beside
from image_files import nifti_bytes, numbered, write_meta_image, write_nifti, write_nrrd
from image_pages import image, library_of, page, voxels_of
from QuizLoaderLib.quiz.model import ImageType
from QuizLoaderLib.quiz.problems import error

__all__ = ["nothing_on_the_console"]

SHEARED = np.array([[1.0, 0.2, 0], [0, 1, 0], [0, 0, 1]])


@pytest.mark.parametrize("type", [VOLUME, LABELS, SEGMENTS])
def test_a_folder(tmp_path, type):
    (tmp_path / "Series.nrrd").mkdir()
    problem = problem_of(tmp_path, "Series.nrrd", type)
    assert "folder" in problem.sentence
    assert "DicomRead" in problem.hint


@pytest.mark.parametrize("name", ["a.nrrd", "a.nii", "a.nii.gz", "a.mha", "a.mhd", "a.seg.nrrd"])
def test_an_empty_file(tmp_path, name):
    (tmp_path / name).touch()
    problem = problem_of(tmp_path, name, SEGMENTS if "seg" in name else VOLUME)
    assert problem.sentence == f"“{name}” is empty (0 bytes)."
    assert problem.code == "Q602"
    assert problem.hint == "copy or export it again"


@pytest.mark.parametrize("name", ["a.nrrd", "a.nii", "a.nii.gz", "a.mha", "a.nhdr", "a.seg.nrrd"])
def test_a_text_under_the_name_of_an_image(tmp_path, name):
    (tmp_path / name).write_text(
        "Dear colleague,\n\nplease find the images in the other mail.\n", encoding="utf-8"
    )
    problem = problem_of(tmp_path, name)
    assert f"“{name}” is not an image" in problem.sentence
    assert "another file with this name" in problem.hint


MISNAMED = {
    ("a.nrrd", "NIfTI", "rename it to a.nii"): nifti_bytes(numbered(), sform=np.eye(4)),
    ("b.nrrd", "NIfTI", "rename it to b.nii.gz"): gzip.compress(nifti_bytes(numbered(), sform=np.eye(4))),
    ("a.nii.gz", "NRRD", "rename it to a.nrrd"): b"NRRD0005\ntype: uchar\ndimension: 1\nsizes: 1\n\n\0",
    ("a.mha", "NRRD", "rename it to a.nrrd"): b"NRRD0005\ntype: uchar\ndimension: 1\nsizes: 1\n\n\0",
    ("c.nii", "MetaImage", "rename it to c.mha"): b"ObjectType = Image\nNDims = 3\n",
    ("d.nrrd", "DICOM", 'DicomRead="Y"'): bytes(128) + b"DICM" + bytes(100),
    ("p.nrrd", "picture", 'Type="Vector"'): b"\x89PNG\r\n\x1a\n" + bytes(100),
}


@pytest.mark.parametrize("case", MISNAMED, ids=lambda case: f"{case[0]}-{case[1]}")
def test_a_misnamed_file(tmp_path, case):
    name, found, hint = case
    (tmp_path / name).write_bytes(MISNAMED[case])
    problem = problem_of(tmp_path, name)
    assert f"“{name}” is called " in problem.sentence and f"its content is {found}." in problem.sentence
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("type", "hint"), [(VOLUME, "VolumeSequence"), (LABELS, "one frame"), (SEGMENTS, "one frame")]
)
def test_time_points_where_one_volume_belongs(tmp_path, type, hint):
    write_nifti(tmp_path / "4d.nii.gz", np.zeros((5, 3, 4, 6), np.int16), sform=np.eye(4))
    problem = problem_of(tmp_path, "4d.nii.gz", type)
    assert "“4d.nii.gz” has 4 dimensions (5 frames)" in problem.sentence
    assert problem.code == "Q606"
    assert hint in problem.hint


@pytest.mark.parametrize("type", [VOLUME, LABELS])
def test_a_colour_picture_where_grey_values_belong(tmp_path, type):
    path = write_nrrd(tmp_path / "c.nrrd", np.zeros((2, 3, 4, 3), np.uint8), layers=True)
    path.write_bytes(path.read_bytes().replace(b"kinds: list", b"kinds: RGB-color"))
    problem = problem_of(tmp_path, "c.nrrd", type)
    assert "colour picture" in problem.sentence
    assert "Vector" in problem.hint


def test_overlapping_segments_as_a_label_map(tmp_path):
    values = {"Segment0_ID": "a", "Segment0_Layer": 0, "Segment1_ID": "b", "Segment1_Layer": 1}
    write_nrrd(tmp_path / "s.seg.nrrd", np.ones((2, 3, 4, 2), np.uint8), layers=True, values=values)
    problem = problem_of(tmp_path, "s.seg.nrrd", LABELS)
    assert "overlapping segments" in problem.sentence
    assert 'Type="Segmentation"' in problem.hint


@pytest.mark.parametrize("type", [LABELS, SEGMENTS])
def test_a_float_label_map(tmp_path, type):
    write_nifti(tmp_path / "l.nii.gz", numbered(dtype="float32"), sform=np.eye(4))
    problem = problem_of(tmp_path, "l.nii.gz", type)
    assert problem.sentence == "“l.nii.gz” is not a label image: its voxels are float32 numbers."
    assert problem.code == "Q607"
    assert "integer" in problem.hint


def test_a_float_segmentation(tmp_path):
    values = {"Segment0_ID": "a", "Segment0_LabelValue": 1, "Segment0_Layer": 0}
    write_nrrd(tmp_path / "s.seg.nrrd", numbered(dtype="float32"), values=values)
    problem = problem_of(tmp_path, "s.seg.nrrd", SEGMENTS)
    assert "not a segmentation: its voxels are float32 numbers" in problem.sentence


@pytest.mark.parametrize(
    ("fact", "text", "words"),
    [
        ("Layer", "5", "layer 5"),
        ("Layer", "-1", "layer -1"),
        ("Layer", "x", "“x”"),
        ("LabelValue", "one", "“one”"),
    ],
)
def test_a_segment_described_wrongly(tmp_path, fact, text, words):
    values = {"Segment0_ID": "a", "Segment0_LabelValue": 1, "Segment0_Layer": 0, f"Segment0_{fact}": text}
    write_nrrd(tmp_path / "s.seg.nrrd", np.ones((2, 3, 4), np.uint8), values=values)
    problem = problem_of(tmp_path, "s.seg.nrrd", SEGMENTS)
    assert words in problem.sentence
    assert "save the segmentation again" in problem.hint


def test_a_segmentation_without_a_segment_is_a_warning(tmp_path):
    values = {"Segmentation_MasterRepresentation": "Binary labelmap"}
    write_nrrd(tmp_path / "s.seg.nrrd", np.zeros((1, 1, 1), np.uint8), values=values)
    with library_of(tmp_path) as library:
        loaded = library.load(page(image("s.seg.nrrd", SEGMENTS)))
        (problem,) = loaded.problems
        assert not problem.is_error
        assert problem.sentence == "“s.seg.nrrd” is a segmentation without segments."
        assert loaded.nodes[0].GetSegmentation().GetNumberOfSegments() == 0


@pytest.mark.parametrize("type", [VOLUME, LABELS, SEGMENTS])
def test_axes_that_are_not_at_right_angles_in_an_nrrd(tmp_path, type):
    write_nrrd(tmp_path / "a.nrrd", numbered(), SHEARED)
    problem = problem_of(tmp_path, "a.nrrd", type)
    assert problem.sentence == "“a.nrrd” has axes that are not at right angles to each other."
    assert problem.code == "Q608"
    assert "resample" in problem.hint


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_axes_that_are_not_at_right_angles_in_a_nifti(tmp_path, name):
    sform = np.eye(4)
    sform[:3, :3] = SHEARED
    write_nifti(tmp_path / name, numbered(), sform=sform)
    assert "right angles" in problem_of(tmp_path, name).sentence


def test_axes_that_are_not_at_right_angles_in_a_meta_image(tmp_path):
    write_meta_image(tmp_path / "a.mha", numbered(), SHEARED)
    assert "right angles" in problem_of(tmp_path, "a.mha").sentence


def test_axes_in_one_plane(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", numbered(), [[1, 0, 1], [0, 1, 0], [0, 0, 0]])
    assert "right angles" in problem_of(tmp_path, "a.nrrd").sentence


def write_header(path, data_file):
    if path.suffix == ".nhdr":
        write_header_beside(path, numbered(), data_file)
    else:
        write_meta_image(path, numbered())
        text = path.read_bytes().partition(b"ElementDataFile")[0]
        path.write_bytes(text + f"ElementDataFile = {data_file}\n".encode())


@pytest.mark.parametrize("name", ["a.nhdr", "a.mhd"])
def test_a_header_whose_data_file_is_missing(tmp_path, name):
    write_header(tmp_path / name, "voxels.raw")
    problem = problem_of(tmp_path, name)
    assert "voxels.raw" in problem.sentence
    assert problem.hint


@pytest.mark.parametrize("name", ["a.nhdr", "a.mhd"])
@pytest.mark.parametrize("data_file", ["../secret.raw", "/etc/passwd", "sub/../../secret.raw"])
def test_a_header_whose_data_file_is_outside_the_image_folder(tmp_path, name, data_file):
    folder = tmp_path / "images"
    folder.mkdir()
    (tmp_path / "secret.raw").write_bytes(numbered().tobytes())
    write_header(folder / name, data_file)
    problem = problem_of(folder, name)
    assert "keeps its voxels in another file" in problem.sentence
    assert problem.code == "Q605"


@pytest.mark.parametrize("name", ["a.nhdr", "a.mhd"])
def test_a_header_whose_list_of_data_files_leaves_the_image_folder(tmp_path, name):
    folder = tmp_path / "images"
    folder.mkdir()
    for place in (folder, tmp_path):
        (place / "0.raw").write_bytes(numbered((1, 3, 4)).tobytes())
    write_header(folder / name, "LIST")
    with (folder / name).open("ab") as file:
        file.write(b"0.raw\n../0.raw\n")
    assert "keeps its voxels in another file" in problem_of(folder, name).sentence


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_of_an_older_system_ends_nothing(tmp_path):
    """Names from disks of the nineties are Latin-1; ITK, which reads deep colours, would end the whole
    program over them."""
    written = tmp_path / "written"
    written.mkdir()
    write_nrrd(written / "scan.nrrd", numbered())
    colors = SimpleITK.GetImageFromArray(np.full((3, 4, 3), 40_000, np.uint16), isVector=True)
    SimpleITK.WriteImage(colors, str(written / "deep.png"))
    folder = written.rename(tmp_path / os.fsdecode(b"K\xf6ln"))

    with library_of(folder) as library:
        loaded = library.load(page(image("scan.nrrd"), image("deep.png", ImageType.VECTOR, id="Two")))
        np.testing.assert_array_equal(voxels_of(loaded.nodes[0].GetImageData()), numbered())

    assert [problem.sentence for problem in loaded.problems] == [
        "“deep.png” cannot be opened: its path has characters that are not UTF-8.",
    ]
    assert loaded.problems[0].hint.startswith("rename the file or its folder")


def test_a_hint_with_such_a_name_can_be_written():
    assert error("Q1", "There is no b.", "there is \udcfcb").hint == "there is \\udcfcb"


AS_ANOTHER_USER = """
import os, sys
from pathlib import Path
import numpy, SimpleITK
from QuizLoaderLib.quiz.image_folder import ImageFolder, ImagePathError
from QuizLoaderLib.quiz.model import Image, ImageType
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.files.file_facts import look_at
from QuizLoaderLib.images.files.image_file import ImageFile
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
path = Path(sys.argv[1])
try:
    ImageFile(look_at(path))
except ImageReadError as fault:
    print(fault.problem.sentence, "|", fault.problem.hint)
try:
    ImageFolder(path.parent).find(path.name)
except ImagePathError as fault:
    print(fault.problem.sentence, "|", fault.problem.hint)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="files have other rights there")
@pytest.mark.parametrize("mode", [0o000, 0o200])
def test_a_file_without_read_permission(mode):
    """In a process that is not root, for whom every file may be read; tmp_path is closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = write_nrrd(Path(folder) / "locked.nrrd", numbered())
        path.chmod(mode)
        told = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER_USER, str(path)],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert told.stderr == ""
    lines = told.stdout.splitlines()
    assert lines[0].startswith("“locked.nrrd” cannot be opened: Permission denied.")
    assert "may be read" in lines[0]
    for line in lines[1:]:
        assert "locked.nrrd" in line and "read" in line
