"""What a reader of the study gets: the list of quizzes, and each quiz from the reader's own process."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from html import escape
from typing import TypeVar

import aiohttp
from aiohttp import web

from . import proxy
from .entrance import Entrance
from .limits import ReaderLimits
from .readers import Person
from .responses import LEAVE, html_response, is_navigation, require_same_origin, say
from .study import Study
from .workers import Assignment, WorkerProcess, Workers

_GONE_S = 30.0
"""A process that has died is known to be gone as soon as a busy machine gets to it."""
_MOST_WINDOWS = 8
"""Of one reader at once; each is a WebSocket."""

_Response = TypeVar("_Response", bound=web.StreamResponse)


class ReaderRoutes:
    """Set ``http``, with which processes are asked, before the first request."""

    def __init__(self, study: Study, entrance: Entrance, workers: Workers) -> None:
        self._study, self._entrance, self._workers = study, entrance, workers
        self._limits: dict[Person, ReaderLimits] = {}
        self.http: aiohttp.ClientSession

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._start),
            web.get("/quiz/{number:[0-9]{1,4}}/{path:.*}", self._quiz),
            web.post("/quiz/{number:[0-9]{1,4}}/unsent", self._unsent),
        ]

    async def _start(self, request: web.Request) -> web.StreamResponse:
        self._entrance.reader(request)
        quizzes = self._study.quizzes
        if len(quizzes) == 1:
            return web.HTTPSeeOther("/quiz/1/")
        entries = "".join(
            f'<li><a href="/quiz/{number}/">{escape(quiz.stem)}</a></li>'
            for number, quiz in enumerate(quizzes, start=1)
        )
        return html_response("Quizzes", f"<ul>{entries}</ul>{LEAVE}")

    async def _quiz(self, request: web.Request) -> web.StreamResponse:
        person, path = self._entrance.reader(request), request.match_info["path"]
        if not self._limits_of(person).may_ask():
            raise web.HTTPTooManyRequests
        assignment = self._assignment(request, person)
        if not proxy.is_plain_path(path):
            raise web.HTTPNotFound
        if path not in ("", "index.html"):
            worker = self._workers.of(assignment)
            if worker is None:
                return say(request, "The quiz is not open.", 409)
            if path == "ws":
                return await self._web_socket(request, worker)
        elif request.query_string:
            # The client would take orders from there, as which server to talk to.
            return web.HTTPSeeOther(request.path)
        elif assignment in self._workers.resting and not is_navigation(request):
            minutes = self._study.idle_s / 60
            return say(
                request,
                f"Nothing was done for {minutes:.0f} minutes, so the quiz was put away. Everything is saved. "
                "Load this page again to go on.",
                409,
            )
        else:
            return await self._ask(
                assignment, lambda address: proxy.forward(request, address + path, self.http)
            )
        return await proxy.forward(request, worker.address + path, self.http)

    async def _ask(self, assignment: Assignment, what: Callable[[str], Awaitable[_Response]]) -> _Response:
        """Ask the reader's process, by its address; where there is none, one is made."""
        worker = await self._workers.serve(assignment)
        try:
            return await what(worker.address)
        except aiohttp.ClientConnectionError:
            # It has just died, which is not known yet.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(worker.gone.wait(), _GONE_S)
            worker = await self._workers.serve(assignment)
            return await what(worker.address)

    async def _unsent(self, request: web.Request) -> web.StreamResponse:
        """A window was closed with answers on its hands. It cannot ask again, so it waits as messages do, and
        is not refused as a question that comes too often."""
        person = self._entrance.reader(request)
        require_same_origin(request)
        content = await proxy.content_of(request)
        limits = self._limits_of(person)
        return await self._ask(
            self._assignment(request, person),
            lambda address: proxy.deliver(content, address + "unsent", self.http, limits),
        )

    async def _web_socket(self, request: web.Request, worker: WorkerProcess) -> web.StreamResponse:
        require_same_origin(request)
        if worker.connections >= _MOST_WINDOWS:
            raise web.HTTPTooManyRequests

        def acted() -> None:
            worker.active = time.monotonic()

        def may_stay() -> bool:
            # The link may have been taken from its reader.
            return self._entrance.is_reader(request)

        limits = self._limits_of(self._entrance.reader(request))
        worker.connections += 1
        try:
            return await proxy.relay(request, worker.address + "ws", self.http, limits, acted, may_stay)
        finally:
            worker.connections -= 1

    def _assignment(self, request: web.Request, person: Person) -> Assignment:
        """Which of the reader's quizzes is asked for. Raises HTTPNotFound."""
        number, quizzes = int(request.match_info["number"]), self._study.quizzes
        if not 1 <= number <= len(quizzes):
            raise web.HTTPNotFound
        return Assignment(person.name, quizzes[number - 1])

    def _limits_of(self, person: Person) -> ReaderLimits:
        return self._limits.setdefault(person, ReaderLimits())
