"""Every name of Qt, CTK, qMRML and Slicer that QuizLoader uses was read in a source, and is written down."""

import ast
import re
from pathlib import Path

import pytest
import pythonqt
import slicer
import slicer.util
from panel_stage import stage
from slicer_host import MODULE

STORIES = sorted(MODULE.parents[1].joinpath("Testing", "QuizLoaderStories").glob("*.py"))
SOURCES = [
    MODULE,
    *sorted((MODULE.parent / "QuizLoaderLib" / "apps" / "panel").glob("*.py")),
    *STORIES,
]
REPOSITORIES = ("Slicer/Slicer ", "commontk/CTK ", "commontk/PythonQt ")


class WithoutAnnotations(ast.NodeTransformer):
    """What type checkers alone read is not asked of Slicer."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return self.visit(node.value) if node.value else None

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)


def names_in(path: Path) -> set[str]:
    """``slicer.x``, ``slicer.util.x``, ``qt.X``, ``qt.Qt.x``, ``ctk.X`` as the code that runs writes them."""
    names = set()
    for node in ast.walk(WithoutAnnotations().visit(ast.parse(path.read_text(encoding="utf-8")))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "slicer":
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        match = isinstance(node, ast.Attribute) and re.match(
            r"(slicer\.util\.\w+|slicer\.\w+|qt\.Qt\.\w+|qt\.\w+|ctk\.\w+)", ast.unparse(node)
        )
        if match:
            names.add(match[1])
    return names - {"slicer.util", "qt.Qt"}


def test_names_in_the_code_are_in_the_table():
    missing = {name for path in SOURCES for name in names_in(path)} - set(pythonqt.NAMES)
    assert not missing, "read these in Slicer's sources, then add them to slicer_names.txt"


def test_names_in_the_table_are_in_the_code():
    texts = [*SOURCES, MODULE.parent / "Resources" / "UI" / "QuizLoader.ui"]
    words = {word for path in texts for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    stale = {name for name in pythonqt.NAMES if name.split(".")[-1] not in words}
    assert not stale


def test_every_name_says_where_it_was_read():
    for name, source in pythonqt.NAMES.items():
        assert source.startswith(REPOSITORIES), name
        assert re.search(r"\.(py|h|cxx|cpp|md)\b", source), name


def test_the_docs_say_of_every_name_which_versions_of_slicer_have_it():
    page = MODULE.parents[1] / "docs" / "developing" / "slicer-versions.md"
    text = page.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \| (\w+) \| (\w+) \| (\w+) \|$", text, re.MULTILINE)
    told = {name: answers for name, members, *answers in rows if not members}
    for name, members, *answers in rows:
        told |= {f"{name}.{member}": answers for member in re.findall(r"`(\w+)`", members)}
    # A class of which only members are used has no row of its own.
    of_classes = {name.rpartition(".")[0] for name in told}
    missing = {name for name in pythonqt.NAMES if name not in told and name not in of_classes}
    assert not missing, "run Testing/slicer_versions.py"
    assert set(told) <= set(pythonqt.NAMES), "run Testing/slicer_versions.py"
    # What a version lacks, the module does without there.
    assert {name for name, answers in told.items() if "no" in answers} == {
        "SampleData.SampleDataLogic.registerCustomSampleDataCategory",
        "slicer.packaging",
    }


def test_names_of_mrml_and_slicer_util_are_really_there():
    for name in pythonqt.NAMES:
        parts = name.split(".")
        if parts[0] == "slicer" and parts[1].startswith("vtk"):
            assert hasattr(slicer, parts[1]), name
        if parts[:2] == ["slicer", "util"]:
            assert hasattr(slicer.util, parts[2]), name


def test_the_host_refuses_what_pythonqt_refuses(tmp_path):
    with stage(tmp_path, main_window=False):
        import qt

        label = qt.QLabel("text")
        assert label.text == "text"
        with pytest.raises(AttributeError, match="txet"):
            label.txet = "x"
        with pytest.raises(AttributeError, match="txet"):
            label.txet  # noqa: B018
        with pytest.raises(TypeError, match="not callable"):
            label.text()
        with pytest.raises(AttributeError, match="does not accept"):
            label.wordWrap = object()
        with pytest.raises(AttributeError, match="setText"):
            label.setText = "x"


def test_the_host_refuses_quizloaders_code_a_name_that_is_not_in_the_table(tmp_path, monkeypatch):
    with stage(tmp_path, main_window=False) as on_stage:
        monkeypatch.delitem(pythonqt.NAMES, "qt.QLabel.text")
        with pytest.raises(AttributeError, match=r"qt\.QLabel\.text is not in the table"):
            on_stage.slicer.module.widgetRepresentation()
        monkeypatch.undo()
        pythonqt.exceptions.clear()
