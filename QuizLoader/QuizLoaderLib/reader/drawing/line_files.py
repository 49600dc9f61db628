"""Lines in their files, and what is found there when their page is shown again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...session.files import SessionError
from ...views import lines, marks, segmentations
from .page_drawn_on import NO_IMAGE, PageDrawnOn
from .saved_markup import SavedMarkup

if TYPE_CHECKING:
    import slicer

_MOST_NUMBERS = 1000
"""Lines on one image beyond which a file that the results do not name is not found."""


@dataclass
class Line(SavedMarkup):
    """A line that is measured, or on its way."""

    @property
    def is_complete(self) -> bool:
        return lines.is_complete(self.node)

    @property
    def length_mm(self) -> float | None:
        """None where the image is not calibrated."""
        return lines.length(self.node) if self.is_calibrated else None

    @property
    def length_text(self) -> str:
        """As ``12.3 mm``, or ``12.3 px``."""
        return f"{lines.length(self.node):.1f} {'mm' if self.is_calibrated else lines.PIXELS}"

    @property
    def in_words(self) -> str:
        return f"The line of {self.length_text}"

    @property
    def state(self) -> np.ndarray:
        return lines.points_ras(self.node)

    def put_back(self, scene: "slicer.vtkMRMLScene") -> None:
        """Into the scene, and where its file has it."""
        if not scene.IsNodePresent(self.node):
            scene.AddNode(self.node)
            lines.dress(self.node)
        if not self.is_complete and self._saved is not None:
            marks.set_points_ras(self.node, self._saved)

    def write_node(self, path: Path) -> None:
        lines.write_line(self.node, path, self.is_calibrated)


def why_full(on: PageDrawnOn) -> str:
    """Why the results take no change of what they name; nothing where they do."""
    try:
        if on.writes_to is not None:
            on.writes_to.require_room()
    except SessionError as fault:
        return str(fault)
    return ""


def kept_by(on: PageDrawnOn, line: Line) -> str:
    """Why the results go on naming a line; nothing where it can be deleted."""
    is_named = on.writes_to is not None and line.path in on.writes_to.lines(line.image_id)
    return why_full(on) if is_named else ""


def read_lines(
    on: PageDrawnOn, waiting: Iterable[Line]
) -> tuple[list[Line], dict[str, list[Path]], list[str]]:
    """Those of the page's files that are not ``waiting`` already; by image the files that are no line which
    can be shown; and what is odd about them, as sentences."""
    assert on.session_page is not None
    found: list[Line] = [*waiting]
    there, unread, sentences = {line.path for line in found}, dict[str, list[Path]](), []
    count_before = len(found)
    for image_id, path in ((image_id, path) for image_id, paths in _files(on).items() for path in paths):
        if path in there:
            continue
        if not path.is_file():
            sentences.append(f"The line “{path}” is gone: there is no such file.")
            continue
        node = lines.read_line(on.host.scene, next_name(found), path)
        if node is None:
            unread.setdefault(image_id, []).append(path)
            sentences.append(f"“{path}” is not a line that can be shown; it is kept.")
            continue
        node.SetLocked(not on.may_change)
        segmentations.save_with_scene(node, False)
        found.append(Line(node, image_id, path))
        found[-1].note_saved()
    return found[count_before:], unread, sentences


def next_name(known: Iterable[Line]) -> str:
    """Not that of a line which is there, also where one before it was deleted."""
    taken = {line.node.GetName() for line in known}
    return next(name for name in map("Line {}".format, count(1)) if name not in taken)


def line_nodes(on: PageDrawnOn) -> "Iterator[slicer.vtkMRMLMarkupsLineNode]":
    """Those of the scene that are no marks."""
    scene, kind = on.host.scene, "vtkMRMLMarkupsLineNode"
    for index in range(scene.GetNumberOfNodesByClass(kind)):
        node = scene.GetNthNodeByClass(index, kind)
        if not marks.is_mark(node):
            yield node


def _files(on: PageDrawnOn) -> dict[str, list[Path]]:
    """Those that the results name, and those that a crash kept from being named."""
    assert on.session_page is not None
    files = on.session_page.files
    there = set(files.folder().glob("*_quizline.mrk.json"))
    found = {}
    for image_id in [*on.images, NO_IMAGE]:
        named = files.lines(image_id)
        possible = [files.line_file(image_id, number) for number in range(_MOST_NUMBERS if there else 0)]
        found[image_id] = [*named, *(path for path in possible if path in there and path not in named)]
    return found
