"""Where a file does not say how large its pixels are, nobody is told millimetres."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_made import new_dataset, put_pixels, save
from image_files import numbered, write_meta_image, write_nifti, write_nrrd
from masks_made import quizloader
from PIL import Image as Picture
from QuizLoaderLib.apps.pictures.headless import render_quiz
from QuizLoaderLib.images.types.file_info import file_info
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.reader.view_texts import scale_text
from QuizLoaderLib.views import lines, marks
from QuizLoaderLib.views.contents import contents_of_views
from reader_at_work import READER, AtWork, at_work
from session_by_hand import write_quiz
from test_session_tables import table

VOXELS = numbered((2, 60, 80))
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def without(path: Path, *fields: bytes) -> Path:
    """The file without the lines of its header that begin so."""
    kept = [line for line in path.read_bytes().split(b"\n") if not line.startswith(fields)]
    path.write_bytes(b"\n".join(kept))
    return path


def picture(folder: Path) -> Path:
    path = folder / "a.png"
    Picture.fromarray(np.zeros((60, 80, 3), np.uint8)).save(path)
    return path


def secondary_capture(folder: Path) -> Path:
    dataset = new_dataset(SECONDARY_CAPTURE, "1.2.3.4.5")
    dataset.Modality = "OT"
    put_pixels(dataset, VOXELS[0])
    return save(dataset, folder / "a.dcm")


MAKERS: dict[str, Callable[[Path], Path]] = {
    "png": picture,
    "dicom": secondary_capture,
    "nrrd": lambda folder: without(write_nrrd(folder / "a.nrrd", VOXELS), b"space"),
    "mha": lambda folder: without(write_meta_image(folder / "a.mha", VOXELS), b"ElementSpacing"),
    "nifti": lambda folder: write_nifti(folder / "a.nii", VOXELS, spacing=(0, 0, 0)),
}
KNOWN: dict[str, Callable[[Path], Path]] = {
    "nrrd, spacings alone": lambda folder: without(
        write_nrrd(folder / "a.nrrd", VOXELS, fields=["spacings: 1 1 3"]), b"space"
    ),
    "nrrd": lambda folder: write_nrrd(folder / "a.nrrd", VOXELS),
    "mha": lambda folder: write_meta_image(folder / "a.mha", VOXELS),
    "nifti": lambda folder: write_nifti(folder / "a.nii", VOXELS),
}


def quiz_of(folder: Path, file: Path) -> Path:
    kind = "Vector" if file.suffix == ".png" else "Volume"
    dicom = 'DicomRead="Y"' if file.suffix == ".dcm" else ""
    image = f'<Image ID="X" Type="{kind}" {dicom}><Path>{file.name}</Path></Image>'
    many = 'AllowMultipleResponse="Y" Layout="OneUpRedSlice"'
    return write_quiz(folder, f'<Page ID="A" {many}>{image}</Page><Page ID="B" {many}>{image}</Page>')


def measure(reader: AtWork) -> Any:
    """A line of 30 by 40 pixels, within the image."""
    volume = reader.opened.nodes(0)[0]
    bounds = [0.0] * 6
    volume.GetRASBounds(bounds)
    right, front, up = bounds[0] + 10, bounds[2] + 5, bounds[4] + 0.5
    node = reader.drawings.lines.new()
    marks.set_points_ras(node, [(right, front, up), (right + 30, front + 40, up)])
    return node


def said_on(reader: AtWork) -> str:
    return scale_text(contents_of_views(reader.opened.on_views)[SliceView.RED])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_line_is_in_pixels_on_the_view_in_the_list_in_its_file_and_in_the_table(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    quiz = quiz_of(tmp_path, make(tmp_path))
    with at_work(quiz, tmp_path, tmp_path / "r") as reader:
        reader.show()
        assert said_on(reader) == "not calibrated"
        node = measure(reader)
        (line,) = reader.drawings.lines.measured
        assert (line.image_id, line.length_text, line.length_mm) == ("X", "50.0 px", None)
        assert node.GetPropertiesLabelText() == " 50.0 px"
        # Slicer sets its own unit with each new length.
        marks.set_points_ras(node, [*lines.points_ras(node)[:1], lines.points_ras(node)[0] + (0, 20, 0)])
        assert node.GetPropertiesLabelText() == " 20.0 px"
        reader.go()
        reader.go("previous")
        (line,) = reader.drawings.lines.measured
        assert (line.length_text, line.node.GetPropertiesLabelText()) == ("20.0 px", " 20.0 px")

    (file,) = (tmp_path / "r").rglob("*.mrk.json")
    (measurement,) = json.loads(file.read_text(encoding="utf-8"))["markups"][0]["measurements"]
    assert (measurement["value"], measurement["units"]) == (20, "px")
    assert lengths(tmp_path) == [""]


@pytest.mark.parametrize("make", KNOWN.values(), ids=KNOWN)
def test_where_the_size_is_known_a_line_is_in_mm(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    file = make(tmp_path)
    with at_work(quiz_of(tmp_path, file), tmp_path, tmp_path / "r") as reader:
        assert reader.show() == []
        assert said_on(reader) == ""
        node = measure(reader)
        (line,) = reader.drawings.lines.measured
        assert (line.length_text, line.length_mm) == ("50.0 mm", pytest.approx(50))
        assert node.GetPropertiesLabelText() == " 50.0 mm"
    assert lengths(tmp_path) == ["50.000"]
    assert [problem.code for problem in file_info(file)[0].problems] == []


def lengths(folder: Path) -> list[str]:
    """Of the lines, in the table of answers."""
    out = folder / "answers.csv"
    assert quizloader("answers", folder / "r", "--out", out).code == 0
    return [row["length_mm"] for row in table(out) if row["question_type"] == "MarkupLinePath"]


def test_lines_of_the_original_have_their_lengths_and_no_other_file_has_one(tmp_path: Path) -> None:
    """Slicer 4.11 wrote points in LPS or, earlier, in RAS by a number; on Windows, paths with backslashes."""
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_P"
    folder.mkdir(parents=True)
    for name, end, system in (("a", (3, 4, 0), "LPS"), ("b", (0, 0, 12), "0")):
        points = [{"id": str(number), "position": place} for number, place in enumerate(((0, 0, 0), end))]
        length = {"name": "length", "enabled": True, "value": 5.0, "units": "mm"}
        markup = {
            "type": "Line",
            "coordinateSystem": system,
            "controlPoints": points,
            "measurements": [length],
        }
        (folder / f"{name}.mrk.json").write_text(json.dumps({"markups": [markup]}), encoding="utf-8")
    (folder / "deep.mrk.json").write_text("[" * 200_000, encoding="utf-8")
    (folder / "large.mrk.json").write_bytes(b" " * (2 << 20) + (folder / "a.mrk.json").read_bytes())
    (tmp_path / "elsewhere.mrk.json").write_bytes((folder / "a.mrk.json").read_bytes())
    (folder / "bad.mrk.json").write_text('{"markups": [{"controlPoints": [{}, {}]}]}', encoding="utf-8")
    when = 'LoginTime="20230301_09:00:00.1" ResponseTime="20230301_09:01:00.5"'
    paths = "".join(
        f"<MarkupLinePath {when}>{path}</MarkupLinePath>"
        for path in (
            "study/PgGroup1_P/a.mrk.json",
            "study\\PgGroup1_P\\b.mrk.json",
            "study/PgGroup1_P/gone.mrk.json",
            "study/PgGroup1_P/bad.mrk.json",
            "study/PgGroup1_P/deep.mrk.json",
            "study/PgGroup1_P/large.mrk.json",
            "../../elsewhere.mrk.json",
        )
    )
    (tmp_path / "r" / READER / "study" / "study.xml").write_text(
        f'<Session UserName="{READER}"><Page ID="P" PageComplete="Y"><Image ID="X" Type="Volume">'
        f"<Path>x.nrrd</Path>{paths}</Image></Page></Session>",
        encoding="utf-8",
    )
    assert lengths(tmp_path) == ["5.000", "12.000", *[""] * 5]


@pytest.mark.parametrize("name", ["dicom", "nrrd", "mha", "nifti"])
def test_it_is_said_once_of_a_file_that_should_know(tmp_path: Path, name: str) -> None:
    """A picture is not expected to."""
    file = MAKERS[name](tmp_path)
    (found,) = file_info(file)
    assert [problem.code for problem in found.problems] == ["Q635"]
    assert not found.is_calibrated
    told = quizloader("info", file)
    assert told.code == 0
    assert "not known, counts as 1 x 1 x 1 mm" in " ".join(told.out.split())


def test_a_rendered_page_says_it_on_the_view_and_in_its_index(tmp_path: Path) -> None:
    """Once with and once without a spacing: the pictures differ in the corner where it stands, and there
    alone."""
    known = write_nrrd(tmp_path / "known" / "a.nrrd", VOXELS)
    unknown = without(
        write_nrrd(tmp_path / "unknown" / "a.nrrd", VOXELS), b"space directions", b"space origin"
    )
    pages = []
    for file in (known, unknown):
        out = file.parent / "out"
        render_quiz(quiz_of(file.parent, file), file.parent, out, page=1)
        pages.append(np.asarray(Picture.open(out / "01-A" / "page.png")).astype(int))
        assert ("not calibrated" in (out / "index.html").read_text(encoding="utf-8")) == (file is unknown)
    rows, columns = np.nonzero(np.abs(pages[0] - pages[1]).max(axis=2))
    # The view has 512 pixels, below its title and its bar.
    assert 430 < rows.min() < rows.max() < 600
    assert 350 < columns.min() < columns.max() < 520


def test_of_several_images_on_a_page_each_has_its_own_unit(tmp_path: Path) -> None:
    write_nrrd(tmp_path / "a.nrrd", VOXELS)
    far = np.diag([1.0, 1.0, 1.0])
    without(write_nrrd(tmp_path / "b.nrrd", VOXELS, far), b"space ")
    images = "".join(
        f'<Image ID="{name}" Type="Volume"><DefaultDestination>{view}</DefaultDestination>'
        f"<Path>{name}.nrrd</Path></Image>"
        for name, view in (("a", "Red"), ("b", "Yellow"))
    )
    quiz = write_quiz(tmp_path, f'<Page ID="A" Layout="SideBySideRedYellow">{images}</Page>')
    with at_work(quiz, tmp_path, None) as reader:
        reader.show()
        views = contents_of_views(reader.opened.on_views)
        assert scale_text(views[SliceView.RED]) == ""
        assert scale_text(views[SliceView.YELLOW]) == "not calibrated"
        # On none of them: it may be in the view of either.
        node = reader.drawings.lines.new()
        marks.set_points_ras(node, [(500, 0, 0), (530, 40, 0)])
        (line,) = reader.drawings.lines.measured
        assert (line.image_id, line.length_text) == ("", "50.0 px")
