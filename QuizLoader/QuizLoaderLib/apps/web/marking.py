"""Mark questions and what is measured, in the client: tools, the list of findings, what is done with them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...reader.answers import Where
from ...reader.asking import Asking
from ...reader.marking import LOOK_S, Marking, ShownMarks
from ...reader.measures import Measures
from ...reader.opened_quiz import OpenedQuiz
from .asking import key_of, where_of
from .repeating import Repeating

if TYPE_CHECKING:
    from trame_server.state import State


class MarkingView:
    """Shows ``Marking`` as ``marks`` and ``Measures`` as ``measures`` in the ``state`` of the client, by the
    keys of questions; ``taken`` is their own. ``led_to`` is the question that the client goes to when it
    comes, or the measure whose text is to be written."""

    def __init__(self, state: "State", asking: Asking, taken: Callable[[], None]) -> None:
        self._state = state
        self._markings: dict[str, Marking] = {
            "marks": Marking(asking, asking.marks_changed, taken, self._lead),
            "measures": Measures(asking, asking.show_again, taken, self._lead),
        }
        self._looking = Repeating(state, LOOK_S, self.look)
        self._sent: dict[str, dict[Where, ShownMarks]] = {}
        state.update({"marks": {}, "measures": {}, "led_to": ""})

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or other questions of it."""
        self._state.led_to = ""
        markings = self._markings.values()
        self._looking.switch(opened.shown is not None and any(each.is_wanted(opened) for each in markings))
        for each in markings:
            each.begin(opened)
        self._show()

    def end(self) -> None:
        self._looking.switch(False)
        for each in self._markings.values():
            each.end()

    def put_down(self) -> None:
        for each in self._markings.values():
            each.put_down()
        self._show()

    def use(self, name: str, what: str, key: str = "", value: Any = None, text: str = "") -> None:
        """What the client says of a question of ``marks``, or of ``measures``: ``take`` a tool, ``delete`` or
        ``go_to`` the mark of a number, ``write`` its text, ``bring_back``; or ``put_down`` what is placed, or
        ``take_next`` of what measures."""
        marking, where = self._markings.get(name), where_of(key)
        if marking is None:
            return
        if what == "take":
            marking.take(where, str(value))
        elif what == "delete":
            marking.delete(where, int(value))
        elif what == "go_to":
            marking.go_to(where, int(value))
        elif what == "write":
            marking.write(where, int(value), str(text))
        elif what == "bring_back":
            marking.bring_back(where)
        elif what == "put_down":
            marking.put_down()
        elif what == "take_next" and isinstance(marking, Measures):
            marking.take_next(where)
        self._show()

    def look(self) -> None:
        for each in self._markings.values():
            each.look()
        self._show()

    def _lead(self, where: Where) -> None:
        self._state.led_to = key_of(where)

    def _show(self) -> None:
        for name, marking in self._markings.items():
            if self._sent.get(name) != marking.shown:
                self._sent[name] = marking.shown
                self._state[name] = {
                    key_of(where): {**vars(each), "marks": [vars(mark) for mark in each.marks]}
                    for where, each in marking.shown.items()
                }
