"""The time of the place that is asked: shown as it goes, and ended when it is over."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from .answers import Answers, Asked
from .coming_step import ComingStep
from .end_page import EndPage, end_page_of
from .timing import TimeShown


class Timekeeping(ABC):
    """The part of ``Asking`` that looks after time. ``time`` is what is said of it, ``notice`` what a step
    has done that the reader did not make."""

    answers: Answers | None
    asked: Asked | None
    tells_missing: bool
    end_page: EndPage | None
    time: TimeShown
    notice: str
    _is_there: bool
    _coming: ComingStep
    _moved: Callable[[], None]
    _standing_changed: Callable[[], None]
    _ending: Callable[[], None]

    @abstractmethod
    def settle(self) -> None: ...

    @abstractmethod
    def _show_missing(self, sentences: list[str] | None = None) -> None: ...

    def _arrive(self, answers: Answers) -> None:
        """A quiz that was finished before has its end page again where that tells what was scored."""
        answers.see(False)
        answers.be_there(self._is_there)
        self.end_page = end_page_of(answers) if self.has_end_page else None

    def be_there(self, is_there: bool, since: float | None = None) -> None:
        """Whether the reader can see the quiz; a host says it, also before one is open."""
        self._is_there = is_there
        if self.answers is not None:
            self.answers.be_there(is_there, since)
            self._show_time()

    def touch(self) -> None:
        """The reader did something."""
        if self.answers is not None:
            self.answers.touch()

    @property
    def has_end_page(self) -> bool:
        """Whether there is something to come back to on the end page of a quiz that is finished."""
        return bool(self.answers and (self.answers.scores or self.answers.may_begin_again))

    def look_at_end(self) -> None:
        if self.answers and self.has_end_page:
            self.end_page = end_page_of(self.answers)
            self._standing_changed()

    def look_back(self) -> None:
        self.end_page = None
        self._standing_changed()

    def look_at_time(self) -> None:
        """The reader is there now, as far as their host can know: what is over is ended."""
        answers = self.answers
        if answers and self.asked and answers.is_time_over and not self._coming:
            self._time_out(answers, self.asked.page.title)
        self._show_time()

    def _time_out(self, answers: Answers, title: str) -> None:
        self._ending()
        self.settle()
        if sentences := answers.step("time_out"):
            self._show_missing(sentences)
            return
        if answers.is_finished:
            self.end_page = end_page_of(answers, is_time_over=True)
        self.notice = f"Time ran out for “{title}”. What was there is saved."
        self._moved()

    def _show_time(self) -> None:
        if self.answers and self.asked and (now := self.answers.time_shown()) != self.time:
            # Why the reader cannot go on may say how long.
            said_before, self.time = self.time.early, now
            if said_before != now.early and self.tells_missing:
                self._show_missing()
            else:
                self._standing_changed()

    def _cover(self, answers: Answers) -> None:
        """The next page is on its way: what was seen under a limit is seen no longer."""
        was_limited, now = self.time.is_limited, answers.time_shown()
        self.time = replace(now, is_covered=was_limited or now.is_covered)
