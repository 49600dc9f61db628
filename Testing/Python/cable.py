"""A network between browser and server, of a rate and a delay; a test can cut, squeeze and mend it."""

import asyncio
import random
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

CHUNK_BYTES = 8192


@dataclass(frozen=True)
class Line:
    """``down_mbit`` to the browser and ``up_mbit`` to the server, in Mbit/s, 0 as fast as it goes;
    ``round_trip_ms`` of a chunk there and one back. ``late_share`` of all chunks come ``late_ms`` late, and
    what is behind them waits. What waits for its turn fills ``buffer_bytes``, then the sender waits."""

    down_mbit: float = 0
    round_trip_ms: float = 0
    up_mbit: float = 0
    late_share: float = 0
    late_ms: float = 200
    buffer_bytes: int = 256 * 1024


class _Way:
    """One direction; all connections share its rate."""

    def __init__(self, line: Line, mbit: float, seed: int) -> None:
        self._line, self._bytes_per_s = line, mbit * 1e6 / 8
        self._chance = random.Random(seed)
        self._is_free_at = 0.0

    def times_of(self, length: int, now: float) -> tuple[float, float]:
        """When a chunk has left the buffer, and when it comes."""
        line = self._line
        self._is_free_at = max(now, self._is_free_at) + (
            length / self._bytes_per_s if self._bytes_per_s else 0
        )
        late_ms = line.late_ms if self._chance.random() < line.late_share else 0
        return self._is_free_at, self._is_free_at + (line.round_trip_ms / 2 + late_ms) / 1000


@dataclass
class _Flow:
    """The chunks of one connection in one direction."""

    chunks: deque[tuple[float, float, bytes]] = field(default_factory=deque)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def waiting_bytes(self, now: float) -> int:
        return sum(len(content) for leaves, _comes, content in self.chunks if leaves > now)


class Cable:
    """Forwards connections on ``address``, of this machine, to that of a server.

    ``heard`` gets what has come at the browser."""

    def __init__(self, server: str, line: Line, heard: Callable[[bytes], None] | None = None) -> None:
        parts = urlsplit(server)
        self._server = (parts.hostname or "", parts.port or 0)
        self._line = line
        self._heard = heard or (lambda _content: None)
        self._down = _Way(line, line.down_mbit, 1)
        self._up = _Way(line, line.up_mbit or line.down_mbit / 4, 2)
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.mend()
        self.address = urlunsplit(parts._replace(netloc=f"127.0.0.1:{self._port}"))

    def squeeze(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def release(self) -> None:
        """What has waited gets through now."""
        self._loop.call_soon_threadsafe(self._flows.set)

    def cut(self) -> None:
        """All connections end, and none is accepted."""
        self._do(self._cut())

    def mend(self) -> None:
        self._do(self._listen())

    def end(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result()

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", self._port, limit=CHUNK_BYTES)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        self._listener.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        self._flows.set()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, from_browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(*self._server, limit=CHUNK_BYTES)
        self._writers |= {to_browser, to_server}
        # asyncio would tell of the connections that are cut.
        with suppress(asyncio.CancelledError):
            await asyncio.gather(
                self._carry(from_server, to_browser, self._down, self._heard),
                self._carry(from_browser, to_server, self._up, lambda _content: None),
            )

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        way: _Way,
        heard: Callable[[bytes], None],
    ) -> None:
        flow = _Flow()
        with suppress(OSError):
            await asyncio.gather(self._take(reader, flow, way), self._give(writer, flow, heard))
        writer.transport.abort() if writer.transport.is_closing() else writer.close()
        self._writers.discard(writer)

    async def _take(self, reader: asyncio.StreamReader, flow: _Flow, way: _Way) -> None:
        time = asyncio.get_running_loop().time
        while content := await reader.read(CHUNK_BYTES):
            while flow.waiting_bytes(time()) > self._line.buffer_bytes:
                await asyncio.sleep(0.001)
            flow.chunks.append((*way.times_of(len(content), time()), content))
            flow.changed.set()
        flow.chunks.append((0, 0, b""))
        flow.changed.set()

    async def _give(self, writer: asyncio.StreamWriter, flow: _Flow, heard: Callable[[bytes], None]) -> None:
        time = asyncio.get_running_loop().time
        while True:
            while not flow.chunks:
                flow.changed.clear()
                await flow.changed.wait()
            _leaves, comes, content = flow.chunks[0]
            if (seconds := comes - time()) > 0:
                await asyncio.sleep(seconds)
            await self._flows.wait()
            flow.chunks.popleft()
            if not content:
                return
            heard(content)
            writer.write(content)
            await writer.drain()


@contextmanager
def cable_to(
    server: str, line: Line | None = None, heard: Callable[[bytes], None] | None = None
) -> Iterator[Cable]:
    cable = Cable(server, line or Line(), heard)
    try:
        yield cable
    finally:
        cable.end()
