"""One address for all readers: signs them in and passes each on to their own process."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from ...images.loading.voxel_store import folder_of_shared_voxels
from ...quiz.problems import ExplainedError
from ..shared.defect_report import log_defect
from ..shared.end_signals import on_end_signal
from .connections import Connections, listening
from .coordinator import CoordinatorRoutes
from .entrance import Entrance, StrangerError
from .proxy import MOST_BYTES
from .reader_routes import ReaderRoutes
from .readers import ENTER, ReadersFile
from .responses import HEADERS, say, sentence_response
from .study import Study
from .workers import ServerFullError, Workers

_log = logging.getLogger(__name__)
_FULL_AGAIN_S, _FAILED_AGAIN_S = 10, 30


def serve_study(study: Study, first: "Popen[bytes]", ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; every process saves everything then. ``ready`` gets the address.

    ``first`` is a process of ``spares.new_python``. Raises ExplainedError, and OSError where
    the port is taken.
    """
    asyncio.run(_serve(study, first, ready))


async def _serve(study: Study, first: "Popen[bytes]", ready: Callable[[str], None]) -> None:
    end = asyncio.Event()
    on_end_signal(asyncio.get_running_loop(), end.set)
    with folder_of_shared_voxels() as voxels:
        server = StudyServer(study, first, voxels)
        async with listening(server.app(), study.host, study.port, server.connections) as port:
            try:
                await server.begin(port)
                ready(server.address)
                await end.wait()
                _log.info("The server is told to end; all that is open is saved.")
            finally:
                await server.close()


class StudyServer:
    """What is asked for goes to the entrance, to the reader's routes or to the coordinator's."""

    def __init__(self, study: Study, first: "Popen[bytes]", shared_voxels: Path) -> None:
        self._study = study
        readers = ReadersFile(study.readers)
        self._workers = Workers(first, study, shared_voxels)
        self._entrance = Entrance(readers)
        self._reader = ReaderRoutes(study, self._entrance, self._workers)
        self._coordinator = CoordinatorRoutes(study, self._entrance, readers, self._workers)
        self._http: aiohttp.ClientSession | None = None
        self._hosts: frozenset[str] = frozenset()
        self.address = study.address
        self.connections = Connections(study.proxies)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=MOST_BYTES)
        app.router.add_get(f"/{ENTER}/{{secret}}", self._entrance.enter)
        app.router.add_post(f"/{ENTER}/{{secret}}", self._entrance.enter)
        app.router.add_post("/leave", self._entrance.leave)
        app.add_routes(self._reader.routes() + self._coordinator.routes())
        return app

    async def begin(self, port: int) -> None:
        host = self._study.host
        own = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.address = self._study.address or f"http://{own}"
        self._entrance.is_https = self.address.startswith("https:")
        loopback = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._hosts = frozenset({own, urlsplit(self.address).netloc.lower()} | loopback)
        # What is packed stays packed on its way.
        self._reader.http = self._http = aiohttp.ClientSession(
            auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None, sock_connect=5)
        )
        await self._workers.start()

    async def close(self) -> None:
        # The WebSockets end with the processes behind them.
        await self._workers.close()
        await self._coordinator.close()
        if self._http is not None:
            await self._http.close()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host.lower() in self._hosts:
            with self.connections.counted(request):
                response = await self._answer(request, handler)
        else:
            # Another site's name that was made to lead here.
            response = sentence_response("Wrong address", status=421)
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as fault:
            return fault if fault.status < 400 else sentence_response(fault.reason, status=fault.status)
        except StrangerError:
            return say(request, "Open the personal link that was sent to you.", 403)
        except ServerFullError as fault:
            return say(request, f"{fault} Try again in a moment.", 503, again_s=_FULL_AGAIN_S)
        except ExplainedError as fault:
            return say(request, str(fault), 503, again_s=_FAILED_AGAIN_S)
        except aiohttp.ClientError:
            return say(request, "The quiz is being started again.", 503, again_s=1)
        except ConnectionError:
            # The browser has gone while it was answered.
            raise
        except Exception as fault:  # noqa: BLE001 the last net: a defect is told in one sentence too
            log_defect(_log, fault)
            sentence = (
                "This did not work, which is a defect of QuizLoader. The server has a report of it; "
                "please tell the coordinator of the study."
            )
            return say(request, sentence, 500)
