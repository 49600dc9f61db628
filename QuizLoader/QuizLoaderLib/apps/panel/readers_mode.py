"""Only the quiz is seen: Slicer's menus, tool bars and data probe are gone until they are wanted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import slicer

if TYPE_CHECKING:
    import qt


class ReadersMode:
    """``changed(is_on)`` is called when it begins and ends; what was hidden before stays hidden."""

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self._changed = changed
        self._hidden: list[qt.QWidget] = []
        self.is_on = False

    def set(self, is_on: bool) -> None:
        if is_on == self.is_on or slicer.util.mainWindow() is None:
            return
        self.is_on = is_on
        if is_on:
            self._hidden = [each for each in _out_of_the_way() if each.visible]
        for each in self._hidden:
            each.visible = not is_on
        if not is_on:
            self._hidden = []
        self._changed(is_on)


def _out_of_the_way() -> "list[qt.QWidget]":
    """Tool bars, of which one is the chooser of modules; menus; status; what is around a module's panel
    (slicer.util.setToolbarsVisible and those after it, qSlicerModulePanel.ui, qSlicerMainWindow.ui)."""
    window = slicer.util.mainWindow()
    found = slicer.util.findChildren(window, className="*ToolBar")
    found += slicer.util.findChildren(window, className="QMenuBar")
    for name in ("DataProbeCollapsibleWidget", "HelpCollapsibleButton", "LogoLabel"):
        found += slicer.util.findChildren(window, name)
    return [*found, window.statusBar()]
