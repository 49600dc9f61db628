"""The one small object in which Slicer's desktop, the headless scene and the web page differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..quiz.model import Layout, SliceView

if TYPE_CHECKING:
    from slicer import vtkMRMLApplicationLogic, vtkMRMLScene, vtkMRMLViewNode


class Host(Protocol):
    """Where a quiz is shown.

    A slice view is found by ``application_logic.GetSliceLogicByLayoutName("Red")``; after
    ``set_layout`` a slice logic exists for each view of that layout, with its slice node's dimensions set.
    """

    scene: vtkMRMLScene
    application_logic: vtkMRMLApplicationLogic

    def set_layout(self, layout: Layout) -> None: ...

    def three_d_view(self) -> vtkMRMLViewNode | None:
        """The node of the 3D view of layouts that have a place for one, which is made when it is first asked
        for; None where the host has none."""

    def place_on_screen(self, view: SliceView) -> tuple[int, int]:
        """Pixels, of the size that the slice node's dimensions count, from the screen's left and top to the
        view's top left one; (0, 0) where the host does not know it."""
