"""The question sets of a page as forms."""

import math
import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import qt

from ...images.files.pictures import option_picture_problem
from ...quiz.model import GroupLayout
from ...quiz.question_types import Takes, Widget
from ...reader.forms import ButtonForm, QuestionForm, QuestionSetForm, understood_in_words
from .ui import show_text
from .unturned import Unturned

ROW_LETTERS = 36
"""Letters in a line of the panel: Slicer's module panel is made wider by what does not wrap, never scrolled
sideways."""

BOX_LETTERS = 4
"""The width of a box or a round button, in letters."""

LINE_PIXELS = 18
"""The height of a line of text."""

CONTINUOUS_STEPS, MOST_STEPS, ALMOST = 1000, 1_000_000, 1e-6
"""Of a slider: how many steps one without steps has, how many there may be at most, and what a whole number
of them may lack."""

NO_HANDLE = "QSlider::handle { background: transparent; border: none; }"

PICTURE_WIDTH = 270
"""The widest picture in the panel, in pixels; a larger one is made smaller."""


class Changed(Protocol):
    """``texts`` are now the answer to a question; ``typed`` while more may be typed."""

    def __call__(self, question_set: int, question: int, texts: Sequence[str], typed: bool) -> None: ...


@dataclass(frozen=True)
class _Ask:
    """A question on its way to its widgets, and what to call when its answer changes."""

    form: QuestionForm
    changed: Callable[[Sequence[str], bool], None]
    pressed: Callable[[int], None]
    runs_scripts: bool


class PageForms:
    """Fills ``container`` with the forms of one place at a time and tells what is answered there."""

    def __init__(
        self, container: "qt.QWidget", changed: Changed, pressed: Callable[[int, int, int], None]
    ) -> None:
        self._container, self._changed, self._pressed = container, changed, pressed
        self._unturned = Unturned()
        self._layout = qt.QVBoxLayout(container)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._body: qt.QWidget | None = None
        self._boxes: dict[tuple[int, int], qt.QWidget] = {}
        self._marks: dict[tuple[int, int], qt.QLabel] = {}
        self._choose: dict[tuple[int, int], _Choose | None] = {}
        self._titles: list[tuple[qt.QWidget, QuestionSetForm]] = []

    def show(self, forms: Sequence[QuestionSetForm], is_locked: bool, runs_scripts: bool) -> None:
        """What is locked is greyed."""
        self.clear()
        self._body = qt.QWidget()
        layout = qt.QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        for question_set in forms:
            if question_set.title:
                self._titles.append((_bold(question_set.title), question_set))
                layout.addWidget(self._titles[-1][0])
            for form in question_set.questions:
                where = (form.question_set, form.number)
                ask = _Ask(form, partial(self._changed, *where), partial(self._pressed, *where), runs_scripts)
                box, self._choose[where] = _box(ask)
                box.enabled = not is_locked
                layout.addWidget(box)
                self._boxes[where], self._marks[where] = box, _bold("")
                box.layout().addWidget(self._marks[where])
        self._unturned.watch(self._body)
        self._layout.addWidget(self._body)

    def hide(self, hidden: Collection[tuple[int, int]]) -> None:
        """Only these questions, by set and question, are not shown."""
        for where, box in self._boxes.items():
            box.visible = where not in hidden
        for title, question_set in self._titles:
            wheres = [(form.question_set, form.number) for form in question_set.questions]
            title.visible = not wheres or any(where not in hidden for where in wheres)

    def clear(self) -> None:
        if self._body:
            self._body.setParent(None)
            self._body.deleteLater()
        self._body, self._boxes, self._marks, self._choose, self._titles = None, {}, {}, {}, []

    def choose(self, where: tuple[int, int], option: int) -> None:
        """As a hand does that clicks the option of this number, from 0."""
        if choose := self._choose.get(where):
            choose(option)

    def box(self, where: tuple[int, int] | None) -> "qt.QWidget | None":
        return self._boxes.get(where) if where else None

    def mark(self, sentences: Mapping[tuple[int, int], str]) -> None:
        """What is said at these questions; nothing at the others."""
        for where, label in self._marks.items():
            show_text(label, sentences.get(where, ""))


