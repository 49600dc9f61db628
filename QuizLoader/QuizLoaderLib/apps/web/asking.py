"""The questions of the place that is shown, the steps that lead on, and how saving stands, in the client."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...reader.answers import Answers
from ...reader.asking import LOOK_S, SCRIPT_S, Asking
from .forms import Forms

if TYPE_CHECKING:
    from trame_server.state import State

TOO_LATE = "The quiz has moved on, so this answer came too late and was not saved:"


class AskingView:
    """Shows ``Asking`` in the ``state`` of the client, and does what it says.

    The client names the ``position`` that an answer is for and the ``serial`` of what it shows when it asks
    for a step, so that what comes late, twice or from a window left behind does nothing. ``moved()`` is
    called after a step that was made.
    """

    def __init__(self, state: "State", moved: Callable[[], None]) -> None:
        self._state = state
        self._folder = Path()
        self._serial = 0
        self._place = ""
        self._forms: Forms | None = None
        self._looking: asyncio.Task[None] | None = None
        self._waiting: asyncio.Task[None] | None = None
        state.update({"asked": None, "missing": [], "saving": "", "asks_to_finish": False})
        state.runs_a_script = False
        self._asking = Asking(moved, self._show_questions, self._show_standing)

    def begin(self, answers: Answers, folder: Path) -> None:
        """``folder`` is the quiz's own, where its pictures are."""
        self._stop_tasks()
        self._folder = folder
        self._asking.begin(answers)
        if answers.reader:
            self._looking = asyncio.create_task(self._every(LOOK_S, self._asking.look_again))

    def end(self) -> None:
        self._stop_tasks()
        self._asking.end()

    def show(self) -> None:
        """The place where the reader is now."""
        self._asking.show()

    def wait(self) -> None:
        """The next page is on its way: nothing may be answered before its images are seen."""
        self._asking.wait()

    def look_again(self) -> None:
        """Something that is not answered in a form may have been missing."""
        self._asking.look_again()

    def picture(self, name: str) -> Path | None:
        """The file of a picture that the shown place has."""
        return self._forms.pictures.get(name) if self._forms else None

    def _stop_tasks(self) -> None:
        for task in (self._looking, self._waiting):
            if task:
                task.cancel()
        self._looking = self._waiting = None

    # What the client says

    def answer(self, place: str, question_set: int, question: int, texts: Sequence[str]) -> str:
        """Save the texts; what an answer lacks is among what is missing. Gives a sentence where they are for
        another place, or nothing."""
        if not self._asking.asked or place != self._place:
            return TOO_LATE
        saved = [str(text) for text in texts]
        # What the client was told before may reach it after it knows that this is saved: it is told anew.
        given = {**self._state.asked["given"], f"{question_set}/{question}": saved}
        self._state.asked = {**self._state.asked, "given": given}
        self._asking.set_answer(question_set, question, saved)
        return ""

    def step(self, serial: int, name: str) -> None:
        if self._is_shown(serial):
            self._asking.step(name)

    def ask_to_finish(self, serial: int, asks: bool) -> None:
        if self._is_shown(serial):
            self._asking.ask_to_finish(asks)

    def press(self, serial: int, question_set: int, question: int, option: int) -> None:
        if self._is_shown(serial):
            self._asking.press(question_set, question, option)

    def stop_script(self) -> None:
        self._asking.stop_script()

    # What the client shows

    def _show_questions(self) -> None:
        asked, answers = self._asking.asked, self._asking.answers
        self._serial += 1
        if asked is None or answers is None:
            self._place, self._forms, self._state.asked = "", None, None
            return
        first_line = asked.question_sets[0].line if asked.question_sets else 0
        self._place = f"{answers.index}/{first_line}"
        self._forms = Forms(asked, answers, self._folder, self._serial)
        self._state.asked = {
            "serial": self._serial,
            "index": answers.index,
            "place": self._place,
            "title": asked.page.title,
            "position": asked.position,
            "sets": self._forms.sets,
            "given": self._forms.given,
            "locked": asked.is_locked,
            "can_go_back": asked.can_go_back,
            "can_go_on": asked.can_go_on,
            "can_repeat": asked.can_repeat,
            "can_finish": asked.can_finish,
            "bookmark": asked.bookmark_label,
        }

    def _show_standing(self) -> None:
        asking = self._asking
        self._state.update(
            {
                "missing": asking.missing,
                "saving": asking.saving,
                "asks_to_finish": asking.asks_to_finish,
                "runs_a_script": asking.runs_a_script,
            }
        )
        if asking.runs_a_script and self._waiting is None:
            self._waiting = asyncio.create_task(self._every(SCRIPT_S, asking.look_at_script))
        elif self._waiting and not asking.runs_a_script:
            self._waiting.cancel()
            self._waiting = None

    async def _every(self, seconds: float, look: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(seconds)
            look()
            self._state.flush()

    def _is_shown(self, serial: int) -> bool:
        return self._forms is not None and serial == self._serial
