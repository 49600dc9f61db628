"""The panel's section of lines: measure, list with lengths, delete, show in all views."""

from collections.abc import Callable
from typing import Any

import qt

from ...reader.opened_quiz import OpenedQuiz
from ...views.tools import is_placing, start_placing, stop_placing

LOOK_MS = 250
"""How often the lines are looked at while a page is shown: a reader sees the length while dragging."""


class LinesSection:
    """Connects the widgets of the section to ``OpenedQuiz.drawings.lines``.

    ``changed()`` is called when a line came or went: a page may require lines.
    """

    def __init__(self, ui: Any, changed: Callable[[], None]) -> None:
        self._ui, self._changed = ui, changed
        self._opened: OpenedQuiz | None = None
        self._placed: Any = None
        self._texts: list[str] = []
        self._timer = qt.QTimer()
        self._timer.interval = LOOK_MS
        self._timer.timeout.connect(self._look)
        ui.measureButton.clicked.connect(self.measure)
        ui.deleteLineButton.clicked.connect(self._delete)
        ui.linesList.itemClicked.connect(self._show_buttons)
        ui.linesEverywhereBox.clicked.connect(self._show_everywhere)

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown; a line that was being placed on the one before is gone with it."""
        if self._placed is not None:
            stop_placing(opened.host)
        self._opened, self._placed = opened, None
        self._ui.linesEverywhereBox.checked = False
        self._texts = []
        self._ui.linesList.clear()
        self._timer.start()
        self._look()

    def put_away(self) -> None:
        """No line is placed any more, and the section is hidden."""
        self._timer.stop()
        self._stop_placing()
        self._opened = None
        self._ui.linesSection.visible = False

    def measure(self) -> None:
        """The next two clicks on a view are the ends of a new line; again: no line after all."""
        opened = self._opened
        if opened is None or not opened.drawings.lines.may_measure:
            return
        self._look()
        if self._placed is not None:
            self._stop_placing()
        else:
            self._placed = opened.drawings.lines.new()
            start_placing(opened.host, self._placed)
        self._look()

    # Inside

    def _look(self) -> None:
        opened = self._opened
        if opened is None:
            return
        if self._placed is not None and not is_placing(opened.host):
            self._stop_placing()
        lines = opened.drawings.lines
        texts = [
            f"{line.node.GetName()}: {line.length_mm:.1f} mm"
            + (f", {line.image_id}" if line.image_id else "")
            for line in lines.measured
        ]
        if texts != self._texts:
            count, self._texts = len(self._texts), texts
            self._show_lines()
            if len(texts) != count:
                self._changed()
        self._show_buttons()

    def _stop_placing(self) -> None:
        """The mouse is for the views again; a line that has no two points yet goes."""
        node, self._placed = self._placed, None
        if node is None or self._opened is None:
            return
        stop_placing(self._opened.host)
        lines = self._opened.drawings.lines
        if lines.may_measure and node.GetNumberOfDefinedControlPoints() < 2:
            lines.remove(node)

    def _delete(self) -> None:
        opened, row = self._opened, self._ui.linesList.currentRow
        if opened and 0 <= row < len(opened.drawings.lines.measured):
            opened.drawings.lines.remove(opened.drawings.lines.measured[row].node)
            self._look()

    def _show_everywhere(self, on: bool) -> None:
        if self._opened:
            self._opened.drawings.lines.show_in_all_views(on)

    def _show_lines(self) -> None:
        row = self._ui.linesList.currentRow
        self._ui.linesList.clear()
        for text in self._texts:
            self._ui.linesList.addItem(text)
        self._ui.linesList.currentRow = min(row, len(self._texts) - 1)

    def _show_buttons(self) -> None:
        opened, ui = self._opened, self._ui
        may_measure = opened is not None and opened.drawings.lines.may_measure
        ui.linesSection.visible = may_measure or bool(self._texts)
        ui.measureButton.enabled = may_measure
        ui.measureButton.text = "Measure a line" if self._placed is None else "Do not measure"
        ui.deleteLineButton.enabled = may_measure and ui.linesList.currentRow >= 0
