"""The left button of the mouse, while it is held on a slice view."""

from typing import Any

import slicer

from ...quiz.model import SliceView

_BEFORE_ALL = 100.0
"""The Segment Editor lets nobody behind it have what it uses itself (qMRMLSegmentEditorWidget.cxx)."""


class HeldButton:
    """Knows on which view, where a stroke is under way: the effects of the Segment Editor apply
    one when the button is let go, and drop it where they are ended before that
    (qSlicerSegmentEditorPaintEffect.cxx)."""

    def __init__(self) -> None:
        self._observers: list[tuple[Any, int]] = []
        self._held: Any = None

    def watch(self) -> None:
        """All views of the layout, in place of those before."""
        self.stop()
        manager = slicer.app.layoutManager()
        widgets = [manager.sliceWidget(view.value) for view in SliceView] if manager else []
        for interactor in (each.interactorStyle().GetInteractor() for each in widgets if each):
            for event, action in (
                ("LeftButtonPressEvent", self._pressed),
                ("LeftButtonReleaseEvent", self._released),
            ):
                self._observers.append((interactor, interactor.AddObserver(event, action, _BEFORE_ALL)))

    def stop(self) -> None:
        for interactor, observer in self._observers:
            interactor.RemoveObserver(observer)
        self._observers, self._held = [], None

    def let_go(self) -> None:
        """As the reader would."""
        if self._held:
            self._held.InvokeEvent("LeftButtonReleaseEvent")

    def _pressed(self, interactor: Any, _event: str) -> None:
        self._held = interactor

    def _released(self, _interactor: Any, _event: str) -> None:
        self._held = None
