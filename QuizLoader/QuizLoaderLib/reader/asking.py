"""What is asked at the reader's position: answers, the steps that lead on, and how saving stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..quiz.model import Page
from .answers import Answers, Asked, Pressed
from .open_questions import Lack, Where, lacks_of, option_texts, sentences_at_questions

WRITING = "The drawings are being written; then the quiz is finished."
NOT_TAKEN = "The last change is not saved, for it cannot be taken."

LOOK_S = 2.0
"""How often a host calls ``look_again``, which tries saving what could not be saved; costs nothing while
everything is saved."""

SAVE_S, SAVE_ON_S = 0.2, 0.02
"""After how long a host calls ``save_on`` again, which saves what is drawn in small parts: while all is
saved, and while it is not."""

SCRIPT_S = 0.05
"""How often a host calls ``look_at_script`` while one runs."""


@dataclass(frozen=True)
class EndPage:
    """What is said when the quiz has been finished."""

    title: str
    sentences: tuple[str, ...]


class Asking:
    """Gives a host what it shows beside the images, and takes what is answered there.

    A host calls ``show`` when the page is on the views. ``questions_changed()`` is called when ``asked`` is
    other than before, None where nothing may be answered; ``standing_changed()`` when anything else may be:
    ``hidden`` (questions that are not asked after the answers so far), the steps of ``asked``, ``missing``
    and ``saving`` (sentences), ``asks_to_finish``, ``runs_a_script``, ``possible_steps``, ``end_page``;
    ``moved()`` after a step that was made.

    What is missing is told after the reader wanted to go on (``tells_missing``), in ``lacks`` and, by set and
    number, in ``at_questions``, which has refused values in any case.
    """

    def __init__(
        self,
        moved: Callable[[], None],
        questions_changed: Callable[[], None],
        standing_changed: Callable[[], None],
    ) -> None:
        self._moved, self._questions_changed = moved, questions_changed
        self._standing_changed = standing_changed
        self._is_there = True
        self._end()

    def _end(self) -> None:
        self.answers: Answers | None = None
        self.asked: Asked | None = None
        self.hidden: frozenset[tuple[int, int]] = frozenset()
        self.missing: list[str] = []
        self.at_questions: dict[Where, str] = {}
        self.lacks: tuple[Lack, ...] = ()
        self.saving = ""
        self.asks_to_finish = False
        self._fault = ""
        self._typed: dict[tuple[int, int], tuple[Page, Sequence[str]]] = {}
        self._requires_drawings = False
        self._pressed: Pressed | None = None
        self._finishes = False
        self.tells_missing = False
        self.end_page: EndPage | None = None

    def begin(self, answers: Answers) -> None:
        if self.answers is not answers:
            self.stop_script()
            self._end()
            self.answers = answers
            answers.see(False)
            answers.be_there(self._is_there)

    def show(self) -> None:
        """The position where the reader is now."""
        from ..session.requirements import missing_drawings

        answers = self._the_answers()
        answers.see(True)
        self.asked, self._fault, self.asks_to_finish = answers.asked(), "", False
        self.tells_missing = False
        self._requires_drawings = bool(answers.reader and missing_drawings(self.asked.page, {}))
        self.hidden = answers.hidden(self.asked.page)
        self._questions_changed()
        self._show_missing()

    def wait(self) -> None:
        """The next page is on its way: nothing may be answered before its images are seen."""
        self.asked, self.missing, self.asks_to_finish = None, [], False
        self.at_questions, self.lacks = {}, ()
        if self.answers is not None:
            self.answers.see(False)
        self._questions_changed()
        self._standing_changed()

    def be_there(self, is_there: bool, since: float | None = None) -> None:
        """Whether the reader can see the quiz; a host says it, also before one is open."""
        self._is_there = is_there
        if self.answers is not None:
            self.answers.be_there(is_there, since)

    def touch(self) -> None:
        """The reader did something."""
        if self.answers is not None:
            self.answers.touch()

    def look_again(self) -> None:
        """Something that is not answered in a form may have been missing, and is there now."""
        if self.answers is None:
            return
        if self.asked and self._requires_drawings and not self._fault:
            self._show_missing()
        else:
            self._show_saving()

    def save_on(self) -> float:
        """Gives the seconds after which it is to be called again."""
        if self.answers is None:
            return SAVE_S
        if self.answers.save_on():
            self.look_again()
        self._finish_if(self.answers.is_written)
        is_at_rest = self.answers.is_drawing_saved and self.answers.is_written
        return SAVE_S if is_at_rest else SAVE_ON_S

    def settle(self) -> None:
        """What is under way is brought to an end, and saved."""
        self.stop_script()
        self.look_at_script()
        self.save_typed()
        self._finish_if(True)

    def end(self) -> None:
        self.stop_script()
        self._end()
        self._questions_changed()
        self._standing_changed()

    def set_answer(self, question_set: int, question: int, texts: Sequence[str]) -> str:
        """Save the texts; gives why they cannot be, which is shown as what is missing."""
        self.asks_to_finish = False
        answers = self._the_answers()
        answers.touch()
        return self._after_saving(answers.set_answer(self._the_page(), question_set, question, texts))

    def option_texts(self, number: int) -> tuple[Where, list[str]] | None:
        """What a digit answers, see ``open_questions``."""
        return option_texts(self.asked, self.answers, number, self.hidden) if not self._pressed else None

    def type(self, question_set: int, question: int, texts: Sequence[str]) -> None:
        """As ``set_answer``, while more may be typed: it is saved by ``save_typed``, at the latest with the
        next step."""
        self.asks_to_finish = False
        self.touch()
        self._typed[question_set, question] = (self._the_page(), texts)
        if self._the_answers().reader:
            self.saving = "Typing is saved in a moment."
        self._standing_changed()

    def save_typed(self) -> bool:
        """Save what was typed; gives whether all of it could be."""
        typed, self._typed = self._typed, {}
        if not typed:
            return True
        answers = self._the_answers()
        faults = [answers.set_answer(page, *where, texts) for where, (page, texts) in typed.items()]
        return not self._after_saving("\n".join(filter(None, faults)))

    def _after_saving(self, fault: str) -> str:
        self._fault = fault
        self._look_at_conditions()
        self._show_missing([fault] if fault else None)
        return fault

    @property
    def possible_steps(self) -> frozenset[str]:
        """The names that ``step`` may be asked for. An author need not wait for the images."""
        answers = self.answers
        if answers is None or self._pressed or self._finishes or (answers.reader and not self.asked):
            return frozenset()
        return _steps_from(answers.asked())

    def step(self, name: str) -> None:
        """To another place, or what is missing is shown; finishing waits for the files of what is drawn."""
        self.touch()
        if name not in self.possible_steps or not self.save_typed():
            return
        if name == "finish" and not self._the_answers().write_files():
            self._finishes = True
            self._show_saving()
        else:
            self._step(name)

    def _finish_if(self, is_time: bool) -> None:
        if self._finishes and is_time:
            self._finishes = False
            self._step("finish")

    def _step(self, name: str) -> None:
        if missing := self._the_answers().step(name):
            self.asks_to_finish, self.tells_missing = False, True
            self._show_missing(missing)
        else:
            if name == "finish":
                self.end_page = _end_page(self._the_answers())
            self._moved()

    def look_back(self) -> None:
        self.end_page = None
        self._standing_changed()

    def ask_to_finish(self, asks: bool = True) -> None:
        """Where nothing is missing."""
        if "finish" in self.possible_steps and self.save_typed():
            self.tells_missing = bool(asks and self._the_answers().missing())
            self.asks_to_finish = asks and not self.tells_missing
            self._show_missing()

    @property
    def runs_a_script(self) -> bool:
        return self._pressed is not None

    def press(self, question_set: int, question: int, option: int) -> None:
        """A Button's script runs while the reader looks at the images; nothing is answered meanwhile."""
        if self.asked and not self._pressed and self.save_typed():
            self._pressed = self._the_answers().start_press(question_set, question, option)
            self._standing_changed()

    def look_at_script(self) -> None:
        """Where it has ended, save what it gave."""
        pressed = self._pressed
        if pressed is None or not pressed.is_done():
            return
        self._pressed = None
        fault = pressed.finish()
        if self.asked:
            self.show()
            self._after_saving(fault)
        else:
            self._standing_changed()

    def stop_script(self) -> None:
        if self._pressed:
            self._pressed.stop()

    def _look_at_conditions(self) -> None:
        """An answer may have changed what else is asked."""
        answers = self._the_answers()
        if self.asked:
            self.hidden = answers.hidden(self.asked.page)
            if answers.reader:
                self.asked = answers.asked()

    def _show_missing(self, sentences: list[str] | None = None) -> None:
        answers, tells = self._the_answers(), self.tells_missing
        self.missing = answers.missing() if sentences is None else sentences
        self.at_questions = sentences_at_questions(self.asked, answers, tells, self.hidden)
        self.lacks = lacks_of(self.missing, self.at_questions) if tells or self._fault else ()
        self._show_saving()

    def _show_saving(self) -> None:
        if self.answers and not self._typed:
            said = self.answers.save_sentence()
            self.saving = WRITING if self._finishes else NOT_TAKEN if self._fault else said
        self._standing_changed()

    def _the_page(self) -> Page:
        assert self.asked is not None
        return self.asked.page

    def _the_answers(self) -> Answers:
        assert self.answers is not None
        return self.answers


def _steps_from(asked: Asked) -> frozenset[str]:
    steps = {
        "next": asked.can_go_on,
        "previous": asked.can_go_back,
        "repeat": asked.can_repeat,
        "go_to_bookmark": bool(asked.bookmark_label),
        "return_from_bookmark": bool(asked.return_label),
        "finish": asked.can_finish,
    }
    return frozenset(name for name, is_possible in steps.items() if is_possible)


def _end_page(answers: Answers) -> EndPage:
    count = answers.pages_complete
    pages = "The page is" if count < 2 else f"All {count} pages are"
    said = answers.end_text or f"Thank you, {answers.reader}. {pages} complete."
    return EndPage("The quiz is finished", (said, "This window can be closed."))
