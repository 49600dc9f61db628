"""Files of drawings that are gone, edited by hand or of another image; disks that are full."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.reader.opened_quiz import DRAWING_NOT_SHOWN
from QuizLoaderLib.views.marks import set_points_ras
from reader_at_work import READER, SHAPE, AtWork, at_work, box, drawn, write_volume
from session_by_hand import page_of, saved, write_quiz

LIVER = box(slice(1, 4), slice(2, 5), slice(3, 9))
SPLEEN = box(slice(3, 5), slice(2, 5), slice(3, 5))
CT = '<Image ID="CT" Type="Volume" SegmentRequired="Y"><Path>ct.nrrd</Path></Image>'
MANY = 'AllowMultipleResponse="Y"'
ASKS = ["Please draw a contour on the image “CT”."]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    write_volume(tmp_path / "images" / "ct.nrrd")
    return tmp_path / "images"


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    (tmp_path / "map.txt").write_text("Liver=10\nSpleen=20\n", encoding="utf-8")
    pages = f'<Page ID="A" {MANY} EnableSegmentEditor="Y">{CT}</Page><Page ID="B" {MANY}/>'
    return write_quiz(tmp_path, pages, 'MaskValueMap="map.txt"')


@pytest.fixture
def files(tmp_path: Path, images: Path, quiz: Path) -> tuple[Path, Path]:
    """Label map and segments that a reader left, liver and spleen overlapping."""
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        reader.draw("Spleen", SPLEEN)
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    return folder / "A_CT-quizlabel.nrrd", folder / "A_CT-quizlabel.seg.nrrd"


def seen(reader: AtWork) -> dict[str, np.ndarray]:
    (node,) = reader.drawings.nodes
    return {name: voxels for name, voxels in drawn(node).items() if voxels.any()}


def voxels_of(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def edit(path: Path, value: int, voxels: np.ndarray) -> None:
    """As another program does: read, change, write."""
    image = sitk.ReadImage(str(path))
    array = sitk.GetArrayFromImage(image)
    array[voxels] = value
    changed = sitk.GetImageFromArray(array)
    changed.CopyInformation(image)
    sitk.WriteImage(changed, str(path), True)


def test_both_files_gone_are_said_and_the_page_asks_again(
    tmp_path: Path, images: Path, quiz: Path, files: tuple[Path, Path]
) -> None:
    for path in files:
        path.unlink()
    with at_work(quiz, images, tmp_path / "r") as reader:
        (problem,) = reader.opened.show(0)
        assert (problem.code, problem.is_error, problem.page) == (DRAWING_NOT_SHOWN, False, 1)
        assert "contour that was drawn on “CT” is gone" in problem.sentence
        assert str(files[0]) in problem.sentence
        assert reader.answers.step("next") == ASKS
        reader.draw("Liver", LIVER)
        assert reader.answers.missing() == []
    assert (voxels_of(files[0]) == LIVER * 10).all()


def test_without_the_segments_the_label_map_is_shown_and_both_are_there_again(
    tmp_path: Path, images: Path, quiz: Path, files: tuple[Path, Path]
) -> None:
    label_map, segments = files
    segments.unlink()
    with at_work(quiz, images, tmp_path / "r") as reader:
        (sentence,) = reader.show()
        assert segments.name in sentence and "as its label map has it" in sentence
        # Where both were, the label map has the spleen.
        assert (seen(reader)["Liver"] == LIVER & ~SPLEEN).all()
        assert (seen(reader)["Spleen"] == SPLEEN).all()
        reader.go()
    assert segments.is_file()
    assert (voxels_of(label_map) == np.where(SPLEEN, 20, LIVER * 10)).all()


def test_segments_without_their_label_map_get_it_again(
    tmp_path: Path, images: Path, quiz: Path, files: tuple[Path, Path]
) -> None:
    label_map, _segments = files
    before = label_map.read_bytes()
    label_map.unlink()
    with at_work(quiz, images, tmp_path / "r") as reader:
        assert reader.show() == []
        assert (seen(reader)["Liver"] == LIVER).all()
        reader.go()
    assert label_map.read_bytes()[-8:] == before[-8:], "the same voxels"


def test_a_label_map_edited_by_hand_is_said_and_kept(
    tmp_path: Path, images: Path, quiz: Path, files: tuple[Path, Path]
) -> None:
    label_map, _segments = files
    edit(label_map, 10, box(slice(0, 1), slice(0, 1), slice(0, 1)))
    edited = label_map.read_bytes()
    with at_work(quiz, images, tmp_path / "r") as reader:
        (sentence,) = reader.show()
        assert f"The label map “{label_map.name}” was changed outside this program" in sentence
        assert (seen(reader)["Liver"] == LIVER).all()
        reader.go()
        assert label_map.read_bytes() == edited, "nothing was drawn, so nothing is written"
        reader.go("previous")
        reader.draw("Liver", LIVER & SPLEEN)
    kept = label_map.with_name("A_CT-quizlabel_kept1.nrrd")
    assert kept.read_bytes() == edited
    assert (voxels_of(label_map) == SPLEEN * 20).all()


def test_segments_edited_in_slicer_are_the_contour(
    tmp_path: Path, images: Path, quiz: Path, files: tuple[Path, Path]
) -> None:
    label_map, segments = files
    # One layer for each, cropped to what is drawn: the liver's first voxel there is its own first one.
    image = sitk.ReadImage(str(segments))
    array = sitk.GetArrayFromImage(image)
    array[0] = 0
    changed = sitk.GetImageFromArray(array, isVector=image.GetNumberOfComponentsPerPixel() > 1)
    changed.CopyInformation(image)
    for key in image.GetMetaDataKeys():
        if key.startswith("Segment"):
            changed.SetMetaData(key, image.GetMetaData(key))
    sitk.WriteImage(changed, str(segments), True)
    liver = LIVER.copy()
    liver[1] = False
    with at_work(quiz, images, tmp_path / "r") as reader:
        assert reader.show() == []
        assert (seen(reader)["Liver"] == liver).all()
        reader.go()
    assert (voxels_of(label_map) == np.where(SPLEEN, 20, liver * 10)).all()


@pytest.mark.parametrize("damage", [b"", b"NRRD0004\n", b"no image at all"])
def test_damaged_segments_are_said_and_kept_and_the_label_map_is_shown(
    tmp_path: Path, images: Path, quiz: Path, files: tuple[Path, Path], damage: bytes
) -> None:
    label_map, segments = files
    segments.write_bytes(damage or segments.read_bytes()[:-20])
    damaged = segments.read_bytes()
    with at_work(quiz, images, tmp_path / "r") as reader:
        (sentence,) = reader.show()
        assert segments.name in sentence and sentence.endswith("It is kept.")
        assert (seen(reader)["Spleen"] == SPLEEN).all()
        reader.draw("Liver", LIVER)
    assert segments.with_name("A_CT-quizlabel_kept1.seg.nrrd").read_bytes() == damaged
    assert (voxels_of(label_map) == np.where(SPLEEN, 20, LIVER * 10)).all()


def test_values_that_the_map_does_not_know_are_drawn_and_kept(
    tmp_path: Path, images: Path, quiz: Path, files: tuple[Path, Path]
) -> None:
    """As in the results of another program, which has label maps only."""
    label_map, segments = files
    segments.unlink()
    image = sitk.GetImageFromArray(np.where(SPLEEN, 7, np.where(LIVER, 10, 0)).astype(np.int16))
    image.CopyInformation(sitk.ReadImage(str(label_map)))
    sitk.WriteImage(image, str(label_map), True)
    with at_work(quiz, images, tmp_path / "r") as reader:
        (sentence,) = reader.show()
        assert sentence == "The map has no name for the value 7; its segment is called “Label_7”."
        assert (seen(reader)["Label_7"] == SPLEEN).all()
        reader.draw("Spleen", box(slice(0, 1), slice(0, 1), slice(0, 1)))
    written = voxels_of(label_map)
    assert (written[SPLEEN] == 7).all() and written[0, 0, 0] == 20


def test_a_contour_of_another_geometry_is_shown_in_its_place_and_its_files_are_kept(
    tmp_path: Path, images: Path, quiz: Path, files: tuple[Path, Path]
) -> None:
    before = [path.read_bytes() for path in files]
    # The image is another one now: 0.4 voxels further to the left.
    write_volume(images / "ct.nrrd", shift_mm=0.2)
    with at_work(quiz, images, tmp_path / "r") as reader:
        (sentence,) = reader.show()
        assert sentence.startswith("The contour of “CT” was drawn on other voxels than the image has now.")
        assert (seen(reader)["Liver"] == LIVER).all()
        bounds = [0.0] * 6
        reader.drawings.nodes[0].GetRASBounds(bounds)
        # i 3 to 8 of the old image: its first voxel's centre is at 10 mm in LPS, voxels are 0.5 mm.
        assert bounds[:2] == pytest.approx([-(10 + 8.5 * 0.5), -(10 + 2.5 * 0.5)])
        reader.go()
        assert [path.read_bytes() for path in files] == before
        reader.go("previous")
        reader.draw("Spleen", LIVER & SPLEEN)
        reader.go()
    kept = [files[0].with_name(f"A_CT-quizlabel_kept1{ending}") for ending in (".nrrd", ".seg.nrrd")]
    assert [path.read_bytes() for path in kept] == before
    # The nearest old voxel is the one of the same number.
    assert sitk.ReadImage(str(files[0])).GetOrigin()[0] == 10.2
    assert (voxels_of(files[0]) == np.where(LIVER & SPLEEN, 20, LIVER * 10)).all()


def test_lines_that_are_gone_or_no_lines_are_said_and_what_is_there_is_kept(
    tmp_path: Path, images: Path, quiz: Path
) -> None:
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        for number in range(3):
            set_points_ras(reader.drawings.lines.new(), [(-10.0, 20.0, 30.0), (-10.0 - number, 20.0, 31.0)])
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    names = [f"A_CT_MarkupsLine{n}_quizline.mrk.json" for n in ("", "_1", "_2")]
    (folder / names[0]).unlink()
    (folder / names[1]).write_text('{"markups": [{"type": "Fiducial"}]}', encoding="utf-8")
    with at_work(quiz, images, tmp_path / "r") as reader:
        gone, unreadable = reader.show()
        assert names[0] in gone and "is gone" in gone
        assert names[1] in unreadable and unreadable.endswith("is not a line that can be shown; it is kept.")
        assert [line.length_mm for line in reader.drawings.lines.measured] == pytest.approx([5**0.5])
        set_points_ras(reader.drawings.lines.new(), [(-10.0, 20.0, 30.0), (-13.0, 20.0, 30.0)])
    assert "Fiducial" in (folder / names[1]).read_text(encoding="utf-8")
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    element = page_of(saved(tmp_path / "r" / READER / "study" / "study.xml"), 1)
    assert {Path(path.text or "").name for path in element.iter("MarkupLinePath")} == set(names)


@pytest.mark.parametrize("position", ["[NaN, 0, 0]", f"[1{'0' * 400}, 0, 0]"])
def test_a_line_whose_points_are_nowhere_is_no_line(
    tmp_path: Path, images: Path, quiz: Path, position: str
) -> None:
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        set_points_ras(reader.drawings.lines.new(), [(-10.0, 20.0, 30.0), (-13.0, 16.0, 30.0)])
    (file,) = (tmp_path / "r" / READER / "study" / "PgGroup1_A").iterdir()
    markups = json.loads(file.read_text(encoding="utf-8"))
    for point in markups["markups"][0]["controlPoints"]:
        point["position"] = "HERE"
    file.write_text(json.dumps(markups).replace('"HERE"', position), encoding="utf-8")
    with at_work(quiz, images, tmp_path / "r") as reader:
        (told,) = reader.show()
        assert told.endswith("is not a line that can be shown; it is kept.")
        assert reader.drawings.lines.measured == ()
        assert reader.host.scene.GetNumberOfNodesByClass("vtkMRMLMarkupsLineNode") == 0
    assert position in file.read_text(encoding="utf-8")


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from QuizLoaderLib.views.marks import set_points_ras
from QuizLoaderLib.reader.opened_quiz import DRAWING_NOT_SHOWN
from reader_at_work import at_work, box, drawn
import numpy as np

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
quiz, images, results = (Path(argument) for argument in sys.argv[1:])
noise = np.random.default_rng(0).random((6, 8, 10)) < 0.5
now = [0.0]
with at_work(quiz, images, results, lambda: now[0]) as reader:
    reader.show()
    reader.draw("Liver", box(slice(1, 4), slice(2, 5), slice(3, 9)))
    assert reader.answers.save_sentence() == "The drawing is not saved yet."
    assert reader.answers.missing() == []
    node = reader.draw("Liver", noise)
    set_points_ras(reader.drawings.lines.new(), [(-10.0, 20.0, 30.0), (-13.0, 16.0, 30.0)])
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, resource.RLIM_INFINITY))
    assert reader.answers.step("next") == []
    said = reader.answers.save_sentence()
    assert "The contour of “CT” on the page “A” is not saved yet (" in said, said
    assert "The line of 5.0 mm is not saved yet (" in said, said
    assert said.count("please keep the program open") >= 2, said
    assert reader.show() == []
    assert reader.opened.host.scene.IsNodePresent(node) and not node.GetDisplayVisibility()
    # What could not be saved shows again on its page, as it was drawn.
    assert reader.answers.step("previous") == [] and reader.show() == []
    assert reader.drawings.nodes == (node,) and node.GetDisplayVisibility()
    assert (drawn(node)["Liver"] == noise).all()
    assert [line.length_mm for line in reader.drawings.lines.measured] == [5.0]
    assert "not saved" in reader.answers.close()
    assert reader.answers.step("next") == []
    resource.setrlimit(resource.RLIMIT_FSIZE, no_limit)
    # Half a minute later there is room again.
    now[0] += 30
    assert reader.answers.save_sentence() == "All answers are saved."
    assert not reader.opened.host.scene.IsNodePresent(node)
"""


