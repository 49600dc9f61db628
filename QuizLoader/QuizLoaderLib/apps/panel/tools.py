"""The panel's sections of tools and regions: widgets for ``ToolsPresenter``."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import qt
import slicer

from ...reader.measuring import LOOK_S
from ...reader.opened_quiz import OpenedQuiz
from ...reader.tools_presenter import MODES, PLAY_S, LegendEntry, ShownTools, ToolsPresenter
from .ui import timer

if TYPE_CHECKING:
    from .ui import Ui

SWATCH_PIXELS = 12


class ToolsSection:
    """Connects the widgets of the sections to the tools of the quiz that is open.

    ``change_views`` calls what makes the views show other planes than before.
    """

    def __init__(self, ui: "Ui", change_views: Callable[[Callable[[], object]], object]) -> None:
        self._ui = ui
        self._presenter = ToolsPresenter(change_views)
        self._legend = Legend(ui.legendList, lambda row, visible: self.use("region", row, visible))
        self._interaction: slicer.vtkMRMLInteractionNode | None = None
        self._observer: int | None = None
        self._timer = timer(PLAY_S, self._play_on)
        self._looking = timer(LOOK_S, self._look_at_window)
        for _name, (_mode, words) in MODES.items():
            ui.viewBox.addItem(words)
        ui.imageBox.connect("activated(int)", self._image_chosen)
        ui.viewBox.connect("activated(int)", lambda row: self.use("view", list(MODES)[row]))
        ui.presetBox.connect("activated(int)", self._preset_chosen)
        ui.mouseWindowBox.clicked.connect(lambda: self.use("mouse"))
        ui.crosshairBox.clicked.connect(lambda: self.use("crosshair"))
        ui.contoursButton.clicked.connect(lambda: self.use("contours"))
        ui.outlineButton.clicked.connect(lambda: self.use("fill"))
        ui.opacitySlider.valueChanged.connect(lambda percent: self.use("opacity", percent))
        ui.frameSlider.valueChanged.connect(lambda number: self.use("frame", number))
        ui.playButton.clicked.connect(lambda: self.use("play"))

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        self._presenter.begin(opened)
        self._observe_mouse()
        self._looking.start()
        self._show()

    def leave(self) -> None:
        """Before another page is shown, or the quiz closes."""
        self._presenter.leave()
        self._legend.clear()

    def put_away(self) -> None:
        """The views go back to Slicer: no tool of the quiz stays in hand."""
        self._presenter.leave()
        self._presenter.end()
        self._looking.stop()
        if self._interaction is not None:
            self._interaction.RemoveObserver(self._observer)
        self._interaction = self._observer = None
        self._show()

    def use(self, tool: str, *values: Any) -> None:
        if self._presenter.use(tool, *values):
            self._show()

    # Inside

    def _image_chosen(self, row: int) -> None:
        shown = self._presenter.shown
        if shown and row < len(shown.images):
            self.use("image", shown.images[row])

    def _preset_chosen(self, row: int) -> None:
        shown = self._presenter.shown
        if shown and row < len(shown.presets):
            self.use("preset", [*shown.presets][row])

    def _look_at_window(self) -> None:
        """The mouse may have changed it."""
        if shown := self._presenter.shown:
            self._show_presets(shown)

    def _show_presets(self, shown: ShownTools) -> None:
        _fill(self._ui.presetBox, [*shown.presets.values()], [*shown.presets].index(shown.preset))

    def _play_on(self) -> None:
        self._presenter.use("step_frame", 1)
        self._show()

    def _show(self) -> None:
        shown, ui = self._presenter.shown, self._ui
        ui.toolsSection.visible = bool(shown and shown.images)
        ui.legendSection.visible = bool(shown and shown.regions)
        if shown is None:
            self._timer.stop()
            self._legend.clear()
            return
        _fill(ui.imageBox, shown.images, shown.images.index(shown.image) if shown.image else -1)
        self._show_presets(shown)
        ui.viewBox.currentIndex = list(MODES).index(shown.mode)
        ui.mouseWindowBox.checked = shown.mouse
        ui.crosshairBox.checked = shown.crosshair
        _set_quietly(ui.opacitySlider, shown.opacity, 100)
        self._legend.show(shown.regions)
        self._show_frames(shown)

    def _show_frames(self, shown: ShownTools) -> None:
        ui = self._ui
        ui.frameRow.visible = bool(shown.frames)
        if shown.frames:
            _set_quietly(ui.frameSlider, shown.frame, shown.frames - 1)
            ui.frameLabel.text = f"{shown.frame + 1} of {shown.frames}"
        ui.playButton.text = "Stop" if shown.playing else "Play"
        if shown.playing:
            self._timer.start()
        else:
            self._timer.stop()

    def _observe_mouse(self) -> None:
        """The mouse may be switched in Slicer's tool bar too."""
        if self._interaction is None:
            self._interaction = slicer.app.applicationLogic().GetInteractionNode()
            event = self._interaction.InteractionModeChangedEvent
            self._observer = self._interaction.AddObserver(event, lambda _node, _event: self._show())


def _fill(box: "qt.QComboBox", texts: Sequence[str], row: int) -> None:
    """A list that is open stays so, where nothing is new."""
    if [box.itemText(index) for index in range(box.count)] != [*texts]:
        box.clear()
        for text in texts:
            box.addItem(text)
    if box.currentIndex != row:
        box.currentIndex = row


def _set_quietly(slider: "qt.QSlider", value: int, maximum: int) -> None:
    slider.blockSignals(True)
    slider.maximum = maximum
    slider.value = value
    slider.blockSignals(False)


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
