"""One address for all readers: signs them in and passes each on to his own process."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from subprocess import Popen
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from ...images.loading.voxel_store import folder_of_shared_voxels
from ..shared.defect_report import report_sentence
from ..shared.end_signals import on_end_signal
from ..web.guard import Handler
from . import coordinator, proxy
from .limits import Allowance
from .readers import COORDINATOR, ENTER, READER, Person, ReadersFile
from .responses import HEADERS, html_response, sentence_response
from .study import Study
from .workers import NoWorkerError, Order, ServerFullError, WorkerProcess, Workers

_log = logging.getLogger(__name__)
_SILENT = logging.Logger("silent", logging.CRITICAL + 1)

_STOP_S, _GONE_S = 5.0, 2.0
_WRONG_LINKS_EACH_SECOND, _WRONG_LINKS_AT_ONCE = 1.0, 30.0
_REQUESTS = (20.0, 300.0)
"""Of one reader, each second and at once; a page takes about a dozen."""
_MOST_WINDOWS = 8
"""Of one reader at once; each is a WebSocket."""
_FULL_AGAIN_S, _FAILED_AGAIN_S, _TABLE_AGAIN_S = 10, 30, 20
_CHUNK = 256 * 1024
_LEAVE = '<form method="post" action="/leave"><p><button>Leave</button></p></form>'
_DOWNLOADS = (
    '<p><a href="/coordinator/answers.csv">All answers as a table (CSV)</a><br>'
    '<a href="/coordinator/results.zip">The results folder (ZIP)</a></p>'
)


def serve_study(study: Study, first: "Popen[bytes]", ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; every process keeps everything then. ``ready`` gets the address.

    ``first`` is a process of ``spares.new_python``. Raises ReadersError, and OSError where the port is taken.
    """
    asyncio.run(_serve(study, first, ready))


async def _serve(study: Study, first: "Popen[bytes]", ready: Callable[[str], None]) -> None:
    end = asyncio.Event()
    on_end_signal(asyncio.get_running_loop(), end.set)
    with folder_of_shared_voxels() as voxels:
        server = StudyServer(study, first, voxels)
        # What aiohttp logs, of requests that are none too, would hold personal links.
        runner = web.AppRunner(
            server.app(), access_log=None, logger=_SILENT, shutdown_timeout=_STOP_S, max_line_size=4096
        )
        try:
            await runner.setup()
            await web.TCPSite(runner, study.host, study.port).start()
            await server.begin(runner.addresses[0][1])
            ready(server.address)
            await end.wait()
            _log.info("The server is told to end; all that is open is kept.")
        finally:
            await server.close()
            await runner.cleanup()


