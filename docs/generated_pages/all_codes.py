"""All codes of the package with their meaning: the docs make a page of them, and tests compare."""

import ast
from dataclasses import dataclass
from pathlib import Path

import QuizLoaderLib

LIBRARY = Path(QuizLoaderLib.__path__[0])


@dataclass(frozen=True)
class CodeEntry:
    """``name`` is the constant in the ``module``, a path within the package, that has the rule."""

    code: str
    meaning: str
    module: str
    name: str


def all_codes() -> list[CodeEntry]:
    """All of them, sorted, as the sources define them: the modules themselves may need Slicer."""
    found = []
    for path in LIBRARY.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "ProblemCode(" not in text:
            continue
        for node in ast.parse(text).body:
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.Call(
                        func=ast.Name(id="ProblemCode"),
                        args=[ast.Constant(value=str(code)), ast.Constant(value=str(meaning))],
                    ),
                ):
                    found.append(CodeEntry(code, meaning, path.relative_to(LIBRARY).as_posix(), name))
    return sorted(found, key=lambda entry: entry.code)
