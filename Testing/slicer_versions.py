"""Write the table of docs/developing/slicer-versions.md: names of Slicer by version.

Usage: python Testing/slicer_versions.py SLICER CTK PYTHONQT

Each is a clone with all branches and tags: of Slicer/Slicer, commontk/CTK and MeVisLab/pythonqt.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

NAMES = Path(__file__).parent / "Python" / "slicer_names.txt"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "developing" / "slicer-versions.md"
VERSIONS = {"5.10": "v5.10.0", "5.12": "v5.12.3", "main": "583e9b37d50ead7daf7b783dce465ccaecec8809"}
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Sources:
    """A commit of a clone."""

    clone: Path
    commit: str

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.clone), *arguments]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        return done.stdout

    @cache  # noqa: B019  it ends with the program
    def text(self, path: str) -> str:
        return self._git("show", f"{self.commit}:{path}")

    @cached_property
    def paths(self) -> list[str]:
        return self._git("ls-tree", "-r", "--name-only", self.commit).split()

    def header(self, class_name: str) -> str:
        ending = f"/{class_name}.h"
        return next((self.text(path) for path in self.paths if path.endswith(ending)), "")


@dataclass(frozen=True)
class Version:
    """The sources of a Slicer with the CTK and the PythonQt that its build takes."""

    slicer: Sources
    ctk_clone: Path
    pythonqt_clone: Path

    @cached_property
    def ctk(self) -> Sources:
        build = self.slicer.text("SuperBuild/External_CTK.cmake")
        (commit,) = re.findall(r'_GIT_TAG\s+"([0-9a-f]{40})"', build)
        return Sources(self.ctk_clone, commit)

    @cached_property
    def pythonqt(self) -> Sources:
        """The release that its patched copy begins with."""
        build = self.ctk.text("CMakeExternals/PythonQt.cmake")
        (release,) = re.findall(r"patched-(v[\d.]+)-", build)
        return Sources(self.pythonqt_clone, release)

    def has(self, name: str) -> bool:
        library, *parts = name.split(".")
        if library == "SampleData":
            path = "Modules/Scripted/SampleData/SampleData.py"
            return f"def {parts[-1]}(" in self.slicer.text(path)
        if library == "qt":
            return self._qt_has(*parts)
        is_class = re.match(r"(vtk|q|ctk)[A-Z]", parts[0])
        return self._class_has(*parts) if is_class else self._python_has(*parts)

    def _python_has(self, module: str, member: str = "") -> bool:
        text = self.slicer.text(f"Base/Python/slicer/{module}.py")
        if member:
            return bool(re.search(rf"^(def|class) {member}\b", text, re.MULTILINE))
        return bool(text) or f"py:attribute:: {module}\n" in self.slicer.text(
            "Base/Python/slicer/__init__.py"
        )

    def _class_has(self, name: str, member: str = "") -> bool:
        """Also where a base declares it, or Slicer adds it for Python."""
        text = self.slicer.header(name) or self.ctk.header(name)
        if not text:
            return name.startswith("Q") and self._qt_has(name, member)
        added = [
            self.slicer.text(path) for path in self.slicer.paths if path.endswith("PythonQtDecorators.h")
        ]
        texts = [text, *(each for each in added if name in each)]
        declared = rf"Q_PROPERTY\([^)]*\b{member}\b|(\b|static_{name}_){member}\s*\(|\b{member}\s*[=,]"
        bases = re.findall(rf"class\s+(?:\w+\s+)?{name}\s*:\s*public\s+(\w+)", text)
        return (
            not member
            or any(re.search(declared, each) for each in texts)
            or any(self._class_has(base, member) for base in bases)
        )

    @cached_property
    def _wrappers(self) -> str:
        paths = [path for path in self.pythonqt.paths if re.match(r"generated_cpp_515/.*\.h$", path)]
        return "\n".join(map(self.pythonqt.text, paths))

    def _qt_has(self, name: str, member: str = "") -> bool:
        """What PythonQt wraps, or what Qt itself tells of a class at run time."""
        if f"class PythonQtWrapper_{name} " not in self._wrappers:
            return False
        owners = "|".join(_lineage(name))
        wrapped = rf"\b{member}\(({owners})\* |static_({owners})_{member}\(|\b{member} = {name}::"
        return not member or bool(re.search(wrapped, self._wrappers)) or member in _told_by_qt(name)


def _class_of_qt(name: str) -> Any:
    from PySide6 import QtCore, QtGui, QtWidgets

    modules = (QtCore, QtGui, QtWidgets)
    return next((getattr(module, name) for module in modules if hasattr(module, name)), object)


def _lineage(name: str) -> list[str]:
    return [name, *(each.__name__ for each in _class_of_qt(name).__mro__ if each.__name__.startswith("Q"))]


def _told_by_qt(name: str) -> set[str]:
    """Properties, signals, slots and values of enumerations: Qt 5.15 and 6 have the same of what is used
    here."""
    meta = getattr(_class_of_qt(name), "staticMetaObject", None)
    if meta is None:
        return set()
    methods = {meta.method(index).name().data().decode() for index in range(meta.methodCount())}
    enums = [meta.enumerator(index) for index in range(meta.enumeratorCount())]
    values = {each.key(index) for each in enums for index in range(each.keyCount())}
    return methods | values | {meta.property(index).name() for index in range(meta.propertyCount())}


def names() -> list[str]:
    lines = NAMES.read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def table(has: dict[str, list[str]]) -> str:
    """A row for each class and each answer, ``has`` by name."""
    rows: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, answers in has.items():
        library, owner, *member = name.split(".")
        rows.setdefault((f"{library}.{owner}", tuple(answers)), []).extend(member)
    lines = [f"| | names | {' | '.join(VERSIONS)} |", f"|---|---|{'---|' * len(VERSIONS)}"]
    for (named, found), members in rows.items():
        listed = ", ".join(f"`{member}`" for member in members)
        lines.append(f"| `{named}` | {listed} | {' | '.join(found)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    slicer, ctk, pythonqt = map(Path, sys.argv[1:])
    versions = [Version(Sources(slicer, commit), ctk, pythonqt) for commit in VERSIONS.values()]
    has = {name: [YES if version.has(name) else NO for version in versions] for name in names()}
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text[: text.index("| | names |")] + table(has), encoding="utf-8")


if __name__ == "__main__":
    main()
