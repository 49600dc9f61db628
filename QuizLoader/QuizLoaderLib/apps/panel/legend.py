"""The regions that the page shows: name, colour, show or hide."""

from typing import Any

import qt

from ...reader.opened_quiz import OpenedQuiz
from ...views.contours import show_region
from ...views.legend import ShownRegion, shown_regions

SWATCH_PIXELS = 12


class Legend:
    """A list of checkable regions; a box that is cleared hides its region on all views that show it."""

    def __init__(self, list_widget: Any) -> None:
        self._list = list_widget
        self._list.itemChanged.connect(self._changed)
        self._regions: list[ShownRegion] = []
        self._opened: OpenedQuiz | None = None

    def show(self, opened: OpenedQuiz) -> None:
        self.clear()
        if opened.shown is None:
            return
        regions = shown_regions(opened.on_views)
        self._list.blockSignals(True)
        for region in regions:
            item = qt.QListWidgetItem(region.name)
            pixmap = qt.QPixmap(SWATCH_PIXELS, SWATCH_PIXELS)
            pixmap.fill(qt.QColor(*region.color))
            item.setIcon(qt.QIcon(pixmap))
            item.setToolTip(", ".join(view.value for view in region.views))
            item.setCheckState(qt.Qt.Checked)
            self._list.addItem(item)
        self._list.blockSignals(False)
        self._regions, self._opened = regions, opened

    def clear(self) -> None:
        self._regions, self._opened = [], None
        self._list.clear()

    @property
    def is_empty(self) -> bool:
        return not self._regions

    def show_all(self) -> None:
        """Tick every region; what a label map hides is kept in its colours, which the next page may share."""
        for row in range(len(self._regions)):
            self._list.item(row).setCheckState(qt.Qt.Checked)

    def _changed(self, item: Any) -> None:
        row, opened = self._list.row(item), self._opened
        if opened is None or opened.shown is None or not 0 <= row < len(self._regions):
            return
        visible = item.checkState() == qt.Qt.Checked
        show_region(opened.on_views, opened.host, self._regions[row], visible)
