"""The questions of the place that is shown, the steps that lead on, and how saving stands."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...reader.answers import Answers, Pressed
from .forms import Forms

RETRY_S = 2.0
"""How often saving what could not be saved is tried again; costs nothing while everything is saved."""

SCRIPT_S = 0.05
"""How often a script that runs is looked at."""

STEPS = ("next", "previous", "repeat", "go_to_bookmark", "finish")


class Asking:
    """Puts a place of ``Answers`` into the ``state`` of the page, keeps what is answered there, and takes the
    steps.

    The page names the ``place`` that an answer is for and the ``serial`` of what it shows when it asks for a
    step, so that what comes late, twice or from a window left behind does nothing. ``moved()`` is called
    after a step that was made.
    """

    def __init__(self, state: Any, moved: Callable[[], None]) -> None:
        self._state, self._moved = state, moved
        self._answers: Answers | None = None
        self._folder = Path()
        self._serial = 0
        self._place = ""
        self._forms: Forms | None = None
        self._pressed: Pressed | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._retrying: asyncio.Task[None] | None = None
        state.update({"asked": None, "missing": [], "saving": "", "asks_to_finish": False})
        state.runs_a_script = False

    def begin(self, answers: Answers, folder: Path) -> None:
        """``folder`` is the quiz's own, where its pictures are."""
        self.end()
        self._answers, self._folder = answers, folder
        if answers.reader:
            self._retrying = asyncio.create_task(self._retry())

    def end(self) -> None:
        self.stop_script()
        for task in (self._retrying, self._waiting):
            if task:
                task.cancel()
        self._pressed = None
        self._retrying, self._waiting, self._answers, self._forms = None, None, None, None

    def show(self) -> None:
        """The place where the reader is now."""
        answers = self._the_answers()
        asked = answers.asked()
        self._serial += 1
        first_line = asked.question_sets[0].line if asked.question_sets else 0
        self._place = f"{answers.index}/{first_line}"
        self._forms = Forms(asked, answers, self._folder, self._serial)
        position = f"Page {asked.page_number} of {asked.page_count}"
        self._state.asked = {
            "serial": self._serial,
            "index": answers.index,
            "place": self._place,
            "title": asked.page.title,
            "position": position,
            "steps": asked.steps,
            "sets": self._forms.sets,
            "given": self._forms.given,
            "locked": asked.is_locked,
            "can_go_back": asked.can_go_back,
            "can_go_on": asked.can_go_on,
            "can_repeat": asked.can_repeat,
            "can_finish": asked.can_finish,
            "bookmark": asked.bookmark_label,
        }
        self._state.asks_to_finish = False
        self._show_missing()
        self._show_saving()

    def wait(self) -> None:
        """The next page is on its way: nothing may be answered before its images are seen."""
        self._serial += 1
        self._place, self._forms = "", None
        self._state.update({"asked": None, "missing": [], "asks_to_finish": False})

    def look_again(self) -> None:
        """Something that is not answered in a form may have been missing."""
        if self._forms:
            self._show_missing()

    def picture(self, name: str) -> Path | None:
        """The file of a picture that the shown place has."""
        return self._forms.pictures.get(name) if self._forms else None

    # What the page says

    def answer(self, place: str, question_set: int, question: int, texts: Sequence[str]) -> str:
        """Keep the texts; what an answer lacks is among what is missing. Gives a sentence where they are for
        another place, or nothing."""
        if not self._answers or place != self._place:
            return "The quiz has moved on, so this answer came too late and was not saved:"
        page = self._answers.asked().page
        kept = [str(text) for text in texts]
        fault = self._answers.set_answer(page, question_set, question, kept)
        # What the page was told before may reach it only after it knows that this is kept: it is told anew.
        given = {**self._state.asked["given"], f"{question_set}/{question}": kept}
        self._state.asked = {**self._state.asked, "given": given}
        self._state.asks_to_finish = False
        self._show_missing([fault] if fault else None)
        self._show_saving()
        return ""

    def step(self, serial: int, name: str) -> None:
        if not self._is_shown(serial) or name not in STEPS:
            return
        missing = getattr(self._the_answers(), name)()
        if missing:
            self._state.asks_to_finish = False
            self._show_missing(missing)
            self._show_saving()
        else:
            self._moved()

    def ask_to_finish(self, serial: int, asks: bool) -> None:
        if self._is_shown(serial):
            missing = self._the_answers().missing()
            self._state.asks_to_finish = asks and not missing
            self._show_missing(missing)

    def press(self, serial: int, question_set: int, question: int, option: int) -> None:
        """A Button's script runs while the reader looks at the images; nothing is answered meanwhile."""
        if self._is_shown(serial):
            self._pressed = self._the_answers().start_press(question_set, question, option)
            self._state.runs_a_script = True
            self._waiting = asyncio.create_task(self._wait_for_script(self._pressed))

    def stop_script(self) -> None:
        if self._pressed:
            self._pressed.stop()

    async def _wait_for_script(self, pressed: Pressed) -> None:
        while not pressed.is_done():
            await asyncio.sleep(SCRIPT_S)
        self._pressed = None
        self._state.runs_a_script = False
        fault = pressed.finish()
        self.show()
        if fault:
            self._show_missing([fault])
        self._state.flush()

    # What the page shows

    def _show_missing(self, sentences: list[str] | None = None) -> None:
        self._state.missing = self._the_answers().missing() if sentences is None else sentences

    def _show_saving(self) -> None:
        if self._answers:
            self._state.saving = self._answers.save_sentence()

    async def _retry(self) -> None:
        while True:
            await asyncio.sleep(RETRY_S)
            self._show_saving()
            self._state.flush()

    def _is_shown(self, serial: int) -> bool:
        return bool(self._answers and self._forms) and serial == self._serial and not self._pressed

    def _the_answers(self) -> Answers:
        assert self._answers is not None
        return self._answers
