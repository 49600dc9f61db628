"""The question sets of a page as forms."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import qt

from ...quiz.model import GroupLayout, Page, Question
from ...quiz.question_types import Widget
from ...reader.answers import Answer, Answers, Asked
from ..shared.question_text import answer_range

ROW_LETTERS = 44
"""Letters in a line of the panel: Slicer's module panel is made wider by what does not wrap, never scrolled
sideways."""

BOX_LETTERS = 4
"""The width of a box or a round button, in letters."""

PICTURE_WIDTH = 320
"""The widest picture in the panel, in pixels; a larger one is made smaller."""


class Changed(Protocol):
    """``texts`` are now the answer to a question of ``page``; ``typed`` while more may be typed."""

    def __call__(
        self, page: Page, question_set: int, question: int, texts: Sequence[str], typed: bool
    ) -> None: ...


@dataclass(frozen=True)
class _Ask:
    """A question on its way to a form, with its answer, and what to call when that changes."""

    question: Question
    given: Answer
    changed: Callable[[Sequence[str], bool], None]
    pressed: Callable[[int], None]
    runs_scripts: bool
    quiz_folder: Path


class PageForms:
    """Fills ``container`` with the forms of one place at a time and tells what is answered there."""

    def __init__(self, container: Any, changed: Changed, pressed: Callable[[int, int, int], None]) -> None:
        self._container, self._changed, self._pressed = container, changed, pressed
        self._layout = qt.QVBoxLayout(container)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._body: Any = None

    def show(self, asked: Asked, answers: Answers, quiz_folder: Path) -> None:
        """What is locked is greyed."""
        self.clear()
        self._body = qt.QWidget()
        layout = qt.QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        for set_number, question_set in enumerate(asked.question_sets):
            if question_set.descriptor:
                layout.addWidget(_text(question_set.descriptor))
            for number, question in enumerate(question_set.questions):
                ask = _Ask(
                    question,
                    answers.answer(asked.page, set_number, number),
                    partial(self._changed, asked.page, set_number, number),
                    partial(self._pressed, set_number, number),
                    answers.runs_scripts,
                    quiz_folder,
                )
                if question.descriptor:
                    layout.addWidget(_text(question.descriptor))
                box = _form(ask)
                box.enabled = not asked.is_locked
                layout.addWidget(box)
        self._layout.addWidget(self._body)

    def clear(self) -> None:
        if self._body:
            self._body.setParent(None)
            self._body.deleteLater()
        self._body = None


def _form(ask: _Ask) -> Any:
    question = ask.question
    # Its own title would not wrap.
    box = qt.QGroupBox()
    box.accessibleName = question.descriptor
    _FILL[question.facts.widget](qt.QVBoxLayout(box), ask)
    return box


def _rows(layout: Any, ask: _Ask, width_of: Callable[[str], int]) -> list[Any]:
    """A layout for each option: below each other or, where the quiz wants them beside each other, as many in
    a row as its width holds; ``width_of`` is in letters."""
    row: Any = layout
    rows, free = [], 0
    for option in ask.question.options:
        width = min(width_of(option), ROW_LETTERS)
        if ask.question.group_layout is GroupLayout.HORIZONTAL:
            if width > free:
                row, free = qt.QHBoxLayout(), ROW_LETTERS
                layout.addLayout(row)
            free -= width
        rows.append(row)
    return rows


def _fill_choices(make: Callable[[str], Any]) -> Callable[[Any, _Ask], None]:
    def fill(layout: Any, ask: _Ask) -> None:
        rows = _rows(layout, ask, lambda option: len(option) + BOX_LETTERS)
        buttons = [make(button_text(option)) for option in ask.question.options]

        def chosen() -> None:
            ask.changed(tuple("Y" if button.checked else "N" for button in buttons), False)

        for button, text, row in zip(buttons, ask.given, rows, strict=True):
            button.checked = text == "Y"
            button.toggled.connect(chosen)
            row.addWidget(button)

    return fill


def _fill_lines(layout: Any, ask: _Ask) -> None:
    """A field for each option; its name stands above it unless the question has the same."""
    texts = list(ask.given)

    def add(index: int, option: str) -> None:
        line = qt.QLineEdit()
        line.text = texts[index]
        line.placeholderText = answer_range(ask.question)

        def edited() -> None:
            texts[index] = line.text
            ask.changed(tuple(texts), True)

        line.textChanged.connect(edited)
        if option and option != ask.question.descriptor:
            layout.addWidget(_text(option))
        layout.addWidget(line)

    for index, option in enumerate(ask.question.options):
        add(index, option)


def _fill_text(layout: Any, ask: _Ask) -> None:
    for option in ask.question.options:
        layout.addWidget(_text(option))


def _fill_pictures(layout: Any, ask: _Ask) -> None:
    for name in ask.question.options:
        pixmap = qt.QPixmap(str(ask.quiz_folder / name.replace("\\", "/")))
        if pixmap.isNull():
            layout.addWidget(_text(f"The picture “{name}” cannot be shown."))
            continue
        if pixmap.width() > PICTURE_WIDTH:
            pixmap = pixmap.scaledToWidth(PICTURE_WIDTH, qt.Qt.SmoothTransformation)
        label = qt.QLabel()
        label.setPixmap(pixmap)
        layout.addWidget(label)


def _fill_buttons(layout: Any, ask: _Ask) -> None:
    from ...session.answers import DONE, ON, script_label

    def add(index: int, script: str) -> None:
        text = script_label(script)
        if ask.given[index].endswith(DONE):
            text = f"{text}: done"
        elif ask.given[index].endswith(ON):
            text = f"{text}: on"
        button = qt.QPushButton(button_text(text))
        button.enabled = ask.runs_scripts
        button.toolTip = "" if ask.runs_scripts else "Scripts of a quiz are not run here."

        def clicked() -> None:
            ask.pressed(index)

        button.clicked.connect(clicked)
        layout.addWidget(button)

    for index, script in enumerate(ask.question.options):
        add(index, script)


def button_text(text: str) -> str:
    """In lines that fit; a & would otherwise underline the letter behind it."""
    return "\n".join(textwrap.wrap(text, ROW_LETTERS)).replace("&", "&&")


def _text(text: str) -> Any:
    label = qt.QLabel(text)
    # What an author wrote is text; a < in it is no markup.
    label.textFormat = qt.Qt.PlainText
    label.wordWrap = True
    return label


_FILL: dict[Widget, Callable[[Any, _Ask], None]] = {
    Widget.RADIO_BUTTONS: _fill_choices(lambda option: qt.QRadioButton(option)),
    Widget.CHECK_BOXES: _fill_choices(lambda option: qt.QCheckBox(option)),
    Widget.FIELDS: _fill_lines,
    Widget.PARAGRAPHS: _fill_text,
    Widget.PICTURES: _fill_pictures,
    Widget.BUTTONS: _fill_buttons,
}
