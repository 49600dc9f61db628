"""The dose of a page in the client: isodose lines, and histograms of the regions."""

from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import quote

from ...reader.dose.plan import LOOK_S, DosePlan, ShownDose
from ...reader.opened_quiz import OpenedQuiz
from .colors import css_color
from .repeating import Repeating

if TYPE_CHECKING:
    from trame_server.state import State


class DoseView:
    """Shows ``DosePlan`` in the ``state`` of the client."""

    def __init__(self, state: "State") -> None:
        self._state = state
        self._plan = DosePlan()
        self._told: ShownDose | None = None
        self._looking = Repeating(state, LOOK_S, self.look)
        state.dose = None

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again."""
        self._plan.begin(opened)
        self._looking.switch(self._plan.shown is not None)
        self._show()

    def leave(self) -> None:
        """Before another page is shown."""
        self._looking.switch(False)
        self._plan.end()
        self._show()

    def use(self, what: str, *values: object) -> None:
        """What the client says: ``line`` with its number and whether it is seen, ``ml`` with whether volumes
        are in ml."""
        if what == "line" and len(values) == 2 and isinstance(values[0], int):
            self._plan.show_line(values[0], bool(values[1]))
        elif what == "ml" and values:
            self._plan.show_ml(bool(values[0]))
        self._show()

    def look(self) -> None:
        self._plan.look()
        self._show()

    def _show(self) -> None:
        shown = self._plan.shown
        if shown is self._told:
            return
        self._told = shown
        self._state.dose = shown and {
            **asdict(shown),
            "lines": [{**asdict(each), "color": css_color(each.color)} for each in shown.lines],
            "rows": [{**asdict(each), "color": css_color(each.color)} for each in shown.rows],
            "chart": f"data:image/svg+xml,{quote(shown.chart)}" if shown.chart else "",
        }