def run_alone(code: str, *arguments: Path) -> None:
    here = Path(__file__).parent
    paths = [str(here), str(here.parents[1] / "QuizLoader")]
    start = f"import sys; sys.path[:0] = {paths!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX systems can")
def test_on_a_full_disk_drawings_stay_are_said_and_are_saved_when_there_is_room(
    tmp_path: Path, images: Path, quiz: Path
) -> None:
    run_alone(FULL_DISK, quiz, images, tmp_path / "r")

    folder = tmp_path / "r" / "Ann" / "study" / "PgGroup1_A"
    noise = np.random.default_rng(0).random(SHAPE) < 0.5
    assert (voxels_of(folder / "A_CT-quizlabel.nrrd") == noise * 10).all()
    assert (folder / "A_CT_MarkupsLine_quizline.mrk.json").is_file()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.go("previous")
        assert (seen(reader)["Liver"] == noise).all()


def test_where_nothing_can_be_written_the_drawing_goes_to_the_home_folder(
    tmp_path: Path, images: Path, quiz: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And there the reader goes on, with what he had drawn before."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    label_map = "PgGroup1_A/A_CT-quizlabel.nrrd"
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        reader.leave_and_write()
        reader.go("previous")
        study = tmp_path / "r" / READER / "study"
        (study / "PgGroup1_A").rename(study / "PgGroup9_Z")
        (study / "PgGroup1_A").write_text("a file where the folder was", encoding="utf-8")
        reader.draw("Liver", LIVER & ~SPLEEN)
        sentence = reader.answers.close_for_good()
        assert str(tmp_path / "home") in sentence
    copy = next(path for path in (tmp_path / "home").rglob("study.xml") if path.parent.name == "study")
    assert (voxels_of(copy.parent / label_map) == (LIVER & ~SPLEEN) * 10).all()
    assert (voxels_of(copy.parent / label_map.replace("PgGroup1_A", "PgGroup9_Z")) == LIVER * 10).all()
    with at_work(quiz, images, copy.parents[2]) as reader:
        reader.show()
        reader.go("previous")
        assert (seen(reader)["Liver"] == LIVER & ~SPLEEN).all()