class StudyServer:
    """The routes, and who may use which."""

    def __init__(self, study: Study, first: "Popen[bytes]", shared_voxels: Path) -> None:
        self._study = study
        self._shared_voxels = shared_voxels
        self._readers = ReadersFile(study.readers)
        self._workers = Workers(first, study.most, study.idle_s)
        self._wrong_links = Allowance(_WRONG_LINKS_EACH_SECOND, _WRONG_LINKS_AT_ONCE)
        self._requests: dict[Person, Allowance] = {}
        self._http: aiohttp.ClientSession | None = None
        self._hosts: frozenset[str] = frozenset()
        self.address = study.address

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/", self._start),
                web.get(f"/{ENTER}/{{secret}}", self._enter),
                web.post("/leave", self._leave),
                web.get("/quiz/{number:[0-9]{1,4}}/{path:.*}", self._quiz),
                web.post("/quiz/{number:[0-9]{1,4}}/unsent", self._unsent),
                web.get("/coordinator", self._coordinator),
                web.get("/coordinator/answers.csv", self._answers),
                web.get("/coordinator/results.zip", self._results),
            ]
        )
        return app

    async def begin(self, port: int) -> None:
        host = self._study.host
        own = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.address = self._study.address or f"http://{own}"
        loopback = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._hosts = frozenset({own, urlsplit(self.address).netloc.lower()} | loopback)
        # What is packed stays packed on its way.
        self._http = aiohttp.ClientSession(
            auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None, sock_connect=5)
        )
        await self._workers.start()
        study = self._study
        self._workers.read_ahead(study.quizzes, study.images, study.follow_links, self._shared_voxels)

    async def close(self) -> None:
        # The WebSockets end with the processes behind them.
        await self._workers.close()
        if self._http is not None:
            await self._http.close()

    # Who may

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host.lower() not in self._hosts:
            # Another site's name that was made to lead here.
            response: web.StreamResponse = sentence_response("Wrong address", status=421)
        else:
            try:
                response = await handler(request)
            except web.HTTPException as fault:
                response = (
                    fault if fault.status < 400 else sentence_response(fault.reason, status=fault.status)
                )
            except NoWorkerError as fault:
                response = self._no_worker(request, fault)
            except aiohttp.ClientError:
                response = self._say(request, "The quiz is being started again.", 503, again_s=1)
            except ConnectionError:
                # The browser has gone while it was answered.
                raise
            except Exception as fault:  # noqa: BLE001 the last net: a defect is told in one sentence too
                _log.error("A defect: %s. %s", type(fault).__name__, report_sentence(fault))
                response = self._say(
                    request,
                    "This did not work, which is a defect of QuizLoader. The server has a report of it; "
                    "please tell the coordinator of the study.",
                    500,
                )
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    def _who(self, request: web.Request, role: str) -> Person | None:
        person = self._readers.who(request.cookies.get(self._cookie(role), ""))
        return person if person is not None and person.role == role else None

    def _cookie(self, role: str) -> str:
        return f"{'__Host-' if self._is_https else ''}quizloader-{role}"

    @property
    def _is_https(self) -> bool:
        return self.address.startswith("https:")

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        secret = request.match_info["secret"]
        person = self._readers.who(secret)
        if person is None:
            if not self._wrong_links.take():
                return sentence_response("Too many wrong links", "Try again in a minute.", status=429)
            _log.warning("A link was opened that is nobody's.")
            return sentence_response(
                "This link is not valid",
                "It may have been replaced by a newer one. Ask the coordinator of the study.",
                status=403,
            )
        _log.info("%s has come", person.name)
        answer = web.HTTPSeeOther("/" if person.role == READER else "/coordinator")
        answer.set_cookie(
            self._cookie(person.role), secret, httponly=True, samesite="Lax", secure=self._is_https, path="/"
        )
        return answer

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        response = sentence_response("Goodbye", "Everything is kept. Your personal link brings you back.")
        for role in (READER, COORDINATOR):
            response.del_cookie(self._cookie(role), path="/", httponly=True, secure=self._is_https)
        return response

    # What a reader sees

    async def _start(self, request: web.Request) -> web.StreamResponse:
        if self._who(request, READER) is None:
            return self._stranger(request)
        quizzes = self._study.quizzes
        if len(quizzes) == 1:
            return web.HTTPSeeOther("/quiz/1/")
        entries = "".join(
            f'<li><a href="/quiz/{number}/">{escape(quiz.stem)}</a></li>'
            for number, quiz in enumerate(quizzes, start=1)
        )
        return html_response("Quizzes", f"<ul>{entries}</ul>{_LEAVE}")

    async def _quiz(self, request: web.Request) -> web.StreamResponse:
        person = self._who(request, READER)
        if person is None:
            return self._stranger(request)
        if not self._requests.setdefault(person, Allowance(*_REQUESTS)).take():
            raise web.HTTPTooManyRequests
        number, path = int(request.match_info["number"]), request.match_info["path"]
        if not 1 <= number <= len(self._study.quizzes) or not proxy.is_plain_path(path):
            raise web.HTTPNotFound
        order = self._order(person, self._study.quizzes[number - 1])
        if path not in ("", "index.html"):
            worker = self._workers.of(order)
            if worker is None:
                return self._say(request, "The quiz is not open.", 409)
            if path == "ws":
                return await self._web_socket(request, worker)
        elif request.query_string:
            # The page would take orders from there, as which server to talk to.
            return web.HTTPSeeOther(request.path)
        elif order in self._workers.resting and not _is_navigation(request):
            minutes = self._study.idle_s / 60
            return self._say(
                request,
                f"Nothing was done for {minutes:.0f} minutes, so the quiz was put away. Everything is kept. "
                "Load this page again to go on.",
                409,
            )
        else:
            return await self._first_page(request, order, path)
        return await proxy.forward(request, worker.address + path, self._client)

    async def _first_page(self, request: web.Request, order: Order, path: str) -> web.StreamResponse:
        worker = await self._workers.serve(order)
        try:
            return await proxy.forward(request, worker.address + path, self._client)
        except aiohttp.ClientConnectionError:
            # It has just died, which is not known yet.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(worker.gone.wait(), _GONE_S)
            worker = await self._workers.serve(order)
            return await proxy.forward(request, worker.address + path, self._client)

    async def _unsent(self, request: web.Request) -> web.StreamResponse:
        """A window was closed with answers on its hands."""
        person = self._who(request, READER)
        if person is None:
            return self._stranger(request)
        _require_own_page(request)
        if not self._requests.setdefault(person, Allowance(*_REQUESTS)).take():
            raise web.HTTPTooManyRequests
        number = int(request.match_info["number"])
        if not 1 <= number <= len(self._study.quizzes):
            raise web.HTTPNotFound
        worker = self._workers.of(self._order(person, self._study.quizzes[number - 1]))
        if worker is None:
            return self._say(request, "The quiz is not open.", 409)
        return await proxy.deliver(request, worker.address + "unsent", self._client)

    async def _web_socket(self, request: web.Request, worker: WorkerProcess) -> web.StreamResponse:
        _require_own_page(request)
        if worker.connections >= _MOST_WINDOWS:
            raise web.HTTPTooManyRequests

        def acted() -> None:
            worker.active = time.monotonic()

        def may_stay() -> bool:
            # His link may have been taken from him.
            return self._who(request, READER) is not None

        worker.connections += 1
        try:
            return await proxy.relay(request, worker.address + "ws", self._client, acted, may_stay)
        finally:
            worker.connections -= 1

    def _order(self, person: Person, quiz: Path) -> Order:
        study = self._study
        return Order(
            person.name,
            quiz,
            study.images,
            study.results,
            self._shared_voxels,
            study.scripts,
            study.follow_links,
        )

    def _no_worker(self, request: web.Request, fault: NoWorkerError) -> web.StreamResponse:
        if isinstance(fault, ServerFullError):
            return self._say(request, f"{fault} Try again in a moment.", 503, again_s=_FULL_AGAIN_S)
        return self._say(request, str(fault), 503, again_s=_FAILED_AGAIN_S)

    def _stranger(self, request: web.Request) -> web.StreamResponse:
        return self._say(request, "Open the personal link that was sent to you.", 403)

    def _say(
        self, request: web.Request, sentence: str, status: int, again_s: int | None = None
    ) -> web.StreamResponse:
        """A page for a person; only the sentence for a page that asks by itself, and shows it."""
        if _is_navigation(request):
            return sentence_response("QuizLoader", sentence, status=status, again_s=again_s)
        return web.Response(text=sentence, status=status)

    @property
    def _client(self) -> aiohttp.ClientSession:
        assert self._http is not None
        return self._http

    # What the coordinator sees

    async def _coordinator(self, request: web.Request) -> web.StreamResponse:
        self._require_coordinator(request)
        people = [person for person in self._readers.people if person.role == READER]
        now = time.monotonic()
        workers = self._workers.here
        here = {
            (worker.order.reader, worker.order.quiz.stem): now - worker.active
            for worker in workers
            if worker.connections
        }
        table = await _in_thread(
            coordinator.readers_table, self._study.results, [person.name for person in people], here
        )
        fault = f'<p class="fault">{escape(self._readers.fault)}</p>' if self._readers.fault else ""
        taken = f"{len(workers)} of {self._workers.most} places are taken"
        counts = f"<p>Readers who are here: {len({name for name, _quiz in here})}; {taken}.</p>"
        return html_response("Readers", f"{counts}{fault}{table}{_DOWNLOADS}{_LEAVE}", again_s=_TABLE_AGAIN_S)

    async def _answers(self, request: web.Request) -> web.StreamResponse:
        self._require_coordinator(request)
        data = await _in_thread(coordinator.answers_csv, self._study.results)
        return web.Response(
            body=data, content_type="text/csv", charset="utf-8", headers=_as_file("answers", "csv")
        )

    async def _results(self, request: web.Request) -> web.StreamResponse:
        self._require_coordinator(request)
        path = await _in_thread(coordinator.results_zip, self._study.results)
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

    def _require_coordinator(self, request: web.Request) -> None:
        if self._who(request, COORDINATOR) is None:
            raise web.HTTPForbidden


def _require_own_page(request: web.Request) -> None:
    """Another page of the same browser has no business here."""
    origin = urlsplit(request.headers.get("Origin", ""))
    if origin.scheme not in ("http", "https") or origin.netloc.lower() != request.host.lower():
        raise web.HTTPForbidden


def _is_navigation(request: web.Request) -> bool:
    """Whether a person opens the address, and not a page by itself."""
    mode = request.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else "text/html" in request.headers.get("Accept", "")


def _as_file(name: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}-{coordinator.stamp()}.{ending}"'}


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)
