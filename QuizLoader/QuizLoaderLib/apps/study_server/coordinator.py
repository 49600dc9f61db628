"""What the coordinator of the study gets: who is where, and the results to take home."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from html import escape
from pathlib import Path

from aiohttp import web

from ...quiz.problems import ExplainedError
from .coordinator_report import CoordinatorReport
from .coordinator_tables import ANSWERS, EXPLAINED, READERS_TABLE, REPORT, RESULTS, Here, order
from .entrance import Entrance
from .readers import READER, ReadersFile
from .responses import HEADERS, LEAVE, html_response, require_same_origin
from .spares import python_environment
from .study import Study
from .workers import Workers

_TABLE_AGAIN_S = 20
_STILL = "still"
_AGAIN = (
    f'<p class="soft">This page reloads every {_TABLE_AGAIN_S} seconds. '
    f'<a href="/coordinator?{_STILL}">Stop that</a></p>'
)
_ONCE = '<p><a href="/coordinator">Keep this page up to date</a></p>'
_CHUNK = 256 * 1024
_DOWNLOADS = (
    '<p><a href="/coordinator/answers.csv">All answers as a table (CSV)</a><br>'
    '<a href="/coordinator/results.zip">The results folder (ZIP)</a><br>'
    '<a href="/coordinator/report">A report of what all readers answered</a></p>'
)


class CoordinatorRoutes:
    """Nobody else may use them."""

    def __init__(self, study: Study, entrance: Entrance, readers: ReadersFile, workers: Workers) -> None:
        self._study, self._entrance, self._readers, self._workers = study, entrance, readers, workers
        self._one_at_a_time = asyncio.Lock()
        self._report = CoordinatorReport(self._make_report)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/coordinator", self._table),
            web.get("/coordinator/answers.csv", self._answers),
            web.get("/coordinator/results.zip", self._results),
            web.get("/coordinator/report", self._report_page),
            web.post("/coordinator/report", self._begin_report),
            web.get("/coordinator/report.zip", self._report_zip),
            web.get("/coordinator/report/{name:.+}", self._report_file),
        ]

    async def close(self) -> None:
        await self._report.close()

    async def _table(self, request: web.Request) -> web.StreamResponse:
        self._entrance.require_coordinator(request)
        names = [person.name for person in self._readers.people if person.role == READER]
        now = time.monotonic()
        workers = self._workers.here
        here = {
            (worker.assignment.reader, worker.assignment.quiz_path.stem): now - worker.active
            for worker in workers
            if worker.connections
        }
        async with self._made(READERS_TABLE, names, here) as path:
            table = path.read_text(encoding="utf-8")
        faults = [self._readers.fault] if self._readers.fault else []
        faults += [
            f"{assignment.reader}, {assignment.quiz_path.stem}: {sentence}"
            for assignment, sentence in self._workers.faults.items()
        ]
        fault = "".join(f'<p class="fault">{escape(sentence)}</p>' for sentence in faults)
        taken = f"{len(workers)} of {self._workers.most} places are taken"
        counts = f"<p>Readers who are here: {len({name for name, _quiz in here})}; {taken}.</p>"
        is_still = _STILL in request.query
        return html_response(
            "Readers",
            f"{counts}{fault}{table}{_ONCE if is_still else _AGAIN}{_DOWNLOADS}{LEAVE}",
            again_s=None if is_still else _TABLE_AGAIN_S,
        )

    async def _answers(self, request: web.Request) -> web.StreamResponse:
        return await self._file(request, ANSWERS, "text/csv", "csv")

    async def _results(self, request: web.Request) -> web.StreamResponse:
        return await self._file(request, RESULTS, "application/zip", "zip")

    async def _report_page(self, request: web.Request) -> web.StreamResponse:
        self._entrance.require_coordinator(request)
        return self._report.page()

    async def _begin_report(self, request: web.Request) -> web.StreamResponse:
        require_same_origin(request)
        self._entrance.require_coordinator(request)
        self._report.begin()
        # The page is loaded again until the report is there; that must not begin another one.
        raise web.HTTPSeeOther("/coordinator/report")

    async def _report_file(self, request: web.Request) -> web.StreamResponse:
        self._entrance.require_coordinator(request)
        path = self._report.file(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=HEADERS)

    async def _report_zip(self, request: web.Request) -> web.StreamResponse:
        self._entrance.require_coordinator(request)
        if (folder := self._report.folder) is None:
            raise web.HTTPNotFound
        return await self._file(request, RESULTS, "application/zip", "zip", folder)

    async def _make_report(self, folder: Path) -> None:
        with tempfile.NamedTemporaryFile(prefix="QuizLoader") as file:
            study = self._study
            asked = order(REPORT, study.results, folder=folder, images=study.images, key=study.key)
            await _make(Path(file.name), asked)

    async def _file(
        self, request: web.Request, what: str, content_type: str, ending: str, folder: Path | None = None
    ) -> web.StreamResponse:
        """``folder`` is another one than that of the results."""
        self._entrance.require_coordinator(request)
        name = f"{REPORT if folder else what}-{datetime.now():%Y-%m-%d-%H%M}.{ending}"
        async with self._made(what, folder=folder) as path:
            response = web.StreamResponse(
                headers={"Content-Disposition": f'attachment; filename="{name}"', **HEADERS}
            )
            response.content_length, response.content_type = path.stat().st_size, content_type
            response.charset = "utf-8" if content_type.startswith("text/") else None
            await response.prepare(request)
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    await response.write(chunk)
        return response

    @asynccontextmanager
    async def _made(
        self,
        what: str,
        names: Iterable[str] = (),
        here: Here | None = None,
        folder: Path | None = None,
    ) -> AsyncIterator[Path]:
        """What ``coordinator_tables`` makes, in a temporary file that is gone afterwards."""
        with tempfile.NamedTemporaryFile(prefix="QuizLoader", delete=False) as file:
            path = Path(file.name)
        try:
            async with self._one_at_a_time:
                await _make(path, order(what, folder or self._study.results, names, here))
            yield path
        finally:
            path.unlink()


async def _make(path: Path, ordered: bytes) -> None:
    """Raises ExplainedError where the process fails; it ends where the coordinator does not wait for it."""
    with path.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"{__package__}.coordinator_tables"),
            stdin=asyncio.subprocess.PIPE,
            stdout=out,
            env=python_environment(),
            start_new_session=True,
        )
        try:
            await process.communicate(ordered)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
    if process.returncode == EXPLAINED:
        raise ExplainedError(path.read_text(encoding="utf-8"))
    if process.returncode:
        raise ExplainedError("This could not be made, which is a defect of QuizLoader; see the server's log.")
