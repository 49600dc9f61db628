"""The extension is configured, built and installed as by Slicer, and what is installed is enough to run."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
STAND_IN = Path(__file__).with_name("slicer_cmake")
MODULES = Path("lib", "Slicer-5.10", "qt-scripted-modules")

# CMake and Ninja come with the tests' packages, beside this Python.
SEARCH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def run(program: str, *arguments: str | Path, folder: Path | None = None) -> str:
    """The output of a CMake program; an error of its own fails the test with what it said."""
    found = shutil.which(program, path=SEARCH)
    assert found, f"{program} does not exist"
    done = subprocess.run([found, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def configure(source: Path, build: Path) -> None:
    nothing_to_compile = [
        f"-DCMAKE_{language}_COMPILER{setting}"
        for language in ("C", "CXX")
        for setting in (f"={shutil.which('true') or sys.executable}", "_FORCED=TRUE")
    ]
    ninja = shutil.which("ninja", path=SEARCH)
    generator = ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={ninja}"] if ninja else []
    run("cmake", "-S", source, "-B", build, f"-DSlicer_DIR={STAND_IN}", *generator, *nothing_to_compile)


def copy_of_the_extension(folder: Path) -> Path:
    files = ("CMakeLists.txt", "LICENSE", "README.md", "QuizLoader", "Resources", "Testing/QuizLoaderStories")
    for name in files:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy(source, folder / name)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    build = tmp_path_factory.mktemp("build")
    configure(REPOSITORY, build)
    run("cmake", "--build", build)
    return build


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    prefix = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", built, "--prefix", prefix)
    return prefix / MODULES


HOSTS_OUTSIDE_SLICER = ("command_line", "pictures", "study_server", "web")
ROOMS_AS_REACHED = ("authoring", "results", "scoring")
"""In Slicer there is of these what the panel imports."""


def test_the_installed_tree_is_the_source_tree_without_what_runs_outside_slicer(installed):
    def files(folder: Path) -> set[str]:
        return {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "CMakeLists.txt" and "__pycache__" not in path.parts
        }

    quizzes = {
        f"QuizLoaderLib/Resources/Quizzes/{name}" for name in files(REPOSITORY / "Resources" / "Quizzes")
    }
    hosts = tuple(f"QuizLoaderLib/apps/{host}/" for host in HOSTS_OUTSIDE_SLICER)
    as_reached = tuple(f"QuizLoaderLib/{room}/" for room in (*ROOMS_AS_REACHED, "apps/shared"))
    source = {name for name in files(REPOSITORY / "QuizLoader") if not name.startswith(hosts)}
    assert files(installed) <= source | quizzes
    assert {name for name in source - files(installed) if not name.startswith(as_reached)} == set()
    templates = {name for name in source if name.startswith("QuizLoaderLib/authoring/templates/")}
    assert templates <= files(installed)
    assert "QuizLoaderLib/results/report/__init__.py" in source - files(installed)


def test_the_package_imports_from_an_empty_folder_without_what_slicer_lacks(installed, tmp_path):
    """All but the command line, whose Typer and Rich are no part of the extension."""
    program = """
import importlib, pkgutil, sys
for name in ("lxml", "highdicom", "filelock", "typer", "rich", "PIL"):
    sys.modules[name] = None
import QuizLoaderLib.quiz.model, QuizLoaderLib.images.loading.library, QuizLoaderLib.views.page
import QuizLoaderLib.views.contours, QuizLoaderLib.apps.demo.samples, QuizLoaderLib.authoring.template
assert QuizLoaderLib.__path__[0].startswith(sys.argv[1]), QuizLoaderLib.__path__
from QuizLoaderLib.apps.demo.samples import sample_quizzes_folder
assert str(sample_quizzes_folder()).startswith(sys.argv[1])
print(len(list(sample_quizzes_folder().rglob("*.xml"))))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(installed)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed), "PATH": ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 5


def test_the_installed_module_shows_its_panel(installed, tmp_path):
    program = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from slicer_host import RunningSlicer
