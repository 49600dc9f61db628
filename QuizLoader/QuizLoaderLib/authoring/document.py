"""The text of a quiz that can be changed at one place, and stays as it is at every other."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from ..quiz.closed_xml import LARGEST_BYTES
from ..quiz.elements import read_elements
from ..quiz.problems import ExplainedError
from ..quiz.text_file import bytes_of_text_file

_TOKEN = re.compile(
    r"""(?P<comment><!--.*?-->)|(?P<cdata><!\[CDATA\[.*?\]\]>)|(?P<instruction><\?.*?\?>)
    |</(?P<close>[^\s>]+)\s*>|<(?P<open>[^\s/>]+)(?P<attributes>(?:[^>"']|"[^"]*"|'[^']*')*?)(?P<empty>/)?>
    |(?P<text>[^<]+)""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
_ENCODING = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)""", re.ASCII)
_ESCAPE = re.compile(r"&(lt|gt|amp|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class SourceAttribute:
    """``start`` to ``end`` is ``Name="value"``; ``written`` is the value in its quotes, as in the file."""

    name: str
    written: str
    start: int
    end: int

    @property
    def value(self) -> str:
        return without_escapes(self.written[1:-1])


@dataclass(eq=False)
class SourceNode:
    """A piece of the text from ``start`` to ``end``: an element with all in it, or what ``kind`` says."""

    kind: str
    start: int
    end: int = 0
    name: str = ""
    attributes: tuple[SourceAttribute, ...] = ()
    opened: int = 0
    """Where its start tag ends."""
    closing: int = 0
    """Where its end tag begins; the same as ``end`` where it has none."""
    parent: "SourceNode | None" = None
    children: "list[SourceNode]" = field(default_factory=list)

    @property
    def is_element(self) -> bool:
        return self.kind == "element"

    @property
    def elements(self) -> "list[SourceNode]":
        return [child for child in self.children if child.is_element]

    def walk(self) -> "Iterator[SourceNode]":
        """This node and all in it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


class QuizDocument:
    """A quiz as its author wrote it. Changes are asked for one by one and made all at once by ``data``, each
    at its own place: comments, order, spaces and what the language does not know stay.
    """

    def __init__(self, data: bytes) -> None:
        self._mark, self.encoding = _encoding_of(data)
        self.source = data[len(self._mark) :].decode(self.encoding)
        if self._mark + self.source.encode(self.encoding) != data:
            raise UnicodeDecodeError(self.encoding, data, 0, 1, "it is not written the same again")
        self.top = _parse(self.source)
        self._changes: list[tuple[int, int, str]] = []

    @property
    def root(self) -> SourceNode:
        return self.top.elements[0]

    @property
    def text(self) -> str:
        """The text with all changes made."""
        parts, position = [], 0
        for start, end, text in sorted(self._changes, key=lambda change: change[:2]):
            if start < position:
                raise ValueError("Two changes are at the same place.")
            parts += [self.source[position:start], text]
            position = end
        return "".join((*parts, self.source[position:]))

    @property
    def data(self) -> bytes:
        """The file with all changes made; letters that its encoding lacks are written as numbers."""
        return self._mark + self.text.encode(self.encoding, "xmlcharrefreplace")

    def source_of(self, node: SourceNode) -> str:
        return self.source[node.start : node.end]

    def set_attribute(self, element: SourceNode, name: str, value: str | None) -> None:
        """Write a value; without one the attribute goes, with the space before it."""
        own = next((one for one in element.attributes if one.name == name), None)
        if own is None:
            if value is not None:
                name_end = element.start + 1 + len(element.name)
                last = element.attributes[-1].end if element.attributes else name_end
                self.replace(last, last, f" {name}={quoted(value)}")
        elif value is not None:
            self.replace(own.end - len(own.written), own.end, quoted(value))
        else:
            self.replace(self._without_space_before(own.start), own.end, "")

    def set_text(self, element: SourceNode, text: str) -> None:
        """Write the text of an element in place of all that is in it."""
        if element.closing == element.end:
            self._open(element, escape(_of_xml(text)))
        else:
            self.replace(element.opened, element.closing, escape(_of_xml(text)))

    def remove(self, node: SourceNode) -> None:
        """Take an element or comment out, with the space before it."""
        self.replace(self._without_space_before(node.start), node.end, "")

    def insert_after(self, node: SourceNode, xml: str) -> None:
        """Put XML behind an element or comment, on a line of its own, indented as that is."""
        line = self.source[self.source.rfind("\n", 0, node.start) + 1 : node.start]
        self.replace(node.end, node.end, f"\n{line}{xml}" if not line.strip() else xml)

    def append(self, element: SourceNode, *parts: str) -> None:
        """Put XML behind all elements in an element, also in one that is empty."""
        if element.elements:
            for part in parts:
                self.insert_after(element.elements[-1], part)
        elif parts and element.closing == element.end:
            self._open(element, "".join(parts))
        elif parts:
            self.replace(element.closing, element.closing, "".join(parts))

    def replace(self, start: int, end: int, text: str) -> None:
        """Put text in place of what is from ``start`` to ``end``."""
        self._changes.append((start, end, text))

    def _open(self, element: SourceNode, xml: str) -> None:
        """Give an element that has no end tag what is to be in it."""
        start = self._without_space_before(element.end - 2)
        self.replace(start, element.end, f">{xml}</{element.name}>")

    def _without_space_before(self, position: int) -> int:
        """Where the space ends that is before a position; nothing of a long text is copied for it."""
        while position and self.source[position - 1].isspace():
            position -= 1
        return position


def load_document(path: Path) -> QuizDocument:
    """The document of a quiz file. Raises ExplainedError where it is no XML, or not to be written again."""
    read_elements(path, lambda root, child: None)
    data = bytes_of_text_file(path, LARGEST_BYTES >> 20)
    try:
        return QuizDocument(data)
    except (LookupError, ValueError) as fault:
        sentence = f"“{path.name}” cannot be written again in its encoding, so it is left as it is."
        raise ExplainedError(sentence, "save it as UTF-8") from fault


def quoted(value: str) -> str:
    """A value in quotes, as it is written in a tag. Raises ValueError for letters that XML cannot have."""
    return quoteattr(_of_xml(value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def escaped(text: str) -> str:
    """Text as it is written between tags, and within quotes of either kind. Raises ValueError as above."""
    return escape(_of_xml(text), {'"': "&quot;", "'": "&apos;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def without_escapes(written: str) -> str:
    """The value of an attribute as it is written in its tag (XML 1.0, 3.3.3)."""
    return _ESCAPE.sub(_letter, re.sub(r"\r\n|[\t\r\n]", " ", written))


def refused_letter(text: str) -> str:
    """The first letter that XML cannot have, as “U+0007”, or nothing."""
    bad = _NOT_XML.search(text)
    return f"U+{ord(bad[0]):04X}" if bad else ""


def _letter(found: re.Match[str]) -> str:
    name = found[1]
    if not name.startswith("#"):
        return {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}[name]
    return chr(int(name[2:], 16) if name[1] == "x" else int(name[1:]))


def _of_xml(text: str) -> str:
    if bad := _NOT_XML.search(text):
        raise ValueError(bad[0])
    return text


def _encoding_of(data: bytes) -> tuple[bytes, str]:
    """The byte order mark, and what the rest is to be decoded by."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return mark, encoding
    declared = _ENCODING.match(data[:200].decode("latin-1"))
    return b"", codecs.lookup(declared[1]).name if declared else "utf-8"


def _parse(source: str) -> SourceNode:
    """The nodes of well-formed XML without a DOCTYPE. Raises ValueError for what is none."""
    top = here = SourceNode("document", 0, len(source))
    position = 0
    for token in _TOKEN.finditer(source):
        kind = token.lastgroup or ""
        if token.start() != position or (token["close"] and here is top):
            break
        position = token.end()
        if token["close"]:
            here.closing, here.end = token.start(), position
            here = here.parent or top
        elif not token["open"]:
            here.children.append(SourceNode(kind, token.start(), position, parent=here))
        else:
            element = SourceNode("element", token.start(), position, token["open"], parent=here)
            element.attributes = _attributes(token["attributes"], token.start("attributes"))
            element.opened = element.closing = position
            here.children.append(element)
            here = here if token["empty"] else element
    if position != len(source) or here is not top or len(top.elements) != 1:
        raise ValueError("it is no well-formed XML")
    return top


def _attributes(written: str, start: int) -> tuple[SourceAttribute, ...]:
    return tuple(
        SourceAttribute(found[1], found[2], start + found.start(), start + found.end())
        for found in _ATTRIBUTE.finditer(written)
    )
