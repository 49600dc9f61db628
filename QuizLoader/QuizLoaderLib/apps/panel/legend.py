"""The regions that the page shows: name, colour, show or hide."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import qt

from ...reader.tools_presenter import LegendEntry

SWATCH_PIXELS = 12


class Legend:
    """A list of checkable regions; ``changed(row, visible)`` is called when a box is ticked or cleared."""

    def __init__(self, list_widget: "qt.QListWidget", changed: Callable[[int, bool], None]) -> None:
        self._list, self._changed = list_widget, changed
        self._list.itemChanged.connect(self._item_changed)
        self._regions: tuple[LegendEntry, ...] = ()

    def show(self, regions: Sequence[LegendEntry]) -> None:
        before, self._regions = self._regions, tuple(regions)
        self._list.blockSignals(True)
        if [replace(region, visible=True) for region in before] != [
            replace(region, visible=True) for region in regions
        ]:
            self._list.clear()
            for region in regions:
                self._list.addItem(_item(region))
        # The list is as it was where a box was clicked, for Qt is not done with its item yet.
        for row, region in enumerate(regions):
            self._list.item(row).setCheckState(qt.Qt.Checked if region.visible else qt.Qt.Unchecked)
        self._list.blockSignals(False)

    def clear(self) -> None:
        self.show(())

    def _item_changed(self, item: "qt.QListWidgetItem") -> None:
        row = self._list.row(item)
        if 0 <= row < len(self._regions):
            self._changed(row, item.checkState() == qt.Qt.Checked)


def _item(region: LegendEntry) -> "qt.QListWidgetItem":
    item = qt.QListWidgetItem(region.name)
    pixmap = qt.QPixmap(SWATCH_PIXELS, SWATCH_PIXELS)
    pixmap.fill(qt.QColor(*region.color))
    item.setIcon(qt.QIcon(pixmap))
    item.setToolTip(", ".join(view.value for view in region.views))
    return item
