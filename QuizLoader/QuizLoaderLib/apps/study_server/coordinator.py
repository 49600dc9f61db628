"""What the coordinator of the study gets: who is where, and the results to take home."""

import asyncio
import tempfile
import time
import zipfile
from collections.abc import Iterable
from datetime import datetime
from html import escape
from pathlib import Path

from aiohttp import web

from ...results.progress import Progress, duration, progress
from ...results.tables import ANSWER_COLUMNS, answer_rows, as_csv
from ...session.files import is_below
from ...session.results_parser import read_all_results
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

Here = dict[tuple[str, str], float]
"""Who has a window open: by reader and quiz, how many seconds ago they did something."""


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
        table = await asyncio.to_thread(readers_table, self._study.results, names, here)
        faults = [self._readers.fault] if self._readers.fault else []
        faults += [
            f"{assignment.reader}, {assignment.quiz_path.stem}: {sentence}"
            for assignment, sentence in self._workers.faults.items()
        ]
        fault = "".join(f'<p class="fault">{escape(sentence)}</p>' for sentence in faults)
        taken = f"{len(workers)} of {self._workers.most} places are taken"
        counts = f"<p>Readers who are here: {len({name for name, _quiz in here})}; {taken}.</p>"
        return html_response("Readers", f"{counts}{fault}{table}{_DOWNLOADS}{LEAVE}", again_s=_TABLE_AGAIN_S)

    async def _answers(self, request: web.Request) -> web.StreamResponse:
        self._entrance.require_coordinator(request)
        data = await asyncio.to_thread(answers_csv, self._study.results)
        return web.Response(
            body=data, content_type="text/csv", charset="utf-8", headers=_as_file("answers", "csv")
        )

    async def _results(self, request: web.Request) -> web.StreamResponse:
        self._entrance.require_coordinator(request)
        path = await asyncio.to_thread(results_zip, self._study.results)
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


def readers_table(results: Path, names: Iterable[str], here: Here) -> str:
    """HTML: a row for each reader and quiz, with the pages and the time that each took."""
    found = read_all_results([results])
    ordered = sorted(map(progress, found.results), key=lambda each: (each.reader.casefold(), each.quiz))
    rows = [_row(each, here.get((each.reader, each.quiz))) for each in ordered]
    begun = {each.reader for each in found.results}
    rows += [
        f'<tr><td>{escape(name)}</td><td colspan="6" class="soft">has not begun</td></tr>'
        for name in sorted(set(names) - begun)
    ]
    head = (
        "<tr><th>Reader</th><th>Quiz</th><th>State</th><th>Is at</th><th class=number>In all</th>"
        "<th class=number>Active</th>"
        "<th class=number>A page</th><th>Last seen</th></tr>"
    )
    faults = "".join(f'<p class="fault">{escape(text)}</p>' for text in (*found.left_out, *found.remarks))
    return f"<table>{head}{''.join(rows)}</table>{faults}"


def answers_csv(results: Path) -> bytes:
    """All answers of all readers, as ``quizloader answers`` writes them."""
    rows = [row for each in read_all_results([results]).results for row in answer_rows(each)]
    return as_csv(rows, ANSWER_COLUMNS).encode()


def results_zip(results: Path) -> Path:
    """A zip of the results folder, in a temporary file that is the caller's to remove; raises OSError.

    Locks and half-written files stay out, and links, which could lead anywhere.
    """
    with tempfile.NamedTemporaryFile(prefix="QuizLoader", suffix=".zip", delete=False) as file:
        path = Path(file.name)
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
                for each in sorted(results.rglob("*")):
                    is_result = each.is_file() and not each.name.startswith(".") and each.suffix != ".lock"
                    if is_result and is_below(each, results.resolve()):
                        archive.write(each, each.relative_to(results))
        except BaseException:
            file.close()
            path.unlink()
            raise
    return path


def _row(each: Progress, idle_s: float | None) -> str:
    at = each.next_page
    place = "" if at is None or each.is_finished else f"{at.position}. {escape(at.title)}"
    last = f"{each.last_time:%Y-%m-%d %H:%M}" if each.last_time else ""
    a_page = duration(each.seconds_a_page) if each.seconds_a_page is not None else ""
    active = duration(each.seconds_active) if each.seconds_active is not None else ""
    pages = "".join(
        f"<tr><td class=number>{page.position}</td><td>{escape(page.title)}</td>"
        f"<td>{'done' if page.is_complete else 'open'}</td>"
        f"<td class=number>{duration(page.seconds)}</td>"
        f"<td class=number>{'' if page.seconds_active is None else duration(page.seconds_active)}</td></tr>"
        for page in each.pages
    )
    return (
        f"<tr><td>{escape(each.reader)}</td><td>{escape(each.quiz)}</td>"
        f"<td><details><summary>{escape(each.state)}</summary><table>{pages}</table></details></td>"
        f"<td>{place}</td><td class=number>{duration(each.seconds)}</td>"
        f"<td class=number>{active}</td><td class=number>{a_page}</td>"
        f"<td>{last if idle_s is None else _here_now(idle_s)}</td></tr>"
    )


def _here_now(idle_s: float) -> str:
    minutes = round(idle_s / 60)
    return f'<span class="here">here now</span>{f", did nothing for {minutes} min" if minutes else ""}'
