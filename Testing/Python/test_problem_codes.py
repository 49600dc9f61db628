"""A problem's code means one thing in the whole project, and says where it comes from."""

import ast
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[2] / "QuizLoader" / "QuizLoaderLib"
ALL_RANGES = LIBRARY / "quiz" / "codes.py"
CODE = re.compile(r"[A-Z]\d{3}")


def python_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def codes_written_in(path):
    """Every text in a module that is a code, a name for it or not."""
    nodes = (node for node in ast.walk(python_of(path)) if isinstance(node, ast.Constant))
    return [node.value for node in nodes if isinstance(node.value, str) and CODE.fullmatch(node.value)]


WHERE = {path: codes for path in sorted(LIBRARY.rglob("*.py")) if (codes := codes_written_in(path))}


def ranges_of(path):
    """[first, last] of each range that a module's docstring names: Q3xx, Q60x, or Q62x to Q69x."""
    found = re.findall(
        r"\b([A-Z]\d[\dx]x)\b(?: to ([A-Z]\d[\dx]x))?", ast.get_docstring(python_of(path)) or ""
    )
    return [[first.replace("x", "0"), (last or first).replace("x", "9")] for first, last in found]


def test_no_code_is_used_twice():
    used = Counter(code for codes in WHERE.values() for code in codes)
    twice = {
        code: [path.relative_to(LIBRARY).as_posix() for path, codes in WHERE.items() if code in codes]
        for code, count in used.items()
        if count > 1
    }
    assert twice == {}
    assert len(used) > 150


def test_codes_stand_in_the_files_of_codes_or_are_a_module_own_constant():
    for path in WHERE:
        constants = [
            node.value.value
            for node in python_of(path).body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        ]
        assert set(WHERE[path]) <= set(constants), path


@pytest.mark.parametrize("path", WHERE, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_a_file_keeps_to_the_range_that_it_documents(path):
    """A module with a code or two of its own has its range in the list of all ranges."""
    ranges = ranges_of(path if path.stem.endswith("codes") else ALL_RANGES)
    assert ranges
    for code in WHERE[path]:
        assert any(first <= code <= last for first, last in ranges), f"{code} is not in {ranges}"


def test_ranges_of_different_files_are_apart():
    files = [path for path in WHERE if path.stem.endswith("codes") and path != ALL_RANGES]
    ranges = sorted(found for path in files for found in ranges_of(path))
    for (_, last), (first, _) in pairwise(ranges):
        assert last < first


@pytest.mark.parametrize("name", ["quiz/codes.py", "images/codes.py", "images/dicom/codes.py"])
def test_every_code_is_explained_in_words(name):
    module = python_of(LIBRARY / name)
    (rules,) = (node.value for node in module.body if isinstance(node, ast.AnnAssign))
    assert isinstance(rules, ast.Dict)
    explained = [key.id for key in rules.keys if isinstance(key, ast.Name)]
    targets = (node.targets[0] for node in module.body if isinstance(node, ast.Assign))
    named = [target.id for target in targets if isinstance(target, ast.Name)]
    assert sorted(explained) == sorted(named)
    assert all(ast.literal_eval(value).endswith(".") for value in rules.values)
