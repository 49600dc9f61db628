"""A Button that was pressed: the script that runs for it, and the answer that it makes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..quiz.model import Page, Question
from ..quiz.question_types import Takes
from .answers import DONE, ON, Answer, blank, is_toggle, script_label
from .cursor import Cursor
from .entries import DraftEntry, RerunEntry
from .files import SessionError
from .order import PageKey, Position
from .results import Results
from .scripts import RunningScript, ScriptOutcome, ScriptRules, script_details
from .storage import ResultsStore


@dataclass(frozen=True)
class Press:
    """``position`` is where the reader pressed it, wherever they are when the script ends."""

    position: Position
    question: int
    option: int
    model: Question
    script: RunningScript

    def answer_after(self, answer: Answer) -> Answer:
        """The question's answer when the script has succeeded."""
        label = script_label(self.model.options[self.option])
        was_on = answer[self.option].endswith(ON)
        text = (label if was_on else label + ON) if is_toggle(self.model) else label + DONE
        return (*answer[: self.option], text, *answer[self.option + 1 :])


class Buttons:
    """The buttons of the page that is shown. While a script runs the reader stays at the question set."""

    def __init__(
        self, rules: ScriptRules | None, store: ResultsStore, cursor: Cursor, folder: Callable[[], Path]
    ) -> None:
        """``folder()`` is the page's folder of results; without ``rules`` no script runs."""
        self._rules, self._folder = rules, folder
        self._store, self._cursor = store, cursor
        self._presses: list[Press] = []

    def press(self, question: int, option: int) -> ScriptOutcome:
        """A Button is pressed: its script runs (this waits up to the time limit), and its result is saved.

        Raises SessionError where the page is locked or the question has no button.
        """
        return self.end(self.start(question, option))

    def start(self, question: int, option: int) -> Press:
        """As ``press``, without waiting: ``end`` is for when ``Press.script.is_done``."""
        self._cursor.page_to_change()
        self._store.require_room()
        model = self._cursor.questions[question]
        if model.facts.takes is not Takes.PRESS:
            raise SessionError("This question has no button.")
        name = model.options[option]
        details = {}
        if self._rules is not None:
            quiz, page = self._store.results.quiz, self._cursor.page
            details = script_details(self._rules, quiz, page, self._folder(), script_label(name))
        script = RunningScript(self._rules, name, details)
        self._presses.append(Press(self._cursor.position, question, option, model, script))
        return self._presses[-1]

    def end(self, press: Press) -> ScriptOutcome:
        """Save what the script gave, once; waits for it where it still runs."""
        outcome = press.script.wait()
        if press not in self._presses:
            return outcome
        self._presses.remove(press)
        if outcome.succeeded:
            position = press.position
            self._store.record(
                DraftEntry(
                    page=position.page,
                    question_set=position.question_set,
                    question=press.question,
                    texts=press.answer_after(self._store.results.answer(position, press.question)),
                    facts={press.option: {"Result": outcome.result}},
                    seconds=self._cursor.seconds,
                    shown=self._cursor.presence.untold_s,
                )
            )
        return outcome

    def running(self) -> list[str]:
        """A sentence while a script runs, else nothing."""
        names = [script_label(press.model.options[press.option]) for press in self._presses]
        return [f"The script “{name}” is still running." for name in names[:1]]

    def ask_again(self) -> None:
        """A page is come to: buttons that have to be pressed at each visit are made unpressed."""
        key = self._cursor.position.page
        is_done = self._cursor.is_told or self._store.results.is_timed_out(key)
        if self._rules is None or self._store.results.is_finished or is_done:
            return
        for position, question, unpressed in to_press_again(self._cursor.page, key, self._store.results):
            self._store.record(RerunEntry(page=key))
            at, shown = position.question_set, self._cursor.presence.untold_s
            self._store.record(
                DraftEntry(page=key, question_set=at, question=question, texts=unpressed, shown=shown)
            )

    def stop(self) -> None:
        """End all scripts; the buttons stay as they were."""
        while self._presses:
            self._presses.pop().script.stop()


def to_press_again(page: Page, key: PageKey, results: Results) -> Iterator[tuple[Position, int, Answer]]:
    """The pressed buttons of a page that asks for a press at each visit, with their unpressed answers."""
    if not (page.button_script_rerun_required and page.allow_multiple_response):
        return
    for number, question_set in enumerate(page.question_sets):
        for index, question in enumerate(question_set.questions):
            answer = results.answer(Position(key, number), index)
            if question.facts.takes is Takes.PRESS and any(text.endswith(DONE) for text in answer):
                yield Position(key, number), index, blank(question)
