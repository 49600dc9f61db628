"""A reader without a browser: says to the server what the client says, and hears what the client hears.

For many readers at once, and for what no page would say.
"""

import asyncio
import itertools
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import aiohttp
import msgpack
from web_stage import PATIENCE_S


@contextmanager
def window_in_thread(address: str, path: str, ssl: Any = True) -> Iterator["WebReader"]:
    """A reader who is there while a test does other things; see ``do``."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    reader = WebReader(address, path, ssl=ssl)
    reader.loop = loop
    try:
        do(reader, reader.__aenter__())
        try:
            yield reader
        finally:
            do(reader, reader.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def do(reader: "WebReader", what: Coroutine[Any, Any, Any]) -> Any:
    """Let the reader of another thread do something."""
    return asyncio.run_coroutine_threadsafe(what, reader.loop).result(2 * PATIENCE_S)


def framed(message: bytes, number: int = 1, offset: int = 0, length: int | None = None) -> bytes:
    """A message in wslink's form."""
    parts = (number, offset, len(message) if length is None else length)
    return b"".join(part.to_bytes(4, "little") for part in parts) + message


class WebReader:
    """One window of a reader whose ``path`` is his personal link; ``folder`` is where the quiz is.

    ``state`` is what the page shows, ``frames`` counts the pictures of each view.
    """

    loop: asyncio.AbstractEventLoop

    def __init__(self, address: str, path: str, folder: str = "/quiz/1/", ssl: Any = True) -> None:
        self.address, self._path, self._folder, self._ssl = address, path, folder, ssl
        self.state: dict[str, Any] = {}
        self.frames: dict[str, int] = {}
        self.tab = f"window-{id(self)}"
        self._changed = asyncio.Event()
        self._numbers = itertools.count()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._client = ""
        self._acknowledging: set[asyncio.Future[Any]] = set()

    async def __aenter__(self) -> "WebReader":
        self.start()
        await self.open()
        return self

    def start(self) -> None:
        # Cookies for addresses without a name are kept too.
        jar = aiohttp.CookieJar(unsafe=True)
        self.http = aiohttp.ClientSession(cookie_jar=jar, headers={"Accept": "text/html"})

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()
        await self.http.close()

    async def open(self) -> float:
        """Open the link, load the page, connect; gives the seconds until the page was there."""
        began = time.monotonic()
        if self._path:
            async with self.http.get(self.address + self._path, ssl=self._ssl) as reply:
                assert reply.status == 200, await reply.text()
        async with self.http.get(self.address + self._folder, ssl=self._ssl) as reply:
            assert reply.status == 200, await reply.text()
            assert "<title>QuizLoader</title>" in await reply.text()
        seconds = time.monotonic() - began
        await self.connect()
        return seconds

    async def connect(self) -> None:
        self.socket = await self.http.ws_connect(
            f"{self.address}{self._folder}ws",
            headers={"Origin": self.address},
            max_msg_size=0,
            ssl=self._ssl,
        )
        self._listening = asyncio.create_task(self._listen())
        hello = await self.call("wslink.hello", {"secret": "wslink-secret"}, system=True)
        self._client = hello["clientID"]
        first = await self.call("trame.state.get")
        self.state.update(first["state"])
        await self.trigger("arrive")
        await self.until(lambda: self.state.get("asked"))
        for view in itertools.chain(*self.state["rows"]):
            if view:
                await self.call("trame.rca.size", f"view-{view}", "anonymous", {"w": 458, "h": 354, "p": 1})

    async def leave(self) -> None:
        """Close the window."""
        await self.socket.close()
        await asyncio.gather(self._listening, return_exceptions=True)

    async def say(self, frame: bytes) -> None:
        await self.socket.send_bytes(frame)

    async def call(self, method: str, *arguments: Any, system: bool = False) -> Any:
        return await asyncio.wait_for(await self.send(method, *arguments, system=system), PATIENCE_S)

    async def send(self, method: str, *arguments: Any, system: bool = False) -> "asyncio.Future[Any]":
        """Does not wait for the answer, which is what it gives."""
        name = f"{'system' if system else 'rpc'}:{self._client or 'c0'}:{next(self._numbers)}"
        answer = self._waiting[name] = asyncio.get_running_loop().create_future()
        call = {"wslink": "1.0", "id": name, "method": method, "args": list(arguments), "kwargs": {}}
        await self.say(framed(msgpack.packb(call)))
        return answer

    async def trigger(self, name: str, *arguments: Any) -> Any:
        return await self.call("trame.trigger", name, [self.tab, *arguments], {})

    async def until(self, holds: Any) -> None:
        """Wait until the page shows something."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), deadline - time.monotonic())

    # What a reader does

    @property
    def title(self) -> str:
        return self.state["asked"]["title"] if self.state.get("asked") else ""

    async def answer(self, question: int, *texts: str) -> None:
        await self.trigger("answer", self.state["asked"]["place"], 0, question, list(texts))

    async def step(self, name: str) -> None:
        """Next, previous, ...; returns when the place that follows is shown."""
        serial = self.state["asked"]["serial"]
        await self.trigger("step", serial, name)
        await self.until(lambda: (self.state.get("asked") or {"serial": serial})["serial"] > serial)

    async def scroll(self, view: str = "Red", notches: int = 1) -> float:
        """Turn the wheel one notch; gives the seconds until another picture of the view is here."""
        frames = self.frames.get(f"view-{view}", 0)
        began = time.monotonic()
        where = {"w": 458, "h": 354, "x": 229, "y": 177}
        keys = dict.fromkeys(("shiftKey", "altKey", "ctrlKey", "metaKey"), 0)
        buttons = dict.fromkeys(("buttonLeft", "buttonMiddle", "buttonRight"), 0)
        event = {"type": "MouseWheel", "action": "up", "spinY": -notches, **where, **keys, **buttons}
        await self.call("trame.rca.event", f"view-{view}", "anonymous", event)
        await self.until(lambda: self.frames.get(f"view-{view}", 0) > frames)
        return time.monotonic() - began

    async def _listen(self) -> None:
        parts: dict[int, bytearray] = {}
        async for frame in self.socket:
            if frame.type is not aiohttp.WSMsgType.BINARY:
                continue
            number, _offset, length = (
                int.from_bytes(frame.data[start : start + 4], "little") for start in (0, 4, 8)
            )
            whole = parts.setdefault(number, bytearray())
            whole += frame.data[12:]
            if len(whole) == length:
                self._hear(msgpack.unpackb(parts.pop(number)))
        for answer in self._waiting.values():
            if not answer.done():
                answer.cancel()
        self._changed.set()

    def _hear(self, said: dict[str, Any]) -> None:
        name = said.get("id") or ""
        if name in self._waiting:
            answer = self._waiting.pop(name)
            if not answer.done():
                if "error" in said:
                    assert set(said["error"]) <= {"code", "message"}, "no traceback for a browser"
                    answer.set_exception(RuntimeError(said["error"]["message"]))
                else:
                    answer.set_result(said["result"])
        elif name.startswith("publish:trame.state.topic"):
            self.state.update(said["result"])
        elif name.startswith("publish:quizloader.pictures"):
            self._look_at(said["result"])
        self._changed.set()

    def _look_at(self, part: dict[str, Any]) -> None:
        """A part of a picture, or a sign of life."""
        if part.get("view") and part["offset"] + len(part["content"]) == part["total"]:
            area = f"view-{part['view']}"
            self.frames[area] = self.frames.get(area, 0) + 1
        acknowledging = asyncio.ensure_future(self.send("quizloader.drawn", part["number"], 0))
        self._acknowledging.add(acknowledging)
        acknowledging.add_done_callback(self._acknowledging.discard)
