"""What is in the scene beside the quiz, as segmentations and markups of the user: where it is seen."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from .roi_visibility import display_nodes, nodes_of_class

if TYPE_CHECKING:
    from slicer import vtkMRMLDisplayNode, vtkMRMLNode, vtkMRMLScene, vtkMRMLSegmentationNode

_KINDS = ("vtkMRMLSegmentationDisplayNode", "vtkMRMLMarkupsDisplayNode")

NO_PAGE = -1
"""In place of a page's index: no page is on the views."""


class OthersInScene:
    """What came into the scene while a page was shown is seen on that page alone, what was there before on
    none: it lies on another patient. Display nodes are known by their IDs, for they may go."""

    def __init__(self, scene: vtkMRMLScene) -> None:
        self._scene = scene
        self._page_of: dict[str, int] = {}
        self._hidden: set[str] = set()
        self._added: list[tuple[vtkMRMLSegmentationNode, int]] = []

    def change_page(self, before: int, now: int, own: Container[vtkMRMLNode | None]) -> None:
        """``own`` are the nodes of the new page; none of the quiz's others is visible any more."""
        for display in self._displays():
            id = display.GetID()
            is_other = display.GetDisplayableNode() not in own
            if is_other and (display.GetVisibility() or id in self._hidden):
                is_seen = self._page_of.setdefault(id, before) == now
                display.SetVisibility(is_seen)
                (self._hidden.discard if is_seen else self._hidden.add)(id)

    def add_to_page(self, node: vtkMRMLSegmentationNode, page: int) -> None:
        """It has its place among the regions of that page."""
        there = [(each, where) for each, where in self._added if self._scene.IsNodePresent(each)]
        self._added = [*there, (node, page)]

    def added_to(self, page: int) -> list[vtkMRMLSegmentationNode]:
        return [node for node, where in self._added if where == page and self._scene.IsNodePresent(node)]

    def give_back(self) -> None:
        """All that was hidden here is seen again, and on all views."""
        for display in [display for node, _ in self._added for display in display_nodes(node) if display]:
            display.RemoveAllViewNodeIDs()
        for display in self._displays():
            if display.GetID() in self._hidden:
                display.SetVisibility(True)
        self._hidden.clear()

    def _displays(self) -> list[vtkMRMLDisplayNode]:
        return [display for kind in _KINDS for display in nodes_of_class(self._scene, kind)]
