"""The documentation is built strictly, and all that the tables of the code have is in it."""

import html
import os
import re
import subprocess
import sys
from collections import deque
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from docs_stage import DOCS, REPOSITORY, pages
from generated_pages import quiz_language, results_columns
from generated_pages.all_codes import all_codes
from generated_pages.commands import leaves
from generated_pages.markdown import anchor
from QuizLoaderLib.apps.command_line.main import app
from QuizLoaderLib.quiz.language import LANGUAGE
from QuizLoaderLib.reader.shortcuts import SHORTCUTS
from QuizLoaderLib.results.report.columns import COLUMNS as REPORT_COLUMNS
from QuizLoaderLib.session.entries import KINDS, keys_of
from typer.main import get_command

LIBRARY = REPOSITORY / "QuizLoader" / "QuizLoaderLib"
README = REPOSITORY / "README.md"
SITE_ADDRESS = "https://quizloader.github.io/SlicerQuizLoader/"
HOME = "https://github.com/QuizLoader/SlicerQuizLoader"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=REPOSITORY,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert built.returncode == 0, built.stderr + built.stdout
    return folder


def anchors_of(site: Path, page: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', (site / page).read_text(encoding="utf-8")))


def test_every_element_attribute_and_value_of_the_language_has_its_place(site: Path) -> None:
    page = "authoring/quiz-language.html"
    text, anchors = (site / page).read_text(encoding="utf-8"), anchors_of(site, page)

    for element, rule in LANGUAGE.items():
        texts = quiz_language.TEXTS[element]
        assert anchor(element) in anchors
        assert set(texts.get("attributes", {})) == set(rule.attributes)
        for attribute, each in rule.attributes.items():
            assert anchor(f"{element} {attribute}") in anchors
            described = texts["attributes"][attribute]
            assert each.kind.read(described["example"]) is not None
            assert f"<code>{attribute}=&quot;{described['example']}&quot;</code>" in text.replace(
                '"', "&quot;"
            )
            if each.kind.names != ("Y", "N"):
                assert set(described.get("values", {})) == set(each.kind.names), attribute
        if rule.text is not None:
            assert set(texts.get("values", {})) == set(rule.text.names), element
    assert set(quiz_language.TEXTS) == set(LANGUAGE)


def test_every_code_has_its_place_and_those_of_an_attribute_exist(site: Path) -> None:
    known = {entry.code for entry in all_codes()}

    assert {anchor(code) for code in known} <= anchors_of(site, "authoring/problem-codes.html")
    named = set(
        re.findall(
            r"\b[QM]\d{3}\b", (DOCS / "generated_pages" / "quiz_language.yml").read_text(encoding="utf-8")
        )
    )
    assert named <= known


def test_nearly_every_code_shows_the_sentences_that_the_program_writes(site: Path) -> None:
    """Some are put together in ways that the sources do not show at the code."""
    text = (site / "authoring" / "problem-codes.html").read_text(encoding="utf-8")
    entries = re.split(r'<h3 id="[qm]\d{3}">', text)[1:]

    assert len(entries) == len(all_codes())
    assert sum("<li>" in entry.split("<p>Rule:")[0] for entry in entries) >= 0.9 * len(entries)


def test_what_q604_says_stands_at_its_code(site: Path) -> None:
    text = (site / "authoring" / "problem-codes.html").read_text(encoding="utf-8")
    entry = text.split('id="q604"')[1].split('id="q605"')[0]

    assert "An image is complete." in entry
    assert "copy or export it again" in entry


def test_a_sentence_stands_at_its_own_code_with_its_signs_as_typed(site: Path) -> None:
    text = (site / "authoring" / "problem-codes.html").read_text(encoding="utf-8")
    entries = {code: text.split(f'id="{code}"')[1].split("<h3")[0] for code in ("q103", "q104", "q105")}

    assert "write & as &amp; and < as &lt; in text" in html.unescape(entries["q103"])
    assert "which is refused because it can name files" in entries["q104"]
    assert "DOCTYPE" not in entries["q105"]


def test_every_command_and_option_has_its_place(site: Path) -> None:
    text, anchors = (site / "commands.html").read_text(encoding="utf-8"), anchors_of(site, "commands.html")
    found = list(leaves(get_command(app), "quizloader"))

    assert len(found) >= 17
    for name, command in found:
        assert anchor(name) in anchors
        entry = text.split(f'id="{anchor(name)}"')[1].split("<h2")[0]
        for option in command.params:
            for written in (*option.opts, *option.secondary_opts):
                if written.startswith("-"):
                    assert f"<code>{written}</code>" in entry, (name, written)
            assert option.help, f"{name} says nothing of {option.name}"


def test_every_column_of_the_results_is_explained_in_order(site: Path) -> None:
    text = (site / "studies" / "tables.html").read_text(encoding="utf-8")
    explained = re.findall(r"<tr>\s*<td><code>(\w+)</code></td>", text)

    assert explained == [
        *results_columns.ANSWER_COLUMNS,
        *results_columns.MRMC_COLUMNS,
        *results_columns.MARK_COLUMNS,
    ]


def test_every_column_of_the_scores_is_explained_in_order(site: Path) -> None:
    text = (site / "studies" / "scores.html").read_text(encoding="utf-8")
    explained = re.findall(r"<tr>\s*<td><code>(\w+)</code></td>", text)
    tables = (table for name, table in results_columns.TABLES.items() if name.startswith("scores"))

    assert explained == [column for table in tables for column in table]


def test_every_column_of_the_report_is_explained_in_order(site: Path) -> None:
    text = (site / "studies" / "report.html").read_text(encoding="utf-8")
    parts = re.split(r'<h3 id="\w+">', text)[1:]

    explained = {
        part.split("<")[0]: re.findall(r"<tr>\s*<td><code>(\w+)</code></td>", part) for part in parts
    }
    assert explained == {name: list(columns) for name, columns in REPORT_COLUMNS.items()}


def test_every_shortcut_has_its_place(site: Path) -> None:
    text = (site / "reading" / "shortcuts.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr>\s*<td>(.*?)</td>\s*<td>(.*?)</td>", text)
    written = {
        (html.unescape(what), html.unescape(key))
        for keys, what in rows
        for key in re.findall("<code>(.*?)</code>", keys)
    }

    assert written == {(each.text, key) for each in SHORTCUTS for key in each.keys}


def test_every_kind_of_journal_entry_and_key_has_its_place(site: Path) -> None:
    text = (site / "studies" / "journal.html").read_text(encoding="utf-8")

    assert len(KINDS) >= 11
    for name, kind in KINDS.items():
        assert f'id="entry-{name}"' in text
        assert all(f"<td><code>{key.name}</code></td>" in text for key in keys_of(kind).values()), name


def test_every_page_is_reached_by_the_navigation_and_no_generated_page_is_in_the_repository() -> None:
    hooks = (DOCS / "hooks.py").read_text(encoding="utf-8")
    generated = set(re.findall(r'^    "([\w/-]+\.md)":', hooks, re.MULTILINE))
    listed = set(re.findall(r"[\w/-]+\.md", (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8")))
    written = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}

    assert not generated & written
    assert listed == generated | written


def test_what_developing_names_exists() -> None:
    """Paths below the library or the repository, and in brackets behind a path names in that file."""
    missing = []
    for page, text in pages().items():
        if not page.startswith("developing/"):
            continue
        prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
        for path, _, names in re.findall(
            r"`([\w./-]+\.(?:py|js|html|xsd|yml|txt|md|toml))`(\s+\(((?:`\w+`,?\s*)+)\))?", prose
        ):
            found = [base / path for base in (LIBRARY, REPOSITORY, REPOSITORY / "Testing" / "Python")]
            there = next((each for each in found if each.exists()), None)
            if there is None:
                missing.append(f"{page}: {path}")
                continue
            content = there.read_text(encoding="utf-8")
            missing += [
                f"{page}: {name} of {path}"
                for name in re.findall(r"`(\w+)`", names)
                if not re.search(rf"\b{name}\b", content)
            ]
    assert missing == []


def test_folders_that_the_architecture_names_are_those_there_are() -> None:
    text = pages()["developing/architecture.md"]
    for folder in (LIBRARY, LIBRARY / "images", LIBRARY / "apps"):
        for room in folder.iterdir():
            if (room / "__init__.py").is_file():
                assert f"`{room.name}`" in text, room


# A fresh reader and the README


def links_of(markdown: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", markdown)


def test_the_readme_is_short_and_what_it_links_to_is_there(site: Path) -> None:
    text = README.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 130
    for command in ("make demo", "make test"):
        assert command in text
    for link in links_of(text):
        if link.startswith(SITE_ADDRESS):
            page, _, part = link.removeprefix(SITE_ADDRESS).partition("#")
            assert (site / (page or "index.html")).is_file(), link
            assert not part or part in anchors_of(site, page), link
        elif not link.startswith("http"):
            assert (REPOSITORY / link.partition("#")[0]).exists(), link


GOALS = {
    "how to sign in": "reading/index.html#sign-in",
    "all attributes of Question": "authoring/quiz-language.html#question",
    "how to invite ten readers": "studies/invite-readers.html#ten-readers",
    "how to add an image type": "developing/where-to-change.html#image-type",
    "what Q604 says": "authoring/problem-codes.html#q604",
    "Liver=10 masks for 200 cases": "masks/many-cases.html#two-hundred-cases",
    "Slicer without installing": "slicer/without-installing.html",
}


@pytest.mark.parametrize("goal", GOALS)
def test_a_fresh_reader_gets_there_in_three_clicks(site: Path, goal: str) -> None:
    """From the README, by links in its text and in the text of pages, the menus left aside; the last click
    may lead to a page, which is read to the part that was looked for."""
    page, _, part = GOALS[goal].partition("#")
    assert not part or part in anchors_of(site, page)
    clicks = {"README": 0}
    waiting = deque(clicks)
    while waiting:
        here = waiting.popleft()
        for there in _pages_linked_from(site, here):
            if there not in clicks:
                clicks[there] = clicks[here] + 1
                waiting.append(there)
    assert clicks[page] <= 3


def _pages_linked_from(site: Path, page: str) -> set[str]:
    if page == "README":
        links = links_of(README.read_text(encoding="utf-8"))
        found = {
            link.removeprefix("docs/").replace(".md", ".html") for link in links if link.startswith("docs/")
        }
        found |= {link.removeprefix(SITE_ADDRESS) for link in links if link.startswith(SITE_ADDRESS)}
        return {link.partition("#")[0] or "index.html" for link in found}
    text = (site / page).read_text(encoding="utf-8").split("<article")[1].split("</article>")[0]
    links = [unquote(link).partition("#")[0] for link in re.findall(r'href="([^":]+)"', text)]
    targets = [(site / page).parent / link for link in links if link.endswith(".html")]
    return {os.path.relpath(target, site).replace(os.sep, "/") for target in targets}


def test_what_the_project_says_of_itself_agrees() -> None:
    about = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    version = re.search(r'__version__ = "([^"]+)"', (LIBRARY / "__init__.py").read_text(encoding="utf-8"))

    assert version and about["version"] == version[1]
    assert about["repository-code"] == HOME
    assert f"## [{version[1]}]" in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    addresses = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))
    assert (addresses["repo_url"], addresses["site_url"]) == (HOME, SITE_ADDRESS)
