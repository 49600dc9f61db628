"""``serve``: one quiz for one reader on this machine, until it is told to end."""

import asyncio
import hmac
import os
import re
import sys
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from trame.app import get_server
from trame.modules import vuetify3
from trame.ui.vuetify3 import VAppLayout
from trame_client.module import vue3
from trame_rca import module as remote_area

from ...quiz.problems import ExplainedError
from ...reader.session_answers import SignIn
from ..shared.end_signals import on_end_signal
from . import tabs
from .asking import NOT_HERE
from .client_quiz import ClientQuiz, Serving
from .forms import PICTURES
from .newest_texts import unsent_answers
from .presence import WindowPresence
from .preview import Preview
from .streaming import Pictures
from .trame_patches import (
    client_assets,
    ignore_command_line,
    keep_faults_here,
    serve_below,
    take_answers_together,
    vue_script,
)

if TYPE_CHECKING:
    from trame_rca.utils import RcaViewAdapter
    from wslink.backends.aiohttp import WebAppServer

STOP_S = 2.0
"""How long browsers have to take leave; everything is saved before."""

_DARK = {
    # White can be read on the first, the second is seen on the bars: contrasts of 4.5 and 3 at least.
    "colors": {"primary": "#1565c0", "secondary": "#64b5f6"},
    # What cannot be changed any more can be read all the same.
    "variables": {"disabled-opacity": 0.75},
}
THEME = {"defaultTheme": "dark", "themes": {"dark": _DARK}}

_LIST = {"listProps": {"aria-label": "Choices", "aria-labelledby": None, "tabindex": 0}}
LISTS = {"VSelect": _LIST, "VAutocomplete": _LIST}
"""Vuetify names an open list by a label that our lists do not have."""

CLIENT = Path(__file__).with_name("client")

