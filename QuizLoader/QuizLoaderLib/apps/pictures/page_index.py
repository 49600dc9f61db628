"""index.html: all pages of a rendered quiz, with their pictures, regions, questions and problems.

One file without scripts, the pictures linked by relative paths; whatever the author wrote is escaped.
"""

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from ...quiz.model import Quiz
from ...quiz.problems import Problem
from .shown_page import QuestionLine, ShownPage, question_lines

_STYLE = """
:root { color-scheme: dark; }
body { margin: 0 auto; max-width: 100rem; padding: 1rem 1.5rem; background: #202020; color: #e8e8e8;
  font: 16px/1.45 system-ui, sans-serif; }
a { color: #8ec5ff; }
section { border-top: 1px solid #555; margin-top: 2rem; }
img { max-width: 100%; height: auto; }
nav ol { columns: 20rem; }
.about { display: flex; flex-wrap: wrap; gap: 0 3rem; }
.about > div { flex: 1 1 20rem; min-width: 0; overflow-wrap: anywhere; }
.swatch { display: inline-block; width: 1em; height: 1em; border: 1px solid #999; vertical-align: -0.15em;
  margin-right: 0.6em; }
ul { padding-left: 1.2rem; }
ul.plain { list-style: none; padding-left: 0; }
.error { color: #ffb4a8; }
.warning { color: #ffd68c; }
.text { white-space: pre-line; margin: 0.3rem 0; }
.option { margin-left: 1rem; }
"""

_MARKS = {"radio": "\u25cb ", "box": "\u2610 ", "field": "\u2026 "}


def page_index(quiz: Quiz, shown: Sequence[ShownPage], problems: Iterable[Problem]) -> str:
    """``problems`` are all of the quiz; those of a page are listed with it, the others at the top."""
    numbers = {page.page.number for page in shown}
    general = [problem for problem in problems if problem.page not in numbers]
    title = escape(quiz.path.name)
    body = [f"<h1>{title}</h1>", _problem_list(quiz, general)]
    if len(shown) > 1:
        entries = "".join(f'<li value="{s.page.number}">{_link_to(s)}</li>' for s in shown)
        body.append(f"<nav><ol>{entries}</ol></nav>")
    body += [_section(quiz, page) for page in shown]
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{_STYLE}</style></head>\n<body>",
            *body,
            "</body></html>\n",
        ]
    )


def _link_to(shown: ShownPage) -> str:
    errors = sum(problem.is_error for problem in shown.problems)
    count = f' <span class="error">({errors} {"errors" if errors > 1 else "error"})</span>' if errors else ""
    return f'<a href="#page-{shown.page.number}">{escape(shown.page.title)}</a>{count}'


def _section(quiz: Quiz, shown: ShownPage) -> str:
    folder = quote(shown.folder)
    pictures = ", ".join(
        f'<a href="{folder}/{quote(view.value)}.png">{escape(view.value)}</a>'
        + (f" ({escape(about)})" if (about := ", ".join(filter(None, (one.window, one.scale)))) else "")
        for view, one in shown.views.items()
    )
    return "\n".join(
        [
            f'<section id="page-{shown.page.number}">',
            f"<h2>{shown.page.number}. {escape(shown.page.title)}</h2>",
            _problem_list(quiz, shown.problems),
            f'<a href="{folder}/page.png"><img src="{folder}/page.png" '
            f'alt="{escape(shown.page.title)}" loading="lazy"></a>',
            f"<p>Each view alone: {pictures}</p>",
            '<div class="about">',
            _questions(shown),
            _regions(shown),
            "</div></section>",
        ]
    )


def _questions(shown: ShownPage) -> str:
    lines = [_question(line) for line in question_lines(shown.page) if line.text or line.mark]
    return f"<div><h3>Questions</h3>{''.join(lines)}</div>" if lines else ""


def _question(line: QuestionLine) -> str:
    kind = "text option" if line.indent else "text"
    text = escape(_MARKS.get(line.mark, "") + line.text)
    return f'<p class="{kind}">{f"<b>{text}</b>" if line.strong else text}</p>'


def _regions(shown: ShownPage) -> str:
    if not shown.rois:
        return ""
    rows = []
    for roi in shown.rois:
        red, green, blue = roi.color
        where = f" ({escape(views)})" if (views := roi.where(shown.views)) else ""
        swatch = f'<span class="swatch" style="background: rgb({red}, {green}, {blue})"></span>'
        rows.append(f"<li>{swatch}{escape(roi.name)}{where}</li>")
    return f'<div><h3>Regions</h3><ul class="plain">{"".join(rows)}</ul></div>'


def _problem_list(quiz: Quiz, problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    items = "".join(
        f'<li class="{problem.severity.value}">{escape(problem.as_line(quiz.path.name))}</li>'
        for problem in problems
    )
    return f"<ul>{items}</ul>"
