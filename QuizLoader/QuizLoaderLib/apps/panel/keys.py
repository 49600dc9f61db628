"""Keyboard shortcuts that hold while the panel is open."""

from collections.abc import Callable
from typing import Any

import qt
import slicer


class Keys:
    """Shortcuts on the main window, or on ``widget`` where there is none.

    The keys stay clear of the Segment Editor's (digits, letters, Escape, Space), of the slice views'
    (letters, arrows), of the main window's menus (Alt with E, F, H, V) and of what a line edit uses.
    """

    def __init__(self, widget: Any, actions: dict[str, Callable[[], None]]) -> None:
        self._widget, self._actions = widget, actions
        self._shortcuts: list[Any] = []

    def install(self) -> None:
        self.remove()
        parent = slicer.util.mainWindow() or self._widget
        for keys, action in self._actions.items():
            shortcut = qt.QShortcut(qt.QKeySequence(keys), parent)
            shortcut.activated.connect(action)
            self._shortcuts.append(shortcut)

    def remove(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.enabled = False
            shortcut.deleteLater()
        self._shortcuts = []


def key_texts() -> dict[str, str]:
    """What each key does, for the list in the panel."""
    return {
        NEXT: "next page",
        PREVIOUS: "previous page",
        CONTOURS: "contours on or off",
        OUTLINE: "outline or fill",
        WINDOW: "window/level with the left mouse button, on or off",
        CROSSHAIR: "crosshair on or off",
        THREE_PLANES: "the image in three planes",
        ONE_PLANE: "the image in one plane; again: the next plane",
        AS_THE_PAGE: "the page as it was",
        MEASURE: "measure a line",
        PLAY: "play or stop",
        NEXT_FRAME: "next frame",
        PREVIOUS_FRAME: "previous frame",
    }


NEXT, PREVIOUS, CONTOURS, OUTLINE = "Alt+Right", "Alt+Left", "Alt+C", "Alt+O"
WINDOW, CROSSHAIR = "Alt+W", "Alt+X"
THREE_PLANES, ONE_PLANE, AS_THE_PAGE = "Alt+3", "Alt+1", "Alt+0"
MEASURE = "Alt+L"
PLAY, NEXT_FRAME, PREVIOUS_FRAME = "Alt+P", "Alt+.", "Alt+,"
