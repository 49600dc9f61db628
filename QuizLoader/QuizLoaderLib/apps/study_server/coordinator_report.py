"""The report on the coordinator's page: made in the background, looked at there, and taken home."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from html import escape
from pathlib import Path

from aiohttp import web

from ...quiz.problems import ExplainedError
from ...session.files import is_below
from .responses import html_response

_AGAIN_S = 3
_BACK = '<p><a href="/coordinator">All readers</a></p>'
_MAKE = '<form method="post" action="/coordinator/report"><p><button>Make it now</button></p></form>'
_BEING_MADE = "<p>The report is being made. This page reloads until it is there.</p>"
_DONE = (
    '<p><a href="/coordinator/report/index.html">Look at the report</a><br>'
    '<a href="/coordinator/report.zip">The report with its tables, figures and consensus (ZIP)</a></p>'
)


class CoordinatorReport:
    """The newest report of the study, in a temporary folder until the server ends; of a newer one only what
    has changed is computed again.

    ``make`` writes the report into a folder, in a process of its own; it may raise ExplainedError.
    """

    def __init__(self, make: Callable[[Path], Awaitable[None]]) -> None:
        self._make = make
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._task: asyncio.Task[None] | None = None
        self._made: datetime | None = None
        self._fault = ""

    @property
    def folder(self) -> Path | None:
        """None until there is a report."""
        return Path(self._temporary.name) if self._temporary and self._made else None

    def begin(self) -> None:
        """Make a new one, where none is being made."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def page(self) -> web.Response:
        """What there is."""
        if self._task is not None:
            return html_response("Report", f"{_BEING_MADE}{_BACK}", again_s=_AGAIN_S)
        fault = f'<p class="fault">{escape(self._fault)}</p>' if self._fault else ""
        made = f"<p>Made on {self._made:%Y-%m-%d at %H:%M}.</p>{_DONE}" if self._made else ""
        return html_response("Report", f"{fault}{made}{_MAKE}{_BACK}")

    def file(self, name: str) -> Path | None:
        """A file of the report; None where there is none of this name."""
        if self.folder is None or any(part.startswith(".") for part in Path(name).parts):
            return None
        path = self.folder / name
        return path if is_below(path, self.folder.resolve()) and path.is_file() else None

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._temporary is not None:
            self._temporary.cleanup()

    async def _run(self) -> None:
        try:
            self._temporary = self._temporary or tempfile.TemporaryDirectory(prefix="QuizLoader")
            await self._make(Path(self._temporary.name))
            self._made, self._fault = datetime.now(), ""
        except (ExplainedError, OSError) as fault:
            self._fault = str(fault)
        finally:
            self._task = None
