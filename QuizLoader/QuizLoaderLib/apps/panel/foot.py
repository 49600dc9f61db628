"""The foot of the panel: what is missing, the steps that lead on, how saving stands."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...reader.asking import Asking
from ...reader.open_questions import Lack
from .forms import PageForms
from .icons import Icons
from .ui import show_text
from .words import button_text

if TYPE_CHECKING:
    from .ui import Ui


class Foot:
    """Shows ``asking`` in the widgets of the foot; what is missing leads to its question in ``forms``, or by
    ``go_to(index)`` to its page."""

    def __init__(
        self, ui: "Ui", icons: Icons, asking: Asking, forms: PageForms, go_to: Callable[[int], None]
    ) -> None:
        self._ui, self._icons, self._asking, self._forms, self._go_to = ui, icons, asking, forms, go_to
        self._said = ""
        self._steps = {
            "previous": ui.previousButton,
            "next": ui.nextButton,
            "repeat": ui.repeatButton,
            "remove_repeat": ui.removeRepeatButton,
            "go_to_bookmark": ui.bookmarkButton,
            "return_from_bookmark": ui.returnButton,
            "finish": ui.finishButton,
        }
        ui.goThereButton.clicked.connect(self._lead)
        show_text(ui.saveLabel, self._said)
        ui.saveIcon.visible = False

    def show(self) -> None:
        self._show_steps()
        self._show_time()
        self._show_missing()
        self._show_saving()

    def go_there(self) -> None:
        """To the first question that is missing, if one is."""
        if lacks := self._at_questions:
            self._ui.middleArea.ensureWidgetVisible(self._forms.box(lacks[0].question))

    def _lead(self) -> None:
        pages = [lack.page for lack in self._asking.lacks if lack.page is not None]
        if self._at_questions:
            self.go_there()
        elif pages:
            self._go_to(pages[0])

    @property
    def _at_questions(self) -> list[Lack]:
        """What is said where it is missing, and not once more."""
        return [lack for lack in self._asking.lacks if self._forms.box(lack.question)]

    def _show_steps(self) -> None:
        asking, ui, asked = self._asking, self._ui, self._asking.asked
        possible = asking.possible_steps
        for name, button in self._steps.items():
            button.enabled = name in possible
        ui.repeatButton.visible = bool(asked and asked.can_repeat)
        ui.removeRepeatButton.visible = bool(asked and asked.can_remove)
        for button, label in (
            (ui.bookmarkButton, asked.bookmark_label if asked else ""),
            (ui.returnButton, asked.return_label if asked else ""),
        ):
            button.visible = bool(label)
            button.text = button_text(label)
        # At the end one takes the place of the other.
        ui.finishButton.visible = bool(asked and asked.can_finish)
        ui.nextButton.visible = not (asked and asked.can_finish) or "next" in possible
        show_text(ui.lockLabel, asked.lock_note if asked else "")
        for button in (ui.nextButton, ui.finishButton):
            button.toolTip = "\n".join(asking.missing)
        ui.finishRow.visible = asking.asks_to_finish
        ui.tryAgainButton.visible = bool(asking.end_page and asking.end_page.may_begin_again)

    def _show_time(self) -> None:
        ui, time_shown, is_asked = self._ui, self._asking.time, self._asking.asked is not None
        ui.timeBar.visible = is_asked and time_shown.is_limited
        ui.timeBar.value = time_shown.share
        show_text(ui.timeLabel, time_shown.left if is_asked else "")
        ui.timeLabel.styleSheet = "font-weight: bold" if time_shown.is_short else ""
        show_text(ui.earlyLabel, time_shown.early if is_asked else "")

    def _show_missing(self) -> None:
        lacks, ui, count = self._asking.lacks, self._ui, len(self._at_questions)
        elsewhere = [lack.sentence for lack in lacks if lack not in self._at_questions]
        more = [f"And {len(elsewhere) - 1} more."] if len(elsewhere) > 1 else []
        show_text(ui.missingLabel, " ".join([*elsewhere[:1], *more]))
        ui.missingRow.visible = bool(lacks)
        ui.goThereButton.visible = count > 0 or any(lack.page is not None for lack in lacks)
        questions = "1 question needs an answer" if count == 1 else f"{count} questions need an answer"
        ui.goThereButton.text = questions if count else "Go to this page"
        if lacks:
            self._icons.show_on(ui.missingIcon, "warning")

    def _show_saving(self) -> None:
        """With the time since which it is so."""
        said, answers, ui = self._asking.saving, self._asking.answers, self._ui
        if said != self._said:
            self._said = said
            show_text(ui.saveLabel, said)
            ui.saveLabel.toolTip = time.strftime("Since %H:%M")
            ui.saveIcon.visible = bool(said)
            self._icons.show_on(ui.saveIcon, "saved" if answers and answers.is_all_saved else "waiting")
