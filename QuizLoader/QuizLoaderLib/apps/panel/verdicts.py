"""The regions that are given to judge: each with its verdict, and what accepts, corrects or rejects it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import qt

from ...reader.opened_quiz import OpenedQuiz
from ...reader.verdicts import TO_DO, ShownVerdict, go_to_given, judge, shown_verdicts
from ...session.judged_regions import RegionVerdict
from .regions import swatch
from .ui import show_text
from .words import button_text, text_label

if TYPE_CHECKING:
    from .ui import Ui


@dataclass(frozen=True)
class _RegionRow:
    """Of one region; ``buttons`` by what they say."""

    widget: "qt.QWidget"
    label: "qt.QLabel"
    buttons: "dict[str, qt.QPushButton]"


class VerdictsList:
    """Rows over the segment editor; ``in_hand()`` gives the name of the region that is chosen there,
    ``take(name)`` chooses one, ``save_state()`` lets the editor's undo come back to what is drawn now,
    ``changed()`` is called when a region was changed."""

    def __init__(
        self,
        ui: "Ui",
        in_hand: Callable[[], str],
        take: Callable[[str], None],
        save_state: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._in_hand, self._take, self._changed = in_hand, take, changed
        self._save_state = save_state
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        self._rows: dict[str, _RegionRow] = {}
        # Before the segment editor, also in the order of the keys.
        rows = qt.QWidget()
        self._list = qt.QVBoxLayout(rows)
        self._list.setContentsMargins(0, 0, 0, 0)
        ui.editorLayout.addWidget(rows)

    def begin(self, opened: OpenedQuiz, image_id: str) -> None:
        self._opened, self._image_id = opened, image_id
        judging = opened.drawings.judging
        judging.in_hand, judging.changed = self._region_in_hand, self._regions_changed
        judging.as_one_change = self._as_one_change
        self._show()

    def end(self) -> None:
        self._opened = None
        self._show()

    def judge(self, words: str, name: str = "") -> None:
        """By its name, else the region that is chosen in the editor."""
        name = name or self._in_hand()
        verdict = judge(self._opened, self._image_id, name, words) if self._opened else RegionVerdict.NONE
        if verdict is not RegionVerdict.NONE:
            self._take(name)
            self._regions_changed()

    def _region_in_hand(self) -> tuple[str, str]:
        return self._image_id, self._in_hand()

    @contextmanager
    def _as_one_change(self) -> Iterator[None]:
        self._save_state()
        yield

    def _regions_changed(self) -> None:
        self._show()
        self._changed()

    def _go_to(self, name: str, _checked: bool) -> None:
        if self._opened:
            self._take(name)
            go_to_given(self._opened, self._image_id, name)

    def _clicked(self, words: str, name: str, _checked: bool) -> None:
        self.judge(words, name)

    def _show(self) -> None:
        shown = shown_verdicts(self._opened, self._image_id) if self._opened else ()
        if list(self._rows) != [each.name for each in shown]:
            for row in self._rows.values():
                row.widget.setParent(None)
                row.widget.deleteLater()
            self._rows = {each.name: self._row(each) for each in shown}
        for each in shown:
            row = self._rows[each.name]
            show_text(row.label, each.text)
            for words, button in row.buttons.items():
                button.styleSheet = "font-weight: bold" if words == each.chosen else ""

    def _row(self, shown: ShownVerdict) -> _RegionRow:
        """Below each other, as a name may take the whole width."""
        row = _RegionRow(qt.QWidget(), text_label(""), {})
        layout, buttons = qt.QVBoxLayout(row.widget), qt.QHBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        name = qt.QPushButton(button_text(shown.name))
        name.toolTip = "Draw on it, and go to its middle"
        name.setIcon(swatch(shown.color))
        name.clicked.connect(partial(self._go_to, shown.name))
        layout.addWidget(name)
        layout.addLayout(buttons)
        for words in TO_DO.values():
            button = row.buttons[words] = qt.QPushButton(words)
            button.toolTip = f"{words} {shown.name}"
            button.clicked.connect(partial(self._clicked, words, shown.name))
            buttons.addWidget(button)
        layout.addWidget(row.label)
        self._list.addWidget(row.widget)
        return row
