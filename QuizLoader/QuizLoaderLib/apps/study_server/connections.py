"""Connections to the server: so many from one address at once, and none that is opened and says nothing."""

import asyncio
import ipaddress
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from aiohttp import web

MOST_OF_AN_ADDRESS = 300
"""A hospital may be one address; a browser takes up to seven. As in Resources/Server/nginx.conf."""
HALF_OPEN_S = 30.0
"""A request has to be whole after so long."""
_STOP_S = 5.0
_SILENT = logging.Logger("silent", logging.CRITICAL + 1)
_IPV6_OF_ONE = 64
"""Bits of an IPv6 address that one network has in common."""


class Connections:
    """Counts them by address. What a proxy passes on is counted by the address that it names, and believed of
    ``proxies`` alone; these are trusted to open as many connections as they need."""

    def __init__(self, proxies: frozenset[str]) -> None:
        self._proxies = frozenset(map(_plain, proxies))
        self._open: Counter[str] = Counter()

    def is_proxy(self, address: str) -> bool:
        return _plain(address) in self._proxies

    @contextmanager
    def counted(self, request: web.Request) -> Iterator[None]:
        """A request that a proxy has passed on; raises HTTPTooManyRequests."""
        named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if not named or not self.is_proxy(_peer(request.transport)):
            yield
            return
        if not self.enter(named):
            raise web.HTTPTooManyRequests
        try:
            yield
        finally:
            self.leave(named)

    def count(self, address: str) -> int:
        """How many are open from there."""
        return self._open[_network(address)]

    def enter(self, address: str) -> bool:
        """Whether one more may come from there."""
        if self.count(address) >= MOST_OF_AN_ADDRESS:
            return False
        self._open[_network(address)] += 1
        return True

    def leave(self, address: str) -> None:
        network = _network(address)
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]


class CountedConnection(asyncio.Protocol):
    """A connection that is counted while it is open, and closed at once where its address has too many.
    ``new_handler`` makes what speaks HTTP on it."""

    def __init__(self, connections: Connections, new_handler: Callable[[], asyncio.Protocol]) -> None:
        self._connections, self._new_handler = connections, new_handler
        self._handler: asyncio.Protocol | None = None
        self._counted = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        address = _peer(transport)
        if not self._connections.is_proxy(address):
            if not self._connections.enter(address):
                transport.close()
                return
            self._counted = address
        self._handler = self._new_handler()
        self._handler.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._counted:
            self._connections.leave(self._counted)
        if self._handler:
            self._handler.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._handler:
            self._handler.data_received(data)

    def eof_received(self) -> bool | None:
        return self._handler.eof_received() if self._handler else None

    def pause_writing(self) -> None:
        if self._handler:
            self._handler.pause_writing()

    def resume_writing(self) -> None:
        if self._handler:
            self._handler.resume_writing()


@asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, connections: Connections, half_open_s: float = HALF_OPEN_S
) -> AsyncIterator[int]:
    """Serve it; gives the port. Raises OSError where that is taken."""
    # What aiohttp logs, of requests that are none too, would hold personal links.
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_SILENT,
        shutdown_timeout=_STOP_S,
        max_line_size=4096,
        keepalive_timeout=half_open_s,
    )
    await runner.setup()
    try:
        assert runner.server
        new_connection = partial(CountedConnection, connections, runner.server)
        listener = await asyncio.get_running_loop().create_server(new_connection, host, port)
        try:
            yield listener.sockets[0].getsockname()[1]
        finally:
            listener.close()
    finally:
        await runner.cleanup()


def _peer(transport: asyncio.BaseTransport | None) -> str:
    peer = transport.get_extra_info("peername") if transport else None
    return str(peer[0]) if peer else ""


def _network(address: str) -> str:
    """What counts as one address: of IPv6 a network, in which anybody has as many as they like."""
    plain = _plain(address)
    return str(ipaddress.ip_network((plain, _IPV6_OF_ONE), strict=False)) if ":" in plain else plain


def _plain(address: str) -> str:
    """One spelling of each; what is none is as it is, without colons."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address.replace(":", "")
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
