"""The question sets of a page as forms."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from ...quiz.model import GroupLayout, Page, Question, QuestionType
from .answers import FormAnswers

PICTURE_WIDTH = 320
"""The widest picture in the panel, in pixels; a larger one is made smaller."""

Answer = tuple[str, ...]


class PageForms:
    """Fills ``container`` with the forms of one page at a time; every change goes into ``answers``."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self._layout = qt.QVBoxLayout(container)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._body: Any = None

    def show(self, page: Page, answers: FormAnswers, quiz_folder: Path) -> None:
        self.clear()
        self._body = qt.QWidget()
        layout = qt.QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        for set_number, question_set in enumerate(page.question_sets):
            if question_set.descriptor:
                layout.addWidget(_text(question_set.descriptor))
            for number, question in enumerate(question_set.questions):
                given = answers.get(page, set_number, number)
                keep = partial(answers.set, page, set_number, number)
                layout.addWidget(_form(question, given, keep, quiz_folder))
        self._layout.addWidget(self._body)

    def clear(self) -> None:
        if self._body:
            self._body.setParent(None)
            self._body.deleteLater()
        self._body = None


def _form(question: Question, given: Answer, keep: Callable[[Answer], None], quiz_folder: Path) -> Any:
    box = qt.QGroupBox(question.descriptor)
    layout = qt.QHBoxLayout(box) if question.group_layout is GroupLayout.HORIZONTAL else qt.QVBoxLayout(box)
    _FILL[question.type](layout, question, given, keep, quiz_folder)
    return box


def _fill_choices(make: Callable[[str], Any]) -> Callable[..., None]:
    def fill(
        layout: Any, question: Question, given: Answer, keep: Callable[[Answer], None], _folder: Path
    ) -> None:
        buttons = [make(option) for option in question.options]

        def chosen() -> None:
            keep(tuple(o for o, button in zip(question.options, buttons, strict=True) if button.checked))

        for option, button in zip(question.options, buttons, strict=True):
            button.checked = option in given
            button.toggled.connect(chosen)
            layout.addWidget(button)

    return fill


def _fill_line(
    layout: Any, question: Question, given: Answer, keep: Callable[[Answer], None], _folder: Path
) -> None:
    line = qt.QLineEdit()
    line.text = given[0] if given else ""
    line.placeholderText = _range(question)

    def edited() -> None:
        keep((line.text,) if line.text else ())

    line.textChanged.connect(edited)
    layout.addWidget(line)


def _fill_text(layout: Any, question: Question, _given: Answer, _keep: Any, _folder: Path) -> None:
    for option in question.options:
        layout.addWidget(_text(option))


def _fill_pictures(layout: Any, question: Question, _given: Answer, _keep: Any, folder: Path) -> None:
    for name in question.options:
        pixmap = qt.QPixmap(str(folder / name.replace("\\", "/")))
        if pixmap.isNull():
            layout.addWidget(_text(_("The picture {name} cannot be shown.").format(name=name)))
            continue
        label = qt.QLabel()
        label.setPixmap(pixmap.scaledToWidth(PICTURE_WIDTH) if pixmap.width() > PICTURE_WIDTH else pixmap)
        layout.addWidget(label)


def _fill_buttons(layout: Any, question: Question, _given: Answer, _keep: Any, _folder: Path) -> None:
    for script in question.options:
        button = qt.QPushButton(script)
        button.enabled = False
        button.toolTip = _("Scripts of a quiz are not run here.")
        layout.addWidget(button)


def _text(text: str) -> Any:
    label = qt.QLabel(text)
    # What an author wrote is text; a < in it is no markup.
    label.textFormat = qt.Qt.PlainText
    label.wordWrap = True
    return label


def _range(question: Question) -> str:
    low, high = question.minimum, question.maximum
    if low is not None and high is not None:
        return _("{low} to {high}").format(low=f"{low:g}", high=f"{high:g}")
    if low is not None:
        return _("at least {low}").format(low=f"{low:g}")
    return _("at most {high}").format(high=f"{high:g}") if high is not None else ""


_FILL: dict[QuestionType, Callable[..., None]] = {
    QuestionType.RADIO: _fill_choices(lambda option: qt.QRadioButton(option)),
    QuestionType.CHECK_BOX: _fill_choices(lambda option: qt.QCheckBox(option)),
    QuestionType.TEXT: _fill_line,
    QuestionType.INTEGER_VALUE: _fill_line,
    QuestionType.FLOAT_VALUE: _fill_line,
    QuestionType.INFO_BOX: _fill_text,
    QuestionType.PICTURE: _fill_pictures,
    QuestionType.BUTTON: _fill_buttons,
}
