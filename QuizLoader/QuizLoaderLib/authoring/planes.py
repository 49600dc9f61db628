"""An image in three planes as three elements of a quiz, or as one with Planes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..quiz.model import ImageType, Layer, Orientation, SliceView
from .document import QuizDocument, SourceNode

VIEWS = (SliceView.RED.value, SliceView.GREEN.value, SliceView.YELLOW.value)
_OF_VIEW = ("DefaultDestination", "DefaultOrientation")
_WITHOUT_PLANE = (Layer.LABEL.value, Layer.SEGMENTATION.value)
"""An image on one of these layers has the plane of what it lies on."""


def with_planes(data: bytes) -> bytes:
    """The quiz with one element in place of three that differ in nothing but Red, Green and Yellow and their
    planes. Elements that hold a comment stay. Raises ValueError as ``QuizDocument`` does."""
    document = QuizDocument(data)
    for page in _pages(document):
        images = [node for node in page.elements if node.name == "Image"]
        planes_below = {_view(document, node): _plane(document, node) for node in reversed(images)
                        if _layer(document, node) == Layer.BACKGROUND.value}  # fmt: skip
        for nodes in _alike(document, images):
            by_view = {_view(document, node): node for node in nodes}
            if len(nodes) != 3 or by_view.keys() != {*VIEWS}:
                continue
            has_plane = _layer(document, nodes[0]) not in _WITHOUT_PLANE
            planes = [
                _plane(document, by_view[view]) if has_plane else planes_below.get(view, "") for view in VIEWS
            ]
            if {*planes} == {plane.value for plane in Orientation}:
                _fold(document, nodes, planes)
    return document.data


def without_planes(data: bytes) -> bytes:
    """The quiz with three elements in place of one that has Planes."""
    document = QuizDocument(data)
    for page in _pages(document):
        for node in page.elements:
            planes = next((one.value.split() for one in node.attributes if one.name == "Planes"), [])
            if node.name == "Image" and len(planes) == len(VIEWS) and node.elements:
                document.replace(node.start, node.end, "\n".join(_unfolded(document, node, planes)))
    return document.data


def _pages(document: QuizDocument) -> Iterator[SourceNode]:
    return (node for node in document.root.elements if node.name == "Page")


def _alike(document: QuizDocument, images: Iterable[SourceNode]) -> Iterable[list[SourceNode]]:
    """Those together that differ in view and plane alone."""
    found = defaultdict[object, list[SourceNode]](list)
    for node in images:
        inner = [child for child in node.children if document.source_of(child).strip()]
        if all(child.is_element for child in inner):
            written = [document.source_of(child) for child in inner if child.name not in _OF_VIEW]
            attributes = {one.name: one.value for one in node.attributes}
            if "Planes" not in attributes:
                found[tuple(sorted(attributes.items())), tuple(sorted(written))].append(node)
    return found.values()


def _fold(document: QuizDocument, nodes: list[SourceNode], planes: list[str]) -> None:
    first, *others = nodes
    document.set_attribute(first, "Planes", " ".join(planes))
    for child in first.elements:
        if child.name in _OF_VIEW:
            document.remove(child)
    for node in others:
        document.remove(node)


def _unfolded(document: QuizDocument, node: SourceNode, planes: list[str]) -> Iterator[str]:
    for view, plane in zip(VIEWS, planes, strict=True):
        one = QuizDocument(document.source_of(node).encode())
        one.set_attribute(one.root, "Planes", None)
        texts = zip(_OF_VIEW, (view, plane), strict=True)
        one.replace(
            one.root.opened, one.root.opened, "".join(f"\n<{name}>{text}</{name}>" for name, text in texts)
        )
        yield one.text


def _view(document: QuizDocument, image: SourceNode) -> str:
    return _text(document, image, "DefaultDestination") or SliceView.RED.value


def _plane(document: QuizDocument, image: SourceNode) -> str:
    return _text(document, image, "DefaultOrientation") or Orientation.AXIAL.value


def _layer(document: QuizDocument, image: SourceNode) -> str:
    written = next((one.value for one in image.attributes if one.name == "Type"), "")
    facts = ImageType(written).facts if written in {each.value for each in ImageType} else None
    return _text(document, image, "Layer") or (facts.layers[0].value if facts else "")


def _text(document: QuizDocument, image: SourceNode, name: str) -> str:
    node = next((child for child in image.elements if child.name == name), None)
    return "" if node is None else document.source[node.opened : node.closing].strip()