_HEADERS = {
    # The client needs nothing from elsewhere, so nothing is let in. Vue compiles templates in the browser.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-eval' 'unsafe-inline' blob:; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' blob: data:; "
    "connect-src 'self' ws://{host} wss://{host}; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'none'",
    # The address holds the secret.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def serve(serving: Serving, ready: Callable[[str], None]) -> str:
    """Serve until SIGINT or SIGTERM; everything is saved then. ``ready`` gets the address.

    Gives a sentence where answers could not be saved in the results folder and were put elsewhere. Raises
    ExplainedError and, where the port is taken, OSError.
    """

    async def until_a_signal() -> str:
        end = asyncio.Event()
        on_end_signal(asyncio.get_running_loop(), end.set)
        return await serve_until(serving, ready, end)

    return asyncio.run(until_a_signal())


def open_browser(address: str) -> None:
    """Where there is a screen; a terminal's own browser is none that could show the client."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        with suppress(webbrowser.Error):
            webbrowser.open(address)


async def serve_until(serving: Serving, ready: Callable[[str], None], end: asyncio.Event) -> str:
    """As ``serve``, until ``end`` is set."""
    asyncio.get_running_loop().set_exception_handler(_tell_but_for_lost_windows)
    app = _ClientServer(serving)
    await app.begin()
    try:
        port = await app.listen()
        host = f"[{serving.host}]" if ":" in serving.host else serving.host
        ready(f"http://{host}:{port}/{serving.secret}/")
        await end.wait()
    finally:
        sentence = app.close()
    # aiohttp would wait a minute for a browser that does not answer any more.
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(app.stop(), STOP_S)
    return sentence


def _tell_but_for_lost_windows(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """A picture that was on its way to a window that has been closed is no news."""
    if not isinstance(context.get("exception"), ConnectionError):
        loop.default_exception_handler(context)


class _ClientServer:
    """The client, the quiz in it, and what the client can ask for."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._server = server = get_server(f"quiz-{serving.secret}", client_type="vue3")
        self._adapters: list[RcaViewAdapter] = []
        self._web_server: WebAppServer
        self._tabs = tabs.Tabs(self._owner_changed, self._window_lost)
        state = server.state
        state.update({"phase": "sign-in", "owner": "", "fault": "", "preview": None, "is_slow": False})
        self._pictures = Pictures(self._told_slow)
        for protocol in (tabs.Leaving(self._tabs), self._pictures):
            server.add_protocol_to_configure(
                lambda served, protocol=protocol: served.registerLinkProtocol(protocol)
            )
        self.quiz = ClientQuiz(state, serving, self._register, self._pictures)
        self._presence = WindowPresence(state, self.quiz.asking.presenter.be_there)
        self._preview = Preview(state, self.quiz, serving.quiz_path) if serving.preview else None
        self._make_client()
        triggers: dict[str, Callable[..., object]] = {
            "choose": self.quiz.asking.choose,
            "look_back": self.quiz.asking.look_back,
            "go_to": self.quiz.go_to,
            "begin_again": self.quiz.begin_again,
            "look_at_end": self.quiz.asking.presenter.look_at_end,
            "step": self.quiz.step,
            "ask_to_finish": self.quiz.ask_to_finish,
            "press": self.quiz.asking.press,
            "touch": self.quiz.asking.touch,
            "be_there": self._be_there,
            "stop_script": self.quiz.asking.presenter.stop_script,
            "sign_in": self._sign_in,
            "use": self.quiz.tools.use,
            "use_dose": self.quiz.tools.dose.use,
            "use_editor": self.quiz.use_editor,
            "use_lines": self.quiz.use_lines,
        }
        if self._serving.samples:
            triggers["open_sample"] = self.quiz.open_sample
        for name, action in triggers.items():
            server.trigger(name)(self._for_owner(action))
        # What is typed is told where it was not taken.
        server.trigger("answer")(self._for_owner(self.quiz.asking.answer, NOT_HERE))
        server.trigger("use_marks")(self._for_owner(self.quiz.use_marks, NOT_HERE))
        server.trigger("arrive")(self._arrive)
        server.trigger("alive")(self._for_owner(lambda: None))
        server.trigger("take_over")(self._tabs.take_over)
        server.controller.on_server_bind.add(self._bind)

    async def begin(self) -> None:
        serving = self._serving
        if self._preview:
            await self._preview.begin()
            self._server.state.phase = "quiz"
        elif serving.results_folder is None or serving.reader:
            await self._open(serving.sign_in(serving.reader))

    async def listen(self) -> int:
        """Gives the port."""
        secret = self._serving.secret
        server = self._server
        # What goes through the socket is mostly pictures, which are packed already.
        server.cli.set_defaults(ws=f"{secret}/ws", nowscompress=True)
        ignore_command_line(server)
        keep_faults_here()
        take_answers_together()
        server.start(
            port=self._serving.port,
            host=self._serving.host,
            thread=True,
            exec_mode="task",
            open_browser=False,
            show_connection_info=False,
            timeout=0,
        )
        await server.ready
        self._presence.begin()
        self._pictures.begin()
        for adapter in self._adapters:
            server.controller.rc_area_register(adapter)
        return server.port

    def close(self) -> str:
        """Save everything; says where unsaved answers were put, or nothing."""
        self._presence.end()
        self._pictures.end()
        if self._preview:
            self._preview.end()
        return self.quiz.close()

    async def stop(self) -> None:
        await self._server.stop()

    # What the server is made of

    def _make_client(self) -> None:
        server = self._server
        for module in (vue3, vuetify3, remote_area):
            server.enable_module(module)
        server.state.trame__title = self._serving.quiz_path.stem
        server.state.trame__vue_use += ["QuizLoader"]
        server.state.trame__template_error = "<quiz-lost></quiz-lost>"
        with VAppLayout(server, vuetify_config={"theme": THEME, "defaults": LISTS}) as layout:
            layout.root.add_child(client_template())
        # Everything lies below the secret: trame's client, ours, and the pictures of the quiz.
        serve_below(server, self._serving.secret)
        server.serve[f"{self._serving.secret}/client"] = str(CLIENT)

    def _bind(self, web_server: "WebAppServer") -> None:
        self._web_server = web_server
        secret = self._serving.secret
        web_server.app.middlewares.append(let_in_only(secret, self._serving.once))
        web_server.app.router.add_get(f"/{secret}/", self._get_index)
        web_server.app.router.add_get(f"/{secret}/index.html", self._get_index)
        web_server.app.router.add_get(f"/{secret}/vue.global.js", self._get_vue)
        web_server.app.router.add_post(f"/{secret}/unsent", self._take_unsent)
        web_server.app.router.add_get(f"/{secret}/{PICTURES}/{{name}}", self._get_picture)

    def _register(self, adapter: "RcaViewAdapter") -> None:
        if self._server.running:
            self._server.controller.rc_area_register(adapter)
        else:
            self._adapters.append(adapter)

    # What the browser asks for

    async def _get_index(self, request: web.Request) -> web.Response:
        assets = client_assets()
        text = (CLIENT / "index.html").read_text(encoding="utf-8")
        text = text.replace("{script}", assets["js"]).replace("{style}", assets["css"])
        return web.Response(text=text, content_type="text/html")

    async def _get_vue(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(vue_script())

    async def _get_picture(self, request: web.Request) -> web.StreamResponse:
        path = self.quiz.asking.picture(request.match_info["name"])
        return web.FileResponse(path) if path and path.is_file() else web.Response(status=404)

    async def _take_unsent(self, request: web.Request) -> web.Response:
        """Answers of a window that was closed before it could send them."""
        try:
            answers = unsent_answers(await request.read())
        except ValueError:
            return web.Response(status=400)
        await self.quiz.asking.take_unsent(answers)
        with self._server.state:
            self.quiz.show_again()
        return web.Response(status=204)

    # What the client says

    def _for_owner(self, action: Callable[..., object], refusal: str | None = None) -> Callable[..., object]:
        """The window that has the quiz alone may do something with it, another one gets ``refusal``; whatever
        it says shows that it lives, and time that is over is ended before."""

        def act(tab: str, *arguments: object) -> object:
            if tab != self._tabs.owner:
                return refusal
            self._presence.hear()
            self.quiz.asking.presenter.look_at_time()
            return action(*arguments)

        return act

    def _be_there(self, is_there: bool) -> None:
        self._presence.tell(bool(is_there))

    def _arrive(self, tab: str) -> None:
        self._tabs.arrive(self._web_server.last_active_client_id, tab)

    def _owner_changed(self) -> None:
        self._pictures.send_to(self._tabs.connection)
        with self._server.state as state:
            state.owner = self._tabs.owner
            self.quiz.show_again()
        self._presence.tell(self._tabs.has_owner)

    def _window_lost(self) -> None:
        """It may have been reloaded: what it said last was not known yet when it came back."""
        self.quiz.host.release_buttons()
        if not self._tabs.has_owner:
            self._pictures.send_to("")
            self._presence.tell(False)
        if self._tabs.has_owner:
            with self._server.state:
                self.quiz.show_again()

    def _told_slow(self, is_slow: bool) -> None:
        if is_slow != self._server.state.is_slow:
            with self._server.state as state:
                state.is_slow = is_slow

    async def _sign_in(self, reader: str) -> None:
        if self._server.state.phase == "sign-in":
            try:
                await self._open(self._serving.sign_in(reader.strip()))
            except ExplainedError as fault:
                self._server.state.fault = str(fault)

    async def _open(self, sign_in: SignIn | None) -> None:
        await self.quiz.open(sign_in)
        self._server.state.update({"phase": "quiz", "fault": ""})


def let_in_only(secret: str, once: str = "") -> Middleware:
    """A middleware of aiohttp that answers requests below ``/<secret>/`` and is silent (404) to others.

    Who asks first for ``/<once>/`` is led to the secret.
    """
    openings = [once] if once else []

    @web.middleware
    async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
        named = request.path.split("/")[1]
        if openings and hmac.compare_digest(named.encode(), openings[0].encode()):
            openings.clear()
            return web.HTTPSeeOther(f"/{secret}/")
        if not hmac.compare_digest(named.encode(), secret.encode()):
            return web.Response(status=404)
        response = await handler(request)
        if not response.prepared:
            response.headers.update(
                {name: value.replace("{host}", request.host) for name, value in _HEADERS.items()}
            )
        return response

    return let_in


def client_template(name: str = "client.html") -> str:
    """A file of the client with its parts in their places."""
    text = (CLIENT / name).read_text(encoding="utf-8")
    return re.sub(r'<part src="([a-z.]+)" />', lambda part: client_template(part[1]), text)
