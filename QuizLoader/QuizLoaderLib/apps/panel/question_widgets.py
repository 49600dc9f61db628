"""The widgets of one question, by how it is answered."""

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import qt

from ...quiz.model import Question
from ...quiz.question_types import GroupLayout, Widget
from ...reader.answers import Where
from ...reader.forms import ButtonForm, QuestionForm, field_length, said_below
from .ranking import RankingList
from .ui import fix_height, show_text
from .words import ROW_LETTERS, bold_label, button_text, formatted_label, picture_label, text_label

BOX_LETTERS = 4
"""The width of a box or a round button, in letters."""

LINE_PIXELS = 18
"""The height of a line of text."""

CONTINUOUS_STEPS, MOST_STEPS, ALMOST = 1000, 1_000_000, 1e-6
"""Of a slider: how many steps one without steps has, how many there may be at most, and what a whole number
of them may lack."""

NO_HANDLE = (
    "QSlider::groove { background: gray; height: 4px; border-radius: 2px; }"
    "QSlider::handle { background: transparent; width: 12px; }"
)
"""Without it the line has to be seen, on a dark ground too."""


@dataclass(frozen=True)
class Ask:
    """A question on its way to its widgets, and what to call when its answer changes."""

    form: QuestionForm
    changed: Callable[[Sequence[str], bool], None]
    pressed: Callable[[int], None]
    fill_marks: "Callable[[qt.QBoxLayout, Where, Question], None]"
    runs_scripts: bool


def box_of(ask: Ask) -> "tuple[qt.QWidget, Choose | None]":
    question = ask.form.question
    box = qt.QWidget()
    box.accessibleName = question.descriptor
    layout = qt.QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 4)
    if ask.form.title:
        layout.addWidget(bold_label(ask.form.title + (" *" if ask.form.is_required else "")))
    return box, _FILL[question.facts.widget](layout, ask)


def _rows(layout: "qt.QBoxLayout", ask: Ask, width_of: Callable[[str], int]) -> "list[qt.QBoxLayout]":
    """A layout for each option: beside each other where all fit into one row, or where the quiz wants it so,
    as many in a row as its width holds, else below each other; ``width_of`` is in letters."""
    row = layout
    rows, free = [], 0
    question = ask.form.question
    fits = sum(map(width_of, question.options)) <= ROW_LETTERS
    for option in (question.options[place] for place in question.shown_order):
        width = min(width_of(option), ROW_LETTERS)
        if fits or question.group_layout is GroupLayout.HORIZONTAL:
            if width > free:
                row, free = qt.QHBoxLayout(), ROW_LETTERS
                layout.addLayout(row)
            free -= width
        rows.append(row)
    return rows


def _fill_choices(make: "Callable[[str], qt.QAbstractButton]") -> "_Fill":
    def fill(layout: "qt.QBoxLayout", ask: Ask) -> "Choose":
        rows, question = _rows(layout, ask, lambda option: len(option) + BOX_LETTERS), ask.form.question
        buttons = [make(button_text(option)) for option in question.options]

        def chosen() -> None:
            ask.changed(tuple("Y" if button.checked else "N" for button in buttons), False)

        for place, row in zip(question.shown_order, rows, strict=True):
            buttons[place].checked = ask.form.given[place] == "Y"
            buttons[place].toggled.connect(chosen)
            row.addWidget(buttons[place])
        for row in {id(row): row for row in rows if row is not layout}.values():
            row.addStretch(1)
        return lambda option: buttons[option].click()

    return fill


def _fill_list(layout: "qt.QBoxLayout", ask: Ask) -> "Choose":
    """Typing goes to an option that begins so; the empty row takes the answer back."""
    box, order = qt.QComboBox(), ask.form.question.shown_order
    for option in ("", *(ask.form.question.options[place] for place in order)):
        # The list is as wide as its longest text.
        box.addItem(textwrap.shorten(option, ROW_LETTERS, placeholder=" …") if option else "")
    box.currentIndex = order.index(ask.form.given.index("Y")) + 1 if "Y" in ask.form.given else 0

    def chosen() -> None:
        place = order[box.currentIndex - 1] if box.currentIndex > 0 else -1
        ask.changed(tuple("Y" if index == place else "N" for index in range(len(ask.form.given))), False)

    def choose(option: int) -> None:
        box.currentIndex = order.index(option) + 1

    box.currentIndexChanged.connect(chosen)
    layout.addWidget(box)
    return choose


def _fill_slider(layout: "qt.QBoxLayout", ask: Ask) -> None:
    """The first place of the slider, left of its lowest value, is no answer; it has no handle there."""
    question = ask.form.question
    low, high = question.minimum or 0.0, question.maximum or 0.0
    step = question.step or (high - low) / CONTINUOUS_STEPS
    count = min(math.floor((high - low) / step + ALMOST), MOST_STEPS) if step else 0
    slider, words = qt.QSlider(), text_label("")
    slider.orientation = qt.Qt.Horizontal
    slider.setRange(-1, count)
    given = ask.form.given[0]
    slider.value = round((float(given) - low) / step) if given and step else -1

    def show(value: str) -> None:
        slider.styleSheet = "" if value else NO_HANDLE
        words.text = f"{value} {question.unit}".strip() if value else "not answered yet"

    def changed() -> None:
        if slider.value < 0:
            slider.value = 0
            return
        value = f"{min(low + slider.value * step, high):.10g}"
        show(value)
        ask.changed((value,), True)

    show(given)
    slider.valueChanged.connect(changed)
    layout.addWidget(slider)
    ends = question.options or (f"{low:.10g}", f"{high:.10g}")
    layout.addWidget(text_label(" ‒ ".join(dict.fromkeys((ends[0], ends[-1])))))
    layout.addWidget(words)


