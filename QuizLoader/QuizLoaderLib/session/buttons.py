"""A Button that was pressed: the script that runs for it, and the answer that it makes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..quiz.model import Page, Question, Quiz
from .answers import DONE, ON, Answer, is_toggle, script_label
from .order import Place
from .scripts import RunningScript, ScriptOutcome, ScriptRules, script_details


class Script(Protocol):
    """A script that runs, or ran: see ``scripts.RunningScript``."""

    @property
    def is_done(self) -> bool: ...
    def wait(self) -> ScriptOutcome: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Press:
    """``place`` is where the reader pressed it, wherever he is when the script ends."""

    place: Place
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
