"""Write the list of files in ``QuizLoader/CMakeLists.txt``: what Slicer packages, one file a line, sorted.

The rooms travel whole, but for what no session needs (authoring, scoring, results) and the hosts, which
travel only where the panel reaches them: the commands, the pictures, the web page and the study server run
outside Slicer and come with the wheel alone.

Usage: python Testing/extension_files.py [--check]
"""

import argparse
import sys
from pathlib import Path

import grimp

MODULE = Path(__file__).resolve().parents[1] / "QuizLoader"
LIST = MODULE / "CMakeLists.txt"
AS_REACHED = tuple(f"QuizLoaderLib.{room}" for room in ("apps", "authoring", "results", "scoring"))


def shipped_scripts() -> list[str]:
    """The Python files of the extension, relative to the module's folder."""
    graph = grimp.build_graph("QuizLoaderLib", cache_dir=None)
    starts = {"QuizLoaderLib.apps.panel", *graph.find_descendants("QuizLoaderLib.apps.panel")}
    reached = starts.union(*(graph.find_upstream_modules(start) for start in starts))
    rooms = {name for name in graph.modules if not name.startswith(AS_REACHED)}
    packages = {
        ".".join(parts[:end]) for name in reached for parts in [name.split(".")] for end in range(1, 9)
    }
    modules = (reached | rooms | packages) & graph.modules
    files = [MODULE.joinpath(*name.split(".")) for name in modules]
    paths = [file / "__init__.py" if file.is_dir() else file.with_suffix(".py") for file in files]
    return sorted(path.relative_to(MODULE).as_posix() for path in paths)


def shipped_resources(scripts: list[str]) -> list[str]:
    """Files beside the shipped scripts that are no Python, and the module's icon, form and requirements."""
    folders = {(MODULE / script).parent for script in scripts}
    beside = [
        path for folder in folders for path in folder.iterdir() if path.is_file() and path.suffix != ".py"
    ]
    beside += [path for path in (MODULE / "Resources").rglob("*") if path.is_file()]
    return sorted(path.relative_to(MODULE).as_posix() for path in beside)


def listed() -> str:
    """The text of ``CMakeLists.txt`` as it should be."""
    scripts = shipped_scripts()
    text = LIST.read_text(encoding="utf-8")
    for variable, names in (
        ("MODULE_PYTHON_SCRIPTS", ["${MODULE_NAME}.py", *scripts]),
        ("MODULE_PYTHON_RESOURCES", shipped_resources(scripts)),
    ):
        lines = "".join(f"  {name}\n" for name in names)
        start = text.index(f"set({variable}\n") + len(f"set({variable}\n")
        text = text[:start] + lines + text[text.index("  )", start) :]
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the list is old")
    is_check = parser.parse_args().check
    text = listed()
    if is_check and text != LIST.read_text(encoding="utf-8"):
        sys.exit("QuizLoader/CMakeLists.txt is old: run make extension-files")
    if not is_check:
        LIST.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
