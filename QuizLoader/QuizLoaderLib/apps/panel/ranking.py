"""The options of a Ranking as a list that the reader puts in order."""

import textwrap
from collections.abc import Callable, Sequence

import qt

from ...reader.forms import QuestionForm, places_of, ranked
from .ui import fix_height
from .words import ROW_LETTERS


class RankingList:
    """``widget`` has the list, whose lines are dragged, or moved by two buttons; ``changed`` gets the answer.

    Nothing is answered before a line was moved, or the order was taken as it is.
    """

    def __init__(self, form: QuestionForm, changed: Callable[[Sequence[str]], None]) -> None:
        self._words = ["\n".join(textwrap.wrap(option, ROW_LETTERS)) for option in form.question.options]
        self._changed = changed
        self._order, self._is_answered = ranked(form.question, form.given), any(form.given)
        self.widget = qt.QWidget()
        layout = qt.QVBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        self._list = qt.QListWidget()
        self._list.setDragDropMode(qt.QAbstractItemView.InternalMove)
        for option in self._order:
            self._list.addItem(self._words[option])
        self._list.currentRow = 0
        self._list.model().rowsMoved.connect(self._dragged)
        layout.addWidget(self._list)
        row = qt.QHBoxLayout()
        layout.addLayout(row)
        for text, step in (("Up", -1), ("Down", 1), ("This is my order", 0)):
            self._add_button(row, text, step)
        self._show()

    def _add_button(self, row: "qt.QHBoxLayout", text: str, step: int) -> None:
        button = qt.QPushButton(text)

        def clicked() -> None:
            self._move(self._list.currentRow, self._list.currentRow + step)

        button.clicked.connect(clicked)
        row.addWidget(button)

    def _dragged(self) -> None:
        """The list has its lines in another order now."""
        known = list(zip(self._lines(), self._order, strict=True))
        order = []
        for row in range(len(known)):
            text = self._list.item(row).text()
            order.append(known.pop([line for line, _ in known].index(text))[1])
        self._take(order, self._list.currentRow)

    def _move(self, start: int, row: int) -> None:
        if 0 <= start < len(self._order) and 0 <= row < len(self._order):
            order = self._order.copy()
            order.insert(row, order.pop(start))
            self._take(order, row)

    def _take(self, order: list[int], row: int) -> None:
        self._order, self._is_answered = order, True
        self._show()
        self._list.currentRow = row
        self._changed(places_of(self._order))

    def _lines(self) -> list[str]:
        if not self._is_answered:
            return [self._words[option] for option in self._order]
        return [f"{place}. {self._words[option]}" for place, option in enumerate(self._order, start=1)]

    def _show(self) -> None:
        for row, line in enumerate(self._lines()):
            self._list.item(row).setText(line)
        height = sum(self._list.sizeHintForRow(row) for row in range(len(self._order)))
        fix_height(self._list, height + 2 * self._list.frameWidth)
