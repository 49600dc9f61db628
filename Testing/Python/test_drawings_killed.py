"""A program that is killed while it saves a large contour: the last whole one is there, voxel for voxel."""

import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.images.arrays import SegmentationArrays
from QuizLoaderLib.reader.drawing.drawing_files import DrawingFiles, read_drawing
from QuizLoaderLib.reader.drawing.regions_to_draw import RegionsToDraw
from reader_at_work import READER, at_work, drawn, killed_painter
from session_by_hand import SOAK, write_quiz

KILLS = 30 if SOAK else 2
SHAPE = (300, 512, 512) if SOAK else (200, 256, 256)

# Draws version after version, says each one that is saved on its standard output, and begins to write its
# files; of every third it waits for them.
PAINTER = """
import os, sys
from pathlib import Path
from reader_at_work import at_work
from test_drawings_killed import version
quiz, images, results, first = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
with at_work(quiz, images, results) as reader:
    reader.show()
    for number in range(first, first + 1000):
        reader.draw("Tumour", version(number))
        assert reader.drawings.save() == ""
        os.write(1, f"{number}\\n".encode())
        reader.drawings.write_files()
        if number % 3 == 0:
            reader.drawings.folds.wait()
"""


def version(number: int) -> np.ndarray:
    """A large ellipsoid, whose number is the length of a bar in its middle that is left out."""
    drawn = ball().copy()
    k, j, i = (size // 2 for size in SHAPE)
    drawn[k, j, i : i + number + 1] = False
    return drawn


@cache
def ball() -> np.ndarray:
    k, j, i = (np.linspace(-1.25, 1.25, size, dtype=np.float32) ** 2 for size in SHAPE)
    return k[:, None, None] + j[:, None] + i < 1


def on_the_image(contour: SegmentationArrays) -> np.ndarray:
    whole = np.zeros(SHAPE, bool)
    i, j, k = contour.extent_offset
    part = contour.layers[0] == contour.segments[0].value
    whole[k : k + part.shape[0], j : j + part.shape[1], i : i + part.shape[2]] = part
    return whole


def number_of(voxels: np.ndarray, candidates: range) -> int:
    """Which version this is, in every voxel."""
    return next((number for number in candidates if np.array_equal(voxels, version(number))), -1)


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    image = sitk.Image(SHAPE[::-1], sitk.sitkInt16)
    sitk.WriteImage(image, str(tmp_path / "images" / "ct.nrrd"), True)
    ct = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
    page = f'<Page ID="A" AllowMultipleResponse="Y" EnableSegmentEditor="Y">{ct}</Page><Page ID="B"/>'
    return write_quiz(tmp_path, page)


def test_after_each_kill_the_last_whole_contour_is_there(tmp_path: Path, quiz: Path) -> None:
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    segments, label_map = folder / "A_CT-quizlabel.seg.nrrd", folder / "A_CT-quizlabel.nrrd"
    delays, newest = random.Random(11), -1
    for _kill in range(KILLS):
        acknowledged = killed_painter(PAINTER, tmp_path, quiz, newest + 1, delays.uniform(0.0, 2.0))
        possible = range(max(acknowledged, 0), acknowledged + 2)

        contour = read_drawing(DrawingFiles(label_map), RegionsToDraw())
        assert contour.sentences == () and contour.segmentation is not None
        found = number_of(on_the_image(contour.segmentation), possible)
        assert found in possible, f"neither version of {possible} is there"
        # The files may be older than the journal, and are whole.
        if label_map.is_file():
            labels = sitk.GetArrayFromImage(sitk.ReadImage(str(label_map)))
            assert number_of(labels == 1, range(found + 1)) >= 0
        newest = found

    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        assert reader.show() == []
        (node,) = reader.drawings.nodes
        assert number_of(drawn(node, SHAPE)["Tumour"], range(newest, newest + 1)) == newest
    assert sitk.GetArrayFromImage(sitk.ReadImage(str(label_map))).sum() == version(newest).sum()
    assert {path.name for path in folder.iterdir()} == {segments.name, label_map.name}