# Slicer's generic test opens the panel before anybody consents to an installation.
sys.modules["lxml"] = None
slicer = RunningSlicer(Path.cwd(), main_window=False, module=Path(sys.argv[1], "QuizLoader.py"))
panel = slicer.module.widgetRepresentation()
import QuizLoaderLib
assert QuizLoaderLib.__path__[0].startswith(sys.argv[1]), QuizLoaderLib.__path__
print(slicer.module.property("title"), "|", slicer.module.property("categories"))
slicer.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(installed), str(Path(__file__).parent)],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("Quiz Loader | ['Training']")


def test_slicer_gets_its_tests(built):
    listed = run("ctest", "-N", folder=built)
    assert re.findall(r"Test +#\d+: (\w+)", listed) == [
        "py_nomainwindow_qSlicerQuizLoaderModuleGenericTest",
        "py_QuizLoader",
        "py_nomainwindow_QuizLoader",
    ]


def test_the_self_test_runs_in_the_build_tree_and_is_no_part_of_what_is_installed(built, installed, tmp_path):
    """Slicer's ctest runs there, before anything is installed: the quizzes and the stories must be there."""
    program = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from slicer_host import RunningSlicer
slicer = RunningSlicer(Path.cwd(), main_window=False, module=Path(sys.argv[1], "QuizLoader.py"))
import unittest
suite = unittest.TestLoader().loadTestsFromName("QuizLoader.QuizLoaderTest")
result = unittest.TextTestRunner().run(suite)
print([reason for _, reason in result.skipped])
import QuizLoaderLib
assert QuizLoaderLib.__path__[0].startswith(sys.argv[1]), QuizLoaderLib.__path__
slicer.close()
sys.exit(not result.wasSuccessful())
"""

    def run_in(folder):
        return subprocess.run(
            [sys.executable, "-c", program, str(folder), str(Path(__file__).parent)],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    in_build = run_in(built / MODULES)
    assert in_build.returncode == 0, in_build.stderr + in_build.stdout
    assert "passed  the tutorial of the sample data module comes with all sample quizzes" in in_build.stdout
    assert re.search(r"^\d+ passed, 0 FAILED, \d+ not run, of \d+$", in_build.stdout, re.MULTILINE)
    after_install = run_in(installed)
    assert after_install.returncode == 0, after_install.stderr
    assert "from QuizLoader's source or build" in after_install.stdout


def test_a_listed_file_that_is_absent_is_fatal(tmp_path):
    source = copy_of_the_extension(tmp_path / "source")
    (source / "QuizLoader" / "QuizLoaderLib" / "quiz" / "model.py").unlink()
    with pytest.raises(AssertionError, match=r"nonexistent file or directory '.*/model\.py'"):
        configure(source, tmp_path / "build")


def test_the_index_entry_names_this_repository():
    """The index reads CMakeLists.txt as text, so its addresses are written out; they must agree."""
    cmake = (REPOSITORY / "CMakeLists.txt").read_text(encoding="utf-8")
    settings = dict(re.findall(r'set\((EXTENSION_\w+) "([^"]+)"\)', cmake))
    entry = json.loads((REPOSITORY / "QuizLoader.json").read_text(encoding="utf-8"))

    repository = settings["EXTENSION_HOMEPAGE"].removeprefix("https://github.com/")
    assert repository.split("/")[1] == "SlicerQuizLoader"
    assert entry["scm_url"] == f"https://github.com/{repository}.git"
    assert set(entry) == {"$schema", "category", "scm_url", "scm_revision", "build_dependencies", "tier"}
    assert entry["category"] == "Training"
    assert entry["tier"] in (1, 3)
    for name in ("EXTENSION_ICONURL", "EXTENSION_SCREENSHOTURLS"):
        for url in settings[name].split():
            start = f"https://raw.githubusercontent.com/{repository}/{entry['scm_revision']}/"
            assert url.startswith(start)
            assert (REPOSITORY / url.removeprefix(start)).is_file()
    assert settings["EXTENSION_CONTRIBUTORS"] == "The QuizLoader developers"
    icon = (REPOSITORY / "Resources" / "Icons" / "QuizLoader.png").read_bytes()
    assert (int.from_bytes(icon[16:20], "big"), int.from_bytes(icon[20:24], "big")) == (128, 128)
