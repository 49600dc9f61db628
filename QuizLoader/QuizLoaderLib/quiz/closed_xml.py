"""XML closed to the outside, for everything that is read as XML: quizzes, results, label tables.

No DOCTYPE, no entities but XML's own five, no network, a bounded size and depth. There are two ways: events
by expat, whose lines are exact (lxml counts them to 65535 only) and where what is read can be dropped on the
way; and a tree of lxml, which can be changed and written again. What expat accepts becomes a tree too.
"""

import io
import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.parsers import expat

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST_BYTES = 100_000_000
DEEPEST_ELEMENT = 64
_CHUNK_BYTES = 1 << 20


class XmlFault(Enum):
    NOT_XML = "not well-formed"
    ENCODING = "cannot be decoded"
    DOCTYPE = "a DOCTYPE is not allowed"
    TOO_DEEP = "nested too deep"
    TOO_LARGE = "too large"


class XmlError(ValueError):
    """Why XML is refused; ``line`` counts from 1, ``expat_code`` is expat's where it is not well-formed."""

    def __init__(
        self, fault: XmlFault, words: str = "", line: int = 0, column: int = 0, expat_code: int = 0
    ) -> None:
        super().__init__(words or fault.value)
        self.fault, self.line, self.column, self.expat_code = fault, line, column, expat_code


def read_events(
    read: Callable[[int], bytes],
    start: Callable[[str, dict[str, str], int], None],
    end: Callable[[], None],
    text: Callable[[str], None],
    comment: Callable[[str], None] | None = None,
) -> None:
    """Call ``start`` with name, attributes and line of each element, ``text`` and ``end`` for what is in it.

    Names are as they are written, with a prefix before a colon. ``read`` gives the next so many bytes. Raises
    XmlError.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    # A text comes in pieces of this size, and whoever joins them copies what came before.
    parser.buffer_size = _CHUNK_BYTES
    depth = 0

    def start_element(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST_ELEMENT:
            raise XmlError(XmlFault.TOO_DEEP, name, parser.CurrentLineNumber)
        start(name, attributes, parser.CurrentLineNumber)

    def end_element(_name: str) -> None:
        nonlocal depth
        depth -= 1
        end()

    def doctype(*_: object) -> None:
        raise XmlError(XmlFault.DOCTYPE, line=parser.CurrentLineNumber)

    parser.StartElementHandler = start_element
    parser.EndElementHandler = end_element
    parser.CharacterDataHandler = text
    parser.CommentHandler = comment
    parser.StartDoctypeDeclHandler = doctype
    bytes_read = 0
    try:
        while chunk := read(_CHUNK_BYTES):
            bytes_read += len(chunk)
            if bytes_read > LARGEST_BYTES:
                raise XmlError(XmlFault.TOO_LARGE)
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        words = expat.ErrorString(fault.code)
        raise XmlError(XmlFault.NOT_XML, words, fault.lineno, fault.offset + 1, fault.code) from fault
    except XmlError:
        raise
    except (LookupError, ValueError) as fault:
        # An encoding that neither expat nor Python's one-byte codecs know.
        raise XmlError(XmlFault.ENCODING, str(fault), 1) from fault
    finally:
        # These handlers name the parser: with them it stays in memory until Python looks for cycles.
        parser.StartElementHandler = parser.EndElementHandler = parser.StartDoctypeDeclHandler = None


def xml_tree(data: bytes) -> "_Element":
    """The root of a tree that can be changed, with its comments. Raises XmlError.

    A name with a prefix is in the namespace that it declares, or in one of its own.
    """
    from lxml import etree

    if len(data) > LARGEST_BYTES:
        raise XmlError(XmlFault.TOO_LARGE)
    # Without huge_tree libxml2 bounds what entities in attributes may grow to.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return _tree_by_expat(data)
    if root.getroottree().docinfo.doctype:
        raise XmlError(XmlFault.DOCTYPE)
    return root


def _tree_by_expat(data: bytes) -> "_Element":
    """lxml knows fewer encodings, and refuses prefixes that are not declared and texts above 10 MB."""
    tree = _TreeBuilder()
    try:
        read_events(io.BytesIO(data).read, tree.start, tree.end, tree.text, tree.comment)
    except XmlError:
        raise
    except ValueError as fault:
        # Letters that lxml does not write.
        raise XmlError(XmlFault.NOT_XML, str(fault)) from fault
    return tree.root


class _TreeBuilder:
    """Makes lxml's elements of expat's events."""

    root: "_Element"

    def __init__(self) -> None:
        from lxml import etree

        self._etree = etree
        self._open: list[_Element] = []
        self._declared: list[dict[str, str]] = [{}]
        self._before_root: list[_Element] = []
        self._text: list[str] = []
        self._last: _Element | None = None
        """What text goes behind, None where it goes into the open element."""

    def start(self, name: str, attributes: dict[str, str], _line: int) -> None:
        self._settle_text()
        declared = {key[6:]: uri for key, uri in attributes.items() if key.startswith("xmlns:")}
        self._declared.append({**self._declared[-1], **declared})
        nsmap: dict[str, str] = {}
        tag = self._name(name, nsmap)
        own = {
            self._name(key, nsmap): value
            for key, value in attributes.items()
            if key != "xmlns" and not key.startswith("xmlns:")
        }
        if self._open:
            element = self._etree.SubElement(self._open[-1], tag, own, nsmap)
        else:
            element = self.root = self._etree.Element(tag, own, nsmap)
            for comment in self._before_root:
                element.addprevious(comment)
        self._open.append(element)
        self._last = None

    def end(self) -> None:
        self._settle_text()
        self._declared.pop()
        self._last = self._open.pop()

    def text(self, data: str) -> None:
        self._text.append(data)

    def comment(self, data: str) -> None:
        self._settle_text()
        made = self._etree.Comment(data)
        if self._open:
            self._open[-1].append(made)
            self._last = made
        elif self._last is None:
            self._before_root.append(made)
        else:
            self.root.addnext(made)

    def _settle_text(self) -> None:
        if self._text and self._last is not None:
            self._last.tail = "".join(self._text)
        elif self._text:
            self._open[-1].text = "".join(self._text)
        self._text.clear()

    def _name(self, written: str, nsmap: dict[str, str]) -> str:
        """A name as lxml takes it; what its prefix stands for goes into ``nsmap``."""
        prefix, colon, local = written.partition(":")
        if not colon:
            return written
        uri = _OF_XML if prefix == "xml" else self._declared[-1].get(prefix, "")
        if not _PLAIN_URI.fullmatch(uri):
            uri = f"urn:undeclared:{quote(prefix)}"
        if _PLAIN_PREFIX.fullmatch(prefix):
            nsmap[prefix] = uri
        return f"{{{uri}}}{local.replace(':', '_') or '_'}"


_OF_XML = "http://www.w3.org/XML/1998/namespace"
_PLAIN_URI = re.compile(r"[A-Za-z][\w:/.#-]*", re.ASCII)
_PLAIN_PREFIX = re.compile(r"(?!xml|ns\d)[A-Za-z_][\w.-]*", re.ASCII)


def root_attributes(path: Path) -> dict[str, str]:
    """Those of the first element, without looking at the rest. Raises XmlError and OSError."""
    found: list[dict[str, str]] = []

    class _Enough(Exception):  # noqa: N818 - no error
        pass

    def start(_name: str, attributes: dict[str, str], _line: int) -> None:
        found.append(attributes)
        raise _Enough

    try:
        with path.open("rb") as file:
            read_events(file.read, start, lambda: None, lambda _text: None)
    except _Enough:
        pass
    return found[0] if found else {}
