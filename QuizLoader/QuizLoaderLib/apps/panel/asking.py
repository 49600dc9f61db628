"""The questions of the place that is shown, the buttons that lead on, and how saving stands."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import qt
import slicer

from ...quiz.model import Page
from ...reader.answers import Answers, Asked, Pressed
from .forms import PageForms, button_text

PAUSE_MS = 500
"""Typed text is kept when nothing was typed for so long."""

RETRY_MS = 2000
"""How often what is drawn is looked at, and saving what could not be saved is tried again; costs nothing
while everything is saved."""


SCRIPT_MS = 50
"""How often a script that runs is looked at."""


class Asking:
    """Shows a place of ``Answers`` in the widgets ``ui``, keeps what is answered there, and takes the steps.

    ``moved()`` is called after a step that was made.
    """

    def __init__(self, ui: Any, moved: Callable[[], None]) -> None:
        self._ui, self._moved = ui, moved
        self._forms = PageForms(ui.formsContainer, self._changed, self._pressed)
        self._answers: Answers | None = None
        self._folder = Path()
        self._typed: dict[tuple[int, int], tuple[Page, Sequence[str]]] = {}
        self._pause = _timer(PAUSE_MS, self.keep_typed)
        self._retry = _timer(RETRY_MS, self.look_again)
        self._waits_for_page = False
        self._requires_drawings = False
        self._fault = ""
        self._pressed_button: Pressed | None = None
        self._script = _timer(SCRIPT_MS, self._look_at_script)
        ui.previousButton.clicked.connect(self.previous)
        ui.nextButton.clicked.connect(self.next)
        ui.repeatButton.clicked.connect(self.repeat)
        ui.bookmarkButton.clicked.connect(self.go_to_bookmark)
        ui.finishButton.clicked.connect(self._ask_to_finish)
        ui.finishNowButton.clicked.connect(self.finish)
        ui.notYetButton.clicked.connect(self._do_not_finish)
        ui.stopScriptButton.clicked.connect(self._stop_script)
        ui.scriptRow.visible = False

    def begin(self, answers: Answers, folder: Path) -> None:
        """``folder`` is the quiz's own, where its pictures are."""
        self._answers, self._folder = answers, folder
        if answers.reader:
            self._retry.start()

    def show(self) -> None:
        """The place where the reader is now."""
        from ...session.requirements import requires_drawings

        self._waits_for_page, self._fault = False, ""
        answers = self._the_answers()
        asked = answers.asked()
        self._requires_drawings = bool(answers.reader) and requires_drawings(asked.page)
        ui = self._ui
        ui.pageSection.visible = True
        ui.titleLabel.text = asked.page.title
        text = f"Page {asked.page_number} of {asked.page_count}"
        ui.positionLabel.text = f"{text}. {asked.steps}" if asked.steps else text
        self._forms.show(asked, answers, self._folder)
        self._show_steps(asked)
        self._show_missing()
        self._show_saving()
        if self._pressed_button:
            self._allow_steps(False)

    def wait(self) -> None:
        """A reader's next page is on its way: nothing may be answered before its images are seen."""
        if self._answers and self._answers.reader:
            self._waits_for_page = True
            self._forms.clear()
            for name in ("missingLabel", "repeatButton", "bookmarkButton", "finishButton", "finishRow"):
                getattr(self._ui, name).visible = False
            self._allow_steps(False)

    def settle(self) -> None:
        """What is under way is brought to an end, and kept."""
        self._stop_script()
        self.keep_typed()

    def look_again(self) -> None:
        """The reader may have drawn what the page requires."""
        if self._answers and self._requires_drawings and not (self._waits_for_page or self._fault):
            self._show_missing()
        self._show_saving()

    def leave(self) -> None:
        """The quiz closes: what was typed is kept while there is somebody to take it."""
        self.settle()
        self._retry.stop()
        self._answers = None

    def end(self) -> None:
        self._retry.stop()
        self._pause.stop()
        self._typed = {}
        self._answers = None
        self._forms.clear()
        self._ui.saveLabel.text = ""

    # Steps

    def next(self) -> None:
        answers = self._answers
        if answers and (not answers.reader or self._ui.nextButton.enabled):
            self._step(answers.next)

    def previous(self) -> None:
        answers = self._answers
        if answers and (not answers.reader or self._ui.previousButton.enabled):
            self._step(answers.previous)

    def repeat(self) -> None:
        self._step(self._the_answers().repeat)

    def go_to_bookmark(self) -> None:
        self._step(self._the_answers().go_to_bookmark)

    def finish(self) -> None:
        self._step(self._the_answers().finish)

    def _step(self, step: Callable[[], list[str]]) -> None:
        if not self.keep_typed():
            return
        # What was drawn is saved on the way; a large contour takes a moment.
        with slicer.util.WaitCursor():
            missing = step()
        if missing:
            self._ui.finishRow.visible = False
            self._show_missing(missing)
            self._show_saving()
        else:
            self._moved()

    def _ask_to_finish(self) -> None:
        self.keep_typed()
        self._ui.finishRow.visible = not self._the_answers().missing()

    def _do_not_finish(self) -> None:
        self._ui.finishRow.visible = False

    # Answers

    def keep_typed(self) -> bool:
        """What was typed goes to the session now; whether it could be kept."""
        self._pause.stop()
        typed, self._typed = self._typed, {}
        refused = [
            self._the_answers().set_answer(page, question_set, question, texts)
            for (question_set, question), (page, texts) in typed.items()
        ]
        return self._after_keeping("\n".join(filter(None, refused))) if typed else True

    def _changed(
        self, page: Page, question_set: int, question: int, texts: Sequence[str], typed: bool
    ) -> None:
        self._ui.finishRow.visible = False
        if typed:
            self._typed[question_set, question] = (page, texts)
            self._pause.start()
            if self._the_answers().reader:
                self._ui.saveLabel.text = "Typing is kept in a moment."
        else:
            self._after_keeping(self._the_answers().set_answer(page, question_set, question, texts))

    def _pressed(self, question_set: int, question: int, option: int) -> None:
        """Its script runs while the reader looks at the images; nothing is answered meanwhile."""
        if self._pressed_button is None and self.keep_typed():
            self._pressed_button = self._the_answers().start_press(question_set, question, option)
            self._ui.scriptRow.visible = True
            self._ui.formsContainer.enabled = False
            self._allow_steps(False)
            self._script.start()

    def _look_at_script(self) -> None:
        pressed = self._pressed_button
        if pressed and pressed.is_done():
            self._pressed_button = None
            self._script.stop()
            self._ui.scriptRow.visible = False
            self._ui.formsContainer.enabled = True
            fault = pressed.finish()
            if not self._waits_for_page:
                self.show()
                self._after_keeping(fault)

    def _stop_script(self) -> None:
        if self._pressed_button:
            self._pressed_button.stop()
            self._look_at_script()

    def _after_keeping(self, fault: str) -> bool:
        self._fault = fault
        self._show_missing([fault] if fault else None)
        self._show_saving()
        return not fault

    # What the widgets say

    def _allow_steps(self, allowed: bool) -> None:
        for name in ("previousButton", "nextButton", "repeatButton", "bookmarkButton", "finishButton"):
            getattr(self._ui, name).enabled = allowed

    def _show_steps(self, asked: Asked) -> None:
        ui = self._ui
        self._allow_steps(True)
        ui.previousButton.enabled = asked.can_go_back
        ui.nextButton.enabled = asked.can_go_on
        ui.repeatButton.visible = asked.can_repeat
        ui.bookmarkButton.visible = bool(asked.bookmark_label)
        ui.bookmarkButton.text = button_text(asked.bookmark_label)
        ui.finishButton.visible = asked.can_finish
        ui.finishRow.visible = False

    def _show_missing(self, sentences: list[str] | None = None) -> None:
        missing = self._the_answers().missing() if sentences is None else sentences
        self._ui.missingLabel.text = "\n".join(missing)
        self._ui.missingLabel.visible = bool(missing)

    def _show_saving(self) -> None:
        if self._answers and not self._typed:
            sentence = self._answers.save_sentence()
            self._ui.saveLabel.text = sentence
            self._ui.saveLabel.visible = bool(sentence)

    def _the_answers(self) -> Answers:
        assert self._answers is not None
        return self._answers


def _timer(interval_ms: int, action: Callable[[], Any]) -> Any:
    timer = qt.QTimer()
    timer.interval = interval_ms
    timer.timeout.connect(action)
    return timer
