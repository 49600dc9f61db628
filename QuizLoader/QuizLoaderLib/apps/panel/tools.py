"""The panel's section of tools: what the reader does to the views, by widgets and by keys."""

from collections.abc import Callable
from functools import partial
from typing import Any

import qt
import slicer

from ...quiz.model import ContourVisibility
from ...reader.opened_quiz import OpenedQuiz
from ...reader.tools import Tools
from ...views.planes import ViewingMode
from ...views.tools import (
    WINDOW_LEVEL_PRESETS,
    crosshair_is_shown,
    set_window_level_by_mouse,
    show_crosshair,
    window_level_by_mouse,
)

PLAY_MS = 100
"""From frame to frame while a sequence plays: Slicer's own 10 frames a second."""

_ONE_PLANE = (ViewingMode.AXIAL, ViewingMode.CORONAL, ViewingMode.SAGITTAL)


class ToolsSection:
    """Connects the widgets of the section to the ``Tools`` of the quiz that is open.

    ``change_views`` calls what makes the views show other planes than before.
    """

    def __init__(self, ui: Any, change_views: Callable[[Callable[[], None]], None]) -> None:
        self._ui, self._change_views = ui, change_views
        self._opened: OpenedQuiz | None = None
        self._tools: Tools | None = None
        self._interaction: Any = None
        self._observer: int | None = None
        self._is_playing = False
        self._timer = qt.QTimer()
        self._timer.interval = PLAY_MS
        self._timer.timeout.connect(self._play_on)
        for name, _mode in _viewing_modes():
            ui.viewBox.addItem(name)
        for name in ("as the page has it", *WINDOW_LEVEL_PRESETS):
            ui.presetBox.addItem(name)
        ui.imageBox.connect("activated(int)", self._image_chosen)
        ui.viewBox.connect("activated(int)", self._view_chosen)
        ui.presetBox.connect("activated(int)", self._preset_chosen)
        ui.mouseWindowBox.clicked.connect(self.toggle_mouse)
        ui.crosshairBox.clicked.connect(self.toggle_crosshair)
        ui.opacitySlider.valueChanged.connect(self._opacity_changed)
        ui.frameSlider.valueChanged.connect(self._frame_changed)
        ui.playButton.clicked.connect(self.toggle_play)

    # The page

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        if self._opened is not opened:
            self._opened, self._tools = opened, Tools(opened)
            self._observe_mouse()
        self._stop()
        tools = self._the_tools()
        tools.begin()
        ui = self._ui
        ui.imageBox.clear()
        for image in tools.images:
            ui.imageBox.addItem(image.id)
        ids = [image.id for image in tools.images]
        ui.imageBox.currentIndex = ids.index(tools.image.id) if tools.image else -1
        ui.presetBox.currentIndex = 0
        ui.toolsSection.visible = bool(ids)
        self._show_looks()
        self._show_frames()

    def put_away(self) -> None:
        """The views go back to Slicer: no tool of the quiz stays in hand."""
        self._stop()
        if self._opened:
            set_window_level_by_mouse(self._opened.host, False)
            show_crosshair(self._opened.host, False)
        if self._observer is not None:
            self._interaction.RemoveObserver(self._observer)
        self._interaction = self._observer = self._opened = self._tools = None
        self._ui.toolsSection.visible = False

    # What keys and widgets call

    def toggle_contours(self) -> None:
        if self._tools:
            self._tools.look_at_contours(visible=not self._tools.contours.visible)

    def toggle_outline(self) -> None:
        if self._tools:
            filled = self._tools.contours.contour is ContourVisibility.FILL
            other = ContourVisibility.OUTLINE if filled else ContourVisibility.FILL
            self._tools.look_at_contours(contour=other)

    def toggle_mouse(self) -> None:
        if self._opened:
            set_window_level_by_mouse(self._opened.host, not window_level_by_mouse(self._opened.host))
            self._show_looks()

    def toggle_crosshair(self) -> None:
        if self._opened:
            show_crosshair(self._opened.host, not crosshair_is_shown(self._opened.host))
            self._show_looks()

    def view_three_planes(self) -> None:
        self._view(ViewingMode.THREE_PLANES)

    def view_one_plane(self) -> None:
        """Axial, and at each further call the next plane."""
        if self._tools:
            mode = self._tools.mode
            following = _ONE_PLANE.index(mode) + 1 if mode in _ONE_PLANE else 0
            self._view(_ONE_PLANE[following % len(_ONE_PLANE)])

    def view_page(self) -> None:
        self._view(ViewingMode.DEFAULT)

    def toggle_play(self) -> None:
        if self._is_playing:
            self._stop()
        elif self._tools and self._tools.number_of_frames:
            self._is_playing = True
            self._timer.start()
            self._ui.playButton.text = "Stop"

    def next_frame(self) -> None:
        self._step(1)

    def previous_frame(self) -> None:
        self._step(-1)

    # Inside

    def _image_chosen(self, row: int) -> None:
        tools = self._the_tools()
        if row < len(tools.images):
            self._stop()
            self._change_views(partial(tools.choose, tools.images[row].id))
            self._ui.presetBox.currentIndex = 0
            self._show_frames()

    def _view_chosen(self, row: int) -> None:
        self._view(_viewing_modes()[row][1])

    def _view(self, mode: ViewingMode) -> None:
        if self._tools and self._tools.image:
            self._change_views(partial(self._tools.view, mode))
            self._show_looks()

    def _preset_chosen(self, row: int) -> None:
        if row:
            self._the_tools().set_window_level(list(WINDOW_LEVEL_PRESETS.values())[row - 1])
        else:
            self._the_tools().reset_window_level()

    def _opacity_changed(self, percent: int) -> None:
        if self._tools:
            self._tools.look_at_contours(opacity=percent / 100)

    def _frame_changed(self, number: int) -> None:
        if self._tools:
            self._tools.show_frame(number)
            self._show_frames()

    def _play_on(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        if self._tools:
            self._tools.step_frame(by)
            self._show_frames()

    def _stop(self) -> None:
        self._is_playing = False
        self._timer.stop()
        self._ui.playButton.text = "Play"

    def _show_looks(self) -> None:
        tools, opened, ui = self._tools, self._opened, self._ui
        if tools is None or opened is None:
            return
        ui.viewBox.currentIndex = [mode for _name, mode in _viewing_modes()].index(tools.mode)
        ui.mouseWindowBox.checked = window_level_by_mouse(opened.host)
        ui.crosshairBox.checked = crosshair_is_shown(opened.host)
        _set_quietly(ui.opacitySlider, round(100 * tools.contours.opacity), 100)

    def _show_frames(self) -> None:
        tools, ui = self._the_tools(), self._ui
        count = tools.number_of_frames
        ui.frameRow.visible = bool(count)
        if count:
            _set_quietly(ui.frameSlider, tools.frame, count - 1)
            ui.frameLabel.text = f"{tools.frame + 1} of {count}"

    def _observe_mouse(self) -> None:
        """The mouse may be switched in Slicer's tool bar too."""
        if self._observer is None:
            self._interaction = slicer.app.applicationLogic().GetInteractionNode()
            event = self._interaction.InteractionModeChangedEvent
            self._observer = self._interaction.AddObserver(event, lambda _node, _event: self._show_looks())

    def _the_tools(self) -> Tools:
        assert self._tools is not None
        return self._tools


def _viewing_modes() -> list[tuple[str, ViewingMode]]:
    return [
        ("the page", ViewingMode.DEFAULT),
        ("three planes", ViewingMode.THREE_PLANES),
        ("axial", ViewingMode.AXIAL),
        ("coronal", ViewingMode.CORONAL),
        ("sagittal", ViewingMode.SAGITTAL),
    ]


def _set_quietly(slider: Any, value: int, maximum: int) -> None:
    slider.blockSignals(True)
    slider.maximum = maximum
    slider.value = value
    slider.blockSignals(False)
