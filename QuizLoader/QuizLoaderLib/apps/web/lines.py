"""Lines that a reader measures with, in the client."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...reader.measuring import LOOK_S, Measuring
from ...reader.opened_quiz import OpenedQuiz
from .repeating import Repeating

if TYPE_CHECKING:
    from trame_server.state import State


class LinesView:
    """Shows ``Measuring`` in the ``state`` of the client; ``changed`` and ``taken`` are its own."""

    def __init__(self, state: "State", changed: Callable[[], None], taken: Callable[[], None]) -> None:
        self._state = state
        self._measuring = Measuring(changed, taken)
        self._looking = Repeating(state, LOOK_S, self._look)
        state.lines = None

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown."""
        self._measuring.begin(opened)
        self._looking.switch(True)
        self._show()

    def end(self) -> None:
        self._looking.switch(False)
        self._measuring.end()

    def put_down(self) -> None:
        self._measuring.put_down()
        self._show()

    def use(self, what: str, value: Any = None) -> None:
        """What the client says: ``measure``, ``delete`` with the number of a line, ``bring_back`` or
        ``everywhere``."""
        if what == "measure":
            self._measuring.measure()
        elif what == "delete":
            self._measuring.delete(value)
        elif what == "bring_back":
            self._measuring.bring_back()
        elif what == "everywhere":
            self._measuring.show_everywhere(bool(value))
        self._show()

    def _look(self) -> None:
        self._measuring.look()
        self._show()

    def _show(self) -> None:
        shown = self._measuring.shown
        self._state.lines = {**asdict(shown), "measured": [asdict(line) for line in shown.measured]}
