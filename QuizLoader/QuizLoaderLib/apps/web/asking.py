"""The questions of the place that is shown, the steps that lead on, and how saving stands, in the client."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...reader.answers import Answers, Where
from ...reader.asking import LOOK_S, SAVE_S, SCRIPT_S, Asking
from ...reader.timing import UNTIMED
from .forms import Forms
from .newest_texts import NewestTexts, Unsent
from .repeating import Repeating

if TYPE_CHECKING:
    from trame_server.state import State

TOO_LATE = "The quiz has moved on, so this answer came too late and was not saved:"
NOT_HERE = "The quiz went on in another window, so this answer was not saved:"
_MOST_REFUSED = 10


class AskingView:
    """Shows ``Asking`` (``presenter``) in the ``state`` of the client, and does what it says.

    The client names the ``position`` that an answer is for and the ``serial`` of what it shows when it asks
    for a step, so that what comes late, twice or from a window left behind does nothing. ``moved()`` is
    called after a step that was made, ``ending()`` before one that time makes; ``covered()`` is told whether
    the page may be seen.
    """

    def __init__(
        self,
        state: "State",
        moved: Callable[[], None],
        ending: Callable[[], None],
        covered: Callable[[bool], None],
    ) -> None:
        self._state = state
        self._folder = Path()
        self._serial = 0
        self._place = ""
        self._forms: Forms | None = None
        self._newest = NewestTexts(state)
        state.update({"asked": None, "sets": [], "given": {}, "refused": []})
        state.update({"missing": [], "at_questions": {}, "saving": "", "asks_to_finish": False})
        state.update({"runs_a_script": False, "end_page": None, "time": asdict(UNTIMED)})
        self._ending, self._covered = ending, covered
        self.presenter = Asking(moved, self._show_questions, self._show_standing, self._end_page)
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

    async def answer(self, place: str, question_set: int, number: int | str, texts: Sequence[str]) -> str:
        """Save the texts, or newer ones that come in the same moment; what an answer lacks is among what is
        missing. ``number`` is the question's, in the form of a mark with those of the mark and of the form
        behind it. Gives a sentence where they are for another place, or nothing."""
        key = f"{question_set}/{number}"
        save = partial(self._save, place, key, [str(text) for text in texts])
        return await self._newest.give((place, key), save)

    async def take_unsent(self, answers: Sequence[Unsent]) -> None:
        """As ``answer``, of a window that is gone: what comes too late is told in the next one."""
        sentences = await asyncio.gather(*(self.answer(*each) for each in answers))
        refused = [
            f"{sentence} {', '.join(texts)}"
            for sentence, (*_, texts) in zip(sentences, answers, strict=True)
            if sentence
        ]
        with self._state as state:
            state.refused = [*state.refused, *refused][-_MOST_REFUSED:]

    def _save(self, place: str, key: str, texts: list[str]) -> str:
        if not self.presenter.asked or place != self._place:
            return TOO_LATE
        if key in self._state.given:
            # What the client was told before may reach it after it knows that this is saved: it is told anew.
            self._state.given = {**self._state.given, key: texts}
        self.presenter.set_answer(where_of(key), texts)
        return ""

    def choose(self, serial: int, number: int) -> None:
        """A digit was pressed."""
        self._newest.save()
        chosen = self.presenter.option_texts(number) if self._is_shown(serial) else None
        if chosen:
            where, texts = chosen
            self._save(self._place, key_of(where), texts)

    def step(self, serial: int, name: str) -> str:
        """Gives the question that keeps the reader here, by its key; nothing where it is something else."""
        self._newest.save()
        if not self._is_shown(serial):
            return ""
        self._state.refused = []
        self.presenter.step(name)
        return self._first_lack()

    def go_to(self, index: int) -> None:
        self._newest.save()
        self.presenter.go_to(index)

    def _end_page(self) -> None:
        self._newest.save()
        self._ending()

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
        return next((key_of(each.question) for each in self.presenter.lacks if each.question), "")

    def press(self, serial: int, question_set: int, question: int, option: int) -> None:
        self._newest.save()
        if self._is_shown(serial):
            self.presenter.press(question_set, question, option)

    # What the client shows

    def show_again(self) -> None:
        """A window has come, which may be asking for a step already: its serial holds."""
        self.presenter.show_again()
        self._show_forms()

    def _show_questions(self) -> None:
        self._serial += 1
        self._show_forms()

    def _show_forms(self) -> None:
        asked, answers = self.presenter.asked, self.presenter.answers
        if asked is None or answers is None:
            self._place, self._forms = "", None
            self._state.update({"asked": None, "sets": [], "given": {}})
            return
        first_line = asked.question_sets[0].line if asked.question_sets else 0
        self._place = f"{answers.index}/{first_line}"
        self._forms = Forms(asked, answers, self._folder, self._serial, self._forms)
        self._state.update({"sets": self._forms.sets, "given": self._forms.given})
        self._state.asked = {
            "serial": self._serial,
            "index": answers.index,
            "place": self._place,
            "title": asked.page.title,
            "locked": asked.is_locked,
            "told": self._forms.told,
            "drawings": self._forms.drawings,
            **self._what_answers_change(),
        }

    def _what_answers_change(self) -> dict[str, object]:
        asked = self.presenter.asked
        assert asked is not None
        return {
            "position": asked.position,
            "hidden": [key_of(where) for where in self.presenter.hidden],
            "can_go_back": asked.can_go_back,
            "can_go_on": asked.can_go_on,
            "can_repeat": asked.can_repeat,
            "can_remove": asked.can_remove,
            "can_finish": asked.can_finish,
            "bookmark": asked.bookmark_label,
            "way_back": asked.return_label,
            "lock_note": asked.lock_note,
            "has_end_page": self.presenter.has_end_page,
            "pages": [asdict(each) for each in asked.pages],
        }

    def _show_standing(self) -> None:
        asking = self.presenter
        if asking.asked and self._state.asked:
            now = {**self._state.asked, **self._what_answers_change()}
            if now != self._state.asked:
                self._state.asked = now
        lacks = [
            {"text": each.sentence, "key": key_of(each.question), "page": each.page} for each in asking.lacks
        ]
        self._state.update(
            {
                "missing": lacks,
                "at_questions": {key_of(where): text for where, text in asking.at_questions.items()},
                "end_page": asdict(asking.end_page) if asking.end_page else None,
                "time": asdict(asking.time),
                "saving": asking.saving,
                "asks_to_finish": asking.asks_to_finish,
                "runs_a_script": asking.runs_a_script,
            }
        )
        self._waiting.switch(asking.runs_a_script)
        self._covered(asking.time.is_covered)

    def _is_shown(self, serial: int) -> bool:
        return self._forms is not None and serial == self._serial


def key_of(question: Where | None) -> str:
    """As the client calls a question of the place, or of the form of a mark."""
    return "/".join(map(str, question or ()))


def where_of(key: str) -> Where:
    """Raises ValueError where it is none."""
    return tuple(map(int, key.split("/"))) if key else ()
