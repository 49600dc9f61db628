"""Contours that readers draw: kept voxel for voxel, shown again, copied, merged, and never overwritten."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from reader_at_work import READER, at_work, box, drawn, write_volume
from session_by_hand import page_of, saved, write_quiz

CT = '<Image ID="CT" Type="Volume"{}><Path>ct.nrrd</Path></Image>'
LIVER = box(slice(1, 4), slice(2, 5), slice(3, 9))
SPLEEN = box(slice(3, 5), slice(2, 5), slice(3, 5))
EDITOR = 'EnableSegmentEditor="Y" AllowMultipleResponse="Y"'


@pytest.fixture
def images(tmp_path: Path) -> Path:
    write_volume(tmp_path / "images" / "ct.nrrd")
    return tmp_path / "images"


def quiz_with_a_map(folder: Path, pages: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "map.txt").write_text("Liver=10\nSpleen=20\n", encoding="utf-8")
    return write_quiz(folder, pages, 'MaskValueMap="map.txt"')


def label_map(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def test_a_contour_is_kept_on_leaving_and_shown_on_return_and_in_the_next_session(
    tmp_path: Path, images: Path
) -> None:
    page = f'<Page ID="A" {EDITOR} SegmentRequiredOnAnyImage="Y">{CT.format("")}</Page>'
    quiz = quiz_with_a_map(tmp_path, page + f'<Page ID="B">{CT.format("")}</Page>')
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"

    with at_work(quiz, images, tmp_path / "r") as reader:
        assert reader.show() == []
        assert not reader.drawing.nodes
        assert reader.answers.next() == ["Please draw a contour on at least one image of this page."]
        reader.draw("Liver", LIVER)
        node = reader.draw("Spleen", SPLEEN)
        assert reader.answers.missing() == []
        reader.go()
        assert not reader.drawing.nodes and not reader.opened.host.scene.IsNodePresent(node)
        assert not reader.drawing.images
        reader.go("previous")
        (again,) = reader.drawing.nodes
        assert {name: voxels.sum() for name, voxels in drawn(again).items()} == {"Liver": 54, "Spleen": 12}

    written = label_map(folder / "A_CT-quizlabel.nrrd")
    # The spleen comes later in the map, so it has the voxels that both have.
    assert (written == np.where(SPLEEN, 20, np.where(LIVER, 10, 0))).all()
    results = saved(tmp_path / "r" / READER / "study" / "study.xml")
    (path,) = page_of(results, 1).iter("LabelMapPath")
    assert (path.text, path.get("Drawn")) == ("study/PgGroup1_A/A_CT-quizlabel.nrrd", "Y")

    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.go("previous")
        (again,) = reader.drawing.nodes
        kept = drawn(again)
        assert (kept["Liver"] == LIVER).all() and (kept["Spleen"] == SPLEEN).all()
