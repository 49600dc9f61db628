"""A reader's session behind the interface that hosts know. Its packages are imported when it begins."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..quiz.image_folder import ImageFolder
from ..quiz.model import Page
from ..quiz.question_types import Takes
from ..session.files import SessionError
from .answers import Answer, Answers, Asked, ListedPage, PageState, Pressed
from .expert_scores import ExpertScores, needs_files
from .save_queue import SaveQueue
from .timing import TimeShown, time_shown

if TYPE_CHECKING:
    from ..quiz.answer_key import AnswerKey
    from ..session.marks import SessionMarks
    from ..session.measures import SessionMeasures
    from ..session.order import PageKey
    from ..session.session import Session, Where
    from .differences import ToldRegion
    from .drawing.page_drawn_on import SessionPage
    from .drawing.page_saver import PageSaver
    from .feedback import QuizScores

REFUSED = "A value that is not accepted is no answer yet. All other answers are saved."
LOCKS = "After Next, this page cannot be changed."
TELLS = "Next locks this page and shows what is right."
DRAWING_NOT_SAVED = "The drawing is not saved yet."

CLOSING_S = 10.0
"""So long closing waits for the files of drawings, whose journals have all: half of the time after which a
study server ends the program."""


@dataclass(frozen=True)
class SignIn:
    """Who reads, and where the results go. ``scripts_folder`` is None where no script may run; ``python``
    runs them. ``clock()`` gives seconds that only go forward. ``key`` says what is right;
    ``again`` begins another run through a quiz that is finished."""

    reader: str
    results_folder: Path
    scripts_folder: Path | None = None
    python: str = sys.executable
    clock: Callable[[], float] = time.monotonic
    key: "AnswerKey | None" = None
    again: bool = False

    def begin(self, quiz_path: Path, image_folder: Path) -> "SessionAnswers":
        """Begin or take up the session; raises SessionError."""
        from ..session.session import ScriptRules, Session

        scripts = None
        if self.scripts_folder is not None:
            scripts = ScriptRules(self.scripts_folder, image_folder, python=self.python)
        session = Session.open(
            quiz_path,
            self.results_folder,
            self.reader,
            scripts=scripts,
            clock=self.clock,
            key=self.key,
            again=self.again,
        )
        return SessionAnswers(session, self, image_folder, scripts is not None)


class SessionAnswers(Answers):
    """One question set at a time, where the session says; every answer goes to the session at once."""

    def __init__(self, session: "Session", sign_in: SignIn, images: Path, runs_scripts: bool) -> None:
        self._session, self.expert_scores = session, ExpertScores(session, ImageFolder(images))
        self.reader = sign_in.reader
        self.runs_scripts = runs_scripts
        self.quiz = session.quiz
        self.notices: tuple[str, ...] = tuple(session.notices)
        self.queue = SaveQueue(sign_in.clock)
        self.page_saver: PageSaver | None = None
        self._is_closed, self._was_drawing_saved = False, True
        session.when_page_is_left = self._record_states
        self._list_pages()

    def _list_pages(self) -> None:
        self._keys = [key for key, _page in self._session.pages]
        self.pages: tuple[Page, ...] = tuple(page for _key, page in self._session.pages)

    @property
    def index(self) -> int:
        return self._keys.index(self._session.position.page)

    def may_show(self, index: int) -> bool:
        return index == self.index

    def session_page(self, index: int) -> "SessionPage | None":
        """How the drawings of this page are saved, None for one that the reader is not at."""
        if index != self.index:
            return None
        from .drawing.page_drawn_on import SessionPage

        session, page = self._session, self._session.position.page

        def is_open() -> bool:
            return not self._is_closed and session.position.page == page and not session.locked()

        return SessionPage(session.drawings, page, is_open, session.in_review)

    def last_states(self) -> dict[int, dict[str, str]]:
        """What was last recorded of the views of this page's images, by their place on the page."""
        images = range(len(self.pages[self.index].images))
        return {image: state for image in images if (state := self._session.last_state(image))}

    @property
    def is_finished(self) -> bool:
        return self._session.in_review

    @property
    def pages_complete(self) -> int:
        return self._session.where().pages_complete

    @property
    def end_text(self) -> str:
        return self._session.quiz.end_text

    def listed_pages(self) -> tuple[ListedPage, ...]:
        """None where the session alone says where the reader goes."""
        session, keys = self._session, self._keys if self.quiz.free_order else []
        return tuple(
            ListedPage(index, self.pages[index].title, _page_state(session, key))
            for index, key in enumerate(keys)
            if session.is_asked(key)
        )

    def asked(self) -> Asked:
        from .feedback import page_feedback

        where, in_review = self._session.where(), self._session.in_review
        return Asked(
            page=where.page,
            page_number=self.index + 1,
            page_count=len(self.pages),
            question_sets=tuple(where.page.question_sets[number] for number in self._session.shown_sets),
            steps=_steps(where),
            is_locked=self._session.locked(),
            can_go_back=where.can_go_back,
            can_go_on=not where.is_last,
            can_repeat=where.can_repeat,
            can_remove=self._session.can_remove,
            can_finish=where.is_last and not in_review,
            bookmark_label=where.bookmark_label,
            return_label=f"Return to page {self._keys.index(where.way_back) + 1}" if where.way_back else "",
            lock_note=_lock_note(where),
            feedback=page_feedback(self._session, self.expert_scores),
            pages=self.listed_pages(),
        )

    @property
    def scores(self) -> "QuizScores | None":
        from .feedback import quiz_scores

        return quiz_scores(self._session, self.expert_scores)

    def expert_regions(self) -> "tuple[ToldRegion, ...]":
        return self.expert_scores.told

    @property
    def may_begin_again(self) -> bool:
        return self._session.attempts_left > 0

    def answer(self, page: Page, question_set: int, question: int) -> Answer:
        return self._session.answer(question, self._session.shown_sets[question_set])

    def hidden(self, page: Page) -> frozenset[tuple[int, int]]:
        return frozenset(_hidden(self._session, self.pages[self.index]))

    def set_answer(self, page: Page, question_set: int, question: int, texts: Sequence[str]) -> str:
        return "\n".join(_tried(partial(_set_draft, self._session, question_set, question, texts)))

    def marks(self, index: int) -> "SessionMarks | None":
        return self._session.marks if index == self.index else None

    def measures(self, index: int) -> "SessionMeasures | None":
        return self._session.measures if index == self.index else None

    def set_on_page(self, question_set: int) -> int:
        return (self._session.shown_sets or range(question_set + 1))[question_set]

    def start_press(self, question_set: int, question: int, option: int) -> Pressed:
        if self.page_saver:
            # A script looks for what was drawn in the files beside the results.
            self.page_saver.save()
            self.page_saver.write_files()
        try:
            press = self._session.buttons.start(question, option)
        except SessionError as fault:
            sentence = str(fault)
            return Pressed(lambda: True, lambda: None, lambda: sentence)

        def finish() -> str:
            return "\n".join(_tried(lambda: [self._session.buttons.end(press).sentence]))

        return Pressed(lambda: press.script.is_done, press.script.stop, finish)

    def missing(self) -> list[str]:
        if self.page_saver:
            self.page_saver.save_what_is_new()
        return self._session.missing()

    def see(self, is_seen: bool) -> None:
        self._session.presence.see(is_seen)

    def be_there(self, is_there: bool, since: float | None = None) -> None:
        self._session.be_there(is_there, since)

    def touch(self) -> None:
        self._session.presence.touch()

    def time_shown(self) -> TimeShown:
        return time_shown(self._session.limits)

    @property
    def is_time_over(self) -> bool:
        return self._session.limits.is_over

    def save_sentence(self) -> str:
        if self.page_saver and self.page_saver.was_touched():
            self.touch()
        self._session.beat()
        if self.page_saver:
            self.page_saver.tick()
        state, sentences = self._session.save_now(), self.queue.sentences()
        if not state.saved:
            sentences.append(state.sentence)
        if self.page_saver and not self.page_saver.is_saved and not sentences:
            sentences.append(DRAWING_NOT_SAVED)
        self.is_all_saved = state.saved and not sentences
        if self._session.in_review:
            sentences.append("This quiz is finished: everything can be looked at, and nothing changes.")
        elif self._session.locked():
            sentences.append("This page is complete and cannot be changed any more.")
        if self.is_all_saved and not self._session.in_review:
            sentences.append(REFUSED if self._session.has_refused_value() else state.sentence)
        return " ".join(sentences)

    def save_on(self) -> bool:
        if self.page_saver is None:
            return False
        self.page_saver.save_on()
        was_saved, self._was_drawing_saved = self._was_drawing_saved, self.page_saver.is_saved
        return was_saved != self._was_drawing_saved

    @property
    def is_drawing_saved(self) -> bool:
        return self._was_drawing_saved

    def step(self, name: str) -> list[str]:
        """Everything of the page is saved before it."""
        session = self._session
        self._save_page()
        unwritten = self.page_saver.write_files() if needs_files(session, name) and self.page_saver else []
        # What cannot be written stops no time; it is saved in the journal of the strokes.
        return unwritten if unwritten and name != "time_out" else self._step(getattr(session, name))

    def go_to(self, index: int) -> list[str]:
        self._save_page()
        return self._step(lambda: self._session.go_to(self._keys[index]))

    def _step(self, step: Callable[[], list[str] | None]) -> list[str]:
        session = self._session
        left = session.position.page
        sentences = _tried(step)
        self._list_pages()
        if self.page_saver and session.position.page != left:
            self.page_saver.leave()
        return sentences

    def close(self) -> str:
        self._save_page()
        self.is_all_saved = False
        if self.page_saver:
            # Should the program be ended meanwhile, the results have it all.
            self._session.save_now(results_too=True)
            self.page_saver.write_files(CLOSING_S)
        if unsaved := self.queue.sentences():
            return " ".join(unsaved)
        state = self._session.close()
        if state.saved:
            self._end()
        return "" if state.saved else state.sentence

    def close_for_good(self) -> str:
        if sentence := self.close():
            sentence = _saved_elsewhere(sentence, self._session, self.queue)
            self._session.close(even_unsaved=True)
            self._end()
        return sentence

    def _end(self) -> None:
        self._is_closed = True
        self.expert_scores.close()
        if self.page_saver:
            self.page_saver.close()

    def _save_page(self) -> None:
        if self.page_saver:
            self.page_saver.save()

    @property
    def is_written(self) -> bool:
        return (self.page_saver is None or self.page_saver.is_written) and self.expert_scores.is_prepared

    def prepare(self, step: str) -> bool:
        is_saved = self.page_saver is None or self.page_saver.prepare(needs_files(self._session, step))
        return is_saved and self.expert_scores.prepare_step(step)

    def _record_states(self) -> None:
        if self.page_saver:
            self._session.record_states(list(self.page_saver.states().items()))


