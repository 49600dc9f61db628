"""XML trees of results, changed so that people can still read them."""

import math

from lxml import etree
from lxml.etree import _Element as Element

from ..quiz.results_names import ATTRIBUTES_OF_RESULTS, ELEMENTS_OF_RESULTS


def strip_results(root: Element) -> None:
    """Take out what an author's tools may have left: another reader's results, and the default namespace.

    Elements with a prefix stay in their namespace: they are left out of the quiz, and so of its results.
    """
    for element in list(root.iter(etree.Element)):
        if element.prefix is None:
            element.tag = etree.QName(element).localname
        if element.tag in ELEMENTS_OF_RESULTS:
            remove(element)
            continue
        for name in ATTRIBUTES_OF_RESULTS.get(element.tag, ()):
            element.attrib.pop(name, None)
    # A default namespace would be back in all names where the file is read again.
    etree.cleanup_namespaces(root)


def stored_page_order(root: Element) -> dict[str, int]:
    """The place of each page in a reader's order by its number, nothing where the order of the groups says
    it."""
    written = root.get("PageOrder")
    return {number.strip(): place for place, number in enumerate(written.split(","))} if written else {}


def integer(element: Element, name: str) -> int:
    """The attribute as a number, 0 where it has none."""
    try:
        return int(element.get(name) or 0)
    except ValueError:
        return 0


def finite(text: str) -> float | None:
    """The text as a number, None where it is none (nan and inf are none)."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def appended(parent: Element, name: str) -> Element:
    """A new last child, on a line of its own where it is not the only one, so that people can read it."""
    inner = parent.text if _is_blank_line(parent.text) else _indent(parent) + "    "
    child = etree.SubElement(parent, name)
    before = child.getprevious()
    if before is not None:
        child.tail, before.tail = before.tail, inner
    return child


def _indent(element: Element) -> str:
    """The line break and blanks in front of an element."""
    before = element.getprevious()
    text = before.tail if before is not None else getattr(element.getparent(), "text", None)
    return "\n" + text.rsplit("\n", 1)[1] if text and _is_blank_line(text) else "\n"


def _is_blank_line(text: str | None) -> bool:
    return text is not None and text.isspace() and "\n" in text


def remove(element: Element) -> None:
    """Take an element out; lxml would take the text behind it along."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
