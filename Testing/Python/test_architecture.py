"""Rules of the layout that Import Linter cannot see."""

import ast
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = REPOSITORY / "QuizLoader" / "QuizLoaderLib"


def test_nothing_below_apps_asks_which_host_it_is_in() -> None:
    asks = re.compile(r"slicer\.(app|mrmlScene|modules|util\.load\w*)\b")
    found = [
        f"{path.relative_to(LIBRARY)}: {match[0]}"
        for path in sorted(LIBRARY.rglob("*.py"))
        if path.relative_to(LIBRARY).parts[0] != "apps"
        for match in asks.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def classes() -> list[tuple[str, ast.ClassDef]]:
    """Every class of the package outside another one, with the path of its file."""
    return [
        (path.relative_to(LIBRARY).as_posix(), node)
        for path in sorted(LIBRARY.rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]


def test_a_file_is_one_thing() -> None:
    sources = [*LIBRARY.rglob("*.py"), *(REPOSITORY / "Testing").rglob("*.py")]
    lines = {
        path.relative_to(REPOSITORY).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources
    }

    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_a_class_is_one_thing() -> None:
    lines = {f"{file}: {node.name}": (node.end_lineno or 0) - node.lineno for file, node in classes()}

    assert {name: count for name, count in lines.items() if count > 250} == {}


def test_a_name_of_a_class_stands_for_one_thing() -> None:
    files: dict[str, list[str]] = {}
    for file, node in classes():
        files.setdefault(node.name.lstrip("_"), []).append(file)

    assert {name: where for name, where in files.items() if len(where) > 1} == {}


def test_annotations_name_the_class() -> None:
    count = sum(
        isinstance(node, ast.Name) and node.id == "Any"
        for path in LIBRARY.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )

    assert count <= 100


def test_text_is_read_and_written_in_a_named_encoding() -> None:
    """Else it is read in the locale's, which another library may change while the program runs."""
    sources = [path for folder in ("QuizLoader", "Testing") for path in (REPOSITORY / folder).rglob("*.py")]
    found = [
        f"{path.relative_to(REPOSITORY)}:{call.lineno}"
        for path in sorted(sources)
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _takes_the_locale_s_encoding(call)
    ]

    assert found == []


def _takes_the_locale_s_encoding(call: ast.Call) -> bool:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if "encoding" in named:
        return False
    if any(getattr(named.get(name), "value", None) is True for name in ("text", "universal_newlines")):
        return True
    is_method = isinstance(call.func, ast.Attribute)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if is_method and name in ("read_text", "write_text"):
        return True
    values = [getattr(value, "value", None) for value in (*call.args, named.get("mode"))]
    modes = [value for value in values if isinstance(value, str) and re.fullmatch("[rwaxbt+]{1,3}", value)]
    if name == "open" and not is_method and not modes:
        return True
    opens = name in ("open", "fdopen", "TemporaryFile", "NamedTemporaryFile")
    return opens and any("b" not in mode for mode in modes)


def test_commands_print_by_what_escapes_names() -> None:
    folder = LIBRARY / "apps" / "command_line"
    printing = {
        path.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "typer.echo")
    }
    assert printing == {"terminal.py"}
