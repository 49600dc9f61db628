"""A program that is killed while it saves a large contour: the last whole one is there, voxel for voxel."""

import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.images.types.segmentation import read
from QuizLoaderLib.images.types.type_module import ReadContext
from reader_at_work import READER, at_work, drawn, killed_painter
from session_by_hand import SOAK, write_quiz

KILLS = 30 if SOAK else 3
SHAPE = (300, 512, 512)

# Draws version after version, and says each one that is saved on its standard output.
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
"""


def version(number: int) -> np.ndarray:
    """A large ellipsoid, whose number is the length of a bar in its middle that is left out."""
    drawn = ball().copy()
    drawn[150, 256, 256 : 256 + number + 1] = False
    return drawn


@cache
def ball() -> np.ndarray:
    k, j, i = (np.arange(size, dtype=np.float32) for size in SHAPE)
    distance = (((k - 150) / 140) ** 2)[:, None, None] + (((j - 256) / 200) ** 2)[:, None]
    return distance + ((i - 256) / 200) ** 2 < 1


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

        context = ReadContext(segments)
        whole = np.zeros(SHAPE, bool)
        contour = read(context)
        i, j, k = contour.extent_offset
        part = contour.layers[0] == contour.segments[0].value
        whole[k : k + part.shape[0], j : j + part.shape[1], i : i + part.shape[2]] = part
        found = number_of(whole, possible)
        assert found in possible, f"neither version of {possible} is there"
        # The label map is written behind the segments: it may be one version older, but is whole as well.
        labels = sitk.GetArrayFromImage(sitk.ReadImage(str(label_map)))
        assert number_of(labels == 1, range(max(found - 1, 0), found + 1)) >= found - 1
        newest = found

    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        assert reader.show() == []
        (node,) = reader.drawings.nodes
        assert number_of(drawn(node, SHAPE)["Tumour"], range(newest, newest + 1)) == newest
    assert sitk.GetArrayFromImage(sitk.ReadImage(str(label_map))).sum() == version(newest).sum()
    assert {path.name for path in folder.iterdir()} == {segments.name, label_map.name}
