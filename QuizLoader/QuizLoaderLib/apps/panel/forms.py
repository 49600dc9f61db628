"""The question sets of a page as forms."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import qt

from ...quiz.model import Question
from ...quiz.question_types import Takes
from ...reader.answers import Where
from ...reader.feedback import PageFeedback, Rightness, Told, ToldDrawing
from ...reader.forms import QuestionForm, QuestionSetForm
from .question_widgets import Ask, Choose, box_of
from .ui import show_text
from .unturned import Unturned
from .words import add_bar, bold_label, formatted_label, missing_label, picture_label, text_label

_READABLE = ", ".join(
    f"Q{each}:disabled" for each in ("Label", "RadioButton", "CheckBox", "LineEdit", "TextEdit")
)
_READABLE += ", QComboBox:disabled, QListWidget:disabled { color: palette(window-text) }"
"""Slicer's grey of what is disabled is too pale for answers that are looked at once more."""

_COLORS = {Rightness.RIGHT: "#43a047", Rightness.PARTLY: "#ef8c00", Rightness.WRONG: "#e53935"}
"""Seen on light and on dark ground."""


class Changed(Protocol):
    """``texts`` are now the answer to a question; ``typed`` while more may be typed."""

    def __call__(self, where: Where, texts: Sequence[str], typed: bool) -> None: ...


class PageForms:
    """Fills ``container`` with the forms of one place at a time and tells what is answered there. ``known``
    are those that are shown."""

    def __init__(
        self,
        container: "qt.QWidget",
        changed: Changed,
        pressed: Callable[[int, int, int], None],
        fill_marks: "Callable[[qt.QBoxLayout, Where, Question], None]",
        go_to_farthest: Callable[[int], object],
    ) -> None:
        self._container, self._changed, self._pressed = container, changed, pressed
        self._fill_marks, self._go_to_farthest = fill_marks, go_to_farthest
        self._unturned = Unturned()
        self._layout = qt.QVBoxLayout(container)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._titles: list[tuple[qt.QWidget, QuestionSetForm]] = []
        self._body: qt.QWidget | None = None
        self._hidden: frozenset[Where] | None = None
        self._said: Mapping[Where, str] = {}
        self.clear()

    def show(
        self,
        forms: Sequence[QuestionSetForm],
        is_locked: bool,
        runs_scripts: bool,
        feedback: PageFeedback | None = None,
        folder: Path = Path(),
    ) -> None:
        """What is locked is greyed; ``folder`` is the quiz's own."""
        self.clear()
        self._is_locked, self._runs_scripts = is_locked, runs_scripts
        self._body = qt.QWidget()
        layout = self._questions = qt.QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        if feedback:
            _add_told(layout, feedback.page, folder)
            for number, drawing in enumerate(feedback.drawings):
                self._add_drawing(layout, drawing, number)
        for question_set in forms:
            if question_set.title:
                self._titles.append((bold_label(question_set.title), question_set))
                layout.addWidget(self._titles[-1][0])
            for form in question_set.questions:
                layout.addWidget(self._made(form))
                if feedback and (told := feedback.questions.get(form.where)):
                    _add_told(layout, told, folder)
        self._unturned.watch(self._body)
        self._layout.addWidget(self._body)

    def show_marks(self, forms: Sequence[QuestionSetForm]) -> None:
        """Forms of marks came or went; all others are as they were, so that nothing of them is made anew."""
        wanted = [form for each in forms for form in each.questions]
        for where in self._boxes.keys() - {form.where for form in wanted}:
            box = self._boxes.pop(where)
            del self._lacks[where], self._choose[where], self.known[where]
            box.setParent(None)
            box.deleteLater()
        before = None
        for form in wanted:
            if form.where not in self._boxes:
                place = self._questions.indexOf(before) + 1 if before else 0
                self._questions.insertWidget(place, self._made(form))
                self._unturned.watch(self._boxes[form.where])
                self._boxes[form.where].visible = form.where[:2] not in (self._hidden or ())
            before = self._boxes[form.where]

    def _made(self, form: QuestionForm) -> "qt.QWidget":
        where = form.where
        changed, pressed = partial(self._changed, where), partial(self._pressed, *where)
        ask = Ask(form, changed, pressed, self._fill_marks, self._runs_scripts)
        box, self._choose[where] = box_of(ask)
        # What was marked is gone to still; the marks themselves know what is locked.
        box.enabled = not self._is_locked or form.question.facts.takes is Takes.MARKS
        box.styleSheet = _READABLE if self._is_locked else ""
        self._boxes[where], self._lacks[where], self.known[where] = box, missing_label(), form
        box.layout().addWidget(self._lacks[where])
        show_text(self._lacks[where], self._said.get(where, ""))
        return box

    def _add_drawing(self, layout: "qt.QBoxLayout", drawing: ToldDrawing, number: int) -> None:
        _add_told(layout, drawing.told, Path(), drawing.title)
        if drawing.farthest_ras is not None:
            button = qt.QPushButton("Go to the greatest distance")
            button.clicked.connect(lambda: self._go_to_farthest(number))
            layout.addWidget(button)

    def hide(self, hidden: Collection[Where]) -> None:
        """Only these questions, by set and question, are not shown."""
        before, self._hidden = self._hidden, frozenset(hidden)
        if before == self._hidden:
            return
        for where, box in self._boxes.items():
            box.visible = where[:2] not in hidden
        for title, question_set in self._titles:
            wheres = [form.where[:2] for form in question_set.questions]
            title.visible = not wheres or any(where not in hidden for where in wheres)

    def clear(self) -> None:
        if self._body:
            self._body.setParent(None)
            self._body.deleteLater()
        self._body, self._titles = None, []
        self._boxes: dict[Where, qt.QWidget] = {}
        self._lacks: dict[Where, qt.QLabel] = {}
        self._choose: dict[Where, Choose | None] = {}
        self.known: dict[Where, QuestionForm] = {}
        self._hidden, self._said = None, {}

    def choose(self, where: Where, option: int) -> None:
        """As a hand does that clicks the option of this number, from 0."""
        if choose := self._choose.get(where):
            choose(option)

    def box(self, where: Where | None) -> "qt.QWidget | None":
        return self._boxes.get(where) if where else None

    def mark(self, sentences: Mapping[Where, str]) -> None:
        """What is said at these questions; nothing at the others."""
        before, self._said = self._said, sentences
        for where in before.keys() | sentences.keys():
            if where in self._lacks and before.get(where) != sentences.get(where):
                show_text(self._lacks[where], sentences.get(where, ""))


def _add_told(layout: "qt.QBoxLayout", told: Told, folder: Path, title: str = "") -> None:
    """What is right, beside a question that is greyed, or of the page. ``title`` has the verdict in it."""
    labels = [bold_label(title or told.verdict.value)] if told.verdict else []
    labels += [text_label(sentence) for sentence in told.sentences]
    if (explanation := told.explanation) and explanation.text:
        labels.append(formatted_label(explanation.text, explanation.text_format))
    if explanation and explanation.picture:
        labels.append(picture_label(explanation.picture, folder / explanation.picture))
    for label in labels:
        add_bar(label, _COLORS[told.verdict] if told.verdict else "palette(highlight)")
        layout.addWidget(label)