def _fill_matrix(layout: "qt.QBoxLayout", ask: Ask) -> None:
    """Round buttons for each row, of which one is chosen."""
    question, texts = ask.form.question, list(ask.form.given)
    # The order is that of the rows.
    beside = replace(question, group_layout=GroupLayout.HORIZONTAL, order=tuple(range(len(question.options))))

    def add(index: int, row: str) -> None:
        def chosen(marks: Sequence[str], _typed: bool) -> None:
            texts[index] = question.options[marks.index("Y")] if "Y" in marks else ""
            # One button goes before the other comes.
            if texts[index]:
                ask.changed(tuple(texts), False)

        marks = tuple("Y" if option == texts[index] else "N" for option in question.options)
        of_row = replace(ask, form=replace(ask.form, question=beside, given=marks), changed=chosen)
        box = qt.QWidget()
        box.accessibleName = row
        layout.addWidget(text_label(row))
        of_box = qt.QVBoxLayout(box)
        of_box.setContentsMargins(8, 0, 0, 4)
        _FILL[Widget.RADIO_BUTTONS](of_box, of_row)
        layout.addWidget(box)

    for index in question.shown_order:
        add(index, question.rows[index])


def _fill_ranking(layout: "qt.QBoxLayout", ask: Ask) -> None:
    layout.addWidget(RankingList(ask.form, lambda texts: ask.changed(texts, False)).widget)


def _fill_lines(layout: "qt.QBoxLayout", ask: Ask) -> None:
    """A field for each option; its name stands above it unless the question has the same."""
    texts, question = list(ask.form.given), ask.form.question

    def add(index: int, option: str) -> None:
        if option and option != question.descriptor:
            layout.addWidget(text_label(option))
        words = text_label("")
        # What was given before stays whole, whatever the quiz says now.
        most = max(question.max_length, field_length(texts[index])) if question.max_length else None

        def changed(text: str) -> None:
            texts[index] = text
            show_text(words, said_below(question, text))
            ask.changed(tuple(texts), True)

        field = _lines_of_text if question.lines > 1 else _line
        field(layout, ask, texts[index], most, changed)
        layout.addWidget(words)
        show_text(words, said_below(question, texts[index]))

    for index, option in enumerate(question.options):
        add(index, option)


def _line(
    layout: "qt.QBoxLayout", ask: Ask, text: str, most: int | None, changed: Callable[[str], None]
) -> None:
    line = qt.QLineEdit()
    if most:
        line.maxLength = most
    line.text = text
    line.placeholderText = ask.form.limits
    line.textChanged.connect(lambda: changed(line.text))
    row = qt.QHBoxLayout()
    row.addWidget(line)
    if ask.form.question.unit:
        row.addWidget(text_label(ask.form.question.unit))
    layout.addLayout(row)


def _lines_of_text(
    layout: "qt.QBoxLayout", ask: Ask, text: str, most: int | None, changed: Callable[[str], None]
) -> None:
    box = qt.QTextEdit()
    box.setPlainText(text)
    fix_height(box, LINE_PIXELS * (ask.form.question.lines + 1))

    def edited() -> None:
        over = field_length(box.toPlainText()) - most if most else 0
        if over <= 0:
            changed(box.toPlainText())
            return
        # As a field of one line does: the end of what was typed or pasted last finds no room. This comes
        # here once more.
        cursor = box.textCursor()
        cursor.setPosition(cursor.position() - over, qt.QTextCursor.KeepAnchor)
        cursor.removeSelectedText()

    box.textChanged.connect(edited)
    layout.addWidget(box)


def _fill_marks(layout: "qt.QBoxLayout", ask: Ask) -> None:
    ask.fill_marks(layout, ask.form.where, ask.form.question)


def _fill_text(layout: "qt.QBoxLayout", ask: Ask) -> None:
    for option in ask.form.question.options:
        layout.addWidget(formatted_label(option, ask.form.question.text_format))


def _fill_pictures(layout: "qt.QBoxLayout", ask: Ask) -> None:
    for name, path in zip(ask.form.question.options, ask.form.pictures, strict=True):
        layout.addWidget(picture_label(name, path))


def _fill_buttons(layout: "qt.QBoxLayout", ask: Ask) -> None:
    def add(index: int, form: ButtonForm) -> None:
        button = qt.QPushButton(button_text(": ".join(filter(None, (form.label, form.note)))))
        button.enabled = ask.runs_scripts
        button.toolTip = "" if ask.runs_scripts else "Scripts of a quiz are not run here."

        def clicked() -> None:
            ask.pressed(index)

        button.clicked.connect(clicked)
        layout.addWidget(button)

    for index, form in enumerate(ask.form.buttons):
        add(index, form)


Choose = Callable[[int], None]
_Fill = Callable[["qt.QBoxLayout", Ask], Choose | None]

_FILL: dict[Widget, _Fill] = {
    Widget.RADIO_BUTTONS: _fill_choices(lambda option: qt.QRadioButton(option)),
    Widget.LIST: _fill_list,
    Widget.SLIDER: _fill_slider,
    Widget.MATRIX: _fill_matrix,
    Widget.RANKING: _fill_ranking,
    Widget.CHECK_BOXES: _fill_choices(lambda option: qt.QCheckBox(option)),
    Widget.FIELDS: _fill_lines,
    Widget.PARAGRAPHS: _fill_text,
    Widget.PICTURES: _fill_pictures,
    Widget.BUTTONS: _fill_buttons,
    Widget.MARKS: _fill_marks,
}
