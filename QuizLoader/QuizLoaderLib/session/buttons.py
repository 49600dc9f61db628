"""A Button that was pressed: the script that runs for it, and the answer that it makes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..quiz.model import Page, Question, Quiz
from ..quiz.question_types import Takes
from .answers import DONE, ON, Answer, blank, is_toggle, script_label
from .order import PageKey, Position
from .results import Results
from .scripts import RunningScript, ScriptOutcome, ScriptRules, script_details


class Script(Protocol):
    """A script that runs, or ran: see ``scripts.RunningScript``."""

    @property
    def is_done(self) -> bool: ...
    def wait(self) -> ScriptOutcome: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Press:
    """``position`` is where the reader pressed it, wherever he is when the script ends."""

    position: Position
    question: int
    option: int
    model: Question
    script: Script

    def answer_after(self, answer: Answer) -> Answer:
        """The question's answer when the script has succeeded."""
        label = script_label(self.model.options[self.option])
        was_on = answer[self.option].endswith(ON)
        text = (label if was_on else label + ON) if is_toggle(self.model) else label + DONE
        return (*answer[: self.option], text, *answer[self.option + 1 :])


class Presses:
    """Those whose results are not kept yet; until they are, the reader stays at the question set."""

    def __init__(self) -> None:
        self._presses: list[Press] = []

    def add(self, press: Press) -> Press:
        self._presses.append(press)
        return press

    def remove(self, press: Press) -> bool:
        """Whether it was there: it is kept once, and not after ``stop``."""
        others = [other for other in self._presses if other is not press]
        was_there = len(others) < len(self._presses)
        self._presses = others
        return was_there

    def running(self) -> str:
        """A sentence while a script runs, else nothing."""
        if not self._presses:
            return ""
        press = self._presses[0]
        return f"The script “{script_label(press.model.options[press.option])}” is still running."

    def stop(self) -> None:
        """End all scripts; the buttons stay as they were."""
        while self._presses:
            self._presses.pop().script.stop()


class _NotRun:
    is_done = True

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def wait(self) -> ScriptOutcome:
        return ScriptOutcome(sentence=self._sentence)

    def stop(self) -> None:
        pass


def start_script(
    rules: ScriptRules | None, model: Question, option: int, quiz: Quiz, page: Page, folder: Path
) -> Script:
    """``folder`` is the page's folder of results."""
    label = script_label(model.options[option])
    if rules is None:
        return _NotRun(f"The script “{label}” is not run: no folder of scripts is allowed.")
    return RunningScript(rules, model.options[option], script_details(rules, quiz, page, folder, label))


def to_press_again(page: Page, key: PageKey, results: Results) -> Iterator[tuple[Position, int, Answer]]:
    """The pressed buttons of a page that asks for a press at each visit, with their unpressed answers."""
    if not (page.button_script_rerun_required and page.allow_multiple_response):
        return
    for number, question_set in enumerate(page.question_sets):
        for index, question in enumerate(question_set.questions):
            answer = results.answer(Position(key, number), index)
            if question.facts.takes is Takes.PRESS and any(text.endswith(DONE) for text in answer):
                yield Position(key, number), index, blank(question)
