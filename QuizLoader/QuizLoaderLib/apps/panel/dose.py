"""The panel's section of a dose: isodose lines, and histograms of the regions."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import qt
import slicer

from ...reader.dose.plan import LOOK_S, DosePlan, ShownDose
from ...reader.opened_quiz import OpenedQuiz
from .regions import list_item
from .ui import show_text, timer

if TYPE_CHECKING:
    from .ui import Ui

_CHART = (230, 200)
"""Pixels: the panel may be as narrow as Slicer lets it."""


class DoseSection:
    """Connects the widgets of the section to ``DosePlan``."""

    def __init__(self, ui: "Ui") -> None:
        self._ui = ui
        self._plan = DosePlan(_CHART)
        self._told: ShownDose | None = None
        self._timer = timer(LOOK_S, self.look)
        ui.isodosesList.itemChanged.connect(self._line_changed)
        ui.doseInMlBox.clicked.connect(self._ml_clicked)
        ui.doseSection.visible = False

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again."""
        self._plan.begin(opened)
        if self._plan.shown is not None:
            self._timer.start()
        self._show()

    def leave(self) -> None:
        """Before another page is shown, or the views go back to Slicer."""
        self._timer.stop()
        self._plan.end()
        self._show()

    def look(self) -> None:
        self._plan.look()
        self._show()

    def _line_changed(self, item: "qt.QListWidgetItem") -> None:
        row = self._ui.isodosesList.row(item)
        self._plan.show_line(row, item.checkState() == qt.Qt.Checked)
        self._show()

    def _ml_clicked(self, checked: bool) -> None:
        self._plan.show_ml(checked)
        self._show()

    def _show(self) -> None:
        shown, ui = self._plan.shown, self._ui
        if shown is self._told:
            return
        before, self._told = self._told, shown
        ui.doseSection.visible = shown is not None
        if shown is None:
            return
        self._show_lines(shown, before)
        texts = [*shown.messages, *(["The doses of the regions are being counted."] * shown.is_counting)]
        show_text(ui.doseMessageLabel, "\n".join(texts))
        ui.doseChartLabel.visible = ui.doseInMlBox.visible = bool(shown.chart)
        ui.doseInMlBox.checked = shown.in_ml
        if shown.chart:
            ui.doseChartLabel.setPixmap(_picture(shown.chart))
        show_text(ui.doseTableLabel, _table(shown))

    def _show_lines(self, shown: ShownDose, before: ShownDose | None) -> None:
        lines = self._ui.isodosesList
        lines.blockSignals(True)
        names = [(line.name, line.color) for line in shown.lines]
        if before is None or [(line.name, line.color) for line in before.lines] != names:
            lines.clear()
            for line in shown.lines:
                text = line.name if line.is_reached else f"{line.name}: not reached"
                lines.addItem(list_item(text, line.color))
            if names:
                lines.maximumHeight = lines.sizeHintForRow(0) * len(names) + 2 * lines.frameWidth
        # The list is as it was where a box was clicked, for Qt is not done with its item yet.
        for row, line in enumerate(shown.lines):
            lines.item(row).setCheckState(qt.Qt.Checked if line.visible else qt.Qt.Unchecked)
        lines.visible = bool(names)
        lines.blockSignals(False)


def _picture(svg: str) -> "qt.QPixmap":
    drawn = Path(slicer.app.temporaryPath) / "QuizLoader" / "histogram.svg"
    drawn.parent.mkdir(parents=True, exist_ok=True)
    drawn.write_text(svg, encoding="utf-8")
    return qt.QIcon(str(drawn)).pixmap(*_CHART)


def _table(shown: ShownDose) -> str:
    """In lines that wrap, for the panel is too narrow for columns."""
    lines = []
    for row in shown.rows:
        color = "#{:02x}{:02x}{:02x}".format(*row.color)
        note = f" ({escape(row.note)})" if row.note else ""
        numbers = ", ".join(
            f"{name} {cell}" for name, cell in zip(shown.columns, row.cells, strict=True) if cell
        )
        lines.append(f'<span style="color: {color}">■</span> <b>{escape(row.name)}</b>{note}: {numbers}')
    return "<br>".join(lines)
