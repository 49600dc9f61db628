"""What the coordinator of the study gets: a table of the readers, and the results as files."""

import asyncio
import time
from datetime import datetime
from html import escape

from aiohttp import web

from . import coordinator
from .entrance import Entrance
from .readers import READER, ReadersFile
from .responses import HEADERS, LEAVE, html_response
from .study import Study
from .workers import Workers

_TABLE_AGAIN_S = 20
_CHUNK = 256 * 1024
_DOWNLOADS = (
    '<p><a href="/coordinator/answers.csv">All answers as a table (CSV)</a><br>'
    '<a href="/coordinator/results.zip">The results folder (ZIP)</a></p>'
)


class CoordinatorRoutes:
    """Nobody else may use them."""

    def __init__(self, study: Study, entrance: Entrance, readers: ReadersFile, workers: Workers) -> None:
        self._study, self._entrance, self._readers, self._workers = study, entrance, readers, workers

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/coordinator", self._table),
            web.get("/coordinator/answers.csv", self._answers),
            web.get("/coordinator/results.zip", self._results),
        ]

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
        table = await asyncio.to_thread(coordinator.readers_table, self._study.results, names, here)
        fault = f'<p class="fault">{escape(self._readers.fault)}</p>' if self._readers.fault else ""
        taken = f"{len(workers)} of {self._workers.most} places are taken"
        counts = f"<p>Readers who are here: {len({name for name, _quiz in here})}; {taken}.</p>"
        return html_response("Readers", f"{counts}{fault}{table}{_DOWNLOADS}{LEAVE}", again_s=_TABLE_AGAIN_S)

    async def _answers(self, request: web.Request) -> web.StreamResponse:
        self._entrance.require_coordinator(request)
        data = await asyncio.to_thread(coordinator.answers_csv, self._study.results)
        return web.Response(
            body=data, content_type="text/csv", charset="utf-8", headers=_as_file("answers", "csv")
        )

    async def _results(self, request: web.Request) -> web.StreamResponse:
        self._entrance.require_coordinator(request)
        path = await asyncio.to_thread(coordinator.results_zip, self._study.results)
        response = web.StreamResponse(headers={**_as_file("results", "zip"), **HEADERS})
        try:
            response.content_length = path.stat().st_size
            response.content_type = "application/zip"
            await response.prepare(request)
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    await response.write(chunk)
        finally:
            path.unlink()
        return response


def _as_file(name: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}-{datetime.now():%Y-%m-%d-%H%M}.{ending}"'}
