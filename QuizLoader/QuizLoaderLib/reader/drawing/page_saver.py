"""What a reader's session saves of the page that is shown beside its answers: drawings, views, the log."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...quiz.model import Layout, Page
from ...views.host import Host
from ...views.interaction_log import FILE_NAME, InteractionLog
from .page_drawings import PageDrawings
from .page_drawn_on import SessionPage


class PageSaver:
    """Called by ``SessionAnswers`` at each of its steps, for whatever host. ``layout()`` is the one on the
    views; ``take_states()`` gives the State of each image of the page that is shown."""

    def __init__(
        self,
        host: Host,
        drawings: PageDrawings,
        layout: Callable[[], Layout],
        take_states: Callable[[], dict[int, dict[str, str]]],
    ) -> None:
        self._host, self._drawings, self._layout = host, drawings, layout
        self._take_states = take_states
        self._page: Page | None = None
        self._log: InteractionLog | None = None
        self._unwritten: list[InteractionLog] = []

    def begin(self, page: Page, session_page: SessionPage) -> None:
        """The page is on the views, with its drawings and its states."""
        self._page = page
        if page.user_interaction_log and not session_page.is_review:
            self._log = InteractionLog(
                self._host, session_page.files.folder() / FILE_NAME, page.id, self._layout
            )
            self._log.start()

    def look_away(self) -> None:
        """The page is about to be put on the views anew, or one image of it in planes."""
        if self._log is not None:
            self._log.look_away()

    def look_again(self) -> None:
        """It is on the views now."""
        if self._log is not None:
            self._log.look_again()

    def states(self) -> dict[int, dict[str, str]]:
        return self._take_states() if self._page is not None else {}

    def save(self) -> str:
        """Before a step: gives what could not be saved, and why."""
        return self._and_logs(self._drawings.save())

    def save_what_is_new(self) -> None:
        """Before the session is asked what is missing."""
        self._drawings.save_first_strokes()

    def tick(self) -> str:
        """As ``save``, of what is due."""
        return self._and_logs(self._drawings.tick())

    def leave(self) -> None:
        """The reader went to another page, or the quiz closes."""
        self._page = None
        if self._log is not None:
            self._log.stop()
            self._unwritten.append(self._log)
            self._log = None
        self._drawings.leave()

    def save_copies(self, folder: Path, instead_of: Path) -> None:
        """Write what could not be saved into another folder of the quiz, beside what can still be read of the
        pages in the folder ``instead_of``, so that the reader can go on there; raises OSError."""
        for page in instead_of.glob("PgGroup*"):
            with suppress(OSError):
                shutil.copytree(page, folder / page.name, dirs_exist_ok=True)
        self._drawings.save_copies(folder)
        for log in self._logs():
            log.write_to(folder / log.path.parent.name / log.path.name)

    def _logs(self) -> list[InteractionLog]:
        return [*self._unwritten, *([self._log] if self._log is not None else [])]

    def _and_logs(self, unsaved: str) -> str:
        faults = [log for log in self._logs() if not log.write()]
        self._unwritten = [log for log in self._unwritten if log in faults]
        sentences = (
            f"The log “{log.path}” cannot be written now ({log.fault}); this is tried again."
            for log in faults
        )
        return "\n".join(filter(None, [unsaved, *sentences]))
