"""Rules of the layout that Import Linter cannot see."""

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


def test_a_file_is_one_thing() -> None:
    sources = [*LIBRARY.rglob("*.py"), *(REPOSITORY / "Testing").rglob("*.py")]
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in sources}

    assert {name: count for name, count in lines.items() if count > 400} == {}
