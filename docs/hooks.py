"""What MkDocs is told at each build: pages made from the code's tables, and the pictures of Resources."""

import re
from pathlib import Path

from generated_pages.commands import commands
from generated_pages.journal import journal_entries
from generated_pages.problem_codes import problem_codes
from generated_pages.quiz_language import quiz_language
from generated_pages.results_columns import columns_of
from generated_pages.shortcuts import shortcuts
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PAGES = {
    "authoring/quiz-language.md": quiz_language,
    "authoring/problem-codes.md": problem_codes,
    "commands.md": commands,
}
PICTURES = Path(__file__).resolve().parents[1] / "Resources" / "Screenshots"
COLUMNS = re.compile(r"<!-- columns of (\S+) -->")
JOURNAL = "<!-- journal entries -->"
SHORTCUTS = "<!-- shortcuts -->"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for uri, write in PAGES.items():
        files.append(File.generated(config, uri, content=write()))
    for picture in sorted(PICTURES.glob("*.png")):
        files.append(File.generated(config, f"screenshots/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    if JOURNAL in markdown:
        markdown = markdown.replace(JOURNAL, journal_entries())
    if SHORTCUTS in markdown:
        markdown = markdown.replace(SHORTCUTS, shortcuts())
    return COLUMNS.sub(lambda found: columns_of(found[1]), markdown)
