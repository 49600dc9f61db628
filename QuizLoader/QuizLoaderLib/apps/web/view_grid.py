"""Which views are on the page of the browser, and where."""

from typing import TYPE_CHECKING

from ...quiz.layout_rows import ROWS_OF_LAYOUT
from ...quiz.model import VIEWS_OF_LAYOUT
from ...reader.opened_quiz import OpenedQuiz
from ...views.layouts import COLOR_OF_VIEW, THREE_D, THREE_D_COLOR
from .colors import css_color
from .host import WebHost
from .repeating import Repeating
from .streaming import Pictures

if TYPE_CHECKING:
    from trame_server.state import State

SURFACES_S = 0.1
"""How often it is looked for surfaces that are made."""


class ViewGrid:
    """Shows the layout in the ``state`` of the client, with the 3D view where the page has one."""

    def __init__(self, state: "State", host: WebHost, pictures: Pictures) -> None:
        self._state, self._host, self._pictures = state, host, pictures
        self._opened: OpenedQuiz | None = None
        self._surfaces = Repeating(state, SURFACES_S, self._show_surfaces)
        state.rows = []
        colors = {view.value: color for view, color in COLOR_OF_VIEW.items()} | {THREE_D: THREE_D_COLOR}
        state.view_colors = {name: css_color(color) for name, color in colors.items()}

    def show(self, opened: OpenedQuiz, enlarged: str) -> None:
        """The page was put on its views; ``enlarged`` is the one that is seen alone, empty where all are.
        Without a 3D view its place goes to the others of its row."""
        self._opened = opened
        layout = opened.on_views.page.layout
        names = [[view.value if view else THREE_D for view in row] for row in ROWS_OF_LAYOUT[layout]]
        rows = [[name for name in row if name != THREE_D or opened.placed.three_d.is_shown] for row in names]
        self._state.rows = rows = [[enlarged]] if enlarged else rows
        self._pictures.show([name for row in rows for name in row])
        for view in VIEWS_OF_LAYOUT[layout]:
            self._host.view(view).schedule_render()
        if opened.placed.three_d.is_shown:
            self._pictures.want(THREE_D)
        self._surfaces.switch(opened.placed.three_d.is_making)

    def _show_surfaces(self) -> None:
        """Those that are made."""
        if self._opened:
            self._opened.placed.three_d.show_ready()
            self._surfaces.switch(self._opened.placed.three_d.is_making)
