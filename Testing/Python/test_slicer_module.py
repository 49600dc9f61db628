"""The Slicer module: what Slicer packages and finds by name."""

import ast
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MODULE = REPOSITORY / "QuizLoader"


def listed_files() -> list[str]:
    text = re.sub(r"#.*", "", (MODULE / "CMakeLists.txt").read_text(encoding="utf-8"))
    lists = re.findall(r"set\(MODULE_PYTHON_(?:SCRIPTS|RESOURCES)\s([^)]*)\)", text)
    return " ".join(lists).replace("${MODULE_NAME}", "QuizLoader").split()


def test_cmake_lists_every_file_of_the_module_once():
    on_disk = {
        path.relative_to(MODULE).as_posix()
        for path in MODULE.rglob("*")
        if path.is_file() and path.name != "CMakeLists.txt" and "__pycache__" not in path.parts
    }
    listed = listed_files()
    to_add = "\n".join(f"  {name}" for name in sorted(on_disk - set(listed)))
    to_remove = "\n".join(f"  {name}" for name in sorted(set(listed) - on_disk))

    assert not to_add, f"add to QuizLoader/CMakeLists.txt:\n{to_add}"
    assert not to_remove, f"remove from QuizLoader/CMakeLists.txt:\n{to_remove}"
    assert len(listed) == len(set(listed))


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
