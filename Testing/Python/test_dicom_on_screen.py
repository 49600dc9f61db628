"""What a DICOM series says about its values reaches the volume node and the reader's eye."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_made import Placement, write_series
from image_pages import image, library_of, page
from PIL import Image as Picture
from QuizLoaderLib.apps.pictures.headless import render_quiz
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.views.layouts import COLOR_OF_VIEW

PLACEMENT = Placement(tuple(2.0 * k for k in range(3)), (1.0, 1.0), (-10.0, -10.0, 0.0))
LEFT_BRIGHT = np.zeros((3, 20, 20), np.uint16)
LEFT_BRIGHT[:, :, 10:] = 1000


@pytest.mark.parametrize(
    ("modality", "elements", "units"),
    [
        ("CT", {}, ("[hnsf'U]", "UCUM", "Hounsfield unit")),
        ("PT", {"Units": "BQML"}, ("Bq/ml", "UCUM", "Becquerels/milliliter")),
        ("PT", {"Units": "CNTS"}, ("{counts}", "UCUM", "Counts")),
        ("PT", {"Units": "ODD"}, ("ODD", "99QUIZLOADER", "ODD")),
    ],
)
def test_the_units_of_a_series_are_on_its_volume_node(
    tmp_path: Path, modality: str, elements: dict, units: tuple[str, str, str]
) -> None:
    write_series(tmp_path / "series", LEFT_BRIGHT, PLACEMENT, modality=modality, **elements)
    with library_of(tmp_path) as library:
        loaded = library.load(page(image("series", dicom_read=True)))
        assert loaded.problems == []
        code = loaded.nodes[0].GetVoxelValueUnits()
        assert (code.GetCodeValue(), code.GetCodingSchemeDesignator(), code.GetCodeMeaning()) == units


def test_an_mr_series_has_no_units(tmp_path: Path) -> None:
    write_series(tmp_path / "series", LEFT_BRIGHT, PLACEMENT, modality="MR")
    with library_of(tmp_path) as library:
        assert library.load(page(image("series", dicom_read=True))).nodes[0].GetVoxelValueUnits() is None


def test_the_page_tells_window_and_level_in_the_units_of_the_series(tmp_path: Path) -> None:
    write_series(tmp_path / "pet", LEFT_BRIGHT, PLACEMENT, modality="PT", Units="BQML")
    write_series(tmp_path / "ct", LEFT_BRIGHT, PLACEMENT)
    element = (
        '<Image ID="{0}" Type="Volume" DicomRead="Y" WindowLevel="{1}"><DefaultDestination>{2}'
        "</DefaultDestination><Path>{0}</Path></Image>"
    )
    images = element.format("pet", "1000 500.4", "Red") + element.format("ct", "2.5 40", "Green")
    (tmp_path / "quiz.xml").write_text(f'<Session><Page ID="1">{images}</Page></Session>', encoding="utf-8")

    render_quiz(tmp_path / "quiz.xml", tmp_path, tmp_path / "out")

    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Red</a> (W 1000 L 500 Bq/ml)" in index
    assert "Green</a> (W 2.5 L 40 HU)" in index
    assert "Yellow</a>" in index and "Yellow</a> (" not in index
    (path,) = (tmp_path / "out").rglob("page.png")
    bars = np.asarray(Picture.open(path).convert("RGB")).astype(int)
    is_bar = np.all(np.abs(bars - COLOR_OF_VIEW[SliceView.RED]) < 10, axis=2)
    top, bottom = np.flatnonzero(is_bar.any(axis=1))[[0, -1]]
    left, right = np.flatnonzero(is_bar.any(axis=0))[[0, -1]]
    text = ~is_bar[top : bottom + 1, left : right + 1]
    assert text[:, -text.shape[1] // 3 :].any(), "window and level stand at the right end of the bar"


@pytest.mark.parametrize(("kind", "left_is_bright"), [("MONOCHROME2", True), ("MONOCHROME1", False)])
def test_monochrome1_is_shown_with_its_low_values_bright(
    tmp_path: Path, kind: str, left_is_bright: bool
) -> None:
    """The patient's left, where the values are high, is on the right of an axial view."""
    for path in write_series(tmp_path / "ct", LEFT_BRIGHT, PLACEMENT):
        dataset = pydicom.dcmread(path)
        dataset.PhotometricInterpretation = kind
        dataset.save_as(path)
    quiz = tmp_path / "quiz.xml"
    quiz.write_text(
        '<Session><Page ID="1"><Image ID="CT" Type="Volume" DicomRead="Y" WindowLevel="1000 500">'
        "<DefaultDestination>Red</DefaultDestination><DefaultOrientation>Axial</DefaultOrientation>"
        "<Path>ct</Path></Image></Page></Session>",
        encoding="utf-8",
    )
    render_quiz(quiz, tmp_path, tmp_path / "out")

    (path,) = (tmp_path / "out").rglob("Red.png")
    picture = np.asarray(Picture.open(path).convert("L"))
    middle = picture[picture.shape[0] // 2]
    left_of_patient, right_of_patient = middle[-40], middle[40]
    assert (left_of_patient > 250, right_of_patient < 5) == (left_is_bright, left_is_bright)
    assert (left_of_patient < 5, right_of_patient > 250) == (not left_is_bright, not left_is_bright)
