"""The reader's tools in the client: ``ToolsPresenter`` and the table of shortcuts as its state."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...reader.comparison import BLINK, BLINK_S, LAYERS
from ...reader.opened_quiz import OpenedQuiz
from ...reader.shortcuts import FIRST_HINTS, MOUSE, SHORTCUTS
from ...reader.slab_choice import SLABS
from ...reader.tools_presenter import MODES, PLAY_S, ToolsPresenter
from ...views.tools import set_window_level_by_mouse
from .colors import css_color
from .dose import DoseView
from .repeating import Repeating

if TYPE_CHECKING:
    from trame_server.state import State


class ToolsView:
    """Shows the tools in the ``state`` of the client, and does what it says by ``use``.

    ``change_views`` calls what makes the views show other planes than before.
    """

    def __init__(self, state: "State", change_views: Callable[[Callable[[], object]], object]) -> None:
        self._state = state
        self._presenter = ToolsPresenter(change_views)
        self.dose = DoseView(state)
        self._opened: OpenedQuiz | None = None
        self._playing = Repeating(state, PLAY_S, self._play_on)
        self._blinking = Repeating(state, BLINK_S, lambda: self._presenter.use("blink_on") and None)
        state.tools = None
        state.view_modes = [{"title": words, "value": name} for name, (_mode, words) in MODES.items()]
        state.slabs = [*SLABS]
        state.layers = [{"title": words, "value": name} for name, words in LAYERS.items()]
        state.mouse, state.first_hints = [asdict(each) for each in MOUSE], FIRST_HINTS
        state.shortcuts = [
            {**asdict(each), "shown": each.shown_keys, "when": each.when.name, "needed": each.needed}
            for each in SHORTCUTS
        ]

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        if self._opened is not opened:
            self._opened = opened
            # The left button is free but for drawing.
            set_window_level_by_mouse(opened.host, True)
        self._presenter.begin(opened)
        self.dose.begin(opened)
        self.show()

    def leave(self) -> None:
        """Before another page is shown."""
        self._presenter.leave()
        self.dose.leave()
        self._playing.switch(False)
        self._blinking.switch(False)

    def use(self, tool: str, *values: Any) -> None:
        """What the client says: the name of a tool, and its values."""
        if self._presenter.use(tool, *values):
            if tool == "reset" and self._opened:
                self.dose.begin(self._opened)
            self.dose.look()
            self.show()

    @property
    def enlarged(self) -> str:
        """The view that is seen alone, empty where all are."""
        return self._presenter.enlarged

    def look(self) -> None:
        """Window and level may have been changed by the mouse."""
        if self._state.tools and self._state.tools["preset"] != self._presenter.preset:
            self.show()

    def show(self) -> None:
        self._playing.switch(self._presenter.is_playing)
        shown = self._presenter.shown
        self._blinking.switch(shown is not None and shown.comparison.layers == BLINK)
        if shown:
            regions = [{**asdict(each), "color": css_color(each.color)} for each in shown.regions]
            presets = [{"title": words, "value": name} for name, words in shown.presets.items()]
            told = {"images": list(shown.images), "presets": presets, "regions": regions}
            comparison = asdict(shown.comparison)
            self._state.tools = {**asdict(shown), **told, **comparison}

    def _play_on(self) -> None:
        self._presenter.use("step_frame", 1)
        self.show()
