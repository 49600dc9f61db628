"""A menu at a button, of which one line is chosen."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import qt

if TYPE_CHECKING:
    from .ui import Ui


class ChoiceMenu:
    """``chosen(row)`` is called when a line is chosen. Its lines may stand ``below`` those of another one of
    the same button; neither gets other lines then."""

    def __init__(
        self,
        button: "qt.QToolButton",
        chosen: Callable[[int], object],
        below: "ChoiceMenu | None" = None,
    ) -> None:
        self._chosen = chosen
        self._below = below
        self._menu: qt.QMenu = below._menu if below else qt.QMenu(button)
        self._texts: list[str] = []
        self._actions: list[qt.QAction] = []
        button.setMenu(self._menu)

    def show(self, texts: Sequence[str], row: int | Sequence[int], offered: bool = True) -> None:
        """A menu that is open stays so, where nothing is new. Lines that are no choice have several rows."""
        rows = [row] if isinstance(row, int) else row
        if self._texts != [*texts]:
            self._texts = [*texts]
            if self._below:
                self._menu.addSeparator()
            else:
                self._menu.clear()
            self._actions = [qt.QAction(text.replace("&", "&&"), self._menu) for text in texts]
            for number, action in enumerate(self._actions):
                action.checkable = True
                action.triggered.connect(partial(self._triggered, number))
                self._menu.addAction(action)
        for number, action in enumerate(self._actions):
            action.checked = offered and number in rows
            action.visible = offered

    def _triggered(self, row: int, checked: bool) -> None:
        # What is chosen again stays chosen.
        self._actions[row].checked = True
        self._chosen(row)


class SectionsMenu:
    """Which of the sections that are seldom wanted are shown: by their names in ``ui``, in words."""

    def __init__(self, ui: "Ui", sections: dict[str, str]) -> None:
        self._ui = ui
        menu = qt.QMenu(ui.menuButton)
        self._actions: dict[str, qt.QAction] = {}
        for name, words in sections.items():
            action = qt.QAction(words, menu)
            action.checkable = True
            action.triggered.connect(partial(self._triggered, name))
            menu.addAction(action)
            self._actions[name] = action
        ui.menuButton.setMenu(menu)
        self._menu = menu

    def add(self, words: str) -> "qt.QAction":
        """A line for something else."""
        self._menu.addSeparator()
        action = qt.QAction(words, self._menu)
        self._menu.addAction(action)
        return action

    def offer(self, name: str, offered: bool) -> None:
        self._actions[name].visible = offered
        if not offered:
            self.show(name, False)

    def show(self, name: str, shown: bool = True) -> None:
        section = getattr(self._ui, name)
        section.visible = shown
        self._actions[name].checked = shown
        if shown:
            section.collapsed = False

    def _triggered(self, name: str, checked: bool) -> None:
        self.show(name, checked)
        if checked:
            self._ui.middleArea.ensureWidgetVisible(getattr(self._ui, name))