def _box(ask: _Ask) -> "tuple[qt.QWidget, _Choose | None]":
    question = ask.form.question
    box = qt.QWidget()
    box.accessibleName = question.descriptor
    layout = qt.QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 4)
    if ask.form.title:
        needed = question.required and question.facts.takes is not Takes.NOTHING
        layout.addWidget(_bold(ask.form.title + (" *" if needed else "")))
    return box, _FILL[question.facts.widget](layout, ask)


def _rows(layout: "qt.QBoxLayout", ask: _Ask, width_of: Callable[[str], int]) -> "list[qt.QBoxLayout]":
    """A layout for each option: beside each other where all fit into one row, or where the quiz wants it so,
    as many in a row as its width holds, else below each other; ``width_of`` is in letters."""
    row = layout
    rows, free = [], 0
    question = ask.form.question
    fits = sum(map(width_of, question.options)) <= ROW_LETTERS
    for option in question.options:
        width = min(width_of(option), ROW_LETTERS)
        if fits or question.group_layout is GroupLayout.HORIZONTAL:
            if width > free:
                row, free = qt.QHBoxLayout(), ROW_LETTERS
                layout.addLayout(row)
            free -= width
        rows.append(row)
    return rows


def _fill_choices(make: "Callable[[str], qt.QAbstractButton]") -> "_Fill":
    def fill(layout: "qt.QBoxLayout", ask: _Ask) -> "_Choose":
        rows = _rows(layout, ask, lambda option: len(option) + BOX_LETTERS)
        buttons = [make(button_text(option)) for option in ask.form.question.options]

        def chosen() -> None:
            ask.changed(tuple("Y" if button.checked else "N" for button in buttons), False)

        for button, text, row in zip(buttons, ask.form.given, rows, strict=True):
            button.checked = text == "Y"
            button.toggled.connect(chosen)
            row.addWidget(button)
        for row in {id(row): row for row in rows if row is not layout}.values():
            row.addStretch(1)
        return lambda option: buttons[option].click()

    return fill


def _fill_list(layout: "qt.QBoxLayout", ask: _Ask) -> "_Choose":
    """Typing goes to an option that begins so; the empty row takes the answer back."""
    box = qt.QComboBox()
    for option in ("", *ask.form.question.options):
        # The list is as wide as its longest text.
        box.addItem(textwrap.shorten(option, ROW_LETTERS, placeholder=" …") if option else "")
    box.currentIndex = ask.form.given.index("Y") + 1 if "Y" in ask.form.given else 0

    def chosen() -> None:
        row = box.currentIndex
        ask.changed(tuple("Y" if index + 1 == row else "N" for index in range(len(ask.form.given))), False)

    def choose(option: int) -> None:
        box.currentIndex = option + 1

    box.currentIndexChanged.connect(chosen)
    layout.addWidget(box)
    return choose


def _fill_slider(layout: "qt.QBoxLayout", ask: _Ask) -> None:
    """The first place of the slider, left of its lowest value, is no answer; it has no handle there."""
    question = ask.form.question
    low, high = question.minimum or 0.0, question.maximum or 0.0
    step = question.step or (high - low) / CONTINUOUS_STEPS
    count = min(math.floor((high - low) / step + ALMOST), MOST_STEPS) if step else 0
    slider, words = qt.QSlider(), _text("")
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
    layout.addWidget(_text(" ‒ ".join(dict.fromkeys((ends[0], ends[-1])))))
    layout.addWidget(words)


def _fill_matrix(layout: "qt.QBoxLayout", ask: _Ask) -> None:
    """Round buttons for each row, of which one is chosen."""
    question, texts = ask.form.question, list(ask.form.given)
    beside = replace(question, group_layout=GroupLayout.HORIZONTAL)

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
        layout.addWidget(_text(row))
        _FILL[Widget.RADIO_BUTTONS](qt.QVBoxLayout(box), of_row)
        layout.addWidget(box)

    for index, row in enumerate(question.rows):
        add(index, row)


