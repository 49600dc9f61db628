"""What is asked at the reader's position: answers, the steps that lead on, and how saving stands."""

from collections.abc import Callable, Sequence
from functools import partial

from ..quiz.model import Page
from .answers import Answers, Asked, Pressed, Where
from .coming_step import ComingStep
from .end_page import EndPage, end_page_of
from .open_questions import Lack, lacks_of, option_texts, sentences_at_questions
from .timekeeping import Timekeeping
from .timing import UNTIMED

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


class Asking(Timekeeping):
    """Gives a host what it shows beside the images, and takes what is answered there.

    A host calls ``show`` when the page is on the views. ``questions_changed()`` is called when ``asked`` is
    other than before, None where nothing may be answered; ``standing_changed()`` when anything else may be:
    ``hidden`` (questions that are not asked after the answers so far), the steps of ``asked``, ``missing``
    and ``saving`` (sentences), ``asks_to_finish``, ``runs_a_script``, ``possible_steps``, ``end_page``;
    ``forms_changed()`` when only forms of marks came or went; ``moved()`` after a step that was made,
    ``ending()`` before one that time makes: the host ends what is being drawn.

    What is missing is told after the reader wanted to go on (``tells_missing``), in ``lacks`` and, by set and
    number, in ``at_questions``, which has refused values in any case.
    """

    def __init__(
        self,
        moved: Callable[[], None],
        questions_changed: Callable[[], None],
        standing_changed: Callable[[], None],
        ending: Callable[[], None] = lambda: None,
        forms_changed: Callable[[], None] | None = None,
    ) -> None:
        self._moved, self._standing_changed, self._ending = moved, standing_changed, ending
        self._questions_changed, self._forms_changed = questions_changed, forms_changed or questions_changed
        self._is_there = True
        self._end()

    def _end(self) -> None:
        self.answers: Answers | None = None
        self.asked: Asked | None = None
        self.hidden: frozenset[Where] = frozenset()
        self.missing: list[str] = []
        self.at_questions: dict[Where, str] = {}
        self.lacks: tuple[Lack, ...] = ()
        self.saving = self._fault = ""
        self.asks_to_finish = self.tells_missing = self._requires_drawings = False
        self._typed: dict[Where, tuple[Page, Sequence[str]]] = {}
        self._pressed: Pressed | None = None
        self._coming = ComingStep(lambda _step: True, self._show_saving)
        self.end_page: EndPage | None = None
        self.time, self.notice = UNTIMED, ""

    def begin(self, answers: Answers) -> None:
        if self.answers is not answers:
            self.stop_script()
            self._end()
            self.answers, self._coming = answers, ComingStep(answers.prepare, self._show_saving)
            self._arrive(answers)

    def show(self) -> None:
        """The position where the reader is now."""
        from ..session.requirements import missing_drawings

        answers = self._the_answers()
        answers.see(True)
        self.asked, self._fault, self.asks_to_finish, self.tells_missing = answers.asked(), "", False, False
        self._requires_drawings = bool(answers.reader and missing_drawings(self.asked.page, {}))
        self.time = answers.time_shown()
        self.hidden = answers.hidden(self.asked.page)
        self._questions_changed()
        self._show_missing()

    def show_again(self) -> None:
        """The same position, as it is now: what the reader asked for meanwhile is shown still."""
        if self.asked:
            self.asked = self._the_answers().asked()
            self._after_saving(self._fault)

    def wait(self) -> None:
        """The next page is on its way: nothing may be answered before its images are seen."""
        self.asked, self.missing, self.asks_to_finish = None, [], False
        self.at_questions, self.lacks = {}, ()
        if self.answers is not None:
            self.answers.see(False)
            self._cover(self.answers)
        self._questions_changed()
        self._standing_changed()

    def look_again(self) -> None:
        """Something that is not answered in a form may have been missing, and is there now."""
        if self.answers is not None:
            may_be_there = self.asked and self._requires_drawings and not self._fault
            (self._show_missing if may_be_there else self._show_saving)()

    def marks_changed(self) -> None:
        """A mark came or went, and its form with it."""
        if self.asked and self.save_typed():
            self._forms_changed()
            self._after_saving("")

    def save_on(self) -> float:
        """Gives the seconds after which it is to be called again."""
        if self.answers is None:
            return SAVE_S
        if self.answers.save_on():
            self.look_again()
        self._coming.go_on()
        self._show_time()
        return SAVE_S if self.answers.is_drawing_saved and self.answers.is_written else SAVE_ON_S

    def settle(self) -> None:
        """What is under way is brought to an end, and saved."""
        self.stop_script()
        self.look_at_script()
        self.save_typed()
        self._coming.go_on(at_once=True)

    def end(self) -> None:
        self.stop_script()
        self._end()
        self._questions_changed()
        self._standing_changed()

    def set_answer(self, where: Where, texts: Sequence[str]) -> str:
        """Save the texts; gives why they cannot be, which is shown as what is missing."""
        self.asks_to_finish = False
        self._the_answers().touch()
        return self._after_saving(self._the_answers().save_answer(self._the_page(), where, texts))

    def option_texts(self, number: int) -> tuple[Where, list[str]] | None:
        """What a digit answers, see ``open_questions``."""
        return option_texts(self.asked, self.answers, number, self.hidden) if not self._pressed else None

    def type(self, where: Where, texts: Sequence[str]) -> None:
        """As ``set_answer``, while more may be typed: ``save_typed`` saves it, and so does the next step."""
        self.asks_to_finish = False
        self.touch()
        self._typed[where] = (self._the_page(), texts)
        if self._the_answers().reader:
            self.saving = "Typing is saved in a moment."
        self._standing_changed()

    def save_typed(self) -> bool:
        """Save what was typed; gives whether all of it could be."""
        typed, self._typed = self._typed, {}
        if not typed:
            return True
        answers = self._the_answers()
        faults = [answers.save_answer(page, where, texts) for where, (page, texts) in typed.items()]
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
        if answers is None or self._pressed or self._coming or (answers.reader and not self.asked):
            return frozenset()
        return _steps_from(answers.asked())

    def step(self, name: str) -> None:
        """To another place, or what is missing is shown, once it is prepared (``Answers.prepare``)."""
        self.touch()
        if name in self.possible_steps and self.save_typed():
            self._coming.take(name, partial(self._step, name))

    def _step(self, name: str) -> None:
        missing = self._the_answers().step(name)
        if name == "finish" and not missing:
            self.end_page = end_page_of(self._the_answers())
        self._go(missing)

    def _go(self, missing: list[str]) -> None:
        """A step was made, if nothing is missing."""
        if missing:
            self.asks_to_finish, self.tells_missing = False, True
            self._show_missing(missing)
        else:
            self.notice = ""
            self._moved()

    def go_to(self, index: int) -> None:
        """To a page of the list."""
        answers = self._the_answers()
        is_free = self.possible_steps and index in {each.index for each in answers.listed_pages()}
        self.touch()
        if is_free and self.save_typed():
            self._coming.take("", lambda: self._go(answers.go_to(index)))

    def ask_to_finish(self, asks: bool = True) -> None:
        """Where nothing is missing."""
        if "finish" in self.possible_steps and self.save_typed():
            self._coming.take("", partial(self._ask_to_finish, asks))

    def _ask_to_finish(self, asks: bool) -> None:
        self.tells_missing = bool(asks and self._the_answers().missing())
        self.asks_to_finish = asks and not self.tells_missing
        self._show_missing()

    @property
    def runs_a_script(self) -> bool:
        return self._pressed is not None

    def press(self, question_set: int, question: int, option: int) -> None:
        """A Button's script runs while the reader looks at the images; nothing is answered meanwhile."""
        if self.asked and not self._pressed and not self._coming and self.save_typed():
            self._coming.take("press", partial(self._press, question_set, question, option))

    def _press(self, *where: int) -> None:
        self._pressed = self._the_answers().start_press(*where)
        self._standing_changed()

    def look_at_script(self) -> None:
        """Where it has ended, save what it gave."""
        if self._pressed is None or not self._pressed.is_done():
            return
        pressed, self._pressed = self._pressed, None
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
        self.lacks = lacks_of(self.missing, self.at_questions, self.asked) if tells or self._fault else ()
        self._show_saving()

    def _show_saving(self) -> None:
        if self.answers and not self._typed:
            said = self.answers.save_sentence()
            self.saving = WRITING if self._coming.name == "finish" else NOT_TAKEN if self._fault else said
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
        "remove_repeat": asked.can_remove,
        "go_to_bookmark": bool(asked.bookmark_label),
        "return_from_bookmark": bool(asked.return_label),
        "finish": asked.can_finish,
    }
    return frozenset(name for name, is_possible in steps.items() if is_possible)
