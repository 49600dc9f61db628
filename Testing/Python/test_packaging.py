"""What is installed works alone: a wheel, in an empty folder, without the source."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from masks_made import read_image
from QuizLoaderLib.apps.command_line.main import app
from QuizLoaderLib.apps.demo.samples import TUTORIAL_VOLUME
from typer.main import get_command

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = tuple(sorted(path.stem for path in (REPOSITORY / "Resources" / "Quizzes").rglob("*.xml")))


def pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, REPOSITORY)
    (built,) = folder.glob("quizloader-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", folder, wheel)
    return folder


@pytest.fixture(scope="module")
def demo(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made where one was made before, of which two files were spoiled; there is a quiz of somebody's own."""
    folder = tmp_path_factory.mktemp("empty")
    demo = folder / "quizloader-demo"
    (demo / "quizzes").mkdir(parents=True)
    (demo / "quizzes" / "mine.xml").write_text("<Session/>", encoding="utf-8")
    (demo / "quizzes" / "layers.xml").touch()
    (demo / "images" / TUTORIAL_VOLUME).parent.mkdir(parents=True)
    (demo / "images" / TUTORIAL_VOLUME).touch()
    made = run(installed, folder, installed / "bin" / "quizloader", "demo", "--no-render")
    assert (made.returncode, made.stderr.count("Traceback")) == (0, 0), made.stderr
    return demo


def run(installed: Path, folder: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        encoding="utf-8",
    )


def test_the_wheel_has_the_package_its_data_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {"QuizLoaderLib/Resources/Quizzes/Quiz.xsd", "QuizLoaderLib/apps/command_line/main.py"} <= names
    quizzes = {
        name.rsplit("/", 1)[1] for name in names if "Resources/Quizzes" in name and name.endswith("xml")
    }
    assert quizzes == {f"{name}.xml" for name in SAMPLES}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"QuizLoaderLib", "quizloader"}


def test_a_demo_made_again_has_the_same_head_and_leaves_other_files_alone(
    demo: Path, demo_files: Path
) -> None:
    (again, its_place), (first, place) = (
        read_image(each / "images" / TUTORIAL_VOLUME) for each in (demo, demo_files)
    )

    assert np.array_equal(again, first) and np.array_equal(its_place, place)
    assert (demo / "quizzes" / "layers.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert (demo / "quizzes" / "mine.xml").read_text(encoding="utf-8") == "<Session/>"


def test_all_commands_work_in_an_empty_folder(installed: Path, demo: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import QuizLoaderLib; print(QuizLoaderLib.__file__)")
    assert where.stdout.startswith(str(installed))
    command = installed / "bin" / "quizloader"
    # Each takes a process of its own; that all are right is seen elsewhere.
    for name in SAMPLES[::8]:
        checked = run(
            installed,
            tmp_path,
            command,
            "check",
            demo / "quizzes" / f"{name}.xml",
            "--images",
            demo / "images",
        )
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")

    rendered = run(
        installed,
        tmp_path,
        command,
        "render",
        demo / "quizzes" / "label-maps.xml",
        *("--images", demo / "images", "--out", "pictures", "--size", "128x128"),
    )
    assert rendered.returncode == 0, rendered.stdout + rendered.stderr
    assert (tmp_path / "pictures" / "index.html").is_file()
    assert list((tmp_path / "pictures").glob("01-*/Red.png"))


def test_the_image_of_the_server_is_built_from_what_a_wheel_needs_and_calls_the_command_rightly(
    tmp_path: Path,
) -> None:
    """As far as it can be tried without Docker: the files, the system's packages and the command."""
    text = (REPOSITORY / "Resources" / "Server" / "Dockerfile").read_text(encoding="utf-8")
    context = tmp_path / "context"
    for *sources, target in (line.split() for line in re.findall("^COPY (.*)$", text, re.MULTILINE)):
        for name in sources:
            source, into = REPOSITORY / name, context / target / ("" if target != "./" else name)
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, into) if source.is_dir() else shutil.copyfile(source, into)
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", tmp_path, context)
    (built,) = tmp_path.glob("quizloader-*.whl")
    names = zipfile.ZipFile(built).namelist()
    parameters = get_command(app).commands["serve"].params  # type: ignore[attr-defined]
    options = {name for each in parameters for name in (*each.opts, *each.secondary_opts)}

    assert "QuizLoaderLib/Resources/Quizzes/Session/questions.xml" in names
    assert "QuizLoaderLib/apps/web/client/client.html" in names
    command = text.partition("CMD")[2]
    assert set(re.findall("--[a-z-]+", command)) - {"--env"} <= options
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (packages,) = re.findall("--no-install-recommends (.*) \\\\", text)
    assert f"system_packages,{packages}," in makefile
