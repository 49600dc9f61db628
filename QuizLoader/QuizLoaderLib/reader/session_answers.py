"""A reader's session behind the interface that hosts know. Its packages are imported when it begins."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..quiz.model import Page
from ..quiz.question_types import Takes
from ..session.files import SessionError
from .answers import Answer, Answers, Asked, ListedPage, Pressed
from .save_queue import SaveQueue

if TYPE_CHECKING:
    from ..session.session import Session
    from .drawing.page_drawn_on import SessionPage
    from .drawing.page_saver import PageSaver

REFUSED = "A value that is not accepted is no answer yet. All other answers are saved."
LOCKS = "After Next, this page cannot be changed."
DRAWING_NOT_SAVED = "The drawing is not saved yet."


@dataclass(frozen=True)
class SignIn:
    """Who reads, and where the results go. ``scripts_folder`` is None where no script may run; ``python``
    runs them. ``clock()`` gives seconds that only go forward."""

    reader: str
    results_folder: Path
    scripts_folder: Path | None = None
    python: str = sys.executable
    clock: Callable[[], float] = time.monotonic

    def begin(self, quiz_path: Path, image_folder: Path) -> "SessionAnswers":
        """Begin or take up the session; raises SessionError."""
        from ..session.session import ScriptRules, Session

        scripts = None
        if self.scripts_folder is not None:
            scripts = ScriptRules(self.scripts_folder, image_folder, python=self.python)
        session = Session.open(quiz_path, self.results_folder, self.reader, scripts=scripts, clock=self.clock)
        return SessionAnswers(session, self, scripts is not None)


class SessionAnswers(Answers):
    """One question set at a time, where the session says; every answer goes to the session at once."""

    def __init__(self, session: "Session", sign_in: SignIn, runs_scripts: bool) -> None:
        self._session = session
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
    def pages_complete(self) -> int:
        return self._session.where().pages_complete

    @property
    def end_text(self) -> str:
        return self._session.quiz.end_text

    def listed_pages(self) -> tuple[ListedPage, ...]:
        """None: the session alone says where the reader goes."""
        return ()

    def asked(self) -> Asked:
        where, in_review = self._session.where(), self._session.in_review
        steps = f"Pages complete: {where.pages_complete} of {where.pages_total}"
        if where.set_count > 1:
            part = f"Questions {where.set_number} of {where.set_count}"
            steps = f"{part}. {steps}"
        return Asked(
            page=where.page,
            page_number=self.index + 1,
            page_count=len(self.pages),
            question_sets=(where.question_set,) if where.question_set else (),
            steps=steps,
            is_locked=self._session.locked(),
            can_go_back=where.can_go_back,
            can_go_on=not where.is_last,
            can_repeat=where.can_repeat,
            can_finish=where.is_last and not in_review,
            bookmark_label=where.bookmark_label,
            return_label=f"Return to page {self._keys.index(where.way_back) + 1}" if where.way_back else "",
            lock_note=LOCKS if where.locks_on_leaving and _takes_anything(where.page) else "",
        )

    def answer(self, page: Page, question_set: int, question: int) -> Answer:
        return self._session.answer(question)

    def hidden(self, page: Page) -> frozenset[tuple[int, int]]:
        sets, asked = self.pages[self.index].question_sets, self._session.asked_questions()
        questions = sets[self._session.position.question_set].questions if sets else ()
        return frozenset((0, each) for each in range(len(questions)) if each not in asked)

    def set_answer(self, page: Page, question_set: int, question: int, texts: Sequence[str]) -> str:
        # One question set is asked at a time.
        return "\n".join(self._try(lambda: self._set_draft(question if question_set == 0 else -1, texts)))

    def start_press(self, question_set: int, question: int, option: int) -> Pressed:
        if self.page_saver:
            # A script looks for what was drawn in the files beside the results.
            self.page_saver.save()
            self.page_saver.write_files(wait=True)
        try:
            press = self._session.buttons.start(question, option)
        except SessionError as fault:
            sentence = str(fault)
            return Pressed(lambda: True, lambda: None, lambda: sentence)

        def finish() -> str:
            return "\n".join(self._try(lambda: [self._session.buttons.end(press).sentence]))

        return Pressed(lambda: press.script.is_done, press.script.stop, finish)

    def missing(self) -> list[str]:
        if self.page_saver:
            self.page_saver.save_what_is_new()
        return self._session.missing()

    def see(self, is_seen: bool) -> None:
        self._session.presence.see(is_seen)

    def be_there(self, is_there: bool, since: float | None = None) -> None:
        self._session.presence.be_there(is_there, since)

    def touch(self) -> None:
        self._session.presence.touch()

    def save_sentence(self) -> str:
        if self.page_saver and self.page_saver.was_touched():
            self.touch()
        self._session.beat()
        if self.page_saver:
            self.page_saver.tick()
        state, sentences = self._session.save_now(), self.queue.sentences()
        if not state.saved:
            sentences.append(state.sentence)
        if not self._is_drawing_saved and not sentences:
            sentences.append(DRAWING_NOT_SAVED)
        self.is_all_saved = state.saved and not sentences
        if self._session.in_review:
            sentences.append("This quiz is finished: everything can be looked at, and nothing changes.")
        elif self._session.locked():
            sentences.append("This page is complete and cannot be changed any more.")
        if self.is_all_saved and not self._session.in_review:
            sentences.append(REFUSED if self._session.has_refused_value() else state.sentence)
        return " ".join(sentences)

    @property
    def _is_drawing_saved(self) -> bool:
        return self.page_saver is None or self.page_saver.is_saved

    def save_on(self) -> bool:
        if self.page_saver is None:
            return False
        self.page_saver.save_on()
        was_saved, self._was_drawing_saved = self._was_drawing_saved, self._is_drawing_saved
        return was_saved != self._was_drawing_saved

    @property
    def is_drawing_saved(self) -> bool:
        return self._was_drawing_saved

    def step(self, name: str) -> list[str]:
        """Everything of the page is saved before it."""
        self._save_page()
        if name == "finish" and self.page_saver and (unwritten := self.page_saver.write_files(wait=True)):
            return unwritten
        session = self._session
        left = session.position.page
        sentences = self._try(getattr(session, name))
        self._list_pages()
        if self.page_saver and session.position.page != left:
            self.page_saver.leave()
        return sentences

    def close(self) -> str:
        self._save_page()
        self.is_all_saved = False
        if self.page_saver:
            self.page_saver.write_files(wait=True)
        if unsaved := self.queue.sentences():
            return " ".join(unsaved)
        state = self._session.close()
        self._is_closed = state.saved
        if self._is_closed and self.page_saver:
            self.page_saver.close()
        return "" if state.saved else state.sentence

    def close_for_good(self) -> str:
        sentence = self.close()
        if not sentence:
            return ""
        from .drawing.page_saver import copy_pages

        folder = Path.home() / "Unsaved quiz answers" / f"{datetime.now():%Y-%m-%d %H-%M-%S}"
        try:
            copy = self._session.save_copy(folder)
            copy_pages(copy.parent, self._session.drawings.folder().parent)
            self.queue.save_copies(copy.parent)
        except OSError as fault:
            # Nothing can be written anywhere, and the program ends: there is only the sentence left.
            sentence = f"{sentence} {fault}"
        else:
            sentence = (
                f"The results folder could not be written. What was not saved there is in {copy} instead; "
                f"to go on, choose “{folder}” as results folder."
            )
        self._session.close(even_unsaved=True)
        self._is_closed = True
        if self.page_saver:
            self.page_saver.close()
        return sentence

    def _set_draft(self, question: int, texts: Sequence[str]) -> None:
        # How saving stands is asked for separately.
        self._session.set_draft(question, texts)

    def _save_page(self) -> None:
        if self.page_saver:
            self.page_saver.save()

    @property
    def is_written(self) -> bool:
        return self.page_saver is None or self.page_saver.is_written

    def write_files(self) -> bool:
        self._save_page()
        if self.page_saver:
            self.page_saver.write_files()
        return self.is_written

    def _record_states(self) -> None:
        if self.page_saver:
            self._session.record_states(list(self.page_saver.states().items()))

    def _try(self, step: Callable[[], list[str] | None]) -> list[str]:
        try:
            return [sentence for sentence in step() or [] if sentence]
        except SessionError as fault:
            return [str(fault)]


def _takes_anything(page: Page) -> bool:
    """Whether there is anything on it that a reader could change."""
    asks = any(question.facts.takes is not Takes.NOTHING for question in page.questions)
    return asks or page.enable_segment_editor or any(image.min_markup_lines_required for image in page.images)
