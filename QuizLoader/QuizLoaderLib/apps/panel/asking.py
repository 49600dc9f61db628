"""The questions of the place that is shown, the buttons that lead on, and how saving stands."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import slicer

from ...reader.answers import Answers, ListedPage
from ...reader.asking import LOOK_S, SAVE_S, SCRIPT_S, Asking
from ...reader.forms import forms_of
from .foot import Foot
from .forms import PageForms
from .icons import Icons
from .loading import REST_AHEAD_S
from .ui import show_text, timer

if TYPE_CHECKING:
    from .ui import Ui

PAUSE_S = 0.5
"""Typed text is saved when nothing was typed for so long."""


class AskingSection:
    """Shows ``Asking`` (``presenter``) in the widgets ``ui``; ``moved()`` is called after a step."""

    def __init__(self, ui: "Ui", icons: Icons, moved: Callable[[], None]) -> None:
        self._ui = ui
        self.presenter = Asking(moved, self._show_questions, self._show_standing)
        self._forms = PageForms(ui.formsContainer, self._changed, self.presenter.press)
        self._foot = Foot(ui, icons, self.presenter, self._forms)
        self.when_all_saved: Callable[[], None] | None = None
        self._folder = Path()
        self._pages: Sequence[ListedPage] = ()
        self._pause = timer(PAUSE_S, self.save_typed)
        self._look = timer(LOOK_S, self.presenter.look_again)
        self._saving = timer(SAVE_S, self._save_on)
        self._script = timer(SCRIPT_S, self.presenter.look_at_script)
        ui.previousButton.clicked.connect(lambda: self.step("previous"))
        ui.nextButton.clicked.connect(lambda: self.step("next"))
        ui.repeatButton.clicked.connect(lambda: self.step("repeat"))
        ui.bookmarkButton.clicked.connect(lambda: self.step("go_to_bookmark"))
        ui.returnButton.clicked.connect(lambda: self.step("return_from_bookmark"))
        ui.finishButton.clicked.connect(lambda: self.presenter.ask_to_finish())
        ui.finishNowButton.clicked.connect(lambda: self.step("finish"))
        ui.notYetButton.clicked.connect(lambda: self.presenter.ask_to_finish(False))
        ui.stopScriptButton.clicked.connect(self._stop_script)
        ui.scriptRow.visible = False

    def begin(self, answers: Answers, folder: Path) -> None:
        """``folder`` is the quiz's own, where its pictures are."""
        self.presenter.begin(answers)
        self._folder = folder
        if answers.reader:
            self._look.start()
            self._saving.start()

    def show(self) -> None:
        """The place where the reader is now."""
        self._ui.pageSection.visible = self._ui.footSection.visible = True
        self.presenter.show()

    def wait(self) -> None:
        """A reader's next page is on its way; an author may go on answering this one."""
        if self.presenter.answers and self.presenter.answers.reader:
            self.presenter.wait()

    def settle(self) -> None:
        """What is under way is brought to an end, and saved."""
        self._pause.stop()
        self.presenter.settle()

    def leave(self) -> None:
        """The quiz closes: what was typed is saved while there is somebody to take it."""
        self.settle()
        self.end()

    def end(self) -> None:
        for each in (self._look, self._saving, self._pause, self._script):
            each.stop()
        self.presenter.end()
        self._pages = ()

    def step(self, name: str) -> None:
        # What was drawn is saved on the way; a large drawing takes a moment.
        with slicer.util.WaitCursor():
            self.presenter.step(name)
        self._foot.go_there()

    def save_typed(self) -> None:
        self._pause.stop()
        self.presenter.save_typed()

    def choose(self, number: int) -> bool:
        """This option, from 1, of the question that a digit answers; gives whether there is one."""
        chosen = self.presenter.option_texts(number)
        if chosen:
            self._forms.choose(chosen[0], number - 1)
        return chosen is not None

    def _changed(self, question_set: int, question: int, texts: Sequence[str], typed: bool) -> None:
        if typed:
            self.presenter.type(question_set, question, texts)
            self._pause.start()
        else:
            self.presenter.set_answer(question_set, question, texts)

    def _save_on(self) -> None:
        interval = round(1000 * self.presenter.save_on())
        if self.presenter.answers and not self.presenter.answers.is_written:
            # A thread advances only here, as those that read images ahead.
            time.sleep(REST_AHEAD_S)
        if self._saving.interval != interval:
            self._saving.interval = interval

    def _stop_script(self) -> None:
        self.presenter.stop_script()
        self.presenter.look_at_script()

    # What the widgets show

    def _show_questions(self) -> None:
        asked, answers, ui = self.presenter.asked, self.presenter.answers, self._ui
        if asked is None or answers is None:
            self._forms.clear()
            return
        ui.titleLabel.text = asked.page.title
        ui.pageBar.maximum = asked.page_count
        ui.pageBar.value = asked.page_number
        forms = forms_of(asked, answers, self._folder)
        self._forms.show(forms, asked.is_locked, answers.runs_scripts)

    def _show_standing(self) -> None:
        asking, ui = self.presenter, self._ui
        if self.when_all_saved and asking.answers and asking.answers.is_all_saved:
            self.when_all_saved()
        asked = asking.asked
        if asked:
            self._forms.hide(asking.hidden)
            ui.positionLabel.text = asked.position
        self._forms.mark(asking.at_questions)
        self._show_pages(asking.answers.listed_pages() if asking.answers and asked else ())
        self._foot.show()
        if asking.end_page:
            show_text(ui.noticeLabel, "\n".join((asking.end_page.title + ".", *asking.end_page.sentences)))
        ui.scriptRow.visible = asking.runs_a_script
        ui.formsContainer.enabled = not asking.runs_a_script
        if asking.runs_a_script:
            self._script.start()
        else:
            self._script.stop()

    def _show_pages(self, pages: Sequence[ListedPage]) -> None:
        """With how far they are."""
        if pages != self._pages:
            self._pages = pages
            for page in pages[: self._ui.pagesList.count]:
                words = f"{page.index + 1}. {page.title} ({page.state.value})"
                self._ui.pagesList.item(page.index).setText(words)
