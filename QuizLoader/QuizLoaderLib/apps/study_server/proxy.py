"""What a reader's browser asks for goes to their process, and back comes what it says."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

import aiohttp
import msgpack
from aiohttp import web

from ...quiz.model import SliceView
from ...views.layouts import THREE_D
from ..shared.opengl import MOST_PIXELS
from .connections import HALF_OPEN_S
from .limits import ReaderLimits

_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_ASKED = ("Range", "If-None-Match", "If-Modified-Since", "Accept-Encoding")
_ANSWERED = (
    "Content-Type",
    "Content-Length",
    "Content-Range",
    "Content-Encoding",
    "Accept-Ranges",
    "ETag",
    "Last-Modified",
    "Cache-Control",
    "Content-Security-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
)
_CHUNK = 64 * 1024
_HEARTBEAT_S, _LOOK_AGAIN_S = 20.0, 2.0
MOST_BYTES = 256 * 1024
"""Of one message. The longest are answers that are typed."""

_MOST_DOTS = 8

_HEADER_BYTES = 12
_DEEPEST = 8
_OF_VIEWS = (
    "trame.rca.size",
    "trame.rca.event",
    "trame.rca.drop",
    "trame.rca.reset",
    "trame.rca.video.codecs",
    "trame.rca.video.negotiate",
)
_TRIGGER, _SIZE, _DRAWN = "trame.trigger", "trame.rca.size", "quizloader.drawn"
_ALLOWED = ("wslink.hello", "trame.state.get", "trame.lifecycle.update", _TRIGGER, _DRAWN, *_OF_VIEWS)
"""What the client calls. Not among them: to end the process, to put something into its state, which would
grow without bounds, and to write into the log."""
_TRIGGERS = (
    "alive",
    "answer",
    "arrive",
    "ask_to_finish",
    "be_there",
    "begin_again",
    "choose",
    "go_to",
    "look_at_end",
    "look_back",
    "press",
    "sign_in",
    "step",
    "stop_script",
    "take_over",
    "touch",
    "use",
    "use_dose",
    "use_editor",
    "use_lines",
    "use_marks",
)
_AREAS = tuple(f"view-{name}" for name in (*(view.value for view in SliceView), THREE_D))
_LIFECYCLE = ("client_connected", "client_mounted", "client_exited", "client_unmounted")
_BY_ITSELF = ("alive", "be_there")
"""What the client says by itself: every few seconds, to see whether the server answers, and whether the page
is on the screen."""

_ANY_WEB_SOCKET = re.compile(r"connect-src [^;]*")


def is_plain_path(path: str) -> bool:
    """Only letters, digits and ``._-`` between slashes, and no name begins with a dot."""
    return path == "" or _PATH.fullmatch(path) is not None


async def forward(request: web.Request, address: str, http: aiohttp.ClientSession) -> web.StreamResponse:
    """A GET or HEAD of ``address``; raises aiohttp.ClientError where the process does not answer."""
    asked = {name: request.headers[name] for name in _ASKED if name in request.headers}
    async with http.request(request.method, address, headers=asked, allow_redirects=False) as answer:
        response = web.StreamResponse(status=answer.status)
        for name in _ANSWERED:
            if name in answer.headers:
                response.headers[name] = answer.headers[name]
        response.headers["X-Frame-Options"] = "DENY"
        if policy := response.headers.get("Content-Security-Policy"):
            # An address could name another server for the client to talk to.
            own = f"connect-src 'self' ws://{request.host} wss://{request.host}"
            response.headers["Content-Security-Policy"] = _ANY_WEB_SOCKET.sub(own, policy)
        await response.prepare(request)
        if request.method != "HEAD":
            async for chunk in answer.content.iter_chunked(_CHUNK):
                await response.write(chunk)
        await response.write_eof()
        return response


async def content_of(request: web.Request, patience_s: float = HALF_OPEN_S) -> bytes:
    """What the browser posts. To be called before anything is waited for: one that is being quit hangs up
    behind its last word, and whoever reads later is told of that alone. Raises HTTPRequestEntityTooLarge and
    HTTPRequestTimeout."""
    if request.content.is_eof():
        return await request.read()
    try:
        return await asyncio.wait_for(request.read(), patience_s)
    except asyncio.TimeoutError:
        raise web.HTTPRequestTimeout from None


async def deliver(
    content: bytes, address: str, http: aiohttp.ClientSession, limits: ReaderLimits
) -> web.Response:
    """Post it there; raises aiohttp.ClientError where the process does not answer."""
    await asyncio.sleep(limits.seconds_to_wait(len(content)))
    async with http.post(address, data=content) as answer:
        return web.Response(status=answer.status)


async def relay(
    request: web.Request,
    address: str,
    http: aiohttp.ClientSession,
    limits: ReaderLimits,
    acted: Callable[[], None],
    may_stay: Callable[[], bool],
) -> web.WebSocketResponse:
    """Join the browser's WebSocket to the process' one until either ends.

    ``acted`` is called when the reader does something; ``may_stay`` is asked again and again. A message that
    the client would not send ends the connection. Raises aiohttp.ClientError where the process is silent.
    """
    async with http.ws_connect(address, max_msg_size=0, compress=0, heartbeat=_HEARTBEAT_S) as inside:
        # Pictures are packed already.
        outside = web.WebSocketResponse(
            max_msg_size=MOST_BYTES, compress=False, heartbeat=_HEARTBEAT_S, autoping=False
        )
        await outside.prepare(request)
        ways = {
            asyncio.create_task(_to_process(outside, inside, limits, acted)),
            asyncio.create_task(_to_browser(inside, outside)),
            asyncio.create_task(_while(may_stay)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            await outside.close(code=aiohttp.WSCloseCode.GOING_AWAY)
        return outside


async def _to_process(
    outside: web.WebSocketResponse,
    inside: "aiohttp.ClientWebSocketResponse[bool]",
    limits: ReaderLimits,
    acted: Callable[[], None],
) -> None:
    async for frame in outside:
        if frame.type is aiohttp.WSMsgType.ERROR:
            return
        await asyncio.sleep(limits.seconds_to_wait(len(frame.data)))
        if frame.type is aiohttp.WSMsgType.PING:
            await outside.pong(frame.data)
        if frame.type in (aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG):
            continue
        if frame.type is not aiohttp.WSMsgType.BINARY:
            await outside.close(code=aiohttp.WSCloseCode.UNSUPPORTED_DATA)
            return
        try:
            message = read_message(frame.data)
        except ValueError as fault:
            await outside.close(code=aiohttp.WSCloseCode.POLICY_VIOLATION, message=str(fault).encode())
            return
        if message.is_from_reader:
            acted()
        if message.is_allowed:
            await inside.send_bytes(frame.data)


async def _while(may_stay: Callable[[], bool]) -> None:
    while may_stay():
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _to_browser(
    inside: "aiohttp.ClientWebSocketResponse[bool]", outside: web.WebSocketResponse
) -> None:
    async for frame in inside:
        if frame.type is not aiohttp.WSMsgType.BINARY:
            return
        await outside.send_bytes(frame.data)


@dataclass(frozen=True)
class Message:
    """``is_allowed`` says whether the reader's process may have it, ``is_from_reader`` whether the reader did
    something."""

    is_allowed: bool
    is_from_reader: bool


def read_message(frame: bytes) -> Message:
    """What a frame of the browser says; raises ValueError where it is too long, in parts or no call.

    A frame of wslink has 12 bytes (number of the message, offset of this part, length of the whole; each
    little-endian) and MessagePack. wslink would make room for whatever length is named.
    """
    if not _HEADER_BYTES < len(frame) <= MOST_BYTES:
        raise ValueError("its length")
    offset, length = (int.from_bytes(frame[start : start + 4], "little") for start in (4, 8))
    if offset or length != len(frame) - _HEADER_BYTES:
        raise ValueError("its parts")
    try:
        call: object = msgpack.unpackb(frame[_HEADER_BYTES:], strict_map_key=False)
    except (ValueError, TypeError, msgpack.UnpackException) as fault:
        raise ValueError("its form") from fault
    if not _is_flat(call):
        raise ValueError("its depth")
    if not isinstance(call, dict) or not all(isinstance(call.get(key), str) for key in ("id", "method")):
        raise ValueError("its content")
    arguments = call.get("args")
    first = arguments[0] if isinstance(arguments, list) and arguments else None
    is_from_reader = call["method"] not in ("wslink.hello", _DRAWN) and first not in _BY_ITSELF
    return Message(_is_allowed(call["method"], arguments), is_from_reader)


def _is_flat(value: object) -> bool:
    """Whether lists and maps lie in each other only as deep as the client nests them."""
    level = [value]
    for _ in range(_DEEPEST):
        inner = [each.values() if isinstance(each, dict) else each for each in level if _holds(each)]
        level = [each for group in inner for each in group]
    return not any(map(_holds, level))


def _holds(value: object) -> TypeGuard["dict[object, object] | list[object]"]:
    return isinstance(value, (dict, list))


def _is_allowed(method: str, arguments: object) -> bool:
    first, *more = arguments if isinstance(arguments, list) and arguments else [None]
    if method == _TRIGGER:
        return first in _TRIGGERS
    if method == "trame.lifecycle.update":
        return first in _LIFECYCLE
    if method in _OF_VIEWS and method.count(".") == 2:
        return first in _AREAS and (method != _SIZE or _is_size(more[-1] if more else None))
    return method in _ALLOWED


def _is_size(size: object) -> bool:
    """Of a view, which the process makes a picture of."""
    if not isinstance(size, dict):
        return False
    width, height, dots = (size.get(name, 1) for name in ("w", "h", "p"))
    if not all(type(value) in (int, float) for value in (width, height, dots)):
        return False
    return 0 < dots <= _MOST_DOTS and all(0 <= value * dots <= MOST_PIXELS for value in (width, height))
