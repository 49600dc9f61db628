"""The Slicer module: what Slicer packages and finds by name."""

import ast
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MODULE = REPOSITORY / "QuizLoader"


def test_cmake_lists_the_files_that_slicer_packages():
    run = [sys.executable, str(REPOSITORY / "Testing" / "extension_files.py"), "--check"]
    done = subprocess.run(run, capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 0, done.stderr


def test_slicer_finds_the_classes_by_name_and_no_shebang():
    source = (MODULE / "QuizLoader.py").read_text(encoding="utf-8")
    classes = {node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}

    assert classes >= {"QuizLoader", "QuizLoaderWidget", "QuizLoaderTest"}
    # Slicer takes a module that begins with #! for a command line program.
    assert not source.startswith("#!")


def test_extension_files_exist():
    cmake = (REPOSITORY / "CMakeLists.txt").read_text(encoding="utf-8")

    assert "project(QuizLoader)" in cmake
    for variable in ("EXTENSION_ICONURL", "EXTENSION_SCREENSHOTURLS"):
        url = re.search(rf'{variable} "([^"]+)"', cmake)
        assert url
        assert (REPOSITORY / url[1].split("/main/")[1]).is_file(), url[1]
