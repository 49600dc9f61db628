"""Mark questions in the panel: tools, the list of findings, and what is done with them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import qt

from ...quiz.marked import MEASURES, MEASURES_PLACE
from ...quiz.model import Question
from ...reader.answers import Where
from ...reader.asking import Asking
from ...reader.marking import LONGEST_TEXT, LOOK_S, Marking, ShownMark, ShownMarks
from ...reader.measures import Measures
from ...reader.opened_quiz import OpenedQuiz
from .ui import EscapeKey, show_text, timer

if TYPE_CHECKING:
    from .ui import Ui


TOOLS_IN_A_ROW = 3
"""More would make all that scrolls wider than the panel, and cut it."""


@dataclass(frozen=True)
class _Row:
    """Those of one mark."""

    widget: "qt.QWidget"
    label: "qt.QLabel"
    go_to: "qt.QPushButton"
    delete: "qt.QPushButton"
    text: "qt.QLineEdit | None"


class _QuestionWidgets:
    """Those of one question, as long as its form is shown."""

    def __init__(self, layout: "qt.QBoxLayout", question: Question, use: Callable[..., None]) -> None:
        self._use = use
        self._tools = {tool.value: qt.QPushButton(tool.value) for tool in question.tools}
        for place, (name, button) in enumerate(self._tools.items()):
            if place % TOOLS_IN_A_ROW == 0:
                row = qt.QHBoxLayout()
                layout.addLayout(row)
            button.clicked.connect(partial(self._clicked, name))
            row.addWidget(button)
        self._hint = qt.QLabel("")
        self._hint.wordWrap = True
        layout.addWidget(self._hint)
        rows = qt.QWidget()
        self._list = qt.QVBoxLayout(rows)
        self._list.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(rows)
        self._rows: dict[int, _Row] = {}
        self._shown: ShownMarks | None = None
        self._back = qt.QPushButton("Undo delete")
        self._back.clicked.connect(lambda: use("bring_back"))
        layout.addWidget(self._back)

    def _clicked(self, name: str, _checked: bool) -> None:
        self._use("take", name)

    def show(self, shown: ShownMarks) -> None:
        """Only the rows of marks that changed are made anew, or changed."""
        before, self._shown = self._shown, shown
        if shown == before:
            return
        for name, button in self._tools.items():
            button.enabled = name in shown.tools
            done = "Done" if name == "Curve" else "Stop"
            button.text = done if name == shown.placing else name
        show_text(self._hint, shown.hint)
        self._back.visible = shown.can_bring_back
        for number in self._rows.keys() - {mark.number for mark in shown.marks}:
            row = self._rows.pop(number)
            row.widget.setParent(None)
            row.widget.deleteLater()
        as_before = {*before.marks} if before and shown.may_change is before.may_change else set()
        for place, mark in enumerate(shown.marks):
            if mark in as_before:
                continue
            row = self._rows.get(mark.number) or self._row(mark, place)
            texts = (f"{mark.number}: {mark.tool} {mark.size}".rstrip(), mark.place, mark.note)
            show_text(row.label, ", ".join(filter(None, texts)))
            row.go_to.enabled, row.delete.enabled = mark.can_go, shown.may_change
            if row.text and mark.text is not None:
                row.text.enabled = shown.may_change and mark.can_go
                # A blank at its end is being typed still.
                if row.text.text.split() != mark.text.split():
                    row.text.text = mark.text

    def focus_text(self, number: int) -> None:
        """What is typed next is the text of this mark."""
        row = self._rows.get(number)
        if row and row.text:
            row.text.setFocus()

    def _row(self, mark: ShownMark, place: int) -> _Row:
        number, text = mark.number, qt.QLineEdit() if mark.text is not None else None
        row = _Row(qt.QWidget(), qt.QLabel(""), qt.QPushButton("Go to"), qt.QPushButton("Delete"), text)
        row.label.wordWrap = True
        buttons, rows = qt.QHBoxLayout(), qt.QVBoxLayout(row.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(row.label)
        if text is not None:
            text.placeholderText, text.maxLength = "Text", LONGEST_TEXT
            text.text = mark.text
            text.textChanged.connect(lambda: self._use("write", number, text.text))
            rows.addWidget(text)
        rows.addLayout(buttons)
        for button, what in ((row.go_to, "go_to"), (row.delete, "delete")):
            button.clicked.connect(partial(self._clicked_in_row, what, number))
            buttons.addWidget(button)
        self._list.insertWidget(place, row.widget)
        self._rows[number] = row
        return row

    def _clicked_in_row(self, what: str, number: int, _checked: bool) -> None:
        self._use(what, number)


class MarksSection:
    """Connects the forms of Mark questions to ``Marking``; ``in_hand(True)`` is called before one is placed,
    ``in_hand(False)`` once none is, and ``lead(where)`` when one was placed, as ``Marking`` does."""

    def __init__(
        self, ui: "Ui", asking: Asking, in_hand: Callable[[bool], None], lead: Callable[[Where], None]
    ) -> None:
        self._in_hand = in_hand
        self._escape = EscapeKey(ui.formsContainer, self.put_down)
        self._marking = self._made(asking, lead)
        self._widgets: dict[Where, _QuestionWidgets] = {}
        self._timer = timer(LOOK_S, self._look)

    def _made(self, asking: Asking, lead: Callable[[Where], None]) -> Marking:
        return Marking(asking, asking.marks_changed, lambda: self._in_hand(True), lead)

    def fill(self, layout: "qt.QBoxLayout", where: Where, question: Question) -> None:
        """Put the widgets of a question into its form."""
        self._widgets[where] = _QuestionWidgets(layout, question, partial(self._use, where))
        self._show()

    def clear(self) -> None:
        """The forms go."""
        self._widgets = {}

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or other questions of it."""
        self._marking.begin(opened)
        if self._marking.is_wanted(opened):
            self._timer.start()
        else:
            self._timer.stop()
        self._show()

    def put_away(self) -> None:
        """No mark is placed any more."""
        self._timer.stop()
        self._marking.end()
        self._show()

    def put_down(self) -> None:
        """Another tool is taken."""
        self._marking.put_down()
        self._show()

    def _use(self, where: Where, what: str, *values: object) -> None:
        getattr(self._marking, what)(where, *values)
        self._show()

    def _look(self) -> None:
        self._marking.look()
        self._show()

    def _take_keys(self, placing: bool) -> None:
        was_placing = self._escape.is_taken
        self._escape.take(placing)
        if was_placing and not placing:
            self._in_hand(False)

    def _show(self) -> None:
        self._take_keys(self._marking.is_placing)
        for where, widgets in self._widgets.items():
            widgets.show(self._marking.shown.get(where, ShownMarks()))


