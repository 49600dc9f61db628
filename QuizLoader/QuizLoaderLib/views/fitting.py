"""Views that the reader has not moved fill their place, whatever size it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..quiz.model import VIEWS_OF_LAYOUT
from .contents import PageNodes, ViewContents, contents_of_views
from .host import Host
from .placement import fit_again

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic, vtkMRMLSliceNode


class Fitting:
    """Watches the views of a page that was placed. A host may give a view its size after that, and windows
    change theirs: where zoom and pan are still as the page was placed, it is fitted again."""

    def __init__(self) -> None:
        self._watches: list[_Watch] = []

    def begin(self, shown: PageNodes, host: Host) -> None:
        """The page was put on its views just now."""
        self.end()
        contents = contents_of_views(shown)
        for view in VIEWS_OF_LAYOUT[shown.page.layout]:
            logic = host.application_logic.GetSliceLogicByLayoutName(view.value)
            if logic is not None:
                self._watches.append(_Watch(contents[view], logic))

    def end(self) -> None:
        """The views are for something else, or about to get another page."""
        for watch in self._watches:
            watch.end()
        self._watches.clear()


class _Watch:
    def __init__(self, contents: ViewContents, logic: vtkMRMLSliceLogic) -> None:
        self._contents, self._logic = contents, logic
        node = logic.GetSliceNode()
        self._size, self._placed = node.GetDimensions()[:2], _zoom_and_pan(node)
        self._observer = node.AddObserver("ModifiedEvent", self._changed)

    def end(self) -> None:
        node = self._logic.GetSliceNode()
        if node is not None:
            node.RemoveObserver(self._observer)

    def _changed(self, node: vtkMRMLSliceNode, _event: str) -> None:
        size = node.GetDimensions()[:2]
        if size == self._size:
            return
        self._size = size
        nodes = [placed.node for placed in self._contents.images if placed.node]
        is_there = all(node.GetScene() and node.GetScene().IsNodePresent(each) for each in nodes)
        if is_there and _zoom_and_pan(node) == self._placed:
            fit_again(self._contents, self._logic)
            self._placed = _zoom_and_pan(node)


def _zoom_and_pan(node: vtkMRMLSliceNode) -> tuple[float, ...]:
    """MRML keeps the height of the field of view where a view gets another size; a jump moves the plane in
    itself."""
    slice_to_ras = node.GetSliceToRAS()
    in_plane = (
        sum(slice_to_ras.GetElement(row, axis) * slice_to_ras.GetElement(row, 3) for row in range(3))
        for axis in range(2)
    )
    return (node.GetFieldOfView()[1], *node.GetXYZOrigin(), *(round(mm, 6) for mm in in_plane))
