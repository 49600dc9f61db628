"""A quiz file becomes elements that know their line, page by page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from .closed_xml import LARGEST_BYTES, XmlError, XmlFault, read_events
from .problems import Problem, ProblemCode, ProblemError, error
from .values import shown

QUIZ_NOT_OPENED = ProblemCode("Q101", "The quiz file cannot be opened.")
QUIZ_TOO_LARGE = ProblemCode("Q102", "The quiz file is larger than a quiz may be.")
NOT_XML = ProblemCode("Q103", "The quiz file is not well-formed XML.")
DOCTYPE = ProblemCode("Q104", "A quiz has no DOCTYPE.")
TOO_DEEP = ProblemCode("Q105", "Elements are nested deeper than a quiz needs.")

_CODES = expat.errors.codes


@dataclass(eq=False, slots=True)
class Element:
    """One element: ``text`` is all its own text joined, as it is in the file."""

    name: str
    attributes: dict[str, str]
    line: int
    children: "list[Element]" = field(default_factory=list)
    text: str = ""

    @property
    def names(self) -> set[str]:
        """Those of the elements in it."""
        return {child.name for child in self.children}


def read_elements(path: Path, each: Callable[[Element, Element], None]) -> Element:
    """The root element, its children handed to ``each(root, child)`` when complete and then forgotten.

    Raises ProblemError where the file cannot be opened, is too large, is no well-formed XML, or has
    a DOCTYPE or elements nested too deep.
    """
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise ProblemError(error(QUIZ_NOT_OPENED, f"The quiz file “{path}” {what}."))
        if path.stat().st_size > LARGEST_BYTES:
            raise ProblemError(_refusal(XmlError(XmlFault.TOO_LARGE), path, []))
        with path.open("rb") as file:
            return _elements(path, file.read, each)
    except OSError as fault:
        reason = fault.strerror or "unknown reason"
        sentence = f"The quiz file “{path}” cannot be opened: {reason}."
        raise ProblemError(error(QUIZ_NOT_OPENED, sentence)) from fault


def _elements(path: Path, read: Callable[[int], bytes], each: Callable[[Element, Element], None]) -> Element:
    document = Element("", {}, 0)
    open_elements = [document]

    def start(name: str, attributes: dict[str, str], line: int) -> None:
        element = Element(name, attributes, line)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end() -> None:
        element = open_elements.pop()
        if len(open_elements) == 2:
            root = open_elements[1]
            root.children.clear()
            each(root, element)

    def text(data: str) -> None:
        open_elements[-1].text += data

    try:
        read_events(read, start, end, text)
    except XmlError as fault:
        raise ProblemError(_refusal(fault, path, open_elements).at(line=fault.line)) from fault
    return document.children[0]


def _refusal(fault: XmlError, path: Path, open_elements: list[Element]) -> Problem:
    if fault.fault is XmlFault.TOO_LARGE:
        limit = LARGEST_BYTES // 1_000_000
        return error(QUIZ_TOO_LARGE, f"The quiz file “{path}” is larger than {limit} MB.")
    if fault.fault is XmlFault.TOO_DEEP:
        depth = len(open_elements)
        sentence = f"{shown(str(fault))} is nested {depth} elements deep; a quiz needs no more than 6."
        return error(TOO_DEEP, sentence)
    if fault.fault is XmlFault.DOCTYPE:
        sentence = "The quiz has a DOCTYPE, which is refused because it can name files and hide text."
        return error(DOCTYPE, sentence, "delete the DOCTYPE and what belongs to it")
    if fault.fault is XmlFault.ENCODING:
        return error(NOT_XML, f"The quiz cannot be decoded: {fault}.", "save it as UTF-8")
    return _not_well_formed(fault, open_elements[-1])


def _not_well_formed(fault: XmlError, innermost: Element) -> Problem:
    reason, hint = str(fault), ""
    is_open = f"{shown(innermost.name)} of line {innermost.line} is still open"
    if fault.expat_code == _CODES[expat.errors.XML_ERROR_TAG_MISMATCH]:
        hint = is_open
    elif fault.expat_code == _CODES[expat.errors.XML_ERROR_NO_ELEMENTS] and innermost.name:
        reason, hint = "the file ends too early", is_open
    elif fault.expat_code == _CODES[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        hint = "only &amp; &lt; &gt; &quot; &apos; and numbers such as &#233; are known"
    elif fault.expat_code == _CODES[expat.errors.XML_ERROR_INVALID_TOKEN]:
        hint = "write & as &amp; and < as &lt; in text, lt for < in a condition; save the file as UTF-8"
    sentence = f"The quiz is not well-formed XML: {reason}, column {fault.column}."
    return error(NOT_XML, sentence, hint)
