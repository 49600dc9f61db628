"""A problem's code means one thing in the whole project, is explained, and is given by a test."""

import ast
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from docs_stage import REPOSITORY
from generated_pages.all_codes import all_codes
from QuizLoaderLib.quiz.problems import ProblemCode

TESTS = Path(__file__).parent
LIBRARY = REPOSITORY / "QuizLoader" / "QuizLoaderLib"
CODE = re.compile(r"[QM]\d{3}")
CODES = all_codes()


def ranges():
    """[first, last] and the words of each range that the class documents: Q3xx, or Q62x to Q69x."""
    found = re.findall(
        r"\b([A-Z]\d[\dx]x)\b(?: to ([A-Z]\d[\dx]x))?\s([^,;.:]+)", " ".join(str(ProblemCode.__doc__).split())
    )
    return [
        (first.replace("x", "0"), (last or first).replace("x", "9"), words) for first, last, words in found
    ]


def test_no_code_and_no_name_of_a_code_is_used_twice():
    for values in ([entry.code for entry in CODES], [entry.name for entry in CODES]):
        assert [value for value, count in Counter(values).items() if count > 1] == []
    assert len(CODES) > 150


@pytest.mark.parametrize("entry", CODES, ids=lambda entry: entry.code)
def test_every_code_is_in_a_range_and_is_explained_in_words(entry):
    assert CODE.fullmatch(entry.code)
    assert any(first <= entry.code <= last for first, last, _ in ranges())
    assert entry.meaning[0].isupper()
    assert entry.meaning.endswith(".")
    assert len(entry.meaning.split()) >= 3


def test_the_ranges_are_apart():
    found = sorted(ranges())
    assert all(last < first for (_, last, _), (first, _, _) in pairwise(found))


def test_a_code_is_written_once_where_it_is_defined():
    written = Counter(
        node.value
        for path in LIBRARY.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    )
    assert written == Counter(entry.code for entry in CODES)


def test_every_code_is_given_in_a_test():
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in TESTS.glob("*.py") if path.name != Path(__file__).name
    )
    words = set(re.findall(r"\w+", tests))
    assert [entry.code for entry in CODES if not words & {entry.code, entry.name}] == []


def test_the_meaning_travels_with_the_code():
    code = ProblemCode("Q999", "A test has a code.")
    assert code == "Q999"
    assert code.meaning == "A test has a code."
