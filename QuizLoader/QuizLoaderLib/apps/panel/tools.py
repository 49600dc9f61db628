"""The panel's sections of tools and regions: widgets for ``ToolsPresenter``."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import slicer

from ...reader.comparison import BLINK, BLINK_S, CURTAIN, LAYERS, ShownComparison
from ...reader.measuring import LOOK_S
from ...reader.opened_quiz import OpenedQuiz
from ...reader.slab_choice import SLABS
from ...reader.tools_presenter import MODES, PLAY_S, ShownTools, ToolsPresenter
from .choice_menu import ChoiceMenu
from .dose import DoseSection
from .regions import Legend
from .ui import timer

if TYPE_CHECKING:
    import qt

    from .ui import Ui

OPACITIES = (100, 80, 60, 40, 20)
"""Of contours, in percent."""

_SWITCHES = {"lines": "Lines of the other views", "link_here": "Link the views where they are"}
"""Tools that are on or off, in words."""


class ToolsSection:
    """Connects the widgets of the sections to the tools of the quiz that is open.

    ``change_views`` calls what makes the views show other planes than before.
    """

    def __init__(self, ui: "Ui", change_views: Callable[[Callable[[], object]], object]) -> None:
        self._ui = ui
        self._presenter = ToolsPresenter(change_views)
        self._legend, self._dose = Legend(ui, self.use), DoseSection(ui)
        self._opened: OpenedQuiz | None = None
        self._planes = ChoiceMenu(ui.planesButton, lambda row: self.use("view", list(MODES)[row]))
        self._slabs = ChoiceMenu(ui.planesButton, self._slab_chosen, self._planes)
        self._layers = ChoiceMenu(ui.planesButton, self._layers_chosen, self._slabs)
        self._switches = ChoiceMenu(ui.planesButton, self._switched, self._layers)
        self._presets = ChoiceMenu(ui.mouseWindowButton, self._preset_chosen)
        self._opacities = ChoiceMenu(ui.outlineButton, lambda row: self.use("opacity", OPACITIES[row]))
        self._interaction: slicer.vtkMRMLInteractionNode | None = None
        self._observer: int | None = None
        self._timer = timer(PLAY_S, self._play_on)
        self._blinking = timer(BLINK_S, self._blink_on)
        self._is_blinking = False
        self._looking = timer(LOOK_S, self._look_at_window)
        ui.imageBox.connect("activated(int)", self._image_chosen)
        for button, tool in (
            (ui.contoursButton, "contours"),
            (ui.outlineButton, "fill"),
            (ui.mouseWindowButton, "mouse"),
            (ui.crosshairButton, "crosshair"),
            (ui.linkButton, "link"),
        ):
            button.clicked.connect(partial(self._clicked, tool))
        ui.frameSlider.valueChanged.connect(lambda number: self.use("frame", number))
        ui.curtainSlider.valueChanged.connect(lambda percent: self.use("curtain", percent))
        ui.playButton.clicked.connect(lambda: self.use("play"))

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        self._opened = opened
        self._presenter.begin(opened)
        self._dose.begin(opened)
        self._observe_mouse()
        self._looking.start()
        self._show()

    def leave(self) -> None:
        """Before another page is shown, or the quiz closes."""
        self._presenter.leave()
        self._dose.leave()
        self._legend.clear()

    def put_away(self) -> None:
        """The views go back to Slicer: no tool of the quiz stays in hand."""
        self._presenter.leave()
        self._presenter.end()
        self._dose.leave()
        self._looking.stop()
        if self._interaction is not None:
            self._interaction.RemoveObserver(self._observer)
        self._interaction = self._observer = None
        self._show()

    def _clicked(self, tool: str, _checked: bool) -> None:
        self.use(tool)

    def use(self, tool: str, *values: Any) -> None:
        if self._presenter.use(tool, *values):
            if tool == "reset" and self._opened:
                self._dose.begin(self._opened)
            self._dose.look()
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

    def _slab_chosen(self, row: int) -> None:
        self.use("slab", [*SLABS][row])

    def _layers_chosen(self, row: int) -> None:
        self.use("layers", [*LAYERS][row])

    def _switched(self, row: int) -> None:
        self.use([*_SWITCHES][row])

    def _look_at_window(self) -> None:
        """The mouse may have changed it."""
        if shown := self._presenter.shown:
            self._show_presets(shown)

    def _show_presets(self, shown: ShownTools) -> None:
        self._presets.show([*shown.presets.values()], [*shown.presets].index(shown.preset))

    def _play_on(self) -> None:
        self._presenter.use("step_frame", 1)
        self._show()

    def _blink_on(self) -> None:
        self._presenter.use("blink_on")

    def _show(self) -> None:
        shown, ui = self._presenter.shown, self._ui
        ui.toolsSection.visible = bool(shown and shown.images)
        ui.legendSection.visible = bool(shown and shown.regions)
        if shown is None:
            self._timer.stop()
            self._blink(False)
            self._legend.clear()
            ui.frameRow.visible = ui.imageRow.visible = ui.curtainRow.visible = False
            return
        _fill(ui.imageBox, shown.images, shown.images.index(shown.image) if shown.image else -1)
        ui.imageRow.visible = len(shown.images) > 1
        self._show_presets(shown)
        self._planes.show([words for _mode, words in MODES.values()], list(MODES).index(shown.mode))
        self._slabs.show([*SLABS], [*SLABS].index(shown.slab), offered=shown.slabs)
        nearest = min(range(len(OPACITIES)), key=lambda row: abs(OPACITIES[row] - shown.opacity))
        self._opacities.show([f"Contours at {percent} %" for percent in OPACITIES], nearest)
        ui.contoursButton.checked, ui.outlineButton.checked = shown.contours, shown.filled
        ui.mouseWindowButton.checked, ui.crosshairButton.checked = shown.mouse, shown.crosshair
        ui.linkButton.checked = shown.linked
        self._legend.show(shown.regions)
        self._show_comparison(shown.comparison)
        self._show_frames(shown)

    def _show_comparison(self, shown: ShownComparison) -> None:
        self._layers.show([*LAYERS.values()], [*LAYERS].index(shown.layers), offered=shown.has_layers)
        on = {"lines": shown.lines, "link_here": shown.linked_here}
        rows = [row for row, name in enumerate(_SWITCHES) if on[name]]
        self._switches.show([*_SWITCHES.values()], rows)
        self._ui.curtainRow.visible = shown.layers == CURTAIN
        _set_quietly(self._ui.curtainSlider, shown.curtain, 100)
        self._blink(shown.layers == BLINK)

    def _blink(self, on: bool) -> None:
        # A timer that is started again begins anew.
        if on and not self._is_blinking:
            self._blinking.start()
        elif not on:
            self._blinking.stop()
        self._is_blinking = on

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
