"""The questions of the place that is shown, the buttons that lead on, and how saving stands."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import qt
import slicer

from ...reader.answers import Answers, ListedPage, Where
from ...reader.asking import LOOK_S, SAVE_S, SCRIPT_S, Asking
from ...reader.feedback import ScoreLine
from ...reader.forms import forms_of
from .foot import Foot
from .forms import PageForms
from .icons import Icons
from .loading import REST_AHEAD_S
from .marking import MarksSection
from .ui import show_text, timer
from .words import whole_sentences

if TYPE_CHECKING:
    from .ui import Ui

PAUSE_S = 0.5
"""Typed text is saved when nothing was typed for so long."""

_FIELDS = ("QRadioButton", "QCheckBox", "QComboBox", "QSlider", "QLineEdit", "QTextEdit")
"""What has the keys when a reader is led to a question."""


class AskingSection:
    """Shows ``Asking`` (``presenter``) in the widgets ``ui``; ``moved()`` is called after a step,
    ``ending()`` before one that time makes, ``in_hand(True)`` before a mark is placed, and so that other
    tools are put down, ``in_hand(False)`` once none is; ``go_to_farthest(number)`` for a drawing that is
    told."""

    def __init__(
        self,
        ui: "Ui",
        icons: Icons,
        moved: Callable[[], None],
        ending: Callable[[], None],
        in_hand: Callable[[bool], None],
        go_to_farthest: Callable[[int], object],
    ) -> None:
        self._ui = ui
        self._ending = ending
        self.presenter = Asking(
            moved, self._show_questions, self._show_standing, self._time_is_over, self._show_forms
        )
        self._is_entered = self._was_there = self._has_scores = False
        self.marks = MarksSection(ui, self.presenter, in_hand, self._lead)
        self._forms = PageForms(
            ui.formsContainer, self._changed, self.presenter.press, self.marks.fill, go_to_farthest
        )
        self._foot = Foot(ui, icons, self.presenter, self._forms, self._go_to)
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
        ui.removeRepeatButton.clicked.connect(lambda: self.step("remove_repeat"))
        ui.bookmarkButton.clicked.connect(lambda: self.step("go_to_bookmark"))
        ui.returnButton.clicked.connect(lambda: self.step("return_from_bookmark"))
        ui.finishButton.clicked.connect(self._ask_to_finish)
        ui.finishNowButton.clicked.connect(lambda: self.step("finish"))
        ui.notYetButton.clicked.connect(lambda: self.presenter.ask_to_finish(False))
        ui.stopScriptButton.clicked.connect(self._stop_script)
        ui.scriptRow.visible = ui.scoresSection.visible = False

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
        self._show_scores(())

    def step(self, name: str) -> None:
        """A mark that is being placed is of this page: it is ended, else it would be lost."""
        self.marks.put_down()
        self._ui.scoresSection.collapsed = True
        # What was drawn is saved on the way; a large drawing takes a moment.
        with slicer.util.WaitCursor():
            self.presenter.step(name)
        self._foot.go_there()

    def go_to(self, row: int) -> None:
        """The page in this row of the list."""
        if 0 <= row < len(self._pages):
            self._go_to(self._pages[row].index)

    def _go_to(self, index: int) -> None:
        self.marks.put_down()
        self._ui.scoresSection.collapsed = True
        with slicer.util.WaitCursor():
            self.presenter.go_to(index)

    def be_there(self, is_entered: bool) -> None:
        """The module is entered or left."""
        self._is_entered = is_entered
        self._look_whether_seen()

    def _look_whether_seen(self) -> None:
        """A window that is minimized shows nothing either."""
        window = slicer.util.mainWindow()
        is_there = self._is_entered and not (window and window.isMinimized())
        if is_there != self._was_there:
            self._was_there = is_there
            self.presenter.be_there(is_there)

    def save_typed(self) -> None:
        self._pause.stop()
        self.presenter.save_typed()

    def choose(self, number: int) -> bool:
        """This option, from 1, of the question that a digit answers; gives whether there is one."""
        chosen = self.presenter.option_texts(number)
        if chosen:
            where, texts = chosen
            self._forms.choose(where, texts.index("Y"))
        return chosen is not None

    def _changed(self, where: Where, texts: Sequence[str], typed: bool) -> None:
        if typed:
            self.presenter.type(where, texts)
            self._pause.start()
        else:
            self.presenter.set_answer(where, texts)

    def _lead(self, where: Where) -> None:
        """A new form has its place only after the events of now."""
        qt.QTimer.singleShot(0, partial(self._show_form, where))

    def _show_form(self, where: Where) -> None:
        if box := self._forms.box(where):
            self._ui.middleArea.ensureWidgetVisible(box)
            fields = [each for name in _FIELDS for each in slicer.util.findChildren(box, className=name)]
            # They are found from the last one on.
            for field in fields[-1:]:
                field.setFocus()

    def _save_on(self) -> None:
        self._look_whether_seen()
        interval = round(1000 * self.presenter.save_on())
        self.presenter.look_at_time()
        if self.presenter.answers and not self.presenter.answers.is_written:
            # A thread advances only here, as those that read images ahead.
            time.sleep(REST_AHEAD_S)
        if self._saving.interval != interval:
            self._saving.interval = interval

    def _ask_to_finish(self) -> None:
        self.marks.put_down()
        self.presenter.ask_to_finish()

    def _time_is_over(self) -> None:
        self._ending()
        self.marks.put_down()

    def _stop_script(self) -> None:
        self.presenter.stop_script()
        self.presenter.look_at_script()

    # What the widgets show

    def _show_questions(self) -> None:
        asked, answers, ui = self.presenter.asked, self.presenter.answers, self._ui
        self.marks.clear()
        if asked is None or answers is None:
            self._forms.clear()
            return
        ui.titleLabel.text = asked.page.title
        ui.pageBar.maximum = asked.page_count
        ui.pageBar.value = asked.page_number
        forms = forms_of(asked, answers, self._folder)
        self._forms.show(forms, asked.is_locked, answers.runs_scripts, asked.feedback, self._folder)

    def _show_forms(self) -> None:
        """Those of marks that came or went."""
        asked, answers = self.presenter.asked, self.presenter.answers
        if asked and answers:
            self._forms.show_marks(forms_of(asked, answers, self._folder, self._forms.known))

    def _show_standing(self) -> None:
        asking, ui = self.presenter, self._ui
        if self.when_all_saved and asking.answers and asking.answers.is_all_saved:
            self.when_all_saved()
        asked = asking.asked
        if asked:
            self._forms.hide(asking.hidden)
            ui.positionLabel.text = whole_sentences(asked.position)
        self._forms.mark(asking.at_questions)
        if asking.answers and asked:
            self._show_pages(asking.answers.listed_pages())
        self._foot.show()
        if end := asking.end_page:
            show_text(ui.noticeLabel, "\n".join((end.title + ".", *end.sentences, end.in_a_panel)))
        self._show_scores(end.scores if end else ())
        ui.scriptRow.visible = asking.runs_a_script
        ui.formsContainer.enabled = not asking.runs_a_script
        if asking.runs_a_script:
            self._script.start()
        else:
            self._script.stop()

    def _show_scores(self, scores: Sequence[ScoreLine]) -> None:
        """They open as the quiz ends, and fold where the reader goes on to look at pages."""
        is_new = bool(scores) and not self._has_scores
        self._has_scores = self._ui.scoresSection.visible = bool(scores)
        if is_new:
            lines = (f"{line.title}: {line.score} of {line.of}" for line in scores)
            show_text(self._ui.scoresLabel, "\n".join(lines))
            self._ui.scoresSection.collapsed = False

    def _show_pages(self, pages: Sequence[ListedPage]) -> None:
        """With how far they are."""
        before, self._pages, shown = self._pages, pages, self._ui.pagesList
        if [page.index for page in pages] != [page.index for page in before]:
            shown.clear()
            for page in pages:
                shown.addItem(_words(page))
        for row, page in enumerate(pages):
            if row < len(before) and page != before[row]:
                shown.item(row).setText(_words(page))
            if self.presenter.answers and page.index == self.presenter.answers.index:
                shown.currentRow = row


def _words(page: ListedPage) -> str:
    return f"{page.index + 1}. {page.title} ({page.state.value})"
