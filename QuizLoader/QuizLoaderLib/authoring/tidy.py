"""A quiz is written tidily: an element a line, indented by how deep it is. What it means stays the same."""

import re
from collections.abc import Iterator

from ..quiz.language import LANGUAGE
from .document import QuizDocument, SourceNode

INDENT = "    "
LONGEST_LINE = 120
_SPACE = " \t\r\n"


def tidy(data: bytes) -> bytes:
    """The quiz with its lines in order; tidied again it stays the same.

    Comments, the order of attributes, their quotes and what the language does not know are kept, also text
    with all in it, and at most one empty line between elements. Raises ValueError as ``QuizDocument`` does.
    """
    document = QuizDocument(data)
    lines: list[str] = []
    _write(document, document.top, 0, lines)
    end = "\r\n" if "\r\n" in document.source else "\n"
    text = re.sub(r"\r\n|\n", end, "\n".join(lines) + "\n")
    document.replace(0, len(document.source), text)
    return document.data


def _write(document: QuizDocument, parent: SourceNode, depth: int, lines: list[str]) -> None:
    """Append the lines of all in an element that has no text of its own."""
    indent = INDENT * depth
    for child in _without_space_at_its_ends(document, parent.children):
        source = document.source_of(child)
        if child.kind == "text":
            lines += [""] * (source.count("\n") > 1)
        elif not child.is_element and lines and _is_behind_something(document, child):
            lines[-1] += f" {source}"
        elif not child.is_element:
            lines.append(indent + source)
        elif (content := _content_on_its_line(document, child)) is not None:
            lines.append(indent + _tag(child, depth, len(content)) + content)
        else:
            lines.append(indent + _tag(child, depth))
            _write(document, child, depth + 1, lines)
            lines.append(f"{indent}</{child.name}>")


def _without_space_at_its_ends(document: QuizDocument, nodes: list[SourceNode]) -> Iterator[SourceNode]:
    for number, node in enumerate(nodes):
        is_at_an_end = number in (0, len(nodes) - 1)
        if not (is_at_an_end and node.kind == "text" and not document.source_of(node).strip(_SPACE)):
            yield node


def _is_behind_something(document: QuizDocument, node: SourceNode) -> bool:
    """Whether a comment is about what stands before it on its line."""
    source, end = document.source, node.start
    while end and source[end - 1] in " \t":
        end -= 1
    return end > 0 and source[end - 1] not in "\r\n" and not source.endswith(("-->", "?>"), 0, end)


def _content_on_its_line(document: QuizDocument, element: SourceNode) -> str | None:
    """All that is behind the start tag, where it stays as it is: nothing, or text with all in it."""
    if element.closing == element.end:
        return ""
    content = document.source[element.opened : element.closing]
    kinds = {child.kind for child in element.children}
    has_text = "cdata" in kinds or any(
        child.kind == "text" and document.source_of(child).strip(_SPACE) for child in element.children
    )
    keeps_space = any(one.name == "xml:space" for one in element.attributes)
    if not (has_text or keeps_space or kinds <= {"text"}):
        return None
    is_known = element.name in LANGUAGE and kinds <= {"text"} and not keeps_space
    return (content.strip(_SPACE) if is_known else content) + f"</{element.name}>"


def _tag(element: SourceNode, depth: int, behind: int = 0) -> str:
    """The start tag on one line, or where that is too long on several."""
    attributes = [f"{one.name}={one.written}" for one in element.attributes]
    end = "/>" if element.closing == element.end else ">"
    tag = " ".join([f"<{element.name}", *attributes]) + end
    if len(INDENT) * depth + len(tag) + behind <= LONGEST_LINE or len(attributes) < 2:
        return tag
    lines = [f"<{element.name}"]
    for attribute in attributes:
        if len(lines[-1]) + len(attribute) + 1 <= LONGEST_LINE:
            lines[-1] += f" {attribute}"
        else:
            lines.append(INDENT * (depth + 2) + attribute)
    return "\n".join(lines) + end