class MeasuresSection(MarksSection):
    """The section of what is measured besides lines, on any page with images."""

    def __init__(self, ui: "Ui", asking: Asking, in_hand: Callable[[bool], None]) -> None:
        self._section = ui.measuresSection
        super().__init__(ui, asking, in_hand, self._lead)
        layout = qt.QVBoxLayout(ui.measuresBox)
        layout.setContentsMargins(0, 0, 0, 0)
        self.fill(layout, MEASURES_PLACE, MEASURES)

    def take_next(self) -> None:
        """The tool after the one in hand."""
        self._use(MEASURES_PLACE, "take_next")

    def _made(self, asking: Asking, lead: Callable[[Where], None]) -> Marking:
        return Measures(asking, asking.show_again, lambda: self._in_hand(True), lead)

    def _lead(self, where: Where) -> None:
        """Its row is made after the events of now."""
        self._section.collapsed = False
        qt.QTimer.singleShot(0, partial(self._widgets[MEASURES_PLACE].focus_text, where[-1]))

    def _show(self) -> None:
        super()._show()
        shown = self._marking.shown.get(MEASURES_PLACE)
        self._section.visible = shown is not None and bool(shown.tools or shown.marks)
        self._section.text = f"Measures ({len(shown.marks)})" if shown and shown.marks else "Measures"
