"""XML closed to the outside: a file becomes elements that know their line, page by page.

Expat is used for its exact lines (lxml counts them to 65535 only and guesses beyond), and because a page
can be dropped as soon as it is read. No DTD, no entities but XML's own five, no network, bounded size
and depth.
"""

from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

from .problems import Problem, ProblemCode, ProblemError, error
from .values import shown

QUIZ_NOT_OPENED = ProblemCode("Q101", "The quiz file cannot be opened.")
QUIZ_TOO_LARGE = ProblemCode("Q102", "The quiz file is larger than a quiz may be.")
NOT_XML = ProblemCode("Q103", "The quiz file is not well-formed XML.")
DOCTYPE = ProblemCode("Q104", "A quiz has no DOCTYPE.")
TOO_DEEP = ProblemCode("Q105", "Elements are nested deeper than a quiz needs.")

LARGEST_FILE_BYTES = 100_000_000
DEEPEST_ELEMENT = 64
_CHUNK_BYTES = 1 << 20


class Element:
    """One element: ``text`` is all its own text joined, as it is in the file."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.children: list[Element] = []
        self.text = ""


def read_elements(path: Path, each: Callable[[Element, Element], None]) -> Element:
    """The root element, its children handed to ``each(root, child)`` when complete and then forgotten.

    Raises ProblemError where the file cannot be opened, is too large, is no well-formed XML, or has
    a DOCTYPE or elements nested too deep.
    """
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise _unreadable(QUIZ_NOT_OPENED, 0, f"The quiz file “{path}” {what}.")
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise _too_large(path)
        with path.open("rb") as file:
            return _parse(path, file.read, each)
    except OSError as fault:
        reason = fault.strerror or "unknown reason"
        raise _unreadable(
            QUIZ_NOT_OPENED, 0, f"The quiz file “{path}” cannot be opened: {reason}."
        ) from fault


def _parse(path: Path, read: Callable[[int], bytes], each: Callable[[Element, Element], None]) -> Element:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    document = Element("", {}, 0)
    open_elements = [document]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_elements) > DEEPEST_ELEMENT:
            raise _unreadable(
                TOO_DEEP,
                parser.CurrentLineNumber,
                f"{shown(name)} is nested {len(open_elements)} elements deep; a quiz needs no more than 5.",
            )
        element = Element(name, attributes, parser.CurrentLineNumber)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_name: str) -> None:
        element = open_elements.pop()
        if len(open_elements) == 2:
            root = open_elements[1]
            root.children.clear()
            each(root, element)

    def text(data: str) -> None:
        open_elements[-1].text += data

    def doctype(*_: object) -> None:
        raise _unreadable(
            DOCTYPE,
            parser.CurrentLineNumber,
            "The quiz has a DOCTYPE, which is refused because it can name files and hide text.",
            "delete the DOCTYPE and what belongs to it",
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    bytes_read = 0
    try:
        while chunk := read(_CHUNK_BYTES):
            bytes_read += len(chunk)
            if bytes_read > LARGEST_FILE_BYTES:
                raise _too_large(path)
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise _not_xml(fault, open_elements) from fault
    except (LookupError, ValueError) as fault:
        # An encoding that neither expat nor Python's one-byte codecs know.
        raise _unreadable(NOT_XML, 1, f"The quiz cannot be decoded: {fault}.", "save it as UTF-8") from fault
    return document.children[0]


def _not_xml(failure: expat.ExpatError, open_elements: list[Element]) -> ProblemError:
    innermost = open_elements[-1]
    reason = expat.ErrorString(failure.code)
    hint = ""
    if failure.code == expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]:
        hint = f"{shown(innermost.name)} of line {innermost.line} is still open"
    elif failure.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS] and innermost.name:
        reason = "the file ends too early"
        hint = f"{shown(innermost.name)} of line {innermost.line} is still open"
    elif failure.code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        hint = "only &amp; &lt; &gt; &quot; &apos; and numbers such as &#233; are known"
    elif failure.code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
        hint = "write & as &amp; and < as &lt; in text; save the file as UTF-8"
    return _unreadable(
        NOT_XML,
        failure.lineno,
        f"The quiz is not well-formed XML: {reason}, column {failure.offset + 1}.",
        hint,
    )


def _too_large(path: Path) -> ProblemError:
    limit = LARGEST_FILE_BYTES // 1_000_000
    return _unreadable(QUIZ_TOO_LARGE, 0, f"The quiz file “{path}” is larger than {limit} MB.")


def _unreadable(code: str, line: int, sentence: str, hint: str = "") -> ProblemError:
    problem: Problem = error(code, sentence, hint, line=line)
    return ProblemError(problem)
