"""The part of Markdown that a text of a quiz may have: bold, italic, lists and links.

All else stays as it is written; an HTML tag too is text. The rules are CommonMark's, without nesting of
lists.
"""

import re
from collections.abc import Iterator
from enum import Enum
from html import escape
from itertools import groupby


class TextFormat(str, Enum):
    """What a text may be besides text as it is."""

    MARKDOWN = "Markdown"


LINKS = ("https://", "http://", "mailto:")
"""What the address of a link begins with."""

_MOST = 2000
"""Letters within one pair of marks, so that a long text is read in the time that its length needs."""

_INLINE = re.compile(
    rf"""\\(?P<letter>[!-/:-@\[-`{{-~])
    |\[(?P<label>[^\[\]]{{1,{_MOST}}})\]\((?P<address>[^()\s<>]{{1,{_MOST}}})\)
    |(?P<strong>\*\*|(?<!\w)__)(?=\S)(?P<bold>(?:(?!\*\*|__).){{0,{_MOST}}}?\S)(?P=strong)(?!(?<=_)\w)
    |(?P<mark>\*|(?<!\w)_)(?=\S)(?P<italic>[^*_]{{0,{_MOST}}}?[^*_\s])(?P=mark)(?!(?<=_)\w)""",
    re.VERBOSE,
)
_ITEM = re.compile(r"(?P<number>\d{1,9})[.)]\s+|[-*+]\s+")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_PICTURE = re.compile(r"!\[[^\[\]]{0,2000}\]\(")


def html_of(text: str) -> str:
    """HTML of our own elements alone: p, ul, ol, li, strong, em, and a for links, which open outside."""
    blocks = groupby(_lines(text), key=lambda line: line[0])
    return "".join(_block(kind, [line for _, line in lines]) for kind, lines in blocks)


def plain_text(text: str) -> str:
    """The words, each block on a line of its own."""
    return "\n".join(_INLINE.sub(_words, line) for _, line in _lines(text))


def foreign_parts(text: str) -> Iterator[str]:
    """What looks like HTML, a picture or a link that is not shown as one."""
    for pattern in (_TAG, _PICTURE):
        yield from (found[0] for found in pattern.finditer(text))
    for found in _INLINE.finditer(text):
        if found["address"] and not found["address"].lower().startswith(LINKS):
            yield found[0]


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each paragraph and each item of a list as one line, with its kind: the number of a paragraph, ``ul``,
    or ``ol`` with the first number of its list."""
    kind, parts, count = "", list[str](), 0
    for line in [*map(str.strip, text.split("\n")), ""]:
        item = _ITEM.match(line)
        if parts and (item or not line):
            yield kind, " ".join(parts)
            parts = []
        if item:
            is_first = not kind.startswith("ol") or not item["number"]
            kind = (f"ol {item['number']}" if is_first else kind) if item["number"] else "ul"
            parts = [line[item.end() :]]
        elif line and parts:
            parts.append(line)
        elif line:
            count += 1
            kind, parts = str(count), [line]


def _block(kind: str, lines: list[str]) -> str:
    texts = list(map(_inline, lines))
    if kind.isdecimal():
        return "".join(f"<p>{text}</p>" for text in texts)
    name, _, start = kind.partition(" ")
    tag = name if start in ("", "1") else f'ol start="{int(start)}"'
    return f"<{tag}>" + "".join(f"<li>{text}</li>" for text in texts) + f"</{name}>"


def _inline(text: str) -> str:
    parts, end = [], 0
    for found in _INLINE.finditer(text):
        parts += [escape(text[end : found.start()]), _marked(found)]
        end = found.end()
    return "".join((*parts, escape(text[end:])))


def _marked(found: re.Match[str]) -> str:
    if found["letter"]:
        return escape(found["letter"])
    if found["bold"]:
        return f"<strong>{_inline(found['bold'])}</strong>"
    if found["italic"]:
        return f"<em>{_inline(found['italic'])}</em>"
    if not found["address"].lower().startswith(LINKS):
        return escape(found[0])
    to = f'href="{escape(found["address"])}" target="_blank" rel="noopener noreferrer"'
    return f"<a {to}>{_inline(found['label'])}</a>"


def _words(found: re.Match[str]) -> str:
    if found["label"]:
        return f"{found['label']} ({found['address']})"
    return found["letter"] or _INLINE.sub(_words, found["bold"] or found["italic"])
