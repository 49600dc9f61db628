"""The questions of the place that is shown, the buttons that lead on, and how saving stands."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import qt
import slicer

from ...reader.answers import Answers
from ...reader.asking import LOOK_S, SCRIPT_S, Asking
from ...reader.forms import forms_of
from .forms import PageForms, button_text

if TYPE_CHECKING:
    from .ui import Ui

PAUSE_MS = 500
"""Typed text is saved when nothing was typed for so long."""


class AskingSection:
    """Shows ``Asking`` in the widgets ``ui``; ``moved()`` is called after a step that was made."""

    def __init__(self, ui: "Ui", moved: Callable[[], None]) -> None:
        self._ui = ui
        self._asking = Asking(moved, self._show_questions, self._show_standing)
        self._forms = PageForms(ui.formsContainer, self._changed, self._asking.press)
        self._folder = Path()
        self._pause = _timer(PAUSE_MS, self.save_typed)
        self._look = _timer(round(1000 * LOOK_S), self.look_again)
        self._script = _timer(round(1000 * SCRIPT_S), self._asking.look_at_script)
        ui.previousButton.clicked.connect(lambda: self.step("previous"))
        ui.nextButton.clicked.connect(lambda: self.step("next"))
        ui.repeatButton.clicked.connect(lambda: self.step("repeat"))
        ui.bookmarkButton.clicked.connect(lambda: self.step("go_to_bookmark"))
        ui.finishButton.clicked.connect(lambda: self._asking.ask_to_finish())
        ui.finishNowButton.clicked.connect(lambda: self.step("finish"))
        ui.notYetButton.clicked.connect(lambda: self._asking.ask_to_finish(False))
        ui.stopScriptButton.clicked.connect(self._stop_script)
        ui.scriptRow.visible = False

    def begin(self, answers: Answers, folder: Path) -> None:
        """``folder`` is the quiz's own, where its pictures are."""
        self._asking.begin(answers)
        self._folder = folder
        if answers.reader:
            self._look.start()

    def show(self) -> None:
        """The place where the reader is now."""
        self._ui.pageSection.visible = True
        self._asking.show()

    def wait(self) -> None:
        """A reader's next page is on its way; an author may go on answering this one."""
        if self._asking.answers and self._asking.answers.reader:
            self._asking.wait()

    def settle(self) -> None:
        """What is under way is brought to an end, and saved."""
        self._pause.stop()
        self._asking.settle()

    def look_again(self) -> None:
        """The reader may have drawn what the page requires."""
        self._asking.look_again()

    def leave(self) -> None:
        """The quiz closes: what was typed is saved while there is somebody to take it."""
        self.settle()
        self.end()

    def end(self) -> None:
        for timer in (self._look, self._pause, self._script):
            timer.stop()
        self._asking.end()

    def step(self, name: str) -> None:
        # What was drawn is saved on the way; a large drawing takes a moment.
        with slicer.util.WaitCursor():
            self._asking.step(name)

    def save_typed(self) -> None:
        self._pause.stop()
        self._asking.save_typed()

    def _changed(self, question_set: int, question: int, texts: Sequence[str], typed: bool) -> None:
        if typed:
            self._asking.type(question_set, question, texts)
            self._pause.start()
        else:
            self._asking.set_answer(question_set, question, texts)

    def _stop_script(self) -> None:
        self._asking.stop_script()
        self._asking.look_at_script()

    # What the widgets show

    def _show_questions(self) -> None:
        asked, answers, ui = self._asking.asked, self._asking.answers, self._ui
        if asked is None or answers is None:
            self._forms.clear()
            return
        ui.titleLabel.text = asked.page.title
        ui.positionLabel.text = asked.position
        forms = forms_of(asked, answers, self._folder)
        self._forms.show(forms, asked.is_locked, answers.runs_scripts)

    def _show_standing(self) -> None:
        asking, ui = self._asking, self._ui
        for name, button in (
            ("previous", ui.previousButton),
            ("next", ui.nextButton),
            ("repeat", ui.repeatButton),
            ("go_to_bookmark", ui.bookmarkButton),
            ("finish", ui.finishButton),
        ):
            button.enabled = asking.may_step(name)
        asked = asking.asked
        ui.repeatButton.visible = bool(asked and asked.can_repeat)
        ui.bookmarkButton.visible = bool(asked and asked.bookmark_label)
        ui.bookmarkButton.text = button_text(asked.bookmark_label) if asked else ""
        ui.finishButton.visible = bool(asked and asked.can_finish)
        ui.finishRow.visible = asking.asks_to_finish
        ui.missingLabel.text = "\n".join(asking.missing)
        ui.missingLabel.visible = bool(asking.missing)
        ui.saveLabel.text = asking.saving
        ui.saveLabel.visible = bool(asking.saving)
        ui.scriptRow.visible = asking.runs_a_script
        ui.formsContainer.enabled = not asking.runs_a_script
        if asking.runs_a_script:
            self._script.start()
        else:
            self._script.stop()


def _timer(interval_ms: int, action: Callable[[], None]) -> "qt.QTimer":
    timer = qt.QTimer()
    timer.interval = interval_ms
    timer.timeout.connect(action)
    return timer
