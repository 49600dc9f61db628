"""XML closed to the outside, for everything that is read as XML: quizzes, results, label tables.

No DOCTYPE, no entities but XML's own five, no network, a bounded size and depth. There are two ways: events
by expat, whose lines are exact (lxml counts them to 65535 only) and where what is read can be dropped on the
way; and a tree by lxml, which can be changed and written again.
"""

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
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
) -> None:
    """Call ``start`` with name, attributes and line of each element, ``text`` and ``end`` for what is in it.

    ``read`` gives the next so many bytes. Raises XmlError.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
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


def xml_tree(data: bytes) -> "_Element":
    """The root of a tree that can be changed. Raises XmlError."""
    from lxml import etree

    if len(data) > LARGEST_BYTES:
        raise XmlError(XmlFault.TOO_LARGE)
    # Without huge_tree libxml2 bounds the depth and the length of a text.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        raise XmlError(XmlFault.NOT_XML, str(fault)) from fault
    if root.getroottree().docinfo.doctype:
        raise XmlError(XmlFault.DOCTYPE)
    return root


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
