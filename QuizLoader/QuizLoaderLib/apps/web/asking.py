"""The questions of the place that is shown, the steps that lead on, and how saving stands, in the client."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...reader.answers import Answers
from ...reader.asking import LOOK_S, SAVE_S, SCRIPT_S, Asking
from .forms import Forms
from .newest_texts import NewestTexts
from .repeating import Repeating

if TYPE_CHECKING:
    from trame_server.state import State

TOO_LATE = "The quiz has moved on, so this answer came too late and was not saved:"


class AskingView:
    """Shows ``Asking`` (``presenter``) in the ``state`` of the client, and does what it says.

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
        self._newest = NewestTexts(state)
        state.update(
            {"asked": None, "missing": [], "at_questions": {}, "saving": "", "asks_to_finish": False}
        )
        state.update({"runs_a_script": False, "end_page": None})
        self.presenter = Asking(moved, self._show_questions, self._show_standing)
        self._looking = Repeating(state, LOOK_S, self.presenter.look_again)
        self._saving = Repeating(state, SAVE_S, self.presenter.save_on)
        self._waiting = Repeating(state, SCRIPT_S, self.presenter.look_at_script)

    def begin(self, answers: Answers, folder: Path) -> None:
        """``folder`` is the quiz's own, where its pictures are."""
        self._folder = folder
        self.presenter.begin(answers)
        self._looking.switch(bool(answers.reader))
        self._saving.switch(bool(answers.reader))

    def end(self) -> None:
        self._newest.save()
        self._looking.switch(False)
        self._saving.switch(False)
        self.presenter.end()

    def picture(self, name: str) -> Path | None:
        """The file of a picture that the shown place has."""
        return self._forms.pictures.get(name) if self._forms else None

    # What the client says

    def touch(self) -> None:
        """Pointer, wheel, key or touch; told once a second."""
        self.presenter.touch()

    async def answer(self, place: str, question_set: int, question: int, texts: Sequence[str]) -> str:
        """Save the texts, or newer ones that come in the same moment; what an answer lacks is among what is
        missing. Gives a sentence where they are for another place, or nothing."""
        save = partial(self._save, place, question_set, question, [str(text) for text in texts])
        return await self._newest.give((place, question_set, question), save)

    def _save(self, place: str, question_set: int, question: int, texts: list[str]) -> str:
        if not self.presenter.asked or place != self._place:
            return TOO_LATE
        given, key = self._state.asked["given"], f"{question_set}/{question}"
        if key in given:
            # What the client was told before may reach it after it knows that this is saved: it is told anew.
            self._state.asked = {**self._state.asked, "given": {**given, key: texts}}
        self.presenter.set_answer(question_set, question, texts)
        return ""

    def choose(self, serial: int, number: int) -> None:
        """A digit was pressed."""
        self._newest.save()
        chosen = self.presenter.option_texts(number) if self._is_shown(serial) else None
        if chosen:
            (question_set, question), texts = chosen
            self._save(self._place, question_set, question, texts)

    def step(self, serial: int, name: str) -> str:
        """Gives the question that keeps the reader here, by its key; nothing where it is something else."""
        self._newest.save()
        if not self._is_shown(serial):
            return ""
        self.presenter.step(name)
        return self._first_lack()

    def look_back(self) -> None:
        self.presenter.look_back()

    def ask_to_finish(self, serial: int, asks: bool) -> str:
        """As ``step``."""
        self._newest.save()
        if not self._is_shown(serial):
            return ""
        self.presenter.ask_to_finish(asks)
        return self._first_lack()

    def _first_lack(self) -> str:
        return next((_key(each.question) for each in self.presenter.lacks if each.question), "")

    def press(self, serial: int, question_set: int, question: int, option: int) -> None:
        self._newest.save()
        if self._is_shown(serial):
            self.presenter.press(question_set, question, option)

    # What the client shows

    def _show_questions(self) -> None:
        asked, answers = self.presenter.asked, self.presenter.answers
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
            "sets": self._forms.sets,
            "given": self._forms.given,
            "locked": asked.is_locked,
            **self._what_answers_change(),
        }

    def _what_answers_change(self) -> dict[str, object]:
        asked = self.presenter.asked
        assert asked is not None
        return {
            "position": asked.position,
            "hidden": [f"{question_set}/{question}" for question_set, question in self.presenter.hidden],
            "can_go_back": asked.can_go_back,
            "can_go_on": asked.can_go_on,
            "can_repeat": asked.can_repeat,
            "can_finish": asked.can_finish,
            "bookmark": asked.bookmark_label,
            "way_back": asked.return_label,
            "lock_note": asked.lock_note,
            "pages": [asdict(each) for each in asked.pages],
        }

    def _show_standing(self) -> None:
        asking = self.presenter
        if asking.asked and self._state.asked:
            now = {**self._state.asked, **self._what_answers_change()}
            if now != self._state.asked:
                self._state.asked = now
        lacks = [{"text": each.sentence, "key": _key(each.question)} for each in asking.lacks]
        self._state.update(
            {
                "missing": lacks,
                "at_questions": {_key(where): text for where, text in asking.at_questions.items()},
                "end_page": asdict(asking.end_page) if asking.end_page else None,
                "saving": asking.saving,
                "asks_to_finish": asking.asks_to_finish,
                "runs_a_script": asking.runs_a_script,
            }
        )
        self._waiting.switch(asking.runs_a_script)

    def _is_shown(self, serial: int) -> bool:
        return self._forms is not None and serial == self._serial


def _key(question: tuple[int, int] | None) -> str:
    """As the client calls a question of the place."""
    return "/".join(map(str, question or ()))
