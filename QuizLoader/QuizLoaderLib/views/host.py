"""The one small object in which Slicer's desktop, the headless scene and the web page differ."""

from typing import Any, Protocol

from ..quiz.model import Layout


class Host(Protocol):
    """Where a quiz is shown.

    A slice view is found by ``application_logic.GetSliceLogicByLayoutName("Red")``; after
    ``set_layout`` a slice logic exists for each view of that layout, with its slice node's dimensions set.
    """

    scene: Any
    application_logic: Any

    def set_layout(self, layout: Layout) -> None: ...
