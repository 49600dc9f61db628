"""The panel's list of regions: hidden and shown one by one, all, none, only one; found by a filter."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import qt

from ...reader.tools_presenter import LegendEntry

if TYPE_CHECKING:
    from .ui import Ui

SWATCH_PIXELS = 12
MOST_ROWS = 15
"""That are seen without scrolling."""
LETTERS = 28
"""On a line of a panel of 300 pixels."""


class Legend:
    """``use(tool, *values)`` is called when a reader hides or shows regions."""

    def __init__(self, ui: "Ui", use: Callable[..., None]) -> None:
        self._ui, self._list, self._use = ui, ui.legendList, use
        self._list.itemChanged.connect(self._item_changed)
        self._regions: tuple[LegendEntry, ...] = ()
        ui.legendFilterEdit.textChanged.connect(self._filter)
        ui.showAllButton.clicked.connect(lambda: use("regions", True))
        ui.showNoneButton.clicked.connect(lambda: use("regions", False))
        ui.showOneButton.clicked.connect(self._show_one)

    def show(self, regions: Sequence[LegendEntry]) -> None:
        before, self._regions = self._regions, tuple(regions)
        self._list.blockSignals(True)
        if [replace(region, visible=True) for region in before] != [
            replace(region, visible=True) for region in regions
        ]:
            self._list.clear()
            for region in regions:
                item = list_item(region.name, region.color)
                item.setToolTip(", ".join(view.value for view in region.views))
                self._list.addItem(item)
            self._ui.legendSection.text = f"Regions of the quiz ({len(regions)})"
            self._ui.legendFilterEdit.text = ""
            self._set_height()
        # The list is as it was where a box was clicked, for Qt is not done with its item yet.
        for row, region in enumerate(regions):
            self._list.item(row).setCheckState(qt.Qt.Checked if region.visible else qt.Qt.Unchecked)
        self._list.blockSignals(False)

    def clear(self) -> None:
        self.show(())

    def _set_height(self) -> None:
        if self._regions:
            row, frame = self._list.sizeHintForRow(0), 2 * self._list.frameWidth
            # Qt's hint is that of one line, however many a name needs.
            lines = sum(1 + len(region.name) // LETTERS for region in self._regions)
            self._list.minimumHeight = row * min(lines, MOST_ROWS) + frame
            self._list.maximumHeight = row * lines + frame

    def _item_changed(self, item: "qt.QListWidgetItem") -> None:
        row = self._list.row(item)
        if 0 <= row < len(self._regions):
            self._use("region", row, item.checkState() == qt.Qt.Checked)

    def _filter(self, text: str) -> None:
        for row, region in enumerate(self._regions):
            self._list.item(row).setHidden(text.casefold() not in region.name.casefold())

    def _show_one(self) -> None:
        row = self._list.currentRow
        if 0 <= row < len(self._regions):
            self._use("region_alone", row)


def list_item(text: str, color: tuple[int, ...]) -> "qt.QListWidgetItem":
    """A line with the colour of a region, 0..255."""
    item = qt.QListWidgetItem(text)
    item.setIcon(swatch(color))
    return item


def swatch(color: tuple[int, ...]) -> "qt.QIcon":
    """Of a region, 0..255."""
    pixmap = qt.QPixmap(SWATCH_PIXELS, SWATCH_PIXELS)
    pixmap.fill(qt.QColor(*color))
    return qt.QIcon(pixmap)