def _fill_lines(layout: "qt.QBoxLayout", ask: _Ask) -> None:
    """A field for each option; its name stands above it unless the question has the same."""
    texts = list(ask.form.given)

    def add(index: int, option: str) -> None:
        if option and option != ask.form.question.descriptor:
            layout.addWidget(_text(option))
        if ask.form.question.lines > 1:
            add_lines(index)
            return
        line, words = qt.QLineEdit(), _text("")
        line.text = texts[index]
        line.placeholderText = ask.form.limits

        def show_words() -> None:
            show_text(words, understood_in_words(ask.form.question, texts[index]))

        def edited() -> None:
            texts[index] = line.text
            show_words()
            ask.changed(tuple(texts), True)

        line.textChanged.connect(edited)
        row = qt.QHBoxLayout()
        row.addWidget(line)
        if ask.form.question.unit:
            row.addWidget(_text(ask.form.question.unit))
        layout.addLayout(row)
        layout.addWidget(words)
        show_words()

    def add_lines(index: int) -> None:
        box = qt.QTextEdit()
        box.setPlainText(texts[index])
        box.minimumHeight = LINE_PIXELS * (ask.form.question.lines + 1)

        def edited() -> None:
            texts[index] = box.toPlainText()
            ask.changed(tuple(texts), True)

        box.textChanged.connect(edited)
        layout.addWidget(box)

    for index, option in enumerate(ask.form.question.options):
        add(index, option)


def _fill_text(layout: "qt.QBoxLayout", ask: _Ask) -> None:
    for option in ask.form.question.options:
        layout.addWidget(_text(option))


def _fill_pictures(layout: "qt.QBoxLayout", ask: _Ask) -> None:
    for name, path in zip(ask.form.question.options, ask.form.pictures, strict=True):
        # Qt would unpack whatever a small file asks for.
        pixmap = qt.QPixmap(str(path)) if option_picture_problem(path) is None else qt.QPixmap()
        if pixmap.isNull():
            layout.addWidget(_text(f"The picture “{name}” cannot be shown."))
            continue
        if pixmap.width() > PICTURE_WIDTH:
            pixmap = pixmap.scaledToWidth(PICTURE_WIDTH, qt.Qt.SmoothTransformation)
        label = qt.QLabel()
        label.setPixmap(pixmap)
        layout.addWidget(label)


def _fill_buttons(layout: "qt.QBoxLayout", ask: _Ask) -> None:
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


def button_text(text: str) -> str:
    """In lines that fit; a & would otherwise underline the letter behind it."""
    return "\n".join(textwrap.wrap(text, ROW_LETTERS)).replace("&", "&&")


def _bold(text: str) -> "qt.QLabel":
    label = _text(text)
    label.styleSheet = "font-weight: bold"
    return label


def _text(text: str) -> "qt.QLabel":
    label = qt.QLabel(text)
    # What an author wrote is text; a < in it is no markup.
    label.textFormat = qt.Qt.PlainText
    label.wordWrap = True
    return label


_Choose = Callable[[int], None]
_Fill = Callable[["qt.QBoxLayout", _Ask], _Choose | None]

_FILL: dict[Widget, _Fill] = {
    Widget.RADIO_BUTTONS: _fill_choices(lambda option: qt.QRadioButton(option)),
    Widget.LIST: _fill_list,
    Widget.SLIDER: _fill_slider,
    Widget.MATRIX: _fill_matrix,
    Widget.CHECK_BOXES: _fill_choices(lambda option: qt.QCheckBox(option)),
    Widget.FIELDS: _fill_lines,
    Widget.PARAGRAPHS: _fill_text,
    Widget.PICTURES: _fill_pictures,
    Widget.BUTTONS: _fill_buttons,
}
