"""What a reader's browser asks for goes to their process, and back comes what it says."""

import asyncio
import re
from collections.abc import Callable

import aiohttp
from aiohttp import web

from .limits import Allowance
from .messages import MOST_BYTES, BadMessageError, read_message

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
MESSAGES_EACH_SECOND, MESSAGES_AT_ONCE = 300.0, 600.0
"""A mouse that is moved makes about 100 each second. Who sends more is made to wait, nothing is lost."""

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


async def deliver(
    request: web.Request, address: str, http: aiohttp.ClientSession, most_bytes: int = MOST_BYTES
) -> web.Response:
    """Deliver what the browser posts; raises aiohttp.ClientError where the process does not answer."""
    content = await request.content.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise web.HTTPRequestEntityTooLarge(most_bytes, len(content))
    async with http.post(address, data=content) as answer:
        return web.Response(status=answer.status)


async def relay(
    request: web.Request,
    address: str,
    http: aiohttp.ClientSession,
    acted: Callable[[], None],
    may_stay: Callable[[], bool],
) -> web.WebSocketResponse:
    """Join the browser's WebSocket to the process' one until either ends.

    ``acted`` is called when the reader does something; ``may_stay`` is asked again and again. A message that
    the client would not send ends the connection. Raises aiohttp.ClientError where the process is silent.
    """
    async with http.ws_connect(address, max_msg_size=0, compress=0, heartbeat=_HEARTBEAT_S) as inside:
        # Pictures are packed already.
        outside = web.WebSocketResponse(max_msg_size=MOST_BYTES, compress=False, heartbeat=_HEARTBEAT_S)
        await outside.prepare(request)
        ways = {
            asyncio.create_task(_to_process(outside, inside, acted)),
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
    outside: web.WebSocketResponse, inside: "aiohttp.ClientWebSocketResponse[bool]", acted: Callable[[], None]
) -> None:
    allowance = Allowance(MESSAGES_EACH_SECOND, MESSAGES_AT_ONCE)
    async for frame in outside:
        if frame.type is not aiohttp.WSMsgType.BINARY:
            await outside.close(code=aiohttp.WSCloseCode.UNSUPPORTED_DATA)
            return
        try:
            message = read_message(frame.data)
        except BadMessageError as fault:
            await outside.close(code=aiohttp.WSCloseCode.POLICY_VIOLATION, message=str(fault).encode())
            return
        if wait_s := allowance.seconds_to_wait():
            await asyncio.sleep(wait_s)
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
