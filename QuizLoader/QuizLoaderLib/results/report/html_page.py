"""The report as one HTML file: pictures inside, no script, nothing from outside, and fit to be printed."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from .parts import Cell, Chart, Section, ShownTable, shown

_MOST_ROWS = 60
"""A table that is longer is cut, with a sentence that says where the rest is."""

_STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem; background: #fff; color: #1c1c1c;
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .5rem; border-bottom: 2px solid #0072b2; padding-bottom: .15rem; }
nav a { margin-right: 1rem; }
a { color: #005a8d; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .3rem 0 1.2rem; font-size: .87rem; }
caption { text-align: left; font-weight: 600; padding: .6rem 0 .25rem; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #d5d5d5;
  vertical-align: top; overflow-wrap: break-word; max-width: 24rem; }
th { white-space: normal; vertical-align: bottom; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number, td.date { white-space: nowrap; }
tr.strong td { background: #fff1d6; }
figure { margin: .8rem 0 1.4rem; }
figcaption { font-weight: 600; font-size: .87rem; margin-bottom: .3rem; }
img { max-width: 100%; height: auto; }
.soft { color: #555; }
@page { margin: 14mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav { display: none; }
  h2, caption { break-after: avoid; }
  /* A table that is longer than a page begins on a new one, and has its header on each. */
  figure, table, tr { break-inside: avoid; }
  img { max-height: 235mm; }
  thead { display: table-header-group; }
  .wide { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td { padding-right: .45rem; }
  a { color: inherit; text-decoration: none; }
}
"""


def html_page(title: str, lead: str, sections: Sequence[Section], pictures: Mapping[str, bytes]) -> str:
    """``pictures`` are the charts by name, as SVG, and as PNG where a chart is a photo."""
    links = "".join(f'<a href="#{_anchor(each.title)}">{escape(each.title)}</a>' for each in sections)
    body = "".join(_section(each, pictures) for each in sections)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f'<body><main><h1>{escape(title)}</h1><p class="soft">{escape(lead)}</p><nav>{links}</nav>\n'
        f"{body}</main></body></html>\n"
    )


def _anchor(title: str) -> str:
    return title.casefold().replace(" ", "-")


def _section(section: Section, pictures: Mapping[str, bytes]) -> str:
    parts = "\n".join(_part(part, pictures) for part in section.parts)
    return f'<section><h2 id="{_anchor(section.title)}">{escape(section.title)}</h2>\n{parts}</section>\n'


def _part(part: str | ShownTable | Chart, pictures: Mapping[str, bytes]) -> str:
    if isinstance(part, str):
        return f"<p>{escape(part)}</p>"
    return _table(part) if isinstance(part, ShownTable) else _picture(part, pictures[part.name])


def _table(table: ShownTable) -> str:
    numbers = [
        all(isinstance(row[column], (int, float)) or row[column] is None for row in table.rows)
        for column in range(len(table.header))
    ]
    head = "".join(
        _cell("th", escape(name), "number" if number else "")
        for name, number in zip(table.header, numbers, strict=True)
    )
    rows = "".join(
        f"<tr{' class=strong' if number in table.strong else ''}>{_cells(row, numbers)}</tr>\n"
        for number, row in enumerate(table.rows[:_MOST_ROWS])
    )
    link = f' <a class="soft" href="{escape(table.file)}">{escape(table.file)}</a>' if table.file else ""
    more = len(table.rows) - _MOST_ROWS
    rest = f'<p class="soft">{more:,} more rows are in {escape(table.file)}.</p>' if more > 0 else ""
    return (
        f'<div class="wide"><table><caption>{escape(table.title)}{link}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{rest}"
    )


def _cells(row: Sequence[Cell], numbers: Sequence[bool]) -> str:
    kinds = (
        "number" if number else "date" if isinstance(cell, datetime) else ""
        for cell, number in zip(row, numbers, strict=True)
    )
    return "".join(_cell("td", escape(shown(cell)), kind) for cell, kind in zip(row, kinds, strict=True))


def _cell(tag: str, text: str, kind: str) -> str:
    return f"<{tag} class={kind}>{text}</{tag}>" if kind else f"<{tag}>{text}</{tag}>"


def _picture(chart: Chart, data: bytes) -> str:
    kind = "png" if chart.is_photo else "svg+xml"
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    title = escape(chart.title)
    return f'<figure><figcaption>{title}</figcaption><img alt="{title}" src="{source}"></figure>'
