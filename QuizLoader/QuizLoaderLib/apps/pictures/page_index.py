"""index.html: all pages of a rendered quiz, with their pictures, regions, questions and problems.

One file without scripts, the pictures linked by relative paths; whatever the author wrote is escaped.
"""

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from ...quiz.model import Quiz
from ...quiz.page_order import PageOrder
from ...quiz.problems import Problem
from ...reader.timing import time_of_readers
from ...views.layouts import THREE_D
from .dose_files import CHART, TABLE
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
    title, order = escape(quiz.path.name), PageOrder(quiz)
    limit = f"Readers have {quiz.time_limit_s:g} s for the quiz." if quiz.time_limit_s else ""
    body = [f"<h1>{title}</h1>", _paragraph(limit), _problem_list(quiz, general)]
    if len(shown) > 1:
        entries = "".join(f'<li value="{s.page.number}">{_link_to(s)}</li>' for s in shown)
        body.append(f"<nav><ol>{entries}</ol></nav>")
    body += [_section(quiz, page, order) for page in shown]
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><main>",
            *body,
            "</main></body></html>\n",
        ]
    )


def _link_to(shown: ShownPage) -> str:
    errors = sum(problem.is_error for problem in shown.problems)
    count = f' <span class="error">({errors} {"errors" if errors > 1 else "error"})</span>' if errors else ""
    return f'<a href="#page-{shown.page.number}">{escape(shown.page.title)}</a>{count}'


def _paragraph(*sentences: str) -> str:
    text = " ".join(filter(None, sentences))
    return f"<p>{escape(text)}</p>" if text else ""


def _section(quiz: Quiz, shown: ShownPage, order: PageOrder) -> str:
    folder, time = quote(shown.folder), time_of_readers(shown.page)
    about = {
        view.value: ", ".join(filter(None, (one.window, one.scale))) for view, one in shown.views.items()
    }
    about |= {THREE_D: ""} if shown.three_d is not None else {}
    pictures = ", ".join(
        f'<a href="{folder}/{quote(name)}.png">{escape(name)}</a>' + (f" ({escape(text)})" if text else "")
        for name, text in about.items()
    )
    return "\n".join(
        [
            f'<section id="page-{shown.page.number}">',
            f"<h2>{shown.page.number}. {escape(shown.page.title)}</h2>",
            _paragraph(order.in_words(shown.page), time.left, time.early),
            _problem_list(quiz, shown.problems),
            f'<a href="{folder}/page.png"><img src="{folder}/page.png" '
            f'alt="{escape(shown.page.title)}" loading="lazy"></a>',
            f"<p>Each view alone: {pictures}</p>",
            '<div class="about">',
            _questions(shown),
            _regions(shown),
            _histograms(shown),
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


def _histograms(shown: ShownPage) -> str:
    if not shown.has_histograms:
        return ""
    chart, table = (f"{quote(shown.folder)}/{name}" for name in (CHART, TABLE))
    picture = f'<a href="{chart}"><img src="{chart}" alt="Dose-volume histogram" loading="lazy"></a>'
    return f'<div><h3>Dose</h3>{picture}<p><a href="{table}">The numbers</a></p></div>'


def _problem_list(quiz: Quiz, problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    items = "".join(
        f'<li class="{problem.severity.value}">{escape(problem.as_line(quiz.path.name))}</li>'
        for problem in problems
    )
    return f"<ul>{items}</ul>"
