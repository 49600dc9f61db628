"""The recipe for a new image type is followed to the letter, on a copy of the package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import QuizLoaderLib
from dicom_made import Placement, write_series
from quiz_text import QUESTIONS, session
from recipe import follow

RECIPE = Path(__file__).parents[2] / "docs" / "developing" / "add-an-image-type.md"
SHOW = """
import sys
from pathlib import Path
import slicer
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.images.types.volume import units_of
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.parser import read_quiz

quiz, problems = read_quiz(Path(sys.argv[1]))
folder = ImageFolder(Path(sys.argv[1]).parent)
loaded = ImageLibrary(slicer.vtkMRMLScene(), folder).load(quiz.pages[0])
for problem in [*problems, *check_quiz(quiz, folder), *loaded.problems]:
    print(problem.code, problem.sentence)
for node in filter(None, loaded.nodes):
    print(node.GetImageData().GetScalarRange(), units_of(node), quiz.pages[0].images[0].layer.value)
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(
        Path(QuizLoaderLib.__file__).parent,
        folder / "QuizLoaderLib",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return folder


def test_a_new_type_is_three_files_and_shows_its_images(package: Path, tmp_path: Path) -> None:
    changed = follow(RECIPE, package)
    assert len(changed) == 3
    voxels = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    places = Placement((0.0, 2.0, 4.0))
    write_series(tmp_path / "dose", voxels, places, "RTDOSE", DoseUnits="GY", DoseGridScaling="1")
    write_series(tmp_path / "ct", voxels, places, series="1.2.3.11")
    image = '<Image ID="D" Type="Dose"><Path>{}</Path></Image>'
    page = '<Page ID="P">{}' + QUESTIONS + "</Page>"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), *sys.path[1:]])}
    told = []
    for name in ("dose/I00001", "ct/I00001"):
        quiz = tmp_path / "quiz.xml"
        quiz.write_text(session(page.format(image.format(name))), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", SHOW, str(quiz)], capture_output=True, encoding="utf-8", env=environment
        )
        assert done.returncode == 0, done.stderr
        told.append(done.stdout.strip())
    assert told == ["(0.0, 59.0) Gy Foreground", "Q603 “I00001” is not a dose."]
