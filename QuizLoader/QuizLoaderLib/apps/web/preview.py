"""An author's preview: the quiz as the file has it now, its problems, and a list of its pages."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...quiz.problems import Problem
from ...reader.opened_quiz import OpenedQuiz, QuizUnreadableError
from .client_quiz import ClientQuiz

if TYPE_CHECKING:
    from trame_server.state import State

LOOK_S = 0.3
BESIDE = (".xml", ".txt", ".png", ".jpg", ".jpeg", ".bmp", ".gif")
"""Files beside the quiz that belong to it: maps, colours, pictures."""

_Stamp = dict[str, tuple[int, int]]


class Preview:
    """Reads the quiz again whenever its file, or one beside it, is saved; nothing is stored.

    A file that cannot be read as a quiz leaves the last one that could in the client, with what is wrong.
    """

    def __init__(self, state: "State", quiz: ClientQuiz, quiz_path: Path) -> None:
        self._state, self._quiz, self._path = state, quiz, quiz_path
        self._stamp: _Stamp = {}
        self._watching: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Unlike for a reader, also where the file is no quiz yet."""
        self._stamp = self._stamp_now()
        await self._read()
        self._watching = asyncio.create_task(self._watch())

    def end(self) -> None:
        if self._watching:
            self._watching.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            now = self._stamp_now()
            # Some editors write in two steps: what is missing for a moment is not read.
            if now != self._stamp and self._path.name in now:
                self._stamp = now
                await self._read()
                self._state.flush()

    async def _read(self) -> None:
        try:
            await self._quiz.open(None)
        except QuizUnreadableError as fault:
            self._show(list(fault.problems), self._quiz.opened, is_readable=False)
        else:
            opened = self._quiz.opened
            assert opened is not None
            self._show(opened.problems, opened, is_readable=True)

    def _show(self, problems: list[Problem], opened: OpenedQuiz | None, is_readable: bool) -> None:
        self._state.preview = {
            "problems": [
                {"text": problem.for_author, "is_error": problem.is_error, "page": problem.page}
                for problem in problems
            ],
            "pages": [
                {"title": f"{page.number}. {page.title}", "value": index}
                for index, page in enumerate(opened.pages if opened else ())
            ],
            "read": f"Read at {datetime.now():%H:%M:%S}."
            if is_readable
            else "The file cannot be read as a quiz now; this is how it was before.",
        }

    def _stamp_now(self) -> _Stamp:
        stamp: _Stamp = {}
        for path in self._path.parent.iterdir():
            if path == self._path or path.suffix.lower() in BESIDE:
                try:
                    facts = path.stat()
                except OSError:
                    continue
                stamp[path.name] = (facts.st_mtime_ns, facts.st_size)
        return stamp
