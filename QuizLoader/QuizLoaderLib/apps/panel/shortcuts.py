"""The shortcuts of the table that hold while the panel is open."""

from collections.abc import Callable
from functools import partial

import qt
import slicer

from ...reader.shortcuts import SHORTCUTS, Shortcut, When


def in_panel() -> list[Shortcut]:
    """Those with Alt: letters alone belong to Slicer, which also lists them itself."""
    return [each for each in SHORTCUTS if each.when in (When.ALWAYS, When.ON_PAGES) and each.use[0] != "help"]


def shortcut_texts() -> str:
    """What each shortcut does, for the list in the panel."""
    return "\n".join(f"{', '.join(each.keys)}: {each.text}" for each in in_panel())


class PanelShortcuts:
    """On the main window, or on ``widget`` where there is none; ``use(*shortcut.use)`` is called."""

    def __init__(self, widget: "qt.QWidget", use: Callable[..., None]) -> None:
        self._widget, self._use = widget, use
        self._shortcuts: list[qt.QShortcut] = []

    def install(self) -> None:
        self.remove()
        parent = slicer.util.mainWindow() or self._widget
        for each in in_panel():
            for keys in each.keys:
                shortcut = qt.QShortcut(qt.QKeySequence(keys), parent)
                shortcut.activated.connect(partial(self._use, *each.use))
                self._shortcuts.append(shortcut)

    def remove(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.enabled = False
            shortcut.deleteLater()
        self._shortcuts = []
