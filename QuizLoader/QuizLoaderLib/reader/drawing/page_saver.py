"""What a reader's session saves of the page that is shown beside its answers: drawings, views, the log."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...quiz.model import VIEWS_OF_LAYOUT, Layout, Page
from ...views.host import Host
from ...views.interaction_log import FILE_NAME, InteractionLog
from ...views.tools import crosshair_node
from ..save_queue import SaveQueue
from .page_drawings import PageDrawings
from .page_drawn_on import SessionPage


class PageSaver:
    """Called by ``SessionAnswers`` at each of its steps, for whatever host. ``layout()`` is the one on the
    views; ``take_states()`` gives the State of each image of the page that is shown."""

    def __init__(
        self,
        host: Host,
        drawings: PageDrawings,
        queue: SaveQueue,
        layout: Callable[[], Layout],
        take_states: Callable[[], dict[int, dict[str, str]]],
    ) -> None:
        self._host, self._drawings, self._queue, self._layout = host, drawings, queue, layout
        self._take_states = take_states
        self._page: Page | None = None
        self._log: InteractionLog | None = None
        self._touched: list[object] = []
        self._writes = False

    def begin(self, page: Page, session_page: SessionPage) -> None:
        """The page is on the views, with its drawings and its states."""
        self._page = page
        if page.user_interaction_log and not session_page.is_review:
            path = session_page.files.folder() / FILE_NAME
            self._log = InteractionLog(self._host, path, page.id, self._layout)
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

    def save(self) -> None:
        """Before a step: everything that is not saved."""
        self._save_log()
        self._drawings.save()

    def save_what_is_new(self) -> None:
        """Before the session is asked what is missing."""
        self._drawings.save_first_strokes()

    def was_touched(self) -> bool:
        """Whether views were moved or pointed at since this was asked before."""
        if self._page is None:
            return False
        logics = map(self._host.application_logic.GetSliceLogicByLayoutName, VIEWS_OF_LAYOUT[self._layout()])
        nodes = [logic.GetSliceNode() for logic in logics if logic] + [crosshair_node(self._host)]
        before, self._touched = self._touched, [node.GetMTime() for node in nodes]
        return self._touched != before

    @property
    def is_saved(self) -> bool:
        """Whether a crash would lose nothing of what is drawn on the page; looks at no voxel."""
        return self._drawings.is_saved

    def save_on(self) -> None:
        """A part of what is drawn; to be called again and again."""
        self._drawings.save_on()

    def tick(self) -> None:
        """As ``save``, of what is due."""
        self._save_log()
        self._queue.retry()

    @property
    def is_written(self) -> bool:
        """Whether no journal is being put into the files of a drawing."""
        return self._drawings.folds.is_done

    def prepare(self, needs_files: bool) -> bool:
        """See ``Answers.prepare``; ``needs_files``: of all drawings they are written before the step."""
        if not self._drawings.prepare_to_leave():
            return False
        if needs_files and not self._writes:
            self._writes = True
            self.save()
            self._drawings.write_files()
        self._writes = needs_files and not self.is_written
        return not self._writes

    def write_files(self, most_s: float | None = None) -> list[str]:
        """After ``save``, of all that is drawn: they are there, or a sentence says why not, unless that takes
        longer."""
        self._drawings.write_files()
        self._drawings.folds.wait(most_s)
        return self._drawings.folds.sentences

    def close(self) -> None:
        """The session is over: no more files are written of what is drawn."""
        self._drawings.folds.close()

    def leave(self) -> None:
        """The reader went to another page, or the quiz closes."""
        self._page = None
        if self._log is not None:
            self._log.stop()
            self._save_log()
            self._log = None
        self._drawings.leave()

    def _save_log(self) -> None:
        if self._log is not None:
            self._queue.save(self._log)


def copy_pages(folder: Path, instead_of: Path) -> None:
    """Copy what can still be read of the pages in the folder of a quiz into another one of it, so that the
    reader can go on there."""
    for page in instead_of.glob("PgGroup*"):
        with suppress(OSError):
            shutil.copytree(page, folder / page.name, dirs_exist_ok=True)