def _set_draft(session: "Session", question_set: int, question: int, texts: Sequence[str]) -> None:
    """One question set is asked at a time."""
    session.set_draft(question if question_set == 0 else -1, texts)


def _takes_anything(page: Page) -> bool:
    """Whether there is anything on it that a reader could change."""
    asks = any(question.facts.takes is not Takes.NOTHING for question in page.questions)
    return asks or page.enable_segment_editor or any(image.min_markup_lines_required for image in page.images)


def _saved_elsewhere(sentence: str, session: "Session", queue: SaveQueue) -> str:
    """Where the results folder cannot be written, as the ``sentence`` says; tells where all is instead."""
    from .drawing.page_saver import copy_pages

    folder = Path.home() / "Unsaved quiz answers" / f"{datetime.now():%Y-%m-%d %H-%M-%S}"
    try:
        copy = session.save_copy(folder)
        copy_pages(copy.parent, session.drawings.folder().parent)
        queue.save_copies(copy.parent)
    except OSError as fault:
        # Nothing can be written anywhere, and the program ends: there is only the sentence left.
        return f"{sentence} {fault}"
    return (
        f"The results folder could not be written. What was not saved there is in {copy} instead; "
        f"to go on, choose “{folder}” as results folder."
    )


def _hidden(session: "Session", page: Page) -> Iterator[tuple[int, int]]:
    for index, number in enumerate(session.shown_sets):
        asked = session.asked_questions(number)
        yield from (
            (index, each) for each in range(len(page.question_sets[number].questions)) if each not in asked
        )


def _page_state(session: "Session", key: "PageKey") -> PageState:
    if session.is_complete(key):
        return PageState.COMPLETE
    return PageState.BEGUN if session.was_shown(key) else PageState.UNTOUCHED


def _lock_note(where: "Where") -> str:
    if where.tells_on_leaving:
        return TELLS
    return LOCKS if where.locks_on_leaving and _takes_anything(where.page) else ""


def _tried(step: Callable[[], list[str] | None]) -> list[str]:
    try:
        return [sentence for sentence in step() or [] if sentence]
    except SessionError as fault:
        return [str(fault)]


def _steps(where: "Where") -> str:
    steps = f"Pages complete: {where.pages_complete} of {where.pages_total}"
    return f"Questions {where.set_number} of {where.set_count}. {steps}" if where.set_count > 1 else steps
